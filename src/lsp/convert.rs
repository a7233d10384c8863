//! Between the protocol and the plan: positions, ranges, addresses of files, diagnostics.

use crate::analysis::Analysis;
use crate::diagnostic::{self, Answer, Level};
use crate::text::{FileId, LineIndex, SourceFile, SourceMap, Span};
use gen_lsp_types as lsp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use std::path::{Path, PathBuf};

/// How the client counts within a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    /// In bytes.
    Utf8,
    /// In units of UTF-16, as all clients can.
    Utf16,
}

impl Encoding {
    fn length(self, text: &str) -> u32 {
        let length = match self {
            Encoding::Utf8 => text.len(),
            Encoding::Utf16 => text.encode_utf16().count(),
        };
        u32::try_from(length).unwrap_or(u32::MAX)
    }

    /// The byte at which `units` of a line are over; the line's end where it is shorter.
    fn byte(self, line: &str, units: u32) -> usize {
        let mut seen = 0;
        for (at, c) in line.char_indices() {
            if seen >= units {
                return at;
            }
            seen += match self {
                Encoding::Utf8 => u32::try_from(c.len_utf8()).unwrap_or(1),
                Encoding::Utf16 => u32::try_from(c.len_utf16()).unwrap_or(1),
            };
        }
        line.len()
    }
}

/// The position of a byte.
pub(super) fn position(
    text: &str,
    lines: &LineIndex,
    offset: u32,
    encoding: Encoding,
) -> lsp::Position {
    let line = lines.line(offset);
    let start = lines.start(line).unwrap_or(0) as usize;
    let before = text.get(start..offset as usize).unwrap_or("");
    lsp::Position {
        line: u32::try_from(line).unwrap_or(u32::MAX),
        character: encoding.length(before),
    }
}

/// The byte of a position; one behind a line's end is the line's end, one behind the last line the text's.
pub(super) fn offset(
    text: &str,
    lines: &LineIndex,
    position: lsp::Position,
    encoding: Encoding,
) -> u32 {
    let Some(start) = lines.start(position.line as usize) else {
        return u32::try_from(text.len()).unwrap_or(u32::MAX);
    };
    let rest = text.get(start as usize..).unwrap_or("");
    let line = rest.split(['\n', '\r']).next().unwrap_or("");
    start + u32::try_from(encoding.byte(line, position.character)).unwrap_or(0)
}

/// The range of a span in its file.
pub(super) fn range(file: &SourceFile, span: Span, encoding: Encoding) -> lsp::Range {
    lsp::Range {
        start: position(&file.text, &file.lines, span.start, encoding),
        end: position(&file.text, &file.lines, span.end, encoding),
    }
}

/// What of a path need not be escaped.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// The address of a file.
pub(super) fn uri(path: &Path) -> lsp::Uri {
    let text = path.to_string_lossy();
    if text.contains("://") || text.starts_with("untitled:") {
        return lsp::Uri(text.into_owned());
    }
    lsp::Uri(format!("file://{}", utf8_percent_encode(&text, PLAIN)))
}

/// The file of an address; an address of another kind stands for itself.
pub(super) fn path(uri: &lsp::Uri) -> PathBuf {
    match uri.0.strip_prefix("file://") {
        Some(path) => PathBuf::from(percent_decode_str(path).decode_utf8_lossy().into_owned()),
        None => PathBuf::from(&uri.0),
    }
}

/// The place of a span; a file of the library has none on the disk.
pub(super) fn location(
    sources: &SourceMap,
    span: Span,
    encoding: Encoding,
) -> Option<lsp::Location> {
    let file = sources.get(span.file)?;
    Some(lsp::Location {
        uri: uri(file.path.as_deref()?),
        range: range(file, span, encoding),
    })
}

