//! Moving an item into a file that several plans can use, with what it rests on and the imports that it needs.
//!
//! What comes out is resolved again before it is offered: a move that would leave a name unbound is no offer.

use super::Document;
use crate::analysis::{self, Analysis};
use crate::diagnostic::{Edit, Fix, Level, apply_fixes};
use crate::hir::NameUse;
use crate::syntax::ast::{Head, Item, ItemKind, Keyword, Name, Use};
use crate::text::{FileId, Span, World};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// An item's move into another file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extraction {
    /// As an order.
    pub title: String,
    /// The file that is made, with its text; `None` where it is there already, and one of the edits lengthens it.
    pub made: Option<(PathBuf, String)>,
    /// The edits of the plan's files.
    pub edits: Vec<Edit>,
    /// The names that move.
    pub moved: Vec<Span>,
}

/// Where an item may go.
struct Target {
    /// The file.
    path: PathBuf,
    /// The name it goes by.
    alias: String,
    /// Its id in the analysis, and where it is given its name, where the plan uses it already.
    known: Option<(FileId, Span)>,
}

/// The ways to move the item whose head is at `offset` into another file: into one that the plan uses already, and into
/// a new one.
pub fn extractions(document: &Document<'_>, offset: u32, world: &dyn World) -> Vec<Extraction> {
    let at_head = |i: &&Item| matches!(&i.kind, ItemKind::Block(b) if b.head_span.touches(offset));
    let Some(item) = document.items().iter().find(at_head) else {
        return Vec::new();
    };
    let Some(moved) = with_what_it_rests_on(document, item) else {
        return Vec::new();
    };
    let targets = targets(document, world);
    let all = targets
        .iter()
        .filter_map(|t| extraction(document, item, &moved, t));
    all.filter(|e| holds(document, e, world)).collect()
}

/// The item and, transitively, those of the file that it names, in source order; `None` where one of them cannot go.
fn with_what_it_rests_on<'a>(document: &Document<'a>, item: &'a Item) -> Option<Vec<&'a Item>> {
    let items = document.items();
    let mut found: BTreeSet<usize> = BTreeSet::new();
    let mut next: Vec<usize> = items
        .iter()
        .position(|i| i.span == item.span)
        .into_iter()
        .collect();
    while let Some(index) = next.pop() {
        let item = items.get(index).filter(|i| may_go(i))?;
        if !found.insert(index) {
            continue;
        }
        for used in uses_within(document, item.span) {
            // What is imported stays where it is.
            let holds = |i: &Item| {
                let own = document.has(used.declared) && contains(i.span, used.declared);
                own && !matches!(i.kind, ItemKind::Use(_))
            };
            next.extend(items.iter().position(holds).filter(|i| *i != index));
        }
    }
    Some(found.into_iter().filter_map(|i| items.get(i)).collect())
}

/// Whether the item declares a name that another file can use.
fn may_go(item: &Item) -> bool {
    let ItemKind::Block(block) = &item.kind else {
        return false;
    };
    matches!(&block.head, Head::Declare { keyword, .. } if *keyword != Keyword::Plan)
}

fn contains(outer: Span, inner: Span) -> bool {
    outer.file == inner.file && outer.start <= inner.start && inner.end <= outer.end
}

fn uses_within<'a>(document: &Document<'a>, span: Span) -> impl Iterator<Item = &'a NameUse> {
    let uses = document.analysis.plan.uses.iter();
    uses.filter(move |u| contains(span, u.at))
}

