//! What stands inside an aggregate: numbers of a row and conditions on a row.

use super::errors::HirError;
use super::formula::Cell;
use super::formula::*;
use super::formulas::{AGGREGATES, FUNCTIONS, Typed, arithmetic};
use super::inside::Inside;
use super::model::*;
use super::scope::Resolver;
use super::show;
use crate::syntax::ast::{Arg, BinaryOp, Expr, ExprKind, Path, UnaryOp};
use crate::types::Measure;

impl<'a> Resolver<'a> {
    pub(super) fn row_number(&mut self, e: &'a Expr, cx: &mut Inside) -> Typed<RowNumber> {
        match &e.kind {
            ExprKind::Quantity(_) => {
                let (n, m) = self.quantity(e)?;
                Some((RowNumber::Constant(n), m))
            }
            ExprKind::Paren(inner) => self.row_number(inner, cx),
            ExprKind::Unary {
                op: UnaryOp::Neg,
                operand,
            } => {
                let (n, m) = self.row_number(operand, cx)?;
                let zero = Box::new(RowNumber::Constant(0.0));
                Some((RowNumber::Binary(Arithmetic::Sub, zero, Box::new(n)), m))
            }
            ExprKind::Path(path) => {
                let param = path.single().and_then(|n| cx.param(&n.text));
                if let (Some(_), Some(name)) = (param, path.single()) {
                    self.one_reading(e, &name.text, cx)?;
                    let i = cx.number_param(&name.text)?;
                    return Some((RowNumber::Param(i), Measure::Number));
                }
                let (cell, measure) = self.cell_expr(e, "number", cx)?;
                Some((RowNumber::Cell(cell), measure))
            }
            ExprKind::Text(_) => {
                let (cell, measure) = self.cell_expr(e, "number", cx)?;
                Some((RowNumber::Cell(cell), measure))
            }
            ExprKind::Index { path, args } => self.score_of(e, path, args, cx),
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
                let l = self.row_number(left, cx)?;
                let r = self.row_number(right, cx)?;
                let ((l, lm), (r, rm)) = match op {
                    Arithmetic::Add | Arithmetic::Sub => self.meet_label(l, r),
                    Arithmetic::Mul | Arithmetic::Div => (l, r),
                };
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
                if let Some(name) = text.strip_prefix("native.") {
                    return self.native_of_row(e, name, args, cx);
                }
                let Some((_, f, arity)) = FUNCTIONS.iter().find(|f| f.0 == text) else {
                    return self.illegal(
                        e,
                        format!("there is no function `{text}` of a row"),
                        "there are greatest, least, abs, sqrt, log, exp",
                    );
                };
                let (parts, measure) =
                    self.function_args(e, *f, *arity, args, |r, arg| r.row_number(arg, cx))?;
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

    pub(super) fn row_condition(&mut self, e: &'a Expr, cx: &mut Inside) -> Option<RowCondition> {
        match &e.kind {
            ExprKind::Paren(inner) => self.row_condition(inner, cx),
            ExprKind::Unary {
                op: UnaryOp::Not,
                operand,
            } => Some(RowCondition::Not(Box::new(
                self.row_condition(operand, cx)?,
            ))),
            ExprKind::Binary {
                op: op @ (BinaryOp::And | BinaryOp::Or),
                left,
                right,
                ..
            } => {
                let l = Box::new(self.row_condition(left, cx)?);
                let r = Box::new(self.row_condition(right, cx)?);
                Some(if *op == BinaryOp::And {
                    RowCondition::And(l, r)
                } else {
                    RowCondition::Or(l, r)
                })
            }
            ExprKind::Binary {
                op: BinaryOp::In,
                left,
                right,
                ..
            } => self.among(e, left, right, cx),
            ExprKind::Binary {
                op: op @ (BinaryOp::Eq | BinaryOp::Ne),
                left,
                right,
                ..
            } if !self.is_numeric(left, cx) && !self.is_numeric(right, cx) => {
                let l = self.operand(left, cx)?;
                let r = self.operand(right, cx)?;
                let (l, r) = self.two_sides(e, (l, left), (r, right))?;
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
                let l = self.row_number(left, cx)?;
                let r = self.row_number(right, cx)?;
                let ((l, lm), (r, rm)) = self.meet_label(l, r);
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

    /// `score[c]`: the score of a class.
    fn score_of(
        &mut self,
        e: &'a Expr,
        path: &'a Path,
        args: &'a [Arg],
        cx: &mut Inside,
    ) -> Typed<RowNumber> {
        let (
            true,
            [
                Arg {
                    name: None, value, ..
                },
            ],
        ) = (path.text() == "score", args)
        else {
            return self.illegal(
                e,
                format!("`{}` is not a number of a row", show::expr(e)),
                "the score of a class is written `score[c]`, `score[label]` or `score[\"class\"]`",
            );
        };
        let class = self.operand(value.expr.as_ref()?, cx)?;
        Some((RowNumber::Score(class), Measure::Number))
    }

    /// Refuses a parameter or a bound name that is called like a role or a class.
    fn one_reading(&mut self, e: &Expr, name: &str, cx: &Inside) -> Option<()> {
        let bound = cx.bound.iter().any(|b| b == name);
        let param = cx.param(name).is_some();
        let class = cx.own && self.survey.classes.contains(name);
        let role = matches!(name, "label" | "prediction" | "score" | "latency")
            || cx.own && self.survey.roles.contains_key(name);
        let (what, help) = match (role, param, bound, class) {
            (true, true, ..) => ("a role and a parameter", "call the parameter otherwise"),
            (true, _, true, _) => (
                "a role and a bound name",
                "bind the class under another name",
            ),
            (_, true, true, _) => (
                "a parameter and a bound name",
                "bind the class under another name",
            ),
            (_, true, _, true) => ("a parameter and a class", "call the parameter otherwise"),
            (_, _, true, true) => (
                "a bound name and a class",
                "bind the class under another name",
            ),
            _ => return Some(()),
        };
        self.illegal(e, format!("`{name}` is both {what}"), help)
    }

    pub(super) fn operand(&mut self, e: &'a Expr, cx: &mut Inside) -> Option<Operand> {
        match &e.kind {
            ExprKind::Paren(inner) => self.operand(inner, cx),
            ExprKind::Text(t) => {
                let column = cx.own
                    && self.survey.columns.contains(&t.value)
                    && !self.survey.classes.contains(&t.value);
                Some(match column {
                    true => Operand::Cell(Cell::Column(t.value.clone())),
                    false => Operand::Class(t.value.clone(), e.span),
                })
            }
            ExprKind::Path(path) => self.operand_path(e, path, cx),
            ExprKind::Call { path, .. }
                if AGGREGATES.contains(&path.text().as_str())
                    || path.text().starts_with("native.") =>
            {
                self.illegal(
                    e,
                    "an aggregate stands inside an aggregate's condition",
                    "take it out: a condition is about one row",
                )
            }
            ExprKind::Error => None,
            _ => self.illegal(
                e,
                format!("`{}` is no class", show::expr(e)),
                "compare `prediction` and `label` with classes",
            ),
        }
    }

    fn operand_path(&mut self, e: &Expr, path: &Path, cx: &Inside) -> Option<Operand> {
        let Some(name) = path.single() else {
            return self.illegal(
                e,
                format!("`{}` is no class", path.text()),
                "compare `prediction` and `label` with classes",
            );
        };
        let text = name.text.as_str();
        self.one_reading(e, text, cx)?;
        if cx.param(text).is_some() {
            return self.illegal(
                e,
                format!("the parameter `{text}` is no class"),
                "a parameter stands for a number, or after `by` for a column",
            );
        }
        if let Some(depth) = cx.bound.iter().rposition(|b| b == text) {
            return Some(Operand::Bound(depth));
        }
        let class = self.survey.classes.contains(text);
        let known = self.cell(text, cx).map(|(cell, _)| cell);
        Some(match known {
            Some(Cell::Column(_)) if class => {
                return self.illegal(
                    e,
                    format!("`{text}` is both a class and a column of the dataset"),
                    "declare the class under another name",
                );
            }
            Some(Cell::Role(_)) if class && !matches!(text, "label" | "prediction") => {
                Operand::Class(text.into(), name.span)
            }
            Some(cell) => Operand::Cell(cell),
            None if text == "positive" => Operand::Positive,
            None => Operand::Class(text.into(), name.span),
        })
    }

    /// `label in [neg, pos]`, or `latency in 1ms..10ms`, both ends included.
    fn among(
        &mut self,
        e: &'a Expr,
        left: &'a Expr,
        right: &'a Expr,
        cx: &mut Inside,
    ) -> Option<RowCondition> {
        match &right.kind {
            ExprKind::List(classes) if !classes.is_empty() => {
                let mut any: Option<RowCondition> = None;
                for class in classes {
                    let class = class.value.expr.as_ref()?;
                    let l = self.operand(left, cx)?;
                    let r = self.operand(class, cx)?;
                    let (l, r) = self.two_sides(e, (l, left), (r, class))?;
                    let same = RowCondition::Same(l, r, true);
                    any = Some(match any {
                        Some(before) => RowCondition::Or(Box::new(before), Box::new(same)),
                        None => same,
                    });
                }
                any
            }
            ExprKind::Binary {
                op: BinaryOp::Range,
                left: low,
                right: high,
                ..
            } => {
                let l = self.row_number(left, cx)?;
                let low = self.row_number(low, cx)?;
                let high = self.row_number(high, cx)?;
                let (l, (low, a)) = self.meet_label(l, low);
                let ((l, lm), (high, b)) = self.meet_label(l, high);
                if lm.comparable(&a).is_err() || lm.comparable(&b).is_err() {
                    self.errors.push(HirError::Units {
                        message: format!("`{}` compares {lm} with {a}", show::expr(e)),
                        sides: vec![(left.span, lm.to_string()), (right.span, a.to_string())],
                        help: "compare quantities of one kind".into(),
                        fix: None,
                    });
                    return None;
                }
                Some(RowCondition::And(
                    Box::new(RowCondition::Compare(Comparison::Ge, l.clone(), low)),
                    Box::new(RowCondition::Compare(Comparison::Le, l, high)),
                ))
            }
            _ => self.illegal(
                e,
                format!("`{}` is neither a list nor a range", show::expr(right)),
                "write `label in [neg, pos]` or `latency in 1ms..10ms`",
            ),
        }
    }

    /// Two sides of a comparison of classes: of two words in quotes the first is a column.
    fn two_sides(
        &mut self,
        e: &Expr,
        (l, left): (Operand, &Expr),
        (r, right): (Operand, &Expr),
    ) -> Option<(Operand, Operand)> {
        let quoted = |e: &Expr| matches!(e.kind, ExprKind::Text(_));
        let fixed = |o: &Operand| matches!(o, Operand::Class(..) | Operand::Positive);
        match (l, r) {
            (Operand::Class(column, _), r @ Operand::Class(..)) if quoted(left) => {
                Some((Operand::Cell(Cell::Column(column)), r))
            }
            (l @ Operand::Class(..), Operand::Class(column, _)) if quoted(right) => {
                Some((l, Operand::Cell(Cell::Column(column))))
            }
            (l, r) if fixed(&l) && fixed(&r) => self.illegal(
                e,
                format!("`{}` compares two classes, and no column", show::expr(e)),
                "compare `prediction` or `label` with a class, or put a column's name in quotes",
            ),
            both => Some(both),
        }
    }

    /// Whether an expression is surely a number, so that `==` compares numbers.
    fn is_numeric(&self, e: &Expr, cx: &Inside) -> bool {
        match &e.kind {
            ExprKind::Quantity(_) => true,
            ExprKind::Paren(inner) => self.is_numeric(inner, cx),
            ExprKind::Path(p) => {
                let text = p.text();
                let unit = || self.survey.roles.get(&text).is_some_and(Option::is_some);
                matches!(text.as_str(), "score" | "latency" | "tokens")
                    || cx.param(&text).is_some()
                    || unit()
            }
            ExprKind::Unary { operand, .. } => self.is_numeric(operand, cx),
            ExprKind::Binary { op, .. } => arithmetic(*op).is_some(),
            ExprKind::Call { path, .. } => {
                let text = path.text();
                FUNCTIONS.iter().any(|f| f.0 == text)
                    || text
                        .strip_prefix("native.")
                        .and_then(super::natives::native)
                        .is_some_and(|n| n.family == super::natives::Family::Row)
            }
            ExprKind::Index { path, .. } => path.text() == "score",
            _ => false,
        }
    }
}
