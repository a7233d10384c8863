//! D101: some results lead to no decision.

use super::cells::{
    Found, How, Kind, Solution, Space, State, Truth, Want, Way, shown_number, unit,
};
use super::{Context, Findings, declare_check};
use crate::diagnostic::{Answer, CodeInfo, Diagnostic};
use crate::hir::Decide;
use crate::text::Span;

declare_check!("D101" "undecided-region" Error "d101_undecided_region.md" run);

const WHY: &str = "a plan that says nothing about some results leaves their meaning to be found after they are seen";

fn run(info: &'static CodeInfo, context: &Context<'_>, findings: &mut Findings) {
    for (id, decide) in context.plan.decides.iter().filter(|(_, d)| d.read) {
        let space = context.space(id);
        let Some(last) = decide.rules.last() else {
            continue;
        };
        if decide.common.broken {
            // Of what could not be read a hole is claimed only where it is one whatever was meant.
            if space.otherwise().is_none()
                && let Found::At(hole) = space.search(&space.none_before(space.rules.len()))
            {
                findings.report(refuted(info, decide, &space, hole));
            }
            continue;
        }
        if let Some(rest) = space.otherwise().and_then(|i| space.rules.get(i)) {
            let why = format!(
                "`{} otherwise` takes what no other rule fires on",
                rest.outcome
            );
            findings.prove(info, decide.common.name_span, why);
            continue;
        }
        match space.search(&space.none_before(space.rules.len())) {
            Found::Nowhere => {
                let why = "on every result at least one rule fires";
                findings.prove(info, decide.common.name_span, why);
            }
            Found::Unsure => findings.report(
                Diagnostic::new(info, "the rules may leave some results without a decision")
                    .answered(Answer::Open)
                    .label(
                        last.span,
                        "nothing follows where this rule doesn't fire either",
                    )
                    .why(WHY)
                    .help("end with a rule for the rest, such as `iterate otherwise`"),
            ),
            Found::At(hole) => findings.report(refuted(info, decide, &space, hole)),
        }
    }
}

fn refuted(info: &'static CodeInfo, decide: &Decide, space: &Space, hole: Solution) -> Diagnostic {
    let decided = holes(space, Want::Refuted);
    let straddling = straddling(space);
    let message = if decided.is_empty() {
        "results whose interval reaches across a threshold lead to no decision"
    } else {
        "some results lead to no decision"
    };
    let mut diagnostic = Diagnostic::new(info, message);
    for (number, rule) in decide.rules.iter().enumerate() {
        let text = if number + 1 == decide.rules.len() {
            "and this is the last rule"
        } else {
            ""
        };
        diagnostic = diagnostic.label(rule.span, text);
    }
    let gaps: Vec<String> = decided
        .iter()
        .filter_map(|(axis, s)| gap(space, *axis, s))
        .take(3)
        .collect();
    let mut shown: Vec<Solution> = decided.into_iter().map(|(_, s)| s).take(2).collect();
    shown.extend(straddling);
    if shown.is_empty() {
        shown.push(hole);
    }
    for solution in &shown {
        let (numbers, reasons) = (space.show(solution), space.reasons(solution, usize::MAX));
        diagnostic = diagnostic.witness(format!("{numbers} → no rule fires: {reasons}"));
    }
    if let Some(last) = decide.rules.last() {
        let end = Span {
            start: last.span.end,
            ..last.span
        };
        let rule = "\n  iterate otherwise";
        diagnostic = diagnostic.fix("let the rest be `iterate`", false, end, rule);
    }
    let rest = "end with a rule for the rest, such as `iterate otherwise`";
    diagnostic = diagnostic.why(WHY);
    if gaps.is_empty() {
        diagnostic.help(rest)
    } else {
        diagnostic.help(format!(
            "{rest}, or say what follows for {}",
            gaps.join(" and for ")
        ))
    }
}

