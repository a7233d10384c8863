//! U110: runs are looked at several times, and the first look that pleases ends them.

use super::context::{Context, Findings};
use super::declare_check;
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::hir::{Boundary, Stop};
use crate::stats::{normal, sequential};
use crate::text::Span;

declare_check!("U110" "optional-stopping" Warning "u110_optional_stopping.md" run);

/// Looks after which the chance of a false stop is not computed further.
const COMPUTED: usize = 20;

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Findings) {
    for (_, s) in cx.plan.stops.iter() {
        match (s.using, s.looks.len()) {
            (Boundary::Nominal, 2..) => out.report(diagnose(code, s)),
            (Boundary::Nominal, _) => {
                out.prove(code, s.look_span, "the runs are looked at only once");
            }
            (Boundary::ConfidenceSequence | Boundary::ObrienFleming | Boundary::Pocock, n) => {
                let why = format!("`{}` holds over all {n} looks together", s.using.name());
                out.prove(code, s.look_span, why);
            }
        }
    }
}

fn diagnose(code: &'static CodeInfo, s: &Stop) -> Diagnostic {
    let metric = &s.metric.text;
    let (n, percent) = (s.looks.len(), shown(s.level));
    let remedy = format!("confidence_sequence(gain({metric}), level: {percent}%)");
    let mut d = Diagnostic::new(
        code,
        "the runs are looked at more than once without a sequential correction",
    )
    .label(
        s.look_span,
        format!("up to {n} looks, each with a chance to stop"),
    );
    if let Some(at) = s.using_span {
        d = d.label(at, format!("and each at {percent} % by itself"));
    }
    if let Some(chance) = chance(s) {
        let least = if n > COMPUTED { "more than " } else { "about " };
        d = d.witness(format!(
            "{n} looks at {percent} % each find a difference where there is none with a chance of {least}{chance} %"
        ));
    }
    d = d
        .why(
            "each look is another chance for noise to please; looked at often enough, everything becomes \
             significant (Armitage, McPherson & Rowe 1969; Johari et al. 2017)",
        )
        .help(format!("let all looks share one level: `using: {remedy}`"))
        .help("or look once, when all runs are there");
    match s.using_span {
        Some(at) => d.fix("hold over all looks together", false, at, remedy),
        None => {
            let end = Span::new(s.look_span.file, s.look_span.end, s.look_span.end);
            d.fix(
                "hold over all looks together",
                false,
                end,
                format!(", using: {remedy}"),
            )
        }
    }
}

/// The chance, in per cent, that some look crosses the bounds of a single one though nothing differs.
fn chance(s: &Stop) -> Option<f64> {
    let z = normal::quantile(0.5 + s.level / 2.0)?;
    let looks = s.looks.len().min(COMPUTED);
    Some((sequential::crossing(&vec![z; looks]) * 100.0).round())
}

fn shown(level: f64) -> f64 {
    (level * 1e4).round() / 1e2
}
