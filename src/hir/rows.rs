//! What stands inside an aggregate: numbers of a row and conditions on a row.

use super::errors::HirError;
use super::formula::*;
use super::formulas::{AGGREGATES, FUNCTIONS, Typed, arithmetic};
use super::model::*;
use super::scope::Resolver;
use super::show;
use crate::diagnostic::suggest;
use crate::syntax::ast::{BinaryOp, Expr, ExprKind, UnaryOp};
use crate::text::Spanned;
use crate::types::{Dimension, Measure};

impl<'a> Resolver<'a> {
    pub(super) fn row_number(
        &mut self,
        e: &'a Expr,
        params: &[Spanned<String>],
    ) -> Typed<RowNumber> {
        match &e.kind {
            ExprKind::Quantity(_) => {
                let (n, m) = self.quantity(e)?;
                Some((RowNumber::Constant(n), m))
            }
            ExprKind::Paren(inner) => self.row_number(inner, params),
            ExprKind::Path(path) => {
                let Some(name) = path.single() else {
                    return self.illegal(
                        e,
                        format!("`{}` is no column", path.text()),
                        "name a role such as `latency` or `score`",
                    );
                };
                if let Some(i) = params.iter().position(|p| p.value == name.text) {
                    return Some((RowNumber::Param(i), Measure::Number));
                }
                let measure = match name.text.as_str() {
                    "latency" => Measure::time(),
                    "score" | "label" | "prediction" => Measure::Number,
                    "tokens" => Measure::Dimension(Dimension {
                        tokens: 1,
                        ..Dimension::default()
                    }),
                    other => {
                        let near =
                            suggest(other, ["latency", "score", "label", "prediction", "tokens"]);
                        let help = near.map_or_else(
                            || {
                                "the numbers of a row are `latency`, `score`, `label`, `prediction`"
                                    .to_string()
                            },
                            |n| format!("did you mean `{n}`?"),
                        );
                        return self.illegal(e, format!("a row has no number `{other}`"), &help);
                    }
                };
                Some((RowNumber::Role(name.text.clone()), measure))
            }
            ExprKind::Binary {
                op, left, right, ..
            } => {
                let Some(op) = arithmetic(*op) else {
                    return self.illegal(
                        e,
                        format!("`{}` is a condition, not a number", show::expr(e)),
                        "use it in `count(…)` or after `where:`",
                    );
                };
                let (l, lm) = self.row_number(left, params)?;
                let (r, rm) = self.row_number(right, params)?;
                let m = self.combine(e, op, &lm, &rm)?;
                Some((RowNumber::Binary(op, Box::new(l), Box::new(r)), m))
            }
            ExprKind::Call { path, args } => {
                let text = path.text();
                if AGGREGATES.contains(&text.as_str()) {
                    return self.illegal(
                        e,
                        "an aggregate stands inside another",
                        "take it out: aggregates are of rows, not of aggregates",
                    );
                }
                let Some((_, f, arity)) = FUNCTIONS.iter().find(|f| f.0 == text) else {
                    return self.illegal(
                        e,
                        format!("there is no function `{text}` of a row"),
                        "there are greatest, least, abs, sqrt, log",
                    );
                };
                let (parts, measure) =
                    self.function_args(e, *f, *arity, args, |r, arg| r.row_number(arg, params))?;
                Some((RowNumber::Call(*f, parts), measure))
            }
            ExprKind::Error => None,
            _ => self.illegal(
                e,
                format!("`{}` is not a number of a row", show::expr(e)),
                "use a role such as `latency`, numbers and arithmetic",
            ),
        }
    }

