//! Datasets: columns, label, split and relations.

use super::errors::HirError;
use super::model::*;
use super::schema::FieldSpec;
use super::scope::{Def, Resolver};
use super::show;
use super::values::{Fields, as_unit, as_word, plain};
use crate::syntax::ast::{self, BinaryOp, Expr, ExprKind, Value};
use crate::text::{Span, Spanned};
use std::collections::BTreeMap;

impl<'a> Resolver<'a> {
    pub(super) fn dataset_item(&mut self, common: Common, fields: &Fields<'a>) -> Dataset {
        let mut d = Dataset::default();
        let column = "a column's name";
        for (name, slot) in [
            ("id", &mut d.id),
            ("positive", &mut d.positive),
            ("group", &mut d.group),
            ("cluster", &mut d.cluster),
            ("time", &mut d.time),
            ("text", &mut d.text),
            ("weight", &mut d.weight),
        ] {
            *slot = fields.get(name).and_then(|v| self.word(column, v));
        }
        for (name, slot) in [
            ("source", &mut d.source),
            ("version", &mut d.version),
            ("sha256", &mut d.sha256),
        ] {
            *slot = fields.get(name).and_then(|v| self.text(v));
        }
        for (name, slot) in [
            ("released", &mut d.released),
            ("cutoff", &mut d.cutoff),
            ("license", &mut d.license),
        ] {
            *slot = fields.get(name).and_then(|v| self.text(v));
        }
        if let Some(value) = fields.get("strata") {
            d.strata = self.words(column, value);
        }
        d.label = fields.get("label").and_then(|v| self.label(v));
        d.items = fields.get("items").and_then(|v| self.item_table(v));
        d.split = fields.get("split").and_then(|v| self.split(v));
        d.folds = fields
            .get("folds")
            .and_then(|v| self.folds(v, d.split.as_ref()));
        self.dataset_facts(&mut d, fields);
        self.check_sha(d.sha256.as_ref());
        self.check_positive(&d);
        d.common = common;
        // A dataset without rows of its own (a corpus somebody else trained on) needs no source.
        let is_corpus = d.label.is_none() && d.split.is_none();
        if d.source.is_none() && !is_corpus && fields.get("source").is_none() {
            self.missing(&d.common, "dataset", "source", "source: \"data.csv\"");
        }
        d
    }

    /// `"items.csv" { id: item, interactions: plays, features: [tempo, energy] }`
    fn item_table(&mut self, value: &'a Value) -> Option<ItemTable> {
        let source = self.literal(value)?;
        let legal = ["id", "interactions", "features"].map(FieldSpec::named);
        let fields = self.fields("`items:`", value.record.as_ref(), &legal);
        let column = "a column's name";
        let interactions = fields.get("interactions");
        let id = fields.get("id").and_then(|v| self.word(column, v));
        let features = fields.get("features").map(|v| self.words(column, v));
        Some(ItemTable {
            source: Spanned::new(source.value.clone(), source.span),
            id: id.unwrap_or_else(|| Spanned::new("id".into(), source.span)),
            interactions: interactions.and_then(|v| self.word(column, v)),
            features: features.unwrap_or_default(),
        })
    }

    pub(super) fn check_sha(&mut self, sha: Option<&Spanned<String>>) {
        let Some(sha) = sha else { return };
        let whole = sha.value.len() == 64 && sha.value.bytes().all(|b| b.is_ascii_hexdigit());
        if !whole {
            self.errors.push(HirError::Range {
                message: format!(
                    "`{}` is no SHA-256: it has 64 hexadecimal digits",
                    sha.value
                ),
                span: sha.span,
                help: "write what `sha256sum FILE` prints, or leave the field out".into(),
            });
        }
    }

    pub(super) fn check_positive(&mut self, d: &Dataset) {
        let (Some(positive), Some(label)) = (&d.positive, &d.label) else {
            return;
        };
        let classes: Vec<String> = label.classes.iter().map(|c| c.value.clone()).collect();
        if !classes.is_empty() && !classes.contains(&positive.value) {
            self.errors.push(HirError::Choice {
                word: positive.value.clone(),
                span: positive.span,
                choices: classes,
            });
        }
    }

