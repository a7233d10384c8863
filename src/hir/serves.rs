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

/// A server is asked for rows one at a time: it gets no file of them, and writes none.
const HOLES: [&str; 7] = [
    "seed", "system", "variant", "flags", "train", "val", "level",
];

/// How many requests are timed, how many arrive per time, and how many go before the first timed one.
const FIELDS: [FieldSpec; 3] = [
    FieldSpec::named("requests"),
    FieldSpec::named("arrival"),
    FieldSpec::named("warmup"),
];

impl<'a> Resolver<'a> {
    /// `"command" { requests: 2_000, arrival: 20/s, warmup: 100 }`
    pub(super) fn serve(&mut self, value: &'a Value, s: &System) -> Option<Serve> {
        let command = self.template(value, s, &HOLES)?;
        self.on_this_machine(&command);
        let of = format!("`serve:` of `{}`", s.common.name);
        let mut serve = Serve {
            command,
            requests: None,
            arrival: None,
            warmup: None,
        };
        let Some(body) = value.record.as_ref() else {
            return Some(serve);
        };
        let fields = self.fields(&of, Some(body), &FIELDS);
        serve.requests = fields
            .get("requests")
            .and_then(|v| self.count(v, "a number of requests of at least 1", 1.0));
        serve.warmup = fields
            .get("warmup")
            .and_then(|v| self.count(v, "a number of requests", 0.0));
        let rate = Measure::Dimension(Dimension {
            time: -1,
            ..Dimension::default()
        });
        serve.arrival = fields.get("arrival").and_then(|v| {
            let what = "a rate of requests above 0 such as `20/s`";
            self.number(v, what, &[rate], f64::MIN_POSITIVE..=1e12)
        });
        Some(serve)
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
