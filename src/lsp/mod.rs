//! `benchwright lsp`: the language server, over standard input and output.
//!
//! One thread reads messages in their order. Changes only mark what must be looked at again; plans are analysed once no
//! message waits, or when a request asks about one. A request that fails is answered with an error and ends nothing.
//! What is answered is said by `editing`; here it only gets the protocol's shape. Start with [`serve`].

mod capabilities;
mod convert;
mod desk;
mod overlay;
mod queue;
mod requests;

use desk::Desk;
use gen_lsp_types::{
    DidChangeTextDocumentParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams,
    InitializeParams, TextDocumentContentChangeEvent,
};
use lsp_server::{Connection, ErrorCode, ExtractError, Message, Notification, Request, Response};
use queue::Queue;
use std::panic::{AssertUnwindSafe, catch_unwind};

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
    let encoding = capabilities::encoding(&params);
    let answer = capabilities::answer(encoding);
    let answer = serde_json::to_value(answer).map_err(|e| e.to_string())?;
    connection
        .initialize_finish(id, answer)
        .map_err(|e| e.to_string())?;
    let mut desk = Desk::new(encoding, capabilities::folders(&params));
    let mut queue = Queue::default();
    loop {
        let Some(message) = queue.next(&connection, !desk.is_dirty()) else {
            if !desk.is_dirty() {
                return Ok(());
            }
            publish(&connection, &mut desk);
            continue;
        };
        match message {
            Message::Request(request) => {
                if request.method == "shutdown" {
                    let response = Response::new_ok(request.id, ());
                    let _ = connection.sender.send(Message::Response(response));
                    continue;
                }
                let response = if queue.is_cancelled(&request.id) {
                    let text = "taken back".to_owned();
                    Response::new_err(request.id, ErrorCode::RequestCanceled as i32, text)
                } else {
                    guarded(&mut desk, request)
                };
                let _ = connection.sender.send(Message::Response(response));
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

/// The answer to a request; that of one that fails says so.
fn guarded(desk: &mut Desk, request: Request) -> Response {
    let id = request.id.clone();
    catch_unwind(AssertUnwindSafe(|| requests::answer(desk, request))).unwrap_or_else(|_| {
        let text = "this request failed, which is a fault of benchwright".to_owned();
        Response::new_err(id, ErrorCode::InternalError as i32, text)
    })
}

fn publish(connection: &Connection, desk: &mut Desk) {
    let found = catch_unwind(AssertUnwindSafe(|| desk.refresh())).unwrap_or_default();
    for params in found {
        let method = "textDocument/publishDiagnostics".to_owned();
        let notification = Notification::new(method, params);
        let _ = connection.sender.send(Message::Notification(notification));
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
