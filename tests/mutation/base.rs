//! A sound plan as its text and tree, and the edits that operators make to it.

use benchwright::syntax::ast::{
    Body, Entry, Field, File, Head, ItemKind, Keyword, Rule, SystemRef,
};
use benchwright::syntax::{self, ast};
use benchwright::text::{FileId, Span};
use std::collections::BTreeSet;
use std::ops::Range;

/// A sound plan.
pub struct Base {
    pub name: String,
    pub text: String,
    file: File,
}

/// Bytes of the base, and what stands there instead.
#[derive(Debug, Clone)]
pub struct Edit(pub Range<usize>, pub String);

/// The edits that make one faulty plan.
pub type Mutant = Vec<Edit>;

/// An item with its head and body.
pub type Block = ast::Block;

const SYSTEMS: [Keyword; 3] = [Keyword::System, Keyword::Baseline, Keyword::Candidate];

impl Base {
    pub fn new(name: &str, text: &str) -> Base {
        let parsed = syntax::parse(FileId(0), text);
        assert!(parsed.errors.is_empty(), "{name} parses");
        Base {
            name: name.into(),
            text: text.into(),
            file: parsed.file,
        }
    }

    /// The items of some kinds, in order.
    pub fn items(&self, wanted: &[Keyword]) -> Vec<&Block> {
        let blocks = self.file.items.iter().filter_map(|i| match &i.kind {
            ItemKind::Block(b) => Some(b),
            ItemKind::Use(_) | ItemKind::Error => None,
        });
        blocks
            .filter(|b| b.head.keyword().is_some_and(|k| wanted.contains(&k)))
            .collect()
    }

    pub fn datasets(&self) -> Vec<&Block> {
        self.items(&[Keyword::Dataset])
    }

    pub fn steps(&self) -> Vec<&Block> {
        self.items(&[Keyword::Step])
    }

    pub fn components(&self) -> Vec<&Block> {
        self.items(&[Keyword::Component])
    }

    pub fn systems(&self) -> Vec<&Block> {
        self.items(&SYSTEMS)
    }

    pub fn baselines(&self) -> Vec<&Block> {
        self.items(&[Keyword::Baseline])
    }

    pub fn candidates(&self) -> Vec<&Block> {
        self.items(&[Keyword::Candidate])
    }

    pub fn compares(&self) -> Vec<&Block> {
        self.items(&[Keyword::Compare])
    }

    pub fn ablations(&self) -> Vec<&Block> {
        self.items(&[Keyword::Ablation])
    }

    pub fn decides(&self) -> Vec<&Block> {
        self.items(&[Keyword::Decide])
    }

    pub fn plan(&self) -> Option<&Block> {
        self.items(&[Keyword::Plan]).into_iter().next()
    }

    /// The step, system, dataset or component of this name.
    pub fn named(&self, wanted: &str) -> Option<&Block> {
        let all: Vec<&Block> = self.items(&Keyword::ALL);
        all.into_iter()
            .find(|b| matches!(&b.head, Head::Declare { name, .. } if name.text == wanted))
    }

    pub fn at(&self, span: Span) -> &str {
        &self.text[range(span)]
    }

    pub fn value(&self, block: &Block, name: &str) -> Option<&str> {
        field(block, name).map(|f| self.at(f.value.span))
    }

