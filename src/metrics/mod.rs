//! Metric formulas made computable: a formula becomes a program over sufficient statistics of rows
//! (cell counts, sums, order statistics), and a kernel computes those in one pass over the rows.
//!
//! [`compile`] fits a formula to a label's classes, [`outline`] says what it needs whatever the label; [`Kernel`] holds one run's rows on one part of a
//! partition and evaluates any number of programs at once, for any multiplicities of the rows. A
//! user's metric takes the same way as one of the library. Reading rows is left to `data`,
//! resampling to `infer`.

mod compile;
mod kernel;
pub mod native;
mod outline;
mod program;

pub use compile::{Classes, CompileError, compile};
pub use kernel::{
    Basis, Contributions, Drawn, Kernel, Keys, LANES, LaneScratch, Lanes, Marks, RunColumns,
    Scratch, Texts,
};
pub use outline::{Outline, outline};
pub use program::{Need, Program, StatisticClass, Statistics};