/// A diagnostic with all its places, if its first one is in `file`; `page` is where its code is described.
pub(super) fn diagnostic(
    analysis: &Analysis,
    d: &diagnostic::Diagnostic,
    file: FileId,
    encoding: Encoding,
    page: impl Fn(&'static diagnostic::CodeInfo) -> Option<lsp::Uri>,
) -> Option<lsp::Diagnostic> {
    let sources = &analysis.sources;
    let first = d.labels.first().filter(|l| l.span.file == file)?;
    if d.waived.is_some() || d.answer == Answer::Proved {
        return None;
    }
    let severity = match (d.answer, d.level) {
        (Answer::Open, _) | (_, Level::Info) => lsp::DiagnosticSeverity::Information,
        (_, Level::Warning) => lsp::DiagnosticSeverity::Warning,
        (_, Level::Error) => lsp::DiagnosticSeverity::Error,
    };
    let related: Vec<lsp::DiagnosticRelatedInformation> = d
        .labels
        .iter()
        .skip(1)
        .filter_map(|l| {
            Some(lsp::DiagnosticRelatedInformation {
                location: location(sources, l.span, encoding)?,
                message: if l.text.is_empty() {
                    "also here".to_owned()
                } else {
                    l.text.clone()
                },
            })
        })
        .collect();
    Some(lsp::Diagnostic {
        range: range(sources.get(file)?, first.span, encoding),
        severity: Some(severity),
        code: Some(lsp::Code::String(d.code.code.to_owned())),
        code_description: page(d.code).map(|href| lsp::CodeDescription { href }),
        source: Some("benchwright".to_owned()),
        message: lsp::Message::String(words(d)),
        related_information: (!related.is_empty()).then_some(related),
        ..lsp::Diagnostic::default()
    })
}

/// What is wrong, what shows it, why it matters and what to do, a line each.
fn words(d: &diagnostic::Diagnostic) -> String {
    let mut lines = vec![format!("{}: {}", d.code.name, d.message)];
    if d.answer == Answer::Open {
        lines.push("open: the plan alone cannot tell".to_owned());
    }
    lines.extend(
        d.labels
            .first()
            .map(|l| l.text.clone())
            .filter(|t| !t.is_empty()),
    );
    lines.extend(d.witness.iter().map(|w| format!("witness: {w}")));
    lines.extend(d.why.iter().map(|w| format!("why: {w}")));
    lines.extend(d.help.iter().map(|h| format!("fix: {h}")));
    lines.extend(d.fixes.iter().map(|f| format!("fix: {}", f.title)));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_in_the_clients_units() {
        let text = "a🙂é b\r\nc";
        let lines = LineIndex::new(text);
        let at = |o, e| position(text, &lines, o, e).character;
        assert_eq!(at(5, Encoding::Utf16), 3);
        assert_eq!(at(5, Encoding::Utf8), 5);
        assert_eq!(at(7, Encoding::Utf16), 4);
        for encoding in [Encoding::Utf8, Encoding::Utf16] {
            for byte in [0, 1, 5, 7, 8, 9, 11, 12] {
                let there = position(text, &lines, byte, encoding);
                assert_eq!(offset(text, &lines, there, encoding), byte, "{byte}");
            }
        }
        let beyond = lsp::Position {
            line: 0,
            character: 99,
        };
        assert_eq!(offset(text, &lines, beyond, Encoding::Utf16), 9);
        let below = lsp::Position {
            line: 9,
            character: 0,
        };
        assert_eq!(offset(text, &lines, below, Encoding::Utf16), 12);
    }

    #[test]
    fn addresses_come_back() {
        for text in [
            "/a b/ü#1.bench",
            "/plans/reviews.bench",
            "untitled:Untitled-1",
        ] {
            assert_eq!(path(&uri(Path::new(text))), Path::new(text));
        }
        assert_eq!(uri(Path::new("/a b")).0, "file:///a%20b");
        assert_eq!(path(&lsp::Uri("file:///a%3Ab".into())), Path::new("/a:b"));
    }
}
