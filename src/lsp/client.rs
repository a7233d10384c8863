//! The client: what it can, and what it is told or asked without having asked.

use super::convert::Encoding;
use super::queue::Queue;
use gen_lsp_types as lsp;
use lsp_server::{Message, Notification, Request};
use serde::Serialize;
use std::sync::Arc;

/// The client at the other end.
pub(super) struct Client {
    queue: Arc<Queue>,
    /// How it counts within a line.
    pub(super) encoding: Encoding,
    /// Whether a diagnostic may say where its code is described.
    pub(super) describes_codes: bool,
    /// Whether an edit may make a file.
    pub(super) makes_files: bool,
    /// Whether it shows how far long work is.
    shows_progress: bool,
    /// Requests that it was sent.
    asked: i32,
}

impl Client {
    pub(super) fn new(params: &lsp::InitializeParams, queue: Arc<Queue>) -> Self {
        let can = &params.capabilities;
        let diagnostics = can.text_document.as_ref();
        let diagnostics = diagnostics.and_then(|t| t.publish_diagnostics.as_ref());
        let edits = can
            .workspace
            .as_ref()
            .and_then(|w| w.workspace_edit.as_ref());
        let makes = |e: &lsp::WorkspaceEditClientCapabilities| {
            let create = &lsp::ResourceOperationKind::Create;
            let operations = e.resource_operations.iter().flatten();
            e.document_changes == Some(true) && operations.into_iter().any(|o| o == create)
        };
        let window = can.window.as_ref();
        Client {
            queue,
            encoding: encoding(params),
            describes_codes: diagnostics
                .and_then(|d| d.diagnostics_capabilities.code_description_support)
                .unwrap_or(false),
            makes_files: edits.is_some_and(makes),
            shows_progress: window.and_then(|w| w.work_done_progress).unwrap_or(false),
            asked: 0,
        }
    }

    pub(super) fn tell(&self, method: &str, params: impl Serialize) {
        let notification = Notification::new(method.to_owned(), params);
        self.queue.send(Message::Notification(notification));
    }

    /// Says how far work is of which the client gave a token.
    pub(super) fn progress(&self, token: Option<&lsp::ProgressToken>, title: &str) -> Progress {
        let progress = Progress {
            token: token.cloned(),
        };
        let begin = lsp::WorkDoneProgressBegin {
            title: title.to_owned(),
            cancellable: Some(false),
            message: None,
            percentage: Some(0),
        };
        progress.say(self, "begin", begin);
        progress
    }

    /// Says how far work is that nobody asked for, if the client shows that.
    pub(super) fn own_progress(&mut self, title: &str) -> Progress {
        if !self.shows_progress {
            return Progress { token: None };
        }
        self.asked += 1;
        let token = lsp::ProgressToken::String(format!("benchwright-{}", self.asked));
        let params = lsp::WorkDoneProgressCreateParams {
            token: token.clone(),
        };
        let method = "window/workDoneProgress/create".to_owned();
        let request = Request::new(self.asked.into(), method, params);
        self.queue.send(Message::Request(request));
        self.progress(Some(&token), title)
    }
}

/// How to count within a line: in bytes where the client can.
pub(super) fn encoding(params: &lsp::InitializeParams) -> Encoding {
    let general = params.capabilities.general.as_ref();
    let offered = general.and_then(|g| g.position_encodings.as_ref());
    match offered {
        Some(offered) if offered.contains(&lsp::PositionEncodingKind::UTF8) => Encoding::Utf8,
        _ => Encoding::Utf16,
    }
}

/// Work that takes a while; nothing is said of it where nobody listens.
pub(super) struct Progress {
    token: Option<lsp::ProgressToken>,
}

impl Progress {
    /// `done` of `all` are done.
    pub(super) fn report(&self, client: &Client, done: usize, all: usize) {
        let percentage = u32::try_from(100 * done / all.max(1)).ok();
        let report = lsp::WorkDoneProgressReport {
            cancellable: Some(false),
            message: Some(format!("{done} of {all}")),
            percentage,
        };
        self.say(client, "report", report);
    }

    pub(super) fn end(self, client: &Client) {
        self.say(client, "end", lsp::WorkDoneProgressEnd { message: None });
    }

    fn say(&self, client: &Client, kind: &str, value: impl Serialize) {
        let Some(token) = &self.token else { return };
        let mut value = serde_json::to_value(value).unwrap_or_default();
        if let Some(fields) = value.as_object_mut() {
            fields.insert("kind".to_owned(), kind.into());
        }
        let params = lsp::ProgressParams {
            token: token.clone(),
            value,
        };
        client.tell("$/progress", params);
    }
}
