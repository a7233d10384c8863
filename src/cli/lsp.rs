//! `benchwright lsp`.

use super::{exit, io};
use crate::lsp;
use std::process::ExitCode;

/// Serves an editor until it says goodbye.
pub(super) fn lsp() -> ExitCode {
    match lsp::serve() {
        Ok(()) => ExitCode::from(exit::OK),
        Err(reason) => {
            io::err(&format!("error: {reason}\n"));
            ExitCode::from(exit::OUTSIDE)
        }
    }
}
