//! What a plan says, item by item and field by field, as canonical text: what a seal keeps and later
//! compares.
//!
//! Comments, layout, the order of items and that of fields leave no trace. The order of rules does, that
//! of the elements of lists does, and that of the shares of a split, since rows are dealt by it.

use super::Module;
use super::show::{expr, system, systems};
use crate::syntax::ast::{
    Arg, Block, Body, Entry, Expr, ExprKind, Field, Head, Item, ItemKind, Use, Value,
};
use crate::text::Span;
use crate::types::settled as settled_unit;
use std::collections::BTreeMap;
use std::path::Path;

/// The order of a decision's rules, as a field.
pub const RULE_ORDER: &str = "order of rules";

/// What a plan's own files say, and what the modules of the library that it uses do.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Meaning {
    /// Items by what they are called: `candidate chars`, `compare chars with words`; of an imported file
    /// `shared.bench: baseline words`. Each has its fields; those of records are `tune.trials`.
    pub items: BTreeMap<String, BTreeMap<String, String>>,
    /// Modules of the library by name, `std.classification`, each as one text.
    pub library: BTreeMap<String, String>,
    /// Where an item's head stands.
    pub heads: BTreeMap<String, Span>,
    /// Where a field stands, by item and field.
    pub fields: BTreeMap<(String, String), Span>,
}

impl Meaning {
    /// All of it as one text, for hashing.
    pub fn text(&self) -> String {
        let mut text = written(&self.items);
        for (name, module) in &self.library {
            text += &format!("{name}\n{module}");
        }
        text
    }

    /// The place of a field, else of its item.
    pub fn place(&self, item: &str, field: Option<&str>) -> Option<Span> {
        let of_field = field.and_then(|f| self.fields.get(&(item.to_owned(), f.to_owned())));
        of_field.or_else(|| self.heads.get(item)).copied()
    }
}

fn written(items: &BTreeMap<String, BTreeMap<String, String>>) -> String {
    let mut text = String::new();
    for (item, fields) in items {
        text += item;
        text.push('\n');
        for (field, value) in fields {
            // Both are quoted, so that no text can be taken for another field.
            text += &format!("  {field:?}: {value:?}\n");
        }
    }
    text
}

/// What the modules say; the first one is the plan.
pub fn meaning(modules: &[Module]) -> Meaning {
    let mut meaning = Meaning::default();
    let root = modules.first().map_or("", |m| m.name.as_str());
    let folder = Path::new(root).parent().unwrap_or(Path::new(""));
    for (index, module) in modules.iter().enumerate() {
        let mut said: Vec<Said> = module.ast.items.iter().map(Said::new).collect();
        // Two items with one head are told apart by what they hold.
        said.sort_by(|a, b| (&a.name, &a.fields).cmp(&(&b.name, &b.fields)));
        if module.name.starts_with("std.") {
            let mut items = BTreeMap::new();
            for one in said {
                items.insert(free(&items, one.name.clone()), one.fields);
            }
            meaning.library.insert(module.name.clone(), written(&items));
            continue;
        }
        let path = Path::new(&module.name);
        let file = path.strip_prefix(folder).unwrap_or(path).display();
        for one in said {
            let name = match index {
                0 => one.name,
                _ => format!("{file}: {}", one.name),
            };
            let name = free(&meaning.items, name);
            for (field, span) in one.places {
                meaning.fields.insert((name.clone(), field), span);
            }
            meaning.heads.insert(name.clone(), one.head);
            meaning.items.insert(name, one.fields);
        }
    }
    meaning
}

/// The name, or the name with the next number that is free.
fn free<V>(taken: &BTreeMap<String, V>, name: String) -> String {
    if !taken.contains_key(&name) {
        return name;
    }
    let numbered = (2u32..).map(|n| format!("{name} ({n})"));
    let mut left = numbered.filter(|n| !taken.contains_key(n));
    left.next().unwrap_or(name)
}

/// One item.
struct Said {
    name: String,
    head: Span,
    fields: BTreeMap<String, String>,
    places: Vec<(String, Span)>,
}

