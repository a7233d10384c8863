//! The commands that a plan's claims need: which runs, in which order, with which files, and why.
//!
//! One task makes the outputs of one variant and seed on all rows of a dataset that some claim or system asks of
//! it; in a cross-validation there is one for each fold. `runner` runs them, and knows nothing of plans.

mod demand;
mod execute;
mod failures;
mod figures;
mod rows;
mod served;
mod words;

pub use execute::{execute, kept};
pub use failures::{is_outside, locked, survives};
pub use figures::Made;
pub(super) use figures::Of;

use super::errors::{ExecError, diagnose};
use super::shelf::Shelf;
use super::wanted::wanted;
use crate::diagnostic::Diagnostic;
use crate::graph::Dag;
use crate::hir::{DataRef, Dataset, Id, Outputs, Plan, System, Transient, Variant};
use crate::runner::{
    self, Handed, Hashes, Limits, Outcome, Part, Place, RetryOn, Source, Task, Way, What,
};
use crate::text::{Span, Spanned};
use demand::{Demand, Need};
use rows::Rows;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

/// A fold of a cross-validation: its place among those of all repeats, its repeat, and its place in that, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Fold {
    pub(crate) at: u32,
    pub(crate) repeat: u32,
    pub(crate) place: u32,
}

/// A run of a variant: which, with which seed, on the rows of which dataset, in which fold.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Who {
    pub(crate) variant: Variant,
    pub(crate) seed: Option<u64>,
    pub(crate) dataset: Id<Dataset>,
    pub(crate) fold: Option<Fold>,
    /// The rows it is asked for one by one, where it is served.
    pub(crate) served: Option<DataRef>,
}

/// The commands of a plan, each after those it needs.
#[derive(Debug, Default)]
pub struct Commands {
    /// What is run.
    pub tasks: Vec<Task>,
    /// The key of each.
    pub keys: Vec<String>,
    /// Why each is needed: claims, or systems that are made of it.
    pub why: Vec<Vec<String>>,
    /// Files that the tasks are given, by name: hash and bytes.
    pub splits: BTreeMap<String, (String, Vec<u8>)>,
    /// Where the plan says each command.
    pub spans: Vec<Span>,
    who: Vec<Who>,
    /// What is run for each fold of a dataset.
    by_folds: BTreeSet<(Variant, Id<Dataset>)>,
}

/// Plans the commands that the claims need; `folder` is the plan's.
///
/// # Errors
/// Everything that keeps a command from being written out: holes that nothing fills, quotes that don't end.
pub fn commands(
    plan: &Plan,
    dag: &Dag,
    folder: &Path,
    shelf: &Shelf,
) -> Result<Commands, Vec<Diagnostic>> {
    let demand = Demand::of(plan, dag, &wanted(plan), shelf);
    let mut planner = Planner {
        plan,
        folder,
        rows: Rows::new(plan, shelf),
        hashes: Hashes::default(),
        places: BTreeMap::new(),
        commands: Commands::default(),
        errors: Vec::new(),
    };
    for (who, need) in demand.in_order() {
        planner.add(who, need);
    }
    for (who, need) in demand.served() {
        planner.add_server(who, need);
    }
    let Planner {
        mut commands,
        errors,
        rows,
        ..
    } = planner;
    if !errors.is_empty() {
        return Err(errors.iter().map(diagnose).collect());
    }
    commands.splits = rows.written();
    Ok(commands)
}

struct Planner<'a> {
    plan: &'a Plan,
    folder: &'a Path,
    rows: Rows<'a>,
    hashes: Hashes,
    /// The place of each run in the list of tasks.
    places: BTreeMap<Who, usize>,
    commands: Commands,
    errors: Vec<ExecError>,
}

