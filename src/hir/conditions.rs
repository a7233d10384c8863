//! Conditions of rules and selections: comparisons of measured quantities, typed.

use super::errors::HirError;
use super::model::*;
use super::scope::{Def, Resolver};
use super::show;
use crate::diagnostic::suggest;
use crate::syntax::ast::{self, Arg, BinaryOp, Expr, ExprKind, UnaryOp};
use crate::text::{Span, Spanned};
use crate::types::{Measure, Mismatch};

const FUNCTIONS: [&str; 10] = [
    "gain",
    "delta",
    "relative",
    "point",
    "lower",
    "upper",
    "width",
    "p_value",
    "possibly",
    "interaction",
];

impl<'a> Resolver<'a> {
    /// A condition. `slices` are those of the comparison at hand, where `every` may be used.
    pub(super) fn condition(&mut self, e: &'a Expr, slices: Option<&[String]>) -> Condition {
        match &e.kind {
            ExprKind::Paren(inner) => self.condition(inner, slices),
            ExprKind::Unary {
                op: UnaryOp::Not,
                operand,
            } => Condition::Not(Box::new(self.condition(operand, slices))),
            ExprKind::Binary {
                op: op @ (BinaryOp::And | BinaryOp::Or),
                left,
                right,
                ..
            } => {
                let parts = vec![self.condition(left, slices), self.condition(right, slices)];
                flatten(*op, parts)
            }
            ExprKind::Every { path, body } => self.every(e, path, body, slices),
            ExprKind::Call { path, args } if path.text() == "possibly" => match args.as_slice() {
                [Arg { value, .. }] if value.record.is_none() => match &value.expr {
                    Some(inner) => Condition::Possibly(Box::new(self.condition(inner, slices))),
                    None => Condition::Error,
                },
                _ => self.no_condition(e),
            },
            ExprKind::Binary {
                op: BinaryOp::In,
                left,
                right,
                ..
            } => self.within(e, left, right),
            ExprKind::Binary {
                op, left, right, ..
            } => match comparison(*op) {
                Some(op) => self.atom(e.span, op, left, right),
                None => self.no_condition(e),
            },
            ExprKind::Error => Condition::Error,
            _ => self.no_condition(e),
        }
    }

    fn no_condition(&mut self, e: &Expr) -> Condition {
        self.errors.push(HirError::Shape {
            wanted: "a condition such as `gain(f1_macro) > 0pp`".into(),
            found: format!("`{}`", show::expr(e)),
            span: e.span,
        });
        Condition::Error
    }

    fn every(
        &mut self,
        e: &'a Expr,
        path: &'a ast::Path,
        body: &'a Expr,
        slices: Option<&[String]>,
    ) -> Condition {
        let body = self.condition(body, slices);
        let name = path.text();
        let known = slices.unwrap_or_default();
        if !known.contains(&name) && !name.is_empty() {
            let near = suggest(&name, known.iter().map(String::as_str)).map(str::to_string);
            self.errors.push(HirError::UnknownName {
                wanted: "slice",
                name,
                span: path.span,
                near,
                legal: if known.is_empty() {
                    vec!["none: the comparison declares no `slices:`".into()]
                } else {
                    known.to_vec()
                },
            });
            return Condition::Error;
        }
        Condition::Every {
            slice: Spanned::new(name, path.span),
            body: Box::new(body),
            span: e.span,
        }
    }

    /// `x in a..b` is `x >= a and x <= b`.
    fn within(&mut self, e: &'a Expr, left: &'a Expr, right: &'a Expr) -> Condition {
        let ExprKind::Binary {
            op: BinaryOp::Range,
            left: low,
            right: high,
            ..
        } = &right.kind
        else {
            return self.no_condition(e);
        };
        Condition::And(vec![
            self.atom(e.span, Comparison::Ge, left, low),
            self.atom(e.span, Comparison::Le, left, high),
        ])
    }

