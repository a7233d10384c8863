//! What a plan promised before its held-out rows were looked at, and what was done since: seals, the
//! ledger of looks, and the checks that read them.
//!
//! A [`Seal`] keeps what a plan says, field by field, so that a later run can tell what changed and whether it
//! bears on a decision ([`Standing`]). The [`ledger`] is a chain of hashed lines that many processes may
//! append to. The checks are as in [`crate::audit`]: one file and one page each, named in [`ALL`].

mod chain;
mod changes;
mod context;
mod drift;
mod entry;
mod held_out;
mod inspect;
pub mod ledger;
mod manifest;
mod place;
mod reach;
pub mod seal;
pub mod sign;
mod standing;
mod surroundings;
mod verify;
mod x101_test_before_seal;
mod x102_changed_since_seal;
mod x103_ledger_broken;
mod x104_test_reused;
mod x105_claim_added_after_seal;

pub use chain::Fault;
pub use changes::{between, words};
pub use context::Context;
pub use drift::{Tolerance, drift};
pub use entry::{Entry, Event, Partition};
pub use held_out::{held_out, subjects};
pub use inspect::{Inspection, Severity, inspect};
pub use ledger::{AppendError, Ledger, diagnose};
pub use manifest::{File, Manifest, PlanFile, Pointer};
pub use place::Place;
pub use reach::{Items, Reach};
pub use seal::{Finding, Found, Library, Seal, SealError, SealedData};
pub use standing::{Now, Standing};
pub use surroundings::{Git, environment, git, now};
pub use verify::{Cause, Difference, causes, first_difference};

use crate::checks::Findings;
use crate::diagnostic::CodeInfo;

/// When a check can answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Once the data are read, before anything is run.
    Early,
    /// Once the outputs are read as well: it must know which earlier looks were this very one.
    Late,
}

/// A check of a plan's seal and ledger.
#[derive(Debug)]
pub struct Check {
    /// Code, name, level and page.
    pub info: &'static CodeInfo,
    /// When it can answer.
    pub when: When,
    /// Answers the check's claim.
    pub run: fn(&'static CodeInfo, &Context<'_>, &mut Findings),
}

/// Every check, by code.
pub static ALL: &[&Check] = &[
    &x101_test_before_seal::CHECK,
    &x102_changed_since_seal::CHECK,
    &x103_ledger_broken::CHECK,
    &x104_test_reused::CHECK,
    &x105_claim_added_after_seal::CHECK,
];

/// Declares the statics `INFO` and `CHECK` of a check's file. The page lies beside the file and bears
/// its name.
macro_rules! declare_check {
    ($code:literal $name:literal $level:ident $when:ident $page:literal $run:path) => {
        #[doc = concat!("`", $code, "` ", $name, ".")]
        pub static INFO: $crate::diagnostic::CodeInfo = $crate::diagnostic::CodeInfo {
            code: $code,
            name: $name,
            level: $crate::diagnostic::Level::$level,
            page: include_str!($page),
        };
        /// The check.
        pub static CHECK: $crate::registry::Check = $crate::registry::Check {
            info: &INFO,
            when: $crate::registry::When::$when,
            run: $run,
        };
    };
}
use declare_check;

/// Answers the checks that can answer at `when`.
pub fn check(context: &Context<'_>, when: When) -> Findings {
    let mut findings = Findings::default();
    for check in ALL.iter().filter(|c| c.when == when) {
        (check.run)(check.info, context, &mut findings);
    }
    findings
}