impl Planner<'_> {
    fn add(&mut self, who: &Who, need: &Need) {
        let plan = self.plan;
        let system = &plan.systems[who.variant.system];
        let Some(Outputs::Run { template, .. }) = &system.outputs else {
            return;
        };
        let mut task = self.task(who, need);
        task.output = words::output(&template.value);
        let filled = self.fill(who, need, template, &mut task);
        if filled.is_none() {
            return;
        }
        self.settle(who, need, template.span, task);
    }

    /// The task that asks a system row by row.
    fn add_server(&mut self, who: &Who, need: &Need) {
        let plan = self.plan;
        let system = &plan.systems[who.variant.system];
        let Some(serve) = &system.serve else {
            return;
        };
        let mut task = self.task(who, need);
        task.output = served::OUTPUT.to_string();
        if self.fill(who, need, &serve.command, &mut task).is_none() {
            return;
        }
        // What the words name has to be there first.
        let parts = task.words.iter().flat_map(|w| &w.0);
        task.upstream.extend(parts.filter_map(|part| match part {
            Part::Path(Place::Upstream(at) | Place::UpstreamStem(at))
            | Part::Quoted(Place::Upstream(at) | Place::UpstreamStem(at), _) => Some(*at),
            Part::Path(_) | Part::Quoted(..) | Part::Text(_) => None,
        }));
        task.upstream.sort_unstable();
        task.upstream.dedup();
        match self.rows.requests(&need.on, system.features.as_ref()) {
            Ok(rows) => {
                let serving = served::serving(serve, rows, &mut task.words);
                if let Way::Endpoint(host, path) = &serving.way {
                    let address = format!("http://{host}{path}");
                    task.declared.insert("endpoint".into(), address);
                }
                task.serve = Some(serving);
            }
            Err(why) => {
                self.error(ExecError::NoRows {
                    hole: "on".into(),
                    system: system.common.name.clone(),
                    why,
                    span: serve.command.span,
                });
                return;
            }
        }
        self.settle(who, need, serve.command.span, task);
    }

    /// What a run is, without its command.
    fn task(&self, who: &Who, need: &Need) -> Task {
        let plan = self.plan;
        let system = &plan.systems[who.variant.system];
        let upstream = need.upstream.iter();
        let mut task = Task {
            what: self.what(who, need),
            name: name(plan, who),
            upstream: upstream
                .filter_map(|other| self.places.get(other).copied())
                .collect(),
            declared: declared(plan, system),
            limits: limits(system),
            cores: cores(plan, system).unwrap_or(1),
            ..Task::default()
        };
        if let Some(hardware) = &system.hardware {
            let hardware = &plan.hardware[hardware.value];
            // Sizes are whole bytes far below 2^53.
            task.memory = hardware.memory.as_ref().map_or(0, |m| m.value as u64);
            task.device = hardware.accelerator.as_ref().map(|a| a.value.clone());
        }
        task
    }

    /// Takes a task into the list.
    fn settle(&mut self, who: &Who, need: &Need, span: Span, mut task: Task) {
        let system = &self.plan.systems[who.variant.system];
        runner::complete(
            &mut task,
            self.folder,
            cores(self.plan, system),
            &self.hashes,
        );
        let key = runner::key(&task, &self.commands.tasks, &self.commands.keys);
        self.places.insert(who.clone(), self.commands.tasks.len());
        self.commands.tasks.push(task);
        self.commands.keys.push(key);
        self.commands.why.push(need.why.clone());
        self.commands.spans.push(span);
        if who.fold.is_some() {
            let of = (who.variant.clone(), who.dataset);
            self.commands.by_folds.insert(of);
        }
        self.commands.who.push(who.clone());
    }

    fn what(&self, who: &Who, need: &Need) -> What {
        let plan = self.plan;
        let mut partitions: Vec<String> =
            need.on.iter().map(|on| plan.show_data(&on.data)).collect();
        partitions.sort();
        partitions.dedup();
        What {
            system: plan.systems[who.variant.system].common.name.clone(),
            variant: plan.spell(&who.variant),
            seed: who.seed,
            dataset: plan.datasets[who.dataset].common.name.clone(),
            partitions,
            fold: who.fold.map(|fold| fold.place + 1),
            repeat: who
                .fold
                .filter(|_| repeats(plan, who) > 1)
                .map(|fold| fold.repeat + 1),
            served: who.served.is_some(),
        }
    }

    /// Fills the command's holes and notes the files they stand for.
    fn fill(
        &mut self,
        who: &Who,
        need: &Need,
        template: &Spanned<crate::hir::template::Template>,
        task: &mut Task,
    ) -> Option<()> {
        let holes: BTreeSet<&str> = template.value.holes().map(|(name, ..)| name).collect();
        let mut places: BTreeMap<&str, Place> = BTreeMap::new();
        for name in holes {
            if let Some(place) = self.place(name, who, need, template.span, task)? {
                places.insert(name, place);
            }
        }
        match words::words(self.plan, who, &template.value, &places) {
            Ok((words, env)) => {
                task.words = words;
                task.env = env;
                Some(())
            }
            Err(quote) => {
                self.error(ExecError::OpenQuote {
                    quote,
                    span: template.span,
                });
                None
            }
        }
    }

    fn error(&mut self, error: ExecError) {
        if !self.errors.contains(&error) {
            self.errors.push(error);
        }
    }

    /// The file that a hole stands for; `Some(None)` of one that stands for a value, `None` after an error.
    fn place(
        &mut self,
        hole: &str,
        who: &Who,
        need: &Need,
        span: Span,
        task: &mut Task,
    ) -> Option<Option<Place>> {
        let plan = self.plan;
        let system = &plan.systems[who.variant.system];
        let fold = who.fold.map(|fold| (who.dataset, fold.at));
        let file = match hole {
            "port" => return Some(Some(Place::Port)),
            "out" if who.served.is_some() => return self.own_output(who, span),
            "out" => {
                return Some(Some(if task.output == words::OUTPUT {
                    Place::Output
                } else {
                    Place::OutputStem
                }));
            }
            "on" => self.rows.asked(&need.on, fold, system.features.as_ref()),
            "train" => {
                let uses = system.train.iter().map(|u| u.data.clone()).collect();
                self.rows
                    .learned("train", uses, fold, system.features.as_ref(), true)
            }
            "val" => {
                let uses = rows::validating(plan, system);
                self.rows
                    .learned("val", uses, fold, system.features.as_ref(), true)
            }
            name => {
                let step = system.steps.iter().map(|s| &plan.steps[s.value]);
                if let Some(step) = step.into_iter().find(|s| s.common.name == name) {
                    let teachers = demand::teachers(step);
                    match teachers.first() {
                        Some(&teacher) if step.fit.is_empty() => {
                            return self.output_of(name, teacher, who, span, task);
                        }
                        _ => {}
                    }
                    let uses = step.fit.iter().map(|u| u.data.clone()).collect();
                    self.rows
                        .learned(name, uses, fold, None, !step.labels_unused)
                } else {
                    let mut others = system.distilled_from.iter().chain(&system.ensemble);
                    let other = others.find(|o| plan.systems[o.value].common.name == name);
                    return match other {
                        Some(other) => self.output_of(name, other.value, who, span, task),
                        None => Some(None),
                    };
                }
            }
        };
        match file {
            Ok(handed) => {
                let place = Place::Input(handed.name.clone());
                task.inputs.push(handed);
                Some(Some(place))
            }
            Err(why) => {
                self.error(ExecError::NoRows {
                    hole: hole.to_string(),
                    system: system.common.name.clone(),
                    why,
                    span,
                });
                None
            }
        }
    }

    /// What the system's own run wrote, beside which its model may lie.
    fn own_output(&mut self, who: &Who, span: Span) -> Option<Option<Place>> {
        let run = Who {
            served: None,
            ..who.clone()
        };
        let Some(&at) = self.places.get(&run) else {
            self.error(ExecError::NoRows {
                hole: "out".into(),
                system: self.plan.systems[who.variant.system].common.name.clone(),
                why: "each fold has its own".into(),
                span,
            });
            return None;
        };
        let stem = self.commands.tasks.get(at).map(|t| t.output.as_str()) != Some(words::OUTPUT);
        Some(Some(if stem {
            Place::UpstreamStem(at)
        } else {
            Place::Upstream(at)
        }))
    }

    /// The output of another system: of its run beside this one, or of its file.
    fn output_of(
        &mut self,
        hole: &str,
        other: Id<System>,
        who: &Who,
        span: Span,
        task: &mut Task,
    ) -> Option<Option<Place>> {
        let plan = self.plan;
        let run = demand::beside(plan, other, who);
        if let Some(&at) = self.places.get(&run) {
            return Some(Some(Place::Upstream(at)));
        }
        let mut why = "its outputs are in no file".to_string();
        if let Some(Outputs::Predictions { template, .. }) = &plan.systems[other].outputs
            && let Some(file) = plan.output_file(
                &template.value,
                &run.variant,
                run.seed,
                run.fold.map(|fold| fold.repeat),
            )
        {
            let path = self.folder.join(&file);
            if let Some(hash) = self.hashes.of(&path, &file) {
                let ending = file.rsplit_once('.').map_or("csv", |(_, e)| e);
                let handed = Handed {
                    name: format!("{hole}.{ending}"),
                    sha256: hash.sha256,
                    bytes: hash.bytes,
                    rows: 0,
                    holds: format!("outputs of {hole}"),
                    source: Source::File(path),
                };
                let place = Place::Input(handed.name.clone());
                task.inputs.push(handed);
                return Some(Some(place));
            }
            why = format!("`{file}` cannot be read");
        }
        self.error(ExecError::NoRows {
            hole: hole.to_string(),
            system: plan.systems[who.variant.system].common.name.clone(),
            why,
            span,
        });
        None
    }
}

