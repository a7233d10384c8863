//! Factorials: what is varied, which fraction is run, and the interactions claimed.

use super::errors::HirError;
use super::model::*;
use super::scope::{Resolver, Source};
use super::show;
use super::values::{as_word, plain};
use crate::diagnostic::suggest;
use crate::stats::factorial::{MAX_FACTORS, Word, fraction, full};
use crate::syntax::ast::{self, BinaryOp, Expr, ExprKind, Keyword, UnaryOp, Value};
use crate::text::{Span, Spanned};

/// More cells than this are refused.
const MAX_CELLS: usize = 1024;

impl<'a> Resolver<'a> {
    pub(super) fn factorial(&mut self, source: Source<'a>, of: &'a ast::SystemRef) {
        let of = self.variant(of);
        let title = of
            .as_ref()
            .map_or(String::new(), |v| self.plan.show(&v.variant));
        let (common, fields) =
            self.open_claim(source, Keyword::Factorial, title, source.block.head_span);
        let on = self.on(&common, "factorial", &fields);
        let metric = fields.get("metric").and_then(|v| self.metric_ref(v));
        let interval = fields.get("interval").and_then(|v| self.interval(v));
        let Some(of) = of else { return };
        if self.plan.is_reported(of.variant.system) {
            self.design(
                format!(
                    "`{}` has published numbers alone",
                    self.plan.show(&of.variant)
                ),
                of.span,
                "no other cell can be run",
                "vary a system with `run:` or `predictions:`",
            );
        }
        let before = self.errors.len();
        let over = match fields.get("over") {
            Some(value) => self.factors(&of, value),
            None => {
                self.missing(&common, "factorial", "over", "over: [a, b]");
                Vec::new()
            }
        };
        let over_span = fields.get("over").map_or(common.name_span, |v| v.span);
        let sound = self.errors.len() == before && over.len() > 1;
        let mut interactions = Vec::new();
        if let Some(value) = fields.get("interactions").filter(|_| sound) {
            interactions = self.interactions(value, &over);
        }
        let mut generators = Vec::new();
        if let Some(value) = fields.get("generators").filter(|_| sound) {
            generators = self.generators(value, &over);
        }
        if sound && self.errors.len() == before {
            self.fraction_of(&fields, &over, &generators);
        }
        let cells = if self.errors.len() == before && sound {
            self.cells(&of, &over, &generators, over_span)
        } else {
            Vec::new()
        };
        self.plan.factorials.add(Factorial {
            common,
            of,
            on,
            metric,
            over,
            over_span,
            generators,
            interactions,
            cells,
            interval,
        });
    }

    /// A factorial without a metric is about the plan's primary.
    pub(super) fn primary_for_factorials(&mut self) {
        let primary = self.plan.header.as_ref().and_then(|h| h.primary.clone());
        for id in self.plan.factorials.ids() {
            if self.plan.factorials[id].metric.is_some() {
                continue;
            }
            let common = self.plan.factorials[id].common.clone();
            match &primary {
                Some(primary) => self.plan.factorials[id].metric = Some(primary.clone()),
                None => self.missing(&common, "factorial", "metric", "metric: f1_macro"),
            }
        }
    }

    fn design(&mut self, message: String, span: Span, label: &str, help: impl Into<String>) {
        self.errors.push(HirError::Design {
            message,
            span,
            label: label.into(),
            help: help.into(),
        });
    }

