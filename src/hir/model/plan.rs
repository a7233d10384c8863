//! The whole plan, and questions about it that need no more than the plan.

use super::*;
use crate::hir::formula::Formula;
use crate::text::{FileId, Span, Spanned};
use std::collections::{BTreeMap, BTreeSet};

/// What all items have.
#[derive(Debug, Clone, Default)]
pub struct Common {
    /// The declared name; for items without one, a description such as `chars with words`.
    pub name: String,
    /// Where the name stands; the head for items without one.
    pub name_span: Span,
    /// The whole item.
    pub span: Span,
    /// Its `##` lines, joined by newlines.
    pub docs: String,
    /// Some part could not be read; what is absent proves nothing.
    pub broken: bool,
}

/// The whole plan: the root file with all it uses.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// The file the analysis began with.
    pub root: FileId,
    /// The `plan` item, if there is one.
    pub header: Option<Header>,
    /// `dataset` items.
    pub datasets: Arena<Dataset>,
    /// `step` items.
    pub steps: Arena<Step>,
    /// `component` items.
    pub components: Arena<Component>,
    /// `hardware` items.
    pub hardware: Arena<Hardware>,
    /// `metric` items, the library's included.
    pub metrics: Arena<Metric>,
    /// `system`, `baseline` and `candidate` items, parents before children.
    pub systems: Arena<System>,
    /// `compare` items.
    pub compares: Arena<Compare>,
    /// `ablation` items.
    pub ablations: Arena<Ablation>,
    /// `factorial` items.
    pub factorials: Arena<Factorial>,
    /// `select` items.
    pub selects: Arena<Select>,
    /// `stop` items.
    pub stops: Arena<Stop>,
    /// `decide` items.
    pub decides: Arena<Decide>,
    /// The one currency of all prices.
    pub currency: Option<String>,
    /// The one unit of all number labels that have one.
    pub label_unit: Option<LabelUnit>,
    /// Waivers.
    pub waivers: Vec<Waiver>,
    /// Whether some item could not be read at all; what is absent from the plan proves nothing.
    pub incomplete: bool,
    /// Where names are used, by place.
    pub uses: Vec<NameUse>,
}

/// A name where it is used, in a plan's file or in one that it uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NameUse {
    /// The name.
    pub at: Span,
    /// Where it is declared: the name in its item's head, or of a partition in its split.
    pub declared: Span,
}

/// The `plan` item.
#[derive(Debug, Clone, Default)]
pub struct Header {
    /// Name and place.
    pub common: Common,
    /// What the plan wants to find out.
    pub objective: Option<Spanned<String>>,
    /// What its authors expect.
    pub hypothesis: Option<Spanned<String>>,
    /// The metric the decision is about.
    pub primary: Option<MetricRef>,
    /// The metrics that must not suffer.
    pub guardrails: Vec<MetricRef>,
    /// The significance level.
    pub alpha: Option<Spanned<f64>>,
    /// The power wished for.
    pub power: Option<Spanned<f64>>,
    /// The favourable outcome, where it is not the first rule's.
    pub favours: Option<Spanned<String>>,
    /// Who answers for the plan.
    pub owner: Option<Spanned<String>>,
    /// Known risks, printed in every report.
    pub risks: Vec<Spanned<String>>,
}

/// An `@allow`.
#[derive(Debug, Clone)]
pub struct Waiver {
    /// Code or name.
    pub code: Spanned<String>,
    /// Why.
    pub reason: String,
    /// The item it stands before.
    pub item: Span,
    /// The waiver itself.
    pub span: Span,
}

impl Plan {
    /// The level of each of the variant's components, the system's own settings included.
    pub fn configuration(&self, variant: &Variant) -> BTreeMap<Id<Component>, usize> {
        let system = &self.systems[variant.system];
        let mut levels: BTreeMap<_, _> = system
            .components
            .iter()
            .map(|c| (c.value, self.components[c.value].default))
            .collect();
        levels.extend(system.levels.iter().map(|(&c, &l)| (c, l)));
        levels.extend(variant.levels.iter().map(|(&c, &l)| (c, l)));
        levels
    }

    /// Whether a system is known by published numbers alone.
    pub fn is_reported(&self, system: Id<System>) -> bool {
        matches!(self.systems[system].outputs, Some(Outputs::Reported(_)))
    }

    /// The published value of a metric: the system's own, or the one an arm gives for its variant.
    pub fn reported(&self, variant: &Variant, metric: &MetricRef) -> Option<f64> {
        let of = |all: &[Reported]| all.iter().find(|r| r.metric.same(metric)).map(|r| r.value);
        match &self.systems[variant.system].outputs {
            Some(Outputs::Reported(own)) if variant.levels.is_empty() => of(own),
            Some(Outputs::Reported(_)) => self
                .ablations
                .iter()
                .flat_map(|(_, a)| &a.arms)
                .filter(|arm| arm.variant == *variant)
                .find_map(|arm| of(&arm.reported)),
            _ => None,
        }
    }

