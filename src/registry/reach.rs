//! What bears on a plan's decisions: the items and fields from which something flows into their claims.
//!
//! Read off the canonical fields by the names in them, so that it can be told of a plan as it was sealed and
//! as it is now alike. Where a name could mean something else as well, it is taken to bear.

use crate::hir::RULE_ORDER;
use std::collections::{BTreeMap, BTreeSet};

/// Items with their fields, as [`crate::hir::Meaning`] and a seal have them.
pub type Items = BTreeMap<String, BTreeMap<String, String>>;

/// Fields that no number and no outcome depends on: words for people, and what only the checks read.
const SAID_ONLY: [&str; 16] = [
    "objective",
    "hypothesis",
    "owner",
    "risks",
    "guardrails",
    "primary",
    "power",
    "license",
    "version",
    "released",
    "published",
    "handicap",
    "rows",
    "clusters",
    "pilot",
    "sha256",
];

/// The items that claims are made by.
const CLAIMS: [&str; 5] = ["compare", "ablation", "factorial", "select", "decide"];

/// What the decisions of a plan rest on.
#[derive(Debug)]
pub struct Reach<'i> {
    items: &'i Items,
    reached: BTreeSet<&'i str>,
    /// The names in the rules of its decisions; in its claims, where it decides nothing.
    read: BTreeSet<&'i str>,
    /// The names in all that flows into them.
    named: BTreeSet<&'i str>,
    /// Whether rules read p-values, which depend on how many claims there are.
    adjusted: bool,
    /// Whether it decides.
    decides: bool,
}

/// The keyword of an item: `candidate` of `shared.bench: candidate chars`.
pub(super) fn keyword(item: &str) -> &str {
    own(item).split(' ').next().unwrap_or(item)
}

/// Whether an item makes claims.
pub(super) fn claims(item: &str) -> bool {
    CLAIMS.contains(&keyword(item))
}

/// The item without the file that it is imported from.
fn own(item: &str) -> &str {
    item.split_once(": ").map_or(item, |(_, own)| own)
}

/// The name that an item declares.
fn declared(item: &str) -> Option<&str> {
    let mut words = own(item).split(' ');
    let (keyword, name) = (words.next()?, words.next()?);
    let unnamed = matches!(
        keyword,
        "compare" | "ablation" | "factorial" | "stop" | "use"
    );
    let decision = keyword == "decide" && name == "for";
    (!unnamed && !decision).then_some(name)
}

/// The names in a text, those inside quotes left out.
pub(super) fn names(text: &str) -> impl Iterator<Item = &str> {
    let outside = text.split('"').step_by(2);
    let words = outside.flat_map(|t| t.split(|c: char| !(c.is_alphanumeric() || c == '_')));
    words.filter(|w| w.starts_with(|c: char| c.is_alphabetic() || c == '_'))
}

impl<'i> Reach<'i> {
    /// Follows the names from the decisions on; from all claims, where nothing is decided.
    pub fn new(items: &'i Items) -> Self {
        let decisions: Vec<&str> = of_kind(items, "decide").collect();
        let decides = !decisions.is_empty();
        let roots: Vec<&str> = if decides {
            decisions
        } else {
            items
                .keys()
                .map(String::as_str)
                .filter(|i| claims(i))
                .collect()
        };
        let mut read = BTreeSet::new();
        for root in &roots {
            read.extend(names(own(root)));
            for (field, text) in items.get(*root).into_iter().flatten() {
                if !field.starts_with('@') {
                    read.extend(names(text));
                }
            }
        }
        let adjusted = read.contains("p_value");
        let mut reach = Reach {
            items,
            reached: BTreeSet::new(),
            named: read.clone(),
            read,
            adjusted,
            decides,
        };
        reach.follow(roots);
        reach
    }

