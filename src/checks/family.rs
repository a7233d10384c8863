//! Families: variants of one system and systems derived from each other, and what two members differ
//! in. Whether a difference is a fault is left to the checks.

use crate::hir::{
    Component, DataUse, Id, MetricRef, Plan, Role, System, Tune, Variant, VariantRef,
};
use crate::text::{Span, Spanned};
use std::collections::{BTreeMap, BTreeSet};

/// Two sides that a comparison or decision sets against each other.
#[derive(Debug, Clone)]
pub(super) struct Side<'a> {
    /// The system compared or decided on.
    pub subject: &'a VariantRef,
    /// The other side.
    pub against: &'a VariantRef,
    /// Whether a decision says so, not a comparison.
    pub decided: bool,
    /// Whether part of the claim could not be read.
    pub broken: bool,
}

/// All pairs of the plan's comparisons, then of its decisions.
pub(super) fn sides(plan: &Plan) -> Vec<Side<'_>> {
    let compared = plan.compares.iter().flat_map(|(_, c)| {
        c.against.iter().map(|against| Side {
            subject: &c.subject,
            against,
            decided: false,
            broken: c.common.broken,
        })
    });
    let decided = plan.decides.iter().map(|(_, d)| Side {
        subject: &d.subject,
        against: &d.against,
        decided: true,
        broken: d.common.broken,
    });
    compared.chain(decided).collect()
}

/// Whether a side is the other with some components set otherwise: a variant of the same system, or
/// a system that was derived from it by setting levels.
pub(super) fn variants_of_one(plan: &Plan, a: &Variant, b: &Variant) -> bool {
    a.system == b.system || derived(plan, a.system, b.system) || derived(plan, b.system, a.system)
}

/// Whether `child` is `from parent[…]`, with at least one level set there.
pub(super) fn derived(plan: &Plan, child: Id<System>, parent: Id<System>) -> bool {
    let from = plan.systems[child].parent.as_ref();
    from.is_some_and(|f| f.variant.system == parent && !f.sets.is_empty())
}

/// Whether one inherits from the other, or both from one.
pub(super) fn related(plan: &Plan, a: Id<System>, b: Id<System>) -> bool {
    let line = |mut id: Id<System>| {
        let mut line = BTreeSet::from([id]);
        while let Some(parent) = &plan.systems[id].parent {
            id = parent.variant.system;
            if !line.insert(id) {
                break;
            }
        }
        line
    };
    !line(a).is_disjoint(&line(b))
}

/// The components in which two variants differ. One that a system lacks counts as not there. Of
/// systems that have nothing to do with each other, one that declares no component says nothing.
pub(super) fn components(plan: &Plan, a: &Variant, b: &Variant) -> Vec<Id<Component>> {
    let silent = |v: &Variant| plan.systems[v.system].components.is_empty();
    if !related(plan, a.system, b.system) && (silent(a) || silent(b)) {
        return Vec::new();
    }
    let (levels_a, levels_b) = (plan.configuration(a), plan.configuration(b));
    let mut found = plan.differing(a, b);
    found.retain(|c| {
        let absent = plan.components[*c].absent;
        let level = |levels: &BTreeMap<Id<Component>, usize>| levels.get(c).copied().or(absent);
        level(&levels_a) != level(&levels_b)
    });
    found
}

/// The steps in which two systems differ: names of those that only one has.
#[derive(Debug, Default)]
pub(super) struct StepChange {
    /// Names of the steps that only one of the two has, or of all where only the order differs.
    pub names: Vec<String>,
    /// How many changes that is; a step put in another's place is one.
    pub count: usize,
}

/// The change of steps from `a` to `b`.
pub(super) fn steps(plan: &Plan, a: Id<System>, b: Id<System>) -> StepChange {
    let (s, t) = (&plan.systems[a], &plan.systems[b]);
    if !related(plan, a, b) && (s.steps.is_empty() || t.steps.is_empty()) {
        return StepChange::default();
    }
    let name = |step: &Spanned<Id<crate::hir::Step>>| plan.steps[step.value].common.name.clone();
    let names = |s: &System| s.steps.iter().map(name).collect::<Vec<_>>();
    change(&names(s), &names(t))
}

/// The change from one list of names to another.
pub(super) fn change(a: &[String], b: &[String]) -> StepChange {
    let gone: Vec<_> = a.iter().filter(|n| !b.contains(n)).cloned().collect();
    let new: Vec<_> = b.iter().filter(|n| !a.contains(n)).cloned().collect();
    let count = gone.len().max(new.len());
    if count == 0 && a != b {
        return StepChange {
            names: a.to_vec(),
            count: 1,
        };
    }
    StepChange {
        names: gone.into_iter().chain(new).collect(),
        count,
    }
}

/// A field that differs: its name, and value and place on each side as far as written.
#[derive(Debug)]
pub(super) struct FieldChange {
    /// `budget.epochs`, `train`, …
    pub field: String,
    /// The reference's.
    pub reference: Option<Spanned<String>>,
    /// The variant's.
    pub variant: Option<Spanned<String>>,
}