    pub(super) fn row_condition(
        &mut self,
        e: &'a Expr,
        params: &[Spanned<String>],
        bound: &[String],
    ) -> Option<RowCondition> {
        match &e.kind {
            ExprKind::Paren(inner) => self.row_condition(inner, params, bound),
            ExprKind::Unary {
                op: UnaryOp::Not,
                operand,
            } => Some(RowCondition::Not(Box::new(
                self.row_condition(operand, params, bound)?,
            ))),
            ExprKind::Binary {
                op: op @ (BinaryOp::And | BinaryOp::Or),
                left,
                right,
                ..
            } => {
                let l = Box::new(self.row_condition(left, params, bound)?);
                let r = Box::new(self.row_condition(right, params, bound)?);
                Some(if *op == BinaryOp::And {
                    RowCondition::And(l, r)
                } else {
                    RowCondition::Or(l, r)
                })
            }
            ExprKind::Binary {
                op: op @ (BinaryOp::Eq | BinaryOp::Ne),
                left,
                right,
                ..
            } if !is_numeric(left) && !is_numeric(right) => {
                let l = self.operand(left, bound)?;
                let r = self.operand(right, bound)?;
                Some(RowCondition::Same(l, r, *op == BinaryOp::Eq))
            }
            ExprKind::Binary {
                op, left, right, ..
            } => {
                let comparison = match op {
                    BinaryOp::Eq => Comparison::Eq,
                    BinaryOp::Ne => Comparison::Ne,
                    BinaryOp::Lt => Comparison::Lt,
                    BinaryOp::Le => Comparison::Le,
                    BinaryOp::Gt => Comparison::Gt,
                    BinaryOp::Ge => Comparison::Ge,
                    _ => {
                        return self.illegal(
                            e,
                            format!("`{}` is not a condition on a row", show::expr(e)),
                            "compare columns: `prediction == label`, `score >= 0.5`",
                        );
                    }
                };
                let (l, lm) = self.row_number(left, params)?;
                let (r, rm) = self.row_number(right, params)?;
                if lm.comparable(&rm).is_err() {
                    self.errors.push(HirError::Units {
                        message: format!("`{}` compares {lm} with {rm}", show::expr(e)),
                        sides: vec![(left.span, lm.to_string()), (right.span, rm.to_string())],
                        help: "compare quantities of one kind".into(),
                        fix: None,
                    });
                    return None;
                }
                Some(RowCondition::Compare(comparison, l, r))
            }
            ExprKind::Error => None,
            _ => self.illegal(
                e,
                format!("`{}` is not a condition on a row", show::expr(e)),
                "compare columns: `prediction == label`, `score >= 0.5`",
            ),
        }
    }

    pub(super) fn operand(&mut self, e: &'a Expr, bound: &[String]) -> Option<Operand> {
        match &e.kind {
            ExprKind::Paren(inner) => self.operand(inner, bound),
            ExprKind::Text(t) => Some(Operand::Class(t.value.clone(), e.span)),
            ExprKind::Path(path) => {
                let Some(name) = path.single() else {
                    return self.illegal(
                        e,
                        format!("`{}` is no class", path.text()),
                        "compare `prediction` and `label` with classes",
                    );
                };
                let role = matches!(name.text.as_str(), "label" | "prediction");
                let depth = bound.iter().rposition(|b| *b == name.text);
                if role && depth.is_some() {
                    return self.illegal(
                        e,
                        format!("`{}` is both a role and a bound name", name.text),
                        "bind the class under another name",
                    );
                }
                Some(match (role, depth) {
                    (true, _) => Operand::Role(name.text.clone()),
                    (false, Some(depth)) => Operand::Bound(depth),
                    (false, None) if name.text == "positive" => Operand::Positive,
                    (false, None) => Operand::Class(name.text.clone(), name.span),
                })
            }
            ExprKind::Call { path, .. } if AGGREGATES.contains(&path.text().as_str()) => self
                .illegal(
                    e,
                    "an aggregate stands inside an aggregate's condition",
                    "take it out: a condition is about one row",
                ),
            ExprKind::Error => None,
            _ => self.illegal(
                e,
                format!("`{}` is no class", show::expr(e)),
                "compare `prediction` and `label` with classes",
            ),
        }
    }
}

fn is_numeric(e: &Expr) -> bool {
    match &e.kind {
        ExprKind::Quantity(_) => true,
        ExprKind::Paren(inner) => is_numeric(inner),
        ExprKind::Path(p) => matches!(p.text().as_str(), "score" | "latency" | "tokens"),
        ExprKind::Unary { operand, .. } => is_numeric(operand),
        ExprKind::Binary { op, .. } => arithmetic(*op).is_some(),
        ExprKind::Call { path, .. } => FUNCTIONS.iter().any(|f| f.0 == path.text()),
        _ => false,
    }
}
