//! Requests as HTTP/1.1 to this machine: `POST` with a JSON object, answered by one.
//!
//! What is needed of HTTP here is small, so that it is written out: connections that are kept, bodies by length, by chunks
//! or until the end. Heads are read by `httparse`.

use super::pipe::{as_text, shown};
use super::session::Heard;
use rustix::event::{PollFd, PollFlags};
use serde_json::{Map, Value};
use std::io::{ErrorKind, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};

/// A longer answer is none.
const LONGEST: usize = 1 << 24;

/// The connections to a server.
pub(super) struct Http {
    /// Host and port.
    address: String,
    path: String,
    all: Vec<Connection>,
    /// Requests that could not be sent.
    refused: Vec<usize>,
}

struct Connection {
    stream: TcpStream,
    /// The request under way, with its id and its bytes.
    asked: Option<(usize, String, Vec<u8>)>,
    written: usize,
    heard: Vec<u8>,
    /// Whether an earlier request was answered on it: then the server may have closed it meanwhile.
    used: bool,
}

impl Http {
    pub(super) fn new(address: String, path: String) -> Self {
        Http {
            address,
            path,
            all: Vec::new(),
            refused: Vec::new(),
        }
    }

    /// Whether someone listens.
    pub(super) fn reachable(&self) -> bool {
        self.connect().is_some()
    }

    fn connect(&self) -> Option<TcpStream> {
        let addresses = self.address.to_socket_addrs().ok()?;
        // `localhost` may be both of ::1 and 127.0.0.1, of which one answers.
        let stream = addresses
            .filter(|a| a.ip().is_loopback())
            .find_map(|a| TcpStream::connect(a).ok())?;
        stream.set_nonblocking(true).ok()?;
        stream.set_nodelay(true).ok()?;
        Some(stream)
    }

    pub(super) fn send(&mut self, number: usize, id: &str, body: &str) {
        let (path, host, length) = (&self.path, &self.address, body.len());
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nAccept: application/json\r\n\
             Content-Length: {length}\r\n\r\n{body}"
        );
        let asked = (number, id.to_string(), request.into_bytes());
        if let Some(idle) = self.all.iter_mut().find(|c| c.asked.is_none()) {
            idle.ask(asked);
            return;
        }
        self.send_anew(asked);
    }

    fn send_anew(&mut self, asked: (usize, String, Vec<u8>)) {
        match self.connect() {
            Some(stream) => {
                let mut new = Connection {
                    stream,
                    asked: None,
                    written: 0,
                    heard: Vec::new(),
                    used: false,
                };
                new.ask(asked);
                self.all.push(new);
            }
            None => self.refused.push(asked.0),
        }
    }

    pub(super) fn poll(&self) -> Vec<PollFd<'_>> {
        let fd = |c: &'_ Connection| -> PollFlags {
            let open = c.asked.as_ref().is_some_and(|a| c.written < a.2.len());
            if open {
                PollFlags::IN | PollFlags::OUT
            } else {
                PollFlags::IN
            }
        };
        let all = self.all.iter();
        all.map(|c| PollFd::new(&c.stream, fd(c))).collect()
    }

    pub(super) fn take(&mut self) -> Vec<Heard> {
        let refused = std::mem::take(&mut self.refused);
        let mut heard: Vec<Heard> = refused
            .into_iter()
            .map(|n| Heard::Bad(n, "no one listens at its port".into()))
            .collect();
        let mut again = Vec::new();
        self.all.retain_mut(|connection| {
            let (said, keep) = connection.take(&mut again);
            heard.extend(said);
            keep
        });
        again.into_iter().for_each(|asked| self.send_anew(asked));
        heard
    }

    /// A request that no one waits for any longer: its answer, if it comes, would be taken for another's.
    pub(super) fn forget(&mut self, number: usize) {
        let of = |c: &Connection| c.asked.as_ref().is_some_and(|a| a.0 == number);
        self.all.retain(|c| !of(c));
    }
}

impl Connection {
    fn ask(&mut self, asked: (usize, String, Vec<u8>)) {
        self.asked = Some(asked);
        self.written = 0;
        self.heard.clear();
        self.write();
    }

    /// Writes as much as fits; an error shows when the answer is read.
    fn write(&mut self) {
        while let Some((_, _, bytes)) = &self.asked {
            let Some(rest) = bytes.get(self.written..).filter(|rest| !rest.is_empty()) else {
                return;
            };
            match self.stream.write(rest) {
                Ok(n) => self.written += n,
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(_) => return,
            }
        }
    }

    /// What it heard, and whether it is kept. A request that met a connection its server had closed goes to `again`.
    fn take(&mut self, again: &mut Vec<(usize, String, Vec<u8>)>) -> (Option<Heard>, bool) {
        self.write();
        let mut open = true;
        let mut buffer = [0u8; 16 * 1024];
        while open && self.heard.len() <= LONGEST {
            match self.stream.read(&mut buffer) {
                Ok(0) => open = false,
                Ok(n) => self
                    .heard
                    .extend_from_slice(buffer.get(..n).unwrap_or_default()),
                Err(e) if e.kind() == ErrorKind::WouldBlock => break,
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(_) => open = false,
            }
        }
        let Some((number, id, _)) = &self.asked else {
            // No one asked: whatever it says, the next request takes another.
            return (None, open && self.heard.is_empty());
        };
        let (number, id) = (*number, id.clone());
        let found = match response(&self.heard, !open) {
            Ok(None) if open && self.heard.len() <= LONGEST => return (None, true),
            Ok(None) if !open && self.heard.is_empty() && self.used => {
                again.extend(self.asked.take());
                return (None, false);
            }
            Ok(None) => Err("it closed the connection before its answer was whole".to_string()),
            Ok(Some(found)) => Ok(found),
            Err(why) => Err(why),
        };
        self.asked = None;
        self.used = true;
        self.heard.clear();
        match found {
            Ok((status, body, keep)) => (Some(answer(number, &id, status, &body)), open && keep),
            Err(why) => (Some(Heard::Bad(number, why)), false),
        }
    }
}

