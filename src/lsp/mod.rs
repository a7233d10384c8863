//! `benchwright lsp`: the language server, over standard input and output.
//!
//! One thread reads messages in their order. Changes only mark what must be looked at again; plans are analysed once no
//! message waits, or when a request asks about one. Between two items, and between two checks, work looks for messages:
//! it is given up where its request was taken back, or its text edited. A request that fails is answered with an error
//! and ends nothing.
//! What is answered is said by `editing`; here it only gets the protocol's shape. Start with [`serve`].

mod capabilities;
mod client;
mod convert;
mod desk;
mod overlay;
mod pages;
mod queue;
mod requests;
mod workspace;

use client::Client;
use desk::Desk;
use gen_lsp_types::{
    DidChangeTextDocumentParams, DidChangeWorkspaceFoldersParams, DidCloseTextDocumentParams,
    DidOpenTextDocumentParams, InitializeParams, TextDocumentContentChangeEvent,
};
use lsp_server::{Connection, ErrorCode, ExtractError, Message, Notification, Request, Response};
use queue::Queue;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// Serves a client on standard input and output until it says `exit`.
///
/// # Errors
/// The client does not speak the protocol, or is gone without a word.
pub fn serve() -> Result<(), String> {
    let (connection, threads) = Connection::stdio();
    serve_on(connection)?;
    threads.join().map_err(|e| e.to_string())
}

/// Serves the client at the other end of a connection until it says `exit`.
///
/// # Errors
/// The client does not speak the protocol, or is gone without a word.
pub fn serve_on(connection: Connection) -> Result<(), String> {
    let (id, params) = connection.initialize_start().map_err(|e| e.to_string())?;
    let params: InitializeParams = serde_json::from_value(params).map_err(|e| e.to_string())?;
    let answer = capabilities::answer(client::encoding(&params));
    let answer = serde_json::to_value(answer).map_err(|e| e.to_string())?;
    connection
        .initialize_finish(id, answer)
        .map_err(|e| e.to_string())?;
    let queue = Arc::new(Queue::new(connection));
    let client = Client::new(&params, Arc::clone(&queue));
    let mut desk = Desk::new(client, Arc::clone(&queue), capabilities::folders(&params));
    loop {
        let idle = desk.untold().0 == 0;
        let Some(message) = queue.next(idle) else {
            if idle {
                return Ok(());
            }
            publish(&mut desk, &queue);
            continue;
        };
        match message {
            Message::Request(request) => {
                if request.method == "shutdown" {
                    let response = Response::new_ok(request.id, ());
                    queue.send(Message::Response(response));
                    continue;
                }
                let response = guarded(&mut desk, &queue, request);
                queue.send(Message::Response(response));
            }
            Message::Notification(notification) => {
                if notification.method == "exit" {
                    return Ok(());
                }
                // What it says can be no worse than unheard.
                let _ = catch_unwind(AssertUnwindSafe(|| note(&mut desk, notification)));
            }
            Message::Response(_) => {}
        }
    }
}

/// The answer to a request; that of one that fails, or is taken back before the answer is there, says so.
fn guarded(desk: &mut Desk, queue: &Queue, request: Request) -> Response {
    let id = request.id.clone();
    let answered = (!queue.is_cancelled())
        .then(|| catch_unwind(AssertUnwindSafe(|| requests::answer(desk, request))));
    match answered {
        // Work that was given up has no answer, or half of one.
        _ if queue.is_cancelled() => {
            let text = "taken back".to_owned();
            Response::new_err(id, ErrorCode::RequestCanceled as i32, text)
        }
        Some(Ok(response)) => response,
        None | Some(Err(_)) => {
            let text = "this request failed, which is a fault of benchwright".to_owned();
            Response::new_err(id, ErrorCode::InternalError as i32, text)
        }
    }
}

/// Texts of this many bytes in all take long enough that a client likes to be told how far they are.
const LONG: usize = 1 << 20;

/// Looks at what must be looked at, until there is no more or a message waits.
fn publish(desk: &mut Desk, queue: &Queue) {
    let (all, bytes) = desk.untold();
    let progress = (bytes >= LONG).then(|| desk.client.own_progress("checking plans"));
    for done in 1..=all {
        let found = catch_unwind(AssertUnwindSafe(|| desk.look())).unwrap_or_default();
        for params in found {
            desk.client.tell("textDocument/publishDiagnostics", params);
        }
        if let Some(progress) = &progress {
            progress.report(&desk.client, done, all);
        }
        if queue.waits() {
            break;
        }
    }
    if let Some(progress) = progress {
        progress.end(&desk.client);
    }
}

/// What a client tells without asking.
fn note(desk: &mut Desk, notification: Notification) {
    let notification = match take(notification, "textDocument/didOpen") {
        Ok(params) => {
            let params: DidOpenTextDocumentParams = params;
            return desk.open(&params.text_document.uri, params.text_document.text);
        }
        Err(notification) => notification,
    };
    let notification = match take(notification, "textDocument/didChange") {
        Ok(params) => {
            let params: DidChangeTextDocumentParams = params;
            let uri = params.text_document.text_document_identifier.uri;
            for change in params.content_changes {
                match change {
                    TextDocumentContentChangeEvent::TextDocumentContentChangeWholeDocument(
                        whole,
                    ) => {
                        desk.open(&uri, whole.text);
                    }
                    TextDocumentContentChangeEvent::TextDocumentContentChangePartial(part) => {
                        desk.edit(&uri, part.range, &part.text);
                    }
                }
            }
            return;
        }
        Err(notification) => notification,
    };
    let notification = match take(notification, "textDocument/didClose") {
        Ok(params) => {
            let params: DidCloseTextDocumentParams = params;
            return desk.close(&params.text_document.uri);
        }
        Err(notification) => notification,
    };
    let notification = match take(notification, "workspace/didChangeWorkspaceFolders") {
        Ok(params) => {
            let params: DidChangeWorkspaceFoldersParams = params;
            return desk.refold(&params.event);
        }
        Err(notification) => notification,
    };
    if ["textDocument/didSave", "workspace/didChangeWatchedFiles"]
        .contains(&notification.method.as_str())
    {
        desk.look_again();
    }
}

fn take<P: serde::de::DeserializeOwned>(
    notification: Notification,
    method: &str,
) -> Result<P, Notification> {
    let unheard = Notification::new(String::new(), ());
    notification.extract(method).map_err(|error| match error {
        ExtractError::MethodMismatch(notification) => notification,
        ExtractError::JsonError { .. } => unheard,
    })
}
