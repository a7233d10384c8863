//! R101: data that take part have no version.

use super::context::{Context, Findings};
use super::declare_check;
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::hir::{Dataset, Id};
use crate::text::Span;
use std::collections::BTreeMap;

declare_check!("R101" "unversioned-data" Warning "r101_unversioned_data.md" run);

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Findings) {
    for (id, (at, evaluated)) in taking_part(cx) {
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

/// The datasets that are evaluated, or shape what is evaluated, with the first place of that.
fn taking_part(cx: &Context<'_>) -> BTreeMap<Id<Dataset>, (Span, bool)> {
    let mut found = BTreeMap::new();
    for e in &cx.evaluations {
        found.entry(e.on.dataset).or_insert((e.on_span, true));
    }
    for e in &cx.evaluations {
        for i in cx.influences(&e.variant) {
            if let Some(first) = i.path.first() {
                found.entry(i.data.dataset).or_insert((first.span, false));
            }
        }
    }
    found
}