/// Results that no rule fires on though each is as wanted, one for each axis that may be the cause:
/// on all others the first rule has what it asks for.
fn holes(space: &Space, want: Want) -> Vec<(Option<usize>, Solution)> {
    let wants: Vec<(usize, Want)> = (0..space.rules.len()).map(|rule| (rule, want)).collect();
    let mut found = Vec::new();
    for cause in 0..space.axes.len() {
        let others_hold =
            |axis: usize, state: &State| axis == cause || space.holds_for_first(axis, state);
        if let Found::At(solution) = space.search_among(&wants, &others_hold)
            && space.reads(cause, 0)
        {
            found.push((Some(cause), solution));
        }
    }
    if found.is_empty()
        && let Found::At(solution) = space.search(&wants)
    {
        found.push((None, solution));
    }
    found
}

/// A result that leaves a rule unclear: the first rule, and by one quantity alone, if possible.
fn straddling(space: &Space) -> Option<Solution> {
    let unclear = |rule: usize| {
        let mut wants = space.none_before(space.rules.len());
        wants.push((rule, Want::Unclear));
        wants
    };
    let at = |found: Found| match found {
        Found::At(solution) => Some(solution),
        Found::Unsure | Found::Nowhere => None,
    };
    let by_one = (0..space.axes.len()).find_map(|cause| {
        let others_hold =
            |axis: usize, state: &State| axis == cause || space.holds_for_first(axis, state);
        at(space.search_among(&unclear(0), &others_hold))
    });
    by_one.or_else(|| (0..space.rules.len()).find_map(|rule| at(space.search(&unclear(rule)))))
}

/// The stretch of an axis around the witness on which nothing is decided: `gain(f1_macro) between
/// 0 pp and 1 pp`.
fn gap(space: &Space, cause: Option<usize>, solution: &Solution) -> Option<String> {
    let cause = cause?;
    let axis = space.axes.get(cause)?;
    let Kind::Measured { scale, .. } = &axis.kind else {
        return None;
    };
    let (_, point) = solution.points.get(cause)?.as_ref()?;
    let at = point.way?.point;
    let undecided = |cell: usize| space.undecided_at(solution, cause, cell);
    if !undecided(at) || axis.tests.iter().any(|t| t.how == How::Width) {
        return None;
    }
    let first = (scale.first..=at)
        .rev()
        .take_while(|&c| undecided(c))
        .last()?;
    let last = (at..=scale.last).take_while(|&c| undecided(c)).last()?;
    let low = (first > scale.first).then(|| scale.bounds(first).0);
    let high = (last < scale.last).then(|| scale.bounds(last).1);
    let show = |n: f64| {
        let number = shown_number(n * axis.look.factor);
        format!("{number}{}", unit(&axis.look.unit))
    };
    let (low, high) = if axis.look.factor < 0.0 {
        (high, low)
    } else {
        (low, high)
    };
    let name = &axis.look.name;
    match (low, high) {
        (Some(low), Some(high)) if low == high => Some(format!("{name} of exactly {}", show(low))),
        (Some(low), Some(high)) => Some(format!("{name} between {} and {}", show(low), show(high))),
        (Some(low), None) => Some(format!("{name} above {}", show(low))),
        (None, Some(high)) => Some(format!("{name} below {}", show(high))),
        (None, None) => None,
    }
}

impl Space {
    /// Whether the state gives the first rule all that it asks of the axis.
    fn holds_for_first(&self, axis: usize, state: &State) -> bool {
        let atoms = self.axes.get(axis).map_or(&[][..], |a| &a.atoms);
        atoms.iter().zip(&state.truths).all(|(&atom, truth)| {
            let of_first = self.atoms.get(atom).is_some_and(|a| a.rule == 0);
            !of_first || *truth == Truth::Established
        })
    }

    fn reads(&self, axis: usize, rule: usize) -> bool {
        self.atoms.iter().any(|a| a.axis == axis && a.rule == rule)
    }

    /// Whether no rule fires with the axis's whole interval in the cell and all else as it is.
    fn undecided_at(&self, solution: &Solution, axis: usize, cell: usize) -> bool {
        let Some(whole) = self.axes.get(axis) else {
            return false;
        };
        let inside = |s: &State| {
            let at = |w: &Way| w.low == cell && w.high == cell;
            s.ways.iter().any(at)
        };
        let Some(state) = whole.states.iter().position(inside) else {
            return false;
        };
        let mut atoms = solution.atoms.clone();
        whole.tell(state, &mut atoms);
        self.rules.iter().all(|rule| match &rule.when {
            Some(when) => when.known(&atoms).1 < Truth::Established,
            None => false,
        })
    }
}
