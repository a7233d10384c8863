//! Every place in a tree and in its errors: for asking whether two texts say the same, and for moving what was read.

use super::ast::{
    Allow, Arg, Block, Body, Comment, Entry, Expr, ExprKind, File, Head, Item, ItemKind, Name,
    Path, SystemRef, Text, Use, Value,
};
use super::errors::{Fault, SyntaxError};
use crate::text::Span;

/// What is done with each place.
pub(super) type See<'f> = &'f mut dyn FnMut(&mut Span);

impl File {
    /// The tree with every span empty: equal for two texts that differ only in how they are laid out.
    pub fn without_spans(mut self) -> File {
        let mut erase = |span: &mut Span| *span = Span::default();
        self.comments
            .iter_mut()
            .for_each(|c| comment(c, &mut erase));
        self.items.iter_mut().for_each(|i| item(i, &mut erase));
        self
    }
}

pub(super) fn comment(comment: &mut Comment, see: See<'_>) {
    see(&mut comment.span);
}

fn name(name: &mut Name, see: See<'_>) {
    see(&mut name.span);
}

fn text(text: &mut Text, see: See<'_>) {
    see(&mut text.span);
}

fn path(path: &mut Path, see: See<'_>) {
    see(&mut path.span);
    path.names.iter_mut().for_each(|x| name(x, see));
}

pub(super) fn item(item: &mut Item, see: See<'_>) {
    see(&mut item.span);
    item.docs.iter_mut().for_each(|x| comment(x, see));
    item.allows.iter_mut().for_each(|x| allow(x, see));
    match &mut item.kind {
        ItemKind::Use(Use::Path { path: p, names }) => {
            path(p, see);
            names.iter_mut().flatten().for_each(|x| name(x, see));
        }
        ItemKind::Use(Use::File { file, name: n }) => {
            text(file, see);
            name(n, see);
        }
        ItemKind::Block(b) => block(b, see),
        ItemKind::Error => {}
    }
}

fn allow(allow: &mut Allow, see: See<'_>) {
    see(&mut allow.span);
    name(&mut allow.code, see);
    allow.reason.iter_mut().for_each(|x| text(x, see));
}

fn block(block: &mut Block, see: See<'_>) {
    see(&mut block.head_span);
    head(&mut block.head, see);
    block.body.iter_mut().for_each(|x| body(x, see));
}

fn head(head: &mut Head, see: See<'_>) {
    match head {
        Head::Declare {
            keyword: _,
            name: n,
            params,
            from,
        } => {
            name(n, see);
            params.iter_mut().for_each(|x| name(x, see));
            from.iter_mut().for_each(|x| system(x, see));
        }
        Head::Compare { subject, against } => {
            system(subject, see);
            against.iter_mut().for_each(|x| system(x, see));
        }
        Head::Ablation { of } | Head::Factorial { of } => system(of, see),
        Head::Select { name: n, from } => {
            name(n, see);
            from.iter_mut().for_each(|x| system(x, see));
        }
        Head::Decide {
            name: n,
            subject,
            against,
        } => {
            n.iter_mut().for_each(|x| name(x, see));
            system(subject, see);
            system(against, see);
        }
        Head::Stop { subject, against } => {
            system(subject, see);
            system(against, see);
        }
        Head::Broken {
            word,
            meant: _,
            name: n,
        } => {
            name(word, see);
            n.iter_mut().for_each(|x| name(x, see));
        }
    }
}

fn system(system: &mut SystemRef, see: See<'_>) {
    see(&mut system.span);
    path(&mut system.path, see);
    system.levels.iter_mut().for_each(|x| arg(x, see));
    system.minus.iter_mut().for_each(|x| name(x, see));
}

fn body(body: &mut Body, see: See<'_>) {
    see(&mut body.span);
    for entry in &mut body.entries {
        match entry {
            Entry::Field(field) => {
                see(&mut field.span);
                name(&mut field.name, see);
                value(&mut field.value, see);
            }
            Entry::Rule(rule) => {
                see(&mut rule.span);
                name(&mut rule.outcome, see);
                rule.when.iter_mut().for_each(|x| expr(x, see));
            }
            Entry::Error(span) => see(span),
        }
    }
}

