//! L110: a judge is what it judges, shares its base, or learned from the rows it judges on.

use super::context::{Context, Findings};
use super::declare_check;
use super::judging::{self, Judging};
use super::leak::{self, Leak};
use crate::diagnostic::{Answer, CodeInfo, Diagnostic};
use crate::graph::{self, How, Node, Relation};
use crate::hir::{Id, Plan, Step, StepModel, System, Variant};
use crate::text::{Span, Spanned};
use std::collections::{BTreeMap, BTreeSet};

declare_check!("L110" "judge-saw-answers" Error "l110_judge_saw_answers.md" run);

const OWN: &str = "models rate what they or their kin wrote higher than others do (Panickssery et al. 2024; Zheng et al. 2023)";

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Findings) {
    let mut kin = BTreeSet::new();
    let mut rows = BTreeMap::new();
    let mut free = BTreeSet::new();
    let mut open = BTreeSet::new();
    for j in judging::judgings(cx) {
        if cx.plan.steps[j.judge].common.broken {
            continue;
        }
        let mut fine = true;
        if let Some(tie) = tie(cx, &j) {
            fine = false;
            if kin.insert((j.judge, j.evaluation.variant.system)) {
                out.report(related(code, cx.plan, &j, tie));
            }
        }
        let seen = rows
            .entry((j.judge, j.evaluation.on.clone()))
            .or_insert_with(|| learned(code, cx, &j, out));
        fine &= !*seen;
        if !fine {
            continue;
        }
        match bases(cx, &j) {
            Some(true) if free.insert((j.judge, j.evaluation.variant.clone())) => {
                out.prove(code, j.named, proof(cx.plan, &j));
            }
            Some(false) if open.insert(j.judge) => out.report(unsaid(code, cx.plan, &j)),
            Some(_) | None => {}
        }
    }
}

/// Whether the plan says what judge and judged are made of; `None` where there is nothing to ask.
fn bases(cx: &Context<'_>, j: &Judging<'_>) -> Option<bool> {
    let judge = &cx.plan.steps[j.judge];
    let system = &cx.plan.systems[j.evaluation.variant.system];
    if system.is_builtin() || system.common.broken {
        return None;
    }
    let made = match judge.model.as_ref()? {
        StepModel::System(s) => cx.plan.systems[s.value].model.is_some(),
        StepModel::Outside(_) => true,
    };
    Some(made && system.model.is_some())
}

fn unsaid(code: &'static CodeInfo, plan: &Plan, j: &Judging<'_>) -> Diagnostic {
    let judge = &plan.steps[j.judge];
    let (name, shown) = (&judge.common.name, plan.show(&j.evaluation.variant));
    let message = format!("whether the judge `{name}` shares a base with `{shown}` is not said");
    let at = match &judge.model {
        Some(StepModel::System(s)) => s.span,
        Some(StepModel::Outside(s)) => s.span,
        None => judge.common.name_span,
    };
    let mut d = Diagnostic::new(code, message)
        .answered(Answer::Open)
        .label(at, "1. this model judges")
        .label(
            j.metric.span,
            format!("2. and `{shown}` is measured by it here"),
        );
    if let Some(StepModel::System(s)) = &judge.model
        && plan.systems[s.value].model.is_none()
    {
        let own = &plan.systems[s.value].common;
        d = d.help(format!(
            "say what `{}` is made of: `model: \"…\"`",
            own.name
        ));
    }
    if plan.systems[j.evaluation.variant.system].model.is_none() {
        d = d.help(format!("say what `{shown}` is made of: `model: \"…\"`"));
    }
    d.why(OWN)
}

fn proof(plan: &Plan, j: &Judging<'_>) -> String {
    format!(
        "`{}` is made of another model than `{}`, and learned from no row of `{}`",
        plan.steps[j.judge].common.name,
        plan.show(&j.evaluation.variant),
        plan.show_data(&j.evaluation.on)
    )
}

/// How a judge and what it judges hang together: the places, in order, and what is the same.
struct Tie {
    places: Vec<(Span, String)>,
    what: String,
}

fn tie(cx: &Context<'_>, j: &Judging<'_>) -> Option<Tie> {
    let plan = cx.plan;
    let judged = &j.evaluation.variant;
    let judge = &plan.steps[j.judge];
    match judge.model.as_ref()? {
        StepModel::System(model) => with_system(cx, judge, model, judged),
        StepModel::Outside(model) => {
            let at = (
                model.span,
                format!("`{}` is `{}`", judge.common.name, model.value),
            );
            of_one_base(cx, vec![at], model, judged)
        }
    }
}

