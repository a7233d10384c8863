//! Trees without places: for asking whether two texts say the same.

use super::ast::{
    Allow, Arg, Block, Body, Comment, Entry, Expr, ExprKind, File, Head, Item, ItemKind, Name,
    Path, SystemRef, Text, Use, Value,
};
use crate::text::Span;

impl File {
    /// The tree with every span empty: equal for two texts that differ only in how they are laid out.
    pub fn without_spans(mut self) -> File {
        self.comments.iter_mut().for_each(comment);
        self.items.iter_mut().for_each(item);
        self
    }
}

fn comment(comment: &mut Comment) {
    comment.span = Span::default();
}

fn name(name: &mut Name) {
    name.span = Span::default();
}

fn text(text: &mut Text) {
    text.span = Span::default();
}

fn path(path: &mut Path) {
    path.span = Span::default();
    path.names.iter_mut().for_each(name);
}

fn item(item: &mut Item) {
    item.span = Span::default();
    item.docs.iter_mut().for_each(comment);
    item.allows.iter_mut().for_each(allow);
    match &mut item.kind {
        ItemKind::Use(Use::Path { path: p, names }) => {
            path(p);
            names.iter_mut().flatten().for_each(name);
        }
        ItemKind::Use(Use::File { file, name: n }) => {
            text(file);
            name(n);
        }
        ItemKind::Block(b) => block(b),
        ItemKind::Error => {}
    }
}

fn allow(allow: &mut Allow) {
    allow.span = Span::default();
    name(&mut allow.code);
    allow.reason.iter_mut().for_each(text);
}

fn block(block: &mut Block) {
    block.head_span = Span::default();
    head(&mut block.head);
    block.body.iter_mut().for_each(body);
}

fn head(head: &mut Head) {
    match head {
        Head::Declare {
            keyword: _,
            name: n,
            params,
            from,
        } => {
            name(n);
            params.iter_mut().for_each(name);
            from.iter_mut().for_each(system);
        }
        Head::Compare { subject, against } => {
            system(subject);
            against.iter_mut().for_each(system);
        }
        Head::Ablation { of } | Head::Factorial { of } => system(of),
        Head::Select { name: n, from } => {
            name(n);
            from.iter_mut().for_each(system);
        }
        Head::Decide {
            name: n,
            subject,
            against,
        } => {
            n.iter_mut().for_each(name);
            system(subject);
            system(against);
        }
        Head::Stop { subject, against } => {
            system(subject);
            system(against);
        }
        Head::Broken {
            word,
            meant: _,
            name: n,
        } => {
            name(word);
            n.iter_mut().for_each(name);
        }
    }
}

fn system(system: &mut SystemRef) {
    system.span = Span::default();
    path(&mut system.path);
    system.levels.iter_mut().for_each(arg);
    system.minus.iter_mut().for_each(name);
}

fn body(body: &mut Body) {
    body.span = Span::default();
    for entry in &mut body.entries {
        match entry {
            Entry::Field(field) => {
                field.span = Span::default();
                name(&mut field.name);
                value(&mut field.value);
            }
            Entry::Rule(rule) => {
                rule.span = Span::default();
                name(&mut rule.outcome);
                rule.when.iter_mut().for_each(expr);
            }
            Entry::Error(span) => *span = Span::default(),
        }
    }
}

fn value(value: &mut Value) {
    value.span = Span::default();
    value.expr.iter_mut().for_each(expr);
    value.record.iter_mut().for_each(body);
}

fn arg(arg: &mut Arg) {
    arg.span = Span::default();
    arg.name.iter_mut().for_each(name);
    value(&mut arg.value);
}

fn expr(expr: &mut Expr) {
    expr.span = Span::default();
    expr_kind(&mut expr.kind);
}

fn expr_kind(kind: &mut ExprKind) {
    match kind {
        ExprKind::Quantity(quantity) => quantity.unit.iter_mut().for_each(name),
        ExprKind::Text(t) => text(t),
        ExprKind::Path(p) => path(p),
        ExprKind::List(args) => args.iter_mut().for_each(arg),
        ExprKind::Paren(inner) => expr(inner),
        ExprKind::Call { path: p, args } | ExprKind::Index { path: p, args } => {
            path(p);
            args.iter_mut().for_each(arg);
        }
        ExprKind::Every { path: p, body } => {
            path(p);
            expr(body);
        }
        ExprKind::Over {
            fold: _,
            name: n,
            body,
        } => {
            name(n);
            expr(body);
        }
        ExprKind::By {
            fold: _,
            path: p,
            args,
            body,
        } => {
            path(p);
            args.iter_mut().flatten().for_each(arg);
            expr(body);
        }
        ExprKind::Binary {
            op: _,
            op_span,
            left,
            right,
        } => {
            *op_span = Span::default();
            expr(left);
            expr(right);
        }
        ExprKind::Unary { op: _, operand } => expr(operand),
        ExprKind::Error => {}
    }
}
