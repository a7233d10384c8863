//! B107: a candidate learns from a source that no baseline reads.

use super::contests::{self, Contest};
use super::context::{Context, Findings};
use super::declare_check;
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::graph::{self, Link};
use crate::hir::{Dataset, Id, Plan, StepModel, System, Variant};
use crate::text::{Span, Spanned};
use std::collections::{BTreeMap, BTreeSet};

declare_check!("B107" "unequal-information" Warning "b107_unequal_information.md" run);

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Findings) {
    let plan = cx.plan;
    let mut of_candidate: BTreeMap<Id<System>, Vec<Contest<'_>>> = BTreeMap::new();
    for contest in contests::contests(plan) {
        let id = contest.candidate.variant.system;
        of_candidate.entry(id).or_default().push(contest);
    }
    for contests in of_candidate.values() {
        answer(code, cx, contests, out);
    }
}

fn answer(code: &'static CodeInfo, cx: &Context<'_>, contests: &[Contest<'_>], out: &mut Findings) {
    let plan = cx.plan;
    let Some(first) = contests.first() else {
        return;
    };
    let mut theirs = BTreeSet::new();
    for contest in contests {
        let read = sources(cx, &contest.baseline.variant);
        // A baseline that says nothing of what it learned from may have read anything.
        if read.is_empty() {
            return;
        }
        theirs.extend(read.into_keys());
    }
    let excused = contests.iter().any(|c| c.handicap(plan).is_some());
    let own = sources(cx, &first.candidate.variant);
    let extra: Vec<(Source, Way)> = own
        .into_iter()
        .filter(|(s, _)| !known(plan, &theirs, s))
        .collect();
    if extra.is_empty() {
        let name = plan.show(&first.candidate.variant);
        let why = format!("whatever `{name}` learns from, a baseline reads, too");
        out.prove(code, first.candidate.span, why);
    } else if !excused {
        out.report(diagnose(code, plan, contests, first, &extra));
    }
}

/// Whether the baselines read a source, or all that it was made from.
fn known(plan: &Plan, theirs: &BTreeSet<Source>, source: &Source) -> bool {
    let mut seen = BTreeSet::new();
    let (mut waiting, mut read) = (vec![source.clone()], false);
    while let Some(at) = waiting.pop() {
        if theirs.contains(&at) {
            read = true;
            continue;
        }
        let made = match &at {
            Source::Data(d) => plan.datasets[*d].derived_from.as_slice(),
            Source::Model(_) => &[],
        };
        if made.is_empty() {
            return false;
        }
        if seen.insert(at) {
            waiting.extend(made.iter().map(|u| Source::Data(u.data.dataset)));
        }
    }
    read
}

/// Something that is learned from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Source {
    Data(Id<Dataset>),
    /// A model from outside, by its name.
    Model(String),
}

/// How a source reaches a system: the links, or the place where an outside model is named.
enum Way {
    Path(Vec<Link>),
    Named(Span, String),
}

/// All that shapes a variant.
fn sources(cx: &Context<'_>, variant: &Variant) -> BTreeMap<Source, Way> {
    let plan = cx.plan;
    let mut found = BTreeMap::new();
    for i in cx.influences(variant) {
        found
            .entry(Source::Data(i.data.dataset))
            .or_insert_with(|| Way::Path(i.path.clone()));
    }
    for step in &plan.systems[variant.system].steps {
        let step = &plan.steps[step.value];
        let teaches = step.kind.as_ref().is_some_and(|k| k.value == "teacher");
        if let Some(StepModel::Outside(Spanned { value, span })) = &step.model
            && teaches
        {
            let name = step.common.name.clone();
            found
                .entry(Source::Model(value.clone()))
                .or_insert(Way::Named(*span, name));
        }
    }
    found
}

fn diagnose(
    code: &'static CodeInfo,
    plan: &Plan,
    contests: &[Contest<'_>],
    first: &Contest<'_>,
    extra: &[(Source, Way)],
) -> Diagnostic {
    let candidate = plan.show(&first.candidate.variant);
    let name = |s: &Source| match s {
        Source::Data(d) => plan.datasets[*d].common.name.clone(),
        Source::Model(m) => m.clone(),
    };
    let names: Vec<String> = extra
        .iter()
        .map(|(s, _)| format!("`{}`", name(s)))
        .collect();
    let baselines: Vec<String> = contests
        .iter()
        .map(|c| format!("`{}`", plan.show(&c.baseline.variant)))
        .collect();
    let (list, others) = (names.join(" and "), baselines.join(" and "));
    let verb = if baselines.len() == 1 {
        "does not"
    } else {
        "do not"
    };
    let message = format!("`{candidate}` learns from {list}, which {others} {verb} read");
    let mut d = Diagnostic::new(code, message);
    for (source, way) in extra {
        d = tell(plan, &name(source), way, d);
    }
    for contest in contests {
        let theirs = contest.theirs(plan).common.name_span;
        let text = format!(
            "`{}` reads nothing of it",
            plan.show(&contest.baseline.variant)
        );
        d = d.label(theirs, text);
    }
    d.witness(format!(
        "sources of `{candidate}` that no baseline reads: {list}"
    ))
    .why(
        "the gain holds the method and the information, and nothing says how much of it is whose \
             (Lipton & Steinhardt 2019, sources of empirical gains)",
    )
    .help(format!("give a baseline the same source: {list}"))
    .help(format!(
        "or say in `{candidate}` why that is fair: `handicap: \"…\"`"
    ))
}

fn tell(plan: &Plan, name: &str, way: &Way, mut d: Diagnostic) -> Diagnostic {
    match way {
        Way::Named(at, step) => d.label(*at, format!("`{step}` is made of `{name}`")),
        Way::Path(links) => {
            for link in links {
                let (from, to) = (graph::show(plan, &link.from), graph::show(plan, &link.to));
                d = d.label(link.span, format!("`{from}` {} `{to}`", link.how.verb()));
            }
            d
        }
    }
}
