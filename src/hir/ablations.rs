//! Ablations: the reference, the arms and the tolerance.

use super::model::*;
use super::schema;
use super::scope::{Resolver, Source};
use super::show;
use super::values::{as_word, plain};
use crate::syntax::ast::{self, Arg, ExprKind, Keyword, Value};
use crate::text::Spanned;
use crate::types::Measure;
use std::collections::BTreeMap;

impl<'a> Resolver<'a> {
    pub(super) fn ablation(&mut self, source: Source<'a>, of: &'a ast::SystemRef) {
        let of = self.variant(of);
        let title = of
            .as_ref()
            .map_or(String::new(), |v| self.plan.show(&v.variant));
        let (common, fields) =
            self.open_claim(source, Keyword::Ablation, title, source.block.head_span);
        let published = of
            .as_ref()
            .is_some_and(|v| self.plan.is_reported(v.variant.system));
        let on = match fields.get("on") {
            None if published => None,
            _ => self.on(&common, "ablation", &fields),
        };
        let metric = fields.get("metric").and_then(|v| self.metric_ref(v));
        let interval = fields.get("interval").and_then(|v| self.interval(v));
        let correct = fields.get("correct").and_then(|v| self.correction(v));
        let tolerance = fields
            .get("tolerance")
            .and_then(|v| self.tolerance(v, metric.as_ref()));
        let Some(of) = of else { return };
        let interval = self.fit_interval(&of, on.as_ref(), metric.as_ref(), interval);
        let mut arms = Vec::new();
        for (name, set) in [("remove", false), ("set", true)] {
            if let Some(value) = fields.get(name) {
                self.arms(&of, value, set, &mut arms);
            }
        }
        if arms.is_empty() && fields.get("remove").is_none() && fields.get("set").is_none() {
            self.missing(&common, "ablation", "remove", "remove: [component]");
        }
        self.plan.ablations.add(Ablation {
            common,
            of,
            on,
            metric,
            arms,
            interval,
            correct,
            tolerance,
        });
    }

    pub(super) fn tolerance(
        &mut self,
        value: &'a Value,
        metric: Option<&MetricRef>,
    ) -> Option<Spanned<f64>> {
        let metric = metric
            .cloned()
            .or_else(|| self.plan.header.as_ref().and_then(|h| h.primary.clone()));
        self.distance(value, metric.as_ref(), "a tolerance such as `0.5pp`")
    }

    /// A non-negative difference in a metric.
    pub(super) fn distance(
        &mut self,
        value: &'a Value,
        metric: Option<&MetricRef>,
        what: &str,
    ) -> Option<Spanned<f64>> {
        let measure = metric.map_or(Measure::Points, |m| {
            self.plan.metrics[m.metric].measure.difference()
        });
        self.number(value, what, &[measure], 0.0..=f64::MAX)
    }

    pub(super) fn arms(
        &mut self,
        of: &VariantRef,
        value: &'a Value,
        set: bool,
        arms: &mut Vec<Arm>,
    ) {
        let Some(ExprKind::List(args)) = plain(value).map(|e| &e.kind) else {
            let wanted = if set {
                "a list such as `[augment: strong]`"
            } else {
                "a list of components such as `[bigrams, augment]`"
            };
            self.shape(wanted, value);
            return;
        };
        for arg in args {
            let arm = if set {
                self.set_arm(of, arg)
            } else {
                self.remove_arm(of, arg)
            };
            arms.extend(arm);
        }
    }

    /// `augment: strong`
    pub(super) fn set_arm(&mut self, of: &VariantRef, arg: &'a Arg) -> Option<Arm> {
        let Some(name) = &arg.name else {
            self.shape("a level such as `augment: strong`", &arg.value);
            return None;
        };
        let component = self.component_of(of.variant.system, name)?;
        let word = arg.value.expr.as_ref().and_then(as_word)?;
        let level = self.plan.components[component]
            .levels
            .iter()
            .position(|l| *l == word.value);
        let Some(level) = level else {
            self.level(component, &arg.value);
            return None;
        };
        Some(self.arm(of, component, level, arg, true))
    }

    /// `bigrams`, `bigrams { … }`, `augment: no_augment`
    pub(super) fn remove_arm(&mut self, of: &VariantRef, arg: &'a Arg) -> Option<Arm> {
        let Some(name) = &arg.name else {
            let word = arg.value.expr.as_ref().and_then(as_word);
            let Some(word) = word else {
                self.shape("the name of a component", &arg.value);
                return None;
            };
            let name = ast::Name {
                text: word.value,
                span: word.span,
            };
            let (component, level) = self.removed(of.variant.system, &name)?;
            return Some(self.arm(of, component, level, arg, false));
        };
        let component = self.component_of(of.variant.system, name)?;
        let level = self.absent_level(component, name.span)?;
        let by_hand = self.variant_expr(arg.value.expr.as_ref()?)?;
        let mut forced = self.plan.dependants(&of.variant, component);
        let differing = self.plan.differing(&of.variant, &by_hand.variant);
        forced.retain(|c| differing.contains(c));
        Some(Arm {
            component,
            level,
            set: false,
            span: arg.span,
            by_hand: Some(Spanned::new(by_hand.variant.system, by_hand.span)),
            variant: by_hand.variant,
            reported: Vec::new(),
            forced,
            overrides: BTreeMap::new(),
        })
    }

    pub(super) fn arm(
        &mut self,
        of: &VariantRef,
        component: Id<Component>,
        level: usize,
        arg: &'a Arg,
        set: bool,
    ) -> Arm {
        let mut variant = of.variant.clone();
        variant.levels.insert(component, level);
        let absent = |r: &Self, c: Id<Component>| r.plan.components[c].absent;
        let mut forced = Vec::new();
        if absent(self, component) == Some(level) {
            forced = self.plan.dependants(&of.variant, component);
        }
        for &c in &forced {
            variant.levels.extend(absent(self, c).map(|l| (c, l)));
        }
        self.normalise(&mut variant);
        let mut found = Arm {
            component,
            level,
            variant,
            set,
            span: arg.span,
            by_hand: None,
            reported: Vec::new(),
            forced,
            overrides: BTreeMap::new(),
        };
        if let Some(body) = &arg.value.record {
            self.block(&mut found, body);
        }
        found
    }

    /// The block of an arm. With fields of its own the arm is a system of its own, too, which inherits all
    /// else from the reference: what it learns from and how its outputs come to be is then known of it.
    fn block(&mut self, arm: &mut Arm, body: &'a ast::Body) {
        let legal = schema::fields(Keyword::System);
        let fields = self.fields("an arm", Some(body), legal);
        for field in legal.iter().filter_map(|spec| fields.field(spec.name)) {
            if field.name.text != "reported" {
                let text = Spanned::new(show::value(&field.value), field.span);
                arm.overrides.insert(field.name.text.clone(), text);
            }
        }
        if arm.overrides.is_empty() {
            if let Some(value) = fields.get("reported") {
                arm.reported = self.reported(value);
            }
            return;
        }
        let reference = arm.variant.system;
        let mut system = self.plan.systems[reference].clone();
        system.common.docs = String::new();
        system.common.span = arm.span;
        system.common.name_span = arm.span;
        system.handicap = None;
        system.of_arm = true;
        system.parent = Some(VariantRef {
            variant: arm.variant.clone(),
            span: arm.span,
            sets: vec![(arm.component, arm.span)],
        });
        self.system_fields(&mut system, &fields);
        if let Some(Outputs::Reported(numbers)) = &system.outputs {
            arm.reported = numbers.clone();
        }
        arm.variant.system = self.plan.systems.add(system);
    }
}
