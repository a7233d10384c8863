//! Metric items: direction, range, unit, and the formula's measure.

use super::errors::HirError;
use super::inside::Inside;
use super::model::*;
use super::scope::{Def, Resolver};
use super::values::plain;
use crate::syntax::ast::{self, BinaryOp, ExprKind, Head, Keyword};
use crate::text::Spanned;
use crate::types::{Dimension, Measure};

/// How far a metric is resolved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Waiting,
    Working,
    Done,
}

impl Default for Metric {
    fn default() -> Self {
        Metric {
            common: Common::default(),
            origin: String::new(),
            params: Vec::new(),
            column_params: Vec::new(),
            needs: Vec::new(),
            better: None,
            range: None,
            measure: Measure::Number,
            label_factor: None,
            formula: None,
            judge: None,
        }
    }
}

impl<'a> Resolver<'a> {
    /// Resolves a metric unless that is done; metrics it is made of come first.
    pub(super) fn metric(&mut self, id: Id<Metric>) {
        let Some(state) = self.metric_state.get_mut(id.index()) else {
            return;
        };
        if *state != State::Waiting {
            return;
        }
        *state = State::Working;
        let Some(&source) = self.metrics.get(id.index()) else {
            return;
        };
        let outer = self.module;
        let (common, fields) = self.open(source, Keyword::Metric);
        let mut metric = Metric {
            common,
            origin: self
                .modules
                .get(source.module)
                .map_or(String::new(), |m| m.name.clone()),
            ..Metric::default()
        };
        if let Head::Declare { params, .. } = &source.block.head {
            metric.params = params
                .iter()
                .map(|p| Spanned::new(p.text.clone(), p.span))
                .collect();
        }
        let ways = [("higher", Better::Higher), ("lower", Better::Lower)];
        metric.better = fields.get("better").and_then(|v| self.choice(v, &ways));
        if metric.better.is_none() && fields.get("better").is_none() {
            self.missing(&metric.common, "metric", "better", "better: higher");
        }
        if let Some(value) = fields.get("needs") {
            metric.needs = self.words("a role such as `score`", value);
        }
        // Name and direction are known while the formula is read, so that a circle can be shown.
        self.plan.metrics[id] = metric.clone();
        if let Some(e) = fields.get("value").and_then(plain) {
            let mut cx = Inside {
                params: metric.params.clone(),
                needs: metric.needs.iter().map(|n| n.value.clone()).collect(),
                own: !metric.origin.starts_with("std."),
                ..Inside::default()
            };
            let formula = self.formula(e, &mut cx);
            self.column_params(&mut metric, &cx);
            if let Some((formula, measure)) = formula {
                let of_label = self.unit_of_label(&formula, &measure);
                metric.label_factor = of_label.as_ref().map(|unit| unit.factor);
                metric.measure = of_label.map_or(measure, |unit| unit.measure);
                metric.formula = Some(formula);
            }
        }
        if let Some(value) = fields.get("range") {
            self.range(value, &mut metric);
        }
        if let Some(value) = fields.get("unit") {
            self.assert_unit(value, &mut metric);
        }
        if let Some(value) = fields.get("judge") {
            metric.judge = self.judge(value);
        }
        self.plan.metrics[id] = metric;
        if let Some(state) = self.metric_state.get_mut(id.index()) {
            *state = State::Done;
        }
        self.module = outer;
    }

    /// A step of the kind `judge`.
    fn judge(&mut self, value: &'a ast::Value) -> Option<Spanned<Id<Step>>> {
        let named = self.reference(value, "a step", |d| match d {
            Def::Step(s) => Some(s),
            _ => None,
        })?;
        let step = &self.plan.steps[named.value];
        if step.is_judge() {
            return Some(named);
        }
        // A kind that is not there, or none, was reported with the step.
        if let Some(kind) = &step.kind {
            self.errors.push(HirError::NoJudge {
                step: step.common.name.clone(),
                kind: kind.value.clone(),
                span: named.span,
                declared: kind.span,
            });
        }
        None
    }

    /// Parameters that stand for columns; one that also stands for a number is an error.
    fn column_params(&mut self, metric: &mut Metric, cx: &Inside) {
        for (i, param) in metric.params.iter().enumerate() {
            if !cx.columns.contains(&i) {
                continue;
            }
            metric.column_params.push(i);
            if cx.numbers.contains(&i) {
                self.errors.push(HirError::Formula {
                    message: format!("`{}` is used as a column and as a number", param.value),
                    span: param.span,
                    help: "use two parameters".into(),
                });
            }
        }
    }

    /// `0%..100%` also says that the metric is a ratio.
    pub(super) fn range(&mut self, value: &'a ast::Value, metric: &mut Metric) {
        let Some(ExprKind::Binary {
            op: BinaryOp::Range,
            left,
            right,
            ..
        }) = plain(value).map(|e| &e.kind)
        else {
            self.shape("a range such as `0%..100%`", value);
            return;
        };
        let (Some((low, lm)), Some((high, hm))) = (self.quantity(left), self.quantity(right))
        else {
            return;
        };
        if lm != hm || low >= high {
            self.errors.push(HirError::Range {
                message: "a range goes from a lower to a higher value of one unit".into(),
                span: value.span,
                help: "write a range such as `0%..100%`".into(),
            });
            return;
        }
        metric.range = Some((low, high));
        let scalar = |m: &Measure| matches!(m, Measure::Number | Measure::Ratio);
        if metric.formula.is_none() || scalar(&metric.measure) && scalar(&lm) {
            metric.measure = lm;
        } else if metric.measure != lm {
            self.errors.push(HirError::Units {
                message: format!("the formula is {}, and the range is {lm}", metric.measure),
                sides: vec![(value.span, lm.to_string())],
                help: "write the range in the formula's unit".into(),
                fix: None,
            });
        }
    }

    pub(super) fn assert_unit(&mut self, value: &'a ast::Value, metric: &mut Metric) {
        let Some(word) = plain(value).and_then(super::values::as_unit) else {
            self.shape("a unit such as `tokens` or `tokens/s`", value);
            return;
        };
        let name = ast::Name {
            text: word.value,
            span: word.span,
        };
        let Some(unit) = self.unit(&name) else { return };
        if metric.formula.is_none() {
            metric.measure = unit.measure;
        } else if metric.measure != unit.measure {
            self.errors.push(HirError::Units {
                message: format!("the formula is {}, not {}", metric.measure, unit.measure),
                sides: vec![(word.span, unit.measure.to_string())],
                help: "correct the formula or the unit".into(),
                fix: None,
            });
        }
    }

    /// Money per time, in the currency of the plan's hardware.
    pub(super) fn price_measure(&self) -> Measure {
        Measure::Dimension(Dimension {
            money: 1,
            time: -1,
            currency: Some(self.plan.currency.clone().unwrap_or_else(|| "USD".into())),
            ..Dimension::default()
        })
    }
}
