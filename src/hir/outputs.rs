//! How a system's outputs come to be: commands, files, built-in predictors, and their templates.

use super::errors::HirError;
use super::model::*;
use super::schema::ROLES;
use super::scope::Resolver;
use super::template::{Template, TemplateError, parse_template};
use super::values::{Fields, as_unit, as_word, plain};
use crate::diagnostic::suggest;
use crate::syntax::ast::{ExprKind, Field, Value};
use crate::text::{Span, Spanned};
use crate::types::Measure;

const FILE_HOLES: [&str; 4] = ["seed", "system", "variant", "repeat"];
const COMMAND_HOLES: [&str; 11] = [
    "seed", "system", "variant", "flags", "out", "train", "val", "on", "level", "fold", "repeat",
];

impl<'a> Resolver<'a> {
    pub(super) fn output_fields(&mut self, s: &mut System, fields: &Fields<'a>) {
        let ways: Vec<&Field> = ["run", "predictions", "predict", "reported"]
            .iter()
            .filter_map(|n| fields.field(n))
            .collect();
        if let [_, _, ..] = ways.as_slice() {
            self.errors.push(HirError::Outputs {
                system: s.common.name.clone(),
                ways: ways.iter().map(|f| f.name.span).collect(),
                span: s.common.name_span,
            });
        }
        if let Some(value) = fields.get("run") {
            s.outputs = self.command(value, s);
        } else if let Some(value) = fields.get("predictions") {
            s.outputs = self.predictions(value, s);
        } else if let Some(value) = fields.get("predict") {
            s.outputs = self.predict(value);
        } else if let Some(value) = fields.get("reported") {
            s.outputs = Some(Outputs::Reported(self.reported(value)));
        }
        if let Some(value) = fields.get("serve") {
            s.serve = self.serve(value, s);
        }
        let written = !ways.is_empty();
        if s.outputs.is_none() && !written && !s.common.broken {
            self.errors.push(HirError::Outputs {
                system: s.common.name.clone(),
                ways: Vec::new(),
                span: s.common.name_span,
            });
        }
        if s.outputs.is_none() && written {
            s.common.broken = true;
        }
    }

    /// `{ top1: 82.4% }`: each number in its metric's unit and range.
    pub(super) fn reported(&mut self, value: &'a Value) -> Vec<Reported> {
        let Some(body) = value.record.as_ref().filter(|_| value.expr.is_none()) else {
            self.shape("published numbers such as `{ accuracy: 82.4% }`", value);
            return Vec::new();
        };
        let mut found: Vec<Reported> = Vec::new();
        for field in body.fields() {
            let Some(metric) = self.metric_named(&field.name) else {
                continue;
            };
            let m = &self.plan.metrics[metric.metric];
            let (low, high) = m.range.unwrap_or((f64::MIN, f64::MAX));
            let measure = m.measure.clone();
            let what = match m.range {
                Some(_) => format!("a value of `{}` within its range", metric.text),
                None => format!("a value of `{}`", metric.text),
            };
            let number = self.number(&field.value, &what, &[measure], low..=high);
            let Some(number) = number else { continue };
            match found.iter().find(|r| r.metric.same(&metric)) {
                Some(first) => self.errors.push(HirError::Twice {
                    what: "metric",
                    name: metric.text,
                    first: first.metric.span,
                    second: field.name.span,
                }),
                None => found.push(Reported {
                    metric,
                    value: number.value,
                }),
            }
        }
        found
    }

    pub(super) fn predictions(&mut self, value: &'a Value, s: &System) -> Option<Outputs> {
        let template = self.template(value, s, &FILE_HOLES)?;
        let columns = self.column_maps(value);
        Some(Outputs::Predictions { template, columns })
    }

    fn command(&mut self, value: &'a Value, s: &System) -> Option<Outputs> {
        let template = self.template(value, s, &COMMAND_HOLES)?;
        let columns = self.column_maps(value);
        Some(Outputs::Run { template, columns })
    }

    fn column_maps(&mut self, value: &'a Value) -> Option<Vec<ColumnMap>> {
        let body = value.record.as_ref()?;
        let mut maps: Vec<ColumnMap> = Vec::new();
        for field in body.fields() {
            self.column_map(field, &mut maps);
        }
        Some(maps)
    }

