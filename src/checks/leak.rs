//! Leaks: rows that shaped a variant and also judge it, each told as numbered places from where the
//! rows enter to where they judge. What a leak is called is left to the checks.

use super::context::{Context, Findings};
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::graph::{self, Evaluation, How, Influence, Link, Node, Relation};
use crate::hir::{
    Builtin, Common, DataRef, DataUse, Dataset, FOLDS, Id, Outputs, Plan, SplitRule, Step,
    StepModel, System, Variant,
};
use crate::text::Span;
use std::collections::{BTreeMap, BTreeSet};

/// Names listed in one message at most.
const NAMED: usize = 5;

/// Rows that enter at one place and judge what they shaped.
pub(super) struct Leak<'a> {
    /// How the rows reach the variant.
    pub influence: &'a Influence,
    /// The first evaluation they reach, and any others.
    pub evaluations: Vec<&'a Evaluation>,
}

impl<'a> Leak<'a> {
    /// Where the rows enter.
    pub fn enters(&self) -> Option<&'a Link> {
        self.influence.path.first()
    }

    /// What they enter.
    pub fn entered(&self) -> Option<&'a Node> {
        self.enters().map(|l| &l.to)
    }

    /// The evaluation whose path is told.
    pub fn evaluation(&self) -> Option<&'a Evaluation> {
        self.evaluations.first().copied()
    }

    /// Whether `data` is apart from all the rows that judge.
    pub fn spares(&self, plan: &Plan, data: &DataRef) -> bool {
        let apart = |e: &&Evaluation| graph::relation(plan, data, &e.on) == Relation::Disjoint;
        self.evaluations.iter().all(apart)
    }
}

/// A part of all influences and of all evaluations.
#[derive(Clone, Copy)]
pub(super) struct Scope {
    /// The influences meant.
    pub influence: fn(&Plan, &Influence) -> bool,
    /// The evaluations meant.
    pub evaluation: fn(&Evaluation) -> bool,
    /// Which of them together.
    pub both: fn(&Influence, &Evaluation) -> bool,
}

/// Whether folds that chose something are also the folds that judge it.
pub(super) fn folds_reused(influence: &Influence, e: &Evaluation) -> bool {
    let folds = |d: &DataRef| d.part.as_deref() == Some(FOLDS);
    folds(&influence.data) && influence.data == e.on
}

/// The leaks in scope, one for each place at which rows enter.
pub(super) fn leaks<'a>(cx: &'a Context<'_>, scope: Scope) -> Vec<Leak<'a>> {
    let mut found: BTreeMap<(Span, How, &DataRef), Leak<'a>> = BTreeMap::new();
    for e in cx.evaluations.iter().filter(|e| (scope.evaluation)(e)) {
        for i in cx.influences(&e.variant) {
            let overlapping = graph::relation(cx.plan, &i.data, &e.on) == Relation::Overlapping;
            let Some(first) = i.path.first() else {
                continue;
            };
            let unseen = graph::out_of_fold(cx.plan, i.how, &i.data, &e.on);
            let meant = (scope.influence)(cx.plan, i) && (scope.both)(i, e);
            if !overlapping || unseen || !meant || !stands(cx.plan, i) {
                continue;
            }
            found
                .entry((first.span, i.how, &i.data))
                .or_insert_with(|| Leak {
                    influence: i,
                    evaluations: Vec::new(),
                })
                .evaluations
                .push(e);
        }
    }
    found.into_values().collect()
}

/// Whether every link was written where it counts: what a broken system inherits may have been
/// replaced by the part that could not be read.
fn stands(plan: &Plan, influence: &Influence) -> bool {
    influence.path.iter().all(|link| match &link.to {
        Node::System(v) => {
            let common = &plan.systems[v.system].common;
            !common.broken || holds(common, link.span)
        }
        _ => true,
    })
}

fn holds(common: &Common, at: Span) -> bool {
    let item = common.span;
    item.file == at.file && item.start <= at.start && at.end <= item.end
}

/// Labels the whole path of a leak.
pub(super) fn tell(plan: &Plan, leak: &Leak<'_>, mut d: Diagnostic) -> Diagnostic {
    let (Some(e), Some((first, rest))) = (leak.evaluation(), leak.influence.path.split_first())
    else {
        return d;
    };
    let meeting = graph::meeting(plan, &leak.influence.data, &e.on).unwrap_or_default();
    let mut places = vec![(first.span, entering(plan, first, &leak.influence.data, e))];
    let mut from = plan.show_data(&leak.influence.data);
    for origin in &meeting.first {
        let to = plan.show_data(&origin.data);
        places.push((origin.span, format!("`{from}` is made from `{to}`")));
        from = to;
    }
    if let Some(span) = meeting.declared {
        places.push((span, "these share rows".to_string()));
    }
    places.extend(one_value(plan, &leak.influence.data, &e.on));
    places.extend(rest.iter().map(|l| (l.span, passing(plan, l))));
    let mut from = plan.show_data(&e.on);
    for origin in &meeting.second {
        let to = plan.show_data(&origin.data);
        places.push((origin.span, format!("`{from}` is made from `{to}`")));
        from = to;
    }
    places.push((e.on_span, judged(plan, leak, e)));
    for (n, (span, text)) in places.into_iter().enumerate() {
        d = d.label(span, format!("{}. {text}", n + 1));
    }
    d
}