    /// `column`, `column in [neg, pos]`, `column in 0..9`, `column in [no: 97%, yes: 3%]`, `column in USD`.
    pub(super) fn label(&mut self, value: &'a Value) -> Option<Label> {
        let wanted = "a label such as `sentiment in [neg, pos]`";
        let e = plain(value);
        let (column, classes) = match e.map(|e| &e.kind) {
            Some(ExprKind::Binary {
                op: BinaryOp::In,
                left,
                right,
                ..
            }) => (as_word(left), Some(right.as_ref())),
            Some(_) => (e.and_then(as_word), None),
            None => (None, None),
        };
        let Some(column) = column else {
            self.shape(wanted, value);
            return None;
        };
        let mut label = Label {
            column,
            classes: Vec::new(),
            shares: BTreeMap::new(),
            unit: None,
        };
        if let Some(classes) = classes {
            self.classes(classes, &mut label);
        }
        Some(label)
    }

    pub(super) fn classes(&mut self, e: &'a Expr, label: &mut Label) {
        match &e.kind {
            ExprKind::List(args) => {
                for arg in args {
                    self.class(arg, label);
                }
            }
            ExprKind::Binary {
                op: BinaryOp::Range,
                left,
                right,
                ..
            } => self.class_range(left, right, e.span, label),
            ExprKind::Path(_)
            | ExprKind::Quantity(_)
            | ExprKind::Binary {
                op: BinaryOp::Div, ..
            } if as_unit(e).is_some() => {
                let name = as_unit(e).map(|unit| ast::Name {
                    text: unit.value,
                    span: unit.span,
                });
                label.unit = name.and_then(|n| self.unit(&n)).map(|u| LabelUnit {
                    factor: u.canonical(1.0),
                    measure: u.measure,
                });
            }
            ExprKind::Error => {}
            _ => self.errors.push(HirError::Shape {
                wanted: "classes such as `[neg, pos]` or `0..9`".into(),
                found: format!("`{}`", show::expr(e)),
                span: e.span,
            }),
        }
    }

    pub(super) fn class(&mut self, arg: &'a ast::Arg, label: &mut Label) {
        let class = match &arg.name {
            Some(name) => {
                if let Some(share) = self.share(&arg.value, "a share such as `97%`") {
                    label.shares.insert(name.text.clone(), share.value);
                }
                Some(Spanned::new(name.text.clone(), name.span))
            }
            None => self.word("a class", &arg.value),
        };
        let Some(class) = class else { return };
        match label.classes.iter().find(|c| c.value == class.value) {
            Some(first) => self.errors.push(HirError::Twice {
                what: "class",
                name: class.value,
                first: first.span,
                second: class.span,
            }),
            None => label.classes.push(class),
        }
    }

    pub(super) fn class_range(&mut self, low: &Expr, high: &Expr, span: Span, label: &mut Label) {
        let whole = |e: &Expr| match &e.kind {
            ExprKind::Quantity(q) if q.unit.is_none() && q.number.fract() == 0.0 => Some(q.number),
            _ => None,
        };
        match (whole(low), whole(high)) {
            (Some(a), Some(b)) if a < b && b - a < 10_000.0 => {
                // Both are whole and small, so the cast is exact.
                label.classes = (a as u64..=b as u64)
                    .map(|n| Spanned::new(n.to_string(), span))
                    .collect();
            }
            _ => self.errors.push(HirError::Range {
                message: "classes from a range need two whole numbers, the lower one first".into(),
                span,
                help: "write a range such as `0..9`".into(),
            }),
        }
    }

