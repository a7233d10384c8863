//! How a served system is asked: the fields of `serve:`, with what holds where they say nothing.

use crate::hir::{Door, Serve};
use crate::runner::{Handed, Serving, Way, Word};
use crate::text::Spanned;
use std::time::Duration;

/// The name of the file of replies.
pub(super) const OUTPUT: &str = "served.jsonl";

/// Where a process is asked at the port that it is told.
const PATH: &str = "/predict";

/// How long an answer may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// How long the first answer may take: models are loaded meanwhile.
const START: Duration = Duration::from_secs(60);

/// How often a process is started again.
const RESTARTS: u32 = 3;

/// How many requests may be under way where they arrive by themselves.
const OPEN: u32 = 64;

/// How a system is asked for these rows. `words` are its command's, none of an endpoint.
pub(super) fn serving(serve: &Serve, rows: Handed, words: &mut Vec<Word>) -> Serving {
    // Whole numbers within their ranges.
    let count = |n: &Option<Spanned<f64>>| n.as_ref().map(|n| n.value as u64);
    let small = |n: &Option<Spanned<f64>>| n.as_ref().map(|n| n.value as u32);
    let time = |n: &Option<Spanned<f64>>| {
        let ms = n.as_ref().map(|n| n.value);
        ms.map(|ms| Duration::from_secs_f64(ms / 1e3))
    };
    let arrival = serve.arrival.as_ref().map(|rate| rate.value * 1e3);
    let way = match serve.door() {
        Door::Lines => Way::Lines,
        Door::Port => Way::Port(PATH.into()),
        Door::Endpoint => {
            let all = std::mem::take(words);
            let address = all
                .first()
                .map_or(String::new(), |w| w.fill(|_| String::new()));
            let (host, path) = endpoint(&address);
            Way::Endpoint(host, path)
        }
    };
    Serving {
        requests: count(&serve.requests).unwrap_or(rows.rows),
        warmup: count(&serve.warmup).unwrap_or(0),
        arrival,
        concurrency: small(&serve.concurrency).unwrap_or(match arrival {
            Some(_) => OPEN,
            None => 1,
        }),
        timeout: time(&serve.timeout).unwrap_or(TIMEOUT),
        start: time(&serve.start).unwrap_or(START),
        restarts: small(&serve.restarts).unwrap_or(RESTARTS),
        rows,
        way,
    }
}

/// Host with port, and path.
fn endpoint(address: &str) -> (String, String) {
    let address = address.strip_prefix("http://").unwrap_or(address);
    let (host, path) = address.split_once('/').unwrap_or((address, ""));
    let port = host.rsplit_once(':').map(|(_, port)| port.parse::<u16>());
    let host = match port {
        Some(Ok(_)) => host.to_string(),
        Some(Err(_)) | None => format!("{host}:80"),
    };
    (host, format!("/{path}"))
}

#[cfg(test)]
mod tests {
    use super::endpoint;

    #[test]
    fn addresses_have_a_port_and_a_path() {
        let of = |text| {
            let (host, path) = endpoint(text);
            format!("{host} {path}")
        };
        assert_eq!(
            of("http://127.0.0.1:8000/v1/predict?x=1"),
            "127.0.0.1:8000 /v1/predict?x=1"
        );
        assert_eq!(of("http://localhost"), "localhost:80 /");
        assert_eq!(of("http://[::1]/a"), "[::1]:80 /a");
        assert_eq!(of("http://[::1]:81"), "[::1]:81 /");
    }
}
