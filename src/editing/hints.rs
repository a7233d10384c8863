//! What is shown between the lines: how many rows a partition has, how many runs a system makes, what may be done
//! with the plan, and where its files are.

use super::Document;
use crate::hir::Rows;
use crate::syntax::ast::{Body, ExprKind, Head, ItemKind, Keyword};
use crate::text::{Span, thousands};
use std::path::PathBuf;

/// Words shown behind a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// Behind this byte.
    pub at: u32,
    /// The words.
    pub text: String,
}

/// Something to be done with an item, shown above it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lens {
    /// The item's head.
    pub span: Span,
    /// What is shown.
    pub title: String,
    /// What it runs: `check`, `run`, …; empty where it only says something.
    pub command: &'static str,
}

/// A text that names a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The text between its quotes.
    pub span: Span,
    /// The file, from the plan's folder.
    pub path: PathBuf,
}

/// Rows of declared partitions and runs of systems.
pub fn hints(document: &Document<'_>) -> Vec<Hint> {
    let plan = &document.analysis.plan;
    let mut found = Vec::new();
    for (_, s) in plan
        .systems
        .iter()
        .filter(|(_, s)| !s.of_arm && document.has(s.common.span))
    {
        if let Some(seeds) = &s.seeds
            && document.has(seeds.span)
            && s.common.span.start <= seeds.span.start
            && seeds.span.end <= s.common.span.end
        {
            let n = seeds.value.len();
            let runs = if n == 1 {
                "1 run".to_owned()
            } else {
                format!("{n} runs")
            };
            found.push(Hint {
                at: seeds.span.end,
                text: runs,
            });
        }
    }
    for used in plan.uses.iter().filter(|u| document.has(u.at)) {
        for (_, d) in plan.datasets.iter() {
            let parts = d.split.iter().flat_map(|s| &s.parts);
            let Some((name, _)) = parts.clone().find(|(name, _)| name.span == used.declared) else {
                continue;
            };
            let Some(Rows::Parts(rows)) = &d.rows else {
                continue;
            };
            if let Some((_, n)) = rows.iter().find(|(part, _)| part.value == name.value) {
                let n = thousands(n.value as usize, ',');
                found.push(Hint {
                    at: used.at.end,
                    text: format!("{n} rows"),
                });
            }
        }
    }
    found.sort_by_key(|h| h.at);
    found
}

/// Check, run and seal above the plan; how much is run above each claim.
pub fn lenses(document: &Document<'_>) -> Vec<Lens> {
    let analysis = document.analysis;
    let mut found = Vec::new();
    for item in document.items() {
        let ItemKind::Block(block) = &item.kind else {
            continue;
        };
        if matches!(
            &block.head,
            Head::Declare {
                keyword: Keyword::Plan,
                ..
            }
        ) {
            for (title, command) in [("check", "check"), ("run", "run"), ("power", "power")] {
                found.push(Lens {
                    span: block.head_span,
                    title: title.to_owned(),
                    command,
                });
            }
        }
    }
    for (_, c) in analysis
        .plan
        .compares
        .iter()
        .filter(|(_, c)| document.has(c.common.span))
    {
        let systems = std::iter::once(&c.subject).chain(&c.against);
        let runs: usize = systems
            .map(|v| analysis.plan.systems[v.variant.system].runs().len())
            .sum();
        let title = format!(
            "{} systems, {runs} runs, {} metrics",
            1 + c.against.len(),
            c.metrics.len()
        );
        found.push(Lens {
            span: c.common.name_span,
            title,
            command: "",
        });
    }
    for (_, a) in analysis
        .plan
        .ablations
        .iter()
        .filter(|(_, a)| document.has(a.common.span))
    {
        let seeds = analysis.plan.systems[a.of.variant.system].runs().len();
        let title = format!("{} arms × {seeds} runs", a.arms.len());
        found.push(Lens {
            span: a.common.name_span,
            title,
            command: "",
        });
    }
    found
}

/// The files that a plan reads: sources, outputs without holes, and plans it uses.
pub fn links(document: &Document<'_>) -> Vec<Link> {
    let analysis = document.analysis;
    let file = analysis.sources.get(document.file);
    let folder = file
        .and_then(|f| f.path.as_deref())
        .and_then(|p| p.parent());
    let path = |text: &str| folder.map_or_else(|| text.into(), |d| d.join(text));
    let plain = |text: &str| !text.contains(['{', '*', '?']);
    let inner = |span: Span| Span::new(span.file, span.start + 1, span.end.saturating_sub(1));
    let mut found = Vec::new();
    for item in document.items() {
        match &item.kind {
            ItemKind::Use(crate::syntax::ast::Use::File { file, .. }) => found.push(Link {
                span: inner(file.span),
                path: path(&file.value),
            }),
            ItemKind::Block(block) => {
                let fields = block.body.iter().flat_map(Body::fields);
                for field in
                    fields.filter(|f| ["source", "predictions"].contains(&f.name.text.as_str()))
                {
                    if let Some(ExprKind::Text(text)) = field.value.expr.as_ref().map(|e| &e.kind)
                        && plain(&text.value)
                    {
                        found.push(Link {
                            span: inner(text.span),
                            path: path(&text.value),
                        });
                    }
                }
            }
            ItemKind::Use(_) | ItemKind::Error => {}
        }
    }
    found
}