    pub(super) fn column_map(&mut self, field: &'a Field, maps: &mut Vec<ColumnMap>) {
        let role = Spanned::new(field.name.text.clone(), field.name.span);
        if !self.survey.may_map(&role.value) {
            let names = || ROLES.iter().map(|r| r.name);
            self.errors.push(HirError::UnknownField {
                of: "an output file's column map".into(),
                name: role.value.clone(),
                span: role.span,
                near: suggest(&role.value, names()).map(str::to_string),
                legal: names().map(str::to_string).collect(),
            });
            return;
        }
        if let Some(first) = maps.iter().find(|m| m.role.value == role.value) {
            self.errors.push(HirError::Twice {
                what: "role",
                name: role.value,
                first: first.role.span,
                second: role.span,
            });
            return;
        }
        let wanted = match role.value.as_str() {
            "score" => {
                "a column such as `proba`, one for each class `[p_neg, p_pos]`, or `\"p_{class}\"`"
            }
            _ => "a column such as `pred`, or `latency_ms in ms`",
        };
        let mut each = Each::One;
        let (column, unit) = match plain(&field.value).map(|e| &e.kind) {
            Some(ExprKind::Binary {
                op: crate::syntax::ast::BinaryOp::In,
                left,
                right,
                ..
            }) => (as_word(left), self.unit_expr(right)),
            Some(ExprKind::List(args)) if role.value == "score" => {
                let words: Option<Vec<_>> = args
                    .iter()
                    .map(|a| plain(&a.value).and_then(as_word))
                    .collect();
                let first = words.as_ref().and_then(|w| w.first().cloned());
                each = Each::InOrder(words.unwrap_or_default());
                (first, None)
            }
            Some(_) => (plain(&field.value).and_then(as_word), None),
            None => (None, None),
        };
        if role.value == "score"
            && column
                .as_ref()
                .is_some_and(|c| c.value.contains(CLASS_HOLE))
            && each == Each::One
        {
            each = Each::Named;
        }
        let Some(column) = column else {
            self.shape(wanted, &field.value);
            return;
        };
        if role.value == "latency" {
            match &unit {
                Some((_, _, m)) if *m == Measure::time() => {}
                Some((_, _, m)) => self.errors.push(HirError::Units {
                    message: format!(
                        "a latency is a time, and `{}` is mapped as {m}",
                        column.value
                    ),
                    sides: vec![(field.value.span, m.to_string())],
                    help: format!("write `latency: {} in ms`", column.value),
                    fix: None,
                }),
                None => self.errors.push(HirError::Units {
                    message: format!(
                        "the unit of the latency column `{}` is not said",
                        column.value
                    ),
                    sides: vec![(field.value.span, "no unit".into())],
                    help: format!("write `latency: {} in ms` (or us, s)", column.value),
                    fix: None,
                }),
            }
        }
        self.one_measure(&role.value, &column.value, field.value.span, unit.as_ref());
        maps.push(ColumnMap {
            role,
            column,
            unit,
            each,
        });
    }

    /// A role measures one thing in all outputs: with one unit it is ms here and s there, but not tokens.
    fn one_measure(
        &mut self,
        role: &str,
        column: &str,
        span: Span,
        unit: Option<&(f64, f64, Measure)>,
    ) {
        let first = self.survey.roles.get(role).cloned().flatten();
        let (Some((first, place)), Some((_, _, measure))) = (first, unit) else {
            return;
        };
        // A latency that is no time was refused above.
        if first == *measure || role == "latency" {
            return;
        }
        self.errors.push(HirError::Units {
            message: format!(
                "`{column}` is mapped as {measure}, and other outputs map `{role}` as {first}"
            ),
            sides: vec![(span, measure.to_string()), (place, first.to_string())],
            help: "map one role to one kind of quantity".into(),
            fix: None,
        });
    }

    pub(super) fn unit_expr(
        &mut self,
        e: &'a crate::syntax::ast::Expr,
    ) -> Option<(f64, f64, Measure)> {
        let word = as_unit(e)?;
        let name = crate::syntax::ast::Name {
            text: word.value,
            span: word.span,
        };
        self.unit(&name)
            .map(|u| (u.numerator, u.denominator, u.measure))
    }

    pub(super) fn predict(&mut self, value: &'a Value) -> Option<Outputs> {
        let Some(ExprKind::Call { path, args }) = plain(value).map(|e| &e.kind) else {
            self.shape(
                "a built-in predictor such as `majority(reviews.train)`",
                value,
            );
            return None;
        };
        let Some(&(_, builtin)) = Builtin::ALL.iter().find(|b| b.0 == path.text()) else {
            self.errors.push(HirError::Choice {
                word: path.text(),
                span: path.span,
                choices: Builtin::ALL.iter().map(|b| b.0.to_string()).collect(),
            });
            return None;
        };
        let builtin = Spanned::new(builtin, path.span);
        let [arg] = args.as_slice() else {
            self.shape(builtin_example(builtin.value), value);
            return None;
        };
        if builtin.value == Builtin::Column {
            let column = self.word("a column's name", &arg.value)?;
            return Some(Outputs::Predict {
                builtin,
                from: None,
                column: Some(column),
            });
        }
        let from = self.data_uses(&arg.value).into_iter().next()?;
        self.check_learner(builtin, &from);
        Some(Outputs::Predict {
            builtin,
            from: Some(from),
            column: None,
        })
    }