/// How often the folds of a run's dataset are dealt.
fn repeats(plan: &Plan, who: &Who) -> u32 {
    let folds = plan.datasets[who.dataset].folds.as_ref();
    folds.map_or(1, |folds| folds.repeats)
}

fn name(plan: &Plan, who: &Who) -> String {
    let mut name = plan.show(&who.variant);
    if let Some(seed) = who.seed {
        name += &format!(" seed {seed}");
    }
    if let Some(fold) = who.fold {
        if repeats(plan, who) > 1 {
            name += &format!(" repeat {}", fold.repeat + 1);
        }
        name += &format!(" fold {}", fold.place + 1);
    }
    if let Some(on) = &who.served {
        name += &format!(" served on {}", plan.show_data(on));
    }
    name
}

fn cores(plan: &Plan, system: &System) -> Option<u32> {
    let hardware = system.hardware.as_ref()?;
    let cores = plan.hardware[hardware.value].cores.as_ref()?;
    // Cores are counted in thousands at most.
    Some(cores.value.ceil().clamp(1.0, 1e6) as u32)
}

/// What the plan declares of a run that may change its result and does not reach its command.
fn declared(plan: &Plan, system: &System) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut say = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            found.insert(name.to_string(), value);
        }
    };
    say("version", system.version.as_ref().map(|v| v.value.clone()));
    if let Some(hardware) = &system.hardware {
        let h = &plan.hardware[hardware.value];
        say("hardware", Some(h.common.name.clone()));
        say("cores", h.cores.as_ref().map(|c| c.value.to_string()));
        say("memory", h.memory.as_ref().map(|m| m.value.to_string()));
        say(
            "accelerator",
            h.accelerator.as_ref().map(|a| a.value.clone()),
        );
    }
    found
}

