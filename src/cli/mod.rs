//! The command line: arguments in, text and exit codes out. Thin over `analysis`, `exec`, `verdict`
//! and their views.

#![allow(clippy::print_stdout, clippy::print_stderr)]

mod answer;
mod args;
mod audit;
mod check;
mod clean;
mod drifting;
mod dry_run;
mod explain;
mod export;
mod fmt;
mod graph;
mod io;
mod lsp;
mod metrics;
mod new;
mod planned;
mod power;
mod progress;
mod registering;
mod run;
mod seal;
mod split;
mod status;
mod verify;
mod vouched;

use args::{Arguments, Command};
use clap::Parser;
use std::process::ExitCode;

/// Parses the arguments and does what they ask.
pub fn main() -> ExitCode {
    match Arguments::parse().command {
        Command::New(args) => new::new(&args),
        Command::Check(args) => check::check(&args),
        Command::Seal(args) => seal::seal(&args),
        Command::Run(args) => run::run(&args),
        Command::Score(args) => answer::score(&args),
        Command::Compare(args) => answer::compare(&args),
        Command::Audit(args) => audit::audit(&args),
        Command::Verify(args) => verify::verify(&args),
        Command::Export(args) => export::export(&args),
        Command::DryRun(args) => dry_run::dry_run(&args),
        Command::Status(args) => status::status(&args),
        Command::Clean(args) => clean::clean(&args),
        Command::Split(args) => split::split(&args),
        Command::Fmt(args) => fmt::fmt(&args),
        Command::Graph(args) => graph::graph(&args),
        Command::Power(args) => power::power(&args),
        Command::Explain(args) => explain::explain(&args),
        Command::Metrics(args) => metrics::list(&args),
        Command::Lsp(_) => lsp::lsp(),
    }
}

/// The exit codes, as the language page has them.
mod exit {
    /// All well.
    pub(super) const OK: u8 = 0;
    /// The plan has errors.
    pub(super) const ERRORS: u8 = 1;
    /// Something outside the plan failed: a file, a command, a full disk.
    pub(super) const OUTSIDE: u8 = 2;
    /// The verdict is not the required one, or something got worse.
    pub(super) const OTHER_VERDICT: u8 = 3;
    /// Interrupted; what is finished is kept.
    pub(super) const INTERRUPTED: u8 = 130;
}
