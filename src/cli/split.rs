//! `benchwright split`.

use super::args::{Color, PolicyArgs, SplitArgs};
use super::{exit, io};
use crate::text::DiskWorld;
use crate::{data, exec};
use std::process::ExitCode;

/// Cuts the datasets of a plan and writes the ids of every partition and fold.
pub(super) fn split(args: &SplitArgs) -> ExitCode {
    let analysis = match io::load(&args.plan, &PolicyArgs::default()) {
        Ok(analysis) => analysis,
        Err(code) => return code,
    };
    if analysis.has_errors() {
        io::complain(&analysis.diagnostics, &analysis, Color::Auto);
        return ExitCode::from(exit::ERRORS);
    }
    let files = exec::materialise(&DiskWorld, &analysis.plan, &analysis.sources, &|_| {});
    let files = match files {
        Ok(files) => files,
        Err(diagnostics) => {
            io::complain(&diagnostics, &analysis, Color::Auto);
            return ExitCode::from(exit::OUTSIDE);
        }
    };
    for file in files {
        let path = args.out.join(&file.path);
        if let Err(error) = data::write_atomic(&path, file.text.as_bytes()) {
            io::complain(&[data::diagnose(&error, None)], &analysis, Color::Auto);
            return ExitCode::from(exit::OUTSIDE);
        }
        if file.rows > 0 {
            io::out(&format!("{} {}\n", file.rows, path.display()));
        }
    }
    ExitCode::from(exit::OK)
}