    /// `over: [augment, pca]`: each component with its low level first.
    fn factors(&mut self, of: &VariantRef, value: &'a Value) -> Vec<Factor> {
        let mut found: Vec<Factor> = Vec::new();
        let items = self.items(value);
        for item in &items {
            let Some(word) = plain(item).and_then(as_word) else {
                self.shape("the name of a component", item);
                continue;
            };
            let name = ast::Name {
                text: word.value,
                span: word.span,
            };
            let Some(component) = self.component_of(of.variant.system, &name) else {
                continue;
            };
            if let Some(first) = found.iter().find(|f| f.component.value == component) {
                self.errors.push(HirError::Twice {
                    what: "component",
                    name: name.text,
                    first: first.component.span,
                    second: name.span,
                });
                continue;
            }
            let c = &self.plan.components[component];
            let mut levels: Vec<usize> = (0..c.levels.len()).collect();
            // The low level is the one that takes the component away.
            levels.sort_by_key(|&level| c.absent != Some(level));
            if levels.len() < 2 && !c.common.broken {
                self.design(
                    format!("`{}` has a single level", name.text),
                    name.span,
                    "nothing to vary",
                    "give it a second level, or leave it out",
                );
            }
            found.push(Factor {
                component: Spanned::new(component, name.span),
                levels,
            });
        }
        if items.len() < 2 {
            self.design(
                "a factorial varies at least two components".into(),
                value.span,
                "one alone",
                "add a component, or use `ablation of` for one at a time",
            );
        }
        if found.len() > MAX_FACTORS {
            self.design(
                format!("a factorial of {} components is too large", found.len()),
                value.span,
                "too many",
                format!("vary at most {MAX_FACTORS}"),
            );
        }
        found
    }

    /// `interactions: [augment * ensemble]`
    fn interactions(&mut self, value: &'a Value, over: &[Factor]) -> Vec<Spanned<Vec<usize>>> {
        let wanted = "a product of components such as `augment * pca`";
        let mut found: Vec<Spanned<Vec<usize>>> = Vec::new();
        for item in self.items(value) {
            let Some(e) = plain(item) else {
                self.shape(wanted, item);
                continue;
            };
            let Some(word) = self.product(e, over, wanted) else {
                continue;
            };
            if word.order() < 2 || word.negative {
                self.shape(wanted, item);
                continue;
            }
            let members = word.members();
            match found.iter().find(|f| f.value == members) {
                Some(first) => self.errors.push(HirError::Twice {
                    what: "interaction",
                    name: show::expr(e),
                    first: first.span,
                    second: item.span,
                }),
                None => found.push(Spanned::new(members, item.span)),
            }
        }
        found
    }

    /// `a * b * c` as a word over the factors, `-` in front of it or of a name turning the sign.
    fn product(&mut self, e: &'a Expr, over: &[Factor], wanted: &str) -> Option<Word> {
        match &e.kind {
            ExprKind::Paren(inner) => self.product(inner, over, wanted),
            ExprKind::Unary {
                op: UnaryOp::Neg,
                operand,
            } => {
                let word = self.product(operand, over, wanted)?;
                Some(Word {
                    negative: !word.negative,
                    ..word
                })
            }
            ExprKind::Binary {
                op: BinaryOp::Mul,
                left,
                right,
                ..
            } => {
                let (a, b) = (
                    self.product(left, over, wanted)?,
                    self.product(right, over, wanted)?,
                );
                if a.factors & b.factors != 0 {
                    self.design(
                        format!("`{}` names a component twice", show::expr(e)),
                        e.span,
                        "cancels itself",
                        "name each component once",
                    );
                    return None;
                }
                Some(a.times(b))
            }
            ExprKind::Path(path) => {
                let name = path.text();
                let names: Vec<String> = over
                    .iter()
                    .map(|f| self.plan.components[f.component.value].common.name.clone())
                    .collect();
                if let Some(place) = names.iter().position(|n| *n == name) {
                    return Some(Word::of([place]));
                }
                if !name.is_empty() {
                    let near = suggest(&name, names.iter().map(String::as_str));
                    self.errors.push(HirError::UnknownName {
                        wanted: "component of this factorial",
                        near: near.map(str::to_string),
                        name,
                        span: path.span,
                        legal: names,
                    });
                }
                None
            }
            ExprKind::Error => None,
            _ => {
                self.errors.push(HirError::Shape {
                    wanted: wanted.into(),
                    found: format!("`{}`", show::expr(e)),
                    span: e.span,
                });
                None
            }
        }
    }

