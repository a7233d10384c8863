//! How a comparison samples: rows, whole runs or whole folds, in pairs or apart, and the standard errors that a
//! studentized interval needs.

use super::book::Page;
use crate::hir::{BootstrapMethod, Compare, IntervalSpec, MetricRef, Over, Variant};
use crate::infer::{Claim, Sample, Sides, spread};
use crate::result::ResampleUnit;
use std::borrow::Cow;

/// The design of one comparison.
#[derive(Debug, Clone)]
pub(super) struct Design {
    pub(super) spec: IntervalSpec,
    over: Over,
    paired: bool,
    seed: u64,
}

impl Design {
    /// That of a comparison; without one rows in pairs, the careful default.
    pub(super) fn of(compare: Option<&Compare>, spec: IntervalSpec, seed: u64) -> Design {
        let over = compare.and_then(|c| c.over).map_or(Over::Rows, |o| o.value);
        let paired = compare.and_then(|c| c.paired).is_none_or(|p| p.value);
        Design {
            spec,
            over,
            paired,
            seed,
        }
    }

    pub(super) fn unit(&self, page: &Page<'_>) -> ResampleUnit {
        match self.over {
            Over::Rows => page.unit(),
            Over::Runs => ResampleUnit::Run,
            Over::Folds => ResampleUnit::Fold,
        }
    }

    fn resamples(&self) -> u32 {
        match self.spec {
            IntervalSpec::Bootstrap { resamples, .. } => resamples,
            IntervalSpec::Analytic { .. } | IntervalSpec::None => 10_000,
        }
    }

    /// A system's own quantity under this design. A system with one run has no runs to draw.
    pub(super) fn value<'a>(&self, sample: Cow<'a, Sample>) -> Cow<'a, Sample> {
        if self.over == Over::Folds {
            return sample.over_folds().map_or(sample, Cow::Owned);
        }
        if self.over == Over::Runs && sample.runs.len() > 1 {
            return Cow::Owned(sample.over_runs(self.resamples(), self.seed));
        }
        sample
    }

    /// A quantity of two systems.
    pub(super) fn change(&self, a: &Sample, b: &Sample, f: impl Fn(f64, f64) -> f64) -> Sample {
        let (a, b) = self.both(a, b);
        if self.pairs(&a, &b) {
            a.with(&b, f)
        } else {
            a.apart(&b, f)
        }
    }

    /// Both sides under this design. Where runs are what varies, one without any is a constant.
    fn both<'a>(&self, a: &'a Sample, b: &'a Sample) -> (Cow<'a, Sample>, Cow<'a, Sample>) {
        let (own, other) = (self.value(Cow::Borrowed(a)), self.value(Cow::Borrowed(b)));
        match (self.over, a.runs.len(), b.runs.len()) {
            (Over::Runs, 2.., 1) => {
                let constant = other.constant_beside(&own);
                (own, Cow::Owned(constant))
            }
            (Over::Runs, 1, 2..) => (Cow::Owned(own.constant_beside(&other)), other),
            _ => (own, other),
        }
    }

    fn pairs(&self, a: &Sample, b: &Sample) -> bool {
        let same = a.left_out.len() == b.left_out.len();
        self.paired && (self.over != Over::Runs || same)
    }

    /// The difference turned so that more is better (by `sign`), with both its sides.
    pub(super) fn gain(&self, a: &Sample, b: &Sample, sign: f64) -> Sample {
        let mut gain = self.change(a, b, |a, b| sign * (a - b));
        let (a, b) = self.both(a, b);
        if self.over == Over::Runs && self.pairs(&a, &b) {
            // What differs from seed to seed is the difference of the two, not each of them.
            gain = gain.over_runs(self.resamples(), self.seed);
        }
        gain.basis = a.basis.beside(&b.basis);
        gain.sides = Some(Box::new(Sides {
            candidate: a.side(),
            baseline: b.side(),
            sign,
            paired: self.pairs(&a, &b),
        }));
        gain
    }

    /// Adds standard errors where the interval is studentized and they can be had.
    pub(super) fn studentize(
        &self,
        page: &Page<'_>,
        sample: &mut Sample,
        metric: &MetricRef,
        part: usize,
        (of, against): (&Variant, Option<&Variant>),
    ) {
        let IntervalSpec::Bootstrap {
            method: BootstrapMethod::Studentized,
            resamples,
            grows,
            ..
        } = self.spec
        else {
            return;
        };
        if self.over != Over::Rows || !self.paired {
            return;
        }
        let drawn = u32::try_from(sample.replicates.len()).unwrap_or(u32::MAX);
        let resamples = if grows { drawn } else { resamples.min(drawn) };
        let place = |v: &Variant| page.place(v, metric);
        let Some(of) = place(of) else { return };
        let against = match against {
            Some(v) => match place(v) {
                Some(place) => Some(place),
                None => return,
            },
            None => None,
        };
        let claim = Claim { part, of, against };
        let found = spread(&page.measured.panel, claim, resamples, self.seed);
        sample.errors = found.map(Box::new);
    }
}
