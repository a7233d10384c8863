//! Selections and decisions.

use super::errors::HirError;
use super::model::*;
use super::protocols::Expansions;
use super::schema::{self, FieldSpec};
use super::scope::{Resolver, Source};
use super::values::plain;
use crate::syntax::ast::{self, Entry, Keyword, Value};
use crate::text::Spanned;

impl<'a> Resolver<'a> {
    pub(super) fn select(
        &mut self,
        source: Source<'a>,
        name: &'a ast::Name,
        from: &'a [ast::SystemRef],
    ) {
        let from: Vec<VariantRef> = from.iter().filter_map(|r| self.variant(r)).collect();
        let (common, fields) =
            self.open_claim(source, Keyword::Select, name.text.clone(), name.span);
        let on = self.on(&common, "select", &fields);
        let require = fields
            .get("require")
            .and_then(plain)
            .map(|e| self.condition(e, None));
        let objective = ["maximize", "minimize"].iter().find_map(|n| {
            let metric = self.metric_ref(fields.get(n)?)?;
            Some((metric, *n == "maximize"))
        });
        if fields.get("maximize").is_none() && fields.get("minimize").is_none() {
            self.missing(&common, "select", "maximize", "maximize: f1_macro");
        }
        if let (Some(a), Some(b)) = (fields.field("maximize"), fields.field("minimize")) {
            self.errors.push(HirError::Twice {
                what: "objective",
                name: "minimize".into(),
                first: a.span,
                second: b.span,
            });
        }
        let prefer = fields
            .get("prefer")
            .and_then(|v| self.prefer(v, objective.as_ref().map(|o| &o.0)));
        let report_on = fields
            .get("report_on")
            .and_then(|v| self.data_uses(v).into_iter().next());
        self.plan.selects.add(Select {
            common,
            from,
            on,
            require,
            objective,
            prefer,
            report_on,
        });
    }

    /// `metric { within: 0.3pp }`
    pub(super) fn prefer(
        &mut self,
        value: &'a Value,
        objective: Option<&MetricRef>,
    ) -> Option<(MetricRef, f64)> {
        let metric = self.metric_ref(value)?;
        let legal = [FieldSpec::named("within")];
        let options = self.fields("`prefer:`", Some(value.record.as_ref()?), &legal);
        let within = options.get("within")?;
        let distance = self.distance(within, objective, "a distance such as `0.3pp`")?;
        Some((metric, distance.value))
    }

    pub(super) fn decide(
        &mut self,
        source: Source<'a>,
        name: Option<&'a ast::Name>,
        subject: &'a ast::SystemRef,
        against: &'a ast::SystemRef,
    ) {
        let (subject, against) = (self.variant(subject), self.variant(against));
        let pair = subject.zip(against);
        let title = match (name, &pair) {
            (Some(name), _) => name.text.clone(),
            (None, Some((s, a))) => format!(
                "{} against {}",
                self.plan.show(&s.variant),
                self.plan.show(&a.variant)
            ),
            (None, None) => String::new(),
        };
        let fields = self.fields(
            "`decide`",
            source.block.body.as_ref(),
            schema::fields(Keyword::Decide),
        );
        let at = name.map_or(source.block.head_span, |n| n.span);
        let mut common = Common {
            name: title,
            name_span: at,
            span: source.item.span,
            docs: String::new(),
            broken: fields.broken,
        };
        let Some((subject, against)) = pair else {
            return;
        };
        let slices = self.slices_of(&subject, &against);
        if slices.is_none()
            && !self.plan.incomplete
            && !self.plan.compares.iter().any(|(_, c)| c.common.broken)
        {
            self.errors.push(HirError::NothingCompared {
                subject: self.plan.show(&subject.variant),
                against: self.plan.show(&against.variant),
                span: source.block.head_span,
            });
        }
        let mut rules = Vec::new();
        self.decided = Some(subject.variant.clone());
        let before = self.errors.len();
        for rule in self.rules_of(source) {
            let when = rule
                .when
                .as_ref()
                .map(|e| self.condition(e, slices.as_deref()));
            common.broken |= when.as_ref().is_some_and(has_error);
            rules.push(Rule {
                outcome: Spanned::new(rule.outcome.text.clone(), rule.outcome.span),
                when,
                span: rule.span,
            });
        }
        self.decided = None;
        if fields.get("protocol").is_some() {
            self.without_fixes(before);
        }
        if rules.is_empty() && fields.get("protocol").is_none() {
            self.missing(
                &common,
                "decide",
                "otherwise",
                "ship when gain(f1_macro) > 0pp, reject otherwise",
            );
        }
        let failed = fields
            .get("failed")
            .and_then(|v| self.word("an outcome", v));
        self.plan.decides.add(Decide {
            common,
            subject,
            against,
            rules,
            failed,
            read: !fields.broken,
        });
    }

    /// Errors in the rules of a protocol: each once, and without fixes, since what is written at their
    /// place is no rule.
    fn without_fixes(&mut self, from: usize) {
        let mut kept: Vec<HirError> = Vec::new();
        for mut error in self.errors.split_off(from.min(self.errors.len())) {
            if let HirError::Units { fix, help, .. } = &mut error {
                *fix = None;
                *help = "give the protocol arguments that measure the same".into();
            }
            if !kept.contains(&error) {
                kept.push(error);
            }
        }
        self.errors.append(&mut kept);
    }

    /// The rules of a decision: its own, or those of its protocol.
    fn rules_of(&self, source: Source<'a>) -> Vec<&'a ast::Rule> {
        let expansions: &'a Expansions = match self.expansions.get() {
            Some(all) => all,
            None => return Vec::new(),
        };
        if let Some(rules) = expansions.get(&source.block.head_span) {
            return rules.iter().collect();
        }
        let entries = source.block.body.iter().flat_map(|b| &b.entries);
        let own = entries.filter_map(|e| match e {
            Entry::Rule(rule) => Some(rule),
            Entry::Field(_) | Entry::Error(_) => None,
        });
        own.collect()
    }

    /// The slices of the comparison (or ablation, which has none) that measures this pair; `None`
    /// where there is no such thing.
    pub(super) fn slices_of(
        &self,
        subject: &VariantRef,
        against: &VariantRef,
    ) -> Option<Vec<String>> {
        let mut slices = None;
        for (_, c) in self.plan.compares.iter() {
            let same = c.subject.variant == subject.variant
                && c.against.iter().any(|a| a.variant == against.variant);
            if same {
                let names = c.slices.iter().map(|s| s.name.value.clone());
                slices.get_or_insert_with(Vec::new).extend(names);
            }
        }
        let ablated = |a: &Ablation| {
            let is = |v: &Variant| *v == a.of.variant || a.arms.iter().any(|arm| arm.variant == *v);
            is(&subject.variant) && is(&against.variant)
        };
        if slices.is_none() && self.plan.ablations.iter().any(|(_, a)| ablated(a)) {
            slices = Some(Vec::new());
        }
        slices
    }
}

fn has_error(c: &Condition) -> bool {
    match c {
        Condition::Error => true,
        Condition::And(parts) | Condition::Or(parts) => parts.iter().any(has_error),
        Condition::Not(inner) | Condition::Possibly(inner) => has_error(inner),
        Condition::Every { body, .. } => has_error(body),
        Condition::Atom(_) => false,
    }
}
