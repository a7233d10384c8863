//! Formulas over aggregates, typed.

use super::errors::HirError;
use super::formula::*;
use super::inside::Inside;
use super::metrics::State;
use super::model::*;
use super::scope::{Def, Resolver};
use super::show;
use crate::diagnostic::suggest;
use crate::syntax::ast::{self, Arg, BinaryOp, Expr, ExprKind, UnaryOp};
use crate::types::Measure;

/// The formula is a number of rows, or of a row.
pub(super) type Typed<T> = Option<(T, Measure)>;

pub(super) const AGGREGATES: [&str; 7] =
    ["count", "share", "sum", "mean", "quantile", "min", "max"];
pub(super) const FUNCTIONS: [(&str, Function, usize); 6] = [
    ("greatest", Function::Greatest, 2),
    ("least", Function::Least, 2),
    ("abs", Function::Abs, 1),
    ("sqrt", Function::Sqrt, 1),
    ("log", Function::Log, 1),
    ("exp", Function::Exp, 1),
];

impl<'a> Resolver<'a> {
    pub(super) fn illegal<T>(
        &mut self,
        e: &Expr,
        message: impl Into<String>,
        help: &str,
    ) -> Option<T> {
        self.errors.push(HirError::Formula {
            message: message.into(),
            span: e.span,
            help: help.into(),
        });
        None
    }

    pub(super) fn formula(&mut self, e: &'a Expr, cx: &mut Inside) -> Typed<Formula> {
        match &e.kind {
            ExprKind::Quantity(_) => {
                let (n, m) = self.quantity(e)?;
                Some((Formula::Constant(n, m.clone()), m))
            }
            ExprKind::Paren(inner) => self.formula(inner, cx),
            ExprKind::Unary {
                op: UnaryOp::Neg,
                operand,
            } => {
                let (f, m) = self.formula(operand, cx)?;
                let zero = Formula::Constant(0.0, m.clone());
                Some((
                    Formula::Binary(Arithmetic::Sub, Box::new(zero), Box::new(f)),
                    m,
                ))
            }
            ExprKind::Binary {
                op, left, right, ..
            } => {
                let Some(op) = arithmetic(*op) else {
                    return self.illegal(
                        e,
                        format!("`{}` is a condition, not a number", show::expr(e)),
                        "count the rows where it holds: `count(…)`, or their share: `mean(…)`",
                    );
                };
                let (l, lm) = self.formula(left, cx)?;
                let (r, rm) = self.formula(right, cx)?;
                let m = self.combine(e, op, &lm, &rm)?;
                Some((Formula::Binary(op, Box::new(l), Box::new(r)), m))
            }
            ExprKind::Over { fold, name, body } => {
                cx.bound.push(name.text.clone());
                let inner = self.formula(body, cx);
                cx.bound.pop();
                let (body, m) = inner?;
                let over = Formula::OverClass {
                    fold: fold_of(*fold),
                    depth: cx.bound.len(),
                    body: Box::new(body),
                };
                Some((over, m))
            }
            ExprKind::By {
                fold,
                path,
                args,
                body,
            } => self.by(e, *fold, (path, args.as_deref()), body, cx),
            ExprKind::Path(path) => self.formula_name(e, path, cx),
            ExprKind::Call { path, args } => self.formula_call(e, path, args, cx),
            ExprKind::Error => None,
            ExprKind::Text(_)
            | ExprKind::List(_)
            | ExprKind::Index { .. }
            | ExprKind::Every { .. }
            | ExprKind::Unary { .. } => self.illegal(
                e,
                format!("`{}` is not a number", show::expr(e)),
                "a formula is made of aggregates such as `mean(latency)`, numbers and arithmetic",
            ),
        }
    }

    pub(super) fn combine(
        &mut self,
        e: &Expr,
        op: Arithmetic,
        l: &Measure,
        r: &Measure,
    ) -> Option<Measure> {
        let measure = match op {
            Arithmetic::Add => l.plus(r, false),
            Arithmetic::Sub => l.plus(r, true),
            Arithmetic::Mul => l.times(r),
            Arithmetic::Div => l.over(r),
        };
        match measure {
            Ok(m) => Some(m),
            Err(_) => {
                self.errors.push(HirError::Units {
                    message: format!("`{}` puts {l} and {r} together", show::expr(e)),
                    sides: vec![(e.span, format!("{l} and {r}"))],
                    help: "add and subtract quantities of one kind only".into(),
                    fix: None,
                });
                None
            }
        }
    }

