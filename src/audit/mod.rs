//! The data checks: claims about the rows of a plan's files, each refuted with a witness or proved.
//!
//! As in [`crate::checks`], a check is one Rust file and one Markdown page beside it, whose bad and
//! good plans, with their small files, are its tests. They are handed tables that `exec` has read, so
//! that no file is read twice. To add one: write the two files, and name the check in [`ALL`].

mod chance;
mod contents;
mod context;
mod l201_duplicate_ids;
mod l202_same_content_across_splits;
mod l203_near_duplicates;
mod l204_corpus_overlap;
mod l205_group_straddles;
mod l206_time_straddles;
mod l207_label_proxy;
mod l208_class_missing;
mod l209_shares_off;
mod l210_strata_off;
mod minhash;
mod normal;
mod tell;

pub use context::{Context, Pair, Rows, beside};

use crate::checks::{Findings, Proof};
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::exec::Shelf;
use crate::graph::Dag;
use crate::hir::Plan;
use crate::text::Span;

/// A data check: its code with name, level and page, and the function that answers it.
#[derive(Debug)]
pub struct Check {
    /// Code, name, level and page.
    pub info: &'static CodeInfo,
    /// Answers the check's claim for every place of the plan where it arises.
    pub run: fn(&'static CodeInfo, &Context<'_>, &mut Answers),
}

/// Every data check, by code.
pub static ALL: &[&Check] = &[
    &l201_duplicate_ids::CHECK,
    &l202_same_content_across_splits::CHECK,
    &l203_near_duplicates::CHECK,
    &l204_corpus_overlap::CHECK,
    &l205_group_straddles::CHECK,
    &l206_time_straddles::CHECK,
    &l207_label_proxy::CHECK,
    &l208_class_missing::CHECK,
    &l209_shares_off::CHECK,
    &l210_strata_off::CHECK,
];

/// Declares the statics `INFO` and `CHECK` of a check's file. The page lies beside the file and bears
/// its name.
macro_rules! declare_check {
    ($code:literal $name:literal $level:ident $page:literal $run:path) => {
        #[doc = concat!("`", $code, "` ", $name, ".")]
        pub static INFO: $crate::diagnostic::CodeInfo = $crate::diagnostic::CodeInfo {
            code: $code,
            name: $name,
            level: $crate::diagnostic::Level::$level,
            page: include_str!($page),
        };
        /// The check.
        pub static CHECK: $crate::audit::Check = $crate::audit::Check {
            info: &INFO,
            run: $run,
        };
    };
}
use declare_check;

/// The answers of the data checks.
#[derive(Debug, Default)]
pub struct Answers {
    /// Refuted, open and proved claims.
    pub findings: Findings,
    /// Design checks whose open questions about an item (its whole place) the data have answered.
    pub settled: Vec<(&'static str, Span)>,
}

impl Answers {
    /// Reports a refuted or open claim.
    pub fn report(&mut self, diagnostic: Diagnostic) {
        self.findings.report(diagnostic);
    }

    /// Notes that the data prove a claim.
    pub fn prove(&mut self, code: &'static CodeInfo, span: Span, why: impl Into<String>) {
        self.findings.prove(code, span, why);
    }

    /// Notes that the data answer what the design check `code` left open about an item.
    pub fn settle(&mut self, code: &'static str, item: Span) {
        self.settled.push((code, item));
    }

    /// The proved claims.
    pub fn proofs(&self) -> &[Proof] {
        &self.findings.proofs
    }
}

/// Runs every data check over the datasets that were read; waivers are for `analysis` to apply.
pub fn audit(plan: &Plan, dag: &Dag, shelf: &Shelf) -> Answers {
    let context = Context::new(plan, dag, shelf);
    let mut answers = Answers::default();
    for absent in &shelf.absent {
        answers.report(tell::absent(plan, absent));
    }
    for check in ALL {
        (check.run)(check.info, &context, &mut answers);
    }
    answers
}

/// The codes that only this folder has; those it shares with the joins and splits are `data`'s.
pub fn codes() -> impl Iterator<Item = &'static CodeInfo> {
    let shared = crate::data::CODES;
    let own = |c: &&CodeInfo| !shared.iter().any(|s| s.code == c.code);
    ALL.iter().map(|c| c.info).filter(own)
}