    /// `generators: [d: a * b * c]`, also as a record.
    fn generators(&mut self, value: &'a Value, over: &[Factor]) -> Vec<Generator> {
        let wanted = "generators such as `[d: a * b * c]`";
        let pairs: Vec<(&'a ast::Name, &'a Value, Span)> = match (&value.expr, &value.record) {
            (None, Some(body)) => body.fields().map(|f| (&f.name, &f.value, f.span)).collect(),
            (Some(e), None) => match &e.kind {
                ExprKind::List(args) if args.iter().all(|a| a.name.is_some()) => args
                    .iter()
                    .filter_map(|a| Some((a.name.as_ref()?, &a.value, a.span)))
                    .collect(),
                _ => {
                    self.shape(wanted, value);
                    return Vec::new();
                }
            },
            _ => {
                self.shape(wanted, value);
                return Vec::new();
            }
        };
        let mut found: Vec<Generator> = Vec::new();
        for (name, value, span) in pairs {
            found.extend(self.generator(name, value, span, over));
        }
        self.apart(&found, over);
        found
    }

    fn generator(
        &mut self,
        name: &'a ast::Name,
        value: &'a Value,
        span: Span,
        over: &[Factor],
    ) -> Option<Generator> {
        let is = |f: &Factor| self.plan.components[f.component.value].common.name == name.text;
        let Some(factor) = over.iter().position(is) else {
            let names: Vec<String> = over
                .iter()
                .map(|f| self.plan.components[f.component.value].common.name.clone())
                .collect();
            let near = suggest(&name.text, names.iter().map(String::as_str));
            self.errors.push(HirError::UnknownName {
                wanted: "component of this factorial",
                near: near.map(str::to_string),
                name: name.text.clone(),
                span: name.span,
                legal: names,
            });
            return None;
        };
        let wanted = "a product of components such as `a * b * c`";
        let Some(e) = plain(value) else {
            self.shape(wanted, value);
            return None;
        };
        let word = self.product(e, over, wanted)?;
        Some(Generator { factor, word, span })
    }

    /// Generated components follow components that vary freely.
    fn apart(&mut self, generators: &[Generator], over: &[Factor]) {
        let name = |r: &Self, f: usize| {
            over.get(f).map_or(String::new(), |f| {
                r.plan.components[f.component.value].common.name.clone()
            })
        };
        for (i, g) in generators.iter().enumerate() {
            if let Some(first) = generators.iter().take(i).find(|o| o.factor == g.factor) {
                let error = HirError::Twice {
                    what: "generator",
                    name: name(self, g.factor),
                    first: first.span,
                    second: g.span,
                };
                self.errors.push(error);
            }
            let members = g.word.members();
            let generated = members
                .iter()
                .find(|m| generators.iter().any(|o| o.factor == **m));
            if let Some(&m) = generated {
                let message = format!(
                    "the generator of `{}` rests on `{}`, which is generated itself",
                    name(self, g.factor),
                    name(self, m)
                );
                self.design(
                    message,
                    g.span,
                    "does not vary freely",
                    "multiply components that have no generator",
                );
            }
        }
    }

    /// `fraction: 1/4` takes two generators.
    fn fraction_of(
        &mut self,
        fields: &super::values::Fields<'a>,
        over: &[Factor],
        generators: &[Generator],
    ) {
        let said = fields.get("fraction");
        let generating = fields.get("generators");
        let Some(at) = said.or(generating).map(|v| v.span) else {
            return;
        };
        let many = over.iter().find(|f| f.levels.len() > 2);
        if let Some(many) = many {
            let name = &self.plan.components[many.component.value].common.name;
            let message = format!(
                "`{name}` has {} levels, and a fraction takes two of each",
                many.levels.len()
            );
            self.design(
                message,
                at,
                "a fraction of two-level components",
                "leave `fraction:` and `generators:` out to run all cells, or leave the component out of `over:`",
            );
            return;
        }
        let Some(value) = said else { return };
        let Some(halvings) = plain(value).and_then(|e| self.halvings(e)) else {
            self.shape("a fraction such as `1/2` or `1/4`", value);
            return;
        };
        if halvings as usize >= over.len() {
            self.design(
                format!(
                    "a fraction of {} components has at least two cells",
                    over.len()
                ),
                value.span,
                "leaves none to vary",
                format!("write at most `1/{}`", 1u64 << (over.len() - 1)),
            );
        } else if generators.len() != halvings as usize {
            let n = halvings as usize;
            let (takes, has) = (
                plural(n, "generator"),
                plural(generators.len(), "generator"),
            );
            self.design(
                format!("`1/{}` takes {takes}, and this has {has}", 1u64 << n),
                value.span,
                "which cells are run?",
                format!("write `generators: [{}]`", self.proposed(over, n)),
            );
        }
    }

