//! D103: two blocks on one pair decide differently on one result.
//!
//! The rules of one block are ordered, so it contradicts itself nowhere. Two `decide` blocks on one pair
//! aren't, nor are the rules of a `stop` beside those of a `decide`. Outcomes contradict each other
//! where one of them means something to both blocks: blocks that share no outcome answer different
//! questions unless neither answers its own for every result, and so does a block with a name of its own
//! that shares no metric with the other.

use super::cells::{Found, Ranges, Solution, Space, Want};
use super::{Context, Findings, declare_check};
use crate::diagnostic::{Answer, CodeInfo, Diagnostic};
use crate::hir::{Condition, Decide, Id, Metric, Plan, Rule, VariantRef};
use crate::text::Span;
use std::collections::BTreeSet;

declare_check!("D103" "overlapping-outcomes" Error "d103_overlapping_outcomes.md" run);

const WHY: &str = "whoever reads the results can pick the verdict they like better";

/// Rules in order, of one pair.
struct Block<'a> {
    kind: &'static str,
    subject: &'a VariantRef,
    against: &'a VariantRef,
    rules: &'a [Rule],
    /// Whether it was given a name.
    named: bool,
    at: Span,
}

fn run(info: &'static CodeInfo, context: &Context<'_>, findings: &mut Findings) {
    let blocks = blocks(context.plan);
    for (number, second) in blocks.iter().enumerate() {
        let earlier = blocks.iter().take(number);
        let rivals: Vec<&Block<'_>> = earlier.filter(|b| rivals(b, second)).collect();
        let answers = rivals
            .iter()
            .map(|first| (first, answer(context.plan, first, second)));
        let mut at_odds = answers.filter(|(_, a)| !matches!(a, Meeting::Apart));
        match at_odds.next() {
            Some((first, meeting)) => {
                findings.report(diagnose(info, context.plan, first, second, meeting));
            }
            None if !rivals.is_empty() => {
                let why = "no result meets rules of both blocks with different outcomes";
                findings.prove(info, second.at, why);
            }
            None => {}
        }
    }
}

fn blocks(plan: &Plan) -> Vec<Block<'_>> {
    let decides = plan.decides.iter().filter(|(_, d)| !d.common.broken);
    let decided = decides.map(|(_, d)| Block {
        kind: "decision",
        subject: &d.subject,
        against: &d.against,
        rules: &d.rules,
        // A block without a name is called after its pair.
        named: !d.common.name.contains(' '),
        at: d.common.name_span,
    });
    let stops = plan.stops.iter().filter(|(_, s)| !s.rules.is_empty());
    let stopped = stops.map(|(_, s)| Block {
        kind: "stop",
        subject: &s.subject,
        against: &s.against,
        rules: &s.rules,
        named: false,
        at: s.common.name_span,
    });
    decided.chain(stopped).collect()
}

/// Whether the two can contradict each other at all.
fn rivals(a: &Block<'_>, b: &Block<'_>) -> bool {
    let judged = a.kind == "decision"; // two stops on one pair end the same runs
    let pair =
        judged && a.subject.variant == b.subject.variant && a.against.variant == b.against.variant;
    // Of many blocks few pairs are one pair.
    let questions = || (a.named || b.named) && metrics(a).is_disjoint(&metrics(b));
    pair && !questions() && (parts_of_one(a, b) || !outcomes(a).is_disjoint(&outcomes(b)))
}

/// Whether neither answers its question for every result: they are parts of one answer.
fn parts_of_one(a: &Block<'_>, b: &Block<'_>) -> bool {
    let partial = |b: &Block<'_>| b.kind == "decision" && b.rules.iter().all(|r| r.when.is_some());
    partial(a) && partial(b)
}

fn outcomes<'a>(block: &Block<'a>) -> BTreeSet<&'a str> {
    let rules = block.rules.iter();
    rules.map(|r| r.outcome.value.as_str()).collect()
}

fn metrics(block: &Block<'_>) -> BTreeSet<Id<Metric>> {
    let conditions = block.rules.iter().filter_map(|r| r.when.as_ref());
    let quantities = conditions.flat_map(Condition::quantities);
    quantities.map(|q| q.metric.metric).collect()
}

