//! `benchwright clean`.

use super::args::CleanArgs;
use super::{exit, io, planned};
use crate::exec;
use crate::render::{self, Options};
use crate::runner::Store;
use crate::text::SourceMap;
use std::process::ExitCode;

/// Takes runs away that no claim needs, or all.
pub(super) fn clean(args: &CleanArgs) -> ExitCode {
    let root = planned::store(&args.planned.plan, args.planned.out.as_deref());
    if !root.exists() {
        io::out("nothing to take away\n");
        return ExitCode::from(exit::OK);
    }
    let (keys, splits) = if args.all {
        (Vec::new(), Vec::new())
    } else {
        match planned::commands(&args.planned) {
            Ok((_, commands)) => (commands.keys, commands.splits.into_keys().collect()),
            Err(code) => return code,
        }
    };
    match Store::open(&root).and_then(|store| store.clean(&keys, &splits)) {
        Ok((runs, bytes)) => {
            let mib = bytes as f64 / f64::from(1 << 20);
            let s = if runs == 1 { "" } else { "s" };
            io::out(&format!("{runs} run{s} taken away, {mib:.1} MiB\n"));
            ExitCode::from(exit::OK)
        }
        Err(error) => {
            let options = Options {
                style: io::stderr_style(args.planned.color),
                fixable: false,
                proofs: false,
            };
            let said = render::terminal(&[exec::locked(&error)], &SourceMap::default(), &options);
            io::err(&said);
            ExitCode::from(exit::OUTSIDE)
        }
    }
}
