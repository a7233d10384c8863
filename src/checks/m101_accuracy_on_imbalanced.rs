//! M101: accuracy decides, and nearly every row bears one class.

use super::context::{Context, Findings};
use super::{claims, declare_check};
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::hir::formula::{Aggregate, AggregateKind, Cell, Formula, Operand, RowCondition};
use crate::hir::{Arithmetic, Condition, Dataset, Id, Label, Metric, MetricRef, Plan};
use crate::text::Span;
use std::collections::{BTreeMap, BTreeSet};

declare_check!("M101" "accuracy-on-imbalanced" Warning "m101_accuracy_on_imbalanced.md" run);

/// From this share on a class is nearly everything.
const NEARLY_ALL: f64 = 0.8;
/// A class with less than this part of its fair share hardly moves the accuracy.
const HARDLY_ANY: f64 = 0.2;

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Findings) {
    let plan = cx.plan;
    let uses = uses(plan);
    for (dataset, at) in judging(cx) {
        let d = &plan.datasets[dataset];
        let Some(label) = d.label.as_ref().filter(|l| !l.shares.is_empty()) else {
            continue;
        };
        let Some(skew) = skew(label).filter(|_| !uses.is_empty()) else {
            let why = match uses.is_empty() {
                true => "no decision rests on accuracy alone",
                false => "no class is nearly all of the rows, or hardly any",
            };
            if !d.common.broken && !plan.incomplete {
                out.prove(code, label.column.span, why);
            }
            continue;
        };
        out.report(diagnose(code, d, &skew, &uses, at));
    }
}

/// The datasets that judge, with the first place of that.
fn judging(cx: &Context<'_>) -> BTreeMap<Id<Dataset>, Span> {
    let mut found = BTreeMap::new();
    for e in &cx.evaluations {
        found.entry(e.on.dataset).or_insert(e.on_span);
    }
    found
}