/// How two blocks stand to each other.
enum Meeting {
    /// On this result, a rule of the one and one of the other fire with different outcomes.
    At(usize, usize, Box<(Space, Solution)>),
    /// There may be such a result.
    Unsure,
    /// There is none.
    Apart,
}

fn answer(plan: &Plan, first: &Block<'_>, second: &Block<'_>) -> Meeting {
    let rules = [first.rules, second.rules].concat();
    let both = Decide {
        common: crate::hir::Common::default(),
        subject: first.subject.clone(),
        against: first.against.clone(),
        rules,
        failed: None,
        read: true,
    };
    let space = Space::new(plan, &both, Ranges::Declared);
    let (known, heard) = (outcomes(first), outcomes(second));
    let mut unsure = false;
    for (i, j) in pairs(first, second) {
        let (Some(a), Some(b)) = (first.rules.get(i), second.rules.get(j)) else {
            continue;
        };
        let (a, b) = (a.outcome.value.as_str(), b.outcome.value.as_str());
        let matters = parts_of_one(first, second) || heard.contains(a) || known.contains(b);
        if a == b || !matters {
            continue;
        }
        let offset = first.rules.len();
        let mut wants = space.none_before(i);
        wants.push((i, Want::Established));
        wants.extend((offset..offset + j).map(|rule| (rule, Want::NotEstablished)));
        wants.push((offset + j, Want::Established));
        match space.search(&wants) {
            Found::At(solution) => return Meeting::At(i, j, Box::new((space, solution))),
            Found::Unsure => unsure = true,
            Found::Nowhere => {}
        }
    }
    if unsure {
        Meeting::Unsure
    } else {
        Meeting::Apart
    }
}

/// Pairs of rules, those with conditions on both sides first.
fn pairs(first: &Block<'_>, second: &Block<'_>) -> Vec<(usize, usize)> {
    let rest = |block: &Block<'_>, i: usize| block.rules.get(i).is_some_and(|r| r.when.is_none());
    let mut all: Vec<(usize, usize)> = (0..first.rules.len())
        .flat_map(|i| (0..second.rules.len()).map(move |j| (i, j)))
        .collect();
    all.sort_by_key(|&(i, j)| usize::from(rest(first, i)) + usize::from(rest(second, j)));
    all
}

fn diagnose(
    info: &'static CodeInfo,
    plan: &Plan,
    first: &Block<'_>,
    second: &Block<'_>,
    meeting: Meeting,
) -> Diagnostic {
    let pair = format!(
        "`{}` against `{}`",
        plan.show(&first.subject.variant),
        plan.show(&first.against.variant)
    );
    let help = match second.kind {
        "stop" => {
            "let the stop ask for no less than the decision does, or give it an outcome of its own"
        }
        _ => {
            "put the rules into one `decide`, whose first established rule decides, or give each \
             question outcomes of its own"
        }
    };
    let whole = match (first.kind, second.kind) {
        ("stop", _) | (_, "stop") => format!("the stop and the decision on {pair}"),
        _ => format!("two decisions on {pair}"),
    };
    let Meeting::At(i, j, found) = meeting else {
        return Diagnostic::new(info, format!("{whole} may contradict each other"))
            .answered(Answer::Open)
            .label(first.at, "the one")
            .label(second.at, "and the other")
            .why(WHY)
            .help(help);
    };
    let (space, solution) = *found;
    let mut diagnostic = Diagnostic::new(info, format!("{whole} contradict each other"));
    if let (Some(a), Some(b)) = (first.rules.get(i), second.rules.get(j)) {
        let (x, y) = (&a.outcome.value, &b.outcome.value);
        let numbers = space.show(&solution);
        diagnostic = diagnostic
            .label(a.span, format!("`{x}` by this {}", first.kind))
            .label(
                b.span,
                format!("and `{y}` by this {}, on the same result", second.kind),
            )
            .witness(format!("{numbers} → both `{x}` and `{y}`"));
    }
    diagnostic.why(WHY).help(help)
}
