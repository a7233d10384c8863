//! The plan item, and the order in which claims are resolved: comparisons before the decisions that
//! rest on them.

use super::errors::HirError;
use super::model::*;
use super::scope::{Resolver, Source};
use super::values::Fields;
use crate::syntax::ast::{self, Head, Keyword};
use crate::text::Span;
use crate::types::Measure;

impl<'a> Resolver<'a> {
    /// The root file's claims, comparisons before the decisions that rest on them.
    pub(super) fn resolve_claims(&mut self) -> Option<()> {
        self.check_protocols();
        let written = self.expand_protocols();
        let expansions = self.expansions;
        expansions.get_or_init(|| written);
        let blocks = self.root_blocks();
        let mut decisions = Vec::new();
        for source in &blocks {
            self.go_on()?;
            self.module = 0;
            match &source.block.head {
                Head::Declare {
                    keyword: Keyword::Plan,
                    name,
                    ..
                } => self.header(*source, name),
                Head::Compare { subject, against } => self.compare(*source, subject, against),
                Head::Ablation { of } => self.ablation(*source, of),
                Head::Select { name, from } => self.select(*source, name, from),
                Head::Decide { .. } => decisions.push(*source),
                Head::Factorial { of } => self.factorial(*source, of),
                Head::Stop { .. } => decisions.push(*source),
                Head::Declare { .. } | Head::Broken { .. } => {}
            }
        }
        self.primary_for_factorials();
        for source in decisions {
            self.go_on()?;
            if let Head::Decide {
                name,
                subject,
                against,
            } = &source.block.head
            {
                self.decide(source, name.as_ref(), subject, against);
            }
            if let Head::Stop { subject, against } = &source.block.head {
                self.module = 0;
                self.stop(source, subject, against);
            }
        }
        self.primary_for_ablations();
        self.requirements();
        Some(())
    }

    /// An ablation without a metric is about the plan's primary.
    pub(super) fn primary_for_ablations(&mut self) {
        let primary = self.plan.header.as_ref().and_then(|h| h.primary.clone());
        for id in self.plan.ablations.ids() {
            if self.plan.ablations[id].metric.is_none() {
                let common = self.plan.ablations[id].common.clone();
                match &primary {
                    Some(primary) => self.plan.ablations[id].metric = Some(primary.clone()),
                    None => self.missing(&common, "ablation", "metric", "metric: f1_macro"),
                }
            }
            self.published_numbers(id);
        }
    }

    /// An ablation of published numbers needs one for the reference and for each arm.
    fn published_numbers(&mut self, id: Id<Ablation>) {
        let a = &self.plan.ablations[id];
        let Some(metric) = a
            .metric
            .as_ref()
            .filter(|_| self.plan.is_reported(a.of.variant.system))
        else {
            return;
        };
        let arms = a.arms.iter().map(|arm| (&arm.variant, arm.span));
        let absent: Vec<(String, Span)> = std::iter::once((&a.of.variant, a.of.span))
            .chain(arms)
            .filter(|(variant, _)| self.plan.reported(variant, metric).is_none())
            .map(|(variant, span)| (self.plan.show(variant), span))
            .collect();
        let text = metric.text.clone();
        for (variant, span) in absent {
            self.errors.push(HirError::Shape {
                wanted: format!(
                    "a published `{text}` of `{variant}`, as in `{{ reported: {{ {text}: … }} }}`,"
                ),
                found: "none".into(),
                span,
            });
        }
    }

    /// Name and fields of an item without a name of its own.
    pub(super) fn open_claim(
        &mut self,
        source: Source<'a>,
        keyword: Keyword,
        name: String,
        at: Span,
    ) -> (Common, Fields<'a>) {
        let (mut common, fields) = self.open(source, keyword);
        common.name = name;
        common.name_span = at;
        (common, fields)
    }

    pub(super) fn header(&mut self, source: Source<'a>, name: &'a ast::Name) {
        let (common, fields) = self.open(source, Keyword::Plan);
        if let Some(first) = &self.plan.header {
            self.errors.push(HirError::Twice {
                what: "plan",
                name: name.text.clone(),
                first: first.common.name_span,
                second: name.span,
            });
            return;
        }
        let mut header = Header {
            common,
            ..Header::default()
        };
        for (name, slot) in [
            ("objective", &mut header.objective),
            ("hypothesis", &mut header.hypothesis),
            ("owner", &mut header.owner),
        ] {
            *slot = fields.get(name).and_then(|v| self.text(v));
        }
        header.primary = fields.get("primary").and_then(|v| self.metric_ref(v));
        if let Some(value) = fields.get("guardrails") {
            header.guardrails = self.metric_refs(value);
        }
        header.alpha = fields.get("alpha").and_then(|v| {
            self.number(
                v,
                "a level between 0% and 50%",
                &[Measure::Ratio, Measure::Number],
                1e-9..=0.5,
            )
        });
        header.power = fields.get("power").and_then(|v| {
            self.number(
                v,
                "a power between 1% and 99.99%",
                &[Measure::Ratio, Measure::Number],
                0.01..=0.9999,
            )
        });
        header.favours = fields
            .get("favours")
            .and_then(|v| self.word("an outcome", v));
        if let Some(value) = fields.get("risks") {
            header.risks = self.texts(value);
        }
        self.plan.header = Some(header);
    }

    pub(super) fn on(
        &mut self,
        common: &Common,
        keyword: &str,
        fields: &Fields<'a>,
    ) -> Option<DataUse> {
        match fields.get("on") {
            Some(value) => self.data_uses(value).into_iter().next(),
            None => {
                self.missing(common, keyword, "on", "on: data.test");
                None
            }
        }
    }
}
