//! Printing values and expressions.

use super::lines::Base;
use super::printer::{Context, Printer};
use crate::syntax::ast::{Arg, BinaryOp, Expr, ExprKind, Path, Quantity, UnaryOp, Value};
use crate::text::Span;

impl Printer<'_> {
    /// A value; a list or call that is all of its expression may be broken where the line is long.
    pub(super) fn value(&mut self, value: &Value, context: Context) {
        if let Some(expr) = &value.expr {
            match &expr.kind {
                ExprKind::List(args) => self.args(("[", "]"), args, (context, true)),
                ExprKind::Call { path, args } => self.call(path, args, (context, true)),
                ExprKind::Quantity(_)
                | ExprKind::Text(_)
                | ExprKind::Path(_)
                | ExprKind::Paren(_)
                | ExprKind::Index { .. }
                | ExprKind::Every { .. }
                | ExprKind::Over { .. }
                | ExprKind::By { .. }
                | ExprKind::Binary { .. }
                | ExprKind::Unary { .. }
                | ExprKind::Error => self.expr(expr, context),
            }
        }
        if let Some(record) = &value.record {
            if value.expr.is_some() {
                self.put(" ");
                self.entry_stop();
            }
            self.body(record, context.block);
        }
    }

    /// The arguments of a call, list or variant.
    pub(super) fn args(&mut self, brackets: (&str, &str), args: &[Arg], context: (Context, bool)) {
        self.list(brackets, args, context, |arg| arg.span, Self::arg);
    }

    fn arg(&mut self, arg: &Arg, context: Context) {
        let (line, mut context) = (self.line(), context);
        if let Some(name) = &arg.name {
            self.atom(name.span);
            self.token(":");
            if self.gap(context.block, true, false).breaks && self.has_comment_behind() {
                let base = context.block.shifted(4);
                self.new_line(base, false);
            } else {
                self.put(" ");
            }
            context.operands = self.here();
            context.group = self.here();
        }
        self.value(&arg.value, context);
        let alone = line == self.line() && arg.name.is_none() && arg.value.expr.is_some();
        if let Some(record) = arg.value.record.as_ref().filter(|_| alone) {
            self.element_row(line, record);
        }
    }

    fn call(&mut self, path: &Path, args: &[Arg], context: (Context, bool)) {
        self.atom(path.span);
        self.args(("(", ")"), args, context);
    }

    pub(super) fn expr(&mut self, expr: &Expr, context: Context) {
        match &expr.kind {
            ExprKind::Quantity(quantity) => self.quantity(quantity, expr.span),
            ExprKind::Text(text) => self.atom(text.span),
            ExprKind::Path(path) => self.atom(path.span),
            ExprKind::List(args) => self.args(("[", "]"), args, (context, false)),
            ExprKind::Paren(inner) => self.group(inner, context),
            ExprKind::Call { path, args } => self.call(path, args, (context, false)),
            ExprKind::Index { path, args } => {
                self.atom(path.span);
                self.args(("[", "]"), args, (context, false));
            }
            ExprKind::Every { path, body } => {
                self.token("every");
                self.put(" ");
                self.atom(path.span);
                self.put(" ");
                self.group(body, context);
            }
            ExprKind::Over {
                fold: _,
                name,
                body,
            } => {
                self.fold();
                for word in ["over", "class"] {
                    self.token(word);
                    self.put(" ");
                }
                self.atom(name.span);
                self.of(body, context);
            }
            ExprKind::By {
                fold: _,
                path,
                args,
                body,
            } => {
                self.fold();
                self.token("by");
                self.put(" ");
                self.atom(path.span);
                if let Some(args) = args {
                    self.args(("(", ")"), args, (context, false));
                }
                self.of(body, context);
            }
            ExprKind::Binary {
                op,
                op_span,
                left,
                right,
            } => self.binary((*op, *op_span), left, right, context),
            ExprKind::Unary { op, operand } => {
                match op {
                    UnaryOp::Neg => self.token("-"),
                    UnaryOp::Not => {
                        self.token("not");
                        self.put(" ");
                    }
                }
                self.expr(operand, context);
            }
            ExprKind::Error => self.lost = true,
        }
    }

    /// A number with its unit attached, unless the two would then be read as one number.
    fn quantity(&mut self, quantity: &Quantity, span: Span) {
        self.put(&quantity.digits);
        if let Some(unit) = &quantity.unit {
            let mut chars = unit.text.chars();
            let exponent = matches!(chars.next(), Some('e' | 'E'))
                && chars.next().is_some_and(|c| c.is_ascii_digit());
            if exponent || unit.text.starts_with('_') {
                self.put(" ");
            }
            self.put(&unit.text);
        }
        self.pass(span);
    }

    fn fold(&mut self) {
        let rest = self.rest().trim_start();
        let word = ["mean", "sum", "min", "max"]
            .into_iter()
            .find(|w| rest.starts_with(w));
        self.token(word.unwrap_or("mean"));
        self.put(" ");
    }

    fn of(&mut self, body: &Expr, context: Context) {
        self.put(" ");
        self.token("of");
        self.put(" ");
        self.group(body, context);
    }

    /// An expression in round brackets, which is broken at both of them or at neither.
    fn group(&mut self, inner: &Expr, context: Context) {
        let at = self.position;
        self.token("(");
        let before_close = self.position.max(inner.span.end as usize);
        let broken = [self.position, before_close].into_iter().any(|from| {
            let rest = self.source.get(from..).unwrap_or("");
            let next = rest.trim_start_matches([' ', '\t', '\u{A0}', '\u{0C}']);
            next.starts_with(['\n', '#']) || next.starts_with("//")
        });
        if broken {
            self.inside(at, context.group, |p, base| {
                p.gap(base, true, false);
                p.new_line(base, false);
                p.expr(inner, Context::at(base));
                p.gap(base, false, false);
            });
            self.new_line(context.group, false);
        } else {
            let here = self.here();
            let hugging = Context {
                group: here,
                operands: here,
                hang: true,
                ..context
            };
            self.within(|p| p.expr(inner, hugging));
        }
        self.token(")");
    }

    /// Two operands. A line that was broken at the operator goes on with it.
    /// A unit of two words, attached: `tokens/s`. Where a comment or a line break stands between them it is an expression
    /// as any other.
    pub(super) fn rate(&mut self, unit: &Expr, context: Context) {
        let written = unit.span.start as usize..unit.span.end as usize;
        let text = self.source.get(written).unwrap_or_default();
        match &unit.kind {
            ExprKind::Binary { left, right, .. } if !text.contains(['\n', '#']) => {
                self.expr(left, context);
                self.token("/");
                self.expr(right, context);
            }
            _ => self.expr(unit, context),
        }
    }

    fn binary(&mut self, (op, at): (BinaryOp, Span), left: &Expr, right: &Expr, context: Context) {
        self.expr(left, context);
        let word = op.text();
        let hung = isize::try_from(word.len() + 1).unwrap_or(0);
        let base = match context.hang {
            true => context.operands.shifted(-hung),
            false => context.operands,
        };
        let before = self.gap(base, true, false);
        let after = self.source.get(at.end as usize..right.span.start as usize);
        let below = after.is_some_and(|a| a.contains('\n'));
        let breaks = before.breaks || (below && !self.has_comment(at.end as usize));
        let mut context = context;
        if breaks {
            self.new_line(base, false);
            (context.block, context.group) = (base, base);
        } else if op != BinaryOp::Range {
            self.put(" ");
        }
        self.token(word);
        let commented = self.has_comment(self.position);
        self.gap(context.operands, true, false);
        if commented {
            self.new_line(context.operands, false);
        } else if op != BinaryOp::Range {
            self.put(" ");
        }
        if op == BinaryOp::In && is_rate(right) {
            self.rate(right, context);
        } else {
            self.expr(right, context);
        }
    }

    /// Whether a comment stands behind the line at hand, so that nothing can follow on it.
    fn has_comment_behind(&self) -> bool {
        let last = self.lines.last();
        last.is_some_and(|l| l.sealed || l.trailing.is_some())
    }
}

/// Whether one word stands over another, as in a unit.
pub(super) fn is_rate(expr: &Expr) -> bool {
    let word = |e: &Expr| matches!(&e.kind, ExprKind::Path(p) if p.single().is_some());
    matches!(&expr.kind, ExprKind::Binary { op: BinaryOp::Div, left, right, .. } if word(left) && word(right))
}

/// The base of an entry's own line.
pub(super) fn entry_context(line: Base, value: Base, hang: bool) -> Context {
    Context {
        block: line,
        group: value,
        operands: value,
        hang,
    }
}
