//! Folds of a dataset, and what it says of its rows and columns for the checks.

use super::errors::HirError;
use super::model::*;
use super::scope::Resolver;
use super::values::{Fields, as_word, plain};
use crate::diagnostic::suggest;
use crate::syntax::ast::{self, ExprKind, Value};
use crate::text::Spanned;

/// Folds beyond this many are a slip.
const MOST_FOLDS: f64 = 10_000.0;
/// Repeats beyond this many are a slip.
const MOST_REPEATS: f64 = 1_000.0;

impl<'a> Resolver<'a> {
    /// `kfold(k: 5, seed: 1, of: train)` and its kin.
    pub(super) fn folds(&mut self, value: &'a Value, split: Option<&Split>) -> Option<Folds> {
        let wanted = "folds such as `kfold(k: 5, seed: 1, of: train)`";
        let Some(ast::Expr {
            kind: ExprKind::Call { path, args },
            span,
        }) = plain(value)
        else {
            self.shape(wanted, value);
            return None;
        };
        let columns: Vec<Spanned<String>> = args
            .iter()
            .filter(|a| a.name.is_none())
            .filter_map(|a| self.word("a column's name", &a.value))
            .collect();
        let rule = match (path.text().as_str(), columns.as_slice()) {
            ("kfold", []) => FoldRule::KFold,
            ("grouped", [column]) => FoldRule::Grouped(column.clone()),
            ("stratified", [_, ..]) => FoldRule::Stratified(columns),
            ("rolling", [column]) => FoldRule::Rolling(column.clone()),
            ("kfold" | "grouped" | "stratified" | "rolling", _) => {
                self.shape(fold_example(&path.text()), value);
                return None;
            }
            (other, _) => {
                self.errors.push(HirError::Choice {
                    word: other.to_string(),
                    span: path.span,
                    choices: ["kfold", "grouped", "stratified", "rolling"]
                        .map(String::from)
                        .to_vec(),
                });
                return None;
            }
        };
        let (mut k, mut seed, mut of, mut repeats) = (None, 0, None, 1);
        for arg in args {
            match arg.name.as_ref().map(|n| n.text.as_str()) {
                None => {}
                Some("k") => k = self.count(&arg.value, "a number of folds, at least 2", 2.0),
                Some("seed") if !matches!(rule, FoldRule::Rolling(_)) => {
                    // Seeds are whole and at most 1e15, so the cast is exact.
                    seed = self
                        .count(&arg.value, "a seed", 0.0)
                        .map_or(0, |s| s.value as u64);
                }
                Some("repeats") if !matches!(rule, FoldRule::Rolling(_)) => {
                    repeats = self.repeats(&arg.value)?;
                }
                Some("of") => of = self.fold_rows(&arg.value, split),
                Some(_) => self.fold_argument(arg, &rule),
            }
        }
        let Some(k) = k else {
            if !args
                .iter()
                .any(|a| a.name.as_ref().is_some_and(|n| n.text == "k"))
            {
                self.shape(fold_example(&path.text()), value);
            }
            return None;
        };
        if k.value > MOST_FOLDS {
            self.errors.push(HirError::Range {
                message: format!("{} folds are too many", k.value),
                span: k.span,
                help: "5 or 10 are usual; as many as there are rows is leave-one-out".into(),
            });
            return None;
        }
        Some(Folds {
            rule,
            // Whole and at most 10,000, so the cast is exact.
            k: k.value as u32,
            seed,
            repeats,
            of,
            span: *span,
        })
    }

    /// How often all rows are dealt.
    fn repeats(&mut self, value: &'a Value) -> Option<u32> {
        let n = self.count(value, "a number of repeats, at least 1", 1.0)?;
        if n.value > MOST_REPEATS {
            self.errors.push(HirError::Range {
                message: format!("{} repeats are too many", n.value),
                span: n.span,
                help: "10 repeats of 10 folds are usual".into(),
            });
            return None;
        }
        // Whole and at most 1,000, so the cast is exact.
        Some(n.value as u32)
    }

    fn fold_argument(&mut self, arg: &'a ast::Arg, rule: &FoldRule) {
        let Some(name) = &arg.name else { return };
        let legal: &[&str] = match rule {
            FoldRule::Rolling(_) => &["k", "of"],
            FoldRule::KFold | FoldRule::Grouped(_) | FoldRule::Stratified(_) => {
                &["k", "seed", "repeats", "of"]
            }
        };
        self.errors.push(HirError::UnknownField {
            of: "folds".into(),
            name: name.text.clone(),
            span: name.span,
            near: suggest(&name.text, legal.iter().copied()).map(str::to_string),
            legal: legal.iter().map(ToString::to_string).collect(),
        });
    }