    fn follow(&mut self, mut open: Vec<&'i str>) {
        let mut declares: BTreeMap<&str, Vec<&'i str>> = BTreeMap::new();
        for item in self.items.keys() {
            if let Some(name) = declared(item) {
                declares.entry(name).or_default().push(item);
            }
        }
        while let Some(item) = open.pop() {
            if !self.reached.insert(item) {
                continue;
            }
            open.extend(self.leading_to(item));
            let fields = self.items.get(item).into_iter().flatten();
            let flows = fields.filter(|(field, _)| flows(item, field));
            let texts = flows.map(|(_, text)| text.as_str()).chain([own(item)]);
            for name in texts.flat_map(names) {
                self.named.insert(name);
                open.extend(declares.get(name).into_iter().flatten());
            }
        }
    }

    /// The claims that a decision rests on, and what ends its runs.
    fn leading_to(&self, decision: &'i str) -> Vec<&'i str> {
        if keyword(decision) != "decide" {
            return Vec::new();
        }
        let sides = self.sides(decision);
        let about = |item: &&str| {
            let theirs: BTreeSet<&str> = names(own(item)).collect();
            sides.iter().all(|s| theirs.contains(s))
        };
        let touches = |item: &&str| names(own(item)).any(|n| sides.contains(n));
        let chooses = |item: &&str| {
            let fields = self.items.get(*item);
            fields.is_some_and(|f| f.contains_key("tolerance"))
        };
        let interacts = self.read.contains("interaction");
        let whole = of_kind(self.items, "compare").chain(of_kind(self.items, "stop"));
        let ablations = of_kind(self.items, "ablation")
            .filter(chooses)
            .filter(touches);
        let factorials = of_kind(self.items, "factorial")
            .filter(|_| interacts)
            .filter(touches);
        whole
            .filter(about)
            .chain(ablations)
            .chain(factorials)
            .collect()
    }

    /// The systems that a decision is about.
    fn sides(&self, decision: &'i str) -> BTreeSet<&'i str> {
        let fields = self.items.get(decision);
        let of = |name: &str| fields.and_then(|f| f.get(name)).map_or("", String::as_str);
        let named = of("for");
        let text = if named.is_empty() {
            own(decision)
        } else {
            named
        };
        let words = names(text).chain(names(of("against")));
        words
            .filter(|w| !matches!(*w, "decide" | "for" | "against"))
            .collect()
    }

    /// Whether something flows from an item into a decision.
    pub fn item(&self, item: &str) -> bool {
        if keyword(item) != "use" {
            return self.reached.contains(item);
        }
        let fields = self.items.get(item).into_iter().flatten();
        let mut given = fields.flat_map(|(_, text)| names(text)).peekable();
        // Without names it brings in all there is.
        given.peek().is_none() || given.any(|name| self.named.contains(name))
    }

    /// Whether a dataset's rows do.
    pub fn dataset(&self, name: &str) -> bool {
        self.reached
            .iter()
            .any(|i| keyword(i) == "dataset" && declared(i) == Some(name))
    }

    /// Whether a field does; `others` are the elements that came or went, where it is a list.
    pub fn field(&self, item: &str, field: &str, others: &BTreeSet<String>) -> bool {
        if keyword(item) == "plan" {
            return matches!(field, "alpha" | "favours");
        }
        if keyword(item) == "use" {
            return others
                .iter()
                .flat_map(|o| names(o))
                .any(|n| self.named.contains(n));
        }
        if !flows_ever(field) || !self.item(item) {
            return false;
        }
        if keyword(item) == "compare" && matches!(field, "metrics" | "slices") && self.decides {
            let read = |element: &String| names(element).any(|n| self.read.contains(n));
            return self.adjusted || others.iter().any(read);
        }
        true
    }
}

fn of_kind<'i>(items: &'i Items, kind: &'static str) -> impl Iterator<Item = &'i str> {
    let all = items.keys().map(String::as_str);
    all.filter(move |i| keyword(i) == kind)
}

/// Whether anything can flow out of a field.
fn flows_ever(field: &str) -> bool {
    let top = field.split('.').next().unwrap_or(field);
    !field.starts_with('@') && !SAID_ONLY.contains(&top)
}

/// Whether the names in a field lead on.
fn flows(item: &str, field: &str) -> bool {
    let listed = keyword(item) == "compare" && field == "metrics";
    flows_ever(field) && !listed && field != RULE_ORDER
}
