//! U103: fewer resamples than the ends of an interval at its level need.

use super::sizes::{percent, whole};
use super::{Context, Findings, declare_check};
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::hir::{BootstrapMethod, IntervalSpec, Plan};
use crate::text::{Span, Spanned, thousands};

declare_check!("U103" "too-few-resamples" Warning "u103_too_few_resamples.md" run);

/// Resamples beyond an end of the interval that make it steady.
const BEYOND: f64 = 10.0;

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Findings) {
    for interval in intervals(cx.plan) {
        let IntervalSpec::Bootstrap {
            resamples,
            grows,
            level,
            method,
        } = interval.value
        else {
            continue;
        };
        // Compared in whole thousandths, since 1 - 0.95 isn't 0.05 to the last bit.
        let beyond = f64::from(resamples) * (1.0 - level) / 2.0;
        if grows {
            let why = "as many resamples are drawn as the interval's ends need";
            out.prove(code, interval.span, why);
        } else if beyond >= BEYOND - 1e-9 {
            let why = format!(
                "{} of {resamples} resamples lie beyond each end",
                beyond.round()
            );
            out.prove(code, interval.span, why);
        } else {
            out.report(refuted(
                code,
                interval.span,
                (resamples, level, method),
                beyond,
            ));
        }
    }
}

/// The intervals asked for, each written place once.
fn intervals(plan: &Plan) -> Vec<&Spanned<IntervalSpec>> {
    let compares = plan.compares.iter().map(|(_, c)| &c.interval);
    let ablations = plan.ablations.iter().map(|(_, a)| &a.interval);
    let factorials = plan.factorials.iter().map(|(_, f)| &f.interval);
    compares
        .chain(ablations)
        .chain(factorials)
        .flatten()
        .collect()
}

fn refuted(
    code: &'static CodeInfo,
    at: Span,
    (resamples, level, method): (u32, f64, BootstrapMethod),
    beyond: f64,
) -> Diagnostic {
    let needed = (2.0 * BEYOND / (1.0 - level) - 1e-6).ceil();
    let enough = needed.max(10_000.0);
    let message = format!(
        "{} resamples are too few for an interval at {}",
        whole(f64::from(resamples)),
        percent(level)
    );
    let text = spec(enough, level, method);
    Diagnostic::new(code, message)
        .label(
            at,
            format!("on average {beyond:.1} resamples lie beyond each end"),
        )
        .witness(format!(
            "{resamples} resamples · {} beyond each end = {:.1}; {} or more resamples have at least 10 there",
            percent((1.0 - level) / 2.0),
            beyond,
            whole(needed)
        ))
        .why(
            "the ends are read off the few most extreme resamples, so another seed moves them and the verdict \
             with them (Efron & Tibshirani 1993, ch. 14; Davison & Hinkley 1997, ch. 2)",
        )
        .help(format!("draw at least {}, or `auto`", whole(needed)))
        .fix(format!("draw {}", whole(enough)), true, at, text)
}

/// The same method with so many resamples.
fn spec(resamples: f64, level: f64, method: BootstrapMethod) -> String {
    let method = match method {
        BootstrapMethod::Auto => "",
        BootstrapMethod::Percentile => ", method: percentile",
        BootstrapMethod::Basic => ", method: basic",
        BootstrapMethod::Bca => ", method: bca",
        BootstrapMethod::Studentized => ", method: studentized",
    };
    let resamples = thousands(resamples as usize, '_');
    let level = (level * 1e10).round() / 1e8;
    format!("bootstrap({resamples}, level: {level}%{method})")
}
