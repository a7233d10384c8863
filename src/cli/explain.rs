//! `benchwright explain`.

use super::args::ExplainArgs;
use super::{exit, io};
use crate::analysis::codes;
use crate::diagnostic::suggest;
use std::process::ExitCode;

/// Prints a code's page, or the list of codes.
pub(super) fn explain(args: &ExplainArgs) -> ExitCode {
    let Some(asked) = &args.code else {
        for info in codes() {
            let level = format!("{:?}", info.level).to_lowercase();
            io::out(&format!("{:<5} {:<26} {level}\n", info.code, info.name));
        }
        return ExitCode::from(exit::OK);
    };
    let found = codes()
        .into_iter()
        .find(|c| c.code.eq_ignore_ascii_case(asked) || c.name == asked);
    if let Some(info) = found {
        io::out(info.page.trim_end());
        io::out("\n");
        return ExitCode::from(exit::OK);
    }
    let all = codes();
    let names = all.iter().flat_map(|c| [c.code, c.name]);
    let near = suggest(asked, names).map_or_else(
        || "`benchwright explain` lists them".to_string(),
        |near| format!("did you mean `{near}`?"),
    );
    io::err(&format!("error: there is no code `{asked}`; {near}\n"));
    ExitCode::from(exit::OUTSIDE)
}
