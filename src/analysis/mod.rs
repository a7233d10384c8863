//! The façade for tools: load a plan with all it uses, check it, look things up in it, as plain data.
//!
//! The command line and the language server are thin over this. Reading goes through the `World`;
//! analysis itself is a pure function of the texts. Start with [`analyse`].

mod load;
mod mend;
mod metric;
mod policy;
mod registered;
mod waivers;

pub use load::{LoadError, Loaded, load};
pub use mend::{Mended, Mending, mend};
pub use metric::{MetricFacts, class_in_words, cost_in_words, metrics, needs_in_words};
pub use policy::{Policy, PolicyError, hold};
pub use registered::{Registered, datasets, key, library, registered};

use crate::audit;
use crate::checks::{self, Proof};
use crate::data;
use crate::diagnostic::{Answer, CodeInfo, Diagnostic};
use crate::draft;
use crate::exec;
use crate::graph::{self, Dag};
use crate::hir::{self, HirError, Meaning, Plan};
use crate::registry;
use crate::syntax;
use crate::text::{SourceMap, Span, World};
use std::path::Path;

/// A plan, analysed.
#[derive(Debug)]
pub struct Analysis {
    /// All files that take part.
    pub sources: SourceMap,
    /// The resolved plan.
    pub plan: Plan,
    /// Its DAG.
    pub dag: Dag,
    /// Everything found, by place.
    pub diagnostics: Vec<Diagnostic>,
    /// Claims that the plan proves.
    pub proofs: Vec<Proof>,
    /// What the plan and all it uses say, field by field.
    pub meaning: Meaning,
    /// SHA-256 of it: comments, layout and the order of items and fields don't change it.
    pub meaning_sha256: String,
}

impl Analysis {
    /// Whether errors stand.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }

    /// The proved claims as diagnostics, for those who list them.
    pub fn proved(&self) -> Vec<Diagnostic> {
        self.proofs
            .iter()
            .map(|p| {
                Diagnostic::new(p.code, p.why.clone())
                    .answered(Answer::Proved)
                    .label(p.span, "")
            })
            .collect()
    }
}

/// Reads and analyses the plan at `path`.
///
/// # Errors
/// The file cannot be read, or is not UTF-8.
pub fn analyse(world: &dyn World, path: &Path) -> Result<Analysis, LoadError> {
    let loaded = load(world, path)?;
    let (plan, errors) = hir::resolve(&loaded.modules);
    let dag = graph::build(&plan);
    let mut diagnostics: Vec<Diagnostic> = loaded.errors.iter().map(syntax::diagnose).collect();
    diagnostics.extend(loaded.imports.iter().chain(&errors).map(hir::diagnose));
    diagnostics.extend(circles(&plan, &dag));
    diagnostics.extend(exec::unfit(&plan));
    let report = checks::check(&plan, &dag);
    diagnostics.extend(report.diagnostics);
    waivers::apply(&plan, &loaded.sources, &mut diagnostics);
    sort(&mut diagnostics);
    let meaning = hir::meaning(&loaded.modules);
    Ok(Analysis {
        sources: loaded.sources,
        plan,
        dag,
        diagnostics,
        proofs: report.proofs,
        meaning_sha256: data::sha256(meaning.text().as_bytes()),
        meaning,
    })
}

/// Reads the files of the plan's datasets and adds what the data checks find in them, held to the
/// plan's waivers; what the data answer is no longer open.
///
/// # Errors
/// Everything wrong with the files.
pub fn audit(
    analysis: &mut Analysis,
    world: &dyn World,
    events: exec::Events<'_>,
) -> Result<exec::Shelf, Vec<Diagnostic>> {
    let (plan, sources) = (&analysis.plan, &analysis.sources);
    let beside = audit::beside(plan, &analysis.dag);
    let shelf = exec::read(world, plan, sources, events, &beside)?;
    let answers = audit::audit(plan, &analysis.dag, &shelf);
    let mut found = answers.findings.diagnostics;
    waivers::apply_to_data(plan, sources, &mut found);
    let within =
        |item: Span, at: Span| item.file == at.file && item.start <= at.start && at.end <= item.end;
    analysis.diagnostics.retain(|d| {
        let about = |item: Span| d.labels.iter().any(|l| within(item, l.span));
        let settled = answers.settled.iter();
        let mut of_code = settled.filter(|(code, _)| *code == d.code.code);
        d.answer != Answer::Open || !of_code.any(|(_, item)| about(*item))
    });
    analysis.diagnostics.extend(found);
    analysis.proofs.extend(answers.findings.proofs);
    sort(&mut analysis.diagnostics);
    Ok(shelf)
}

/// Steps and systems that are made of each other.
fn circles(plan: &Plan, dag: &Dag) -> Vec<Diagnostic> {
    dag.circles()
        .iter()
        .map(|links| {
            let names: Vec<String> = links
                .iter()
                .chain(links.first())
                .map(|l| format!("`{}`", graph::show(plan, &l.from)))
                .collect();
            hir::diagnose(&HirError::Circle {
                path: names.join(" → "),
                verb: "is a circle: each is made of the next",
                spans: links
                    .iter()
                    .enumerate()
                    .map(|(i, l)| {
                        let (from, to) = (graph::show(plan, &l.from), graph::show(plan, &l.to));
                        (
                            l.span,
                            format!("{}. `{from}` {} `{to}`", i + 1, l.how.verb()),
                        )
                    })
                    .collect(),
            })
        })
        .collect()
}

/// By place, then code.
fn sort(diagnostics: &mut [Diagnostic]) {
    diagnostics.sort_by(|a, b| {
        let key = |d: &Diagnostic| (d.labels.first().map(|l| l.span), d.code.code);
        key(a).cmp(&key(b)).then_with(|| a.message.cmp(&b.message))
    });
}

/// Every code there is, in the order of their letters and numbers.
pub fn codes() -> Vec<&'static CodeInfo> {
    let mut all: Vec<&'static CodeInfo> = [
        syntax::CODES,
        hir::CODES,
        data::CODES,
        exec::CODES,
        draft::CODES,
        waivers::CODES,
    ]
    .concat();
    all.extend(checks::ALL.iter().map(|c| &c.info));
    all.extend(audit::codes());
    all.extend(registry::ALL.iter().map(|c| c.info));
    all.sort_by_key(|c| c.code);
    all
}