    /// The p of `1/2^p`, from 1.
    fn halvings(&self, e: &Expr) -> Option<u32> {
        let ExprKind::Binary {
            op: BinaryOp::Div,
            left,
            right,
            ..
        } = &e.kind
        else {
            return None;
        };
        let number = |e: &Expr| match &e.kind {
            ExprKind::Quantity(q) if q.unit.is_none() && q.number.fract() == 0.0 => Some(q.number),
            _ => None,
        };
        let whole = number(right).filter(|n| (2.0..=1e9).contains(n))? as u64;
        (number(left) == Some(1.0) && whole.is_power_of_two()).then(|| whole.trailing_zeros())
    }

    /// Generators of the last `n` components: each the product of the free ones but for one, the first of all.
    fn proposed(&self, over: &[Factor], n: usize) -> String {
        let names: Vec<&str> = over
            .iter()
            .map(|f| self.plan.components[f.component.value].common.name.as_str())
            .collect();
        let (free, generated) = names.split_at(names.len().saturating_sub(n));
        let product = |skip: usize| {
            let factors = free
                .iter()
                .enumerate()
                .filter(|(i, _)| skip == 0 || *i != skip - 1);
            factors.map(|(_, f)| *f).collect::<Vec<_>>().join(" * ")
        };
        let all: Vec<String> = generated
            .iter()
            .enumerate()
            .map(|(i, g)| format!("{g}: {}", product(i)))
            .collect();
        all.join(", ")
    }

    fn cells(
        &mut self,
        of: &VariantRef,
        over: &[Factor],
        generators: &[Generator],
        span: Span,
    ) -> Vec<DesignCell> {
        let levels: Vec<usize> = over.iter().map(|f| f.levels.len()).collect();
        let places = if generators.is_empty() {
            full(&levels, MAX_CELLS)
        } else {
            let words: Vec<(usize, Word)> = generators.iter().map(|g| (g.factor, g.word)).collect();
            fraction(over.len(), &words, MAX_CELLS)
        };
        let Some(places) = places else {
            self.design(
                format!("this factorial has more than {MAX_CELLS} cells"),
                span,
                "their number is the product of all levels",
                "vary fewer components, or run a `fraction:`",
            );
            return Vec::new();
        };
        places
            .into_iter()
            .map(|levels| {
                let mut variant = of.variant.clone();
                for (factor, &place) in over.iter().zip(&levels) {
                    if let Some(&level) = factor.levels.get(place) {
                        variant.levels.insert(factor.component.value, level);
                    }
                }
                self.normalise(&mut variant);
                DesignCell { levels, variant }
            })
            .collect()
    }

    /// The components of `interaction(a, b)` with the metric of the factorial that measures it.
    pub(super) fn interaction(&mut self, e: &'a Expr, args: &'a [ast::Arg]) -> Option<Quantity> {
        let Some(of) = self.decided.clone() else {
            self.errors.push(HirError::Shape {
                wanted: "a quantity of one system".into(),
                found: "`interaction(…)`, which only a rule of `decide` may read".into(),
                span: e.span,
            });
            return None;
        };
        let words: Vec<Spanned<String>> = args
            .iter()
            .filter(|a| a.name.is_none())
            .filter_map(|a| plain(&a.value).and_then(as_word))
            .collect();
        let [a, b] = words.as_slice() else {
            self.errors.push(HirError::Shape {
                wanted: "two components, as in `interaction(augment, pca)`".into(),
                found: format!("`{}`", show::expr(e)),
                span: e.span,
            });
            return None;
        };
        let mut component = |w: &Spanned<String>| {
            let name = ast::Name {
                text: w.value.clone(),
                span: w.span,
            };
            self.component_of(of.system, &name)
        };
        let (a, b) = (component(a)?, component(b)?);
        let metric = self.metric_of_interaction(&of, a, b, e.span)?;
        let measure = self.plan.metrics[metric.metric].measure.difference();
        Some(Quantity {
            kind: QuantityKind::Interaction(a.min(b), a.max(b)),
            metric,
            of: None,
            measure,
            span: e.span,
        })
    }