/// Files that the plan uses by a name, and one that isn't there yet.
fn targets(document: &Document<'_>, world: &dyn World) -> Vec<Target> {
    let sources = &document.analysis.sources;
    let own = sources.get(document.file).and_then(|f| f.path.as_deref());
    let Some(folder) = own.and_then(Path::parent) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut names: BTreeSet<&str> = BTreeSet::new();
    for item in document.items() {
        let name = match &item.kind {
            ItemKind::Use(Use::File { file, name }) => {
                let path = folder.join(&file.value);
                if let Some(id) = sources.find(&path).filter(|_| !name.text.is_empty()) {
                    found.push(Target {
                        path,
                        alias: name.text.clone(),
                        known: Some((id, name.span)),
                    });
                }
                Some(name)
            }
            ItemKind::Block(block) => match &block.head {
                Head::Declare { name, .. } | Head::Select { name, .. } => Some(name),
                _ => None,
            },
            ItemKind::Use(Use::Path { .. }) | ItemKind::Error => None,
        };
        names.extend(name.map(|n| n.text.as_str()));
    }
    let free = (1..100).find_map(|n| {
        let alias = if n == 1 {
            "shared".to_owned()
        } else {
            format!("shared{n}")
        };
        let path = folder.join(format!("{alias}.bench"));
        let taken = names.contains(alias.as_str()) || world.open(&path).is_ok();
        (!taken).then_some(Target {
            path,
            alias,
            known: None,
        })
    });
    found.extend(free);
    found
}

fn extraction(
    document: &Document<'_>,
    item: &Item,
    moved: &[&Item],
    target: &Target,
) -> Option<Extraction> {
    let text = document.text();
    let stretches: Vec<Span> = moved.iter().map(|i| stretch(text, i)).collect();
    let parts: Vec<String> = stretches
        .iter()
        .map(|s| moved_text(document, *s, target))
        .collect();
    let mut gone: Vec<Span> = Vec::new();
    for span in stretches.iter().map(|s| with_blank_line(text, *s)) {
        match gone.last_mut().filter(|last| last.end >= span.start) {
            Some(last) => last.end = span.end,
            None => gone.push(span),
        }
    }
    let nothing = |span| Edit {
        span,
        text: String::new(),
    };
    let mut edits: Vec<Edit> = gone.into_iter().map(nothing).collect();
    edits.extend(renamed(document, moved, target));
    let name = document.analysis.sources.text(named(item)?);
    let file = target.path.file_name()?.to_string_lossy();
    let rests = match moved.len() {
        1 => String::new(),
        2 => " and the item it rests on".to_owned(),
        n => format!(" and the {} items it rests on", n - 1),
    };
    let title = format!("Move `{name}`{rests} to {file}");
    let body = parts.join("\n\n");
    let imports = imports(document, moved, target);
    let made = if let Some((id, _)) = target.known {
        let there = document.analysis.sources.get(id)?;
        let length = u32::try_from(there.text.len()).ok()?;
        let end = if there.text.ends_with('\n') {
            "\n"
        } else {
            "\n\n"
        };
        edits.push(Edit {
            span: Span::new(id, length, length),
            text: format!("{end}{body}\n"),
        });
        // What is imported there already is its own business; the rest stands at its top.
        let missing = imports
            .iter()
            .filter(|line| !there.text.contains(line.as_str()));
        let missing: String = missing.map(|line| format!("{line}\n")).collect();
        if !missing.is_empty() {
            edits.push(Edit {
                span: Span::new(id, 0, 0),
                text: missing,
            });
        }
        None
    } else {
        edits.push(import(document, target, &file));
        let head: String = imports.iter().map(|line| format!("{line}\n")).collect();
        let gap = if head.is_empty() { "" } else { "\n" };
        Some((target.path.clone(), format!("{head}{gap}{body}\n")))
    };
    let moved = moved.iter().filter_map(|i| named(i)).collect();
    Some(Extraction {
        title,
        made,
        edits,
        moved,
    })
}

fn named(item: &Item) -> Option<Span> {
    match &item.kind {
        ItemKind::Block(block) => match &block.head {
            Head::Declare { name, .. } => Some(name.span),
            _ => None,
        },
        ItemKind::Use(_) | ItemKind::Error => None,
    }
}

