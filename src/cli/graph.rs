//! `benchwright graph`.

use super::args::{Color, Drawn, GraphArgs, PolicyArgs};
use super::{exit, io};
use crate::export::{self, GraphFormat};
use std::process::ExitCode;

/// Prints the DAG of what could be read; errors of the plan go to standard error.
pub(super) fn graph(args: &GraphArgs) -> ExitCode {
    let analysis = match io::load(&args.plan, &PolicyArgs::default()) {
        Ok(analysis) => analysis,
        Err(code) => return code,
    };
    let format = match args.format {
        Drawn::Text => GraphFormat::Text,
        Drawn::Dot => GraphFormat::Dot,
        Drawn::Mermaid => GraphFormat::Mermaid,
        Drawn::Json => GraphFormat::Json,
    };
    io::out(&export::graph(&analysis.plan, analysis.dag(), format));
    let errors: Vec<_> = analysis
        .diagnostics
        .iter()
        .filter(|d| d.is_error())
        .cloned()
        .collect();
    if errors.is_empty() {
        return ExitCode::from(exit::OK);
    }
    io::complain(&errors, &analysis, Color::Auto);
    ExitCode::from(exit::ERRORS)
}
