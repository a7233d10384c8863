//! Commands as plans run them: what they are given, what is kept, what happens when things go wrong. Real processes.

mod faults;
pub mod project;
mod protocol;
mod resume;
mod serving;
