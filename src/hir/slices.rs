//! Slices: by the values of a column, or by a condition on columns.

use super::conditions::comparison;
use super::errors::HirError;
use super::model::*;
use super::scope::Resolver;
use super::show;
use super::values::{as_word, plain};
use crate::syntax::ast::{Arg, BinaryOp, Expr, ExprKind, UnaryOp, Value};
use crate::text::Spanned;
use crate::types::Measure;

impl<'a> Resolver<'a> {
    pub(super) fn slices(&mut self, value: &'a Value) -> Vec<Slice> {
        let args: &[Arg] = match plain(value).map(|e| &e.kind) {
            Some(ExprKind::List(args)) => args,
            _ => {
                self.shape("a list of columns such as `[language]`", value);
                return Vec::new();
            }
        };
        let mut slices: Vec<Slice> = Vec::new();
        for arg in args {
            let Some(slice) = self.slice(arg) else {
                continue;
            };
            match slices.iter().find(|s| s.name.value == slice.name.value) {
                Some(first) => self.errors.push(HirError::Twice {
                    what: "slice",
                    name: slice.name.value,
                    first: first.name.span,
                    second: slice.name.span,
                }),
                None => slices.push(slice),
            }
        }
        slices
    }

    /// `language`, or `elderly: age >= 75`.
    fn slice(&mut self, arg: &'a Arg) -> Option<Slice> {
        let Some(name) = &arg.name else {
            let column = self.word("a column's name", &arg.value)?;
            return Some(Slice {
                name: column.clone(),
                by: SliceBy::Column(column),
            });
        };
        let Some(e) = plain(&arg.value) else {
            self.shape("a condition such as `age >= 75`", &arg.value);
            return None;
        };
        Some(Slice {
            name: Spanned::new(name.text.clone(), name.span),
            by: SliceBy::Where(self.row_test(e)?),
        })
    }

    /// A condition on columns of the dataset: `age >= 75`, `ward == "ICU" and age < 18`.
    fn row_test(&mut self, e: &'a Expr) -> Option<RowTest> {
        match &e.kind {
            ExprKind::Paren(inner) => self.row_test(inner),
            ExprKind::Unary {
                op: UnaryOp::Not,
                operand,
            } => Some(RowTest::Not(Box::new(self.row_test(operand)?))),
            ExprKind::Binary {
                op: op @ (BinaryOp::And | BinaryOp::Or),
                left,
                right,
                ..
            } => {
                let (l, r) = (self.row_test(left), self.row_test(right));
                let (l, r) = (Box::new(l?), Box::new(r?));
                Some(if *op == BinaryOp::And {
                    RowTest::And(l, r)
                } else {
                    RowTest::Or(l, r)
                })
            }
            ExprKind::Binary {
                op: BinaryOp::In,
                left,
                right,
                ..
            } => self.column_among(e, left, right),
            ExprKind::Binary {
                op, left, right, ..
            } => self.column_test(e, *op, left, right),
            ExprKind::Error => None,
            _ => self.no_row_test(e),
        }
    }

    fn column_test(
        &mut self,
        e: &Expr,
        op: BinaryOp,
        left: &'a Expr,
        right: &'a Expr,
    ) -> Option<RowTest> {
        let (Some(column), Some(op)) = (as_word(left), comparison(op)) else {
            return self.no_row_test(e);
        };
        if let Some((number, measure)) = self.quantity(right) {
            if measure == Measure::Number {
                return Some(RowTest::Number(column, op, number));
            }
            self.errors.push(HirError::Units {
                message: format!("a column is a plain number, and this is {measure}"),
                sides: vec![(right.span, measure.to_string())],
                help: "write the number as the file has it, without a unit".into(),
                fix: None,
            });
            return None;
        }
        match (as_word(right), op) {
            (Some(word), Comparison::Eq) => Some(RowTest::Text(column, word.value, true)),
            (Some(word), Comparison::Ne) => Some(RowTest::Text(column, word.value, false)),
            _ => self.no_row_test(e),
        }
    }

    /// `ward in [icu, er]`, or `age in 18..64`, both ends included.
    fn column_among(&mut self, e: &Expr, left: &'a Expr, right: &'a Expr) -> Option<RowTest> {
        match &right.kind {
            ExprKind::List(values) if !values.is_empty() => {
                let mut any: Option<RowTest> = None;
                for value in values {
                    let same =
                        self.column_test(e, BinaryOp::Eq, left, value.value.expr.as_ref()?)?;
                    any = Some(match any {
                        Some(before) => RowTest::Or(Box::new(before), Box::new(same)),
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
                let low = self.column_test(e, BinaryOp::Ge, left, low)?;
                let high = self.column_test(e, BinaryOp::Le, left, high)?;
                Some(RowTest::And(Box::new(low), Box::new(high)))
            }
            _ => self.no_row_test(e),
        }
    }

    fn no_row_test<T>(&mut self, e: &Expr) -> Option<T> {
        self.errors.push(HirError::Shape {
            wanted: "a condition on a column such as `age >= 75` or `ward == icu`".into(),
            found: format!("`{}`", show::expr(e)),
            span: e.span,
        });
        None
    }
}