impl Said {
    fn new(item: &Item) -> Said {
        let mut said = Said {
            name: String::new(),
            head: item.span,
            fields: BTreeMap::new(),
            places: Vec::new(),
        };
        match &item.kind {
            ItemKind::Use(Use::Path { path, names }) => {
                let mut names: Vec<&str> =
                    names.iter().flatten().map(|n| n.text.as_str()).collect();
                names.sort_unstable();
                said.name = format!("use {}", path.text());
                if !names.is_empty() {
                    said.put("names", names.join(", "), item.span);
                }
            }
            ItemKind::Use(Use::File { file, name }) => {
                said.name = format!("use {:?}", file.value);
                said.put("as", name.text.clone(), item.span);
            }
            ItemKind::Block(block) => said.block(block),
            ItemKind::Error => said.name = "…".to_owned(),
        }
        for allow in &item.allows {
            let reason = allow.reason.as_ref().map_or("", |r| r.value.as_str());
            said.put(
                &format!("@allow({})", allow.code.text),
                format!("{reason:?}"),
                allow.span,
            );
        }
        said
    }

    fn put(&mut self, field: &str, text: String, span: Span) {
        let field = free(&self.fields, field.to_owned());
        self.places.push((field.clone(), span));
        self.fields.insert(field, text);
    }

    fn block(&mut self, block: &Block) {
        self.head = block.head_span;
        let at = block.head_span;
        match &block.head {
            Head::Declare {
                keyword,
                name,
                params,
                from,
            } => {
                self.name = format!("{} {}", keyword.text(), name.text);
                if !params.is_empty() {
                    let params: Vec<&str> = params.iter().map(|p| p.text.as_str()).collect();
                    self.put("parameters", params.join(", "), at);
                }
                if let Some(from) = from {
                    self.put("from", system(from), at);
                }
            }
            Head::Compare { subject, against } => {
                self.name = format!("compare {} with {}", system(subject), systems(against));
            }
            Head::Ablation { of } => self.name = format!("ablation of {}", system(of)),
            Head::Factorial { of } => self.name = format!("factorial of {}", system(of)),
            Head::Select { name, from } => {
                self.name = format!("select {}", name.text);
                self.put("from", systems(from), at);
            }
            Head::Decide {
                name,
                subject,
                against,
            } => match name {
                Some(name) => {
                    self.name = format!("decide {}", name.text);
                    self.put("for", system(subject), at);
                    self.put("against", system(against), at);
                }
                None => {
                    self.name =
                        format!("decide for {} against {}", system(subject), system(against));
                }
            },
            Head::Stop { subject, against } => {
                self.name = format!("stop for {} against {}", system(subject), system(against));
            }
            Head::Broken { word, .. } => self.name.clone_from(&word.text),
        }
        if let Some(body) = &block.body {
            self.body(body);
        }
    }

    fn body(&mut self, body: &Body) {
        let mut outcomes = Vec::new();
        for entry in &body.entries {
            match entry {
                Entry::Field(field) => self.field("", field),
                Entry::Rule(rule) => {
                    outcomes.push(rule.outcome.text.as_str());
                    let when = rule.when.as_ref().map_or("otherwise".to_owned(), |when| {
                        format!("when {}", expr(&settled(when)))
                    });
                    self.put(&format!("rule {}", rule.outcome.text), when, rule.span);
                }
                Entry::Error(span) => self.put("…", "…".to_owned(), *span),
            }
        }
        if outcomes.len() > 1 {
            let order = outcomes.join(", ");
            self.put(RULE_ORDER, order, body.span);
        }
    }

    fn field(&mut self, before: &str, field: &Field) {
        let name = format!("{before}{}", field.name.text);
        let record = field.value.record.as_ref();
        if let Some(shown) = &field.value.expr {
            self.put(&name, expr(&settled(shown)), field.span);
        } else if record.is_none_or(|r| r.entries.is_empty()) {
            self.put(&name, "{ }".to_owned(), field.span);
        }
        let Some(record) = record else { return };
        for entry in &record.entries {
            match entry {
                Entry::Field(inner) => self.field(&format!("{name}."), inner),
                Entry::Rule(_) | Entry::Error(_) => self.put(&name, "…".to_owned(), record.span),
            }
        }
        if field.name.text == "split" && shares(record) {
            let order: Vec<&str> = record.fields().map(|f| f.name.text.as_str()).collect();
            self.put(
                &format!("{name} in the order"),
                order.join(", "),
                field.span,
            );
        }
    }
}

/// Whether a split's parts are shares, dealt one after the other.
fn shares(record: &Body) -> bool {
    record.fields().any(|f| {
        let value = f.value.expr.as_ref().map(|e| &e.kind);
        matches!(value, Some(ExprKind::Quantity(_)))
    })
}

/// The expression with numbers and records written one way.
fn settled(e: &Expr) -> Expr {
    let mut e = e.clone();
    settle(&mut e);
    e
}

