//! Expressions as canonical text: for reports, and to compare what was written.

use crate::syntax::ast::{Arg, Body, Entry, Expr, ExprKind, Fold, SystemRef, UnaryOp, Value};

pub(super) fn system(s: &SystemRef) -> String {
    let minus: String = s.minus.iter().map(|m| format!(" - {}", m.text)).collect();
    if s.levels.is_empty() {
        format!("{}{minus}", s.path.text())
    } else {
        format!("{}[{}]{minus}", s.path.text(), args(&s.levels))
    }
}

pub(super) fn systems(all: &[SystemRef]) -> String {
    all.iter().map(system).collect::<Vec<_>>().join(", ")
}

/// The expression on one line.
pub fn expr(e: &Expr) -> String {
    match &e.kind {
        ExprKind::Quantity(q) => {
            let unit = q.unit.as_ref().map_or("", |u| u.text.as_str());
            format!("{}{unit}", q.digits.replace('_', ""))
        }
        ExprKind::Text(t) => format!("\"{}\"", t.value),
        ExprKind::Path(p) => p.text(),
        ExprKind::List(items) => format!("[{}]", args(items)),
        ExprKind::Paren(inner) => format!("({})", expr(inner)),
        ExprKind::Call { path, args: a } => format!("{}({})", path.text(), args(a)),
        ExprKind::Index { path, args: a } => format!("{}[{}]", path.text(), args(a)),
        ExprKind::Every { path, body } => format!("every {} ({})", path.text(), expr(body)),
        ExprKind::Over {
            fold, name, body, ..
        } => format!(
            "{} over class {} of ({})",
            fold_text(*fold),
            name.text,
            expr(body)
        ),
        ExprKind::By {
            fold,
            path,
            args: a,
            body,
        } => {
            let call = a
                .as_ref()
                .map_or(String::new(), |a| format!("({})", args(a)));
            format!(
                "{} by {}{call} of ({})",
                fold_text(*fold),
                path.text(),
                expr(body)
            )
        }
        ExprKind::Binary {
            op, left, right, ..
        } => format!("{} {} {}", expr(left), op.text(), expr(right)),
        ExprKind::Unary { op, operand } => match op {
            UnaryOp::Neg => format!("-{}", expr(operand)),
            UnaryOp::Not => format!("not {}", expr(operand)),
        },
        ExprKind::Error => "…".to_string(),
    }
}

/// The value on one line, record included.
pub fn value(v: &Value) -> String {
    let parts = [v.expr.as_ref().map(expr), v.record.as_ref().map(record)];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn record(body: &Body) -> String {
    let entries: Vec<String> = body
        .entries
        .iter()
        .map(|entry| match entry {
            Entry::Field(f) => format!("{}: {}", f.name.text, value(&f.value)),
            Entry::Rule(r) => match &r.when {
                Some(when) => format!("{} when {}", r.outcome.text, expr(when)),
                None => format!("{} otherwise", r.outcome.text),
            },
            Entry::Error(_) => "…".to_string(),
        })
        .collect();
    format!("{{ {} }}", entries.join(", "))
}

fn args(items: &[Arg]) -> String {
    let shown: Vec<String> = items
        .iter()
        .map(|a| match &a.name {
            Some(name) => format!("{}: {}", name.text, value(&a.value)),
            None => value(&a.value),
        })
        .collect();
    shown.join(", ")
}

fn fold_text(fold: Fold) -> &'static str {
    match fold {
        Fold::Mean => "mean",
        Fold::Sum => "sum",
        Fold::Min => "min",
        Fold::Max => "max",
    }
}
