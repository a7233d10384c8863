//! Factorials: components varied together, and which cells of their product are run.

use super::*;
use crate::stats::factorial::{Relation, Word};
use crate::text::{Span, Spanned};

/// A component that a factorial varies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Factor {
    /// Which, where it is named.
    pub component: Spanned<Id<Component>>,
    /// Its levels: first the low one, which is the absent one where there is such a level.
    pub levels: Vec<usize>,
}

/// A factor of a fraction that follows the product of others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generator {
    /// The place of the factor.
    pub factor: usize,
    /// The product it follows.
    pub word: Word,
    /// Where it says so.
    pub span: Span,
}

/// One combination of levels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DesignCell {
    /// Of each factor, the place of its level.
    pub levels: Vec<usize>,
    /// What is run.
    pub variant: Variant,
}

/// A `factorial` item. One that could not be understood has no cells.
#[derive(Debug, Clone)]
pub struct Factorial {
    /// Name and place.
    pub common: Common,
    /// The system whose components are varied.
    pub of: VariantRef,
    /// The rows.
    pub on: Option<DataUse>,
    /// The metric; the plan's primary unless said.
    pub metric: Option<MetricRef>,
    /// What is varied, in written order.
    pub over: Vec<Factor>,
    /// Where that is written.
    pub over_span: Span,
    /// What generates the fraction; empty of a full design.
    pub generators: Vec<Generator>,
    /// The interactions claimed, each as the places of its factors.
    pub interactions: Vec<Spanned<Vec<usize>>>,
    /// The cells that are run.
    pub cells: Vec<DesignCell>,
    /// The uncertainty method, where said.
    pub interval: Option<Spanned<IntervalSpec>>,
}

impl Factorial {
    /// The place of a component among the factors.
    pub fn factor(&self, component: Id<Component>) -> Option<usize> {
        self.over
            .iter()
            .position(|f| f.component.value == component)
    }

    /// Whether a variant is one of the cells, or what the cells are made from.
    pub fn holds(&self, variant: &Variant) -> bool {
        self.of.variant == *variant || self.cells.iter().any(|c| c.variant == *variant)
    }

    /// What the fraction holds the same in all its cells; nothing of a full design.
    pub fn relation(&self) -> Relation {
        let words: Vec<Word> = self
            .generators
            .iter()
            .map(|g| g.word.times(Word::of([g.factor])))
            .collect();
        Relation::new(&words)
    }

    /// A product of factors as plans write it: `augment * pca`; `the mean` of none.
    pub fn show_word(&self, plan: &Plan, word: Word) -> String {
        let names: Vec<&str> = word
            .members()
            .iter()
            .filter_map(|&f| self.over.get(f))
            .map(|f| plan.components[f.component.value].common.name.as_str())
            .collect();
        let sign = if word.negative { "-" } else { "" };
        match names.as_slice() {
            [] => format!("{sign}the mean"),
            names => format!("{sign}{}", names.join(" * ")),
        }
    }
}

impl Plan {
    /// The factorial that measures the interaction of two components of a system: the first over both
    /// that holds the variant.
    pub fn interacting(
        &self,
        of: &Variant,
        a: Id<Component>,
        b: Id<Component>,
    ) -> Option<(Id<Factorial>, &Factorial)> {
        let over = |f: &Factorial| f.factor(a).is_some() && f.factor(b).is_some();
        self.factorials.iter().find(|(_, f)| over(f) && f.holds(of))
    }

    /// The components that are there in a configuration only with `gone`, which is taken away: those that require
    /// it, and those that require these.
    pub fn dependants(&self, variant: &Variant, gone: Id<Component>) -> Vec<Id<Component>> {
        let there: Vec<Id<Component>> = self
            .configuration(variant)
            .into_iter()
            .filter(|(c, level)| self.components[*c].absent != Some(*level))
            .map(|(c, _)| c)
            .collect();
        let mut found: Vec<Id<Component>> = Vec::new();
        loop {
            let next = there.iter().find(|&&c| {
                let requires = &self.components[c].requires;
                let lost = |r: &Spanned<Id<Component>>| r.value == gone || found.contains(&r.value);
                c != gone && !found.contains(&c) && requires.iter().any(lost)
            });
            match next {
                Some(&c) => found.push(c),
                None => break,
            }
        }
        found.sort_unstable();
        found
    }

    /// The first rule of a component that a variant breaks: the component, the rule's place and other
    /// component, and whether it is required (and not there) or excluded (and there).
    pub fn broken_rule(
        &self,
        variant: &Variant,
    ) -> Option<(Id<Component>, Spanned<Id<Component>>, bool)> {
        let levels = self.configuration(variant);
        let there = |c: Id<Component>| {
            levels
                .get(&c)
                .is_some_and(|level| self.components[c].absent != Some(*level))
        };
        levels.keys().filter(|&&c| there(c)).find_map(|&c| {
            let component = &self.components[c];
            let lacking = component.requires.iter().find(|r| !there(r.value));
            let clashing = component.excludes.iter().find(|r| there(r.value));
            lacking
                .map(|r| (c, *r, true))
                .or(clashing.map(|r| (c, *r, false)))
        })
    }
}