    pub(super) fn formula_name(
        &mut self,
        e: &'a Expr,
        path: &'a ast::Path,
        cx: &mut Inside,
    ) -> Typed<Formula> {
        let text = path.text();
        if let Some(i) = cx.number_param(&text) {
            return Some((Formula::Param(i), Measure::Number));
        }
        if text == "hardware.price" {
            return Some((Formula::Price, self.price_measure()));
        }
        if text.starts_with("run.") || text.starts_with("hardware.") {
            return self.figure(e, &text);
        }
        match self.lookup(&path.names) {
            Some((entry, [])) => match entry.def {
                Def::Metric(_) => self.formula_metric(e, cx),
                Def::Unknown => None,
                _ => self.illegal(e, format!("`{text}` is {}, not a number", entry.def.kind()), "use an aggregate of rows, such as `mean(latency)`"),
            },
            _ => self.illegal(
                e,
                format!("`{text}` belongs to one row, and a metric is about all of them"),
                &format!("wrap it in an aggregate, such as `mean({text})` or `count(prediction == {text})`"),
            ),
        }
    }

    /// `run.elapsed` and its like.
    fn figure(&mut self, e: &Expr, text: &str) -> Typed<Formula> {
        if let Some(figure) = Figure::ALL.into_iter().find(|f| f.text() == text) {
            return Some((Formula::Figure(figure), figure.measure()));
        }
        let legal = Figure::ALL
            .iter()
            .map(|f| f.text())
            .chain(["hardware.price"]);
        let help = match suggest(text, legal.clone()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("there are {}", legal.collect::<Vec<_>>().join(", ")),
        };
        self.illegal(e, format!("a run has no figure `{text}`"), &help)
    }

    pub(super) fn formula_metric(&mut self, e: &'a Expr, cx: &mut Inside) -> Typed<Formula> {
        let (ExprKind::Path(path) | ExprKind::Call { path, .. }) = &e.kind else {
            return None;
        };
        let (entry, _) = self.lookup(&path.names)?;
        let Def::Metric(id) = entry.def else {
            return None;
        };
        if self.metric_state.get(id.index()) == Some(&State::Working) {
            let name = path.text();
            self.errors.push(HirError::Circle {
                path: format!("`{name}`"),
                verb: "is defined by itself",
                spans: vec![
                    (e.span, "used here, on the way to its own value".into()),
                    (entry.span, "defined here".into()),
                ],
            });
            return None;
        }
        let metric = self.metric_inside(e, Some(cx))?;
        let target = &self.plan.metrics[metric.metric];
        target.formula.as_ref()?;
        let measure = match target.label_factor {
            // Inside a formula labels are plain numbers.
            Some(_) => Measure::Number,
            None => target.measure.clone(),
        };
        Some((Formula::Metric(Box::new(metric)), measure))
    }

    pub(super) fn formula_call(
        &mut self,
        e: &'a Expr,
        path: &'a ast::Path,
        args: &'a [Arg],
        cx: &mut Inside,
    ) -> Typed<Formula> {
        let text = path.text();
        if let Some(name) = text.strip_prefix("native.") {
            return self.native_of_rows(e, name, args, cx);
        }
        if let Some((_, f, arity)) = FUNCTIONS.iter().find(|f| f.0 == text) {
            let (parts, measure) =
                self.function_args(e, *f, *arity, args, |r, arg| r.formula(arg, cx))?;
            return Some((Formula::Call(*f, parts), measure));
        }
        if AGGREGATES.contains(&text.as_str()) {
            return self.aggregate(e, &text, args, cx);
        }
        if self.lookup(&path.names).is_some() {
            return self.formula_metric(e, cx);
        }
        let legal = AGGREGATES
            .iter()
            .copied()
            .chain(FUNCTIONS.iter().map(|f| f.0));
        let near = suggest(&text, legal.clone());
        let help = near.map_or_else(
            || format!("there are {}", legal.collect::<Vec<_>>().join(", ")),
            |n| format!("did you mean `{n}`?"),
        );
        self.illegal(e, format!("there is no function or metric `{text}`"), &help)
    }

