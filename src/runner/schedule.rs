//! Tasks in their order, side by side as far as the machine allows.

use super::attempt::{self, Runner};
use super::failure::{Failure, FailureKind};
use super::group;
use super::interrupt::{self, Deferred};
use super::machine::{Energy, Machine};
use super::record::TaskRecord;
use super::store::{Store, StoreError};
use super::sync::Syncer;
use super::task::Task;
use crate::diagnostic::Diagnostic;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

/// How tasks are run.
#[derive(Debug, Clone)]
pub struct Settings<'a> {
    /// At most this many at a time.
    pub jobs: usize,
    /// The limit of time of tasks that have none of their own.
    pub time: Option<Duration>,
    /// How long a command may take to clean up when it is asked to end.
    pub grace: Duration,
    /// Whether the first failure ends the run.
    pub fail_fast: bool,
    /// The folder commands work in.
    pub folder: &'a Path,
    /// The machine they run on, whose cores and memory they share.
    pub machine: Machine,
    /// Says what time it is, for the records alone: nothing depends on it.
    pub clock: fn() -> SystemTime,
}

/// What became of a task.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// It was finished before.
    Cached(Box<TaskRecord>),
    /// It was run.
    Done(Box<TaskRecord>),
    /// It failed.
    Failed(Box<Failure>),
    /// A task that comes before it failed or was not run: its place.
    Blocked(usize),
    /// The run ended before it was its turn.
    NotRun,
}

impl Outcome {
    /// The record of a task that is finished.
    pub fn record(&self) -> Option<&TaskRecord> {
        match self {
            Outcome::Cached(record) | Outcome::Done(record) => Some(record),
            Outcome::Failed(_) | Outcome::Blocked(_) | Outcome::NotRun => None,
        }
    }
}

/// What happens while tasks run.
#[derive(Debug, Clone, Copy)]
pub enum Event<'a> {
    /// So many tasks have to be run; so many are finished already.
    Tasks(usize, usize),
    /// A task begins.
    Began(&'a Task),
    /// A task has ended, and how.
    Ended(&'a Task, &'a Outcome),
}

