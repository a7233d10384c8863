//! Selections: the best of several systems that is established to meet the requirements.

use super::book::{Book, Page, number, spec, unit_of};
use super::design::Design;
use super::front;
use super::optimism::{Rule, optimism};
use super::truth::{Ends, Scene, judge};
use crate::hir::{self, MetricRef, Plan, Variant};
use crate::result::{Candidate, Choice, Objective, Optimism, Requirement, Selection, Truth};

/// One entry for each `select`.
pub(super) fn selections(book: &Book<'_>) -> Vec<Selection> {
    book.plan
        .selects
        .iter()
        .filter_map(|(_, s)| selection(book, s))
        .collect()
}

/// The winner's value without what choosing it on these rows added; other rows that report it need no correction.
fn corrected(
    book: &Book<'_>,
    page: &Page<'_>,
    s: &hir::Select,
    entrants: &[Entrant<'_>],
    winner: &Variant,
) -> Option<Optimism> {
    let on = &s.on.as_ref()?.data;
    if s.report_on.as_ref().is_some_and(|r| r.data != *on) {
        return None;
    }
    let (objective, maximize) = s.objective.as_ref()?;
    let able: Vec<&Variant> = entrants
        .iter()
        .filter(|e| e.shown.eligible == Truth::Established && e.merit.is_some())
        .map(|e| e.variant)
        .collect();
    let metrics = &book.plan.metrics;
    let rule = Rule {
        systems: &able,
        objective,
        sign: if *maximize { 1.0 } else { -1.0 },
        prefer: s
            .prefer
            .as_ref()
            .map(|(metric, within)| (metric, metrics[metric.metric].sign(), *within)),
    };
    let factor = unit_of(&metrics[objective.metric].measure).1;
    optimism(page, &rule, winner, (0.95, book.seed, factor))
}

/// A system with what decides about it.
struct Entrant<'a> {
    variant: &'a Variant,
    shown: Candidate,
    /// The objective's estimate, turned so that more is better.
    merit: Option<f64>,
}

fn selection(book: &Book<'_>, s: &hir::Select) -> Option<Selection> {
    let on = s.on.as_ref()?;
    let page = book.page(&on.data)?;
    let (objective, maximize) = s.objective.as_ref()?;
    let mut entrants: Vec<Entrant<'_>> = s
        .from
        .iter()
        .map(|v| entrant(book.plan, &page, s, &v.variant, objective, *maximize))
        .collect();
    entrants.sort_by(|a, b| {
        let key = |e: &Entrant<'_>| {
            (
                e.shown.eligible != Truth::Established,
                -e.merit.unwrap_or(f64::NEG_INFINITY),
            )
        };
        key(a).0.cmp(&key(b).0).then(key(a).1.total_cmp(&key(b).1))
    });
    let chosen = choose(book.plan, &page, s, &entrants);
    let reason = reason(book.plan, s, &entrants, chosen);
    let winner = chosen.and_then(|i| entrants.get(i)).map(|e| e.variant);
    let optimism = winner.and_then(|winner| corrected(book, &page, s, &entrants, winner));
    let criteria = front::criteria(book.plan, s);
    let systems: Vec<&Variant> = entrants.iter().map(|e| e.variant).collect();
    let standings = front::standings(&page, &systems, &criteria);
    for (e, standing) in entrants.iter_mut().zip(standings) {
        (e.shown.front, e.shown.front_share) = (standing.front, standing.share);
    }
    for e in entrants.iter_mut().filter(|e| e.merit.is_none()) {
        e.shown.note = Some(format!("no value of {}", objective.text));
    }
    Some(Selection {
        name: s.common.name.clone(),
        partition: book.plan.show_data(&on.data),
        chosen: chosen.and_then(|i| entrants.get(i)).map(|e| Choice {
            system: e.shown.system.clone(),
            variant: e.shown.variant.clone(),
        }),
        reason,
        report_on: s.report_on.as_ref().map(|r| book.plan.show_data(&r.data)),
        optimism,
        criteria: match criteria.as_slice() {
            [_] => Vec::new(),
            several => several.iter().map(|(m, _)| m.text.clone()).collect(),
        },
        candidates: entrants.into_iter().map(|e| e.shown).collect(),
    })
}

