//! Rules for stopping: when the runs are looked at, and the boundary that all looks share.

use super::errors::HirError;
use super::model::*;
use super::scope::{Resolver, Source};
use super::values::{as_word, plain};
use crate::syntax::ast::{self, Expr, ExprKind, Keyword, Value};
use crate::text::{Span, Spanned};

/// More looks than anyone takes; boundaries are computed look by look.
const MOST_LOOKS: f64 = 200.0;

impl<'a> Resolver<'a> {
    pub(super) fn stop(
        &mut self,
        source: Source<'a>,
        subject: &'a ast::SystemRef,
        against: &'a ast::SystemRef,
    ) {
        let pair = self.variant(subject).zip(self.variant(against));
        let title = pair.as_ref().map_or(String::new(), |(s, a)| {
            let (s, a) = (self.plan.show(&s.variant), self.plan.show(&a.variant));
            format!("{s} against {a}")
        });
        let (common, fields) =
            self.open_claim(source, Keyword::Stop, title, source.block.head_span);
        let at_most = fields
            .get("at_most")
            .and_then(|v| self.count(v, "a number of runs", 1.0));
        let looks = fields.get("look").and_then(|v| self.looks(v));
        let using_at = fields.get("using");
        let using = match using_at.filter(|v| !is_none(v)) {
            Some(v) => self.boundary(v),
            None => self.each_by_itself(&common),
        };
        if fields.get("look").is_none() {
            self.missing(&common, "stop", "look", "look: each(seed)");
        }
        let (Some((subject, against)), Some((looks, look_at)), Some((using, metric, level))) =
            (pair, looks, using)
        else {
            return;
        };
        if !self.pair_is_compared(&subject, &against, source.block.head_span) {
            return;
        }
        let rules = self.stop_rules(source, &subject, &against);
        let runs = |v: &VariantRef| self.plan.systems[v.variant.system].runs().len();
        let available = runs(&subject).min(runs(&against));
        let asked = at_most.as_ref().map_or(available as f64, |n| n.value);
        let (most, most_at) = match (&at_most, looks.last()) {
            (Some(n), _) => (n.value, n.span),
            (None, Some(last)) => (f64::from(*last), look_at),
            (None, None) => (available as f64, look_at),
        };
        if available < 2 || most > available as f64 || most > MOST_LOOKS {
            let v = if runs(&subject) <= runs(&against) {
                &subject
            } else {
                &against
            };
            let help = if most > MOST_LOOKS {
                "look at most 200 times".to_string()
            } else {
                format!(
                    "give it `seeds: {}`, or write `at_most: {available}`",
                    most.max(2.0)
                )
            };
            self.errors.push(HirError::Unfit {
                message: "there are fewer runs than are to be looked at".into(),
                span: most_at,
                label: format!("up to {} runs", most.max(2.0)),
                other: Some((v.span, runs_of(available))),
                help,
            });
            return;
        }
        // At most 200 by now, so the cast is exact.
        let looks = if looks.is_empty() {
            (1..=asked as u32).collect()
        } else {
            looks
        };
        if looks.last().is_some_and(|last| f64::from(*last) > asked) {
            self.errors.push(HirError::Range {
                message: "a look lies behind `at_most:`".into(),
                span: look_at,
                help: format!("look at most after {asked} runs"),
            });
            return;
        }
        self.plan.stops.add(Stop {
            common,
            subject,
            against,
            looks,
            look_span: look_at,
            using,
            using_span: using_at.map(|v| v.span),
            metric,
            level,
            rules,
        });
    }

    /// The rules of a `stop`, judged at each look.
    fn stop_rules(
        &mut self,
        source: Source<'a>,
        subject: &VariantRef,
        against: &VariantRef,
    ) -> Vec<Rule> {
        let slices = self.slices_of(subject, against);
        let entries = source.block.body.iter().flat_map(|b| &b.entries);
        let written: Vec<&'a ast::Rule> = entries
            .filter_map(|e| match e {
                ast::Entry::Rule(rule) => Some(rule),
                ast::Entry::Field(_) | ast::Entry::Error(_) => None,
            })
            .collect();
        self.decided = Some(subject.variant.clone());
        let rules = written.into_iter().map(|rule| Rule {
            outcome: Spanned::new(rule.outcome.text.clone(), rule.outcome.span),
            when: rule
                .when
                .as_ref()
                .map(|e| self.condition(e, slices.as_deref())),
            span: rule.span,
        });
        let rules: Vec<Rule> = rules.collect();
        self.decided = None;
        for rule in &rules {
            self.errors.extend(unfit_for_looks(rule));
        }
        rules
    }

    /// Without a boundary each look is judged by itself, on the plan's primary metric.
    fn each_by_itself(&mut self, common: &Common) -> Option<(Boundary, MetricRef, f64)> {
        let primary = self.plan.header.as_ref().and_then(|h| h.primary.clone());
        match primary.filter(|m| self.plan.metric_kind(m.metric) != MetricKind::Quantile) {
            Some(metric) => Some((Boundary::Nominal, metric, 0.95)),
            None => {
                let example = "using: confidence_sequence(gain(f1_macro), level: 95%)";
                self.missing(common, "stop", "using", example);
                None
            }
        }
    }

    fn pair_is_compared(&mut self, subject: &VariantRef, against: &VariantRef, at: Span) -> bool {
        let found = self.plan.compares.iter().any(|(_, c)| {
            c.subject.variant == subject.variant
                && c.against.iter().any(|a| a.variant == against.variant)
        });
        if !found && !self.plan.incomplete {
            let (s, a) = (
                self.plan.show(&subject.variant),
                self.plan.show(&against.variant),
            );
            self.errors.push(HirError::Unfit {
                message: format!(
                    "nothing compares `{s}` with `{a}`, so there is nothing to look at"
                ),
                span: at,
                label: "stops what is not compared".into(),
                other: None,
                help: format!("add `compare {s} with {a} {{ … }}`"),
            });
        }
        found
    }