/// Told of events, from any thread.
pub type Events<'a> = &'a (dyn Fn(Event<'_>) + Sync);

/// What is wrong with the output of the task at a place: its file.
pub type Validate<'a> = &'a (dyn Fn(usize, &Path) -> Vec<Diagnostic> + Sync);

/// Runs tasks, each after those it needs, and says what became of each. `keys` has the key of each task.
pub fn run(
    store: &Store,
    tasks: &[Task],
    keys: &[String],
    settings: &Settings<'_>,
    validate: Validate<'_>,
    events: Events<'_>,
) -> Vec<Outcome> {
    let known: Vec<Option<TaskRecord>> = keys.iter().map(|key| store.finished(key)).collect();
    let cached = known.iter().filter(|k| k.is_some()).count();
    events(Event::Tasks(tasks.len() - cached, cached));
    let schedule = Schedule {
        state: Mutex::new(State::new(tasks, keys, settings, known)),
        changed: Condvar::new(),
        syncer: Syncer::default(),
        runner: Runner {
            store,
            tasks,
            keys,
            settings,
            validate,
            energy: Energy::find(),
        },
        events,
    };
    if cached < tasks.len() {
        let deferred = Deferred::new();
        let workers = settings.jobs.clamp(1, tasks.len() - cached);
        std::thread::scope(|scope| {
            let syncing = scope.spawn(|| schedule.syncer.work());
            let workers: Vec<_> = (0..workers)
                .map(|_| scope.spawn(|| schedule.work()))
                .collect();
            for worker in workers {
                let _ = worker.join();
            }
            schedule.syncer.close();
            let _ = syncing.join();
        });
        drop(deferred);
        // Whoever left its task's group and stayed is found by its mark.
        group::sweep(&store.mark());
    }
    let lost = schedule.syncer.failed();
    let state = schedule.state.into_inner();
    let mut outcomes = state.unwrap_or_else(PoisonError::into_inner).outcomes();
    if let Some((path, error)) = lost {
        let lost = StoreError::unwritable(&path, &error);
        if let Some(last) = outcomes.iter_mut().find(|o| matches!(o, Outcome::Done(_))) {
            *last = Outcome::Failed(Box::new(attempt::unkept(&lost)));
        }
    }
    outcomes
}

struct Schedule<'a> {
    state: Mutex<State<'a>>,
    changed: Condvar,
    syncer: Syncer,
    runner: Runner<'a>,
    events: Events<'a>,
}

impl<'a> Schedule<'a> {
    fn lock(&self) -> MutexGuard<'_, State<'a>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes tasks until there is none left.
    fn work(&self) {
        while let Some(at) = self.next() {
            let Some(task) = self.runner.tasks.get(at) else {
                continue;
            };
            (self.events)(Event::Began(task));
            let stop = || interrupt::interrupted() || self.lock().stopped;
            let alone = || self.lock().alone(at);
            let outcome = match self.runner.run(at, &stop, &alone) {
                Ok((record, folder)) => {
                    self.syncer.add(folder);
                    Outcome::Done(Box::new(record))
                }
                Err(attempt::Unfinished::Failed(failure)) => Outcome::Failed(failure),
                Err(attempt::Unfinished::Stopped) => Outcome::NotRun,
            };
            (self.events)(Event::Ended(task, &outcome));
            self.lock().ended(at, outcome);
            self.changed.notify_all();
        }
        // Others may wait for what will not come.
        self.changed.notify_all();
    }

    /// The next task that may begin; waits for it, and for none where none is left.
    fn next(&self) -> Option<usize> {
        let mut state = self.lock();
        loop {
            if interrupt::interrupted() {
                state.stopped = true;
            }
            if state.stopped || (state.ready.is_empty() && state.running.is_empty()) {
                return None;
            }
            if let Some(at) = state.take() {
                return Some(at);
            }
            let woken = self.changed.wait_timeout(state, Duration::from_millis(100));
            state = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

/// What is running and what waits.
struct State<'a> {
    tasks: &'a [Task],
    /// Tasks whose upstream is finished.
    ready: BTreeSet<usize>,
    /// How many tasks each one still waits for.
    waits: Vec<usize>,
    /// The tasks that wait for each one.
    after: Vec<Vec<usize>>,
    /// Tasks that are one and the same as an earlier one, by that one: they share its outcome.
    twins: BTreeMap<usize, Vec<usize>>,
    /// Running tasks, each with whether it was alone all the time.
    running: BTreeMap<usize, bool>,
    outcomes: Vec<Option<Outcome>>,
    cores: u32,
    memory: u64,
    fail_fast: bool,
    stopped: bool,
}

impl<'a> State<'a> {
    fn new(
        tasks: &'a [Task],
        keys: &[String],
        settings: &Settings<'_>,
        known: Vec<Option<TaskRecord>>,
    ) -> Self {
        let mut after = vec![Vec::new(); tasks.len()];
        let mut waits = vec![0; tasks.len()];
        let outcomes: Vec<Option<Outcome>> = known
            .into_iter()
            .map(|record| record.map(|r| Outcome::Cached(Box::new(r))))
            .collect();
        let open = |at: usize| outcomes.get(at).is_some_and(Option::is_none);
        for (at, task) in tasks.iter().enumerate().filter(|(at, _)| open(*at)) {
            for &before in task.upstream.iter().filter(|&&before| open(before)) {
                if let (Some(list), Some(n)) = (after.get_mut(before), waits.get_mut(at)) {
                    list.push(at);
                    *n += 1;
                }
            }
        }
        let (mut first, mut twins) = (BTreeMap::new(), BTreeMap::<usize, Vec<usize>>::new());
        let mut twin = BTreeSet::new();
        for (at, key) in keys.iter().enumerate().filter(|(at, _)| open(*at)) {
            let own = *first.entry(key).or_insert(at);
            if own != at {
                twins.entry(own).or_default().push(at);
                twin.insert(at);
            }
        }
        let free = |at: &usize| waits.get(*at) == Some(&0) && open(*at) && !twin.contains(at);
        State {
            ready: (0..tasks.len()).filter(free).collect(),
            twins,
            waits,
            after,
            tasks,
            running: BTreeMap::new(),
            outcomes,
            cores: settings.machine.cores.max(1),
            memory: settings.machine.memory,
            fail_fast: settings.fail_fast,
            stopped: false,
        }
    }

    /// The first ready task for which there is room. One that asks for more than the machine has runs alone.
    fn take(&mut self) -> Option<usize> {
        let of = |at: &usize| self.tasks.get(*at);
        let running = || self.running.keys().filter_map(of);
        let cores: u32 = running().map(|t| t.cores.max(1)).sum();
        let memory: u64 = running().map(|t| t.memory).sum();
        let devices: BTreeSet<&String> = running().filter_map(|t| t.device.as_ref()).collect();
        let fits = |task: &Task| {
            let memory_fits = self.memory == 0 || memory + task.memory <= self.memory;
            // What is timed has the machine for itself.
            let quiet = task.serve.is_none() && running().all(|t| t.serve.is_none());
            let device_free = task.device.as_ref().is_none_or(|d| !devices.contains(d));
            quiet && cores + task.cores.max(1) <= self.cores && memory_fits && device_free
        };
        let next = self
            .ready
            .iter()
            .copied()
            .find(|at| self.running.is_empty() || of(at).is_some_and(&fits))?;
        self.ready.remove(&next);
        let alone = self.running.is_empty();
        self.running.values_mut().for_each(|alone| *alone = false);
        self.running.insert(next, alone);
        Some(next)
    }

    fn alone(&self, at: usize) -> bool {
        self.running.get(&at).copied().unwrap_or(false)
    }

    fn ended(&mut self, at: usize, outcome: Outcome) {
        self.running.remove(&at);
        let done = outcome.record().is_some();
        let disk =
            matches!(&outcome, Outcome::Failed(f) if matches!(f.kind, FailureKind::Unwritable(..)));
        // Where nothing can be kept, running on is work lost.
        if disk || (self.fail_fast && matches!(outcome, Outcome::Failed(_))) {
            self.stopped = true;
        }
        let twins = self.twins.remove(&at).unwrap_or_default();
        for twin in &twins {
            let same = match &outcome {
                Outcome::Done(record) => Outcome::Cached(record.clone()),
                other => other.clone(),
            };
            self.settle(*twin, same);
        }
        self.settle(at, outcome);
        for at in twins.into_iter().chain([at]) {
            self.release(at, done);
        }
    }

    fn settle(&mut self, at: usize, outcome: Outcome) {
        if let Some(slot) = self.outcomes.get_mut(at) {
            *slot = Some(outcome);
        }
    }

    /// Lets the tasks go on that waited for one.
    fn release(&mut self, at: usize, done: bool) {
        for next in self.after.get(at).cloned().unwrap_or_default() {
            if !done {
                self.block(next, at);
            } else if let Some(n) = self.waits.get_mut(next) {
                *n -= 1;
                let twin = self.twins.values().flatten().any(|&t| t == next);
                if *n == 0 && !twin && self.outcomes.get(next).is_some_and(Option::is_none) {
                    self.ready.insert(next);
                }
            }
        }
    }

    /// Marks a task, and those after it, as not to be run.
    fn block(&mut self, at: usize, by: usize) {
        let mut next = vec![at];
        while let Some(at) = next.pop() {
            if let Some(slot) = self.outcomes.get_mut(at).filter(|slot| slot.is_none()) {
                *slot = Some(Outcome::Blocked(by));
                next.extend(self.after.get(at).into_iter().flatten());
            }
        }
    }

    fn outcomes(self) -> Vec<Outcome> {
        let not_run = |outcome: Option<Outcome>| outcome.unwrap_or(Outcome::NotRun);
        self.outcomes.into_iter().map(not_run).collect()
    }
}
