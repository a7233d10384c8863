//! Latencies of requests in an HDR histogram: log-linear buckets that hold every latency to 0.1 %, from 1 µs up.
//!
//! The replies keep each latency for the statistics, in its order. This is what a glance needs: quantiles of a run, and of
//! several runs together, without reading a million replies again.

use hdrhistogram::Histogram;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::time::Duration;

/// Significant decimal digits of a latency.
const DIGITS: u8 = 3;

/// How many requests took how long (Tene's HdrHistogram). As JSON, `[[µs, requests], …]` in ascending order, each bucket
/// by the largest latency that falls into it.
#[derive(Debug, Clone, PartialEq)]
pub struct Latencies(Histogram<u64>);

impl Default for Latencies {
    fn default() -> Self {
        let new = Histogram::new(DIGITS);
        Latencies(new.unwrap_or_else(|_| unreachable!("up to five digits are taken")))
    }
}

impl Latencies {
    /// Takes a request in.
    pub(super) fn add(&mut self, latency: Duration) {
        let micros = u64::try_from(latency.as_micros()).unwrap_or(u64::MAX);
        self.record(micros, 1);
    }

    /// Takes the requests of another run in.
    pub fn merge(&mut self, other: &Latencies) {
        for (micros, requests) in other.buckets() {
            self.record(micros, requests);
        }
    }

    fn record(&mut self, micros: u64, requests: u64) {
        // It grows with what it is given, up to all there is.
        if self.0.record_n(micros, requests).is_err() {
            self.0.saturating_record_n(micros, requests);
        }
    }

    /// How many requests there are.
    pub fn requests(&self) -> u64 {
        self.0.len()
    }

    /// The latency in ms that a share `q` of the requests does not exceed, to 0.1 %; 0 of none.
    pub fn quantile(&self, q: f64) -> f64 {
        self.0.value_at_quantile(q) as f64 / 1e3
    }

    fn buckets(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        let recorded = self.0.iter_recorded();
        recorded.map(|bucket| (bucket.value_iterated_to(), bucket.count_at_value()))
    }
}

impl Serialize for Latencies {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.buckets())
    }
}

impl<'de> Deserialize<'de> for Latencies {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut latencies = Latencies::default();
        for (micros, requests) in Vec::<(u64, u64)>::deserialize(deserializer)? {
            latencies.record(micros, requests);
        }
        Ok(latencies)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(micros: impl IntoIterator<Item = u64>) -> Latencies {
        let mut latencies = Latencies::default();
        for micros in micros {
            latencies.add(Duration::from_micros(micros));
        }
        latencies
    }

    /// From microseconds to hours every quantile is within 0.1 % of the one of the latencies themselves.
    #[test]
    fn quantiles_are_those_of_the_latencies() {
        let mut all: Vec<u64> = (0..5000u64).map(|i| 3 + i * i * i / 10).collect();
        let latencies = of(all.iter().copied());
        all.sort_unstable();
        for q in [0.001, 0.1, 0.5, 0.9, 0.95, 0.99, 0.999, 1.0] {
            let rank = (q * all.len() as f64).ceil() as usize;
            let exact = all[rank - 1] as f64 / 1e3;
            let found = latencies.quantile(q);
            assert!((found / exact - 1.0).abs() <= 1e-3, "{q}: {found} {exact}");
        }
        assert_eq!((latencies.requests(), of([]).quantile(0.5)), (5000, 0.0));
    }

    #[test]
    fn runs_merge_as_if_they_were_one_and_come_back_from_their_record() {
        let (a, b) = (of([1, 5, 5, 900_000]), of([5, 77_777, 3_600_000_000]));
        let mut both = a.clone();
        both.merge(&b);
        assert_eq!(both, of([1, 5, 5, 5, 77_777, 900_000, 3_600_000_000]));
        let kept = serde_json::to_string(&both).unwrap();
        assert!(kept.starts_with("[[1,1],[5,3],"), "{kept}");
        let again: Latencies = serde_json::from_str(&kept).unwrap();
        assert_eq!(again, both);
        assert!(serde_json::from_str::<Latencies>("[[1]]").is_err());
    }
}
