//! Variants: a system with some components absent or at another level.

use super::errors::HirError;
use super::model::*;
use super::scope::{Def, Resolver};
use super::values::{as_word, plain};
use crate::diagnostic::suggest;
use crate::syntax::ast::{Arg, BinaryOp, Expr, ExprKind, Name, Path, SystemRef, Value};
use crate::text::{Span, Spanned};

/// The parts of a reference to a variant, from a head or from an expression.
struct Written<'a> {
    path: &'a Path,
    levels: &'a [Arg],
    minus: Vec<&'a Name>,
    span: Span,
}

impl<'a> Resolver<'a> {
    /// The variant named in a head.
    pub(super) fn variant(&mut self, r: &'a SystemRef) -> Option<VariantRef> {
        self.written(Written {
            path: &r.path,
            levels: &r.levels,
            minus: r.minus.iter().collect(),
            span: r.span,
        })
    }

    /// The variant named in a value.
    pub(super) fn variant_expr(&mut self, e: &'a Expr) -> Option<VariantRef> {
        let Some(written) = unfold(e) else {
            if !matches!(e.kind, ExprKind::Error) {
                self.errors.push(HirError::Shape {
                    wanted: "a system such as `chars` or `chars - bigrams`".into(),
                    found: format!("`{}`", super::show::expr(e)),
                    span: e.span,
                });
            }
            return None;
        };
        self.written(written)
    }

    /// The system a path names.
    pub(super) fn system_path(&mut self, path: &Path) -> Option<Id<System>> {
        let is_system = |d: Def| matches!(d, Def::System(_));
        if let Some((entry, [])) = self.lookup(&path.names) {
            match entry.def {
                Def::System(s) => return Some(s),
                Def::Unknown => return None,
                _ => {}
            }
        }
        self.not_found("a system", path, is_system);
        None
    }

    fn written(&mut self, w: Written<'a>) -> Option<VariantRef> {
        let system = self.system_path(w.path)?;
        self.resolve_system(system);
        let mut variant = Variant::plain(system);
        let mut sets = Vec::new();
        let mut whole = true;
        for arg in w.levels {
            match self.level_arg(system, arg) {
                Some((component, level, span)) => {
                    variant.levels.insert(component, level);
                    sets.push((component, span));
                }
                None => whole = false,
            }
        }
        for name in w.minus {
            match self.removed(system, name) {
                Some((component, level)) => {
                    variant.levels.insert(component, level);
                    sets.push((component, name.span));
                }
                None => whole = false,
            }
        }
        self.normalise(&mut variant);
        whole.then_some(VariantRef {
            variant,
            span: w.span,
            sets,
        })
    }

    /// Forgets levels that are the system's own anyway, so that equal variants are equal.
    pub(super) fn normalise(&self, variant: &mut Variant) {
        let own = self.plan.configuration(&Variant::plain(variant.system));
        variant.levels.retain(|c, level| own.get(c) != Some(level));
    }

    fn level_arg(
        &mut self,
        system: Id<System>,
        arg: &'a Arg,
    ) -> Option<(Id<Component>, usize, Span)> {
        let Some(name) = &arg.name else {
            self.shape("a level such as `augment: strong`", &arg.value);
            return None;
        };
        let component = self.component_of(system, name)?;
        let level = self.level(component, &arg.value)?;
        Some((component, level, arg.span))
    }

    /// The level a value names.
    pub(super) fn level(&mut self, component: Id<Component>, value: &'a Value) -> Option<usize> {
        let word = plain(value).and_then(as_word);
        let Some(word) = word else {
            self.shape("the name of a level", value);
            return None;
        };
        let c = &self.plan.components[component];
        let found = c.levels.iter().position(|l| *l == word.value);
        if found.is_none() && !c.common.broken {
            let near = suggest(&word.value, c.levels.iter().map(String::as_str));
            let error = HirError::NoVariant {
                message: format!("`{}` has no level `{}`", c.common.name, word.value),
                span: word.span,
                declared: Some((c.common.name_span, "declared here".into())),
                help: near.map_or_else(
                    || format!("its levels are {}", c.levels.join(", ")),
                    |near| format!("did you mean `{near}`?"),
                ),
            };
            self.errors.push(error);
        }
        found
    }

    /// The component taken away, and the level that means “not there”.
    pub(super) fn removed(
        &mut self,
        system: Id<System>,
        name: &Name,
    ) -> Option<(Id<Component>, usize)> {
        let component = self.component_of(system, name)?;
        self.absent_level(component, name.span)
            .map(|l| (component, l))
    }

    /// The level that means “not there”.
    pub(super) fn absent_level(&mut self, component: Id<Component>, span: Span) -> Option<usize> {
        let c = &self.plan.components[component];
        if c.absent.is_none() && !c.common.broken {
            let error = HirError::NoVariant {
                message: format!("no level of `{}` means that it is not there", c.common.name),
                span,
                declared: Some((c.common.name_span, "declared without `absent:`".into())),
                help: format!(
                    "add `absent: {}` to the component, or set a level: `[{}: …]`",
                    c.levels.first().map_or("none", String::as_str),
                    c.common.name
                ),
            };
            self.errors.push(error);
        }
        c_absent(&self.plan, component)
    }

    /// The component of this name that the system has.
    pub(super) fn component_of(
        &mut self,
        system: Id<System>,
        name: &Name,
    ) -> Option<Id<Component>> {
        if name.text.is_empty() {
            return None;
        }
        let s = &self.plan.systems[system];
        let has =
            |c: &&Spanned<Id<Component>>| self.plan.components[c.value].common.name == name.text;
        if let Some(found) = s.components.iter().find(has) {
            let declared = self.plan.components[found.value].common.name_span;
            self.used(name.span, declared);
            return Some(found.value);
        }
        if s.common.broken {
            return None;
        }
        let names: Vec<String> = s
            .components
            .iter()
            .map(|c| self.plan.components[c.value].common.name.clone())
            .collect();
        let near = suggest(&name.text, names.iter().map(String::as_str));
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None if names.is_empty() => format!(
                "add `components: [{}]` to `{}`, and declare `component {} {{ }}`",
                name.text, s.common.name, name.text
            ),
            None => format!("its components are {}", names.join(", ")),
        };
        let error = HirError::NoVariant {
            message: format!("`{}` has no component `{}`", s.common.name, name.text),
            span: name.span,
            declared: Some((s.common.name_span, "declared here".into())),
            help,
        };
        self.errors.push(error);
        None
    }
}

fn c_absent(plan: &Plan, component: Id<Component>) -> Option<usize> {
    plan.components[component].absent
}

fn unfold(e: &Expr) -> Option<Written<'_>> {
    match &e.kind {
        ExprKind::Path(path) => Some(Written {
            path,
            levels: &[],
            minus: Vec::new(),
            span: e.span,
        }),
        ExprKind::Index { path, args } => Some(Written {
            path,
            levels: args,
            minus: Vec::new(),
            span: e.span,
        }),
        ExprKind::Paren(inner) => unfold(inner),
        ExprKind::Binary {
            op: BinaryOp::Sub,
            left,
            right,
            ..
        } => {
            let mut written = unfold(left)?;
            let ExprKind::Path(p) = &right.kind else {
                return None;
            };
            written.minus.push(p.single()?);
            written.span = e.span;
            Some(written)
        }
        _ => None,
    }
}
