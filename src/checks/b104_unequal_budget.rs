//! B104: the candidate had more of something than the baseline, and no handicap is stated.

use super::contests::{self, Contest};
use super::context::{Context, Findings};
use super::declare_check;
use crate::diagnostic::{Answer, CodeInfo, Diagnostic};
use crate::hir::{DataRef, Plan, System};
use crate::text::Span;
use crate::types::{Measure, parse_unit};
use std::collections::BTreeSet;

declare_check!("B104" "unequal-budget" Warning "b104_unequal_budget.md" run);

/// Parameters that are a budget: more of them is more to learn with.
const SPENT: [&str; 8] = [
    "epochs",
    "steps",
    "max_steps",
    "iterations",
    "parameters",
    "n_parameters",
    "shots",
    "examples",
];

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Findings) {
    let plan = cx.plan;
    let mut unsaid = BTreeSet::new();
    for contest in contests::contests(plan) {
        let found = excesses(plan, &contest);
        let (a, b) = (contest.ours(plan), contest.theirs(plan));
        let (a, b) = (&a.common.name, &b.common.name);
        let at = contest.baseline.span;
        if let Some(handicap) = contest.handicap(plan) {
            if !found.is_empty() {
                out.prove(
                    code,
                    handicap.span,
                    format!("the plan says why `{a}` may have more than `{b}`"),
                );
            }
            continue;
        }
        if !found.is_empty() {
            out.report(diagnose(code, plan, &contest, &found));
        } else if let Some(d) = open(code, plan, &contest) {
            // Once for each tuning, however many it is compared with.
            if d.labels.first().is_some_and(|l| unsaid.insert(l.span)) {
                out.report(d);
            }
        } else {
            out.prove(
                code,
                at,
                format!("`{a}` has no more trials, data, budget or seeds than `{b}`"),
            );
        }
    }
}

/// What the candidate has more of.
struct Excess {
    what: String,
    ours: (String, Span),
    theirs: (String, Span),
}

fn excesses(plan: &Plan, contest: &Contest<'_>) -> Vec<Excess> {
    let (ours, theirs) = (contest.ours(plan), contest.theirs(plan));
    let mut found: Vec<Excess> = trials(plan, contest).into_iter().collect();
    found.extend(data(plan, ours, theirs));
    let records = [
        ("budget", &ours.budget, &theirs.budget),
        ("params", &ours.params, &theirs.params),
    ];
    for (record, mine, other) in records {
        for (key, value) in mine {
            let counts = record == "budget" || SPENT.contains(&key.as_str());
            let Some(less) = other.get(key).filter(|_| counts) else {
                continue;
            };
            if more(&value.value, &less.value) {
                found.push(Excess {
                    what: key.clone(),
                    ours: (value.value.clone(), value.span),
                    theirs: (less.value.clone(), less.span),
                });
            }
        }
    }
    found.extend(seeds(ours, theirs));
    found
}

fn trials(plan: &Plan, contest: &Contest<'_>) -> Option<Excess> {
    let (a, b) = (
        contest.candidate.variant.system,
        contest.baseline.variant.system,
    );
    let (ours, theirs) = (contests::trials(plan, a, b), contests::trials(plan, b, a));
    let known = theirs.unsaid().is_none() && !theirs.parts.is_empty();
    (known && ours.total > theirs.total).then(|| Excess {
        what: "trials".into(),
        ours: (
            ours.show(),
            ours.parts.last().map_or(contest.candidate.span, |p| p.2),
        ),
        theirs: (
            theirs.show(),
            theirs.parts.first().map_or(contest.baseline.span, |p| p.2),
        ),
    })
}

/// More rows of the data that both are trained on; other data are B107's.
fn data(plan: &Plan, ours: &System, theirs: &System) -> Option<Excess> {
    let sources: BTreeSet<_> = theirs.train.iter().map(|u| u.data.dataset).collect();
    let all = |s: &System| -> BTreeSet<DataRef> {
        let uses = s.train.iter().filter(|u| sources.contains(&u.data.dataset));
        uses.map(|u| u.data.clone()).collect()
    };
    let (mine, other) = (all(ours), all(theirs));
    let covers = |d: &DataRef| {
        mine.contains(d)
            || mine
                .iter()
                .any(|m| m.dataset == d.dataset && m.part.is_none())
    };
    let more = mine != other && other.iter().all(covers);
    let show = |d: &BTreeSet<DataRef>| {
        let names: Vec<String> = d.iter().map(|d| plan.show_data(d)).collect();
        names.join(" and ")
    };
    let (first, second) = (ours.train.first()?, theirs.train.first()?);
    let last = ours.train.last()?;
    (more && !other.is_empty()).then(|| Excess {
        what: "training rows".into(),
        ours: (show(&mine), first.span.to(last.span)),
        theirs: (show(&other), second.span),
    })
}

