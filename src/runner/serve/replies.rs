//! What came of requests: one line each in the output, and their figures in the record.
//!
//! Every latency is kept in its order, so that quantiles are exact and intervals know what followed on what; the record has
//! their histogram.

use super::latencies::Latencies;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::time::Duration;

/// What came of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::runner) enum Came {
    /// An answer.
    Answered,
    /// Something that is no answer.
    Unusable,
    /// Nothing in time.
    TimedOut,
    /// Nothing, since the process ended.
    Lost,
}

impl Came {
    fn text(self) -> &'static str {
        match self {
            Came::Answered => "answered",
            Came::Unusable => "unusable",
            Came::TimedOut => "timed_out",
            Came::Lost => "lost",
        }
    }
}

/// One timed request.
#[derive(Debug, Clone)]
pub(in crate::runner) struct Reply {
    /// The id of its row.
    pub(in crate::runner) id: String,
    /// When it was due, from the first one's.
    pub(in crate::runner) due: Duration,
    /// From when it was due to its answer. Of one without an answer at least the time an answer may take, so that
    /// failing is never fast.
    pub(in crate::runner) latency: Duration,
    pub(in crate::runner) came: Came,
    /// What the answer holds.
    pub(in crate::runner) fields: Map<String, Value>,
}

/// The figures of a served task.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Served {
    /// How requests came: `one at a time`, `20 a second`.
    pub load: String,
    /// Requests that were timed.
    pub requests: u64,
    /// Those answered.
    pub answered: u64,
    /// Those that got something that is no answer.
    pub unusable: u64,
    /// Those not answered in time.
    pub timeouts: u64,
    /// Those that were under way when the process ended.
    pub lost: u64,
    /// Answers that no one waited for: late, twice.
    pub strays: u64,
    /// How often the process was started again.
    pub restarts: u64,
    /// Answers per second, from the first timed request to the last answer.
    pub throughput: f64,
    /// All latencies, in µs.
    #[serde(default)]
    pub latencies_us: Latencies,
}

impl Served {
    /// The figures of these replies, which took `time` in all.
    pub(super) fn of(replies: &[Reply], time: Duration) -> Served {
        let count = |came: Came| replies.iter().filter(|r| r.came == came).count() as u64;
        let mut latencies_us = Latencies::default();
        replies.iter().for_each(|r| latencies_us.add(r.latency));
        let answered = count(Came::Answered);
        let per_second = answered as f64 / time.as_secs_f64().max(1e-9);
        Served {
            load: String::new(),
            requests: replies.len() as u64,
            answered,
            unusable: count(Came::Unusable),
            timeouts: count(Came::TimedOut),
            lost: count(Came::Lost),
            strays: 0,
            restarts: 0,
            throughput: (per_second * 1e3).round() / 1e3,
            latencies_us,
        }
    }
}

/// In ms, to the µs.
fn ms(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}

/// The output of a served task: JSON Lines, one request a line in the order in which they were due.
pub(in crate::runner) fn lines(replies: &[Reply]) -> Vec<u8> {
    let mut text = Vec::new();
    for (number, reply) in (1u64..).zip(replies) {
        let mut line = Map::new();
        line.insert("request".into(), number.into());
        line.insert("id".into(), reply.id.clone().into());
        line.insert("due_ms".into(), ms(reply.due).into());
        line.insert("latency_ms".into(), ms(reply.latency).into());
        line.insert("outcome".into(), reply.came.text().into());
        let prediction = reply.fields.get("prediction").cloned();
        line.insert("prediction".into(), prediction.unwrap_or_default());
        for (name, value) in &reply.fields {
            // What is measured here is not the server's to say.
            line.entry(name.clone()).or_insert_with(|| value.clone());
        }
        // Text and numbers are always written.
        text.extend(serde_json::to_vec(&line).unwrap_or_default());
        text.push(b'\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(latency: u64, came: Came) -> Reply {
        Reply {
            id: "a".into(),
            due: Duration::from_millis(5),
            latency: Duration::from_micros(latency),
            came,
            fields: Map::from_iter([
                ("latency_ms".to_string(), Value::from(0)),
                ("prediction".to_string(), Value::from("pos")),
            ]),
        }
    }

    #[test]
    fn figures_are_counted_and_ranked() {
        let mut replies: Vec<Reply> = (1..=97).map(|i| reply(i * 1000, Came::Answered)).collect();
        replies.push(reply(500_000, Came::TimedOut));
        replies.push(reply(500_000, Came::Lost));
        replies.push(reply(500_000, Came::Unusable));
        let served = Served::of(&replies, Duration::from_secs(2));
        let counts = [
            served.requests,
            served.answered,
            served.unusable,
            served.timeouts,
            served.lost,
        ];
        assert_eq!(counts, [100, 97, 1, 1, 1]);
        let times = [0.5, 0.95, 0.99, 1.0].map(|q| served.latencies_us.quantile(q));
        for (found, exact) in times.iter().zip([50.0, 95.0, 500.0, 500.0]) {
            assert!((found / exact - 1.0f64).abs() < 1e-3, "{times:?}");
        }
        assert_eq!(served.throughput, 48.5);
    }

    #[test]
    fn a_server_does_not_say_its_own_latency() {
        let line = lines(&[reply(1234, Came::Answered)]);
        let line: Value = serde_json::from_slice(&line).unwrap();
        assert_eq!(
            (&line["latency_ms"], &line["due_ms"]),
            (&1.234.into(), &5.0.into())
        );
        assert_eq!(
            (&line["prediction"], &line["outcome"]),
            (&"pos".into(), &"answered".into())
        );
    }
}
