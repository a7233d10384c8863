//! Diagnostics of a plan that nobody wrote, said of the question it stands for.

use super::Asked;
use super::big::CELLS;
use super::write::Piece;
use crate::diagnostic::{Diagnostic, Label};
use crate::text::Span;
use std::path::Path;

/// Whether a finding is about names, types or text, not about what a plan should say beside.
pub(super) fn is_of_text(d: &Diagnostic) -> bool {
    d.code.code.starts_with(['S', 'N', 'T', 'E', 'F'])
}

/// The findings with their places on the command line, and remedies in its options. Where one points at
/// it, those that point nowhere follow from it and are left out.
pub(super) fn back(found: Vec<Diagnostic>, asked: &Asked) -> Vec<Diagnostic> {
    let mapped: Vec<Diagnostic> = found
        .into_iter()
        .map(|d| one(d, asked.pieces()))
        .map(remedied)
        .collect();
    let pointing = |d: &Diagnostic| !d.labels.is_empty();
    let any = mapped.iter().any(pointing);
    let keep = |d: &Diagnostic| !any || pointing(d) || !d.places.is_empty();
    let mut kept: Vec<Diagnostic> = Vec::new();
    for d in mapped.into_iter().filter(keep) {
        let same = |k: &Diagnostic| k.message == d.message && k.labels == d.labels;
        if !kept.iter().any(same) {
            kept.push(d);
        }
    }
    kept
}

fn one(mut d: Diagnostic, pieces: &[Piece]) -> Diagnostic {
    let labels = std::mem::take(&mut d.labels);
    for label in labels {
        if let Some(span) = place(label.span, pieces)
            && !d.labels.iter().any(|l| l.span == span)
        {
            d.labels.push(Label { span, ..label });
        }
    }
    d.fixes.clear();
    // Lines of counted rows are nobody's.
    d.places.retain(|p| p.path != Path::new(CELLS));
    d
}

/// The words that a place in the plan comes from: those of the piece it lies in or at, else of the first
/// piece that it holds.
fn place(span: Span, pieces: &[Piece]) -> Option<Span> {
    let within = |p: &&Piece| p.start <= span.start && span.start < p.end.max(p.start + 1);
    let at_end = |p: &&Piece| p.end == span.start;
    let held = |p: &&Piece| span.start <= p.start && p.end <= span.end;
    let found = pieces
        .iter()
        .find(within)
        .or_else(|| pieces.iter().find(at_end))
        .or_else(|| pieces.iter().find(held));
    found.map(|p| p.span)
}

/// Remedies in the question's own words, where those of plans would not help.
fn remedied(mut d: Diagnostic) -> Diagnostic {
    let help: Option<&str> = match d.code.code {
        "F204" => Some("name it among the classes, `--labels a,b,c`, or correct the file"),
        "M106" => Some("say which column holds it: `--column ROLE=COLUMN`, or `--score COLUMN`"),
        "E105" if d.message.contains("positive") => Some("say which one: `--positive CLASS`"),
        "E105" => Some("leave the metric out, or ask for it alone"),
        "E104" => Some("give each system a file, or a column of predictions, of its own"),
        "F202" => Some(
            "give the files the same rows, or name the column that both have with `--id COLUMN`",
        ),
        code if code.starts_with('S') => Some("write it as a plan would, without what is extra"),
        _ => None,
    };
    if let Some(help) = help {
        d.help = vec![help.to_owned()];
    }
    d
}