    /// The components that two variants set differently, or that only one of them has.
    pub fn differing(&self, a: &Variant, b: &Variant) -> Vec<Id<Component>> {
        let (a, b) = (self.configuration(a), self.configuration(b));
        let mut ids: Vec<Id<Component>> = a.keys().chain(b.keys()).copied().collect();
        ids.sort_unstable();
        ids.dedup();
        ids.retain(|c| a.get(c) != b.get(c));
        ids
    }

    /// How `{variant}` spells it: `full`, `no-bigrams`, `augment-strong`, joined by `+`.
    pub fn spell(&self, variant: &Variant) -> String {
        let own = self.configuration(&Variant::plain(variant.system));
        let parts: Vec<String> = self.systems[variant.system]
            .components
            .iter()
            .filter_map(|c| {
                let level = *variant.levels.get(&c.value)?;
                (own.get(&c.value) != Some(&level)).then(|| self.spell_level(c.value, level))
            })
            .collect();
        if parts.is_empty() {
            "full".to_string()
        } else {
            parts.join("+")
        }
    }

    /// `no-NAME` where the level means “not there”, else `NAME-LEVEL`.
    pub fn spell_level(&self, component: Id<Component>, level: usize) -> String {
        let c = &self.components[component];
        if c.absent == Some(level) {
            format!("no-{}", c.common.name)
        } else {
            let level = c.levels.get(level).map_or("?", String::as_str);
            format!("{}-{level}", c.common.name)
        }
    }

    /// The variant as people read it: `chars`, `chars - bigrams`, `chars[augment: strong]`.
    pub fn show(&self, variant: &Variant) -> String {
        let name = &self.systems[variant.system].common.name;
        let own = self.configuration(&Variant::plain(variant.system));
        let (mut minus, mut set) = (String::new(), Vec::new());
        for (&c, &level) in &variant.levels {
            if own.get(&c) == Some(&level) {
                continue;
            }
            let component = &self.components[c];
            if component.absent == Some(level) {
                minus.push_str(" - ");
                minus.push_str(&component.common.name);
            } else {
                let level = component.levels.get(level).map_or("?", String::as_str);
                set.push(format!("{}: {level}", component.common.name));
            }
        }
        if set.is_empty() {
            format!("{name}{minus}")
        } else {
            format!("{name}[{}]{minus}", set.join(", "))
        }
    }

    /// The data reference as written: `reviews.train`.
    pub fn show_data(&self, data: &DataRef) -> String {
        let name = &self.datasets[data.dataset].common.name;
        match &data.part {
            Some(part) => format!("{name}.{part}"),
            None => name.clone(),
        }
    }

    /// The judges whose judgements a metric reads, itself or through the metrics it is made of, each
    /// with where it is named.
    pub fn judges(&self, metric: Id<Metric>) -> Vec<Spanned<Id<Step>>> {
        let (mut seen, mut next) = (BTreeSet::new(), vec![metric]);
        let mut found: Vec<Spanned<Id<Step>>> = Vec::new();
        while let Some(id) = next.pop() {
            if !seen.insert(id) {
                continue;
            }
            let m = &self.metrics[id];
            if let Some(judge) = m.judge
                && !found.iter().any(|f| f.value == judge.value)
            {
                found.push(judge);
            }
            let made_of = m.formula.iter().flat_map(Formula::metrics);
            next.extend(made_of.map(|r| r.metric));
        }
        found
    }

    /// The systems that take part in a comparison, ablation, selection or decision, with the place
    /// where they are named first; in source order of the systems.
    pub fn evaluated(&self) -> BTreeMap<Variant, Span> {
        let mut found = BTreeMap::new();
        let mut add = |v: &VariantRef| {
            found.entry(v.variant.clone()).or_insert(v.span);
        };
        for (_, c) in self.compares.iter() {
            add(&c.subject);
            c.against.iter().for_each(&mut add);
        }
        for (_, s) in self.selects.iter() {
            s.from.iter().for_each(&mut add);
        }
        for (_, d) in self.decides.iter() {
            add(&d.subject);
            add(&d.against);
        }
        for (_, a) in self.ablations.iter() {
            add(&a.of);
        }
        for (_, a) in self.ablations.iter() {
            for arm in &a.arms {
                found.entry(arm.variant.clone()).or_insert(arm.span);
            }
        }
        for (_, f) in self.factorials.iter() {
            for cell in &f.cells {
                found.entry(cell.variant.clone()).or_insert(f.over_span);
            }
        }
        found
    }
}