    /// The arguments of a function of numbers, read by `read`: of one kind, and without a dimension
    /// where the function has no meaning for one.
    pub(super) fn function_args<T>(
        &mut self,
        e: &Expr,
        function: Function,
        arity: usize,
        args: &'a [Arg],
        mut read: impl FnMut(&mut Self, &'a Expr) -> Typed<T>,
    ) -> Typed<Vec<T>> {
        if args.len() != arity {
            return self.illegal(
                e,
                format!("`{}` does not take {} number(s)", show::expr(e), args.len()),
                &format!("give {arity}"),
            );
        }
        let mut parts = Vec::new();
        let mut measures: Vec<Measure> = Vec::new();
        for arg in args {
            let (part, measure) = read(self, arg.value.expr.as_ref()?)?;
            parts.push(part);
            measures.push(measure);
        }
        let measure = measures.first().cloned().unwrap_or(Measure::Number);
        let rootless = matches!(function, Function::Sqrt | Function::Log | Function::Exp)
            && matches!(measure, Measure::Dimension(_));
        let other = measures.iter().find(|m| m.comparable(&measure).is_err());
        let message = match other {
            Some(other) => format!("`{}` puts {measure} and {other} together", show::expr(e)),
            None if rootless => format!("`{}` is of {measure}, and has no unit", show::expr(e)),
            None => return Some((parts, measure)),
        };
        self.errors.push(HirError::Units {
            message,
            sides: vec![(e.span, measure.to_string())],
            help: "use numbers of one kind; divide by a quantity of the same unit first".into(),
            fix: None,
        });
        None
    }

    pub(super) fn aggregate(
        &mut self,
        e: &'a Expr,
        name: &str,
        args: &'a [Arg],
        cx: &mut Inside,
    ) -> Typed<Formula> {
        let mut filter = None;
        let mut plain_args: Vec<&'a Expr> = Vec::new();
        for arg in args {
            let inner = arg.value.expr.as_ref()?;
            match arg.name.as_ref().map(|n| n.text.as_str()) {
                None => plain_args.push(inner),
                Some("where") => filter = Some(self.row_condition(inner, cx)?),
                Some(other) => {
                    return self.illegal(
                        e,
                        format!("`{name}` has no option `{other}`"),
                        "an aggregate takes a value and `where:`",
                    );
                }
            }
        }
        let (kind, measure) = match (name, plain_args.as_slice()) {
            ("count", []) => (AggregateKind::Count, Measure::Number),
            ("count", [c]) => {
                let condition = self.row_condition(c, cx)?;
                filter = Some(match filter {
                    Some(f) => RowCondition::And(Box::new(f), Box::new(condition)),
                    None => condition,
                });
                (AggregateKind::Count, Measure::Number)
            }
            ("share", []) => (AggregateKind::Share, Measure::Ratio),
            ("mean", [v]) if is_condition(v) => (
                AggregateKind::MeanOf(self.row_condition(v, cx)?),
                Measure::Ratio,
            ),
            ("sum" | "mean" | "min" | "max", [v]) => {
                let (number, m) = self.row_number(v, cx)?;
                let kind = match name {
                    "sum" => AggregateKind::Sum(number),
                    "mean" => AggregateKind::Mean(number),
                    "min" => AggregateKind::Min(number),
                    _ => AggregateKind::Max(number),
                };
                (kind, m)
            }
            ("quantile", [v, q]) => {
                let (number, m) = self.row_number(v, cx)?;
                let (q, _) = self.formula(q, cx)?;
                (AggregateKind::Quantile(number, Box::new(q)), m)
            }
            _ => {
                let how = match name {
                    "count" => "`count()` or `count(condition)`",
                    "share" => "`share()`",
                    "quantile" => "`quantile(latency, 95%)`",
                    _ => "one value, as in `mean(latency)`",
                };
                return self.illegal(
                    e,
                    format!("`{name}` is not used like this"),
                    &format!("write {how}"),
                );
            }
        };
        let aggregate = Aggregate {
            kind,
            filter,
            span: e.span,
        };
        Some((Formula::Aggregate(Box::new(aggregate)), measure))
    }
}

pub(super) fn arithmetic(op: BinaryOp) -> Option<Arithmetic> {
    match op {
        BinaryOp::Add => Some(Arithmetic::Add),
        BinaryOp::Sub => Some(Arithmetic::Sub),
        BinaryOp::Mul => Some(Arithmetic::Mul),
        BinaryOp::Div => Some(Arithmetic::Div),
        BinaryOp::Or
        | BinaryOp::And
        | BinaryOp::Eq
        | BinaryOp::Ne
        | BinaryOp::Lt
        | BinaryOp::Le
        | BinaryOp::Gt
        | BinaryOp::Ge
        | BinaryOp::In
        | BinaryOp::Range => None,
    }
}

pub(super) fn fold_of(fold: ast::Fold) -> Fold {
    match fold {
        ast::Fold::Mean => Fold::Mean,
        ast::Fold::Sum => Fold::Sum,
        ast::Fold::Min => Fold::Min,
        ast::Fold::Max => Fold::Max,
    }
}

pub(super) fn is_condition(e: &Expr) -> bool {
    match &e.kind {
        ExprKind::Paren(inner) => is_condition(inner),
        ExprKind::Unary { op, .. } => *op == UnaryOp::Not,
        ExprKind::Binary { op, .. } => arithmetic(*op).is_none(),
        _ => false,
    }
}
