//! U114: an exact paired test on so few runs or rows that no result is significant.
//!
//! A test that only uses the signs or the order of k paired differences has 2ᵏ equally likely outcomes, so
//! its two-sided p value is never under 2^(1−k).

use super::sizes::{declared, most_units, percent, runs, whole};
use super::{Context, Findings, declare_check};
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::hir::{
    Compare, Comparison, Condition, Correction, Over, Plan, QuantityKind, Reading, Term, TestMethod,
};
use crate::power::alpha;
use crate::text::{Span, Spanned};

declare_check!("U114" "unattainable-significance" Warning "u114_unattainable_significance.md" run);

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Findings) {
    for (_, c) in cx.plan.compares.iter().filter(|(_, c)| !c.common.broken) {
        let Some(test) = c.test.filter(|t| by_signs(t.value)) else {
            continue;
        };
        let Some((pairs, what)) = pairs(cx.plan, c) else {
            continue;
        };
        let floor = Floor {
            pairs,
            what,
            claims: claims(cx.plan, c, test.value),
            wanted: wanted(cx.plan, c),
        };
        if floor.reached() {
            let why = format!(
                "{} {what} give p values down to {}",
                whole(pairs),
                percent(floor.smallest())
            );
            out.prove(code, test.span, why);
        } else {
            out.report(refuted(code, cx.plan, c, test, &floor));
        }
    }
}

/// The smallest p value there can be, and the one that is wanted.
struct Floor {
    pairs: f64,
    what: &'static str,
    /// By how many claims a correction multiplies the smallest p value, at least.
    claims: f64,
    wanted: (f64, Option<Span>),
}

impl Floor {
    fn smallest(&self) -> f64 {
        (2f64.powf(1.0 - self.pairs) * self.claims).min(1.0)
    }

    fn reached(&self) -> bool {
        self.smallest() <= self.wanted.0 * (1.0 + 1e-12)
    }

    fn needed(&self) -> f64 {
        (1.0 + (self.claims / self.wanted.0).log2() - 1e-9).ceil()
    }
}

/// Whether the test's law has a smallest p value that depends on the number of pairs alone.
fn by_signs(test: TestMethod) -> bool {
    match test {
        TestMethod::Sign
        | TestMethod::Wilcoxon
        | TestMethod::Permutation
        | TestMethod::ApproximateRandomization
        | TestMethod::Mcnemar => true,
        TestMethod::T
        | TestMethod::Welch
        | TestMethod::MannWhitney
        | TestMethod::Z
        | TestMethod::CorrectedT
        | TestMethod::Friedman
        | TestMethod::Delong => false,
    }
}

/// The pairs there are at most.
fn pairs(plan: &Plan, c: &Compare) -> Option<(f64, &'static str)> {
    if c.over.is_none_or(|o| o.value == Over::Rows) {
        return most_units(&declared(plan, &c.on.as_ref()?.data));
    }
    // Not-paired runs may change sides in more ways than two a pair.
    if c.paired.is_some_and(|p| !p.value) {
        return None;
    }
    let all = std::iter::once(&c.subject).chain(&c.against);
    let systems = all.map(|v| (v, &plan.systems[v.variant.system]));
    if systems.clone().any(|(_, s)| s.common.broken) {
        return None;
    }
    // A built-in floor has one run, and is a constant beside the others.
    let most = systems
        .filter(|(_, s)| !s.is_builtin())
        .map(|(v, _)| runs(plan, &v.variant))
        .max()?;
    (most > 1).then_some((most as f64, "runs"))
}

/// Bonferroni and Holm multiply the smallest p value by the number of claims; of step-up corrections all
/// may pass together. Of slices the whole alone is counted: their parts aren't known.
fn claims(plan: &Plan, c: &Compare, test: TestMethod) -> f64 {
    let over_runs = c.over.is_some_and(|o| o.value == Over::Runs);
    let fits = |kind| over_runs || test.fits().contains(&kind);
    let metrics = c
        .metrics
        .iter()
        .filter(|m| fits(plan.metric_kind(m.metric)));
    let known = c
        .against
        .iter()
        .filter(|v| !plan.is_reported(v.variant.system));
    match c.correct.as_ref().map(|c| c.value) {
        Some(Correction::Bonferroni | Correction::Holm) => {
            (metrics.count() * known.count()).max(1) as f64
        }
        Some(Correction::None | Correction::Hochberg | Correction::Bh | Correction::By) | None => {
            1.0
        }
    }
}

