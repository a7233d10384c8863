//! Which runs are needed, on which rows, after which others, and why.

use super::super::served;
use super::super::shelf::Shelf;
use super::super::wanted::Wanted;
use super::{Fold, Who};
use crate::graph::Dag;
use crate::hir::{DataRef, DataUse, FOLDS, Id, Outputs, Plan, Step, StepModel, System, Variant};
use std::collections::{BTreeMap, BTreeSet};

/// Rows that a run is asked for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct On {
    pub(super) data: DataRef,
    /// Of folds, those that are learned from instead of the one held out.
    pub(super) learned: bool,
}

/// What is asked of a run.
#[derive(Debug, Clone, Default)]
pub(super) struct Need {
    pub(super) on: BTreeSet<On>,
    pub(super) upstream: BTreeSet<Who>,
    pub(super) why: Vec<String>,
}

/// All runs that are needed.
#[derive(Debug, Default)]
pub(super) struct Demand {
    runs: BTreeMap<Who, Need>,
    /// Those that are asked row by row.
    served: BTreeMap<Who, Need>,
}

impl Demand {
    pub(super) fn of(plan: &Plan, dag: &Dag, wanted: &[Wanted], shelf: &Shelf) -> Self {
        let mut demand = Demand::default();
        let claims = claims(plan);
        for w in wanted {
            demand.serve(plan, w, &claims);
            for variant in w.variants.keys().filter(|v| is_command(plan, v.system)) {
                let on = On {
                    data: w.on.clone(),
                    learned: false,
                };
                let why = claims.get(variant);
                for fold in folds(plan, dag, variant, &w.on, shelf) {
                    for seed in plan.systems[variant.system].runs() {
                        let who = Who {
                            variant: variant.clone(),
                            seed,
                            dataset: w.on.dataset,
                            fold,
                            served: None,
                        };
                        let why = why.cloned().unwrap_or_default();
                        demand.ask(
                            plan,
                            who,
                            BTreeSet::from([on.clone()]),
                            &why,
                            &mut Vec::new(),
                        );
                    }
                }
            }
        }
        demand
    }

    /// Asks for the systems whose answers are timed on these rows.
    fn serve(&mut self, plan: &Plan, w: &Wanted, claims: &BTreeMap<Variant, Vec<String>>) {
        let variants = w.variants.keys();
        for variant in variants.filter(|v| served::is_asked(plan, w, v)) {
            for seed in plan.systems[variant.system].runs() {
                let who = Who {
                    variant: variant.clone(),
                    seed,
                    dataset: w.on.dataset,
                    fold: None,
                    served: Some(w.on.clone()),
                };
                let on = On {
                    data: w.on.clone(),
                    learned: false,
                };
                let need = Need {
                    on: BTreeSet::from([on]),
                    upstream: BTreeSet::new(),
                    why: claims.get(variant).cloned().unwrap_or_default(),
                };
                self.served.insert(who, need);
            }
        }
    }

    /// Those that are asked row by row, after all others.
    pub(super) fn served(&self) -> impl Iterator<Item = (&Who, &Need)> {
        self.served.iter()
    }

    /// Asks a run for rows, and the runs it is made of for those and for what it learns from.
    fn ask(
        &mut self,
        plan: &Plan,
        who: Who,
        on: BTreeSet<On>,
        why: &[String],
        path: &mut Vec<Who>,
    ) {
        if path.contains(&who) {
            // A circle is an error of the plan, told elsewhere.
            return;
        }
        let system = &plan.systems[who.variant.system];
        let others: Vec<Who> = made_of(plan, who.variant.system)
            .into_iter()
            .filter(|&other| is_command(plan, other))
            .map(|other| beside(plan, other, &who))
            .collect();
        let need = self.runs.entry(who.clone()).or_default();
        need.on.extend(on.iter().cloned());
        need.upstream.extend(others.iter().cloned());
        for reason in why {
            if !need.why.contains(reason) {
                need.why.push(reason.clone());
            }
        }
        let learned = system.train.iter().map(|u| &u.data);
        let learned = learned
            .filter(|data| data.dataset == who.dataset)
            .map(|data| On {
                data: data.clone(),
                learned: true,
            });
        let asked: BTreeSet<On> = on.into_iter().chain(learned).collect();
        let reason = format!("{} is made of it", plan.show(&who.variant));
        path.push(who);
        for other in others {
            self.ask(
                plan,
                other,
                asked.clone(),
                std::slice::from_ref(&reason),
                path,
            );
        }
        path.pop();
    }

    /// The runs, each after those it needs; else in the order of the plan.
    pub(super) fn in_order(&self) -> Vec<(&Who, &Need)> {
        let (mut done, mut order) = (BTreeSet::new(), Vec::new());
        for who in self.runs.keys() {
            self.visit(who, &mut done, &mut order);
        }
        order
    }