/// Labels the whole path of rows from which a judge learned.
pub(super) fn tell_judge(plan: &Plan, leak: &Leak<'_>, judge: &str, d: Diagnostic) -> Diagnostic {
    let mut d = tell(plan, leak, d);
    let n = d.labels.len();
    if let Some(last) = d.labels.last_mut() {
        last.text = format!("{n}. and `{judge}` judges here, on rows that shaped it");
    }
    d
}

/// Labels the way from rows to a variant and to where it is judged on others.
pub(super) fn walk(
    plan: &Plan,
    influence: &Influence,
    e: &Evaluation,
    mut d: Diagnostic,
) -> Diagnostic {
    let Some((first, rest)) = influence.path.split_first() else {
        return d;
    };
    let mut places = vec![(first.span, entering(plan, first, &influence.data, e))];
    places.extend(rest.iter().map(|l| (l.span, passing(plan, l))));
    let judged = format!("and `{}` is judged here", plan.show(&e.variant));
    places.push((e.on_span, judged));
    for (n, (span, text)) in places.into_iter().enumerate() {
        d = d.label(span, format!("{}. {text}", n + 1));
    }
    d
}

/// How two partitions of one dataset overlap for all that they have two names, and where it says so.
fn one_value(plan: &Plan, data: &DataRef, on: &DataRef) -> Option<(Span, String)> {
    let named = data.part.is_some() && on.part.is_some() && data.part != on.part;
    if !named || data.dataset != on.dataset {
        return None;
    }
    let dataset = &plan.datasets[data.dataset];
    let folds = |d: &DataRef| d.part.as_deref() == Some(FOLDS);
    match &dataset.folds {
        Some(cut) if folds(data) || folds(on) => {
            Some((cut.span, "the folds are cut from these rows".to_string()))
        }
        Some(_) | None => {
            let split = dataset.split.as_ref()?;
            Some((split.span, "both names take the same rows".to_string()))
        }
    }
}

fn judged(plan: &Plan, leak: &Leak<'_>, e: &Evaluation) -> String {
    let shown = plan.show(&e.variant);
    let own = format!("and `{shown}` is judged here, on rows that shaped it");
    let others: BTreeSet<String> = leak
        .evaluations
        .iter()
        .filter(|o| o.variant != e.variant || o.on != e.on)
        .map(|o| {
            let name = plan.show(&o.variant);
            if o.on == e.on {
                format!("`{name}`")
            } else {
                format!("`{name}` on `{}`", plan.show_data(&o.on))
            }
        })
        .collect();
    match others.len() {
        0 => own,
        1 => format!("{own}; so is {}", listed(&others)),
        n => format!("{own}; so are {n} more: {}", listed(&others)),
    }
}

fn listed(names: &BTreeSet<String>) -> String {
    let mut shown: Vec<&str> = names.iter().take(NAMED).map(String::as_str).collect();
    if names.len() > NAMED {
        shown.push("…");
    }
    shown.join(", ")
}

fn entering(plan: &Plan, link: &Link, data: &DataRef, e: &Evaluation) -> String {
    let rows = rows(plan, data, &e.on);
    let to = graph::show(plan, &link.to);
    match link.how {
        How::Fitted => match &link.to {
            Node::Step(step) => fitted(&plan.steps[*step], &rows),
            _ => format!("`{to}` is fitted on {rows}"),
        },
        How::Trained => format!("`{to}` is trained on {rows}"),
        How::PreTrained => format!("`{to}` is pre-trained on {rows}"),
        How::Prompted => format!("the examples that `{to}` shows are {rows}"),
        How::Retrieved => format!("what `{to}` finds are {rows}"),
        How::Tuned => format!("the settings of `{to}` are chosen on {rows}"),
        How::Selected => format!("`{to}` is chosen on {rows}"),
        How::StoppedEarly => format!("the training of `{to}` stops when {rows} say so"),
        How::Thresholded => format!("the threshold of `{to}` is set on {rows}"),
        How::Calibrated => format!("the scores of `{to}` are calibrated on {rows}"),
        how => format!("{rows} {} `{to}`", how.verb()),
    }
}

