//! Metrics where they are asked for, with their arguments.

use super::errors::HirError;
use super::formula::Cell;
use super::inside::Inside;
use super::model::*;
use super::scope::{Def, Resolver};
use super::show;
use super::values::{as_word, plain};
use crate::syntax::ast::{self, Arg, Expr, ExprKind, Value};
use crate::text::Span;
use crate::types::Measure;

impl<'a> Resolver<'a> {
    /// Metrics of a list.
    pub(super) fn metric_refs(&mut self, value: &'a Value) -> Vec<MetricRef> {
        let mut found: Vec<MetricRef> = Vec::new();
        for item in self.items(value) {
            let Some(m) = self.metric_ref(item) else {
                continue;
            };
            match found.iter().find(|f| f.same(&m)) {
                Some(first) => self.errors.push(HirError::Twice {
                    what: "metric",
                    name: m.text,
                    first: first.span,
                    second: m.span,
                }),
                None => found.push(m),
            }
        }
        found
    }

    /// A metric, with arguments where it has parameters. A record after it is left to the caller.
    pub(super) fn metric_ref(&mut self, value: &'a Value) -> Option<MetricRef> {
        match &value.expr {
            Some(e) => self.metric_expr(e),
            None => {
                self.shape("a metric", value);
                None
            }
        }
    }

    /// A metric without parameters, named by one word.
    pub(super) fn metric_named(&mut self, name: &ast::Name) -> Option<MetricRef> {
        let path = ast::Path {
            span: name.span,
            names: vec![name.clone()],
        };
        let found = self.lookup(&path.names).map(|(entry, _)| entry.def);
        let Some(Def::Metric(metric)) = found else {
            self.not_found("a metric", &path, |d| matches!(d, Def::Metric(_)));
            return None;
        };
        self.metric(metric);
        let args = self.metric_args(metric, &[], name.span, None)?;
        Some(MetricRef {
            metric,
            args,
            text: name.text.clone(),
            span: name.span,
        })
    }

    /// A metric named in an expression.
    pub(super) fn metric_expr(&mut self, e: &'a Expr) -> Option<MetricRef> {
        self.metric_inside(e, None)
    }

    /// A metric named in an expression; inside another metric's formula, that one's parameters may be
    /// its arguments.
    pub(super) fn metric_inside(
        &mut self,
        e: &'a Expr,
        cx: Option<&mut Inside>,
    ) -> Option<MetricRef> {
        let (path, args): (&ast::Path, &[Arg]) = match &e.kind {
            ExprKind::Path(p) => (p, &[]),
            ExprKind::Call { path, args } => (path, args),
            ExprKind::Error => return None,
            _ => {
                self.errors.push(HirError::Shape {
                    wanted: "a metric".into(),
                    found: format!("`{}`", show::expr(e)),
                    span: e.span,
                });
                return None;
            }
        };
        let found = self
            .lookup(&path.names)
            .and_then(|(entry, rest)| match entry.def {
                Def::Metric(m) if rest.is_empty() => Some(m),
                _ => None,
            });
        let Some(metric) = found else {
            self.not_found("a metric", path, |d| matches!(d, Def::Metric(_)));
            return None;
        };
        self.metric(metric);
        let args = self.metric_args(metric, args, e.span, cx)?;
        Some(MetricRef {
            metric,
            args,
            text: show::expr(e),
            span: e.span,
        })
    }

    pub(super) fn metric_args(
        &mut self,
        metric: Id<Metric>,
        args: &'a [Arg],
        span: Span,
        mut cx: Option<&mut Inside>,
    ) -> Option<Vec<Argument>> {
        let params: Vec<String> = self.plan.metrics[metric]
            .params
            .iter()
            .map(|p| p.value.clone())
            .collect();
        let columns = self.plan.metrics[metric].column_params.clone();
        let mut values: Vec<Option<Argument>> = vec![None; params.len()];
        for (i, arg) in args.iter().enumerate() {
            let slot = match &arg.name {
                Some(name) => params.iter().position(|p| *p == name.text),
                None => (i < params.len()).then_some(i),
            };
            let Some(slot) = slot else {
                let name = &self.plan.metrics[metric].common.name;
                let error = HirError::Shape {
                    wanted: if params.is_empty() {
                        format!("`{name}` without arguments")
                    } else {
                        format!("`{name}({})`", params.join(", "))
                    },
                    found: format!("`{}`", show::value(&arg.value)),
                    span: arg.span,
                };
                self.errors.push(error);
                return None;
            };
            let column = columns.contains(&slot);
            let value = self.metric_arg(&arg.value, column, cx.as_deref_mut())?;
            if let Some(v) = values.get_mut(slot) {
                *v = Some(value);
            }
        }
        if let Some(absent) = values.iter().position(Option::is_none) {
            let name = self.plan.metrics[metric].common.name.clone();
            let param = params.get(absent).cloned().unwrap_or_default();
            self.errors.push(HirError::Shape {
                wanted: format!("`{name}({param}: …)`"),
                found: format!("`{name}` without its parameter"),
                span,
            });
            return None;
        }
        Some(values.into_iter().flatten().collect())
    }

    fn metric_arg(
        &mut self,
        value: &'a Value,
        column: bool,
        cx: Option<&mut Inside>,
    ) -> Option<Argument> {
        let word = plain(value).and_then(as_word);
        if let (Some(cx), Some(word)) = (cx, &word) {
            let param = match column {
                true => cx.column_param(&word.value),
                false => cx.number_param(&word.value),
            };
            if let Some(i) = param {
                return Some(Argument::Param(i));
            }
        }
        if !column {
            let any = [Measure::Number, Measure::Ratio];
            let number = self.number(value, "a number", &any, f64::MIN..=f64::MAX)?;
            return Some(Argument::Number(number.value));
        }
        let named = plain(value).is_some_and(|e| !matches!(e.kind, ExprKind::Quantity(_)));
        match word.filter(|_| named) {
            Some(word) => {
                let quoted = plain(value).is_some_and(|e| matches!(e.kind, ExprKind::Text(_)));
                let role = !quoted && self.is_role(&word.value, &Inside::default());
                Some(Argument::Column(match role {
                    true => Cell::Role(word.value),
                    false => Cell::Column(word.value),
                }))
            }
            None => {
                self.shape("a column of the dataset", value);
                None
            }
        }
    }
}