/// Where accuracy decides, with what it does there: as the primary metric, in a choice, or in the
/// favourable rules of a decision that ask for no gain in a metric that minds the classes.
fn uses(plan: &Plan) -> Vec<(&MetricRef, &'static str)> {
    let header = plan.header.as_ref();
    let primary = header.and_then(|h| h.primary.as_ref());
    let chosen = plan
        .selects
        .iter()
        .filter_map(|(_, s)| s.objective.as_ref());
    let chosen = chosen.map(|(m, _)| (m, "chooses"));
    let favoured = || {
        let rules = plan
            .decides
            .iter()
            .flat_map(|(_, d)| claims::favourable(plan, d));
        let conditions = rules.filter_map(|r| r.when.as_ref());
        conditions.flat_map(Condition::quantities)
    };
    let guarded = favoured().any(|q| minds_classes(plan, &q.metric));
    let read = favoured()
        .filter(|_| !guarded)
        .map(|q| (&q.metric, "decides"));
    let primary = primary.filter(|_| !guarded).map(|m| (m, "is what counts"));
    let mut seen: BTreeSet<(Id<Metric>, &'static str)> = BTreeSet::new();
    primary
        .into_iter()
        .chain(chosen)
        .chain(read)
        .filter(|(m, does)| is_accuracy(plan, m.metric) && seen.insert((m.metric, does)))
        .collect()
}

/// Whether the metric looks at classes, and not at all rows alike.
fn minds_classes(plan: &Plan, metric: &MetricRef) -> bool {
    let formula = plan.metrics[metric.metric].formula.as_ref();
    !is_accuracy(plan, metric.metric) && formula.is_some_and(|f| by_class(plan, f, 0))
}

fn by_class(plan: &Plan, formula: &Formula, depth: usize) -> bool {
    // Circles were refused, so a few steps are enough.
    if depth > 16 {
        return false;
    }
    match formula {
        Formula::OverClass { .. } => true,
        Formula::Aggregate(a) => one_class(a),
        Formula::By { body, .. } => by_class(plan, body, depth + 1),
        Formula::Metric(m) => {
            let inner = plan.metrics[m.metric].formula.as_ref();
            inner.is_some_and(|f| by_class(plan, f, depth + 1))
        }
        Formula::Call(_, args) => args.iter().any(|f| by_class(plan, f, depth + 1)),
        Formula::Binary(_, left, right) => {
            by_class(plan, left, depth + 1) || by_class(plan, right, depth + 1)
        }
        Formula::Constant(..) | Formula::Param(_) | Formula::Price | Formula::Figure(_) => false,
    }
}

/// Whether an aggregate is of one class's rows, or ranks rows by score.
fn one_class(a: &Aggregate) -> bool {
    let of = |c: &RowCondition| names_class(c);
    let kind = match &a.kind {
        AggregateKind::MeanOf(c) => of(c),
        AggregateKind::Native(call) => {
            ["roc_auc", "average_precision", "pr_auc", "cohen_kappa"].contains(&call.native.name)
        }
        AggregateKind::Count
        | AggregateKind::Share
        | AggregateKind::Sum(_)
        | AggregateKind::Mean(_)
        | AggregateKind::Quantile(..)
        | AggregateKind::Min(_)
        | AggregateKind::Max(_) => false,
    };
    kind || a.filter.as_ref().is_some_and(names_class)
}

fn names_class(c: &RowCondition) -> bool {
    match c {
        RowCondition::And(a, b) | RowCondition::Or(a, b) => names_class(a) || names_class(b),
        RowCondition::Not(a) => names_class(a),
        RowCondition::Same(a, b, _) => [a, b].into_iter().any(|o| match o {
            Operand::Positive | Operand::Class(..) | Operand::Bound(_) => true,
            Operand::Cell(_) | Operand::Param(_) => false,
        }),
        RowCondition::Compare(..) => false,
    }
}

/// Whether a metric is the share of rows predicted rightly, or wrongly; micro-averages of one label
/// a row are that, too.
fn is_accuracy(plan: &Plan, metric: Id<Metric>) -> bool {
    let m = &plan.metrics[metric];
    let micro = ["precision_micro", "recall_micro", "f1_micro"];
    if m.origin == "std.classification" && micro.contains(&m.common.name.as_str()) {
        return true;
    }
    let mut at = m.formula.as_ref();
    for _ in 0..16 {
        match at {
            Some(Formula::Metric(inner)) => at = plan.metrics[inner.metric].formula.as_ref(),
            Some(formula) => return share_right(formula),
            None => return false,
        }
    }
    false
}

fn share_right(formula: &Formula) -> bool {
    match formula {
        Formula::Aggregate(a) => match (&a.kind, &a.filter) {
            (AggregateKind::MeanOf(c), None) => right(c),
            _ => false,
        },
        Formula::Binary(Arithmetic::Div, left, right_side) => {
            let counts = |f: &Formula, all: bool| match f {
                Formula::Aggregate(a) if a.kind == AggregateKind::Count => match &a.filter {
                    Some(c) => !all && right(c),
                    None => all,
                },
                _ => false,
            };
            counts(left, false) && counts(right_side, true)
        }
        // 1 − accuracy and the like.
        Formula::Binary(Arithmetic::Sub, left, right_side) => {
            matches!(**left, Formula::Constant(..)) && share_right(right_side)
        }
        _ => false,
    }
}

fn right(c: &RowCondition) -> bool {
    let role = |o: &Operand, name: &str| matches!(o, Operand::Cell(Cell::Role(r)) if r == name);
    match c {
        RowCondition::Same(a, b, _) => {
            role(a, "prediction") && role(b, "label") || role(a, "label") && role(b, "prediction")
        }
        RowCondition::Not(inner) => right(inner),
        RowCondition::And(..) | RowCondition::Or(..) | RowCondition::Compare(..) => false,
    }
}

/// The class that is nearly all, or hardly any, of the rows.
struct Skew<'a> {
    common: (&'a str, f64),
    rare: Option<(&'a str, f64)>,
}

fn skew(label: &Label) -> Option<Skew<'_>> {
    let shares = label.shares.iter().map(|(c, s)| (c.as_str(), *s));
    let common = shares.clone().max_by(|a, b| a.1.total_cmp(&b.1))?;
    let whole = label.shares.len() == label.classes.len();
    let rare = shares.min_by(|a, b| a.1.total_cmp(&b.1));
    let rare = rare.filter(|r| whole && r.0 != common.0);
    let fair = 1.0 / label.classes.len().max(1) as f64;
    let hardly = rare.is_some_and(|r| r.1 < HARDLY_ANY * fair);
    (common.1 >= NEARLY_ALL || hardly).then_some(Skew { common, rare })
}

fn percent(share: f64) -> f64 {
    (share * 1e4).round() / 1e2
}

fn diagnose(
    code: &'static CodeInfo,
    d: &Dataset,
    skew: &Skew<'_>,
    uses: &[(&MetricRef, &'static str)],
    at: Span,
) -> Diagnostic {
    let (class, share) = (skew.common.0, percent(skew.common.1));
    let (told, part) = match skew.rare {
        Some(rare) if skew.common.1 < NEARLY_ALL => (rare.0, percent(rare.1)),
        Some(_) | None => (class, share),
    };
    let metric = uses.first().map_or("accuracy", |u| u.0.text.as_str());
    let name = &d.common.name;
    let mut found = Diagnostic::new(
        code,
        format!("`{metric}` decides on `{name}`, where {part} % of the rows are `{told}`"),
    );
    for (m, does) in uses {
        found = found.label(m.span, format!("`{}` {does}", m.text));
    }
    if let Some(label) = &d.label {
        found = found.label(
            label.column.span,
            format!("{part} % of the labels are `{told}`"),
        );
    }
    found = found.label(at, "and these rows judge").witness(format!(
        "a system that always says `{class}` is right on {share} % of the rows"
    ));
    if let Some((rare, part)) = skew.rare {
        let part = percent(part);
        found = found.witness(format!(
            "a system that never finds a `{rare}` loses {part} pp of it"
        ));
    }
    found
        .why(
            "accuracy counts rows, so on skewed classes it is the commonest class that decides, and what the rare \
             ones cost does not show (He & Garcia 2009; Brodersen et al. 2010)",
        )
        .help("let a metric decide that minds each class: `balanced_accuracy`, `f1_macro`, `mcc`, or `average_precision` of the rare one")
        .help("or weigh the errors by what they cost, in a metric of your own")
}
