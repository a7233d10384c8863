//! All integration tests, as one binary.

// A helper outside `#[test]` fails its test by panicking, too.
#![allow(clippy::unwrap_used, clippy::panic)]

mod architecture;
mod audit;
mod checks;
mod cli;
mod code;
mod commands;
mod data;
mod decisions;
mod examples;
mod factorial;
mod faults;
mod field;
mod folds;
mod format;
mod formats;
mod formulas;
mod generation;
mod inference;
mod judged;
mod language;
mod library;
mod metrics;
mod mutation;
mod natives;
mod new;
mod numbers;
mod oracles;
mod plans;
mod power;
mod ranking;
mod readme;
mod reference;
mod render;
mod report;
mod reported;
mod robust;
mod run;
mod slices;
mod support;
mod supports;
mod syntax;
mod tutorial;
mod uncertainty;
