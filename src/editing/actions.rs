//! What can be mended at a place: the checks' own fixes, and waiving with a reason.

use super::Document;
use crate::diagnostic::{Answer, Diagnostic, Edit, Level};
use crate::syntax::ast::{Item, ItemKind};
use crate::text::Span;

/// A change that is offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// As an order: “fit on the training rows only”.
    pub title: String,
    /// Which of the analysis' diagnostics it mends.
    pub mends: usize,
    /// Whether it is what most would want.
    pub preferred: bool,
    /// The edits, in any of the plan's files.
    pub edits: Vec<Edit>,
}

/// What is offered between two bytes of a document.
pub fn actions(document: &Document<'_>, from: u32, to: u32) -> Vec<Action> {
    let mut found = Vec::new();
    for (index, d) in document.analysis.diagnostics.iter().enumerate() {
        let Some(first) = d.labels.first() else {
            continue;
        };
        let near = document.has(first.span) && first.span.start <= to && from <= first.span.end;
        if !near || d.waived.is_some() {
            continue;
        }
        for fix in &d.fixes {
            found.push(Action {
                title: sentence(&fix.title),
                mends: index,
                preferred: fix.safe,
                edits: fix.edits.clone(),
            });
        }
        found.extend(waiver(document, index, d, first.span));
    }
    found
}

/// `@allow` before the item, with a reason to be written.
fn waiver(document: &Document<'_>, index: usize, d: &Diagnostic, at: Span) -> Option<Action> {
    if d.level == Level::Error || d.answer == Answer::Proved {
        return None;
    }
    let around = |i: &&Item| i.span.start <= at.start && at.end <= i.span.end;
    let item = document.items().iter().find(around)?;
    if !matches!(item.kind, ItemKind::Block(_)) {
        return None;
    }
    Some(Action {
        title: format!("Waive {} here, with a reason", d.code.code),
        mends: index,
        preferred: false,
        edits: vec![Edit {
            span: item.span.at_start(),
            text: format!("@allow({}, \"why this is fine\")\n", d.code.code),
        }],
    })
}

fn sentence(title: &str) -> String {
    let mut letters = title.chars();
    letters.next().map_or(String::new(), |first| {
        first.to_uppercase().chain(letters).collect()
    })
}