    fn atom(&mut self, span: Span, op: Comparison, left: &'a Expr, right: &'a Expr) -> Condition {
        let (l, r) = (self.term(left), self.term(right));
        let (Some((l, lm)), Some((r, rm))) = (l, r) else {
            return Condition::Error;
        };
        if let (Term::Constant(..), Term::Constant(..)) = (&l, &r) {
            self.errors.push(HirError::Shape {
                wanted: "a comparison of something measured".into(),
                found: "two constants".into(),
                span,
            });
            return Condition::Error;
        }
        let (mut l, mut r) = (l, r);
        if let Err(mismatch) = lm.comparable(&rm)
            && !shares_scale(&l, &lm, &rm)
            && !shares_scale(&r, &rm, &lm)
        {
            self.clash(mismatch, (left, &l, &lm), (right, &r, &rm));
            // What the fix makes of it is judged on, so that a unit hides no other fault.
            match (mended(left, &l, &rm), mended(right, &r, &lm)) {
                (Some(constant), _) => l = constant,
                (None, Some(constant)) => r = constant,
                (None, None) => return Condition::Error,
            }
        }
        let text = format!("{} {} {}", show::expr(left), op_text(op), show::expr(right));
        Condition::Atom(Atom {
            left: l,
            op,
            right: r,
            span,
            text,
        })
    }

    fn clash(
        &mut self,
        mismatch: Mismatch,
        left: (&Expr, &Term, &Measure),
        right: (&Expr, &Term, &Measure),
    ) {
        // The measured side is right by definition; the constant is what has to change.
        let (constant, measured) = match (left.1, right.1) {
            (Term::Constant(..), _) => (left, right),
            _ => (right, left),
        };
        let (unit, _) = measured.2.display_unit();
        let number = number_text(constant.0);
        let fix = number.map(|n| (constant.0.span, format!("{n}{unit}")));
        let message = match mismatch {
            Mismatch::Currencies(a, b) => {
                format!("{a} is compared with {b}: money needs one currency")
            }
            Mismatch::Kinds(..) => format!(
                "`{}` is {}, and `{}` is {}",
                show::expr(measured.0),
                measured.2,
                show::expr(constant.0),
                constant.2
            ),
        };
        let help = match &fix {
            Some((_, text)) => format!("write `{text}`"),
            None => "compare quantities of one kind".into(),
        };
        self.errors.push(HirError::Units {
            message,
            sides: vec![
                (constant.0.span, constant.2.to_string()),
                (measured.0.span, measured.2.to_string()),
            ],
            help,
            fix,
        });
    }

    /// A side of a comparison, with what it measures.
    fn term(&mut self, e: &'a Expr) -> Option<(Term, Measure)> {
        match &e.kind {
            ExprKind::Quantity(_) => {
                let (n, m) = self.quantity(e)?;
                Some((Term::Constant(n, m.clone()), m))
            }
            ExprKind::Paren(inner) => self.term(inner),
            ExprKind::Unary {
                op: UnaryOp::Neg,
                operand,
            } => {
                let (term, m) = self.term(operand)?;
                let minus = match term {
                    Term::Constant(n, m) => Term::Constant(-n, m),
                    other => Term::Binary(
                        Arithmetic::Mul,
                        Box::new(Term::Constant(-1.0, Measure::Number)),
                        Box::new(other),
                    ),
                };
                Some((minus, m))
            }
            ExprKind::Binary {
                op: op @ (BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div),
                left,
                right,
                ..
            } => self.arithmetic(e, *op, left, right),
            ExprKind::Path(_) => {
                let metric = self.metric_expr(e)?;
                let q = self.of_metric(QuantityKind::Value, metric, None, e.span);
                Some(quantity_term(q))
            }
            ExprKind::Call { path, args } => self.call(e, path, args),
            ExprKind::Error => None,
            _ => {
                self.errors.push(HirError::Shape {
                    wanted: "a measured quantity such as `gain(f1_macro)`, or a number".into(),
                    found: format!("`{}`", show::expr(e)),
                    span: e.span,
                });
                None
            }
        }
    }

    fn arithmetic(
        &mut self,
        e: &'a Expr,
        op: BinaryOp,
        left: &'a Expr,
        right: &'a Expr,
    ) -> Option<(Term, Measure)> {
        let (l, lm) = self.term(left)?;
        let (r, rm) = self.term(right)?;
        let (op, measure) = match op {
            BinaryOp::Add => (Arithmetic::Add, lm.plus(&rm, false)),
            BinaryOp::Sub => (Arithmetic::Sub, lm.plus(&rm, true)),
            BinaryOp::Mul => (Arithmetic::Mul, lm.times(&rm)),
            _ => (Arithmetic::Div, lm.over(&rm)),
        };
        match measure {
            Ok(m) => Some((Term::Binary(op, Box::new(l), Box::new(r)), m)),
            Err(_) => {
                self.errors.push(HirError::Units {
                    message: format!("`{}` puts {lm} and {rm} together", show::expr(e)),
                    sides: vec![(left.span, lm.to_string()), (right.span, rm.to_string())],
                    help: "add and subtract quantities of one kind only".into(),
                    fix: None,
                });
                None
            }
        }
    }