    /// The partition that is cut into folds.
    fn fold_rows(&mut self, value: &'a Value, split: Option<&Split>) -> Option<Spanned<String>> {
        let word = self.word("a partition, such as `train`", value)?;
        let parts = split.map_or(&[][..], |s| &s.parts);
        // Without a record the column's values name the partitions.
        let unchecked = split.is_some() && parts.is_empty();
        if !unchecked && !parts.iter().any(|(n, _)| n.value == word.value) {
            let legal: Vec<String> = parts.iter().map(|(n, _)| n.value.clone()).collect();
            self.errors.push(HirError::UnknownName {
                wanted: "partition",
                near: suggest(&word.value, legal.iter().map(String::as_str)).map(str::to_string),
                name: word.value,
                span: word.span,
                legal: if legal.is_empty() {
                    vec!["none: the dataset declares no `split:`".into()]
                } else {
                    legal
                },
            });
            return None;
        }
        Some(word)
    }

    /// `columns:`, `rows:` and `clusters:`, and that no partition takes the name of the folds.
    pub(super) fn dataset_facts(&mut self, d: &mut Dataset, fields: &Fields<'a>) {
        if let Some(value) = fields.get("columns") {
            d.columns = self.column_facts(value);
        }
        d.rows = fields.get("rows").and_then(|v| self.declared_rows(v));
        d.clusters = fields
            .get("clusters")
            .and_then(|v| self.count(v, "a number of clusters", 1.0));
        let parts = d.split.iter().flat_map(|s| &s.parts);
        let taken = parts.map(|(name, _)| name).find(|n| n.value == FOLDS);
        if let (Some(folds), Some(taken)) = (&d.folds, taken) {
            self.errors.push(HirError::Twice {
                what: "partition",
                name: taken.value.clone(),
                first: folds.span,
                second: taken.span,
            });
        }
    }

    fn column_facts(&mut self, value: &'a Value) -> Vec<ColumnFact> {
        let Some(body) = value.record.as_ref().filter(|_| value.expr.is_none()) else {
            self.shape(
                "columns such as `{ discharge_code: { known: after_outcome } }`",
                value,
            );
            return Vec::new();
        };
        let mut facts: Vec<ColumnFact> = Vec::new();
        for field in body.fields() {
            let name = Spanned::new(field.name.text.clone(), field.name.span);
            if let Some(first) = facts.iter().find(|f| f.name.value == name.value) {
                self.errors.push(HirError::Twice {
                    what: "column",
                    name: name.value,
                    first: first.name.span,
                    second: name.span,
                });
                continue;
            }
            facts.extend(self.column_fact(name, &field.value));
        }
        facts
    }

    fn column_fact(&mut self, name: Spanned<String>, value: &'a Value) -> Option<ColumnFact> {
        let Some(body) = value.record.as_ref().filter(|_| value.expr.is_none()) else {
            self.shape(
                "what is known of the column, such as `{ known: after_outcome }`",
                value,
            );
            return None;
        };
        let mut fact = ColumnFact {
            name,
            known: None,
            derived_from: Vec::new(),
        };
        for field in body.fields() {
            match field.name.text.as_str() {
                "known" => {
                    let choices = [
                        ("before_outcome", Known::Before),
                        ("after_outcome", Known::After),
                    ];
                    fact.known = self.choice(&field.value, &choices);
                }
                "derived_from" => {
                    fact.derived_from = self.words("a column's name", &field.value);
                }
                other => self.errors.push(HirError::UnknownField {
                    of: format!("column `{}`", fact.name.value),
                    name: other.to_string(),
                    span: field.name.span,
                    near: suggest(other, ["known", "derived_from"]).map(str::to_string),
                    legal: ["known", "derived_from"].map(String::from).to_vec(),
                }),
            }
        }
        Some(fact)
    }

    /// `30_000`, `unknown`, or `{ train: 20_000, test: 10_000 }`.
    fn declared_rows(&mut self, value: &'a Value) -> Option<Rows> {
        let word = plain(value).and_then(as_word);
        if let Some(word) = word.filter(|w| w.value == "unknown") {
            return Some(Rows::Unknown(word.span));
        }
        let Some(body) = value.record.as_ref().filter(|_| value.expr.is_none()) else {
            return self
                .count(value, "a number of rows, or `unknown`", 0.0)
                .map(Rows::All);
        };
        let mut parts = Vec::new();
        for field in body.fields() {
            let name = Spanned::new(field.name.text.clone(), field.name.span);
            if let Some(n) = self.count(&field.value, "a number of rows", 0.0) {
                parts.push((name, n));
            }
        }
        Some(Rows::Parts(parts))
    }
}

fn fold_example(rule: &str) -> &'static str {
    match rule {
        "grouped" => "folds by a column, such as `grouped(author, k: 5, seed: 1, of: train)`",
        "stratified" => {
            "folds within a column, such as `stratified(label, k: 5, seed: 1, of: train)`"
        }
        "rolling" => "folds by time, such as `rolling(written_at, k: 5, of: train)`",
        _ => "a number of folds, such as `kfold(k: 5, seed: 1, of: train)`",
    }
}
