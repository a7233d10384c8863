//! Declarations and the lookup of names, module by module.

use super::errors::HirError;
use super::model::*;
use super::protocols::Expansions;
use super::survey::Survey;
use super::{Module, stdlib};
use crate::diagnostic::suggest;
use crate::syntax::ast::{self, Head, ItemKind, Keyword, Name, Use};
use crate::text::Span;
use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Def {
    Dataset(Id<Dataset>),
    Step(Id<Step>),
    Component(Id<Component>),
    Hardware(Id<Hardware>),
    Metric(Id<Metric>),
    System(Id<System>),
    Select,
    /// Index into the protocols.
    Protocol(usize),
    /// Index into the modules.
    Module(usize),
    /// Declared by an item that could not be read: whatever it is, nothing is concluded from it.
    Unknown,
}

impl Def {
    /// As people call it, with an article.
    pub(super) fn kind(self) -> &'static str {
        match self {
            Def::Dataset(_) => "a dataset",
            Def::Step(_) => "a step",
            Def::Component(_) => "a component",
            Def::Hardware(_) => "hardware",
            Def::Metric(_) => "a metric",
            Def::System(_) => "a system",
            Def::Select => "a selection",
            Def::Protocol(_) => "a protocol",
            Def::Module(_) => "a module",
            Def::Unknown => "broken",
        }
    }
}

/// A declared name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    pub(super) def: Def,
    /// Where this file declares or imports it.
    pub(super) span: Span,
    /// Where it is declared at first.
    pub(super) origin: Span,
}

/// Which item of which module an arena element was declared by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source<'a> {
    pub(super) module: usize,
    pub(super) item: &'a ast::Item,
    pub(super) block: &'a ast::Block,
}

/// The state of resolution.
pub(super) struct Resolver<'a> {
    pub(super) modules: &'a [Module],
    pub(super) scopes: Vec<BTreeMap<String, Entry>>,
    pub(super) plan: Plan,
    pub(super) errors: Vec<HirError>,
    /// The module whose names are in force.
    pub(super) module: usize,
    pub(super) datasets: Vec<Source<'a>>,
    pub(super) steps: Vec<Source<'a>>,
    pub(super) components: Vec<Source<'a>>,
    pub(super) hardware: Vec<Source<'a>>,
    pub(super) metrics: Vec<Source<'a>>,
    pub(super) systems: Vec<Source<'a>>,
    pub(super) metric_state: Vec<super::metrics::State>,
    pub(super) protocols: Vec<Source<'a>>,
    /// Rules written out from protocols.
    pub(super) expansions: &'a OnceCell<Expansions>,
    /// The system whose rules are read, inside `decide`.
    pub(super) decided: Option<Variant>,
    /// Links of the circles of `from` that were told of.
    pub(super) circles: Vec<Span>,
    /// What the plan says of columns anywhere.
    pub(super) survey: Survey,
    /// Where names are used, with where each is declared.
    pub(super) uses: RefCell<BTreeMap<Span, Span>>,
    /// Whether nobody waits for the rest.
    stop: &'a dyn Fn() -> bool,
}

impl<'a> Resolver<'a> {
    pub(super) fn new(
        modules: &'a [Module],
        expansions: &'a OnceCell<Expansions>,
        stop: &'a dyn Fn() -> bool,
    ) -> Self {
        Resolver {
            modules,
            scopes: vec![BTreeMap::new(); modules.len()],
            plan: Plan {
                root: modules.first().map(|m| m.file).unwrap_or_default(),
                ..Plan::default()
            },
            errors: Vec::new(),
            module: 0,
            datasets: Vec::new(),
            steps: Vec::new(),
            components: Vec::new(),
            hardware: Vec::new(),
            metrics: Vec::new(),
            systems: Vec::new(),
            metric_state: Vec::new(),
            protocols: Vec::new(),
            expansions,
            circles: Vec::new(),
            survey: Survey::new(modules),
            decided: None,
            uses: RefCell::default(),
            stop,
        }
    }