fn limits(system: &System) -> Limits {
    let Some(said) = &system.limits else {
        return Limits::default();
    };
    let said = &said.value;
    let on = |transient: &Spanned<Transient>| match transient.value {
        Transient::Exit(code) => RetryOn::Exit(code),
        Transient::Timeout => RetryOn::Timeout,
        Transient::Signal => RetryOn::Signal,
    };
    Limits {
        time: said
            .time
            .as_ref()
            .map(|t| Duration::from_secs_f64(t.value / 1e3)),
        // Whole and at most 100.
        retries: said.retries.as_ref().map_or(0, |r| r.value as u32),
        retry_on: said.retry_on.iter().map(on).collect(),
    }
}

impl Commands {
    /// Whether there is nothing to run.
    pub fn is_empty(&self) -> bool {
        self.tasks.is_empty()
    }

    /// Whether the same is run for each fold, so that this run tells nothing of their rows.
    pub(super) fn is_by_folds(&self, who: &Who) -> bool {
        self.by_folds.contains(&(who.variant.clone(), who.dataset))
    }

    /// The run of a task.
    pub(super) fn who(&self, at: usize) -> Option<&Who> {
        self.who.get(at)
    }

    /// The outputs that finished tasks made in the store at `root`, and what they took.
    fn made(&self, root: &Path, outcomes: &[Outcome]) -> Made {
        let mut made = Made::default();
        let all = self
            .who
            .iter()
            .zip(&self.tasks)
            .zip(&self.keys)
            .zip(outcomes);
        for (((who, task), key), outcome) in all {
            match outcome.record() {
                Some(record) => made.add(who, runner::output(root, key, &task.output), record),
                None => made.fail(who, &task.name),
            }
        }
        made
    }
}
