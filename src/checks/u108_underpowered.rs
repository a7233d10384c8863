//! U108: the rows at hand can't show the effect that the decision asks for.
//!
//! Refuted where no disagreement that the plan leaves possible would do, proved where the worst would,
//! open in between: one question for each decision. Nothing is said where no number of rows is declared.

use super::sizes::{counted, effect, percent, whole};
use super::{Context, Findings, declare_check};
use crate::diagnostic::{Answer, CodeInfo, Diagnostic};
use crate::hir::{Plan, Variant};
use crate::power::sizes::Reads;
use crate::power::{Ask, Assessment, Basis, Claim, Effort, Enough, Needed, assess, claims, wished};
use crate::text::Span;
use std::collections::BTreeSet;

declare_check!("U108" "underpowered" Warning "u108_underpowered.md" run);

const WHY: &str = "with too few rows an effect of the size that matters mostly goes unseen, and what is seen is \
                   exaggerated (Card et al. 2020; Gelman & Carlin 2014)";

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Findings) {
    let (plan, reads) = (cx.plan, Reads::new());
    let mut asked: BTreeSet<Span> = BTreeSet::new();
    let mut questioned: BTreeSet<(&Variant, &Variant)> = BTreeSet::new();
    for claim in claims(plan, &reads).iter().filter(|c| !c.broken) {
        let Some(needed) = &claim.needed else {
            continue;
        };
        let found = assess(plan, &reads, claim, None, Effort::Quick);
        match found.enough {
            Enough::No if asked.insert(needed.span) => {
                out.report(refuted(code, plan, claim, needed, &found));
            }
            Enough::Yes => out.prove(code, needed.span, proved(plan, claim, needed, &found)),
            Enough::Unsure if may_be_settled(plan, claim, &found) => {
                if questioned.insert((claim.subject, claim.against)) {
                    out.report(open(code, plan, claim, needed, &found));
                }
            }
            Enough::No | Enough::Unsure | Enough::NotAsked => {}
        }
    }
}

/// Whether the plan declares rows, and a pilot or clusters would tell the rest.
fn may_be_settled(plan: &Plan, claim: &Claim<'_>, found: &Assessment<'_>) -> bool {
    let whole = claim.part.is_none();
    let declared = found.units.rows.declared.is_some() && found.units.rows.count.number().is_some();
    let classes = plan.datasets[claim.on.dataset].label.is_some();
    let piloted = claim.pilot.is_some();
    whole
        && declared
        && match found.basis {
            Basis::AnyDisagreement | Basis::Bounded(_) => !piloted,
            Basis::Nothing(crate::power::Why::NoForm) => {
                !piloted && classes && in_points(plan, claim)
            }
            Basis::Disagreement(_) | Basis::Spread(_) | Basis::Simulated(..) => true,
            Basis::Tail(_) => true,
            Basis::AnySimulated(_)
            | Basis::AnyScores(_)
            | Basis::Runs
            | Basis::ApartShares
            | Basis::ApartBounded(_)
            | Basis::ApartRuns
            | Basis::Nothing(_) => false,
        }
}

fn in_points(plan: &Plan, claim: &Claim<'_>) -> bool {
    let measure = &plan.metrics[claim.metric.metric].measure;
    measure.difference() == crate::types::Measure::Points
}

fn shown(plan: &Plan, claim: &Claim<'_>, size: f64) -> String {
    effect(&plan.metrics[claim.metric.metric].measure, size)
}

fn proved(plan: &Plan, claim: &Claim<'_>, needed: &Needed, found: &Assessment<'_>) -> String {
    let smallest = found.smallest.worst.unwrap_or(needed.effect);
    format!(
        "{} rows show gains in `{}` from {} on, and `{}` asks for {}",
        counted(found.units.rows.count),
        claim.metric.text,
        shown(plan, claim, smallest),
        needed.outcome,
        shown(plan, claim, needed.effect),
    )
}

/// The diagnostic's places: the rule, the rows, the pilot.
fn placed(d: Diagnostic, claim: &Claim<'_>, needed: &Needed, found: &Assessment<'_>) -> Diagnostic {
    let label = match needed.how {
        Ask::Margin => format!("`{}` asks for this margin", needed.outcome),
        Ask::Point | Ask::Beyond => format!("`{}` asks for this", needed.outcome),
    };
    let mut d = d.label(needed.span, label);
    if let Some(span) = found.units.rows.declared {
        let rows = counted(found.units.rows.count);
        d = d.label(span, format!("{rows} rows are there to show it"));
    }
    if let Some(pilot) = claim.pilot
        && let Some(at) = pilot.disagreement.as_ref().map(|d| d.span)
    {
        d = d.label(at, "by this pilot");
    }
    d
}

