//! Commands run under a protocol: in dependency order, side by side within the machine's cores and memory,
//! with limits, whole process groups ended, logs kept, and every finished task kept for the next time.
//!
//! It knows no plan: a [`Task`] is words, input files and limits, and what its output must hold is asked of
//! the caller. [`run`] runs tasks, [`Store`] is the folder in which they are kept, [`TaskRecord`] what is
//! written about each. A task with a [`Serving`] answers requests, which are sent and timed here. Where the plan's tasks come from is told in `exec::commands`.

mod attempt;
mod capture;
mod failure;
mod group;
mod interrupt;
mod lock;
mod machine;
mod process;
mod program;
mod record;
mod schedule;
mod serve;
mod store;
mod sync;
mod task;
mod words;

pub use attempt::utc;
pub use capture::{Captured, KEPT};
pub use failure::{Failure, FailureKind};
pub use interrupt::{catch_interrupts, interrupted};
pub use machine::{Machine, machine};
pub use program::{Hashes, complete, near_program};
pub use record::{Exit, FileHash, Log, Peak, TaskRecord, What};
pub use schedule::{Event, Events, Outcome, Settings, Validate, run};
pub use serve::{Latencies, Served, Serving, Way};
pub use store::{Entry, Store, StoreError, complaint, output, stored};
pub(crate) use task::quoted;
pub use task::{Handed, Limits, Part, Place, RetryOn, Source, Task, Word, key};
pub use words::{Unquoted, split_words};