    /// Asked before each item; `None` ends the reading where nobody waits for it.
    pub(super) fn go_on(&self) -> Option<()> {
        (!(self.stop)()).then_some(())
    }

    pub(super) fn finish(mut self) -> (Plan, Vec<HirError>) {
        super::broken::mark(&mut self.plan, &self.errors);
        let uses = self.uses.take().into_iter();
        self.plan.uses = uses
            .map(|(at, declared)| NameUse { at, declared })
            .collect();
        (self.plan, self.errors)
    }

    /// The items of the root file that have a head and body.
    pub(super) fn root_blocks(&self) -> Vec<Source<'a>> {
        let items = self.modules.first().map_or(&[][..], |m| &m.ast.items);
        items
            .iter()
            .filter_map(|item| match &item.kind {
                ItemKind::Block(block) => Some(Source {
                    module: 0,
                    item,
                    block,
                }),
                ItemKind::Use(_) | ItemKind::Error => None,
            })
            .collect()
    }

    /// Declares every name of every module, then binds imports.
    pub(super) fn declare_all(&mut self) {
        let modules = self.modules;
        for (index, module) in modules.iter().enumerate() {
            self.module = index;
            for item in &module.ast.items {
                match &item.kind {
                    ItemKind::Block(block) => self.declare_block(index, item, block),
                    ItemKind::Error if index == 0 => self.plan.incomplete = true,
                    ItemKind::Error | ItemKind::Use(_) => {}
                }
            }
        }
        for (index, module) in modules.iter().enumerate() {
            self.module = index;
            for item in &module.ast.items {
                if let ItemKind::Use(u) = &item.kind {
                    self.bind_use(u);
                }
            }
        }
        self.module = 0;
    }

    fn declare_block(&mut self, module: usize, item: &'a ast::Item, block: &'a ast::Block) {
        let source = Source {
            module,
            item,
            block,
        };
        let (name, def) = match &block.head {
            Head::Declare { keyword, name, .. } => (name, self.allot(*keyword, source)),
            Head::Broken { meant, name, .. } => {
                self.plan.incomplete = true;
                let Some(name) = name else { return };
                let def = meant.map_or(Some(Def::Unknown), |k| self.allot(k, source));
                (name, def)
            }
            Head::Select { name, .. } => (name, Some(Def::Select)),
            Head::Compare { .. }
            | Head::Ablation { .. }
            | Head::Factorial { .. }
            | Head::Decide { .. }
            | Head::Stop { .. } => return,
        };
        if let Some(def) = def {
            self.declare(name, def);
        }
    }

    /// A place in the arena of the keyword's items; `None` where the name is no name to refer to.
    fn allot(&mut self, keyword: Keyword, source: Source<'a>) -> Option<Def> {
        let def = match keyword {
            Keyword::Dataset => {
                self.datasets.push(source);
                Def::Dataset(self.plan.datasets.add(Dataset::default()))
            }
            Keyword::Step => {
                self.steps.push(source);
                Def::Step(self.plan.steps.add(Step::default()))
            }
            Keyword::Component => {
                self.components.push(source);
                Def::Component(self.plan.components.add(Component::default()))
            }
            Keyword::Hardware => {
                self.hardware.push(source);
                Def::Hardware(self.plan.hardware.add(Hardware::default()))
            }
            Keyword::Metric => {
                self.metrics.push(source);
                self.metric_state.push(super::metrics::State::Waiting);
                Def::Metric(self.plan.metrics.add(Metric::default()))
            }
            Keyword::Protocol => {
                self.protocols.push(source);
                Def::Protocol(self.protocols.len() - 1)
            }
            Keyword::System | Keyword::Baseline | Keyword::Candidate => {
                self.systems.push(source);
                Def::System(self.plan.systems.add(System::default()))
            }
            Keyword::Select => Def::Unknown,
            // What stands behind these is a system that is named elsewhere.
            Keyword::Plan
            | Keyword::Compare
            | Keyword::Ablation
            | Keyword::Factorial
            | Keyword::Decide
            | Keyword::Stop => return None,
        };
        Some(def)
    }

    fn declare(&mut self, name: &Name, def: Def) {
        self.bind(name, def, name.span);
    }

    /// Declares a name that stands for what was declared at `origin`.
    fn bind(&mut self, name: &Name, def: Def, origin: Span) {
        if name.text.is_empty() {
            return;
        }
        let entry = Entry {
            def,
            span: name.span,
            origin,
        };
        let Some(scope) = self.scopes.get_mut(self.module) else {
            return;
        };
        match scope.get(&name.text) {
            Some(first) => {
                let first = first.span;
                self.errors.push(HirError::Twice {
                    what: "name",
                    name: name.text.clone(),
                    first,
                    second: name.span,
                });
            }
            None => {
                scope.insert(name.text.clone(), entry);
            }
        }
    }

    fn bind_use(&mut self, u: &Use) {
        match u {
            Use::Path { path, names } => self.bind_library(path, names.as_deref()),
            Use::File { file, name } => {
                let module = self
                    .modules
                    .get(self.module)
                    .and_then(|m| m.files.get(&file.value));
                let def = module.map_or(Def::Unknown, |&m| Def::Module(m));
                self.declare(name, def);
            }
        }
    }

    fn bind_library(&mut self, path: &ast::Path, names: Option<&[Name]>) {
        let parts: Vec<&Name> = path.names.iter().collect();
        let (module, single) = match (parts.as_slice(), names) {
            ([first, module], _) if first.text == "std" => (*module, None),
            ([first, module, name], None) if first.text == "std" => (*module, Some(*name)),
            _ => {
                self.errors.push(HirError::Import {
                    message: format!("`{}` names nothing that can be used", path.text()),
                    span: path.span,
                    help: "write `use std.classification.f1_macro`, `use std.classification.{f1_macro, accuracy}` or `use \"file.bench\" as name`".into(),
                });
                return;
            }
        };
        let full = format!("std.{}", module.text);
        let Some(index) = self.modules.iter().position(|m| m.name == full) else {
            let near = suggest(&module.text, stdlib::library_names());
            let all: Vec<&str> = stdlib::library_names().collect();
            self.errors.push(HirError::Import {
                message: format!("the library has no module `{}`", module.text),
                span: module.span,
                help: near.map_or_else(
                    || format!("this version has std.{}", all.join(", std.")),
                    |near| format!("did you mean `std.{near}`?"),
                ),
            });
            // The names are declared all the same, so that each use of them isn't an error again.
            for name in names.unwrap_or_default().iter().chain(single) {
                self.declare(name, Def::Unknown);
            }
            return;
        };
        match (names, single) {
            (Some(names), _) => names.iter().for_each(|n| self.bind_name(index, &full, n)),
            (None, Some(name)) => self.bind_name(index, &full, name),
            (None, None) => self.declare(module, Def::Module(index)),
        }
    }

    fn bind_name(&mut self, module: usize, full: &str, name: &Name) {
        let scope = self.scopes.get(module);
        let found = scope.and_then(|s| s.get(&name.text)).copied();
        if found.is_none() && !name.text.is_empty() {
            let legal: Vec<String> = scope
                .into_iter()
                .flatten()
                .map(|(n, _)| n.clone())
                .collect();
            let near = suggest(&name.text, legal.iter().map(String::as_str));
            self.errors.push(HirError::Import {
                message: format!("`{full}` has no `{}`", name.text),
                span: name.span,
                help: near.map_or_else(
                    || format!("it has {}", legal.join(", ")),
                    |near| format!("did you mean `{near}`?"),
                ),
            });
        }
        match found {
            Some(entry) => {
                self.used(name.span, entry.origin);
                self.bind(name, entry.def, entry.origin);
            }
            None => self.declare(name, Def::Unknown),
        }
    }

    /// What the first names of a path stand for, and the names that are left over.
    pub(super) fn lookup<'p>(&self, path: &'p [Name]) -> Option<(Entry, &'p [Name])> {
        let (first, mut rest) = path.split_first()?;
        let mut entry = *self.scopes.get(self.module)?.get(&first.text)?;
        self.used(first.span, entry.origin);
        while let Def::Module(m) = entry.def {
            let Some((next, after)) = rest.split_first() else {
                break;
            };
            entry = *self.scopes.get(m)?.get(&next.text)?;
            self.used(next.span, entry.origin);
            rest = after;
        }
        Some((entry, rest))
    }

    /// Notes that the name at `at` is the one declared at `declared`.
    pub(super) fn used(&self, at: Span, declared: Span) {
        self.uses.borrow_mut().insert(at, declared);
    }

    /// The names of this module for which `keep` holds, imports included.
    pub(super) fn names(&self, keep: impl Fn(Def) -> bool) -> Vec<String> {
        let scope = self.scopes.get(self.module);
        scope
            .into_iter()
            .flatten()
            .filter(|(_, e)| keep(e.def))
            .map(|(n, _)| n.clone())
            .collect()
    }

    /// Reports that `path` is not `wanted`: unknown, or of another kind.
    pub(super) fn not_found(
        &mut self,
        wanted: &'static str,
        path: &ast::Path,
        keep: impl Fn(Def) -> bool,
    ) {
        if path.names.iter().any(|n| n.text.is_empty()) {
            return; // reported as a syntax error
        }
        let error = match self.lookup(&path.names) {
            Some((entry, _)) if entry.def == Def::Unknown => return,
            Some((entry, _)) if !keep(entry.def) => HirError::WrongKind {
                wanted,
                found: entry.def.kind(),
                name: path.text(),
                span: path.span,
                declared: Some(entry.span),
            },
            _ => {
                let wanted = wanted.trim_start_matches("a ").trim_start_matches("an ");
                if let Some(error) = self.not_imported(wanted, wanted, path) {
                    self.errors.push(error);
                    return;
                }
                let legal = self.names(keep);
                let near = suggest(&path.text(), legal.iter().map(String::as_str));
                HirError::UnknownName {
                    wanted,
                    name: path.text(),
                    span: path.span,
                    near: near.map(str::to_string),
                    legal: if legal.len() > 12 { Vec::new() } else { legal },
                }
            }
        };
        self.errors.push(error);
    }

    /// The error for a name that the library has as a `kind` of item, with how to import it.
    pub(super) fn not_imported(
        &self,
        wanted: &'static str,
        kind: &str,
        path: &ast::Path,
    ) -> Option<HirError> {
        let name = path.single()?;
        let module = stdlib::declaring(kind, &name.text)?;
        let current = self.modules.get(self.module)?;
        let mut uses = current.ast.items.iter().filter_map(|i| match &i.kind {
            ItemKind::Use(u) => Some((i.span, u)),
            ItemKind::Block(_) | ItemKind::Error => None,
        });
        let listed = uses.clone().find_map(|(_, u)| match u {
            Use::Path {
                path,
                names: Some(names),
            } if path.text() == format!("std.{module}") => names.last(),
            Use::Path { .. } | Use::File { .. } => None,
        });
        let (place, text) = match (listed, uses.next_back()) {
            (Some(last), _) => (last.span.at_end(), format!(", {}", name.text)),
            (None, Some((last, _))) => (last.at_end(), format!("\nuse std.{module}.{}", name.text)),
            (None, None) => (
                Span::new(current.file, 0, 0),
                format!("use std.{module}.{}\n\n", name.text),
            ),
        };
        Some(HirError::NotImported {
            wanted,
            name: name.text.clone(),
            span: path.span,
            module,
            place,
            text,
        })
    }

    /// Waivers of the root file.
    pub(super) fn resolve_waivers(&mut self) {
        let items = self.modules.first().map_or(&[][..], |m| &m.ast.items);
        for item in items {
            for allow in &item.allows {
                let Some(reason) = &allow.reason else {
                    continue;
                };
                self.plan.waivers.push(Waiver {
                    code: crate::text::Spanned::new(allow.code.text.clone(), allow.code.span),
                    reason: reason.value.clone(),
                    item: item.span,
                    span: allow.span,
                });
            }
        }
    }
}
