//! Expressions: operators are grouped by precedence, slips are named.

use super::super::ast::{Arg, BinaryOp, Expr, ExprKind, Fold, Name, Path, UnaryOp, Value};
use super::super::errors::{EqualsFor, Fault};
use super::super::grammar::{Node, OPERATORS, Rule, part, parts};
use super::Lower;
use crate::text::Span;

impl Lower<'_> {
    /// An expression. One whose operators nest too deep to be walked safely becomes an error.
    pub(super) fn expr(&self, node: &Node<'_>) -> Expr {
        let span = self.tight(node);
        let nodes: Vec<Node<'_>> = parts(node).collect();
        let length = nodes.iter().filter(|n| is_operator(n.as_rule())).count();
        let allowed = self.operators.get();
        let Some(left) = allowed.checked_sub(length) else {
            self.note(span.at_start(), Fault::LongExpression);
            return error(span);
        };
        self.operators.set(left);
        let expr = OPERATORS
            .map_primary(|atom| self.atom(&atom))
            .map_prefix(|op, operand| self.prefix(&op, operand))
            .map_infix(|left, op, right| self.infix(left, &op, right))
            .parse(nodes.into_iter());
        self.operators.set(allowed);
        expr
    }

    fn atom(&self, node: &Node<'_>) -> Expr {
        let span = self.tight(node);
        let kind = match node.as_rule() {
            Rule::quantity => ExprKind::Quantity(self.quantity(node)),
            Rule::text => ExprKind::Text(self.text(node)),
            Rule::paren => self
                .inner_expr(node)
                .map_or(ExprKind::Error, |e| ExprKind::Paren(Box::new(e))),
            Rule::list => ExprKind::List(self.args(node)),
            Rule::named => self.named(node),
            Rule::every => self.every(node).unwrap_or(ExprKind::Error),
            Rule::over => self.over(node).unwrap_or(ExprKind::Error),
            Rule::by => self.by(node).unwrap_or(ExprKind::Error),
            _ => ExprKind::Error,
        };
        Expr { kind, span }
    }

    fn inner_expr(&self, paren: &Node<'_>) -> Option<Expr> {
        part(paren, Rule::expr).map(|e| self.expr(&e))
    }

    fn body_expr(&self, node: &Node<'_>) -> Option<Box<Expr>> {
        let paren = part(node, Rule::paren)?;
        self.inner_expr(&paren).map(Box::new)
    }

    fn named(&self, node: &Node<'_>) -> ExprKind {
        let mut path = None;
        for n in parts(node) {
            match (n.as_rule(), path.take()) {
                (Rule::path, _) => path = Some(self.path(&n)),
                (Rule::call, Some(path)) => {
                    let args = self.args(&n);
                    return ExprKind::Call { path, args };
                }
                (Rule::index, Some(path)) => {
                    let args = self.args(&n);
                    return ExprKind::Index { path, args };
                }
                (_, before) => path = before,
            }
        }
        path.map_or(ExprKind::Error, ExprKind::Path)
    }

    fn every(&self, node: &Node<'_>) -> Option<ExprKind> {
        Some(ExprKind::Every {
            path: self.path(&part(node, Rule::path)?),
            body: self.body_expr(node)?,
        })
    }

    fn over(&self, node: &Node<'_>) -> Option<ExprKind> {
        Some(ExprKind::Over {
            fold: fold(node)?,
            name: self.name(&part(node, Rule::ident)?),
            body: self.body_expr(node)?,
        })
    }

    fn by(&self, node: &Node<'_>) -> Option<ExprKind> {
        Some(ExprKind::By {
            fold: fold(node)?,
            path: self.path(&part(node, Rule::path)?),
            args: part(node, Rule::call).map(|c| self.args(&c)),
            body: self.body_expr(node)?,
        })
    }

    /// A path; the last name is empty where one is missing after a dot.
    pub(super) fn path(&self, node: &Node<'_>) -> Path {
        let span = self.span(node);
        let mut names: Vec<Name> = Vec::new();
        for n in parts(node) {
            if n.as_rule() == Rule::missing_name {
                let after = Path {
                    span,
                    names: names.clone(),
                };
                self.note(
                    span,
                    Fault::MissingMember {
                        after: after.text(),
                    },
                );
                names.push(self.missing_name(span));
            } else {
                names.push(self.name(&n));
            }
        }
        Path { span, names }
    }

    /// The arguments inside a call, list or variant.
    pub(super) fn args(&self, node: &Node<'_>) -> Vec<Arg> {
        let mut args = Vec::new();
        for n in parts(node) {
            match n.as_rule() {
                Rule::semicolon => self.note(self.span(&n), Fault::Semicolon { inside: true }),
                Rule::arg => args.push(self.arg(&n)),
                _ => {}
            }
        }
        args
    }

    fn arg(&self, node: &Node<'_>) -> Arg {
        let span = self.tight(node);
        let mut name = None;
        let mut value = None;
        for n in parts(node) {
            match n.as_rule() {
                Rule::arg_name => name = self.arg_name(&n),
                Rule::missing_value => {
                    let what = name.as_ref().map_or("", |n: &Name| n.text.as_str());
                    let at = span.at_end();
                    self.note(
                        span,
                        Fault::MissingValue {
                            of: what.to_owned(),
                        },
                    );
                    value = Some(missing(at));
                }
                _ => value = Some(self.value(&n)),
            }
        }
        let value = value.unwrap_or_else(|| missing(span.at_end()));
        Arg { span, name, value }
    }

    fn arg_name(&self, node: &Node<'_>) -> Option<Name> {
        if let Some(eq) = part(node, Rule::wrong_eq) {
            let fault = Fault::Equals {
                meant: EqualsFor::ArgumentColon,
            };
            self.note(self.first_byte(&eq), fault);
        }
        part(node, Rule::field_name).map(|n| self.field_name(&n))
    }

    /// The span of the first byte of an ASCII token.
    pub(super) fn first_byte(&self, node: &Node<'_>) -> Span {
        let start = self.span(node).start;
        Span::new(self.file, start, start + 1)
    }

    fn prefix(&self, op: &Node<'_>, operand: Expr) -> Expr {
        let at = self.span(op);
        let span = at.to(operand.span);
        let unary = match op.as_rule() {
            Rule::not_op => {
                if op.as_str() == "!" {
                    self.slip(at, "!", "not");
                }
                UnaryOp::Not
            }
            Rule::plus_op => {
                self.note(at, Fault::PlusSign);
                return operand;
            }
            _ => {
                if op.as_str() != "-" {
                    self.slip(at, op.as_str(), "-");
                }
                UnaryOp::Neg
            }
        };
        let kind = ExprKind::Unary {
            op: unary,
            operand: Box::new(operand),
        };
        Expr { kind, span }
    }

    fn infix(&self, left: Expr, op: &Node<'_>, right: Expr) -> Expr {
        let op_span = self.span(op);
        let span = left.span.to(right.span);
        let Some((binary, canonical)) = binary(op.as_str()) else {
            self.foreign(&left, op, &right);
            return error(span);
        };
        if binary == BinaryOp::Eq && op.as_str() == "=" {
            let meant = EqualsFor::Equality;
            self.note(op_span, Fault::Equals { meant });
        } else if !canonical {
            self.slip(op_span, op.as_str(), binary.text());
        }
        if let Some(middle) = chained(&left, binary) {
            let fault = Fault::Chained {
                first: left.span,
                middle: self.slice(middle).to_owned(),
                op: binary.text(),
            };
            self.note(op_span, fault);
            return error(span);
        }
        let kind = ExprKind::Binary {
            op: binary,
            op_span,
            left: Box::new(left),
            right: Box::new(right),
        };
        Expr { kind, span }
    }

    /// An operator that has no counterpart: `**`, `not in`.
    fn foreign(&self, left: &Expr, op: &Node<'_>, right: &Expr) {
        let whole = left.span.to(right.span);
        let (a, b) = (self.slice(left.span), self.slice(right.span));
        if op.as_str() == "**" {
            let simple = matches!(left.kind, ExprKind::Path(_) | ExprKind::Paren(_));
            let instead = (simple && b == "2").then(|| format!("({a} * {a})"));
            self.note(self.span(op), Fault::Power { whole, instead });
        } else {
            let instead = format!("not ({a} in {b})");
            self.note(self.span(op), Fault::NotIn { whole, instead });
        }
    }

    fn slip(&self, span: Span, written: &str, meant: &'static str) {
        let written = written.to_owned();
        self.note(span, Fault::Operator { written, meant });
    }
}

