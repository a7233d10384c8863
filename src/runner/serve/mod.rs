//! A command that answers requests: started, asked row by row, timed, started again when it ends, ended.
//!
//! One thread does it all, so that nothing but the server's own work stands between a request and its answer. A
//! [`Serving`] says what is asked and how fast, `session` asks, `pipe` and `http` know how, `replies` writes down what
//! came of it.

mod http;
mod latencies;
mod pipe;
mod replies;
mod session;

pub use latencies::Latencies;
pub use replies::Served;
pub(super) use replies::{Reply, lines};
pub(super) use session::{Asked, Unserved, execute};

use super::task::Handed;
use std::fmt::Write;
use std::time::Duration;

/// How a system is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Serving {
    /// The requests' bodies, one a line, each a JSON object with an `id`.
    pub rows: Handed,
    /// How many requests are timed; rows are asked for in turn, from the first again after the last.
    pub requests: u64,
    /// How many requests are answered before the first is timed.
    pub warmup: u64,
    /// How many arrive per second, evenly, whether or not others wait; where absent, one is asked when one is answered.
    pub arrival: Option<f64>,
    /// At most so many are under way at a time.
    pub concurrency: u32,
    /// How long an answer may take.
    pub timeout: Duration,
    /// How long the first answer of a new process may take.
    pub start: Duration,
    /// How often a process that ended or hangs is started again.
    pub restarts: u32,
    /// How it is asked.
    pub way: Way,
}

/// How requests reach a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// A line on its standard input for each request, a line on its standard output for each answer.
    Lines,
    /// `POST` to this path of a port of this machine that it is told.
    Port(String),
    /// `POST` to an endpoint that is there already: host and port, path.
    Endpoint(String, String),
}

impl Serving {
    /// All that can change what is measured, as a key takes it.
    pub(super) fn canonical(&self) -> String {
        let mut text = format!(
            "{} {} {} {} {}",
            self.rows.sha256, self.requests, self.warmup, self.concurrency, self.restarts
        );
        let _ = write!(text, " {:?} {:?}", self.timeout, self.start);
        let _ = write!(text, " {:?} {:?}", self.arrival, self.way);
        text
    }

    /// The load in words: `one at a time`, `20 a second`.
    pub fn load(&self) -> String {
        match (self.arrival, self.concurrency) {
            (Some(rate), _) => format!("{rate} a second"),
            (None, 1) => "one at a time".to_string(),
            (None, n) => format!("{n} at a time"),
        }
    }
}