    /// What a built-in predictor learns from has to be there.
    fn check_learner(&mut self, builtin: Spanned<Builtin>, from: &DataUse) {
        let d = &self.plan.datasets[from.data.dataset];
        let (label, time) = (d.label.is_some(), d.time.is_some());
        let (name, broken) = (d.common.name.clone(), d.common.broken);
        let inside = d.common.span;
        let field = match builtin.value {
            _ if broken => return,
            _ if !label => ("label", "label: column in [a, b]"),
            Builtin::LastValue if !time => ("time", "time: written_at"),
            _ => return,
        };
        self.errors.push(HirError::Missing {
            of: format!("dataset `{name}`"),
            field: field.0,
            example: field.1,
            span: from.span,
            inside,
        });
    }

    /// A template whose holes are `known`, the system's steps or its components.
    pub(super) fn template(
        &mut self,
        value: &'a Value,
        s: &System,
        known: &[&str],
    ) -> Option<Spanned<Template>> {
        let literal = self.literal(value)?;
        let inside = Span::new(
            literal.span.file,
            literal.span.start + 1,
            literal.span.start + 1,
        );
        let template = match parse_template(&literal.raw, inside) {
            Ok(template) => template,
            Err(errors) => {
                errors.iter().for_each(|e| self.malformed(e));
                return None;
            }
        };
        let components: Vec<String> = s
            .components
            .iter()
            .map(|c| self.plan.components[c.value].common.name.clone())
            .collect();
        let steps = s
            .steps
            .iter()
            .map(|t| self.plan.steps[t.value].common.name.clone());
        let mut legal: Vec<String> = known.iter().map(ToString::to_string).collect();
        legal.extend(components.iter().cloned());
        if known.contains(&"flags") {
            legal.extend(steps);
            for other in s.distilled_from.iter().chain(&s.ensemble) {
                // One that is declared further down has no name yet.
                self.resolve_system(other.value);
                legal.push(self.plan.systems[other.value].common.name.clone());
            }
        }
        let mut whole = true;
        for (name, choice, span) in template.holes() {
            let fine = legal.iter().any(|l| l == name)
                && (!choice || components.iter().any(|c| c == name));
            if fine {
                self.used_in_hole(name, span, s);
                continue;
            }
            whole = false;
            if s.common.broken {
                continue;
            }
            let near = suggest(name, legal.iter().map(String::as_str));
            self.errors.push(HirError::Hole {
                message: format!("nothing fills the hole `{{{name}}}`"),
                span,
                near: near.filter(|_| !choice).map(|n| format!("{{{n}}}")),
                help: format!("the holes of this template are {}", legal.join(", ")),
            });
        }
        whole.then(|| Spanned::new(template, literal.span))
    }

    /// Notes that a hole names a component or step of the system.
    fn used_in_hole(&self, name: &str, hole: Span, s: &System) {
        let components = s.components.iter();
        let components = components.map(|c| &self.plan.components[c.value].common);
        let steps = s.steps.iter().map(|t| &self.plan.steps[t.value].common);
        if let Some(common) = components.chain(steps).find(|c| c.name == name) {
            let start = hole.start + 1;
            let end = start + u32::try_from(name.len()).unwrap_or(0);
            self.used(Span::new(hole.file, start, end), common.name_span);
        }
    }

    pub(super) fn malformed(&mut self, error: &TemplateError) {
        let (message, span, help) = match error {
            TemplateError::Unclosed(span) => (
                "this `{` has no `}`",
                *span,
                "close the hole, or write `{{` for a brace",
            ),
            TemplateError::Unopened(span) => {
                ("this `}` has no `{`", *span, "write `}}` for a brace")
            }
            TemplateError::NotAName(span) => (
                "a hole holds one name",
                *span,
                "write a hole such as `{seed}`, or `{augment:1|0}`",
            ),
        };
        self.errors.push(HirError::Hole {
            message: message.into(),
            span,
            near: None,
            help: help.into(),
        });
    }
}

fn builtin_example(builtin: Builtin) -> &'static str {
    match builtin {
        Builtin::Majority => "one set of rows, as in `majority(reviews.train)`",
        Builtin::Stratified => "one set of rows, as in `stratified(reviews.train)`",
        Builtin::Mean => "one set of rows, as in `mean(prices.train)`",
        Builtin::Median => "one set of rows, as in `median(prices.train)`",
        Builtin::Popularity => "one set of rows, as in `popularity(ratings.train)`",
        Builtin::LastValue => "one set of rows, as in `last_value(sales.train)`",
        Builtin::Column => "one column of the dataset, as in `column(clinical_score)`",
    }
}
