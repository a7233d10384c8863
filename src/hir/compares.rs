//! Comparisons.

use super::model::*;
use super::scope::{Resolver, Source};
use crate::syntax::ast::{self, Keyword};

impl<'a> Resolver<'a> {
    pub(super) fn compare(
        &mut self,
        source: Source<'a>,
        subject: &'a ast::SystemRef,
        against: &'a [ast::SystemRef],
    ) {
        let subject = self.variant(subject);
        let others: Vec<VariantRef> = against.iter().filter_map(|a| self.variant(a)).collect();
        let whole = others.len() == against.len();
        let names = |r: &Resolver<'a>, vs: &[VariantRef]| {
            vs.iter()
                .map(|v| r.plan.show(&v.variant))
                .collect::<Vec<_>>()
                .join(", ")
        };
        let title = subject.as_ref().map_or(String::new(), |s| {
            format!(
                "{} with {}",
                self.plan.show(&s.variant),
                names(self, &others)
            )
        });
        let (common, fields) =
            self.open_claim(source, Keyword::Compare, title, source.block.head_span);
        let on = self.on(&common, "compare", &fields);
        let metrics = fields
            .get("metrics")
            .map(|v| self.metric_refs(v))
            .unwrap_or_default();
        if fields.get("metrics").is_none() {
            self.missing(&common, "compare", "metrics", "metrics: [f1_macro]");
        }
        let slices = fields
            .get("slices")
            .map(|v| self.slices(v))
            .unwrap_or_default();
        let interval = fields.get("interval").and_then(|v| self.interval(v));
        let correct = fields.get("correct").and_then(|v| self.correction(v));
        let paired = fields.get("paired").and_then(|v| self.yes_no(v));
        let test = fields
            .get("test")
            .and_then(|v| self.choice(v, &TestMethod::ALL));
        let pooled = fields.get("over").and_then(|v| self.pooled(v));
        let over = fields.get("over").filter(|_| pooled.is_none());
        let over = over.and_then(|v| self.over(v));
        let margin = fields.get("margin").and_then(|v| self.margin(v, &metrics));
        let pilot = fields.get("pilot").and_then(|v| self.pilot(v, &metrics));
        let Some(subject) = subject else { return };
        let mut common = common;
        common.broken |= !whole;
        let mut compare = Compare {
            common,
            subject,
            against: others,
            on,
            metrics,
            slices,
            interval,
            correct,
            paired,
            test,
            over,
            pooled,
            margin,
            pilot,
        };
        self.fit_methods(&mut compare);
        self.plan.compares.add(compare);
    }
}