/// A value that is not there.
pub(super) fn missing(at: Span) -> Value {
    Value {
        span: at,
        expr: Some(error(at)),
        record: None,
    }
}

fn error(span: Span) -> Expr {
    Expr {
        kind: ExprKind::Error,
        span,
    }
}

fn fold(node: &Node<'_>) -> Option<Fold> {
    match part(node, Rule::fold)?.as_str() {
        "mean" => Some(Fold::Mean),
        "sum" => Some(Fold::Sum),
        "min" => Some(Fold::Min),
        "max" => Some(Fold::Max),
        _ => None,
    }
}

/// The operator, and whether it is spelt as the language spells it.
fn binary(written: &str) -> Option<(BinaryOp, bool)> {
    Some(match written {
        "or" => (BinaryOp::Or, true),
        "||" => (BinaryOp::Or, false),
        "and" => (BinaryOp::And, true),
        "&&" => (BinaryOp::And, false),
        "==" => (BinaryOp::Eq, true),
        "=" => (BinaryOp::Eq, false),
        "!=" => (BinaryOp::Ne, true),
        "<>" | "≠" => (BinaryOp::Ne, false),
        "<" => (BinaryOp::Lt, true),
        "<=" => (BinaryOp::Le, true),
        "≤" | "=<" => (BinaryOp::Le, false),
        ">" => (BinaryOp::Gt, true),
        ">=" => (BinaryOp::Ge, true),
        "≥" | "=>" => (BinaryOp::Ge, false),
        "in" => (BinaryOp::In, true),
        ".." => (BinaryOp::Range, true),
        "+" => (BinaryOp::Add, true),
        "-" => (BinaryOp::Sub, true),
        "−" | "–" | "—" => (BinaryOp::Sub, false),
        "*" => (BinaryOp::Mul, true),
        "/" => (BinaryOp::Div, true),
        _ => return None,
    })
}

fn is_operator(node: Rule) -> bool {
    matches!(
        node,
        Rule::or_op
            | Rule::and_op
            | Rule::cmp_op
            | Rule::range_op
            | Rule::add_op
            | Rule::mul_op
            | Rule::not_op
            | Rule::neg_op
            | Rule::plus_op
    )
}

fn is_comparison(op: BinaryOp) -> bool {
    use BinaryOp::{Eq, Ge, Gt, In, Le, Lt, Ne};
    matches!(op, Eq | Ne | Lt | Le | Gt | Ge | In)
}

/// The shared middle operand of `a < b < c`, where `left` is already such a comparison.
fn chained(left: &Expr, op: BinaryOp) -> Option<Span> {
    let ExprKind::Binary {
        op: before, right, ..
    } = &left.kind
    else {
        return None;
    };
    let both_compare = is_comparison(op) && is_comparison(*before);
    let both_range = op == BinaryOp::Range && *before == BinaryOp::Range;
    (both_compare || both_range).then_some(right.span)
}
