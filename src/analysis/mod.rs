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

use load::{Earlier, load_again};
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
use crate::graph::{self, Dag, Influence};
use crate::hir::{self, HirError, Meaning, Module, Plan, Variant};
use crate::registry;
use crate::syntax::{self, SyntaxError};
use crate::text::{SourceMap, Span, World};
use std::path::Path;
use std::sync::OnceLock;

/// A plan, analysed.
#[derive(Debug)]
pub struct Analysis {
    /// All files that take part.
    pub sources: SourceMap,
    /// Their syntax trees; the plan's own file is the first.
    pub modules: Vec<Module>,
    /// The resolved plan.
    pub plan: Plan,
    /// Everything found, by place.
    pub diagnostics: Vec<Diagnostic>,
    /// Claims that the plan proves.
    pub proofs: Vec<Proof>,
    /// Fields that have to be there and aren't.
    pub gaps: Vec<Gap>,
    /// What could not be read of the files, from which an edit is read again.
    faults: Vec<SyntaxError>,
    /// Its DAG, once someone asks.
    dag: OnceLock<Dag>,
    /// What it means, once someone asks.
    meant: OnceLock<Meant>,
}

/// A field that has to be there, for those who offer to write it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// The first place of the diagnostic.
    pub at: Span,
    /// The item or record that lacks it.
    pub inside: Span,
    /// Its name.
    pub field: &'static str,
    /// The field as it may be written.
    pub example: &'static str,
}

/// Says whether work is to be given up, since nobody waits for it any more. It is asked often, on any thread, and
/// must not wait.
pub type Stop<'a> = &'a (dyn Fn() -> bool + Sync);

/// The trees of a plan's files, from which it is read again after an edit.
#[derive(Debug, Default)]
pub struct Trees(Loaded);

/// What reading a plan came to.
#[derive(Debug)]
pub enum Reading {
    /// It was read and resolved.
    Whole(Box<Analysis>),
    /// It was given up behind the trees.
    GivenUp(Trees),
}

#[derive(Debug, Clone)]
struct Meant {
    meaning: Meaning,
    sha256: String,
}

impl Analysis {
    /// The plan's DAG.
    pub fn dag(&self) -> &Dag {
        self.dag.get_or_init(|| graph::build(&self.plan))
    }

    /// The data that could have shaped a variant, as [`Dag::influences`] gives it; nobody waits for the DAG.
    pub fn influences(&self, variant: &Variant) -> Vec<Influence> {
        match self.dag.get() {
            Some(dag) => dag.influences(variant),
            None => graph::shaping(&self.plan).influences(variant),
        }
    }

    /// What the plan and all it uses say, field by field.
    pub fn meaning(&self) -> &Meaning {
        &self.meant().meaning
    }

    /// SHA-256 of the meaning: comments, layout and the order of items and fields don't change it.
    pub fn meaning_sha256(&self) -> &str {
        &self.meant().sha256
    }

    fn meant(&self) -> &Meant {
        self.meant.get_or_init(|| {
            let meaning = hir::meaning(&self.modules);
            let sha256 = data::sha256(meaning.text().as_bytes());
            Meant { meaning, sha256 }
        })
    }

    /// The plan with nothing found yet.
    #[must_use]
    pub fn without_findings(&self) -> Analysis {
        Analysis {
            sources: self.sources.clone(),
            modules: self.modules.clone(),
            plan: self.plan.clone(),
            diagnostics: Vec::new(),
            proofs: Vec::new(),
            gaps: Vec::new(),
            faults: Vec::new(),
            dag: self.dag.clone(),
            meant: self.meant.clone(),
        }
    }

    /// Holds a plan that was only read to the checks.
    pub fn check(&mut self) {
        self.check_unless(&|| false);
    }

    /// The same, and whether it came to an end: where `stop` says between two checks that nobody waits for the rest, all
    /// is as if it had not begun.
    pub fn check_unless(&mut self, stop: Stop<'_>) -> bool {
        if stop() {
            return false;
        }
        let (plan, dag) = (&self.plan, self.dag());
        let (report, rest) = rayon::join(
            || checks::check(plan, dag, stop),
            || [circles(plan, dag), exec::unfit(plan)].concat(),
        );
        let Some(report) = report else { return false };
        self.diagnostics.extend(rest);
        self.diagnostics.extend(report.diagnostics);
        self.proofs = report.proofs;
        waivers::apply(plan, &self.sources, &mut self.diagnostics);
        sort(&mut self.diagnostics);
        true
    }

    /// What it was read from, for reading it again.
    pub fn into_trees(self) -> Trees {
        let Analysis {
            sources,
            modules,
            faults,
            plan,
            diagnostics,
            dag,
            ..
        } = self;
        // Freeing all that takes a while, for which nobody need wait.
        rayon::spawn(move || drop((plan, dag, diagnostics)));
        Trees(Loaded {
            sources,
            modules,
            errors: faults,
            imports: Vec::new(),
        })
    }

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
    let mut analysis = read(world, path)?;
    analysis.check();
    Ok(analysis)
}

/// Reads and resolves the plan at `path`, and holds it to no check: what editors need for most of what they ask.
///
/// # Errors
/// The file cannot be read, or is not UTF-8.
pub fn read(world: &dyn World, path: &Path) -> Result<Analysis, LoadError> {
    let loaded = load(world, path)?;
    let found = hir::resolve(&loaded.modules);
    Ok(resolved(loaded, found))
}

/// The same after an edit, from what was read before it; what comes out is what [`read`] yields, unless `stop` says
/// between two items that nobody waits for the rest.
///
/// # Errors
/// As [`read`].
pub fn read_again(
    world: &dyn World,
    path: &Path,
    before: Trees,
    stop: Stop<'_>,
) -> Result<Reading, LoadError> {
    let Trees(before) = before;
    let earlier = Earlier::new(&before.sources, before.modules, &before.errors);
    let loaded = load_again(world, path, earlier)?;
    Ok(match hir::resolve_unless(&loaded.modules, stop) {
        Some(found) => Reading::Whole(Box::new(resolved(loaded, found))),
        None => Reading::GivenUp(Trees(loaded)),
    })
}

/// A plan that was read, resolved; held to no check yet.
fn resolved(loaded: Loaded, (plan, errors): (Plan, Vec<HirError>)) -> Analysis {
    let mut diagnostics: Vec<Diagnostic> = loaded.errors.iter().map(syntax::diagnose).collect();
    diagnostics.extend(loaded.imports.iter().chain(&errors).map(hir::diagnose));
    Analysis {
        sources: loaded.sources,
        modules: loaded.modules,
        plan,
        diagnostics,
        proofs: Vec::new(),
        gaps: errors.iter().filter_map(gap).collect(),
        faults: loaded.errors,
        dag: OnceLock::new(),
        meant: OnceLock::new(),
    }
}

fn gap(error: &HirError) -> Option<Gap> {
    match error {
        HirError::Missing {
            field,
            example,
            span,
            inside,
            ..
        } => Some(Gap {
            at: *span,
            inside: *inside,
            field,
            example,
        }),
        _ => None,
    }
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
    let beside = audit::beside(plan, analysis.dag());
    let shelf = exec::read(world, plan, sources, events, &beside)?;
    let answers = audit::audit(plan, analysis.dag(), &shelf);
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