fn settle(e: &mut Expr) {
    match &mut e.kind {
        ExprKind::Quantity(q) => {
            q.digits = plain(&q.digits);
            // `0.1s` is `100ms`.
            if let Some(unit) = &mut q.unit
                && let Some((digits, word)) = settled_unit(q.number, &unit.text)
            {
                q.digits = digits;
                unit.text = word;
            }
        }
        ExprKind::List(items)
        | ExprKind::Call { args: items, .. }
        | ExprKind::Index { args: items, .. } => settle_args(items),
        ExprKind::Paren(inner)
        | ExprKind::Every { body: inner, .. }
        | ExprKind::Over { body: inner, .. }
        | ExprKind::Unary { operand: inner, .. } => settle(inner),
        ExprKind::By { args, body, .. } => {
            settle_args(args.as_mut().map_or(&mut [], |a| a.as_mut_slice()));
            settle(body);
        }
        ExprKind::Binary { left, right, .. } => {
            settle(left);
            settle(right);
        }
        ExprKind::Text(_) | ExprKind::Path(_) | ExprKind::Error => {}
    }
}

fn settle_args(items: &mut [Arg]) {
    for item in items {
        settle_value(&mut item.value);
    }
}

fn settle_value(value: &mut Value) {
    if let Some(e) = &mut value.expr {
        settle(e);
    }
    let Some(record) = &mut value.record else {
        return;
    };
    for entry in &mut record.entries {
        if let Entry::Field(field) = entry {
            settle_value(&mut field.value);
        }
    }
    record.entries.sort_by(|a, b| {
        let name = |e: &Entry| match e {
            Entry::Field(f) => Some(f.name.text.clone()),
            Entry::Rule(_) | Entry::Error(_) => None,
        };
        name(a).cmp(&name(b))
    });
}

/// `1_000` is `1000`, `0.50` is `0.5`, `1.0` is `1`.
fn plain(digits: &str) -> String {
    let digits = digits.replace('_', "");
    if !digits.contains('.') || digits.contains(['e', 'E']) {
        return digits;
    }
    digits
        .trim_end_matches('0')
        .trim_end_matches('.')
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax;
    use crate::text::FileId;

    fn of(text: &str) -> Meaning {
        let parsed = syntax::parse(FileId(0), text);
        assert!(parsed.errors.is_empty(), "{:?}", parsed.errors);
        meaning(&[Module {
            file: FileId(0),
            name: "p.bench".into(),
            ast: parsed.file.into(),
            files: BTreeMap::new(),
        }])
    }

    #[test]
    fn layout_comments_and_order_leave_no_trace() {
        let a = of(
            "# why\nuse std.classification.{accuracy, f1_macro}\n## docs\nbaseline a { train: d.train, tune: d.val { by: accuracy, trials: 2_0 } }\n\
             decide for b against a { ship when gain(accuracy) > 1.0pp\n hold otherwise }\n",
        );
        let b = of(
            "decide for b against a {\n  ship when gain(accuracy)>1pp\n  hold otherwise\n}\n\
             baseline a { tune: d.val { trials: 20, by: accuracy }\n train: d.train }\nuse std.classification.{f1_macro, accuracy}\n",
        );
        assert_eq!(a.text(), b.text());
        assert_eq!(a.items["baseline a"]["tune.trials"], "20");
        assert_eq!(
            a.items["decide for b against a"]["rule ship"],
            "when gain(accuracy) > 1pp"
        );
    }

    #[test]
    fn what_shapes_a_result_leaves_one() {
        let split =
            |parts: &str| of(&format!("dataset d {{ split: hash(id) {{ {parts} }} }}")).text();
        assert_ne!(
            split("train: 70%, test: 30%"),
            split("test: 30%, train: 70%")
        );
        let by_column =
            |parts: &str| of(&format!("dataset d {{ split: column(s) {{ {parts} }} }}")).text();
        assert_eq!(
            by_column("train: \"a\", test: \"b\""),
            by_column("test: \"b\", train: \"a\"")
        );
        let rules = |r: &str| of(&format!("decide for b against a {{ {r} }}")).text();
        assert_ne!(
            rules("x when gain(m) > 0\n y when gain(m) < 0"),
            rules("y when gain(m) < 0\n x when gain(m) > 0")
        );
    }

    #[test]
    fn equal_heads_are_told_apart_and_waivers_count() {
        let m = of(
            "compare b with a { on: d.val }\n@allow(U101, \"cheap\")\ncompare b with a { on: d.test }\n",
        );
        let names: Vec<&String> = m.items.keys().collect();
        assert_eq!(names, ["compare b with a", "compare b with a (2)"]);
        assert_eq!(m.items["compare b with a"]["@allow(U101)"], "\"cheap\"");
        assert!(m.place("compare b with a", Some("on")).is_some());
    }
}
