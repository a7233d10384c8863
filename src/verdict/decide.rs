//! Decisions: ordered rules, the first established one fires.

use super::book::{Book, name, part_name, spec};
use super::design::Design;
use super::factorial::interaction;
use super::truth::{Ends, Judged, Scene, judge};
use crate::hir::{self, Plan, rows_of};
use crate::result::{Comparison, Decision, Rule, Truth};

/// One entry for each `decide`.
pub(super) fn decisions(book: &Book<'_>, comparisons: &[Comparison]) -> Vec<Decision> {
    book.plan
        .decides
        .iter()
        .filter_map(|(_, d)| decision(book, d, comparisons))
        .collect()
}

fn decision(book: &Book<'_>, d: &hir::Decide, comparisons: &[Comparison]) -> Option<Decision> {
    let plan = book.plan;
    let page = match compared(plan, d) {
        Some(c) => book.page_of(c)?,
        None => book.page(&rows_of(plan, d)?)?,
    };
    let (candidate, baseline) = (
        name(plan, &d.subject.variant),
        name(plan, &d.against.variant),
    );
    let partition = plan.show_data(&page.measured.wanted.on);
    let adjusted = |metric: &str, part: usize| {
        let slice = page
            .measured
            .parts
            .get(part)
            .and_then(Option::as_ref)
            .map(part_name);
        comparisons
            .iter()
            .find(|c| {
                c.candidate == candidate
                    && c.baseline == baseline
                    && c.metric == metric
                    && c.partition == partition
                    && c.slice == slice
            })
            .and_then(|c| c.p_adjusted.or(c.p_value))
    };
    let scene = Scene {
        plan,
        page,
        subject: &d.subject.variant,
        against: Some(&d.against.variant),
        design: design_of(book, d),
        adjusted: &adjusted,
        interaction: &|components, part| {
            interaction(book, &d.subject.variant, components, &page, part)
        },
        ends: Ends::Planned,
    };
    let judged: Vec<(&hir::Rule, Judged)> = d
        .rules
        .iter()
        .map(|rule| {
            let judged = match &rule.when {
                Some(when) => judge(&scene, when),
                None => Judged {
                    truth: Truth::Established,
                    ..Judged::default()
                },
            };
            (rule, judged)
        })
        .collect();
    Some(concluded(plan, d, candidate, baseline, judged))
}

/// The comparison of the two.
fn compared<'a>(plan: &'a Plan, d: &hir::Decide) -> Option<&'a hir::Compare> {
    let of_pair = |c: &hir::Compare| {
        c.subject.variant == d.subject.variant
            && c.against.iter().any(|a| a.variant == d.against.variant)
    };
    let mut compares = plan.compares.iter().map(|(_, c)| c);
    compares.find(|c| of_pair(c))
}

/// How the comparison (or ablation) that measures the pair samples.
fn design_of(book: &Book<'_>, d: &hir::Decide) -> Design {
    let plan = book.plan;
    let compared = compared(plan, d);
    let ablated = || {
        let of =
            |a: &hir::Ablation| [&d.subject.variant, &d.against.variant].contains(&&a.of.variant);
        plan.ablations.iter().find(|(_, a)| of(a))
    };
    let said = match compared {
        Some(c) => c.interval.as_ref(),
        None => ablated().and_then(|(_, a)| a.interval.as_ref()),
    };
    Design::of(compared, spec(said.map(|i| &i.value)), book.seed)
}

fn concluded(
    plan: &Plan,
    d: &hir::Decide,
    candidate: String,
    baseline: String,
    judged: Vec<(&hir::Rule, Judged)>,
) -> Decision {
    let fired = judged
        .iter()
        .position(|(_, j)| j.truth == Truth::Established);
    let mut failures: Vec<String> = Vec::new();
    for what in judged.iter().flat_map(|(_, j)| &j.failed) {
        if !failures.contains(what) {
            failures.push(what.clone());
        }
    }
    let ruled = fired
        .and_then(|i| judged.get(i))
        .map(|(rule, _)| rule.outcome.value.clone());
    let outcome = match (&d.failed, failures.is_empty()) {
        (Some(failed), false) => Some(failed.value.clone()),
        _ => ruled,
    };
    let favours = plan
        .header
        .as_ref()
        .and_then(|h| h.favours.as_ref())
        .map(|f| f.value.clone())
        .or_else(|| d.rules.first().map(|r| r.outcome.value.clone()));
    let mut would_settle: Vec<String> = Vec::new();
    let mut rules = Vec::new();
    let verdict = verdict(&judged, fired);
    for (rule, j) in judged {
        let of_atoms = j
            .atoms
            .iter()
            .filter_map(|a| Some(format!("{}: {}", a.text, a.would_settle.as_ref()?)));
        for line in of_atoms {
            if !would_settle.contains(&line) {
                would_settle.push(line);
            }
        }
        rules.push(Rule {
            outcome: rule.outcome.value.clone(),
            truth: j.truth,
            otherwise: rule.when.is_none(),
            atoms: j.atoms,
        });
    }
    Decision {
        name: d.common.name.clone(),
        candidate,
        baseline,
        favourable: outcome.as_ref().map(|o| Some(o) == favours.as_ref()),
        outcome,
        verdict,
        failed: (!failures.is_empty()).then(|| failures.join("; ")),
        rules,
        would_settle,
    }
}

/// Why this outcome: the rules that came before it, or its own.
fn verdict(judged: &[(&hir::Rule, Judged)], fired: Option<usize>) -> String {
    let clause = |(rule, j): &(&hir::Rule, Judged)| {
        let truth = match j.truth {
            Truth::Established => "established",
            Truth::Refuted => "refuted",
            Truth::Unclear => "unclear",
        };
        format!("`{}` is {truth}", rule.outcome.value)
    };
    match fired {
        Some(0) => judged
            .first()
            .map(|first| {
                if first.0.when.is_some() {
                    clause(first)
                } else {
                    "there is no other rule".into()
                }
            })
            .unwrap_or_default(),
        _ => {
            let before: Vec<String> = judged
                .iter()
                .take(fired.unwrap_or(judged.len()))
                .map(clause)
                .collect();
            before.join(", ")
        }
    }
}
