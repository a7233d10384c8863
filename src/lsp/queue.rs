//! Messages that wait, and what they say of the work at hand: a request can be taken back before it is answered or while
//! it is, and an edit makes it useless to look further at the text before it.

use super::convert;
use gen_lsp_types as lsp;
use lsp_server::{Connection, Message, RequestId};
use std::collections::{BTreeSet, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The connection, its messages in their order, and the requests among them that were taken back.
///
/// It may be asked on any thread, and never waits but in [`Queue::next`].
pub(super) struct Queue {
    connection: Connection,
    arrived: Mutex<Arrived>,
}

/// What arrived and was not worked on.
#[derive(Debug, Default)]
struct Arrived {
    waiting: VecDeque<Message>,
    /// The request that is worked on.
    at_hand: Option<RequestId>,
    /// Of the request at hand and those that wait.
    cancelled: BTreeSet<RequestId>,
}

impl Queue {
    pub(super) fn new(connection: Connection) -> Self {
        Queue {
            connection,
            arrived: Mutex::default(),
        }
    }

    /// Sends a message; a client that is gone hears nothing.
    pub(super) fn send(&self, message: Message) {
        let _ = self.connection.sender.send(message);
    }

    /// The next message; `None` where none waits and `wait` is false, or where the client is gone.
    pub(super) fn next(&self, wait: bool) -> Option<Message> {
        loop {
            if let Some(message) = self.arrived(Arrived::next) {
                return Some(message);
            }
            if !wait {
                return None;
            }
            let message = self.connection.receiver.recv().ok()?;
            // Before those that arrived since.
            self.held().take(message);
        }
    }

    /// Whether a message waits.
    pub(super) fn waits(&self) -> bool {
        self.arrived(|a| !a.waiting.is_empty())
    }

    /// Whether the request at hand was taken back.
    pub(super) fn is_cancelled(&self) -> bool {
        self.arrived(|a| {
            a.at_hand
                .as_ref()
                .is_some_and(|id| a.cancelled.contains(id))
        })
    }

    /// Whether nobody waits for the work at hand: its request was taken back or, where no request asked for it, one of
    /// the files that matter was edited. A request asks of the text before it, whatever was edited since.
    pub(super) fn gives_up(&self, matters: impl Fn(&Path) -> bool) -> bool {
        self.arrived(|a| match &a.at_hand {
            Some(id) => a.cancelled.contains(id),
            None => a
                .waiting
                .iter()
                .filter_map(edited)
                .any(|path| matters(&path)),
        })
    }

    fn arrived<R>(&self, look: impl FnOnce(&mut Arrived) -> R) -> R {
        let mut arrived = self.held();
        while let Ok(message) = self.connection.receiver.try_recv() {
            arrived.take(message);
        }
        look(&mut arrived)
    }

    fn held(&self) -> MutexGuard<'_, Arrived> {
        // What a thread that failed left behind is whole: messages are taken one by one.
        self.arrived.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Arrived {
    fn take(&mut self, message: Message) {
        if let Message::Notification(n) = &message
            && n.method == "$/cancelRequest"
        {
            let id = n.params.get("id").cloned();
            let id = id.and_then(|id| serde_json::from_value::<RequestId>(id).ok());
            // One that is answered already is none of them.
            self.cancelled.extend(id.filter(|id| self.is_open(id)));
            return;
        }
        self.waiting.push_back(message);
    }

    fn is_open(&self, id: &RequestId) -> bool {
        let is = |m: &Message| matches!(m, Message::Request(r) if r.id == *id);
        self.at_hand.as_ref() == Some(id) || self.waiting.iter().any(is)
    }

    fn next(&mut self) -> Option<Message> {
        if let Some(done) = self.at_hand.take() {
            self.cancelled.remove(&done);
        }
        let message = self.waiting.pop_front()?;
        if let Message::Request(request) = &message {
            self.at_hand = Some(request.id.clone());
        }
        Some(message)
    }
}

/// The file that a message gives another text.
fn edited(message: &Message) -> Option<PathBuf> {
    let Message::Notification(n) = message else {
        return None;
    };
    let changes = ["textDocument/didChange", "textDocument/didClose"];
    if !changes.contains(&n.method.as_str()) {
        return None;
    }
    let uri = n.params.get("textDocument")?.get("uri")?;
    let uri: lsp::Uri = serde_json::from_value(uri.clone()).ok()?;
    Some(convert::path(&uri))
}