fn entrant<'a>(
    plan: &'a Plan,
    page: &Page<'_>,
    s: &hir::Select,
    variant: &'a Variant,
    objective: &MetricRef,
    maximize: bool,
) -> Entrant<'a> {
    let scene = Scene {
        plan,
        page: *page,
        subject: variant,
        against: None,
        design: Design::of(None, spec(None), 0),
        adjusted: &|_, _| None,
        interaction: &|_, _| None,
        ends: Ends::Planned,
    };
    let judged = s.require.as_ref().map(|require| judge(&scene, require));
    let (unit, factor) = unit_of(&plan.metrics[objective.metric].measure);
    let found = page
        .sample(variant, objective, 0)
        .map(|sample| number(&sample, &spec(None), page.unit(), factor));
    let estimate = found.as_ref().and_then(|f| f.estimate);
    let ends = found.as_ref().and_then(|f| f.interval.as_ref());
    let shown = Candidate {
        system: plan.systems[variant.system].common.name.clone(),
        variant: plan.spell(variant),
        eligible: judged.as_ref().map_or(Truth::Established, |j| j.truth),
        requirements: judged.map_or(Vec::new(), |j| j.atoms.iter().map(requirement).collect()),
        objective: Some(Objective {
            metric: objective.text.clone(),
            unit,
            estimate,
            low: ends.map(|i| i.low),
            high: ends.map(|i| i.high),
        }),
        front: None,
        front_share: None,
        note: None,
    };
    Entrant {
        variant,
        shown,
        merit: estimate.map(|e| if maximize { e } else { -e }),
    }
}

fn requirement(atom: &crate::result::Atom) -> Requirement {
    Requirement {
        text: atom.text.clone(),
        truth: atom.truth,
        unit: atom.unit.clone(),
        value: atom.value,
        low: atom.low,
        high: atom.high,
    }
}

/// The best established entrant; among those within the preferred distance of it, the one that is
/// best by the tie-break.
fn choose(
    plan: &Plan,
    page: &Page<'_>,
    s: &hir::Select,
    entrants: &[Entrant<'_>],
) -> Option<usize> {
    let able = |e: &Entrant<'_>| e.shown.eligible == Truth::Established && e.merit.is_some();
    let best = entrants.iter().position(able)?;
    let Some((tie_break, within)) = &s.prefer else {
        return Some(best);
    };
    let metric = &plan.metrics[tie_break.metric];
    let best_merit = entrants.get(best)?.merit?;
    // The distance is canonical, and so is the objective's merit but for its display factor.
    let factor = s
        .objective
        .as_ref()
        .map_or(1.0, |(o, _)| unit_of(&plan.metrics[o.metric].measure).1);
    let mut chosen = (best, f64::NEG_INFINITY);
    for (i, e) in entrants.iter().enumerate().filter(|(_, e)| able(e)) {
        if best_merit - e.merit.unwrap_or(f64::NEG_INFINITY) > within * factor + 1e-12 {
            continue;
        }
        let Some(sample) = page.sample(e.variant, tie_break, 0) else {
            continue;
        };
        let score = metric.sign() * sample.estimate;
        if score > chosen.1 {
            chosen = (i, score);
        }
    }
    Some(chosen.0)
}

fn reason(plan: &Plan, s: &hir::Select, entrants: &[Entrant<'_>], chosen: Option<usize>) -> String {
    let objective = s.objective.as_ref().map_or("", |(o, _)| o.text.as_str());
    let direction = if s.objective.as_ref().is_some_and(|o| o.1) {
        "highest"
    } else {
        "lowest"
    };
    let able = entrants
        .iter()
        .filter(|e| e.shown.eligible == Truth::Established)
        .count();
    match chosen {
        None if s.require.is_some() => "no system is established to meet the requirements".into(),
        None => format!("no system has a value of {objective}"),
        Some(0) => {
            let among = if s.require.is_some() {
                format!("of the {able} established to meet the requirements")
            } else {
                format!("of {able}")
            };
            match able {
                1 if s.require.is_some() => {
                    "the only one established to meet the requirements".into()
                }
                _ => format!("the {direction} {objective} {among}"),
            }
        }
        Some(_) => {
            let tie_break = s.prefer.as_ref().map_or("", |p| p.0.text.as_str());
            let best = entrants
                .first()
                .map_or(String::new(), |e| plan.show(e.variant));
            format!("better {tie_break} than {best}, and its {objective} is within the tolerance")
        }
    }
}
