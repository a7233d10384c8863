"""The server as the recorded clients of pytest-lsp see it: each says what the real editor says of itself, and pytest-lsp
warns of answers that such an editor could not read; a warning is an error here.

    BENCHWRIGHT=... pytest editors/test/test_protocol.py
"""

import os
import pathlib
import subprocess

import pytest
import pytest_lsp
from lsprotocol import types as t
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities

BENCHWRIGHT = os.environ["BENCHWRIGHT"]
PLAN = pathlib.Path(__file__).parent / "plan" / "reviews.bench"
TEXT = PLAN.read_text()
URI = PLAN.as_uri()
DOCUMENT = t.TextDocumentIdentifier(URI)


def place(needle, within=0):
    """The position `within` characters into the first `needle`."""
    before = TEXT[: TEXT.index(needle) + within]
    return t.Position(before.count("\n"), len(before) - before.rfind("\n") - 1)


def edited(text, edits):
    """The text with edits made from the last to the first."""
    lines = [0]
    for line in text.splitlines(keepends=True):
        lines.append(lines[-1] + len(line))
    at = lambda p: lines[p.line] + p.character
    for edit in sorted(edits, key=lambda e: at(e.range.start), reverse=True):
        text = text[: at(edit.range.start)] + edit.new_text + text[at(edit.range.end) :]
    return text


@pytest_lsp.fixture(
    params=["neovim", "visual-studio-code", "emacs"],
    config=ClientServerConfig(server_command=[BENCHWRIGHT, "lsp"]),
)
async def client(request, lsp_client: LanguageClient):
    capabilities = client_capabilities(request.param)
    started = await lsp_client.initialize_session(
        t.InitializeParams(capabilities=capabilities, root_uri=PLAN.parent.as_uri())
    )
    assert started.server_info.name == "benchwright"
    lsp_client.text_document_did_open(
        t.DidOpenTextDocumentParams(t.TextDocumentItem(URI, "bench", 1, TEXT))
    )
    await lsp_client.wait_for_notification("textDocument/publishDiagnostics")
    yield
    await lsp_client.shutdown_session()


@pytest.mark.asyncio
async def test_faults_have_their_places(client: LanguageClient):
    faults = {f.code: f for f in client.diagnostics[URI]}
    assert faults["L102"].range.start == place("fit: reviews", 5)
    assert faults["L102"].severity == t.DiagnosticSeverity.Error
    assert faults["L102"].related_information


@pytest.mark.asyncio
async def test_hover(client: LanguageClient):
    found = await client.text_document_hover_async(t.HoverParams(DOCUMENT, place("gain(f1_macro", 6)))
    assert "metric **f1_macro**" in found.contents.value
    assert found.range.start == place("gain(f1_macro", 5)


@pytest.mark.asyncio
async def test_completion(client: LanguageClient):
    found = await client.text_document_completion_async(
        t.CompletionParams(DOCUMENT, place("on: reviews.test", 12))
    )
    items = found.items if isinstance(found, t.CompletionList) else found
    assert [i.label for i in items] == ["train", "val", "test"]


@pytest.mark.asyncio
async def test_definition_and_references(client: LanguageClient):
    found = await client.text_document_definition_async(t.DefinitionParams(DOCUMENT, place("with words", 5)))
    assert found.range.start == place("baseline words", 9)
    uses = await client.text_document_references_async(
        t.ReferenceParams(t.ReferenceContext(True), DOCUMENT, place("with words", 5))
    )
    assert len(uses) == TEXT.count(" words") 


@pytest.mark.asyncio
async def test_rename(client: LanguageClient):
    found = await client.text_document_rename_async(
        t.RenameParams(DOCUMENT, place("candidate chars", 10), "letters")
    )
    after = edited(TEXT, found.changes[URI])
    assert "compare letters with words" in after and "decide for letters" in after
    assert "chars-{variant}" in after and " chars" not in after


@pytest.mark.asyncio
async def test_fix(client: LanguageClient):
    at = place("fit: reviews", 5)
    found = await client.text_document_code_action_async(
        t.CodeActionParams(DOCUMENT, t.Range(at, at), t.CodeActionContext(client.diagnostics[URI]))
    )
    preferred = [a for a in found if a.is_preferred]
    after = edited(TEXT, preferred[0].edit.changes[URI])
    assert "fit: reviews.train }" in after
    client.text_document_did_change(
        t.DidChangeTextDocumentParams(
            t.VersionedTextDocumentIdentifier(2, URI), [t.TextDocumentContentChangeWholeDocument(after)]
        )
    )
    await client.wait_for_notification("textDocument/publishDiagnostics")
    assert "L102" not in {f.code for f in client.diagnostics[URI]}


@pytest.mark.asyncio
async def test_formatting(client: LanguageClient):
    edits = await client.text_document_formatting_async(
        t.DocumentFormattingParams(DOCUMENT, t.FormattingOptions(2, True))
    )
    want = subprocess.run([BENCHWRIGHT, "fmt", "-"], input=TEXT, capture_output=True, text=True, check=True).stdout
    assert want != TEXT and edited(TEXT, edits) == want


@pytest.mark.asyncio
async def test_the_rest_is_answered(client: LanguageClient):
    symbols = await client.text_document_document_symbol_async(t.DocumentSymbolParams(DOCUMENT))
    assert "reviews" in {s.name for s in symbols}
    tokens = await client.text_document_semantic_tokens_full_async(t.SemanticTokensParams(DOCUMENT))
    assert tokens.data and len(tokens.data) % 5 == 0
    assert await client.text_document_folding_range_async(t.FoldingRangeParams(DOCUMENT))
    everything = t.Range(t.Position(0, 0), t.Position(99, 0))
    assert await client.text_document_inlay_hint_async(t.InlayHintParams(DOCUMENT, everything))
    found = await client.workspace_symbol_async(t.WorkspaceSymbolParams("chars"))
    assert "chars" in {s.name for s in found}
