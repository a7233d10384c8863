//! Metric items and their formulas, typed.

use super::errors::HirError;
use super::formula::*;
use super::model::*;
use super::scope::{Def, Resolver};
use super::show;
use super::values::plain;
use crate::diagnostic::suggest;
use crate::syntax::ast::{self, Arg, BinaryOp, Expr, ExprKind, Head, Keyword, UnaryOp};
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
            better: None,
            range: None,
            measure: Measure::Number,
            formula: None,
        }
    }
}

/// The formula is a number of rows, or of a row.
type Typed<T> = Option<(T, Measure)>;

const AGGREGATES: [&str; 8] = [
    "count", "share", "sum", "mean", "quantile", "min", "max", "native",
];
const FUNCTIONS: [(&str, Function, usize); 5] = [
    ("greatest", Function::Greatest, 2),
    ("least", Function::Least, 2),
    ("abs", Function::Abs, 1),
    ("sqrt", Function::Sqrt, 1),
    ("log", Function::Log, 1),
];

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
        let params = metric.params.clone();
        // Name and direction are known while the formula is read, so that a circle can be shown.
        self.plan.metrics[id] = metric.clone();
        if let Some(e) = fields.get("value").and_then(plain) {
            let mut bound = Vec::new();
            if let Some((formula, measure)) = self.formula(e, &params, &mut bound) {
                metric.formula = Some(formula);
                metric.measure = measure;
            }
        }
        if let Some(value) = fields.get("range") {
            self.range(value, &mut metric);
        }
        if let Some(value) = fields.get("unit") {
            self.assert_unit(value, &mut metric);
        }
        if let Some(value) = fields.get("needs") {
            self.words("a role such as `score`", value);
        }
        if let Some(value) = fields.get("judge") {
            self.unsupported(
                "a judged metric",
                value.span,
                "use a metric of labels and predictions",
            );
        }
        self.plan.metrics[id] = metric;
        if let Some(state) = self.metric_state.get_mut(id.index()) {
            *state = State::Done;
        }
        self.module = outer;
    }

    /// `0%..100%` also says that the metric is a ratio.
    fn range(&mut self, value: &'a ast::Value, metric: &mut Metric) {
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
        let scalar = matches!(metric.measure, Measure::Number | Measure::Ratio);
        if metric.formula.is_none() || scalar {
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

    fn assert_unit(&mut self, value: &'a ast::Value, metric: &mut Metric) {
        let Some(word) = plain(value).and_then(super::values::as_word) else {
            self.shape("a unit such as `tokens`", value);
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

    fn illegal<T>(&mut self, e: &Expr, message: impl Into<String>, help: &str) -> Option<T> {
        self.errors.push(HirError::Formula {
            message: message.into(),
            span: e.span,
            help: help.into(),
        });
        None
    }

    fn formula(
        &mut self,
        e: &'a Expr,
        params: &[Spanned<String>],
        bound: &mut Vec<String>,
    ) -> Typed<Formula> {
        match &e.kind {
            ExprKind::Quantity(_) => {
                let (n, m) = self.quantity(e)?;
                Some((Formula::Constant(n, m.clone()), m))
            }
            ExprKind::Paren(inner) => self.formula(inner, params, bound),
            ExprKind::Unary {
                op: UnaryOp::Neg,
                operand,
            } => {
                let (f, m) = self.formula(operand, params, bound)?;
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
                let (l, lm) = self.formula(left, params, bound)?;
                let (r, rm) = self.formula(right, params, bound)?;
                let m = self.combine(e, op, &lm, &rm)?;
                Some((Formula::Binary(op, Box::new(l), Box::new(r)), m))
            }
            ExprKind::Over { fold, name, body } => {
                bound.push(name.text.clone());
                let inner = self.formula(body, params, bound);
                bound.pop();
                let (body, m) = inner?;
                let over = Formula::OverClass {
                    fold: fold_of(*fold),
                    depth: bound.len(),
                    body: Box::new(body),
                };
                Some((over, m))
            }
            ExprKind::By { path, .. } => {
                self.unsupported(
                    "`by column of (…)` in a metric",
                    path.span,
                    "use `slices:` in the comparison",
                );
                None
            }
            ExprKind::Path(path) => self.formula_name(e, path, params),
            ExprKind::Call { path, args } => self.formula_call(e, path, args, params, bound),
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

    fn combine(&mut self, e: &Expr, op: Arithmetic, l: &Measure, r: &Measure) -> Option<Measure> {
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

    fn formula_name(
        &mut self,
        e: &'a Expr,
        path: &'a ast::Path,
        params: &[Spanned<String>],
    ) -> Typed<Formula> {
        let text = path.text();
        if let Some(i) = params.iter().position(|p| p.value == text) {
            return Some((Formula::Param(i), Measure::Number));
        }
        if text == "hardware.price" {
            return Some((Formula::Price, self.price_measure()));
        }
        if text.starts_with("run.") || text.starts_with("hardware.") {
            self.unsupported(
                &format!("`{text}`"),
                e.span,
                "use columns of the outputs, such as `latency`",
            );
            return None;
        }
        match self.lookup(&path.names) {
            Some((entry, [])) => match entry.def {
                Def::Metric(_) => self.formula_metric(e),
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

    /// Money per time, in the currency of the plan's hardware.
    fn price_measure(&self) -> Measure {
        Measure::Dimension(Dimension {
            money: 1,
            time: -1,
            currency: Some(self.plan.currency.clone().unwrap_or_else(|| "USD".into())),
            ..Dimension::default()
        })
    }

    fn formula_metric(&mut self, e: &'a Expr) -> Typed<Formula> {
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
        let metric = self.metric_expr(e)?;
        let target = &self.plan.metrics[metric.metric];
        target.formula.as_ref()?;
        let measure = target.measure.clone();
        Some((Formula::Metric(Box::new(metric)), measure))
    }

    fn formula_call(
        &mut self,
        e: &'a Expr,
        path: &'a ast::Path,
        args: &'a [Arg],
        params: &[Spanned<String>],
        bound: &mut Vec<String>,
    ) -> Typed<Formula> {
        let text = path.text();
        if text.starts_with("native.") {
            self.unsupported(
                &format!("`{text}`"),
                e.span,
                "use a metric of counts, means or quantiles",
            );
            return None;
        }
        if let Some((_, f, arity)) = FUNCTIONS.iter().find(|f| f.0 == text) {
            if args.len() != *arity {
                return self.illegal(
                    e,
                    format!("`{text}` takes {arity} number(s)"),
                    "give as many as it takes",
                );
            }
            let mut parts = Vec::new();
            let mut measure = Measure::Number;
            for arg in args {
                let (f, m) = self.formula(arg.value.expr.as_ref()?, params, bound)?;
                parts.push(f);
                measure = m;
            }
            return Some((Formula::Call(*f, parts), measure));
        }
        if AGGREGATES.contains(&text.as_str()) {
            return self.aggregate(e, &text, args, params, bound);
        }
        if self.lookup(&path.names).is_some() {
            return self.formula_metric(e);
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

    fn aggregate(
        &mut self,
        e: &'a Expr,
        name: &str,
        args: &'a [Arg],
        params: &[Spanned<String>],
        bound: &mut Vec<String>,
    ) -> Typed<Formula> {
        let mut filter = None;
        let mut plain_args: Vec<&'a Expr> = Vec::new();
        for arg in args {
            let inner = arg.value.expr.as_ref()?;
            match arg.name.as_ref().map(|n| n.text.as_str()) {
                None => plain_args.push(inner),
                Some("where") => filter = Some(self.row_condition(inner, params, bound)?),
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
                let condition = self.row_condition(c, params, bound)?;
                filter = Some(match filter {
                    Some(f) => RowCondition::And(Box::new(f), Box::new(condition)),
                    None => condition,
                });
                (AggregateKind::Count, Measure::Number)
            }
            ("share", []) => (AggregateKind::Share, Measure::Ratio),
            ("mean", [v]) if is_condition(v) => (
                AggregateKind::MeanOf(self.row_condition(v, params, bound)?),
                Measure::Ratio,
            ),
            ("sum" | "mean" | "min" | "max", [v]) => {
                let (number, m) = self.row_number(v, params)?;
                let kind = match name {
                    "sum" => AggregateKind::Sum(number),
                    "mean" => AggregateKind::Mean(number),
                    "min" => AggregateKind::Min(number),
                    _ => AggregateKind::Max(number),
                };
                (kind, m)
            }
            ("quantile", [v, q]) => {
                let (number, m) = self.row_number(v, params)?;
                let (q, _) = self.formula(q, params, bound)?;
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

    fn row_number(&mut self, e: &'a Expr, params: &[Spanned<String>]) -> Typed<RowNumber> {
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
                if args.len() != *arity {
                    return self.illegal(
                        e,
                        format!("`{text}` takes {arity} number(s)"),
                        "give as many as it takes",
                    );
                }
                let mut parts = Vec::new();
                let mut measure = Measure::Number;
                for arg in args {
                    let (n, m) = self.row_number(arg.value.expr.as_ref()?, params)?;
                    parts.push(n);
                    measure = m;
                }
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

    fn row_condition(
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

    fn operand(&mut self, e: &'a Expr, bound: &[String]) -> Option<Operand> {
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

fn arithmetic(op: BinaryOp) -> Option<Arithmetic> {
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

fn fold_of(fold: ast::Fold) -> Fold {
    match fold {
        ast::Fold::Mean => Fold::Mean,
        ast::Fold::Sum => Fold::Sum,
        ast::Fold::Min => Fold::Min,
        ast::Fold::Max => Fold::Max,
    }
}

fn is_condition(e: &Expr) -> bool {
    match &e.kind {
        ExprKind::Paren(inner) => is_condition(inner),
        ExprKind::Unary { op, .. } => *op == UnaryOp::Not,
        ExprKind::Binary { op, .. } => arithmetic(*op).is_none(),
        _ => false,
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