fn assumed(plan: &Plan, claim: &Claim<'_>, basis: Basis) -> String {
    match basis {
        Basis::Disagreement(d) => format!("by the declared disagreement of {}", percent(d)),
        Basis::Simulated(d, _) => {
            format!("simulated with the declared disagreement of {}", percent(d))
        }
        Basis::Spread(sd) => format!(
            "the declared standard deviation of {}",
            shown(plan, claim, sd)
        ),
        Basis::AnyDisagreement => "even if all disagreements went one way".into(),
        Basis::ApartShares => "even if one of the two were at 0 or 100 %".into(),
        Basis::Tail(_) => "by the pilot's level and standard deviation".into(),
        Basis::AnySimulated(_)
        | Basis::AnyScores(_)
        | Basis::Bounded(_)
        | Basis::Runs
        | Basis::ApartBounded(_)
        | Basis::ApartRuns
        | Basis::Nothing(_) => "whatever the disagreement".into(),
    }
}

fn refuted(
    code: &'static CodeInfo,
    plan: &Plan,
    claim: &Claim<'_>,
    needed: &Needed,
    found: &Assessment<'_>,
) -> Diagnostic {
    let asked = shown(plan, claim, needed.effect);
    let rows = counted(found.units.rows.count);
    let message = match needed.how {
        Ask::Margin => format!(
            "{rows} rows can't show that `{}` stays within {asked}",
            claim.metric.text
        ),
        Ask::Point | Ask::Beyond => {
            format!(
                "{rows} rows can't show the gain of {asked} that `{}` asks for",
                needed.outcome
            )
        }
    };
    let smallest = found.smallest.best.unwrap_or(f64::NAN);
    let witness = format!(
        "the smallest {} `{}` established at {} with {} power is {}, {}",
        if needed.how == Ask::Margin {
            "margin of"
        } else {
            "gain in"
        },
        claim.metric.text,
        percent(1.0 - claim.level),
        percent(wished(plan)),
        shown(plan, claim, smallest),
        assumed(plan, claim, found.basis),
    );
    let mut d = placed(Diagnostic::new(code, message), claim, needed, found)
        .witness(witness)
        .why(WHY);
    if let Some(rows) = found.rows_needed.best {
        let least = if claim.pilot.is_some() {
            "about"
        } else {
            "at least"
        };
        d = d.help(format!(
            "to settle {asked}: {least} {} rows of `{}`",
            whole(rough(rows)),
            plan.show_data(claim.on)
        ));
    }
    let other = if claim.pilot.is_some() {
        "or a pilot that shows less disagreement, or a rule that asks for more"
    } else {
        "or a rule that asks for more"
    };
    d.help(other)
        .help("`benchwright power` shows what each claim can establish")
}

/// Two digits are enough of a number of rows.
fn rough(n: f64) -> f64 {
    let step = 10f64.powf((n.log10().floor() - 1.0).max(0.0));
    (n / step).ceil() * step
}

fn open(
    code: &'static CodeInfo,
    plan: &Plan,
    claim: &Claim<'_>,
    needed: &Needed,
    found: &Assessment<'_>,
) -> Diagnostic {
    let asked = shown(plan, claim, needed.effect);
    let rows = counted(found.units.rows.count);
    let message = format!(
        "whether {rows} rows show the {asked} that `{}` asks for isn't known",
        needed.outcome
    );
    let mut d = placed(Diagnostic::new(code, message), claim, needed, found)
        .why(WHY)
        .answered(Answer::Open);
    if let (Some(best), Some(worst)) = (found.smallest.best, found.smallest.worst) {
        d = d.witness(format!(
            "the smallest gain that can be established lies between {} and {}",
            shown(plan, claim, best),
            shown(plan, claim, worst)
        ));
    }
    if claim.pilot.is_some() {
        let column = found
            .units
            .clusters
            .as_ref()
            .map_or("", |c| c.0.value.as_str());
        let name = &plan.datasets[claim.on.dataset].common.name;
        return d.help(format!(
            "rows with one `{column}` hang together: declare `clusters:` in `{name}`, and plan with the pessimistic end"
        ));
    }
    d.help("declare what a pilot showed, such as `pilot: { disagreement: 14% }`, in the comparison")
        .help("`benchwright power` shows what each claim can establish")
}