    /// `each(seed)` as no looks of its own, or `at(2, 5)`.
    fn looks(&mut self, value: &'a Value) -> Option<(Vec<u32>, Span)> {
        let wanted = "`each(seed)` or `at(2, 5)`";
        let Some(Expr {
            kind: ExprKind::Call { path, args },
            span,
        }) = plain(value)
        else {
            self.shape(wanted, value);
            return None;
        };
        match (path.text().as_str(), args.as_slice()) {
            ("each", [one]) => {
                let word = one.value.expr.as_ref().and_then(as_word);
                if word.is_some_and(|w| w.value == "seed") {
                    return Some((Vec::new(), *span));
                }
                self.shape("`each(seed)`", value);
                None
            }
            ("at", [_, ..]) => {
                let mut looks: Vec<u32> = Vec::new();
                for arg in args {
                    let n = self.number(
                        &arg.value,
                        "a number of runs",
                        &[crate::types::Measure::Number],
                        1.0..=MOST_LOOKS,
                    )?;
                    // At most 200, so the cast is exact but for fractions, which are refused.
                    let look = n.value as u32;
                    let later = looks.last().is_none_or(|last| *last < look);
                    if !later || f64::from(look) != n.value {
                        self.errors.push(HirError::Range {
                            message: "looks are whole numbers of runs, each larger than the last"
                                .into(),
                            span: arg.span,
                            help: "write them in order, such as `at(2, 5)`".into(),
                        });
                        return None;
                    }
                    looks.push(look);
                }
                Some((looks, *span))
            }
            _ => {
                self.shape(wanted, value);
                None
            }
        }
    }

    /// `confidence_sequence(gain(f1_macro), level: 95%)`
    fn boundary(&mut self, value: &'a Value) -> Option<(Boundary, MetricRef, f64)> {
        let wanted = "a boundary such as `confidence_sequence(gain(f1_macro), level: 95%)`";
        let Some(ExprKind::Call { path, args }) = plain(value).map(|e| &e.kind) else {
            self.shape(wanted, value);
            return None;
        };
        let name = path.text();
        let Some(&(_, using)) = Boundary::ALL.iter().find(|b| b.0 == name) else {
            self.errors.push(HirError::Choice {
                word: name,
                span: path.span,
                choices: Boundary::ALL.iter().map(|b| b.0.to_string()).collect(),
            });
            return None;
        };
        let (mut metric, mut level) = (None, 0.95);
        for (i, arg) in args.iter().enumerate() {
            match arg.name.as_ref().map(|n| n.text.as_str()) {
                None if i == 0 => metric = Some(self.watched(&arg.value)?),
                Some("level") => level = self.confidence(&arg.value)?,
                _ => {
                    self.unknown_argument(&format!("`{name}(…)`"), arg, &["level"]);
                    return None;
                }
            }
        }
        let Some(metric) = metric else {
            self.shape(wanted, value);
            return None;
        };
        if self.plan.metric_kind(metric.metric) == MetricKind::Quantile {
            self.errors.push(HirError::Unfit {
                message: format!("a sequence of looks does not fit `{}`", metric.text),
                span: metric.span,
                label: "a quantile, of which no standard error is known".into(),
                other: None,
                help: "watch a mean, a share or a score such as `f1_macro`".into(),
            });
            return None;
        }
        Some((using, metric, level))
    }

    /// The metric of `gain(f1_macro)`.
    fn watched(&mut self, value: &'a Value) -> Option<MetricRef> {
        let inner = match plain(value).map(|e| &e.kind) {
            Some(ExprKind::Call { path, args }) if path.text() == "gain" => match args.as_slice() {
                [one] if one.name.is_none() => one.value.expr.as_ref(),
                _ => None,
            },
            _ => None,
        };
        match inner {
            Some(e) => self.metric_expr(e),
            None => {
                self.shape("what is watched, such as `gain(f1_macro)`", value);
                None
            }
        }
    }
}

/// What a rule asks for that no look can answer.
fn unfit_for_looks(rule: &Rule) -> Option<HirError> {
    let Some(when) = &rule.when else {
        return Some(HirError::Unfit {
            message: "`otherwise` would end the runs at the first look".into(),
            span: rule.span,
            label: "takes whatever the first look shows".into(),
            other: None,
            help: "say when the runs end; where no rule is established, they go on".into(),
        });
    };
    let (what, label, help) = if when.reads(Reading::PValue) {
        (
            "a p value holds at one look, not at all of them together",
            "read at each look",
            "ask for the quantity itself, such as `gain(f1_macro) > 0pp`: its interval holds at all looks",
        )
    } else if when
        .quantities()
        .iter()
        .any(|q| matches!(q.kind, QuantityKind::Interaction(..)))
    {
        (
            "an interaction is of a factorial, whose runs no `stop` ends",
            "no quantity of the two systems",
            "leave it to the rules of a `decide`",
        )
    } else {
        return None;
    };
    Some(HirError::Unfit {
        message: what.into(),
        span: rule.span,
        label: label.into(),
        other: None,
        help: help.into(),
    })
}

/// `using: none`
fn is_none(value: &Value) -> bool {
    plain(value)
        .and_then(as_word)
        .is_some_and(|w| w.value == "none")
}

fn runs_of(n: usize) -> String {
    match n {
        1 => "has one run".into(),
        n => format!("has {n} runs"),
    }
}
