//! All integration tests, as one binary.

// A helper outside `#[test]` fails its test by panicking, too.
#![allow(clippy::unwrap_used, clippy::panic)]

mod architecture;
mod checks;
mod cli;
mod data;
mod decisions;
mod examples;
mod factorial;
mod format;
mod formulas;
mod language;
mod library;
mod metrics;
mod natives;
mod numbers;
mod oracles;
mod plans;
mod readme;
mod render;
mod report;
mod reported;
mod robust;
mod run;
mod slices;
mod support;
mod syntax;
