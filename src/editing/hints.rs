//! What is shown between the lines: how many rows a partition has, how many runs a system makes, what may be done
//! with the plan, and where its files are.

use super::Document;
use crate::hir::{Common, Rows, System, Variant};
use crate::report;
use crate::syntax::ast::{Body, ExprKind, Head, ItemKind, Keyword};
use crate::text::{Span, thousands};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Words shown behind a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// Behind this byte.
    pub at: u32,
    /// The words.
    pub text: String,
    /// What they mean, where that isn't plain.
    pub why: Option<String>,
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

/// What is shown between two bytes: rows of declared partitions, runs of systems, the smallest effects that claims show.
pub fn hints(document: &Document<'_>, from: u32, to: u32) -> Vec<Hint> {
    let shown = |at: u32| from <= at && at <= to;
    let mut found = runs(document);
    found.extend(rows(document));
    found.retain(|h| shown(h.at));
    let here = Span::new(document.file, from, to);
    let smallest = report::smallest_within(&document.analysis.plan, here);
    found.extend(smallest.into_iter().map(|(span, effect, why)| Hint {
        at: span.end,
        text: format!("≥ {effect}"),
        why: Some(why),
    }));
    found.sort_by_key(|h| h.at);
    found
}

/// How many runs the seeds of each system make.
fn runs(document: &Document<'_>) -> Vec<Hint> {
    let systems = document.analysis.plan.systems.iter();
    let own = systems.filter(|(_, s)| !s.of_arm && document.has(s.common.span));
    let hint = |s: &System| {
        let seeds = s.seeds.as_ref()?;
        let within =
            |span: Span| s.common.span.start <= span.start && span.end <= s.common.span.end;
        let text = match seeds.value.len() {
            1 => "1 run".to_owned(),
            n => format!("{n} runs"),
        };
        (document.has(seeds.span) && within(seeds.span)).then_some(Hint {
            at: seeds.span.end,
            text,
            why: None,
        })
    };
    own.filter_map(|(_, s)| hint(s)).collect()
}

/// How many rows each partition has, where it is named.
fn rows(document: &Document<'_>) -> Vec<Hint> {
    let plan = &document.analysis.plan;
    let mut sizes: BTreeMap<Span, usize> = BTreeMap::new();
    for (_, d) in plan.datasets.iter() {
        let Some(Rows::Parts(rows)) = &d.rows else {
            continue;
        };
        for (name, _) in d.split.iter().flat_map(|s| &s.parts) {
            let of = rows.iter().find(|(part, _)| part.value == name.value);
            sizes.extend(of.map(|(_, n)| (name.span, n.value as usize)));
        }
    }
    let uses = plan.uses.iter().filter(|u| document.has(u.at));
    let sized = uses.filter_map(|u| Some((u.at, *sizes.get(&u.declared)?)));
    let hint = |(at, n): (Span, usize)| Hint {
        at: at.end,
        text: format!("{} rows", thousands(n, ',')),
        why: None,
    };
    sized.map(hint).collect()
}

/// Check, run and seal above the plan; how much is run above each claim.
pub fn lenses(document: &Document<'_>) -> Vec<Lens> {
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
            for command in ["check", "run", "power", "seal"] {
                found.push(Lens {
                    span: block.head_span,
                    title: command.to_owned(),
                    command,
                });
            }
        }
    }
    found.extend(sizes(document));
    found
}

/// How much each claim runs.
fn sizes(document: &Document<'_>) -> Vec<Lens> {
    let plan = &document.analysis.plan;
    let runs = |v: &Variant| plan.systems[v.system].runs().len();
    let compares = plan.compares.iter().map(|(_, c)| {
        let systems = std::iter::once(&c.subject).chain(&c.against);
        let runs: usize = systems.map(|v| runs(&v.variant)).sum();
        let (systems, metrics) = (1 + c.against.len(), c.metrics.len());
        let title = format!("{systems} systems, {runs} runs, {metrics} metrics");
        (&c.common, title)
    });
    let ablations = plan.ablations.iter().map(|(_, a)| {
        let seeds = runs(&a.of.variant);
        (&a.common, format!("{} arms × {seeds} runs", a.arms.len()))
    });
    let factorials = plan.factorials.iter().map(|(_, f)| {
        let seeds = runs(&f.of.variant);
        (&f.common, format!("{} cells × {seeds} runs", f.cells.len()))
    });
    let all = compares.chain(ablations).chain(factorials);
    let own = all.filter(|(common, _)| document.has(common.span));
    let lens = |(common, title): (&Common, String)| Lens {
        span: common.name_span,
        title,
        command: "",
    };
    own.map(lens).collect()
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
