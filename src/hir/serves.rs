//! `serve:` of a system: a process, or an endpoint on this machine, that answers single requests.

use super::errors::HirError;
use super::model::*;
use super::schema::FieldSpec;
use super::scope::Resolver;
use super::template::{Piece, Template};
use crate::syntax::ast::Value;
use crate::text::Spanned;
use crate::types::{Dimension, Measure};
use std::net::Ipv4Addr;

/// A server is asked for rows one at a time: it gets no file of them, and writes none. `{out}` is what the system's own
/// `run:` wrote.
const HOLES: [&str; 8] = [
    "seed", "system", "variant", "flags", "train", "val", "level", "port",
];

/// How many requests are timed, how many arrive per time and are under way at a time, how many go before the first timed
/// one; how long answers may take, and how often the process may fail.
const FIELDS: [FieldSpec; 7] = [
    FieldSpec::named("requests"),
    FieldSpec::named("arrival"),
    FieldSpec::named("warmup"),
    FieldSpec::named("concurrency"),
    FieldSpec::named("timeout"),
    FieldSpec::named("start"),
    FieldSpec::named("restarts"),
];

/// 100 days, in ms.
const LONGEST: f64 = 8.64e9;

impl<'a> Resolver<'a> {
    /// `"command" { requests: 2_000, arrival: 20/s, warmup: 100 }`
    pub(super) fn serve(&mut self, value: &'a Value, s: &System) -> Option<Serve> {
        let mut holes = HOLES.to_vec();
        if matches!(s.outputs, Some(Outputs::Run { .. })) {
            holes.push("out");
        }
        let command = self.template(value, s, &holes)?;
        self.on_this_machine(&command);
        let of = format!("`serve:` of `{}`", s.common.name);
        let mut serve = Serve {
            command,
            requests: None,
            arrival: None,
            warmup: None,
            concurrency: None,
            timeout: None,
            start: None,
            restarts: None,
        };
        let Some(body) = value.record.as_ref() else {
            return Some(serve);
        };
        let fields = self.fields(&of, Some(body), &FIELDS);
        serve.requests = fields
            .get("requests")
            .and_then(|v| self.count(v, "a number of requests of at least 1", 1.0))
            .filter(|n| self.at_most(n, 1e8, "requests"));
        serve.warmup = fields
            .get("warmup")
            .and_then(|v| self.count(v, "a number of requests", 0.0))
            .filter(|n| self.at_most(n, 1e8, "requests"));
        serve.concurrency = fields
            .get("concurrency")
            .and_then(|v| self.count(v, "a number of requests of at least 1", 1.0))
            .filter(|n| self.at_most(n, 1000.0, "requests at a time"));
        serve.restarts = fields
            .get("restarts")
            .and_then(|v| self.count(v, "a number of restarts", 0.0))
            .filter(|n| self.at_most(n, 100.0, "restarts"));
        let mut time = |name: &str| {
            let what = "a time above 0 and below 100 days, such as `10s`";
            fields
                .get(name)
                .and_then(|v| self.number(v, what, &[Measure::time()], 1e-3..=LONGEST))
        };
        serve.timeout = time("timeout");
        serve.start = time("start");
        let rate = Measure::Dimension(Dimension {
            time: -1,
            ..Dimension::default()
        });
        serve.arrival = fields.get("arrival").and_then(|v| {
            // Per ms: from one in a day to a million in a second.
            let what = "a rate of requests such as `20/s`, from one a day to a million a second";
            self.number(v, what, &[rate], 1.1e-8..=1e3)
        });
        Some(serve)
    }

    /// Whether a number is small enough to be meant.
    fn at_most(&mut self, n: &Spanned<f64>, most: f64, of: &str) -> bool {
        if n.value > most {
            self.errors.push(HirError::Range {
                message: format!("at most {most} {of} can be asked for"),
                span: n.span,
                help: "write a smaller number".into(),
            });
        }
        n.value <= most
    }

    /// An address has to be one of this machine: what is measured else is the network.
    fn on_this_machine(&mut self, command: &Spanned<Template>) {
        let Some(Piece::Text(text)) = command.value.pieces.first() else {
            return;
        };
        let address = ["http://", "https://"]
            .iter()
            .find_map(|scheme| text.strip_prefix(scheme));
        let Some(address) = address else { return };
        if text.starts_with("https://") {
            self.errors.push(HirError::Range {
                message: "a served model is asked in plain HTTP, and this address is `https`"
                    .into(),
                span: command.span,
                help: "what is timed is the model, not the encryption: serve it at `http://`"
                    .into(),
            });
        }
        let host = address.split(['/', ':']).next().unwrap_or_default();
        let loopback = host.parse().is_ok_and(|a: Ipv4Addr| a.is_loopback());
        if loopback || host == "localhost" || address.starts_with("[::1]") {
            return;
        }
        self.errors.push(HirError::Range {
            message: "a served model answers on this machine, and this address is another's".into(),
            span: command.span,
            help: "serve it at `http://127.0.0.1:8000`, or name the command that starts it".into(),
        });
    }
}
