//! Reading values: fields of a body, words, texts, numbers with units, references.

use super::errors::HirError;
use super::model::*;
use super::schema::FieldSpec;
use super::scope::{Def, Resolver, Source};
use super::show;
use crate::diagnostic::suggest;
use crate::syntax::ast::{self, BinaryOp, Body, Expr, ExprKind, Field, UnaryOp, Value};
use crate::text::Spanned;
use crate::types::{Measure, UnitError, known_words, parse_unit};
use std::collections::BTreeMap;

/// The fields of one body, by name.
pub(super) struct Fields<'a> {
    map: BTreeMap<&'a str, &'a Field>,
    /// Some entry could not be read.
    pub(super) broken: bool,
}

impl<'a> Fields<'a> {
    /// The value of a field, if it is there.
    pub(super) fn get(&self, name: &str) -> Option<&'a Value> {
        self.map.get(name).map(|f| &f.value)
    }

    /// The whole field, if it is there.
    pub(super) fn field(&self, name: &str) -> Option<&'a Field> {
        self.map.get(name).copied()
    }
}

impl<'a> Resolver<'a> {
    /// The fields of a body, with doubles and unknown ones reported.
    pub(super) fn fields(
        &mut self,
        of: &str,
        body: Option<&'a Body>,
        legal: &[FieldSpec],
    ) -> Fields<'a> {
        let mut map: BTreeMap<&str, &Field> = BTreeMap::new();
        let broken = body.is_none_or(|b| b.has_error() || !b.closed);
        let unclosed = body.is_some_and(|b| !b.closed);
        for field in body.into_iter().flat_map(Body::fields) {
            let name = field.name.text.as_str();
            if let Some(first) = map.get(name) {
                self.errors.push(HirError::Twice {
                    what: "field",
                    name: name.to_string(),
                    first: first.name.span,
                    second: field.name.span,
                });
            } else if legal.iter().any(|f| f.name == name) {
                map.insert(name, field);
            } else if !unclosed {
                // In a body that lost its brace the field may belong to something else.
                let free = || legal.iter().map(|f| f.name);
                self.errors.push(HirError::UnknownField {
                    of: of.to_string(),
                    name: name.to_string(),
                    span: field.name.span,
                    near: suggest(name, free()).map(str::to_string),
                    legal: free().map(str::to_string).collect(),
                });
            }
        }
        Fields { map, broken }
    }

    /// Name, place and docs of an item.
    pub(super) fn common(&self, source: Source<'a>, name: &ast::Name, broken: bool) -> Common {
        Common {
            name: name.text.clone(),
            name_span: name.span,
            span: source.item.span,
            docs: source
                .item
                .docs
                .iter()
                .map(|d| d.text.as_str())
                .collect::<Vec<_>>()
                .join("\n"),
            broken: broken || matches!(source.block.head, ast::Head::Broken { .. }),
        }
    }

    pub(super) fn shape(&mut self, wanted: impl Into<String>, found: &Value) {
        if contains_error(found) {
            return;
        }
        self.errors.push(HirError::Shape {
            wanted: wanted.into(),
            found: describe(found),
            span: found.span,
        });
    }

    pub(super) fn missing(
        &mut self,
        common: &Common,
        keyword: &str,
        field: &'static str,
        example: &'static str,
    ) {
        if !common.broken {
            self.errors.push(HirError::Missing {
                of: format!("{keyword} `{}`", common.name),
                field,
                example,
                span: common.name_span,
                inside: common.span,
            });
        }
    }

    /// A text in quotes.
    pub(super) fn text(&mut self, value: &'a Value) -> Option<Spanned<String>> {
        match plain(value) {
            Some(Expr {
                kind: ExprKind::Text(t),
                ..
            }) => Some(Spanned::new(t.value.clone(), t.span)),
            _ => {
                self.shape("a text in quotes", value);
                None
            }
        }
    }

    /// A text in quotes, with its raw form.
    pub(super) fn literal(&mut self, value: &'a Value) -> Option<&'a ast::Text> {
        match value.expr.as_ref().map(|e| &e.kind) {
            Some(ExprKind::Text(t)) => Some(t),
            _ => {
                self.shape("a text in quotes", value);
                None
            }
        }
    }

    /// A word: a single name, or a name in quotes.
    pub(super) fn word(&mut self, wanted: &str, value: &'a Value) -> Option<Spanned<String>> {
        let found = plain(value).and_then(as_word);
        if found.is_none() {
            self.shape(wanted, value);
        }
        found
    }

    /// One word or a list of them.
    pub(super) fn words(&mut self, wanted: &str, value: &'a Value) -> Vec<Spanned<String>> {
        self.items(value)
            .into_iter()
            .filter_map(|v| self.word(wanted, v))
            .collect()
    }

    /// One text or a list of them.
    pub(super) fn texts(&mut self, value: &'a Value) -> Vec<Spanned<String>> {
        self.items(value)
            .into_iter()
            .filter_map(|v| self.text(v))
            .collect()
    }

    /// One of a few words.
    pub(super) fn choice<T: Copy>(
        &mut self,
        value: &'a Value,
        choices: &[(&str, T)],
    ) -> Option<Spanned<T>> {
        let names: Vec<&str> = choices.iter().map(|c| c.0).collect();
        let word = self.word(&format!("one of {}", names.join(", ")), value)?;
        match choices.iter().find(|c| c.0 == word.value) {
            Some(&(_, t)) => Some(Spanned::new(t, word.span)),
            None => {
                self.errors.push(HirError::Choice {
                    word: word.value,
                    span: word.span,
                    choices: names.iter().map(ToString::to_string).collect(),
                });
                None
            }
        }
    }

    /// `yes`/`no`, also `on`/`off` and `true`/`false`.
    pub(super) fn yes_no(&mut self, value: &'a Value) -> Option<Spanned<bool>> {
        self.choice(
            value,
            &[
                ("yes", true),
                ("no", false),
                ("on", true),
                ("off", false),
                ("true", true),
                ("false", false),
            ],
        )
    }

    /// The elements of a list, or the value itself.
    pub(super) fn items(&mut self, value: &'a Value) -> Vec<&'a Value> {
        match plain(value).map(|e| &e.kind) {
            Some(ExprKind::List(args)) => args.iter().map(|a| &a.value).collect(),
            _ => vec![value],
        }
    }

    /// A number, canonical, with what it measures.
    pub(super) fn quantity(&mut self, e: &Expr) -> Option<(f64, Measure)> {
        match &e.kind {
            ExprKind::Quantity(q) => match &q.unit {
                None => Some((q.number, Measure::Number)),
                Some(unit) => {
                    let unit = self.unit(unit)?;
                    Some((unit.canonical(q.number), unit.measure))
                }
            },
            ExprKind::Unary {
                op: UnaryOp::Neg,
                operand,
            } => self.quantity(operand).map(|(n, m)| (-n, m)),
            ExprKind::Paren(inner) => self.quantity(inner),
            _ => None,
        }
    }

    /// A unit word.
    pub(super) fn unit(&mut self, unit: &ast::Name) -> Option<crate::types::Unit> {
        match parse_unit(&unit.text) {
            Ok(unit) => Some(unit),
            Err(UnitError::Unknown(word) | UnitError::NoRate(word)) => {
                let near = suggest(&word, known_words()).map(str::to_string);
                self.errors.push(HirError::UnknownUnit {
                    unit: word,
                    span: unit.span,
                    near,
                });
                None
            }
        }
    }

    /// A number that measures one of `wanted`, within `range`.
    pub(super) fn number(
        &mut self,
        value: &'a Value,
        what: &str,
        wanted: &[Measure],
        range: std::ops::RangeInclusive<f64>,
    ) -> Option<Spanned<f64>> {
        let known = plain(value).is_some_and(is_number);
        if !known {
            self.shape(what, value);
            return None;
        }
        let (number, measure) = plain(value).and_then(|e| self.quantity(e))?;
        if !wanted.contains(&measure) {
            let should = wanted.first().map(ToString::to_string).unwrap_or_default();
            self.errors.push(HirError::Units {
                message: format!("{what} is needed here, and this is {measure}"),
                sides: vec![(value.span, measure.to_string())],
                help: format!("write {should}"),
                fix: None,
            });
            return None;
        }
        if !range.contains(&number) {
            self.errors.push(HirError::Range {
                message: format!("{what} is needed here, not `{}`", show::value(value)),
                span: value.span,
                help: format!("write {what}"),
            });
            return None;
        }
        Some(Spanned::new(number, value.span))
    }

    /// A whole number of at least `least`.
    pub(super) fn count(
        &mut self,
        value: &'a Value,
        what: &str,
        least: f64,
    ) -> Option<Spanned<f64>> {
        let n = self.number(value, what, &[Measure::Number], least..=1e15)?;
        if n.value.fract() == 0.0 {
            return Some(n);
        }
        self.errors.push(HirError::Range {
            message: format!("{what} is a whole number, and this is not"),
            span: value.span,
            help: "write a whole number".into(),
        });
        None
    }

    /// A share between 0 and 1, written in %.
    pub(super) fn share(&mut self, value: &'a Value, what: &str) -> Option<Spanned<f64>> {
        self.number(value, what, &[Measure::Ratio, Measure::Number], 0.0..=1.0)
    }

    /// One data reference or a list of them.
    pub(super) fn data_uses(&mut self, value: &'a Value) -> Vec<DataUse> {
        self.items(value)
            .into_iter()
            .filter_map(|v| match v.expr.as_ref().map(|e| &e.kind) {
                Some(ExprKind::Path(path)) => self.data_use(path),
                _ => {
                    self.shape("data such as `reviews.train`", v);
                    None
                }
            })
            .collect()
    }

    /// A dataset or one of its partitions.
    pub(super) fn data_use(&mut self, path: &ast::Path) -> Option<DataUse> {
        let is_data = |d: Def| matches!(d, Def::Dataset(_));
        let Some((entry, rest)) = self.lookup(&path.names) else {
            self.not_found("a dataset", path, is_data);
            return None;
        };
        let Def::Dataset(dataset) = entry.def else {
            self.not_found("a dataset", path, is_data);
            return None;
        };
        let part = match rest {
            [] => None,
            [part] if part.text.is_empty() => return None,
            [part] => Some(part),
            [_, extra, ..] => {
                self.errors.push(HirError::Shape {
                    wanted: "a partition such as `reviews.train`".into(),
                    found: format!("`{}`", path.text()),
                    span: extra.span,
                });
                return None;
            }
        };
        if let Some(part) = part {
            self.check_part(dataset, part)?;
        }
        Some(DataUse {
            data: DataRef {
                dataset,
                part: part.map(|p| p.text.clone()),
            },
            span: path.span,
        })
    }

    fn check_part(&mut self, dataset: Id<Dataset>, part: &ast::Name) -> Option<()> {
        let data = &self.plan.datasets[dataset];
        if part.text == FOLDS && data.folds.is_some() {
            return Some(());
        }
        let legal: Vec<String> = match &data.split {
            None if data.common.broken => return Some(()),
            None => Vec::new(),
            // Without a record the column's values name the partitions.
            Some(split) if split.parts.is_empty() => return Some(()),
            Some(split) => {
                let named = split.parts.iter().find(|p| p.0.value == part.text);
                if let Some((name, _)) = named {
                    self.used(part.span, name.span);
                    return Some(());
                }
                split.parts.iter().map(|p| p.0.value.clone()).collect()
            }
        };
        let near = suggest(&part.text, legal.iter().map(String::as_str)).map(str::to_string);
        self.errors.push(HirError::UnknownName {
            wanted: "partition",
            name: format!("{}.{}", data.common.name, part.text),
            span: part.span,
            near,
            legal: if legal.is_empty() {
                vec!["none: the dataset declares no `split:`".into()]
            } else {
                legal
            },
        });
        None
    }

    /// Names of one kind: a single one, or a list.
    pub(super) fn refs<T>(
        &mut self,
        value: &'a Value,
        wanted: &'static str,
        pick: impl Fn(Def) -> Option<T> + Copy,
    ) -> Vec<Spanned<T>> {
        self.items(value)
            .into_iter()
            .filter_map(|v| self.reference(v, wanted, pick))
            .collect()
    }

    /// A name of one kind.
    pub(super) fn reference<T>(
        &mut self,
        value: &'a Value,
        wanted: &'static str,
        pick: impl Fn(Def) -> Option<T> + Copy,
    ) -> Option<Spanned<T>> {
        let Some(ExprKind::Path(path)) = plain(value).map(|e| &e.kind) else {
            self.shape(format!("the name of {wanted}"), value);
            return None;
        };
        let found = self
            .lookup(&path.names)
            .filter(|(_, rest)| rest.is_empty())
            .and_then(|(entry, _)| pick(entry.def));
        if found.is_none() {
            self.not_found(wanted, path, |d| pick(d).is_some());
        }
        found.map(|t| Spanned::new(t, path.span))
    }

    /// A record as canonical text by field.
    pub(super) fn text_record(&mut self, value: &'a Value) -> BTreeMap<String, Spanned<String>> {
        let Some(body) = &value.record else {
            self.shape("a record such as `{ epochs: 5 }`", value);
            return BTreeMap::new();
        };
        body.fields()
            .map(|f| {
                let text = Spanned::new(show::value(&f.value), f.span);
                (f.name.text.clone(), text)
            })
            .collect()
    }
}

/// The expression of a value without a record.
pub(super) fn plain(value: &Value) -> Option<&Expr> {
    value.expr.as_ref().filter(|_| value.record.is_none())
}

/// A single name or a text.
pub(super) fn as_word(e: &Expr) -> Option<Spanned<String>> {
    match &e.kind {
        ExprKind::Path(p) => p.single().map(|n| Spanned::new(n.text.clone(), n.span)),
        ExprKind::Text(t) => Some(Spanned::new(t.value.clone(), t.span)),
        ExprKind::Quantity(q) if q.unit.is_none() => {
            Some(Spanned::new(q.digits.replace('_', ""), e.span))
        }
        _ => None,
    }
}

/// A unit where no number stands before it: `ms`, `tokens/s`, `"%"`, and `1/s` of what is only counted.
pub(super) fn as_unit(e: &Expr) -> Option<Spanned<String>> {
    let text = match &e.kind {
        ExprKind::Path(p) => p.single()?.text.clone(),
        ExprKind::Text(t) => t.value.clone(),
        ExprKind::Binary {
            op: BinaryOp::Div,
            left,
            right,
            ..
        } => match (&left.kind, &right.kind) {
            (ExprKind::Path(above), ExprKind::Path(below)) => {
                format!("{}/{}", above.single()?.text, below.single()?.text)
            }
            _ => return None,
        },
        ExprKind::Quantity(q) => {
            let unit = q.unit.as_ref().filter(|u| u.text.starts_with('/'))?;
            (q.digits == "1").then(|| unit.text.clone())?
        }
        _ => return None,
    };
    Some(Spanned::new(text, e.span))
}

pub(super) fn is_number(e: &Expr) -> bool {
    match &e.kind {
        ExprKind::Quantity(_) => true,
        ExprKind::Unary {
            op: UnaryOp::Neg,
            operand,
        } => is_number(operand),
        ExprKind::Paren(inner) => is_number(inner),
        _ => false,
    }
}

fn contains_error(value: &Value) -> bool {
    match &value.expr {
        Some(e) => matches!(e.kind, ExprKind::Error),
        None => value.record.is_none(),
    }
}

/// A value as people would call it.
fn describe(value: &Value) -> String {
    match (&value.expr, &value.record) {
        (None, _) => "a record".into(),
        (Some(_), Some(_)) => "a value with a record".into(),
        (Some(e), None) => match &e.kind {
            ExprKind::Quantity(_) => format!("the number `{}`", show::expr(e)),
            ExprKind::Text(_) => "a text in quotes".into(),
            ExprKind::Path(p) => format!("the name `{}`", p.text()),
            ExprKind::List(_) => "a list".into(),
            ExprKind::Call { path, .. } => format!("`{}(…)`", path.text()),
            ExprKind::Index { path, .. } => format!("`{}[…]`", path.text()),
            ExprKind::Paren(_)
            | ExprKind::Every { .. }
            | ExprKind::Over { .. }
            | ExprKind::By { .. }
            | ExprKind::Binary { .. }
            | ExprKind::Unary { .. } => "an expression".into(),
            ExprKind::Error => "nothing".into(),
        },
    }
}