/// A judge that is a system of the plan.
fn with_system(
    cx: &Context<'_>,
    judge: &Step,
    model: &Spanned<Id<System>>,
    judged: &Variant,
) -> Option<Tie> {
    let plan = cx.plan;
    let (name, own) = (&judge.common.name, &plan.systems[model.value]);
    let shown = plan.show(judged);
    let at = (model.span, format!("`{name}` is `{}`", own.common.name));
    if model.value == judged.system {
        return Some(Tie {
            places: vec![at],
            what: format!("is `{shown}`, which it judges"),
        });
    }
    let target = Node::System(judged.clone());
    let own_node = Node::System(Variant::plain(model.value));
    for (one, other, backwards) in [(&own_node, &target, false), (&target, &own_node, true)] {
        let mut ways = cx.dag.shapers(other).into_iter();
        if let Some((_, path)) = ways.find(|(node, _)| node == one) {
            let member = path.iter().all(|l| l.how == How::Ensembled);
            let verb = match (backwards, member) {
                (false, true) => "is a member of",
                (false, false) => "taught",
                (true, true) => "contains",
                (true, false) => "learned from",
            };
            let mut places = vec![at];
            places.extend(path.iter().map(|l| (l.span, leak::passing(plan, l))));
            return Some(Tie {
                places,
                what: format!("{verb} `{shown}`, which it judges"),
            });
        }
    }
    let base = own.model.as_ref()?;
    let made = (base.span, format!("which is made of `{}`", base.value));
    of_one_base(cx, vec![at, made], base, judged)
}

/// The tie of what is judged, or of what shaped it, to the model that the judge is made of.
fn of_one_base(
    cx: &Context<'_>,
    mut places: Vec<(Span, String)>,
    base: &Spanned<String>,
    judged: &Variant,
) -> Option<Tie> {
    let plan = cx.plan;
    let own = Node::System(judged.clone());
    let mut all = vec![(own.clone(), Vec::new())];
    all.extend(cx.dag.shapers(&own));
    let same = |m: &&Spanned<String>| m.value.eq_ignore_ascii_case(&base.value);
    let (node, path, theirs) = all.into_iter().find_map(|(node, path)| {
        let theirs = model_of(plan, &node).filter(same)?;
        Some((node, path, theirs))
    })?;
    let (name, shown) = (graph::show(plan, &node), plan.show(judged));
    places.push((theirs.span, format!("and `{name}` is made of it, too")));
    places.extend(path.iter().map(|l| (l.span, leak::passing(plan, l))));
    Some(Tie {
        places,
        what: format!(
            "shares its base `{}` with `{shown}`, which it judges",
            base.value
        ),
    })
}

/// The model that a system or teacher is made of.
fn model_of<'p>(plan: &'p Plan, node: &Node) -> Option<&'p Spanned<String>> {
    match node {
        Node::System(v) => plan.systems[v.system].model.as_ref(),
        Node::Step(id) => match &plan.steps[*id].model {
            Some(StepModel::Outside(model)) => Some(model),
            Some(StepModel::System(_)) | None => None,
        },
        _ => None,
    }
}

fn related(code: &'static CodeInfo, plan: &Plan, j: &Judging<'_>, tie: Tie) -> Diagnostic {
    let name = &plan.steps[j.judge].common.name;
    let mut d = Diagnostic::new(code, format!("the judge `{name}` {}", tie.what));
    let shown = plan.show(&j.evaluation.variant);
    let last = [
        (
            j.named,
            format!("`{name}` gives the judgements of this metric"),
        ),
        (
            j.metric.span,
            format!("by which `{shown}` is measured here"),
        ),
    ];
    for (n, (span, text)) in tie.places.into_iter().chain(last).enumerate() {
        d = d.label(span, format!("{}. {text}", n + 1));
    }
    d.why(OWN)
        .help("let a model of another family judge, that no judged system learned from, or people")
}

/// Reports the rows that judge and from which the judge learned; whether there were any.
fn learned(code: &'static CodeInfo, cx: &Context<'_>, j: &Judging<'_>, out: &mut Findings) -> bool {
    let name = &cx.plan.steps[j.judge].common.name;
    let on = cx.plan.show_data(&j.evaluation.on);
    let mut any = false;
    for influence in cx.dag.influences_of(&Node::Step(j.judge)) {
        let shared = graph::relation(cx.plan, &influence.data, &j.evaluation.on);
        let unseen = graph::out_of_fold(cx.plan, influence.how, &influence.data, &j.evaluation.on);
        if shared != Relation::Overlapping || unseen {
            continue;
        }
        any = true;
        let what = match influence.how {
            How::Prompted | How::Retrieved => "was shown",
            _ => "learned from",
        };
        let message = format!("the judge `{name}` {what} rows of `{on}`, on which it judges");
        let leak = Leak {
            influence: &influence,
            evaluations: vec![&j.evaluation],
        };
        let d = leak::tell_judge(cx.plan, &leak, name, Diagnostic::new(code, message))
            .why("a judge that has seen the right answers to these rows rates the memory of them, and agrees with people better here \
                  than anywhere else (Kapoor & Narayanan 2023, L1.1)")
            .help("tune and prompt the judge on rows that judge nothing");
        let training = ["val", "dev", "valid", "validation"];
        let fit = &cx.plan.steps[j.judge].fit;
        let edit = leak::partition(cx.plan, influence.data.dataset, &training)
            .and_then(|held| leak::without(cx.plan, &leak, fit, &held));
        out.report(match edit {
            Some((span, text)) if fit.iter().any(|f| f.data == influence.data) => {
                d.fix("tune the judge on other rows", false, span, text)
            }
            Some(_) | None => d,
        });
    }
    any
}
