//! R102: data that take part have no hash.

use super::context::{Context, Findings};
use super::declare_check;
use crate::diagnostic::{CodeInfo, Diagnostic};

declare_check!("R102" "unhashed-data" Info "r102_unhashed_data.md" run);

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Findings) {
    for (id, (at, evaluated)) in cx.taking_part() {
        let dataset = &cx.plan.datasets[id];
        let name = &dataset.common.name;
        let Some(source) = &dataset.source else {
            continue;
        };
        if let Some(hash) = &dataset.sha256 {
            let why = format!("a run stops where the files of `{name}` have another hash");
            out.prove(code, hash.span, why);
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
            Diagnostic::new(
                code,
                format!("nothing holds the files of `{name}` to what they are today"),
            )
            .label(dataset.common.name_span, "no `sha256:`")
            .label(source.span, "an edit of this would go unseen")
            .label(at, format!("and {part} on it here"))
            .why(
                "a version names a release, a hash its bytes: with it a run notices every change \
                     (Gebru et al. 2021; Pineau et al. 2021)",
            )
            .help(format!(
                "add `sha256: \"…\"` with what `{}` prints",
                command(&source.value)
            )),
        );
    }
}

/// The command that prints the hash of a file, or of several.
fn command(source: &str) -> String {
    let quoted = if source.contains(' ') {
        format!("\"{source}\"")
    } else {
        source.to_string()
    };
    if source.contains(['*', '?', '[']) {
        format!("sha256sum {quoted} | cut -c1-64 | sort | sha256sum")
    } else {
        format!("sha256sum {quoted}")
    }
}