    pub(super) fn split(&mut self, value: &'a Value) -> Option<Split> {
        let wanted = "a split such as `column(split) { train: \"train\", test: \"test\" }`";
        let Some(Expr {
            kind: ExprKind::Call { path, args },
            span,
        }) = &value.expr
        else {
            self.shape(wanted, value);
            return None;
        };
        let first = args.iter().find(|a| a.name.is_none());
        let column = first.and_then(|a| plain(&a.value)).and_then(as_word);
        let Some(column) = column else {
            self.shape(wanted, value);
            return None;
        };
        let named = |n: &str| {
            args.iter()
                .find(|a| a.name.as_ref().is_some_and(|x| x.text == n))
        };
        let rule = match path.text().as_str() {
            "column" => SplitRule::Column(column),
            "before" => SplitRule::Before(column),
            "all" => SplitRule::All(column),
            "hash" => {
                let seed = named("seed").and_then(|a| self.count(&a.value, "a seed", 0.0));
                SplitRule::Hash {
                    column,
                    // Seeds are whole and at most 1e15, so the cast is exact.
                    seed: seed.map_or(0, |s| s.value as u64),
                }
            }
            _ => {
                self.errors.push(HirError::Choice {
                    word: path.text(),
                    span: path.span,
                    choices: ["column", "hash", "before", "all"]
                        .map(String::from)
                        .to_vec(),
                });
                return None;
            }
        };
        let parts = self.parts(&rule, value);
        if matches!(rule, SplitRule::Hash { .. } | SplitRule::Before(_))
            && parts.is_empty()
            && value.record.is_none()
        {
            self.shape(
                "partitions such as `{ train: 80%, test: 20% }` after the split",
                value,
            );
        }
        Some(Split {
            rule,
            parts,
            span: *span,
        })
    }

    pub(super) fn parts(
        &mut self,
        rule: &SplitRule,
        value: &'a Value,
    ) -> Vec<(Spanned<String>, Take)> {
        if let SplitRule::All(name) = rule {
            return vec![(name.clone(), Take::Rest)];
        }
        let Some(body) = &value.record else {
            return Vec::new();
        };
        let mut parts: Vec<(Spanned<String>, Take)> = Vec::new();
        for field in body.fields() {
            let name = Spanned::new(field.name.text.clone(), field.name.span);
            if let Some((first, _)) = parts.iter().find(|p| p.0.value == name.value) {
                self.errors.push(HirError::Twice {
                    what: "partition",
                    name: name.value,
                    first: first.span,
                    second: name.span,
                });
                continue;
            }
            if let Some(take) = self.take(rule, &field.value) {
                parts.push((name, take));
            }
        }
        self.check_shares(rule, &parts, value.span);
        parts
    }

    pub(super) fn take(&mut self, rule: &SplitRule, value: &'a Value) -> Option<Take> {
        let word = plain(value).and_then(as_word);
        if word.as_ref().is_some_and(|w| w.value == "rest") && !matches!(rule, SplitRule::Column(_))
        {
            return Some(Take::Rest);
        }
        match rule {
            SplitRule::Column(_) => self
                .word("a value of the column", value)
                .map(|w| Take::Value(w.value)),
            SplitRule::Before(_) => self.text(value).map(|t| Take::Before(t.value)),
            SplitRule::Hash { .. } => self
                .share(value, "a share such as `70%`")
                .map(|s| Take::Share(s.value)),
            SplitRule::All(_) => None,
        }
    }

    pub(super) fn check_shares(
        &mut self,
        rule: &SplitRule,
        parts: &[(Spanned<String>, Take)],
        span: Span,
    ) {
        if !matches!(rule, SplitRule::Hash { .. }) {
            return;
        }
        let sum: f64 = parts
            .iter()
            .map(|(_, take)| match take {
                Take::Share(s) => *s,
                Take::Value(_) | Take::Before(_) | Take::Rest => 0.0,
            })
            .sum();
        let rest = parts.iter().any(|(_, take)| *take == Take::Rest);
        if sum > 1.0 + 1e-9 || (!rest && !parts.is_empty() && sum < 1.0 - 1e-9) {
            self.errors.push(HirError::Range {
                message: format!("the shares add up to {} %", (sum * 1e4).round() / 1e2),
                span,
                help: "let them add up to 100 %, or to less with a `rest`".into(),
            });
        }
    }

    pub(super) fn dataset_relations(&mut self, id: Id<Dataset>, fields: &Fields<'a>) {
        let dataset = |d: Def| match d {
            Def::Dataset(d) => Some(d),
            _ => None,
        };
        if let Some(value) = fields.get("derived_from") {
            self.plan.datasets[id].derived_from = self.data_uses(value);
        }
        if let Some(value) = fields.get("overlaps") {
            self.plan.datasets[id].overlaps = self.refs(value, "a dataset", dataset);
        }
        if let Some(value) = fields.get("disjoint_from") {
            self.plan.datasets[id].disjoint_from = self.data_uses(value);
        }
    }
}