fn answer(number: usize, id: &str, status: u16, body: &[u8]) -> Heard {
    if !(200..300).contains(&status) {
        return Heard::Bad(number, format!("status {status}: `{}`", shown(body)));
    }
    let object: Map<String, Value> = match serde_json::from_slice(body) {
        Ok(object) => object,
        Err(_) => return Heard::Bad(number, format!("`{}` is no JSON object", shown(body))),
    };
    match object.get("id").map(as_text) {
        Some(other) if other != id => Heard::Bad(
            number,
            format!("it was asked of `{id}` and answered of `{other}`"),
        ),
        Some(_) | None => Heard::Answer(number, object),
    }
}

/// The status, the body, and whether the connection may be used again; `None` while it is not whole.
#[allow(clippy::type_complexity)]
fn response(bytes: &[u8], ended: bool) -> Result<Option<(u16, Vec<u8>, bool)>, String> {
    let mut bytes = bytes;
    loop {
        let mut headers = [httparse::EMPTY_HEADER; 96];
        let mut head = httparse::Response::new(&mut headers);
        let length = match head.parse(bytes) {
            Ok(httparse::Status::Complete(length)) => length,
            Ok(httparse::Status::Partial) => return Ok(None),
            Err(_) => return Err(format!("`{}` is no answer over HTTP", shown(bytes))),
        };
        let status = head.code.unwrap_or_default();
        let body = bytes.get(length..).unwrap_or_default();
        if status < 200 {
            // `100 Continue` and its like come before the answer.
            bytes = body;
            continue;
        }
        let header = |name: &str| {
            let found = head
                .headers
                .iter()
                .find(|h| h.name.eq_ignore_ascii_case(name))?;
            Some(
                String::from_utf8_lossy(found.value)
                    .trim()
                    .to_ascii_lowercase(),
            )
        };
        let closes = header("connection").is_some_and(|c| c.contains("close"));
        let keep = !closes && head.version == Some(1);
        if header("transfer-encoding").is_some_and(|c| c.contains("chunked")) {
            return Ok(chunked(body)?.map(|body| (status, body, keep)));
        }
        let Some(said) = header("content-length") else {
            return Ok((ended || status == 204).then(|| (status, body.to_vec(), false)));
        };
        let Some(length) = said.parse().ok().filter(|&n: &usize| n <= LONGEST) else {
            return Err(format!("a body of {said} bytes is no answer"));
        };
        return Ok(body.get(..length).map(|body| (status, body.to_vec(), keep)));
    }
}

/// A body in chunks; `None` while it is not whole.
fn chunked(mut bytes: &[u8]) -> Result<Option<Vec<u8>>, String> {
    let mut body = Vec::new();
    loop {
        let (head, size) = match httparse::parse_chunk_size(bytes) {
            Ok(httparse::Status::Complete(found)) => found,
            Ok(httparse::Status::Partial) => return Ok(None),
            Err(_) => return Err("its answer comes in chunks without sizes".into()),
        };
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        if size > LONGEST {
            return Err(format!("a body of {size} bytes is no answer"));
        }
        let rest = bytes.get(head..).unwrap_or_default();
        // Behind each chunk, and behind the trailers of the last one, stands an empty line.
        if size == 0 {
            let whole = rest.starts_with(b"\r\n") || rest.windows(4).any(|w| w == b"\r\n\r\n");
            return Ok(whole.then_some(body));
        }
        let (Some(chunk), Some(next)) = (rest.get(..size), rest.get(size + 2..)) else {
            return Ok(None);
        };
        body.extend_from_slice(chunk);
        bytes = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Found = Option<(u16, String, bool)>;

    fn read(text: &str, ended: bool) -> Result<Found, String> {
        let found = response(text.as_bytes(), ended)?;
        Ok(found.map(|(status, body, keep)| (status, String::from_utf8(body).unwrap(), keep)))
    }

    #[test]
    fn bodies_end_by_length_by_chunks_or_with_the_connection() {
        let whole = |status, body: &str, keep| Ok(Some((status, body.to_string(), keep)));
        let by_length = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
        assert_eq!(read(by_length, false), whole(200, "{}", true));
        for cut in 0..by_length.len() {
            assert_eq!(read(&by_length[..cut], false), Ok(None), "{cut}");
        }
        let chunks = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1;x=y\r\n}\r\n0\r\nT: 1\r\n\r\n";
        assert_eq!(read(chunks, false), whole(200, "{}", true));
        for cut in 0..chunks.len() {
            assert_eq!(read(&chunks[..cut], false), Ok(None), "{cut}");
        }
        let closing = "HTTP/1.0 500 Oh\r\n\r\nno";
        assert_eq!(read(closing, false), Ok(None));
        assert_eq!(read(closing, true), whole(500, "no", false));
        let after = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nconnection: Close\r\ncontent-length: 0\r\n\r\n";
        assert_eq!(read(after, false), whole(200, "", false));
    }

    #[test]
    fn what_is_no_http_is_said_to_be_none() {
        assert!(
            read("{\"id\": 1}\n", false)
                .unwrap_err()
                .contains("no answer over HTTP")
        );
        assert!(read("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", false).is_err());
        assert!(
            read(
                "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
                false
            )
            .is_err()
        );
        let endless = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n";
        assert!(read(endless, false).is_err());
    }
}
