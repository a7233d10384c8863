//! Protocols: rules with parameters, put in place of a decision's own.
//!
//! A protocol's names are its parameters and the functions of conditions. Where a decision uses one,
//! its rules are written out with the arguments in place of the parameters, every place in them being
//! the user's, and go the way of any rule: typed, checked for holes, judged.

use super::errors::HirError;
use super::model::Common;
use super::scope::{Def, Resolver, Source};
use super::values::plain;
use crate::diagnostic::suggest;
use crate::syntax::ast::{Arg, Body, Entry, Expr, ExprKind, Head, Path, Rule, Value};
use crate::text::Span;
use std::collections::BTreeMap;

/// The written-out rules of each decision that uses a protocol, by the place of its head.
pub(super) type Expansions = BTreeMap<Span, Vec<Rule>>;

impl<'a> Resolver<'a> {
    /// Holds every protocol to its own parameters.
    pub(super) fn check_protocols(&mut self) {
        for source in self.protocols.clone() {
            self.module = source.module;
            let Head::Declare { name, params, .. } = &source.block.head else {
                continue;
            };
            let legal: Vec<&str> = params.iter().map(|p| p.text.as_str()).collect();
            let rules = rules(source);
            for path in rules.iter().flat_map(|r| unbound(r, &legal)) {
                let text = path.text();
                self.errors.push(HirError::UnknownName {
                    wanted: "parameter",
                    near: suggest(&text, legal.iter().copied()).map(str::to_string),
                    name: text,
                    span: path.span,
                    legal: legal.iter().map(ToString::to_string).collect(),
                });
            }
            let fields = source.block.body.iter().flat_map(Body::fields);
            for field in fields {
                self.errors.push(HirError::Shape {
                    wanted: "a rule such as `superior when gain(metric) > margin`".into(),
                    found: format!("the field `{}`", field.name.text),
                    span: field.span,
                });
            }
            let common = Common {
                name: name.text.clone(),
                name_span: name.span,
                span: source.item.span,
                broken: source
                    .block
                    .body
                    .as_ref()
                    .is_none_or(|b| b.has_error() || !b.closed),
                ..Common::default()
            };
            if rules.is_empty() {
                let example = "superior when gain(metric) > margin, unclear otherwise";
                self.missing(&common, "protocol", "otherwise", example);
            }
        }
        self.module = 0;
    }

    /// Writes out the protocols that the root file's decisions use.
    pub(super) fn expand_protocols(&mut self) -> Expansions {
        let mut found = Expansions::new();
        self.module = 0;
        for source in self.root_blocks() {
            if !matches!(source.block.head, Head::Decide { .. }) {
                continue;
            }
            let body = source.block.body.as_ref();
            let field = body
                .into_iter()
                .flat_map(Body::fields)
                .find(|f| f.name.text == "protocol");
            let Some(field) = field else { continue };
            let written = body
                .into_iter()
                .flat_map(|b| &b.entries)
                .find_map(|e| match e {
                    Entry::Rule(r) => Some(r),
                    Entry::Field(_) | Entry::Error(_) => None,
                });
            if let Some(rule) = written {
                self.errors.push(HirError::Unfit {
                    message: "a decision has rules of its own or a protocol, not both".into(),
                    span: rule.span,
                    label: "a rule of its own".into(),
                    other: Some((field.span, "a protocol".into())),
                    help: "keep one of the two".into(),
                });
            }
            let rules = self.expanded(&field.value).unwrap_or_default();
            found.insert(source.block.head_span, rules);
        }
        found
    }

    fn expanded(&mut self, value: &'a Value) -> Option<Vec<Rule>> {
        let (path, args): (&Path, &[Arg]) = match plain(value).map(|e| &e.kind) {
            Some(ExprKind::Path(path)) => (path, &[]),
            Some(ExprKind::Call { path, args }) => (path, args),
            _ => {
                let wanted = "a protocol such as `non_inferiority(f1_macro, margin: 1pp)`";
                self.shape(wanted, value);
                return None;
            }
        };
        let is_protocol = |d: Def| matches!(d, Def::Protocol(_));
        let found = self.lookup(&path.names).filter(|(_, rest)| rest.is_empty());
        let Some(Def::Protocol(place)) = found.map(|f| f.0.def) else {
            self.not_found("a protocol", path, is_protocol);
            return None;
        };
        let source = *self.protocols.get(place)?;
        let Head::Declare { params, .. } = &source.block.head else {
            return None;
        };
        let params: Vec<&str> = params.iter().map(|p| p.text.as_str()).collect();
        if rules(source)
            .iter()
            .any(|r| !unbound(r, &params).is_empty())
        {
            return None; // reported at the protocol
        }
        let bound = self.arguments(&path.text(), &params, args, path.span)?;
        let at = value.span;
        let write = |rule: &Rule| Rule {
            span: at,
            outcome: crate::syntax::ast::Name {
                text: rule.outcome.text.clone(),
                span: at,
            },
            when: rule.when.as_ref().map(|e| substitute(e, &bound, at)),
        };
        Some(rules(source).into_iter().map(write).collect())
    }