/// More runs; a single one is U101's.
fn seeds(ours: &System, theirs: &System) -> Option<Excess> {
    let fixed = |s: &System| s.deterministic.is_some_and(|d| d.value);
    let (mine, other) = (ours.seeds.as_ref()?, theirs.seeds.as_ref()?);
    let (n, m) = (mine.value.len(), other.value.len());
    (n > m && m > 1 && !fixed(ours) && !fixed(theirs)).then(|| Excess {
        what: "seeds".into(),
        ours: (n.to_string(), mine.span),
        theirs: (m.to_string(), other.span),
    })
}

/// Whether one amount is more than another of its kind.
fn more(a: &str, b: &str) -> bool {
    match (amount(a), amount(b)) {
        (Some((x, one)), Some((y, other))) => one == other && x > y,
        _ => false,
    }
}

/// A number with its unit, canonical.
fn amount(text: &str) -> Option<(f64, Measure)> {
    let end = text
        .char_indices()
        .find(|&(i, c)| !(c.is_ascii_digit() || c == '.' || exponent(text, i)))
        .map_or(text.len(), |(i, _)| i);
    let (digits, unit) = text.split_at_checked(end)?;
    let number: f64 = digits.parse().ok()?;
    match unit.trim() {
        "" => Some((number, Measure::Number)),
        unit => {
            let unit = parse_unit(unit).ok()?;
            Some((unit.canonical(number), unit.measure))
        }
    }
}

/// Whether the letter at `i` belongs to an exponent such as `e6` or `e-3`.
fn exponent(text: &str, i: usize) -> bool {
    let rest = text.get(i..).unwrap_or("");
    let digit = |s: &str| s.starts_with(|c: char| c.is_ascii_digit());
    match rest.strip_prefix(['e', 'E']) {
        Some(tail) => digit(tail.trim_start_matches(['-', '+'])),
        None => {
            rest.strip_prefix(['-', '+']).is_some_and(digit)
                && text.get(..i).is_some_and(|head| head.ends_with(['e', 'E']))
        }
    }
}

/// Where both were tuned and the trials of one are not said.
fn open(code: &'static CodeInfo, plan: &Plan, contest: &Contest<'_>) -> Option<Diagnostic> {
    let (a, b) = (
        contest.candidate.variant.system,
        contest.baseline.variant.system,
    );
    let (ours, theirs) = (contests::trials(plan, a, b), contests::trials(plan, b, a));
    if ours.parts.is_empty() || theirs.parts.is_empty() {
        return None;
    }
    // What is written once is the same for both.
    let spans = |t: &contests::Trials| t.parts.iter().map(|p| p.2).collect::<Vec<_>>();
    if spans(&ours) == spans(&theirs) {
        return None;
    }
    let at = theirs.unsaid().or(ours.unsaid())?;
    let (ours, theirs) = (contest.ours(plan), contest.theirs(plan));
    let message = format!(
        "whether `{}` and `{}` had equally many trials is not said",
        ours.common.name, theirs.common.name
    );
    Some(
        Diagnostic::new(code, message)
            .answered(Answer::Open)
            .label(at, "no `trials:`")
            .label(contest.baseline.span, "and the two are compared here")
            .why(WHY)
            .help("say how many settings were tried: `{ trials: 20 }` after the rows"),
    )
}

const WHY: &str = "whoever tries more, trains longer or reads more tends to win, whatever the method \
                   (Dodge et al. 2019; Melis et al. 2018; Lucic et al. 2018)";

fn diagnose(
    code: &'static CodeInfo,
    plan: &Plan,
    contest: &Contest<'_>,
    found: &[Excess],
) -> Diagnostic {
    let (a, b) = (
        &contest.ours(plan).common.name,
        &contest.theirs(plan).common.name,
    );
    let what: Vec<&str> = found.iter().map(|e| e.what.as_str()).collect();
    let what = what.join(" and ");
    let mut d = Diagnostic::new(
        code,
        format!("`{a}` has more {what} than `{b}`, and nothing says why"),
    );
    for e in found {
        d = d
            .label(e.ours.1, format!("{} of `{a}`: {}", e.what, e.ours.0))
            .label(e.theirs.1, format!("{} of `{b}`: {}", e.what, e.theirs.0))
            .witness(format!(
                "{}: {} for `{a}`, {} for `{b}`",
                e.what, e.ours.0, e.theirs.0
            ));
    }
    d.label(
        contest.baseline.span,
        "and the two are set against each other here",
    )
    .why(WHY)
    .help(format!("give `{b}` as much: {}", asked(found)))
    .help(format!(
        "or say in `{a}` why that is fair: `handicap: \"…\"`"
    ))
}

/// What the baseline would need.
fn asked(found: &[Excess]) -> String {
    let one = |e: &Excess| format!("{} {}", e.what, e.ours.0.split(" (").next().unwrap_or(""));
    found.iter().map(one).collect::<Vec<_>>().join(", ")
}