    fn call(
        &mut self,
        e: &'a Expr,
        path: &'a ast::Path,
        args: &'a [Arg],
    ) -> Option<(Term, Measure)> {
        let name = path.text();
        let reading = match name.as_str() {
            "point" => Some(Reading::Point),
            "lower" => Some(Reading::Lower),
            "upper" => Some(Reading::Upper),
            "width" => Some(Reading::Width),
            "p_value" => Some(Reading::PValue),
            _ => None,
        };
        if let Some(reading) = reading {
            let inner = self.only_arg(e, args)?;
            let q = self.measured(inner)?;
            let measure = match reading {
                Reading::PValue => Measure::Ratio,
                Reading::Width => q.measure.difference(),
                Reading::Point | Reading::Lower | Reading::Upper => q.measure.clone(),
            };
            if reading == Reading::PValue && q.kind == QuantityKind::Value {
                self.errors.push(HirError::Shape {
                    wanted: "a change such as `p_value(gain(f1_macro))`".into(),
                    found: format!("`{}`, which is no change", show::expr(inner)),
                    span: inner.span,
                });
                return None;
            }
            return Some((Term::Read(reading, q), measure));
        }
        if name == "interaction" {
            let q = self.interaction(e, args)?;
            return Some(quantity_term(q));
        }
        let q = self.measured(e)?;
        Some(quantity_term(q))
    }

    fn only_arg(&mut self, e: &'a Expr, args: &'a [Arg]) -> Option<&'a Expr> {
        match args {
            [
                Arg {
                    name: None, value, ..
                },
            ] if value.record.is_none() => value.expr.as_ref(),
            _ => {
                self.errors.push(HirError::Shape {
                    wanted: "one argument".into(),
                    found: format!("`{}`", show::expr(e)),
                    span: e.span,
                });
                None
            }
        }
    }

    /// `gain(m)`, `delta(m)`, `relative(m)`, `m`, `m(system)`.
    fn measured(&mut self, e: &'a Expr) -> Option<Quantity> {
        let ExprKind::Call { path, args } = &e.kind else {
            let metric = self.metric_expr(e)?;
            return Some(self.of_metric(QuantityKind::Value, metric, None, e.span));
        };
        if path.text() == "interaction" {
            return self.interaction(e, args);
        }
        let kind = match path.text().as_str() {
            "gain" => Some(QuantityKind::Gain),
            "delta" => Some(QuantityKind::Delta),
            "relative" => Some(QuantityKind::Relative),
            _ => None,
        };
        if let Some(kind) = kind {
            let inner = self.only_arg(e, args)?;
            let metric = self.metric_expr(inner)?;
            return Some(self.of_metric(kind, metric, None, e.span));
        }
        if let Some(of) = self.system_arg(path, args) {
            let bare = self.metric_path(path, e.span)?;
            let of = self.variant_expr(of)?;
            return Some(self.of_metric(QuantityKind::Value, bare, Some(of), e.span));
        }
        if path
            .single()
            .is_some_and(|_| self.lookup(&path.names).is_none())
        {
            if let Some(error) = self.not_imported("function or metric", "metric", path) {
                self.errors.push(error);
                return None;
            }
            let name = path.text();
            let metrics = self.names(|d| matches!(d, Def::Metric(_)));
            let legal: Vec<&str> = FUNCTIONS
                .into_iter()
                .chain(metrics.iter().map(String::as_str))
                .collect();
            let near = suggest(&name, legal).map(str::to_string);
            self.errors.push(HirError::UnknownName {
                wanted: "function or metric",
                name,
                span: path.span,
                near,
                legal: FUNCTIONS.map(String::from).to_vec(),
            });
            return None;
        }
        let metric = self.metric_expr(e)?;
        Some(self.of_metric(QuantityKind::Value, metric, None, e.span))
    }

    /// The argument of `f1_macro(words)`: a metric without parameters, of a named system.
    fn system_arg(&self, path: &ast::Path, args: &'a [Arg]) -> Option<&'a Expr> {
        let (entry, rest) = self.lookup(&path.names)?;
        let Def::Metric(m) = entry.def else {
            return None;
        };
        match args {
            [
                Arg {
                    name: None, value, ..
                },
            ] if rest.is_empty() && self.plan.metrics[m].params.is_empty() => value
                .expr
                .as_ref()
                .filter(|e| !matches!(e.kind, ExprKind::Quantity(_))),
            _ => None,
        }
    }

    fn metric_path(&mut self, path: &ast::Path, span: Span) -> Option<MetricRef> {
        let (entry, _) = self.lookup(&path.names)?;
        let Def::Metric(metric) = entry.def else {
            return None;
        };
        self.metric(metric);
        Some(MetricRef {
            metric,
            args: Vec::new(),
            text: path.text(),
            span,
        })
    }

    fn of_metric(
        &mut self,
        kind: QuantityKind,
        metric: MetricRef,
        of: Option<VariantRef>,
        span: Span,
    ) -> Quantity {
        let own = self.plan.metrics[metric.metric].measure.clone();
        let measure = match kind {
            QuantityKind::Value => own,
            QuantityKind::Gain | QuantityKind::Delta | QuantityKind::Interaction(..) => {
                own.difference()
            }
            QuantityKind::Relative => Measure::Ratio,
        };
        Quantity {
            kind,
            metric,
            of,
            measure,
            span,
        }
    }
}

