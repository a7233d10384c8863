//! `agreement:` of a judge: whom it is held against, by what, and on which rows.

use super::errors::HirError;
use super::model::*;
use super::natives;
use super::schema::FieldSpec;
use super::scope::{Def, Resolver};
use super::values::plain;
use crate::diagnostic::suggest;
use crate::syntax::ast::{self, ExprKind, Value};
use crate::text::Spanned;

const FIELDS: [FieldSpec; 3] = [
    FieldSpec::named("with"),
    FieldSpec::named("metric"),
    FieldSpec::named("rows"),
];

/// The natives that measure how far two raters agree.
const MEASURES: [&str; 6] = [
    "cohen_kappa",
    "krippendorff_alpha",
    "fleiss_kappa",
    "pearson",
    "spearman",
    "kendall_tau_b",
];

impl<'a> Resolver<'a> {
    /// `{ with: human, metric: cohen_kappa, rows: "judge/human.csv" }` of a judge.
    pub(super) fn agreement(&mut self, value: &'a Value, step: &Step) -> Option<Agreement> {
        let name = &step.common.name;
        if let Some(kind) = step.kind.as_ref().filter(|_| !step.is_judge()) {
            self.errors.push(HirError::NoJudge {
                step: name.clone(),
                kind: kind.value.clone(),
                span: value.span,
                declared: kind.span,
            });
            return None;
        }
        let Some(body) = value.record.as_ref().filter(|_| value.expr.is_none()) else {
            self.shape(
                "a record such as `{ with: human, metric: cohen_kappa, rows: \"human.csv\" }`",
                value,
            );
            return None;
        };
        let of = format!("`agreement:` of `{name}`");
        let fields = self.fields(&of, Some(body), &FIELDS);
        let with = fields
            .get("with")
            .and_then(|v| self.word("the column of the other rater, such as `human`", v));
        let by = fields.get("metric").and_then(|v| self.measure_of(v));
        let rows = fields.get("rows").and_then(|v| self.text(v));
        for (field, example) in [
            ("with", "with: human"),
            ("metric", "metric: cohen_kappa"),
            ("rows", "rows: \"judge/human.csv\""),
        ] {
            if fields.get(field).is_none() && !fields.broken {
                self.errors.push(HirError::Missing {
                    of: of.clone(),
                    field,
                    example,
                    span: value.span,
                    inside: value.span,
                });
            }
        }
        Some(Agreement {
            with: with?,
            by: by?,
            rows: rows?,
            span: value.span,
        })
    }

    /// A metric, or one of the natives that measure agreement.
    fn measure_of(&mut self, value: &'a Value) -> Option<Spanned<AgreementMeasure>> {
        let Some(ExprKind::Path(path)) = plain(value).map(|e| &e.kind) else {
            self.shape("a measure of agreement such as `cohen_kappa`", value);
            return None;
        };
        let is_metric = |d: Def| matches!(d, Def::Metric(_));
        match self
            .lookup(&path.names)
            .map(|(entry, rest)| (entry.def, rest.len()))
        {
            Some((Def::Metric(metric), 0)) => {
                let by = AgreementMeasure::Metric(metric);
                Some(Spanned::new(by, path.span))
            }
            Some(_) => {
                self.not_found("a metric", path, is_metric);
                None
            }
            None => self.native_measure(path),
        }
    }

    fn native_measure(&mut self, path: &ast::Path) -> Option<Spanned<AgreementMeasure>> {
        let text = path.text();
        let known = MEASURES.iter().find(|m| **m == text);
        if let Some(native) = known.and_then(|m| natives::native(m)) {
            let by = AgreementMeasure::Native(native.name);
            return Some(Spanned::new(by, path.span));
        }
        let metrics = self.names(|d| matches!(d, Def::Metric(_)));
        let near = suggest(
            &text,
            MEASURES
                .into_iter()
                .chain(metrics.iter().map(String::as_str)),
        );
        self.errors.push(HirError::UnknownName {
            wanted: "measure of agreement",
            near: near.map(str::to_string),
            name: text,
            span: path.span,
            legal: MEASURES.map(String::from).to_vec(),
        });
        None
    }
}