    fn visit<'a>(
        &'a self,
        who: &'a Who,
        done: &mut BTreeSet<&'a Who>,
        order: &mut Vec<(&'a Who, &'a Need)>,
    ) {
        let Some((who, need)) = self.runs.get_key_value(who) else {
            return;
        };
        if done.insert(who) {
            need.upstream
                .iter()
                .for_each(|u| self.visit(u, done, order));
            order.push((who, need));
        }
    }
}

pub(super) fn is_command(plan: &Plan, system: Id<System>) -> bool {
    matches!(plan.systems[system].outputs, Some(Outputs::Run { .. }))
}

/// The systems that a step learned from or is.
pub(super) fn teachers(step: &Step) -> Vec<Id<System>> {
    let model = match &step.model {
        Some(StepModel::System(system)) => Some(system.value),
        Some(StepModel::Outside(_)) | None => None,
    };
    step.fit_systems
        .iter()
        .map(|s| s.value)
        .chain(model)
        .collect()
}

/// The systems that one is made of: members, teachers, and those its steps learned from or are.
fn made_of(plan: &Plan, id: Id<System>) -> Vec<Id<System>> {
    let system = &plan.systems[id];
    let direct = system.ensemble.iter().chain(&system.distilled_from);
    let mut found: Vec<Id<System>> = direct.map(|s| s.value).collect();
    let (mut next, mut seen) = (Vec::new(), BTreeSet::new());
    next.extend(system.steps.iter().map(|s| s.value));
    while let Some(step) = next.pop() {
        if seen.insert(step) {
            found.extend(teachers(&plan.steps[step]));
            next.extend(plan.steps[step].uses.iter().map(|u| u.value));
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// The run of another system that belongs to a run: with its seed where there is such a one, else with the first.
pub(super) fn beside(plan: &Plan, other: Id<System>, who: &Who) -> Who {
    let seeds = plan.systems[other].runs();
    let own = seeds.contains(&who.seed).then_some(who.seed);
    Who {
        variant: Variant::plain(other),
        seed: own.unwrap_or_else(|| seeds.first().copied().flatten()),
        served: None,
        ..who.clone()
    }
}

/// The folds in which a variant is run: one by one where it learns from the folds it is judged on.
fn folds(
    plan: &Plan,
    dag: &Dag,
    variant: &Variant,
    on: &DataRef,
    shelf: &Shelf,
) -> Vec<Option<Fold>> {
    let by_folds = on.part.as_deref() == Some(FOLDS)
        && plan.datasets[on.dataset].folds.is_some()
        && dag.influences(variant).iter().any(|i| i.data == *on);
    let held = shelf.held.get(&on.dataset).filter(|_| by_folds);
    match held.and_then(|held| held.cut.folds.as_ref()) {
        Some(folds) => {
            let fold = |(at, n): (u32, usize)| {
                let (repeat, place) = folds.place(n);
                let repeat = u32::try_from(repeat).ok()?;
                let place = u32::try_from(place).ok()?;
                Some(Fold { at, repeat, place })
            };
            let all = (0u32..).zip(0..folds.folds.len());
            all.map(fold).collect()
        }
        None => vec![None],
    }
}

/// The claims that rest on each variant, as the plan names them.
fn claims(plan: &Plan) -> BTreeMap<Variant, Vec<String>> {
    let mut found: BTreeMap<Variant, Vec<String>> = BTreeMap::new();
    let mut add = |v: &Variant, what: String| {
        let all = found.entry(v.clone()).or_default();
        if !all.contains(&what) {
            all.push(what);
        }
    };
    let on = |on: &Option<DataUse>| {
        on.as_ref().map_or(String::new(), |on| {
            format!(" on {}", plan.show_data(&on.data))
        })
    };
    for (_, c) in plan.compares.iter() {
        for v in &c.against {
            let (subject, against) = (&c.subject.variant, &v.variant);
            let what = format!(
                "compare {} with {}{}",
                plan.show(subject),
                plan.show(against),
                on(&c.on)
            );
            add(subject, what.clone());
            add(against, what);
        }
    }
    for (_, a) in plan.ablations.iter() {
        let what = format!("ablation of {}{}", plan.show(&a.of.variant), on(&a.on));
        add(&a.of.variant, what.clone());
        a.arms
            .iter()
            .for_each(|arm| add(&arm.variant, what.clone()));
    }
    for (_, f) in plan.factorials.iter() {
        let what = format!("factorial of {}{}", f.common.name, on(&f.on));
        f.cells
            .iter()
            .for_each(|cell| add(&cell.variant, what.clone()));
    }
    for (_, s) in plan.selects.iter() {
        let what = format!("select {}{}", s.common.name, on(&s.on));
        s.from.iter().for_each(|v| add(&v.variant, what.clone()));
    }
    for (_, d) in plan.decides.iter() {
        let what = format!("decide {}", d.common.name);
        add(&d.subject.variant, what.clone());
        add(&d.against.variant, what);
    }
    found
}