    /// An expression for each parameter, in order or by name.
    fn arguments<'p>(
        &mut self,
        name: &str,
        params: &[&'p str],
        args: &'a [Arg],
        at: Span,
    ) -> Option<BTreeMap<&'p str, &'a Expr>> {
        let shown = format!("`{name}({})`", params.join(", "));
        let mut bound = BTreeMap::new();
        for (i, arg) in args.iter().enumerate() {
            let param = match &arg.name {
                Some(name) => params.iter().find(|p| **p == name.text),
                None => params.get(i),
            };
            let expr = plain(&arg.value);
            let (Some(param), Some(expr)) = (param, expr) else {
                self.unknown_argument(&shown, arg, params);
                return None;
            };
            bound.insert(*param, expr);
        }
        if let Some(absent) = params.iter().find(|p| !bound.contains_key(**p)) {
            self.errors.push(HirError::Shape {
                wanted: shown,
                found: format!("`{name}` without `{absent}`"),
                span: at,
            });
            return None;
        }
        Some(bound)
    }
}

/// The names of a rule that are no parameters.
fn unbound<'r>(rule: &'r Rule, params: &[&str]) -> Vec<&'r Path> {
    let all = rule.when.as_ref().map(names).unwrap_or_default();
    let known = |p: &&Path| {
        let text = p.text();
        text.is_empty() || params.contains(&text.as_str())
    };
    all.into_iter().filter(|p| !known(p)).collect()
}

fn rules(source: Source<'_>) -> Vec<&Rule> {
    let entries = source.block.body.iter().flat_map(|b| &b.entries);
    entries
        .filter_map(|e| match e {
            Entry::Rule(rule) => Some(rule),
            Entry::Field(_) | Entry::Error(_) => None,
        })
        .collect()
}

/// The paths of an expression that aren't called.
fn names(e: &Expr) -> Vec<&Path> {
    let mut found = Vec::new();
    collect(e, &mut found);
    found
}

fn collect<'e>(e: &'e Expr, found: &mut Vec<&'e Path>) {
    let in_args = |args: &'e [Arg], found: &mut Vec<&'e Path>| {
        let exprs = args.iter().filter_map(|a| a.value.expr.as_ref());
        exprs.for_each(|e| collect(e, found));
    };
    match &e.kind {
        ExprKind::Quantity(_) | ExprKind::Text(_) | ExprKind::Error => {}
        ExprKind::Path(path) => found.push(path),
        ExprKind::List(args) | ExprKind::Call { args, .. } => in_args(args, found),
        ExprKind::Index { path, args } => {
            found.push(path);
            in_args(args, found);
        }
        ExprKind::Paren(inner) => collect(inner, found),
        ExprKind::Every { path, body } => {
            found.push(path);
            collect(body, found);
        }
        ExprKind::Over { body, .. } | ExprKind::By { body, .. } => collect(body, found),
        ExprKind::Binary { left, right, .. } => {
            collect(left, found);
            collect(right, found);
        }
        ExprKind::Unary { operand, .. } => collect(operand, found),
    }
}

/// The expression with arguments in place of parameters, every other place being `at`.
fn substitute(e: &Expr, bound: &BTreeMap<&str, &Expr>, at: Span) -> Expr {
    let inner = |e: &Expr| Box::new(substitute(e, bound, at));
    let path_of = |path: &Path| match argument(path, bound).map(|e| &e.kind) {
        Some(ExprKind::Path(of)) => of.clone(),
        _ => placed(path, at),
    };
    let args_of = |args: &[Arg]| -> Vec<Arg> {
        let arg = |a: &Arg| Arg {
            span: at,
            name: a.name.clone(),
            value: Value {
                span: at,
                expr: a.value.expr.as_ref().map(|e| substitute(e, bound, at)),
                record: a.value.record.clone(),
            },
        };
        args.iter().map(arg).collect()
    };
    let kind = match &e.kind {
        ExprKind::Path(path) => match argument(path, bound) {
            Some(argument) => return argument.clone(),
            None => ExprKind::Path(placed(path, at)),
        },
        ExprKind::Quantity(_) | ExprKind::Text(_) | ExprKind::Error => e.kind.clone(),
        ExprKind::List(args) => ExprKind::List(args_of(args)),
        ExprKind::Paren(body) => ExprKind::Paren(inner(body)),
        ExprKind::Call { path, args } => ExprKind::Call {
            path: placed(path, at),
            args: args_of(args),
        },
        ExprKind::Index { path, args } => ExprKind::Index {
            path: path_of(path),
            args: args_of(args),
        },
        ExprKind::Every { path, body } => ExprKind::Every {
            path: path_of(path),
            body: inner(body),
        },
        ExprKind::Over { fold, name, body } => ExprKind::Over {
            fold: *fold,
            name: name.clone(),
            body: inner(body),
        },
        ExprKind::By {
            fold,
            path,
            args,
            body,
        } => ExprKind::By {
            fold: *fold,
            path: path_of(path),
            args: args.as_ref().map(|a| args_of(a)),
            body: inner(body),
        },
        ExprKind::Binary {
            op, left, right, ..
        } => ExprKind::Binary {
            op: *op,
            op_span: at,
            left: inner(left),
            right: inner(right),
        },
        ExprKind::Unary { op, operand } => ExprKind::Unary {
            op: *op,
            operand: inner(operand),
        },
    };
    Expr { kind, span: at }
}

fn argument<'e>(path: &Path, bound: &BTreeMap<&str, &'e Expr>) -> Option<&'e Expr> {
    bound.get(path.single()?.text.as_str()).copied()
}

fn placed(path: &Path, at: Span) -> Path {
    let mut path = path.clone();
    path.span = at;
    path.names.iter_mut().for_each(|n| n.span = at);
    path
}