    fn metric_of_interaction(
        &mut self,
        of: &Variant,
        a: Id<Component>,
        b: Id<Component>,
        span: Span,
    ) -> Option<MetricRef> {
        let (an, bn) = (
            self.plan.components[a].common.name.clone(),
            self.plan.components[b].common.name.clone(),
        );
        if a == b {
            self.design(
                format!("`{an}` does not interact with itself"),
                span,
                "one component twice",
                "name two components",
            );
            return None;
        }
        let Some((_, f)) = self.plan.interacting(of, a, b) else {
            return self.unmeasured(of, (a, &an), (b, &bn), span);
        };
        let many = f
            .over
            .iter()
            .find(|x| [a, b].contains(&x.component.value) && x.levels.len() > 2);
        if let Some(many) = many {
            let name = self.plan.components[many.component.value]
                .common
                .name
                .clone();
            self.design(
                format!("`{name}` has more than two levels, so `{an}` and `{bn}` have several interactions"),
                span,
                "which of them?",
                "read them in the table of the factorial, and decide on components of two levels",
            );
            return None;
        }
        f.metric.clone()
    }

    /// Where components are only taken away one at a time the checks say that no interaction is seen; where
    /// nothing of the kind is measured, it is an error.
    fn unmeasured(
        &mut self,
        of: &Variant,
        a: (Id<Component>, &str),
        b: (Id<Component>, &str),
        span: Span,
    ) -> Option<MetricRef> {
        let primary = self.plan.header.as_ref().and_then(|h| h.primary.clone());
        let singly = self.plan.ablations.iter().find(|(_, x)| {
            let has = |c| x.arms.iter().any(|arm| arm.component == c);
            x.of.variant == *of && has(a.0) && has(b.0)
        });
        if let Some(metric) = singly.and_then(|(_, x)| x.metric.clone().or(primary)) {
            return Some(metric);
        }
        let unread = self.plan.factorials.iter().any(|(_, f)| f.cells.is_empty());
        if !unread && !self.plan.incomplete {
            let of = self.plan.show(of);
            self.errors.push(HirError::NothingVaried {
                a: a.1.into(),
                b: b.1.into(),
                of,
                span,
            });
        }
        None
    }

    /// Every variant that a claim runs keeps to what its components require and exclude.
    pub(super) fn requirements(&mut self) {
        let mut said: Vec<(Span, Id<Component>, Id<Component>)> = Vec::new();
        for (variant, span) in self.plan.evaluated() {
            let Some((component, other, required)) = self.plan.broken_rule(&variant) else {
                continue;
            };
            let key = (span, component, other.value);
            if said.contains(&key) {
                continue;
            }
            said.push(key);
            self.broken_variant(&variant, span, component, other, required);
        }
    }

    fn broken_variant(
        &mut self,
        variant: &Variant,
        span: Span,
        component: Id<Component>,
        other: Spanned<Id<Component>>,
        required: bool,
    ) {
        let plan = &self.plan;
        let shown = plan.show(variant);
        let (c, o) = (
            &plan.components[component].common.name,
            &plan.components[other.value].common.name,
        );
        let message = if required {
            format!("`{shown}` has `{c}` without `{o}`, which it requires")
        } else {
            format!("`{shown}` has both `{c}` and `{o}`, which it excludes")
        };
        let of_factorial = plan.factorials.iter().any(|(_, f)| f.over_span == span);
        let help = if of_factorial {
            format!(
                "a factorial runs every combination: leave `{c}` or `{o}` out of `over:`, or make them one \
                 component with a level for each combination that can be"
            )
        } else if required {
            format!("take `{c}` away as well, or keep `{o}`")
        } else {
            format!("take `{c}` or `{o}` away")
        };
        let verb = if required { "required" } else { "excluded" };
        let error = HirError::NoVariant {
            message,
            span,
            declared: Some((other.span, format!("{verb} here"))),
            help,
        };
        self.errors.push(error);
    }
}

fn plural(n: usize, noun: &str) -> String {
    match n {
        0 => format!("no {noun}"),
        1 => format!("one {noun}"),
        n => format!("{n} {noun}s"),
    }
}
