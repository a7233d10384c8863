//! What finished commands made, and what they took.

use super::Who;
use crate::hir::formula::Figure;
use crate::hir::{DataRef, Dataset, Id, Variant};
use crate::runner::TaskRecord;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// What was run on a dataset: variant, seed and the repeat of a cross-validation, from 0.
type Key = (Variant, Option<u64>, Id<Dataset>, Option<u32>);

/// The outputs of commands.
#[derive(Debug, Default)]
pub struct Made {
    runs: BTreeMap<Key, Of>,
    served: BTreeMap<(Variant, Option<u64>, DataRef), Replies>,
}

/// The replies of a served system: their file, and what they come to.
#[derive(Debug, Clone)]
pub(crate) struct Replies {
    pub(crate) file: PathBuf,
    pub(crate) figures: BTreeMap<Figure, f64>,
}

/// What one run made: a file, or one for each fold.
#[derive(Debug, Default, Clone)]
pub(crate) struct Of {
    pub(crate) files: Vec<PathBuf>,
    pub(crate) figures: BTreeMap<Figure, f64>,
    /// The tasks that failed.
    pub(crate) failed: Vec<String>,
}

impl Made {
    pub(super) fn add(&mut self, who: &Who, file: PathBuf, record: &TaskRecord) {
        if let (Some(on), Some(served)) = (&who.served, &record.served) {
            let count = |n: u64| n as f64;
            let failed = served.requests.saturating_sub(served.answered);
            let figures = BTreeMap::from([
                (Figure::Requests, count(served.requests)),
                (Figure::Errors, count(failed)),
                (Figure::Timeouts, count(served.timeouts)),
                (Figure::Restarts, count(served.restarts)),
                // Per ms.
                (Figure::Throughput, served.throughput / 1e3),
            ]);
            let key = (who.variant.clone(), who.seed, on.clone());
            self.served.insert(key, Replies { file, figures });
            return;
        }
        let of = self.of(who);
        let first = of.files.is_empty();
        of.files.push(file);
        // Folds are trained one after the other: times and energies add up, of memory the most counts.
        let mut add = |figure: Figure, value: Option<f64>, join: fn(f64, f64) -> f64| {
            let joined = match (of.figures.get(&figure), value) {
                (Some(&old), Some(new)) => Some(join(old, new)),
                (None, new) if first => new,
                _ => None,
            };
            match joined {
                Some(value) => drop(of.figures.insert(figure, value)),
                None => drop(of.figures.remove(&figure)),
            }
        };
        add(Figure::Elapsed, Some(record.wall_ms), |a, b| a + b);
        add(Figure::Energy, record.energy_j, |a, b| a + b);
        let peak = record.peak_memory.map(|p| p.bytes as f64);
        add(Figure::PeakMemory, peak, f64::max);
    }

    pub(super) fn fail(&mut self, who: &Who, name: &str) {
        self.of(who).failed.push(name.to_string());
    }

    fn of(&mut self, who: &Who) -> &mut Of {
        let repeat = who.fold.map(|fold| fold.repeat);
        let key = (who.variant.clone(), who.seed, who.dataset, repeat);
        self.runs.entry(key).or_default()
    }

    /// The replies of a variant and seed on some rows.
    pub(crate) fn replies(
        &self,
        variant: &Variant,
        seed: Option<u64>,
        on: &DataRef,
    ) -> Option<&Replies> {
        self.served.get(&(variant.clone(), seed, on.clone()))
    }

    /// What a variant and seed made for a repeat of a cross-validation, or else for all other rows.
    pub(crate) fn get(
        &self,
        variant: &Variant,
        seed: Option<u64>,
        dataset: Id<Dataset>,
        repeat: Option<u32>,
    ) -> Option<&Of> {
        self.runs.get(&(variant.clone(), seed, dataset, repeat))
    }

    /// All that a variant and seed made for a dataset.
    pub(crate) fn all(
        &self,
        variant: &Variant,
        seed: Option<u64>,
        dataset: Id<Dataset>,
    ) -> impl Iterator<Item = &Of> {
        let key = |repeat| (variant.clone(), seed, dataset, repeat);
        let own = self.runs.range(key(None)..=key(Some(u32::MAX)));
        own.map(|(_, of)| of)
    }

    /// For how many repeats it was run: 0 where it doesn't learn from folds that it is judged on.
    pub(crate) fn repeats(
        &self,
        variant: &Variant,
        seed: Option<u64>,
        dataset: Id<Dataset>,
    ) -> u32 {
        let has = |repeat: &u32| self.get(variant, seed, dataset, Some(*repeat)).is_some();
        // One behind the other, from 0.
        (0..)
            .take_while(has)
            .map(|repeat| repeat + 1)
            .last()
            .unwrap_or(0)
    }
}