/// The fields, beside components, steps, seeds and outputs, in which a variant differs from its
/// reference.
pub(super) fn fields(plan: &Plan, reference: Id<System>, variant: Id<System>) -> Vec<FieldChange> {
    let (mut a, mut b) = (
        written(plan, &plan.systems[reference]),
        written(plan, &plan.systems[variant]),
    );
    let names: BTreeSet<String> = a.keys().chain(b.keys()).cloned().collect();
    // What only one of two strangers says is no difference.
    let related = related(plan, reference, variant);
    names
        .into_iter()
        .map(|field| FieldChange {
            reference: a.remove(&field),
            variant: b.remove(&field),
            field,
        })
        .filter(|c| related || (c.reference.is_some() && c.variant.is_some()))
        .filter(|c| text(&c.reference) != text(&c.variant))
        .collect()
}

fn text(value: &Option<Spanned<String>>) -> Option<&str> {
    value.as_ref().map(|v| v.value.as_str())
}

/// The fields of a system as canonical text, records by their entries.
pub(super) fn written(plan: &Plan, s: &System) -> BTreeMap<String, Spanned<String>> {
    let mut all = BTreeMap::new();
    for (record, name) in [(&s.budget, "budget"), (&s.params, "params")] {
        for (key, value) in record {
            all.insert(format!("{name}.{key}"), value.clone());
        }
    }
    let lists = [
        ("train", &s.train),
        ("select", &s.select),
        ("early_stop", &s.early_stop),
        ("threshold", &s.threshold),
        ("calibrate", &s.calibrate),
        ("pretrained_on", &s.pretrained_on),
    ];
    for (name, uses) in lists {
        if let Some(first) = uses.first() {
            all.insert(name.into(), Spanned::new(data(plan, uses), first.span));
        }
    }
    for (name, systems) in [
        ("distilled_from", &s.distilled_from),
        ("ensemble", &s.ensemble),
    ] {
        if let Some(first) = systems.first() {
            let names = systems.iter().map(|x| &plan.systems[x.value].common.name);
            let text = names.cloned().collect::<Vec<_>>().join(", ");
            all.insert(name.into(), Spanned::new(text, first.span));
        }
    }
    if let Some(tune) = &s.tune {
        all.insert("tune".into(), Spanned::new(tuned(plan, tune), tune.span));
    }
    let time = s.limits.as_ref().and_then(|l| l.value.time.as_ref());
    if let Some(time) = time {
        // A run that is cut off earlier is another run.
        let text = format!("{} s", time.value / 1e3);
        all.insert("limits.time".into(), Spanned::new(text, time.span));
    }
    if let Some(h) = &s.hardware {
        let name = plan.hardware[h.value].common.name.clone();
        all.insert("hardware".into(), Spanned::new(name, h.span));
    }
    for (name, value) in [
        ("version", &s.version),
        ("model", &s.model),
        ("features", &s.features),
    ] {
        if let Some(value) = value {
            all.insert(name.into(), value.clone());
        }
    }
    all
}

fn data(plan: &Plan, uses: &[DataUse]) -> String {
    let names: BTreeSet<String> = uses.iter().map(|u| plan.show_data(&u.data)).collect();
    names.into_iter().collect::<Vec<_>>().join(", ")
}

fn tuned(plan: &Plan, tune: &Tune) -> String {
    let by = tune
        .by
        .as_ref()
        .map(|m: &MetricRef| format!("by: {}", m.text));
    let trials = tune.trials.map(|t| format!("trials: {}", t.value));
    let options: Vec<String> = by.into_iter().chain(trials).collect();
    if options.is_empty() {
        data(plan, &tune.on)
    } else {
        format!("{} {{ {} }}", data(plan, &tune.on), options.join(", "))
    }
}

/// Whether a step, field or parameter seems to be what the component stands for: a hand-written arm
/// takes `pca` away by leaving out a step of that name.
pub(super) fn embodies(component: &str, other: &str) -> bool {
    let plain = |s: &str| s.to_lowercase().replace(['-', '_', ' ', '.'], "");
    let other = other.rsplit('.').next().unwrap_or(other);
    let (a, b) = (plain(component), plain(other));
    if a.len().min(b.len()) < 3 {
        return a == b;
    }
    let shared = a.chars().zip(b.chars()).take_while(|(x, y)| x == y).count();
    a.contains(&b) || b.contains(&a) || shared >= 5
}

/// The name of a component.
pub(super) fn name(plan: &Plan, component: Id<Component>) -> &str {
    &plan.components[component].common.name
}

/// Where a system derived by `from parent[…]` sets a component.
pub(super) fn set_at(system: &System, component: Id<Component>) -> Option<Span> {
    let sets = system.parent.as_ref().map(|p| &p.sets)?;
    sets.iter().find(|s| s.0 == component).map(|s| s.1)
}

/// What a system is to the plan; a system whose head could not be read has no role.
pub(super) fn role(plan: &Plan, v: &Variant) -> Option<Role> {
    let system = &plan.systems[v.system];
    system.role.filter(|_| !system.common.broken)
}

/// The ancestor from which a system could inherit what it does not say itself.
pub(super) fn eldest(plan: &Plan, id: Id<System>) -> Id<System> {
    let mut at = id;
    for _ in 0..plan.systems.len() {
        match &plan.systems[at].parent {
            Some(parent) => at = parent.variant.system,
            None => break,
        }
    }
    at
}
