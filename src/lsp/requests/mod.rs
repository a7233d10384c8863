//! The requests, one after the other: asked of `editing`, answered in the protocol's shape.

mod changing;
mod naming;
mod open;
mod outline;
mod painting;
mod reading;

use super::desk::Desk;
use changing::{actions, formatting, range_formatting, typed_formatting};
use lsp_server::{ErrorCode, Request, Response};
use naming::{definition, highlights, prepare_rename, references, rename};
use outline::{folding, selections, symbols, workspace_symbols};
use painting::{hints, lenses, links, tokens};
use reading::{completion, hover, signatures};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Why a request has no answer: a code of the protocol, and words.
type Refusal = (ErrorCode, String);

/// Answers a request.
pub(super) fn answer(desk: &mut Desk, request: Request) -> Response {
    let Request { id, method, params } = request;
    let answered = match method.as_str() {
        "textDocument/hover" => of(params, |p| hover(desk, &p)),
        "textDocument/completion" => of(params, |p| completion(desk, &p)),
        "textDocument/definition" => of(params, |p| definition(desk, &p)),
        "textDocument/references" => of(params, |p| references(desk, &p)),
        "textDocument/documentHighlight" => of(params, |p| highlights(desk, &p)),
        "textDocument/prepareRename" => of(params, |p| prepare_rename(desk, &p)),
        "textDocument/rename" => of(params, |p| rename(desk, &p)),
        "textDocument/documentSymbol" => of(params, |p| symbols(desk, &p)),
        "workspace/symbol" => of(params, |p| workspace_symbols(desk, &p)),
        "textDocument/formatting" => of(params, |p| formatting(desk, &p)),
        "textDocument/rangeFormatting" => of(params, |p| range_formatting(desk, &p)),
        "textDocument/onTypeFormatting" => of(params, |p| typed_formatting(desk, &p)),
        "textDocument/signatureHelp" => of(params, |p| signatures(desk, &p)),
        "textDocument/codeAction" => of(params, |p| actions(desk, &p)),
        "textDocument/codeLens" => of(params, |p| lenses(desk, &p)),
        "textDocument/documentLink" => of(params, |p| links(desk, &p)),
        "textDocument/foldingRange" => of(params, |p| folding(desk, &p)),
        "textDocument/selectionRange" => of(params, |p| selections(desk, &p)),
        "textDocument/semanticTokens/full" => of(params, |p| tokens(desk, &p)),
        "textDocument/inlayHint" => of(params, |p| hints(desk, &p)),
        other => Err((
            ErrorCode::MethodNotFound,
            format!("there is no method `{other}`"),
        )),
    };
    match answered {
        Ok(value) => Response::new_ok(id, value),
        Err((code, message)) => Response::new_err(id, code as i32, message),
    }
}

fn of<P: DeserializeOwned, R: Serialize>(
    params: serde_json::Value,
    answer: impl FnOnce(P) -> Result<R, Refusal>,
) -> Result<serde_json::Value, Refusal> {
    let params =
        serde_json::from_value(params).map_err(|e| (ErrorCode::InvalidParams, e.to_string()))?;
    let result = answer(params)?;
    serde_json::to_value(result).map_err(|e| (ErrorCode::InternalError, e.to_string()))
}
