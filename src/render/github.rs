//! Annotation lines that GitHub shows beside a change.

use super::sorted;
use crate::diagnostic::{Answer, Diagnostic, Level};
use crate::text::SourceMap;

/// One `::error file=…,line=…,col=…,title=…::message` line for each refuted or open diagnostic that isn't waived.
pub fn github(diags: &[Diagnostic], sources: &SourceMap) -> String {
    sorted(diags, sources)
        .iter()
        .filter(|d| d.answer != Answer::Proved && (d.waived.is_none() || d.is_error()))
        .map(|d| line(d, sources))
        .collect()
}

fn line(d: &Diagnostic, sources: &SourceMap) -> String {
    let command = match (d.answer, d.level) {
        (Answer::Refuted, Level::Error) => "error",
        (Answer::Refuted, Level::Warning) => "warning",
        _ => "notice",
    };
    let title = property(&format!("{} {}", d.code.code, d.code.name));
    let message = d
        .message
        .replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A");
    format!(
        "::{command} {}title={title}::{message}\n",
        place(d, sources)
    )
}

fn place(d: &Diagnostic, sources: &SourceMap) -> String {
    if let Some((label, file)) = d
        .labels
        .first()
        .and_then(|l| Some((l, sources.get(l.span.file)?)))
    {
        let at = sources.position(label.span);
        return format!(
            "file={},line={},col={},",
            property(&file.name),
            at.line,
            at.column
        );
    }
    match d.places.first() {
        Some(p) if p.line > 0 => format!(
            "file={},line={},",
            property(&p.path.to_string_lossy()),
            p.line
        ),
        Some(p) => format!("file={},", property(&p.path.to_string_lossy())),
        None => String::new(),
    }
}

/// A property's value, with the characters escaped that would end it.
fn property(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
        .replace(':', "%3A")
        .replace(',', "%2C")
}