/// The item with its comments, waivers and the rest of its last line.
fn stretch(text: &str, item: &Item) -> Span {
    let docs = item.docs.iter().map(|d| d.span.start);
    let allows = item.allows.iter().map(|a| a.span.start);
    let first = docs.chain(allows).fold(item.span.start, u32::min) as usize;
    let line_start = |at: usize| {
        text.get(..at)
            .and_then(|t| t.rfind('\n'))
            .map_or(0, |i| i + 1)
    };
    let mut start = line_start(first);
    // Comments right above are about it.
    while start > 0 {
        let above = line_start(start - 1);
        let line = text.get(above..start).unwrap_or("").trim_start();
        if !line.starts_with('#') {
            break;
        }
        start = above;
    }
    let end = item.span.end as usize;
    let rest = text.get(end..).unwrap_or("");
    let line = rest.split(['\n', '\r']).next().unwrap_or("");
    let alone = line.trim().is_empty() || line.trim_start().starts_with('#');
    let end = if alone {
        end + line.trim_end().len()
    } else {
        end
    };
    let byte = |i: usize| u32::try_from(i).unwrap_or(u32::MAX);
    Span::new(item.span.file, byte(start), byte(end))
}

/// The stretch, the end of its line, and one blank line behind it.
fn with_blank_line(text: &str, stretch: Span) -> Span {
    let mut end = stretch.end as usize;
    for _ in 0..2 {
        let rest = text.get(end..).unwrap_or("");
        let blank = rest.len() - rest.trim_start_matches([' ', '\t', '\r']).len();
        if !rest.get(blank..).is_some_and(|r| r.starts_with('\n')) {
            break;
        }
        end += blank + 1;
    }
    Span::new(
        stretch.file,
        stretch.start,
        u32::try_from(end).unwrap_or(stretch.end),
    )
}

/// What moves, its names as they are said there: `team.reviews` is `reviews` in `team`'s own file.
fn moved_text(document: &Document<'_>, stretch: Span, target: &Target) -> String {
    let text = document.text();
    let mut moved = String::new();
    let mut at = stretch.start;
    for used in uses_within(document, stretch) {
        let of_target = target.known.is_some_and(|(_, name)| used.declared == name);
        if of_target && used.at.start >= at {
            moved.push_str(text.get(at as usize..used.at.start as usize).unwrap_or(""));
            let rest = text.get(used.at.end as usize..).unwrap_or("");
            at = used.at.end + u32::from(rest.starts_with('.'));
        }
    }
    moved.push_str(text.get(at as usize..stretch.end as usize).unwrap_or(""));
    moved
}

/// The module's name before every name that moved, where it stays used.
fn renamed(document: &Document<'_>, moved: &[&Item], target: &Target) -> Vec<Edit> {
    let text = document.text();
    let names: BTreeSet<Span> = moved.iter().filter_map(|i| named(i)).collect();
    let gone = |at: Span| moved.iter().any(|i| contains(i.span, at));
    let uses = document.analysis.plan.uses.iter();
    let stay = uses.filter(|u| document.has(u.at) && names.contains(&u.declared) && !gone(u.at));
    let plan = &document.analysis.plan;
    let components = plan.components.iter().map(|(_, c)| c.common.name_span);
    let components: BTreeSet<Span> = components.collect();
    let in_claim = |at: Span| {
        let mut items = document.items().iter();
        items.any(|i| contains(i.span, at) && !may_go(i))
    };
    let prefixed = stay.filter(|u| {
        // Components are named within their system: `chars - bigrams`, `chars[augment: strong]`, `remove: [bigrams]`.
        if components.contains(&u.declared) && in_claim(u.at) {
            return false;
        }
        let before = text.get(..u.at.start as usize).unwrap_or("").trim_end();
        let after = text.get(u.at.end as usize..).unwrap_or("").trim_start();
        !before.ends_with(['-', '.', '"']) && !after.starts_with(':')
    });
    let edit = |u: &NameUse| Edit {
        span: u.at.at_start(),
        text: format!("{}.", target.alias),
    };
    prefixed.map(edit).collect()
}