/// The largest p value that a rule on the pair takes, else the plan's level.
fn wanted(plan: &Plan, c: &Compare) -> (f64, Option<Span>) {
    let of_pair = plan.decides.iter().filter(|(_, d)| {
        d.subject.variant == c.subject.variant
            && c.against.iter().any(|a| a.variant == d.against.variant)
    });
    let mut found: Vec<(f64, Span)> = Vec::new();
    for (_, d) in of_pair {
        for when in d.rules.iter().filter_map(|r| r.when.as_ref()) {
            thresholds(when, &mut found);
        }
    }
    let largest = found.into_iter().max_by(|a, b| a.0.total_cmp(&b.0));
    match largest {
        Some((p, span)) => (p.max(alpha(plan)), Some(span)),
        None => (alpha(plan), None),
    }
}

/// The thresholds of `p_value(gain(…)) < p`.
fn thresholds(condition: &Condition, found: &mut Vec<(f64, Span)>) {
    match condition {
        Condition::And(parts) | Condition::Or(parts) => {
            parts.iter().for_each(|p| thresholds(p, found));
        }
        Condition::Not(inner) | Condition::Possibly(inner) => thresholds(inner, found),
        Condition::Every { body, .. } => thresholds(body, found),
        Condition::Atom(atom) => {
            let read = match (&atom.left, &atom.right) {
                (Term::Read(Reading::PValue, q), Term::Constant(p, _)) => Some((q, atom.op, *p)),
                (Term::Constant(p, _), Term::Read(Reading::PValue, q)) => {
                    Some((q, atom.op.turned(), *p))
                }
                _ => None,
            };
            if let Some((q, Comparison::Lt | Comparison::Le, p)) = read
                && matches!(q.kind, QuantityKind::Gain | QuantityKind::Delta)
            {
                found.push((p, atom.span));
            }
        }
        Condition::Error => {}
    }
}

fn refuted(
    code: &'static CodeInfo,
    plan: &Plan,
    c: &Compare,
    test: Spanned<TestMethod>,
    floor: &Floor,
) -> Diagnostic {
    let name = TestMethod::ALL.iter().find(|t| t.1 == test.value);
    let name = name.map_or("", |t| t.0);
    let (pairs, what) = (whole(floor.pairs), floor.what);
    let message = format!(
        "`{name}` on {pairs} {what} never has a p value under {}",
        percent(floor.smallest())
    );
    let mut d = Diagnostic::new(code, message).label(test.span, "this test");
    let seeds = plan.systems[c.subject.variant.system].seeds.as_ref();
    if let Some(seeds) = seeds.filter(|_| what == "runs") {
        d = d.label(seeds.span, format!("on {pairs} {what}"));
    }
    if let Some(correct) = c.correct.as_ref().filter(|_| floor.claims > 1.0) {
        let label = format!("times {} claims", floor.claims);
        d = d.label(correct.span, label);
    }
    if let Some(rule) = floor.wanted.1 {
        d = d.label(rule, "so this never holds");
    }
    let times = if floor.claims > 1.0 {
        format!(" × {} claims", floor.claims)
    } else {
        String::new()
    };
    d.witness(format!(
        "2^(1 − {pairs}){times} = {}, wanted is {}",
        percent(floor.smallest()),
        percent(floor.wanted.0)
    ))
    .why(
        "even where every pair points the same way, chance alone would do that too often (Fisher 1935; Dror et al. 2018)",
    )
    .help(format!("at least {} {what}", whole(floor.needed())))
    .help(if what == "runs" {
        "or test over rows: leave `over: runs` out"
    } else {
        "or take an interval instead of a test"
    })
}