fn value(value: &mut Value, see: See<'_>) {
    see(&mut value.span);
    value.expr.iter_mut().for_each(|x| expr(x, see));
    value.record.iter_mut().for_each(|x| body(x, see));
}

fn arg(arg: &mut Arg, see: See<'_>) {
    see(&mut arg.span);
    arg.name.iter_mut().for_each(|x| name(x, see));
    value(&mut arg.value, see);
}

fn expr(expr: &mut Expr, see: See<'_>) {
    see(&mut expr.span);
    expr_kind(&mut expr.kind, see);
}

fn expr_kind(kind: &mut ExprKind, see: See<'_>) {
    match kind {
        ExprKind::Quantity(quantity) => quantity.unit.iter_mut().for_each(|x| name(x, see)),
        ExprKind::Text(t) => text(t, see),
        ExprKind::Path(p) => path(p, see),
        ExprKind::List(args) => args.iter_mut().for_each(|x| arg(x, see)),
        ExprKind::Paren(inner) => expr(inner, see),
        ExprKind::Call { path: p, args } | ExprKind::Index { path: p, args } => {
            path(p, see);
            args.iter_mut().for_each(|x| arg(x, see));
        }
        ExprKind::Every { path: p, body } => {
            path(p, see);
            expr(body, see);
        }
        ExprKind::Over {
            fold: _,
            name: n,
            body,
        } => {
            name(n, see);
            expr(body, see);
        }
        ExprKind::By {
            fold: _,
            path: p,
            args,
            body,
        } => {
            path(p, see);
            args.iter_mut().flatten().for_each(|x| arg(x, see));
            expr(body, see);
        }
        ExprKind::Binary {
            op: _,
            op_span,
            left,
            right,
        } => {
            see(op_span);
            expr(left, see);
            expr(right, see);
        }
        ExprKind::Unary { op: _, operand } => expr(operand, see),
        ExprKind::Error => {}
    }
}

pub(super) fn error(error: &mut SyntaxError, see: See<'_>) {
    see(&mut error.span);
    match &mut error.fault {
        Fault::Conflict { others } => others.iter_mut().for_each(see),
        Fault::BraceBelow { gap } | Fault::ValueBelow { gap } => gap.iter_mut().for_each(see),
        Fault::UnclosedBrace {
            count: _,
            adopted_by,
            insert,
        } => {
            adopted_by.iter_mut().for_each(&mut *see);
            insert.iter_mut().for_each(|(at, _)| see(at));
        }
        Fault::Power { whole, .. } | Fault::NotIn { whole, .. } => see(whole),
        Fault::Chained { first, .. } => see(first),
        Fault::SameLine { gap } => see(gap),
        Fault::LooseValue { values, .. } => see(values),
        Fault::TooLarge { .. }
        | Fault::TooDeep
        | Fault::LongExpression
        | Fault::NotAnItem { .. }
        | Fault::StrayBrace
        | Fault::UnknownItem { .. }
        | Fault::BrokenHead { .. }
        | Fault::BrokenUse
        | Fault::UseWithoutName
        | Fault::MissingOpen
        | Fault::MissingBody
        | Fault::UnclosedBracket { .. }
        | Fault::StrayBracket { .. }
        | Fault::MissingColon { .. }
        | Fault::MissingValue { .. }
        | Fault::MissingCondition { .. }
        | Fault::MissingMember { .. }
        | Fault::Equals { .. }
        | Fault::SlashComment
        | Fault::Semicolon { .. }
        | Fault::Quotes { .. }
        | Fault::UnclosedString
        | Fault::Escape { .. }
        | Fault::Operator { .. }
        | Fault::PlusSign
        | Fault::LeadingDot
        | Fault::HugeNumber
        | Fault::WaiverReason { .. }
        | Fault::Unexpected { .. } => {}
    }
}