/// What a step of this kind takes from rows.
fn fitted(step: &Step, rows: &str) -> String {
    let name = &step.common.name;
    match step.kind.as_ref().map(|k| k.value.as_str()) {
        Some("vectorizer") => format!("the vocabulary and document counts are taken from {rows}"),
        Some("scaler") => format!("the scale is taken from {rows}"),
        Some("imputer") => format!("the values that fill gaps are taken from {rows}"),
        Some("selector") => format!("the features are selected on {rows}"),
        Some("sampler") => format!("rows are drawn or made from {rows}"),
        Some("deduper") => format!("duplicates are looked for among {rows}"),
        Some("tokenizer") => format!("the tokens are learned from {rows}"),
        Some(_) | None => format!("`{name}` is fitted on {rows}"),
    }
}

/// The rows that enter, as seen from those that judge.
fn rows(plan: &Plan, data: &DataRef, on: &DataRef) -> String {
    let name = plan.show_data(data);
    match (&data.part, &on.part) {
        (None, Some(part)) if data.dataset == on.dataset => {
            format!("all rows of `{name}`, {part} included")
        }
        (None, _) => format!("all rows of `{name}`"),
        (Some(_), _) => format!("the rows of `{name}`"),
    }
}

pub(super) fn passing(plan: &Plan, link: &Link) -> String {
    let (from, to) = (graph::show(plan, &link.from), graph::show(plan, &link.to));
    match (link.how, &link.to) {
        (How::Through, _) if shows(plan, &link.from) => {
            format!("`{to}` is given what `{from}` finds or shows")
        }
        (How::Through, Node::Step(_)) => format!("`{to}` reads its input through `{from}`"),
        (How::Through, _) => format!("`{to}` reads its features through `{from}`"),
        (How::Distilled | How::Taught, _) => format!("`{to}` learns from `{from}`"),
        (How::Ensembled, _) => format!("`{from}` is a member of `{to}`"),
        (how, _) => format!("`{from}` {} `{to}`", how.verb()),
    }
}

/// Whether it is a prompt or a retrieval.
fn shows(plan: &Plan, node: &Node) -> bool {
    let Node::Step(id) = node else { return false };
    let kind = plan.steps[*id].kind.as_ref().map(|k| k.value.as_str());
    matches!(kind, Some("prompt" | "retrieval"))
}

/// Proves, for each variant on each set of rows, that what is in scope lies apart from the rows that
/// judge. `verb` says what the rows do to it: “trains”.
pub(super) fn prove(
    code: &'static CodeInfo,
    cx: &Context<'_>,
    out: &mut Findings,
    scope: Scope,
    verb: &str,
) {
    let mut done = BTreeSet::new();
    for e in cx.evaluations.iter().filter(|e| (scope.evaluation)(e)) {
        if !done.insert((&e.variant, &e.on)) || !known(cx.plan, &e.variant) {
            continue;
        }
        let all: BTreeSet<&DataRef> = cx
            .influences(&e.variant)
            .iter()
            .filter(|i| (scope.influence)(cx.plan, i))
            .map(|i| &i.data)
            .collect();
        let apart = |d: &&DataRef| graph::relation(cx.plan, d, &e.on) == Relation::Disjoint;
        let whole = |d: &&DataRef| !cx.plan.datasets[d.dataset].common.broken;
        if all.is_empty() || !all.iter().all(|d| apart(d) && whole(d)) {
            continue;
        }
        let names: Vec<String> = all.iter().map(|d| cx.plan.show_data(d)).collect();
        let why = format!(
            "everything that {verb} `{}` ({}) is disjoint from {} by {}",
            cx.plan.show(&e.variant),
            names.join(", "),
            cx.plan.show_data(&e.on),
            grounds(cx.plan, &all, &e.on),
        );
        out.prove(code, e.on_span, why);
    }
}

fn grounds(plan: &Plan, all: &BTreeSet<&DataRef>, on: &DataRef) -> String {
    let rule = plan.datasets[on.dataset].split.as_ref().map(|s| &s.rule);
    let split = match rule {
        Some(SplitRule::Column(c)) => format!("split column({})", c.value),
        Some(SplitRule::Hash { column, seed }) => {
            format!("split hash({}, seed: {seed})", column.value)
        }
        Some(SplitRule::Before(c)) => format!("split before({})", c.value),
        Some(SplitRule::All(_)) | None => "declaration".to_string(),
    };
    let same = all.iter().filter(|d| d.dataset == on.dataset).count();
    match same {
        0 => "declaration".to_string(),
        n if n == all.len() => split,
        _ => format!("{split} and declaration"),
    }
}

