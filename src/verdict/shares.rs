//! Shares in closed form: how many rows or requests say yes, of how many, and how two systems agree on them.

use crate::infer::{Sample, Side, Sides};
use crate::metrics::Basis;
use crate::stats::analytic::{Pairs, Share};
use crate::stats::proportion;
use crate::stats::significance::P;

/// Yes/no rows, or requests, of one system, or of the two sides of a difference.
pub(super) enum Shares {
    One(Share),
    Paired(Pairs),
    Apart(Share, Share),
}

/// A share of rows or requests, or a difference of two; `None` where a row doesn't say yes or no, and of
/// what is no share by its formula: a mean that happens to be 0 on every row has no bound at 1.
pub(super) fn shares(sample: &Sample, level: f64) -> Option<Shares> {
    match sample.basis {
        Basis::Rows | Basis::Runs => return None,
        Basis::Requests(_) => {
            let Some(sides) = &sample.sides else {
                return Some(Shares::One(proportion::grouped(&sample.trials()?, level)?));
            };
            // Each side was asked in its own time, and failed in its own.
            let (a, b) = both(sides, |side| worth(side, level))?;
            return Some(Shares::Apart(a, b));
        }
        Basis::Share => {}
    }
    let Some(sides) = &sample.sides else {
        return Some(Shares::One(of_rows(sample, level)?));
    };
    if !sides.paired {
        let (a, b) = both(sides, |side| Some(share(&hits(side)?)))?;
        return Some(Shares::Apart(a, b));
    }
    Some(Shares::Paired(pairs(sides)?))
}

/// How often the sides of a difference of shares agree, row by row; `None` where the rows do not pair.
pub(super) fn agreements(gain: &Sample) -> Option<Pairs> {
    let paired = |sides: &&Sides| sides.paired && gain.basis == Basis::Share;
    pairs(gain.sides.as_deref().filter(paired)?)
}

/// Fisher's exact test of two shares of requests, of as many as they are worth at 95 %; `None` of anything else.
pub(super) fn of_requests(gain: &Sample) -> Option<(P, &'static str)> {
    let counted = |side: &Side| {
        let share = worth(side, 0.95)?;
        Some(((share.p * share.n).round() as u64, share.n.round() as u64))
    };
    let (a, b) = both(gain.sides.as_deref()?, counted)?;
    let p = P {
        value: proportion::fisher_exact(a, b)?,
        exact: true,
    };
    Some((p, "Fisher’s test"))
}

/// The share of a side's requests.
fn worth(side: &Side, level: f64) -> Option<Share> {
    proportion::grouped(side.trials.as_ref()?, level)
}

/// Something of both sides, that one first of which more is better.
fn both<T>(sides: &Sides, of: impl Fn(&Side) -> Option<T>) -> Option<(T, T)> {
    let (a, b) = (of(&sides.candidate)?, of(&sides.baseline)?);
    Some(if sides.sign < 0.0 { (b, a) } else { (a, b) })
}

/// The share of rows. What several runs say of a row is one value of it.
fn of_rows(sample: &Sample, level: f64) -> Option<Share> {
    let side = sample.side();
    if sample.runs.len() == 1 {
        return Some(share(&hits(&side)?));
    }
    let rows = side.counted();
    let within = rows.each().all(|(v, _)| (-1e-4..=1.0 + 1e-4).contains(&v));
    within.then(|| proportion::crossed(rows, &sample.runs, level))?
}

/// How many rows some run says yes of, or no, whichever are fewer.
pub(super) fn rarer(sample: &Sample) -> u64 {
    let side = sample.side();
    let (mut some, mut all) = (0, 0);
    for (value, times) in side.counted().each() {
        some += if value > 1e-4 { times } else { 0 };
        all += if value < 1.0 - 1e-4 { times } else { 0 };
    }
    some.min(all)
}

/// Whether units are right, and how many.
type Hit = (bool, u64);

/// How often the units of both sides are right; `None` where one says neither yes nor no.
pub(super) fn pairs(sides: &Sides) -> Option<Pairs> {
    let (a, b) = both(sides, hits)?;
    let mut pairs = Pairs::default();
    for ((a, times), (b, _)) in a.iter().zip(&b) {
        match (a, b) {
            (true, true) => pairs.both += times,
            (true, false) => pairs.first += times,
            (false, true) => pairs.second += times,
            (false, false) => pairs.neither += times,
        }
    }
    Some(pairs)
}

fn share(hits: &[Hit]) -> Share {
    let of = |which: fn(&&Hit) -> bool| hits.iter().filter(which).map(|h| h.1).sum();
    Share::of(of(|h| h.0), of(|_| true))
}

/// Values that are 0 or 1 up to rounding; `None` where one isn't.
fn hits(side: &Side) -> Option<Vec<Hit>> {
    let hit = |(v, times): (f64, u64)| {
        let near = |x: f64| (v - x).abs() < 1e-4;
        (near(0.0) || near(1.0)).then(|| (near(1.0), times))
    };
    side.counted().each().map(hit).collect()
}

#[cfg(test)]
mod tests {
    use super::super::closed::tests::{figure, less};
    use super::super::closed::{self, DRAWS};
    use super::*;
    use crate::hir::{AnalyticMethod, TestMethod};
    use crate::stats::analytic;

    #[test]
    fn shares_of_requests_count_requests() {
        let sent = || Basis::Requests(vec![1000; 3]);
        let (a, b) = (figure(&[0.0; 3], sent()), figure(&[0.01; 3], sent()));
        let gain = less(&a, &b);
        let (ends, name) = closed::interval(&gain, AnalyticMethod::Newcombe, 0.95).unwrap();
        let of_counts = analytic::newcombe((30, 3000), (0, 3000), 0.95).unwrap();
        assert_eq!((ends, name), (of_counts, "Newcombe"));
        let (p, name) = of_requests(&gain).unwrap();
        let of_counts = proportion::fisher_exact((0, 3000), (30, 3000)).unwrap();
        assert_eq!((p.value, name), (of_counts, "Fisher’s test"));
        // Rows, which are all alike, are not what is tested.
        assert!(closed::p_value(&gain, TestMethod::Mcnemar, DRAWS, 1).is_none());
        assert!(closed::equivalence(&gain, 0.01).is_none());
        let (ends, _) = closed::interval(&a, AnalyticMethod::Exact, 0.95).unwrap();
        assert_eq!(ends, analytic::clopper_pearson(0, 3000, 0.95).unwrap());
    }
}
