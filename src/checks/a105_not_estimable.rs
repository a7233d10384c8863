//! A105: a fraction cannot tell apart effects that the plan claims.

use super::context::{Context, Findings};
use super::declare_check;
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::hir::{Condition, Factorial, Id, Plan, QuantityKind};
use crate::stats::factorial::Word;
use crate::text::Span;

declare_check!("A105" "not-estimable" Error "a105_not_estimable.md" run);

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Findings) {
    for (id, f) in cx.plan.factorials.iter() {
        if f.cells.is_empty() {
            continue;
        }
        let claims = claims(cx.plan, id, f);
        let faults = faults(f, &claims);
        if faults.is_empty() {
            let n = claims.len();
            let why = format!("each of the {n} effects claimed has a contrast of its own");
            out.prove(code, f.over_span, why);
        } else {
            out.report(diagnose(code, cx.plan, f, &claims, &faults));
        }
    }
}

/// An effect that the plan claims: the product of its components' codes, and where.
struct Claim {
    word: Word,
    at: Span,
}

/// Every single component, the interactions named, and those that rules read.
fn claims(plan: &Plan, id: Id<Factorial>, f: &Factorial) -> Vec<Claim> {
    let singles = f.over.iter().enumerate().map(|(i, factor)| Claim {
        word: Word::of([i]),
        at: factor.component.span,
    });
    let named = f.interactions.iter().map(|i| Claim {
        word: Word::of(i.value.iter().copied()),
        at: i.span,
    });
    let read = plan.decides.iter().flat_map(|(_, d)| {
        let conditions = d.rules.iter().filter_map(|r| r.when.as_ref());
        let quantities = conditions.flat_map(Condition::quantities);
        quantities.filter_map(move |q| match q.kind {
            QuantityKind::Interaction(a, b) => {
                let (found, _) = plan.interacting(&d.subject.variant, a, b)?;
                let word = Word::of([f.factor(a)?, f.factor(b)?]);
                (found == id).then_some(Claim { word, at: q.span })
            }
            _ => None,
        })
    });
    let mut all: Vec<Claim> = Vec::new();
    for claim in singles.chain(named).chain(read) {
        if !all.iter().any(|c| c.word == claim.word) {
            all.push(claim);
        }
    }
    all
}

/// Pairs of claims, by place, that are one contrast; a claim with itself where it is the mean's.
fn faults(f: &Factorial, claims: &[Claim]) -> Vec<(usize, usize)> {
    let relation = f.relation();
    let mut found = Vec::new();
    for (i, claim) in claims.iter().enumerate() {
        for alias in relation.aliases(claim.word) {
            if alias.factors == 0 {
                found.push((i, i));
            }
            let other = claims.iter().position(|c| c.word.factors == alias.factors);
            found.extend(other.filter(|&o| o > i).map(|o| (i, o)));
        }
    }
    found
}

fn diagnose(
    code: &'static CodeInfo,
    plan: &Plan,
    f: &Factorial,
    claims: &[Claim],
    faults: &[(usize, usize)],
) -> Diagnostic {
    let shown = |place: usize| {
        let claim = claims.get(place);
        claim.map_or(String::new(), |c| f.show_word(plan, c.word))
    };
    let message = match faults.first() {
        Some(&(a, b)) if a == b => {
            format!("`{}` is the same in every cell of this fraction", shown(a))
        }
        Some(&(a, b)) => format!(
            "this fraction cannot tell `{}` from `{}`",
            shown(a),
            shown(b)
        ),
        None => String::new(),
    };
    let mut d = Diagnostic::new(code, message);
    if let (Some(first), Some(last)) = (f.generators.first(), f.generators.last()) {
        d = d.label(
            first.span.to(last.span),
            "this fraction of the cells is run",
        );
    }
    let mut places: Vec<usize> = faults.iter().flat_map(|&(a, b)| [a, b]).collect();
    places.sort_unstable();
    places.dedup();
    for place in places {
        if let Some(claim) = claims.get(place) {
            d = d.label(claim.at, format!("`{}` is claimed here", shown(place)));
        }
    }
    let relation = f.relation();
    let words: Vec<String> = relation
        .words()
        .into_iter()
        .map(|w| f.show_word(plan, w))
        .collect();
    d = d.witness(format!("the same in all cells: {}", words.join(", ")));
    for claim in claims {
        let chain: Vec<String> = std::iter::once(claim.word)
            .chain(relation.aliases(claim.word))
            .map(|w| f.show_word(plan, w))
            .collect();
        d = d.witness(format!(
            "measured as one: {}",
            chain.join(" + ").replace("+ -", "- ")
        ));
    }
    d.why(
        "where two products of components are equal in every cell, their effects enter every result together \
         (Box, Hunter & Hunter 2005, chapter 6)",
    )
    .help("leave `fraction:` and `generators:` out: all cells tell all effects apart")
    .help("or generate from longer products, or claim only one of what is measured as one")
}