/// The constant in the unit of what it is compared with, as the fix writes it.
fn mended(e: &Expr, term: &Term, measured: &Measure) -> Option<Term> {
    let Term::Constant(..) = term else {
        return None;
    };
    let (_, factor) = measured.display_unit();
    let digits: f64 = number_text(e)?.replace('_', "").parse().ok()?;
    Some(Term::Constant(digits / factor, measured.clone()))
}

fn quantity_term(q: Quantity) -> (Term, Measure) {
    let measure = q.measure.clone();
    (Term::Quantity(q), measure)
}

/// A p value may be compared with `5%` and with `0.05`.
fn shares_scale(term: &Term, a: &Measure, b: &Measure) -> bool {
    matches!(term, Term::Read(Reading::PValue, _)) && *a == Measure::Ratio && *b == Measure::Number
}

fn flatten(op: BinaryOp, parts: Vec<Condition>) -> Condition {
    let mut flat = Vec::new();
    for part in parts {
        match (op, part) {
            (BinaryOp::And, Condition::And(inner)) | (BinaryOp::Or, Condition::Or(inner)) => {
                flat.extend(inner);
            }
            (_, other) => flat.push(other),
        }
    }
    if op == BinaryOp::And {
        Condition::And(flat)
    } else {
        Condition::Or(flat)
    }
}

/// The comparison an operator stands for.
pub(super) fn comparison(op: BinaryOp) -> Option<Comparison> {
    match op {
        BinaryOp::Lt => Some(Comparison::Lt),
        BinaryOp::Le => Some(Comparison::Le),
        BinaryOp::Gt => Some(Comparison::Gt),
        BinaryOp::Ge => Some(Comparison::Ge),
        BinaryOp::Eq => Some(Comparison::Eq),
        BinaryOp::Ne => Some(Comparison::Ne),
        BinaryOp::Or
        | BinaryOp::And
        | BinaryOp::In
        | BinaryOp::Range
        | BinaryOp::Add
        | BinaryOp::Sub
        | BinaryOp::Mul
        | BinaryOp::Div => None,
    }
}

/// The operator as written.
pub(super) fn op_text(op: Comparison) -> &'static str {
    match op {
        Comparison::Lt => "<",
        Comparison::Le => "<=",
        Comparison::Gt => ">",
        Comparison::Ge => ">=",
        Comparison::Eq => "==",
        Comparison::Ne => "!=",
    }
}

/// The digits of a literal, sign included; `None` for anything else.
fn number_text(e: &Expr) -> Option<String> {
    match &e.kind {
        ExprKind::Quantity(q) => Some(q.digits.clone()),
        ExprKind::Unary {
            op: UnaryOp::Neg,
            operand,
        } => number_text(operand).map(|n| format!("-{n}")),
        _ => None,
    }
}
