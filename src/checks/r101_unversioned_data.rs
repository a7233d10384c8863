//! R101: data that take part have no version.

use super::context::{Context, Findings};
use super::declare_check;
use crate::diagnostic::{CodeInfo, Diagnostic};

declare_check!("R101" "unversioned-data" Warning "r101_unversioned_data.md" run);

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Findings) {
    for (id, (at, evaluated)) in cx.taking_part() {
        let dataset = &cx.plan.datasets[id];
        let name = &dataset.common.name;
        let Some(source) = &dataset.source else {
            continue;
        };
        if let Some(version) = &dataset.version {
            out.prove(code, version.span, format!("`{name}` has a version"));
            continue;
        }
        if dataset.common.broken {
            continue;
        }
        let part = if evaluated {
            "systems are judged"
        } else {
            "a system learns"
        };
        out.report(
            Diagnostic::new(code, format!("`{name}` has no version"))
                .label(dataset.common.name_span, "no `version:`")
                .label(source.span, "this file may change without notice")
                .label(at, format!("and {part} on it here"))
                .why(
                    "files under one name change, and numbers from two of them cannot be compared \
                     (Gebru et al. 2021; Pineau et al. 2021)",
                )
                .help("add the release, tag or date by which others can get the same rows: `version: \"2024-06\"`"),
        );
    }
}
