//! Comparisons, and the uncertainty methods that claims share.

use super::errors::HirError;
use super::model::*;
use super::scope::{Resolver, Source};
use super::values::{as_word, plain};
use crate::diagnostic::suggest;
use crate::syntax::ast::{self, Arg, ExprKind, Keyword, Value};
use crate::text::Spanned;
use crate::types::Measure;

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
        for (name, what, help) in [
            (
                "test",
                "`test:`",
                "leave it out: the p value comes from the paired resamples",
            ),
            (
                "over",
                "`over:`",
                "leave it out: rows (or groups) and runs are both resampled",
            ),
            (
                "margin",
                "`margin:`",
                "write the margin in a rule: `gain(m) > -1pp`",
            ),
            ("pilot", "`pilot:`", "leave it out for now"),
        ] {
            if let Some(value) = fields.get(name) {
                self.unsupported(what, value.span, help);
            }
        }
        if let Some(paired) = &paired
            && !paired.value
        {
            self.unsupported(
                "an unpaired comparison",
                paired.span,
                "leave it out: systems on the same rows are paired",
            );
        }
        let Some(subject) = subject else { return };
        let mut common = common;
        common.broken |= !whole;
        self.plan.compares.add(Compare {
            common,
            subject,
            against: others,
            on,
            metrics,
            slices,
            interval,
            correct,
            paired,
        });
    }

    /// `bootstrap(10_000, level: 95%, method: bca)` or `none`.
    pub(super) fn interval(&mut self, value: &'a Value) -> Option<Spanned<IntervalSpec>> {
        let e = plain(value)?;
        let (name, args): (&ast::Path, &[Arg]) = match &e.kind {
            ExprKind::Path(p) => (p, &[]),
            ExprKind::Call { path, args } => (path, args),
            _ => {
                self.shape("a method such as `bootstrap(10_000)`", value);
                return None;
            }
        };
        match name.text().as_str() {
            "none" => Some(Spanned::new(IntervalSpec::None, e.span)),
            "bootstrap" => self.bootstrap(args).map(|spec| Spanned::new(spec, e.span)),
            "wilson" | "t" | "exact" | "normal" | "newcombe" | "delong" => {
                self.unsupported("an analytic interval", name.span, "use `bootstrap(10_000)`");
                None
            }
            _ => {
                self.errors.push(HirError::Choice {
                    word: name.text(),
                    span: name.span,
                    choices: ["bootstrap", "none"].map(String::from).to_vec(),
                });
                None
            }
        }
    }

    pub(super) fn bootstrap(&mut self, args: &'a [Arg]) -> Option<IntervalSpec> {
        let (mut resamples, mut level, mut method) = (10_000, 0.95, BootstrapMethod::Auto);
        let before = self.errors.len();
        for (i, arg) in args.iter().enumerate() {
            let name = arg.name.as_ref().map(|n| n.text.as_str());
            match name {
                None if i == 0 => self.resamples(&arg.value, &mut resamples),
                Some("resamples") => self.resamples(&arg.value, &mut resamples),
                Some("level") => {
                    let what = "a level between 50% and 99.99%";
                    if let Some(n) = self.number(
                        &arg.value,
                        what,
                        &[Measure::Ratio, Measure::Number],
                        0.5..=0.9999,
                    ) {
                        level = n.value;
                    }
                }
                Some("method") => {
                    let methods = [
                        ("auto", Some(BootstrapMethod::Auto)),
                        ("percentile", Some(BootstrapMethod::Percentile)),
                        ("basic", Some(BootstrapMethod::Basic)),
                        ("bca", Some(BootstrapMethod::Bca)),
                        ("studentized", None),
                    ];
                    match self.choice(&arg.value, &methods) {
                        Some(Spanned { value: Some(m), .. }) => method = m,
                        Some(w) => self.unsupported(
                            "the studentized bootstrap",
                            w.span,
                            "use `method: bca`",
                        ),
                        None => {}
                    }
                }
                _ => {
                    let legal = ["resamples", "level", "method"];
                    let name = arg.name.as_ref().map_or(String::new(), |n| n.text.clone());
                    self.errors.push(HirError::UnknownField {
                        of: "`bootstrap(…)`".into(),
                        near: suggest(&name, legal).map(str::to_string),
                        name,
                        span: arg.span,
                        legal: legal.map(String::from).to_vec(),
                    });
                }
            }
        }
        (self.errors.len() == before).then_some(IntervalSpec::Bootstrap {
            resamples,
            level,
            method,
        })
    }

    pub(super) fn resamples(&mut self, value: &'a Value, resamples: &mut u32) {
        if plain(value)
            .and_then(as_word)
            .is_some_and(|w| w.value == "auto")
        {
            self.unsupported(
                "`resamples: auto`",
                value.span,
                "write a number such as `10_000`",
            );
            return;
        }
        let what = "a number of resamples from 1 to 10_000_000";
        let number = self.number(value, what, &[Measure::Number], 1.0..=1e7);
        if let Some(n) = number {
            // At most 1e7, so the cast is exact.
            *resamples = n.value as u32;
        }
    }

    pub(super) fn correction(&mut self, value: &'a Value) -> Option<Spanned<Correction>> {
        self.choice(
            value,
            &[
                ("none", Correction::None),
                ("bonferroni", Correction::Bonferroni),
                ("holm", Correction::Holm),
                ("hochberg", Correction::Hochberg),
                ("bh", Correction::Bh),
                ("by", Correction::By),
            ],
        )
    }
}