/// The `use` items that what moves needs, each a line.
fn imports(document: &Document<'_>, moved: &[&Item], target: &Target) -> Vec<String> {
    let uses = moved.iter().flat_map(|i| uses_within(document, i.span));
    let needed: BTreeSet<Span> = uses.map(|u| u.declared).collect();
    let declared: BTreeMap<Span, Span> = document
        .analysis
        .plan
        .uses
        .iter()
        .map(|u| (u.at, u.declared))
        .collect();
    // A name that is imported stands for what is declared elsewhere, a module's for itself.
    let is_needed = |name: &Name| {
        let own = target.known.is_some_and(|(_, alias)| alias == name.span);
        let elsewhere = declared.get(&name.span).is_some_and(|d| needed.contains(d));
        !own && (elsewhere || needed.contains(&name.span))
    };
    let written = |span: Span| document.analysis.sources.text(span).to_owned();
    let mut lines = Vec::new();
    for item in document.items() {
        match &item.kind {
            ItemKind::Use(Use::Path {
                path,
                names: Some(names),
            }) => {
                let wanted = names.iter().filter(|n| is_needed(n));
                let wanted: Vec<&str> = wanted.map(|n| n.text.as_str()).collect();
                match wanted.as_slice() {
                    [] => {}
                    [one] => lines.push(format!("use {}.{one}", path.text())),
                    many => lines.push(format!("use {}.{{{}}}", path.text(), many.join(", "))),
                }
            }
            ItemKind::Use(Use::Path { path, names: None }) => {
                if path.names.last().is_some_and(is_needed) {
                    lines.push(written(item.span));
                }
            }
            ItemKind::Use(Use::File { name, .. }) => {
                if is_needed(name) {
                    lines.push(written(item.span));
                }
            }
            ItemKind::Block(_) | ItemKind::Error => {}
        }
    }
    lines
}

/// The line that imports the new file: behind the other imports, else at the top.
fn import(document: &Document<'_>, target: &Target, file: &str) -> Edit {
    let line = format!("use \"{file}\" as {}", target.alias);
    let used = |i: &&Item| matches!(i.kind, ItemKind::Use(_));
    let (at, text) = match document.items().iter().rfind(used) {
        Some(last) => (last.span.end, format!("\n{line}")),
        None => (0, format!("{line}\n\n")),
    };
    Edit {
        span: Span::new(document.file, at, at),
        text,
    }
}

/// Whether what comes out has no error that wasn't there.
fn holds(document: &Document<'_>, extraction: &Extraction, world: &dyn World) -> bool {
    let sources = &document.analysis.sources;
    let mut after = Changed {
        world,
        texts: BTreeMap::new(),
    };
    for (id, file) in sources.iter() {
        let own = extraction.edits.iter().filter(|e| e.span.file == id);
        let fix = Fix {
            title: String::new(),
            safe: false,
            edits: own.cloned().collect(),
        };
        if let Some(path) = &file.path {
            let text = apply_fixes(&file.text, id, [&fix]);
            after.texts.insert(path.clone(), text);
        }
    }
    after.texts.extend(extraction.made.clone());
    let root = sources.get(document.analysis.plan.root);
    let Some(path) = root.and_then(|f| f.path.as_deref()) else {
        return false;
    };
    let errors = |a: &Analysis| {
        let named = a.diagnostics.iter().filter(|d| d.level == Level::Error);
        named
            .filter(|d| d.code.code.starts_with(['N', 'S', 'T']))
            .count()
    };
    analysis::read(&after, path).is_ok_and(|a| errors(&a) <= errors(document.analysis))
}

/// The files as they would be.
struct Changed<'w> {
    world: &'w dyn World,
    texts: BTreeMap<PathBuf, String>,
}

impl World for Changed<'_> {
    fn open(&self, path: &Path) -> std::io::Result<Box<dyn std::io::Read + Send + '_>> {
        match self.texts.get(path) {
            Some(text) => Ok(Box::new(text.as_bytes())),
            None => self.world.open(path),
        }
    }

    fn list(&self, folder: &Path) -> std::io::Result<Vec<String>> {
        self.world.list(folder)
    }
}