    /// The field where it is written: in the system, or in what it is derived from.
    pub fn origin<'a>(&'a self, system: &'a Block, name: &str) -> Option<(&'a Block, &'a str)> {
        match self.value(system, name) {
            Some(value) => Some((system, value)),
            None => self.origin(self.parent(system)?, name),
        }
    }

    /// What a system says, or inherits.
    pub fn says<'a>(&'a self, system: &'a Block, name: &str) -> Option<&'a str> {
        self.origin(system, name).map(|o| o.1)
    }

    /// What a system is derived from.
    pub fn parent(&self, system: &Block) -> Option<&Block> {
        match &system.head {
            Head::Declare {
                from: Some(from), ..
            } => self.named(&from.path.text()),
            _ => None,
        }
    }

    /// The declared name of an item.
    pub fn name<'a>(&self, block: &'a Block) -> &'a str {
        match &block.head {
            Head::Declare { name, .. } | Head::Select { name, .. } => &name.text,
            _ => "",
        }
    }

    /// The systems that a comparison, an ablation or a decision names.
    pub fn sides<'a>(&self, block: &'a Block) -> Vec<&'a SystemRef> {
        match &block.head {
            Head::Compare { subject, against } => [subject].into_iter().chain(against).collect(),
            Head::Decide {
                subject, against, ..
            }
            | Head::Stop { subject, against } => vec![subject, against],
            Head::Ablation { of } | Head::Factorial { of } => vec![of],
            Head::Select { from, .. } => from.iter().collect(),
            Head::Declare { .. } | Head::Broken { .. } => Vec::new(),
        }
    }

    /// Names of the systems that some comparison or ablation evaluates on rows of the dataset, each with the
    /// rows.
    pub fn evaluated(&self) -> BTreeSet<(String, String)> {
        let claims = [Keyword::Compare, Keyword::Ablation, Keyword::Factorial];
        let mut all = BTreeSet::new();
        for claim in self.items(&claims) {
            let Some(on) = self.value(claim, "on") else {
                continue;
            };
            for side in self.sides(claim) {
                all.insert((side.path.text(), on.to_string()));
            }
        }
        all
    }

    /// The rows a system is compared on, itself or what is derived from it, ensembles and distilled systems
    /// included.
    pub fn tested_on(&self, system: &Block) -> Option<String> {
        let named = self.name(system);
        let direct = self.evaluated().into_iter().find(|(who, on)| {
            on.ends_with(".test") && self.named(who).is_some_and(|b| self.comes_from(b, named))
        });
        direct.map(|d| d.1)
    }

    fn comes_from(&self, system: &Block, named: &str) -> bool {
        self.name(system) == named
            || self
                .parent(system)
                .is_some_and(|p| self.comes_from(p, named))
            || ["ensemble", "distilled_from"].iter().any(|f| {
                let members = self.value(system, f).unwrap_or_default();
                members.contains(&format!("[{named}")) || members.contains(&format!(" {named}"))
            })
    }

    /// The systems whose input goes through the step, directly or by `uses`.
    pub fn fed(&self, step: &str) -> Vec<&Block> {
        let lists = |b: &Block, field: &str| {
            self.value(b, field).is_some_and(|v| {
                v.split(|c: char| !c.is_alphanumeric() && c != '_')
                    .any(|w| w == step)
            })
        };
        let mut fed: Vec<&Block> = self.systems();
        fed.retain(|s| lists(s, "steps"));
        for user in self.steps() {
            if lists(user, "uses") {
                fed.extend(self.fed(self.name(user)));
            }
        }
        fed
    }

    /// The rows that systems fed by the step are compared on.
    pub fn step_tested_on(&self, step: &Block) -> Option<String> {
        let mut fed = self.fed(self.name(step)).into_iter();
        fed.find_map(|s| self.tested_on(s))
    }

    // Edits.

    /// The field with another value, written anew where it isn't there.
    pub fn set(&self, block: &Block, name: &str, value: &str) -> Edit {
        match field(block, name) {
            Some(f) => Edit(range(f.value.span), value.into()),
            None => {
                let at = body(block).span.start as usize + 1;
                Edit(at..at, format!("\n  {name}: {value}\n "))
            }
        }
    }

    /// The block without the field.
    pub fn unset(&self, block: &Block, name: &str) -> Option<Edit> {
        field(block, name).map(|f| self.cut(f.span))
    }

    /// The block without a field or rule.
    pub fn cut(&self, span: Span) -> Edit {
        let mut range = range(span);
        let rest = &self.text[range.end..];
        if rest.starts_with(',') {
            range.end += 1;
        }
        Edit(range, String::new())
    }

    pub fn swap(&self, span: Span, text: &str) -> Edit {
        Edit(range(span), text.into())
    }

    /// An item more, at the end.
    pub fn append(&self, item: &str) -> Edit {
        let end = self.text.len();
        Edit(end..end, format!("\n{item}\n"))
    }

    /// The words of the field's value with one text for another; nothing where it isn't there.
    pub fn inside(&self, block: &Block, name: &str, from: &str, to: &str) -> Option<Edit> {
        let value = self.value(block, name)?;
        value
            .contains(from)
            .then(|| self.set(block, name, &value.replace(from, to)))
    }

    /// A metric of the library made known, unless it is.
    pub fn import(&self, metric: &str) -> Vec<Edit> {
        let (_, name) = metric.rsplit_once('.').unwrap();
        let known = self.text.lines().filter(|l| l.starts_with("use "));
        let is = |l: &str| {
            l.split(|c: char| !c.is_alphanumeric() && c != '_')
                .any(|w| w == name)
        };
        if known.into_iter().any(is) {
            return Vec::new();
        }
        vec![self.append(&format!("use std.{metric}"))]
    }

    /// The text with the edits made.
    pub fn apply(&self, edits: &[Edit]) -> String {
        let mut edits = edits.to_vec();
        edits.sort_by_key(|e| (e.0.start, e.0.end));
        for pair in edits.windows(2) {
            assert!(pair[0].0.end <= pair[1].0.start, "{}: {pair:?}", self.name);
        }
        let mut text = self.text.clone();
        for Edit(range, with) in edits.into_iter().rev() {
            text.replace_range(range, &with);
        }
        text
    }
}

pub fn field<'a>(block: &'a Block, name: &str) -> Option<&'a Field> {
    body(block).fields().find(|f| f.name.text == name)
}

pub fn body(block: &Block) -> &Body {
    block.body.as_ref().unwrap()
}

pub fn rules(block: &Block) -> Vec<&Rule> {
    let rule = |e: &'_ Entry| matches!(e, Entry::Rule(_));
    let entries = body(block).entries.iter().filter(|e| rule(e));
    entries
        .map(|e| match e {
            Entry::Rule(r) => r,
            Entry::Field(_) | Entry::Error(_) => unreachable!(),
        })
        .collect()
}

/// The elements of a list as written: `[a, b]` or `a`.
pub fn elements(value: &str) -> Vec<String> {
    let inside = value.trim().trim_start_matches('[').trim_end_matches(']');
    let (mut parts, mut depth) = (vec![String::new()], 0);
    for c in inside.chars() {
        match c {
            '(' | '{' | '[' => depth += 1,
            ')' | '}' | ']' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        parts.last_mut().unwrap().push(c);
    }
    let parts = parts.iter().map(|p| p.trim().to_string());
    parts.filter(|p| !p.is_empty()).collect()
}

fn range(span: Span) -> Range<usize> {
    span.start as usize..span.end as usize
}
