//! Messages that wait, so that a request can be taken back before it is answered.

use lsp_server::{Connection, Message, RequestId};
use std::collections::{BTreeSet, VecDeque};

/// Messages in their order, and the requests among them that were taken back.
#[derive(Debug, Default)]
pub(super) struct Queue {
    waiting: VecDeque<Message>,
    cancelled: BTreeSet<String>,
}

impl Queue {
    /// The next message; `None` where none waits and `wait` is false, or where the client is gone.
    pub(super) fn next(&mut self, connection: &Connection, wait: bool) -> Option<Message> {
        while let Ok(message) = connection.receiver.try_recv() {
            self.take(message);
        }
        while self.waiting.is_empty() && wait {
            let message = connection.receiver.recv().ok()?;
            self.take(message);
        }
        self.waiting.pop_front()
    }

    /// Whether a message waits.
    pub(super) fn waits(&mut self, connection: &Connection) -> bool {
        while let Ok(message) = connection.receiver.try_recv() {
            self.take(message);
        }
        !self.waiting.is_empty()
    }

    fn take(&mut self, message: Message) {
        if let Message::Notification(n) = &message
            && n.method == "$/cancelRequest"
        {
            if let Some(id) = n.params.get("id") {
                self.cancelled.insert(id.to_string());
            }
            return;
        }
        self.waiting.push_back(message);
    }

    /// Whether a request was taken back.
    pub(super) fn is_cancelled(&mut self, id: &RequestId) -> bool {
        let written = serde_json::to_string(id).unwrap_or_default();
        self.cancelled.remove(&written)
    }
}
