//! All integration tests, as one binary.

// A helper outside `#[test]` fails its test by panicking, too.
#![allow(clippy::unwrap_used, clippy::panic)]

mod architecture;
mod checks;
mod data;
mod examples;
mod metrics;
mod oracles;
mod plans;
mod render;
mod report;
mod support;
mod syntax;