/// Whether the plan says of everything a variant is made of what it learned from, and all of that
/// was understood.
fn known(plan: &Plan, variant: &Variant) -> bool {
    let mut systems = BTreeSet::from([variant.system]);
    let mut steps: BTreeSet<Id<Step>> = BTreeSet::new();
    let mut waiting = vec![variant.system];
    while let Some(id) = waiting.pop() {
        let s = &plan.systems[id];
        if s.common.broken || !says(s) {
            return false;
        }
        let mut next: Vec<Id<System>> = [&s.ensemble, &s.distilled_from]
            .into_iter()
            .flatten()
            .map(|r| r.value)
            .collect();
        let mut through: Vec<Id<Step>> = s.steps.iter().map(|r| r.value).collect();
        while let Some(id) = through.pop() {
            let step = &plan.steps[id];
            if !steps.insert(id) {
                continue;
            }
            match &step.model {
                Some(StepModel::Outside(_)) => return false,
                Some(StepModel::System(s)) => next.push(s.value),
                None => {}
            }
            if step.common.broken {
                return false;
            }
            through.extend(step.uses.iter().map(|u| u.value));
            next.extend(step.fit_systems.iter().map(|u| u.value));
        }
        waiting.extend(next.into_iter().filter(|&n| systems.insert(n)));
    }
    true
}

fn says(system: &System) -> bool {
    let fixed = matches!(
        &system.outputs,
        Some(Outputs::Predict { builtin, .. }) if builtin.value == Builtin::Column
    );
    let learns = !system.train.is_empty()
        || !system.pretrained_on.is_empty()
        || !system.ensemble.is_empty()
        || system.is_builtin();
    learns && !fixed
}

/// The one partition of the dataset called by one of `names`, as declared or, where the column's
/// values name the partitions, as used somewhere in the plan.
pub(super) fn partition(plan: &Plan, dataset: Id<Dataset>, names: &[&str]) -> Option<DataRef> {
    let declared = plan.datasets[dataset].split.as_ref()?;
    let parts: BTreeSet<&str> = match declared.parts.as_slice() {
        [] => used(plan)
            .into_iter()
            .filter(|u| u.data.dataset == dataset)
            .filter_map(|u| u.data.part.as_deref())
            .collect(),
        parts => parts.iter().map(|(n, _)| n.value.as_str()).collect(),
    };
    let mut fitting = parts.into_iter().filter(|p| names.contains(p));
    match (fitting.next(), fitting.next()) {
        (Some(part), None) => Some(DataRef {
            dataset,
            part: Some(part.to_string()),
        }),
        _ => None,
    }
}

fn used(plan: &Plan) -> Vec<&DataUse> {
    let mut all = Vec::new();
    for (_, s) in plan.systems.iter() {
        all.extend(s.train.iter().chain(&s.early_stop).chain(&s.calibrate));
        all.extend(s.threshold.iter().chain(&s.select));
        all.extend(s.tune.iter().flat_map(|t| &t.on));
        all.extend(&s.pretrained_on);
        if let Some(Outputs::Predict { from, .. }) = &s.outputs {
            all.extend(from);
        }
    }
    all.extend(plan.steps.iter().flat_map(|(_, s)| &s.fit));
    all.extend(
        plan.selects
            .iter()
            .flat_map(|(_, s)| s.on.iter().chain(&s.report_on)),
    );
    all.extend(plan.compares.iter().filter_map(|(_, c)| c.on.as_ref()));
    all.extend(plan.ablations.iter().filter_map(|(_, a)| a.on.as_ref()));
    all
}

/// The edit that leaves of `uses`, the list that `at` stands in, what spares the rows that judge,
/// and puts `instead` where that leaves out of the leak's dataset nothing.
pub(super) fn without(
    plan: &Plan,
    leak: &Leak<'_>,
    uses: &[DataUse],
    instead: &DataRef,
) -> Option<(Span, String)> {
    let (first, last) = (uses.first()?, uses.last()?);
    // In another file the dataset may go by another name.
    let home = plan.datasets[instead.dataset].common.span.file;
    let here = first.span.file == last.span.file && first.span.file == home;
    if !here || !leak.spares(plan, instead) {
        return None;
    }
    let mut kept: Vec<&DataRef> = Vec::new();
    for used in uses {
        let data = if leak.spares(plan, &used.data) {
            &used.data
        } else if used.data == leak.influence.data {
            instead
        } else {
            // Another leak of the same list; it has a fix of its own.
            &used.data
        };
        if !kept.contains(&data) {
            kept.push(data);
        }
    }
    let text: Vec<String> = kept.iter().map(|d| plan.show_data(d)).collect();
    Some((first.span.to(last.span), text.join(", ")))
}

/// The rows that a system says do this to it.
pub(super) fn written(system: &System, how: How) -> &[DataUse] {
    match how {
        How::Tuned => system.tune.as_ref().map_or(&[], |t| t.on.as_slice()),
        How::StoppedEarly => &system.early_stop,
        How::Thresholded => &system.threshold,
        How::Calibrated => &system.calibrate,
        How::Selected => &system.select,
        _ => &[],
    }
}
