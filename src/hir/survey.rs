//! What plans say of columns anywhere, gathered before formulas are read: roles that outputs are
//! mapped to, columns that datasets name, and the names that formulas use.

use super::Module;
use super::schema::ROLES;
use super::values::{as_unit, as_word, plain};
use crate::syntax::ast::{
    Arg, BinaryOp, Block, Body, Expr, ExprKind, Head, ItemKind, Keyword, Value,
};
use crate::text::Span;
use crate::types::{Measure, parse_unit};
use std::collections::{BTreeMap, BTreeSet};

/// What a plan says of columns.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// Roles that outputs are mapped to, with the unit said first and where.
    pub(super) roles: BTreeMap<String, Option<(Measure, Span)>>,
    /// Some system's outputs have no column map: their columns bear the names of their roles.
    pub(super) open: bool,
    /// Columns that datasets name, other than by `label:`.
    pub(super) columns: BTreeSet<String>,
    /// Classes that labels declare.
    pub(super) classes: BTreeSet<String>,
    /// Names that stand in formulas and `needs:` of metrics.
    pub(super) mentioned: BTreeSet<String>,
}

impl Survey {
    pub(super) fn new(modules: &[Module]) -> Self {
        let mut survey = Survey::default();
        for item in modules.iter().flat_map(|m| &m.ast.items) {
            let ItemKind::Block(block) = &item.kind else {
                continue;
            };
            let Head::Declare { keyword, .. } = &block.head else {
                continue;
            };
            match keyword {
                Keyword::System | Keyword::Baseline | Keyword::Candidate => survey.system(block),
                Keyword::Dataset => survey.dataset(block),
                Keyword::Metric => survey.metric(block),
                Keyword::Plan
                | Keyword::Protocol
                | Keyword::Step
                | Keyword::Component
                | Keyword::Hardware
                | Keyword::Compare
                | Keyword::Ablation
                | Keyword::Factorial
                | Keyword::Select
                | Keyword::Decide
                | Keyword::Stop => {}
            }
        }
        survey
    }

    fn system(&mut self, block: &Block) {
        for field in block.body.iter().flat_map(Body::fields) {
            match (field.name.text.as_str(), &field.value.record) {
                ("run" | "serve", _) | ("predictions", None) => self.open = true,
                ("predictions", Some(map)) => {
                    for role in map.fields() {
                        let unit = unit(&role.value);
                        let slot = self.roles.entry(role.name.text.clone()).or_insert(None);
                        if slot.is_none() {
                            *slot = unit;
                        }
                    }
                }
                _ => {}
            }
        }
    }

    fn dataset(&mut self, block: &Block) {
        for field in block.body.iter().flat_map(Body::fields) {
            let value = &field.value;
            match field.name.text.as_str() {
                "group" | "cluster" | "time" | "text" | "weight" => {
                    self.columns
                        .extend(plain(value).and_then(as_word).map(|w| w.value));
                }
                "strata" => {
                    if let Some(ExprKind::List(args)) = plain(value).map(|e| &e.kind) {
                        let words = args
                            .iter()
                            .filter_map(|a| plain(&a.value).and_then(as_word));
                        self.columns.extend(words.map(|w| w.value));
                    }
                }
                "columns" => {
                    let named = value.record.iter().flat_map(Body::fields);
                    self.columns.extend(named.map(|f| f.name.text.clone()));
                }
                "label" => {
                    if let Some(ExprKind::Binary {
                        op: BinaryOp::In,
                        right,
                        ..
                    }) = plain(value).map(|e| &e.kind)
                        && let ExprKind::List(args) = &right.kind
                    {
                        for arg in args {
                            let word = arg.value.expr.as_ref().and_then(as_word);
                            let word = arg
                                .name
                                .as_ref()
                                .map(|n| n.text.clone())
                                .or(word.map(|w| w.value));
                            self.classes.extend(word);
                        }
                    }
                }
                _ => {}
            }
        }
    }

    fn metric(&mut self, block: &Block) {
        for field in block.body.iter().flat_map(Body::fields) {
            if matches!(field.name.text.as_str(), "value" | "needs")
                && let Some(e) = &field.value.expr
            {
                self.mention(e);
            }
        }
    }

    fn mention(&mut self, e: &Expr) {
        match &e.kind {
            ExprKind::Path(path) => {
                self.mentioned.extend(path.single().map(|n| n.text.clone()));
            }
            ExprKind::Paren(inner)
            | ExprKind::Unary { operand: inner, .. }
            | ExprKind::Every { body: inner, .. }
            | ExprKind::Over { body: inner, .. } => self.mention(inner),
            ExprKind::Binary { left, right, .. } => {
                self.mention(left);
                self.mention(right);
            }
            ExprKind::Call { args, .. } | ExprKind::List(args) => self.mention_all(args),
            ExprKind::Index { path, args } => {
                self.mentioned.extend(path.single().map(|n| n.text.clone()));
                self.mention_all(args);
            }
            ExprKind::By {
                path, args, body, ..
            } => {
                self.mentioned.extend(path.single().map(|n| n.text.clone()));
                self.mention_all(args.as_deref().unwrap_or_default());
                self.mention(body);
            }
            ExprKind::Quantity(_) | ExprKind::Text(_) | ExprKind::Error => {}
        }
    }

    fn mention_all(&mut self, args: &[Arg]) {
        args.iter()
            .filter_map(|a| a.value.expr.as_ref())
            .for_each(|e| self.mention(e));
    }

    /// Whether outputs may be mapped to a role of this name: one that is known, or that a formula reads.
    pub(super) fn may_map(&self, role: &str) -> bool {
        ROLES.iter().any(|r| r.name == role) || self.mentioned.contains(role)
    }
}

/// The unit in `column in ms`, if it is one.
fn unit(value: &Value) -> Option<(Measure, Span)> {
    let ExprKind::Binary {
        op: BinaryOp::In,
        right,
        ..
    } = &plain(value)?.kind
    else {
        return None;
    };
    let word = as_unit(right)?;
    Some((parse_unit(&word.value).ok()?.measure, word.span))
}
