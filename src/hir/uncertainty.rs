//! The uncertainty of claims: interval methods, tests, what is resampled, margins and pilots, held to
//! the metrics and the data they are used on.

use super::errors::HirError;
use super::model::*;
use super::schema::FieldSpec;
use super::scope::Resolver;
use super::values::{as_word, plain};
use crate::diagnostic::suggest;
use crate::syntax::ast::{self, Arg, ExprKind, Value};
use crate::text::{Span, Spanned};
use crate::types::Measure;

const LEVEL: &str = "a level between 50% and 99.99%";

impl<'a> Resolver<'a> {
    /// `bootstrap(10_000, level: 95%, method: bca)`, `wilson(level: 95%)` or `none`.
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
        let text = name.text();
        let analytic = AnalyticMethod::ALL.iter().find(|m| m.0 == text);
        match (text.as_str(), analytic) {
            ("none", _) => Some(Spanned::new(IntervalSpec::None, e.span)),
            ("bootstrap", _) => self.bootstrap(args).map(|spec| Spanned::new(spec, e.span)),
            (_, Some(&(_, method))) => {
                let level = self.level_only(&format!("`{text}(…)`"), args)?;
                Some(Spanned::new(
                    IntervalSpec::Analytic { method, level },
                    e.span,
                ))
            }
            _ => {
                let analytic = AnalyticMethod::ALL.iter().map(|m| m.0);
                let choices = ["bootstrap", "none"].into_iter().chain(analytic);
                self.errors.push(HirError::Choice {
                    word: text,
                    span: name.span,
                    choices: choices.map(String::from).collect(),
                });
                None
            }
        }
    }

    /// `(level: 95%)` or nothing.
    fn level_only(&mut self, of: &str, args: &'a [Arg]) -> Option<f64> {
        let mut level = 0.95;
        for arg in args {
            match arg.name.as_ref().map(|n| n.text.as_str()) {
                Some("level") => level = self.confidence(&arg.value)?,
                _ => {
                    self.unknown_argument(of, arg, &["level"]);
                    return None;
                }
            }
        }
        Some(level)
    }

    pub(super) fn confidence(&mut self, value: &'a Value) -> Option<f64> {
        let kinds = [Measure::Ratio, Measure::Number];
        let n = self.number(value, LEVEL, &kinds, 0.5..=0.9999)?;
        Some(n.value)
    }

    pub(super) fn unknown_argument(&mut self, of: &str, arg: &'a Arg, legal: &[&str]) {
        let name = arg.name.as_ref().map_or(String::new(), |n| n.text.clone());
        self.errors.push(HirError::UnknownField {
            of: of.into(),
            near: suggest(&name, legal.iter().copied()).map(str::to_string),
            name,
            span: arg.span,
            legal: legal.iter().map(ToString::to_string).collect(),
        });
    }

    pub(super) fn bootstrap(&mut self, args: &'a [Arg]) -> Option<IntervalSpec> {
        let mut spec = (10_000, false, 0.95, BootstrapMethod::Auto);
        let before = self.errors.len();
        for (i, arg) in args.iter().enumerate() {
            match arg.name.as_ref().map(|n| n.text.as_str()) {
                None if i == 0 => (spec.0, spec.1) = self.resamples(&arg.value),
                Some("resamples") => (spec.0, spec.1) = self.resamples(&arg.value),
                Some("level") => spec.2 = self.confidence(&arg.value).unwrap_or(spec.2),
                Some("method") => {
                    let methods = [
                        ("auto", BootstrapMethod::Auto),
                        ("percentile", BootstrapMethod::Percentile),
                        ("basic", BootstrapMethod::Basic),
                        ("bca", BootstrapMethod::Bca),
                        ("studentized", BootstrapMethod::Studentized),
                    ];
                    if let Some(method) = self.choice(&arg.value, &methods) {
                        spec.3 = method.value;
                    }
                }
                _ => {
                    let legal = ["resamples", "level", "method"];
                    self.unknown_argument("`bootstrap(…)`", arg, &legal);
                }
            }
        }
        (self.errors.len() == before).then_some(IntervalSpec::Bootstrap {
            resamples: spec.0,
            grows: spec.1,
            level: spec.2,
            method: spec.3,
        })
    }

    /// A number, or `auto`: the number to begin with, and whether it grows.
    fn resamples(&mut self, value: &'a Value) -> (u32, bool) {
        let word = plain(value).and_then(as_word);
        if word.is_some_and(|w| w.value == "auto") {
            return (FIRST_RESAMPLES, true);
        }
        let what = "a number of resamples from 1 to 10_000_000, or `auto`";
        let number = self.number(value, what, &[Measure::Number], 1.0..=1e7);
        // At most 1e7, so the cast is exact.
        (number.map_or(10_000, |n| n.value as u32), false)
    }

    pub(super) fn correction(&mut self, value: &'a Value) -> Option<Spanned<Correction>> {
        self.choice(value, &Correction::ALL)
    }

    pub(super) fn over(&mut self, value: &'a Value) -> Option<Spanned<Over>> {
        self.choice(
            value,
            &[
                ("rows", Over::Rows),
                ("runs", Over::Runs),
                ("folds", Over::Folds),
            ],
        )
    }

    /// Where `over: [rows, runs]` names several things; that one sample of both is a fault is for the
    /// checks to say.
    pub(super) fn pooled(&mut self, value: &'a Value) -> Option<Span> {
        let items = match plain(value).map(|e| &e.kind) {
            Some(ExprKind::List(_)) => self.items(value),
            _ => return None,
        };
        let known = ["rows", "runs", "folds"];
        let word = |v: &&Value| plain(v).and_then(as_word);
        let all = items.iter().filter_map(word);
        let all = all.filter(|w| known.contains(&w.value.as_str())).count();
        (all > 1 && all == items.len()).then_some(value.span)
    }

    /// The margin of an equivalence claim: a difference in one of the metrics at least.
    pub(super) fn margin(
        &mut self,
        value: &'a Value,
        metrics: &[MetricRef],
    ) -> Option<(Spanned<f64>, Measure)> {
        let mut kinds: Vec<Measure> = Vec::new();
        for m in metrics {
            let kind = self.plan.metrics[m.metric].measure.difference();
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        if kinds.is_empty() {
            return None;
        }
        let what = "a margin such as `1pp`";
        let measure = plain(value).and_then(|e| self.quantity(e)).map(|q| q.1);
        let margin = self.number(value, what, &kinds, f64::MIN_POSITIVE..=f64::MAX)?;
        Some((margin, measure?))
    }

    /// `{ disagreement: 14%, sd: 0.3pp, level: 86% }`
    pub(super) fn pilot(&mut self, value: &'a Value, metrics: &[MetricRef]) -> Option<Pilot> {
        let legal = ["disagreement", "sd", "level"].map(FieldSpec::named);
        let Some(body) = value.record.as_ref() else {
            self.shape("a record such as `{ disagreement: 14% }`", value);
            return None;
        };
        let fields = self.fields("`pilot:`", Some(body), &legal);
        let disagreement = fields
            .get("disagreement")
            .and_then(|v| self.share(v, "a share of the rows"));
        let kinds: Vec<Measure> = metrics
            .iter()
            .map(|m| self.plan.metrics[m.metric].measure.difference())
            .collect();
        let sd = fields.get("sd").and_then(|v| {
            let measure = plain(v).and_then(|e| self.quantity(e))?.1;
            let what = "a standard deviation of differences such as `30pp`";
            let n = self.number(v, what, &kinds, f64::MIN_POSITIVE..=f64::MAX)?;
            Some((n, measure))
        });
        let level = fields.get("level").and_then(|v| {
            let first = metrics.first()?;
            let primary = self.plan.header.as_ref().and_then(|h| h.primary.clone());
            let about = primary.filter(|p| metrics.iter().any(|m| m.same(p)));
            let metric = about.map_or(first.metric, |p| p.metric);
            let of = [self.plan.metrics[metric].measure.clone()];
            let what = "what the baseline scored, such as `86%`";
            self.number(v, what, &of, f64::MIN..=f64::MAX)
        });
        Some(Pilot {
            disagreement,
            sd,
            level,
        })
    }

    /// Whether the methods of a comparison fit its metrics and what its rows are; what doesn't is
    /// reported, and dropped.
    pub(super) fn fit_methods(&mut self, c: &mut Compare) {
        self.each_repeat(c);
        if let Some(over) = c.over.filter(|o| o.value == Over::Folds) {
            self.fit_folds(c, over.span);
            return;
        }
        if let Some(spec) = &c.interval
            && let IntervalSpec::Analytic { method, .. } = spec.value
        {
            let name = AnalyticMethod::ALL.iter().find(|m| m.1 == method);
            let name = format!("`interval: {}`", name.map_or("", |m| m.0));
            let remedy = "use `bootstrap(10_000)`, which fits every metric";
            let runs_fit = matches!(method, AnalyticMethod::T | AnalyticMethod::Normal);
            let fits = method.fits();
            let apart = matches!(method, AnalyticMethod::Exact | AnalyticMethod::Delong);
            if self.misfit(c, &name, spec.span, fits, runs_fit, apart, remedy) {
                c.interval = None;
            }
        }
        // A test of independent samples beside pairs is U104's to refuse.
        let given_up = c.paired.is_some_and(|p| !p.value);
        let of_pair = |t: &Spanned<TestMethod>| t.value != TestMethod::Friedman;
        if let Some(test) = c
            .test
            .filter(|t| (t.value.pairs() || given_up) && of_pair(t))
        {
            let name = TestMethod::ALL.iter().find(|t| t.1 == test.value);
            let name = format!("`test: {}`", name.map_or("", |t| t.0));
            let remedy = "leave it out: the p value then comes from the resamples";
            let runs_fit = !matches!(test.value, TestMethod::Mcnemar | TestMethod::Delong);
            let apart = test.value.pairs() && test.value != TestMethod::T;
            let fits = test.value.fits();
            if self.misfit(c, &name, test.span, fits, runs_fit, apart, remedy) {
                c.test = None;
            }
        }
        if let Some(spec) = &c.interval
            && matches!(
                spec.value,
                IntervalSpec::Bootstrap {
                    method: BootstrapMethod::Studentized,
                    ..
                }
            )
        {
            self.studentized_fits(c, spec.span);
        }
        self.enough_runs(c);
    }

    /// What learns from folds that are dealt again and again has other outputs each time, so its files need a name for
    /// each.
    fn each_repeat(&mut self, c: &Compare) {
        let Some(on) = &c.on else { return };
        let Some(repeats) = self.plan.repeats(&on.data).filter(|r| *r > 1) else {
            return;
        };
        for v in std::iter::once(&c.subject).chain(&c.against) {
            let system = &self.plan.systems[v.variant.system];
            let Some(Outputs::Predictions { template, .. }) = &system.outputs else {
                continue;
            };
            let learns = system.train.iter().any(|used| used.data == on.data);
            if !learns || template.value.holes().any(|(name, ..)| name == "repeat") {
                continue;
            }
            let name = &system.common.name;
            let error = HirError::Unfit {
                message: format!("`{name}` has one output for {repeats} repeats of the folds"),
                span: template.span,
                label: "one file for all repeats".into(),
                other: Some((on.span, "it learns anew each time these are dealt".into())),
                help: "write `{repeat}` into the name of the file, or leave `repeats:` out".into(),
            };
            if !self.errors.contains(&error) {
                self.errors.push(error);
            }
        }
    }

    /// Folds are compared by their differences, with the variance that sharing training rows calls for:
    /// they are no sample to draw from, nor to rank or flip the signs of.
    fn fit_folds(&mut self, c: &mut Compare, over: Span) {
        let t = IntervalSpec::Analytic {
            method: AnalyticMethod::T,
            level: 0.95,
        };
        let shared = "folds share training rows, so they are not independent draws";
        let of_folds = |on: &DataUse| on.data.part.as_deref() == Some(FOLDS);
        if let Some(on) = c.on.as_ref().filter(|on| !of_folds(on)) {
            let dataset = &self.plan.datasets[on.data.dataset].common.name;
            self.errors.push(HirError::Unfit {
                message: "`over: folds` needs the rows of a cross-validation".into(),
                span: over,
                label: "folds are compared".into(),
                other: Some((on.span, "these rows are in no fold".into())),
                help: format!("use `on: {dataset}.{FOLDS}`, or leave `over:` out"),
            });
            c.over = None;
            return;
        }
        let interval = c.interval.get_or_insert(Spanned::new(t.clone(), over));
        let fits = |spec: &IntervalSpec| match spec {
            IntervalSpec::Analytic { method, .. } => *method == AnalyticMethod::T,
            IntervalSpec::Bootstrap { .. } => false,
            IntervalSpec::None => true,
        };
        let mut unfit: Vec<(Span, &str, &str)> = Vec::new();
        if !fits(&interval.value) {
            unfit.push((
                interval.span,
                "this interval",
                "use `interval: t`, which corrects for it",
            ));
            *interval = Spanned::new(t, over);
        }
        let of_folds = [TestMethod::T, TestMethod::CorrectedT];
        if let Some(test) = c.test.filter(|t| !of_folds.contains(&t.value)) {
            unfit.push((
                test.span,
                "this test",
                "use `test: corrected_t`, which corrects for it",
            ));
            c.test = None;
        }
        if let Some(paired) = c.paired.filter(|p| !p.value) {
            unfit.push((paired.span, "giving up pairs", "leave `paired:` out"));
            c.paired = None;
        }
        for (span, what, help) in unfit {
            self.errors.push(HirError::Unfit {
                message: format!("{what} does not fit a comparison of folds"),
                span,
                label: "asked for here".into(),
                other: Some((over, shared.into())),
                help: help.into(),
            });
        }
    }

    /// The interval of a claim on one metric, where it fits that.
    pub(super) fn fit_interval(
        &mut self,
        of: &VariantRef,
        on: Option<&DataUse>,
        metric: Option<&MetricRef>,
        interval: Option<Spanned<IntervalSpec>>,
    ) -> Option<Spanned<IntervalSpec>> {
        let primary = self.plan.header.as_ref().and_then(|h| h.primary.as_ref());
        let mut as_compare = Compare {
            common: Common::default(),
            subject: of.clone(),
            against: Vec::new(),
            on: on.cloned(),
            metrics: metric.or(primary).cloned().into_iter().collect(),
            slices: Vec::new(),
            interval,
            correct: None,
            paired: None,
            test: None,
            over: None,
            pooled: None,
            margin: None,
            pilot: None,
        };
        self.fit_methods(&mut as_compare);
        as_compare.interval
    }

    /// A standard error within each resample has to come from something smooth.
    fn studentized_fits(&mut self, c: &Compare, span: Span) {
        let rough = c
            .metrics
            .iter()
            .find(|m| self.plan.metric_kind(m.metric) == MetricKind::Quantile);
        if let Some(m) = rough {
            self.errors.push(HirError::Unfit {
                message: format!("the studentized bootstrap does not fit `{}`", m.text),
                span,
                label: "needs a standard error in every resample".into(),
                other: Some((
                    m.span,
                    "a quantile, of which the jackknife gives none".into(),
                )),
                help: "use `method: percentile`".into(),
            });
        }
    }

    /// Reports the first thing that a method for independent rows doesn't fit.
    #[allow(clippy::too_many_arguments, reason = "one question about one method")]
    fn misfit(
        &mut self,
        c: &Compare,
        name: &str,
        span: Span,
        fits: &[MetricKind],
        runs_fit: bool,
        needs_pairs: bool,
        remedy: &str,
    ) -> bool {
        let over_runs = c.over.is_some_and(|o| o.value == Over::Runs);
        let found = if fits.is_empty() {
            let at = c.over.map_or(span, |o| o.span);
            let help = "add `over: folds`, or leave `test:` out".to_string();
            Some((at, "no folds are compared".to_string(), help))
        } else if needs_pairs && c.paired.is_some_and(|p| !p.value) {
            let at = c.paired.map_or(span, |p| p.span);
            Some((
                at,
                "the pairs are given up here".to_string(),
                remedy.to_string(),
            ))
        } else if over_runs {
            let at = c.over.map_or(span, |o| o.span);
            let help = "use `t` or `bootstrap(10_000)`".to_string();
            (!runs_fit).then(|| (at, "whole runs are compared, not rows".to_string(), help))
        } else {
            self.unfit_metric(c, fits, remedy)
                .or_else(|| self.dependent_rows(c, remedy))
        };
        let Some((at, label, help)) = found else {
            return false;
        };
        self.errors.push(HirError::Unfit {
            message: format!("{name} does not fit this comparison"),
            span,
            label: "asked for here".into(),
            other: Some((at, label)),
            help,
        });
        true
    }

    fn unfit_metric(
        &self,
        c: &Compare,
        fits: &[MetricKind],
        remedy: &str,
    ) -> Option<(Span, String, String)> {
        let kind = |m: &MetricRef| self.plan.metric_kind(m.metric);
        let m = c.metrics.iter().find(|m| !fits.contains(&kind(m)))?;
        let wanted: Vec<&str> = fits.iter().map(|f| f.name()).collect();
        let label = format!("is {}; it takes {}", kind(m).name(), wanted.join(" or "));
        let fit: Option<&str> = match kind(m) {
            MetricKind::Share => Some("newcombe"),
            MetricKind::Mean => Some("t"),
            MetricKind::RocArea => Some("delong"),
            MetricKind::Quantile => Some("order_statistic"),
            MetricKind::Other => None,
        };
        let help = fit
            .filter(|_| remedy.starts_with("use"))
            .map_or(remedy.to_string(), |fit| {
                format!(
                    "use `{fit}`, which fits `{}`, or `bootstrap(10_000)`",
                    m.text
                )
            });
        Some((m.span, label, help))
    }

    /// Clusters, weights or several runs: rows are then not independent draws of one value each.
    fn dependent_rows(&self, c: &Compare, remedy: &str) -> Option<(Span, String, String)> {
        let d = &self.plan.datasets[c.on.as_ref()?.data.dataset];
        let declared = d.cluster.as_ref().or(d.group.as_ref());
        // A plan that resamples them one by one says that they are (U105 says what that costs).
        if let Some(column) = declared.filter(|_| !c.row_by_row()) {
            let label = format!("rows of one `{}` are not independent", column.value);
            return Some((column.span, label, remedy.to_string()));
        }
        if let Some(weight) = &d.weight {
            let label = "rows do not count alike".to_string();
            return Some((weight.span, label, remedy.to_string()));
        }
        let several = |v: &&VariantRef| self.plan.systems[v.variant.system].runs().len() > 1;
        let v = std::iter::once(&c.subject)
            .chain(&c.against)
            .find(several)?;
        let runs = self.plan.systems[v.variant.system].runs().len();
        let label = format!("has {runs} runs, which vary too");
        Some((
            v.span,
            label,
            format!("{remedy}, or compare runs: `over: runs`"),
        ))
    }

    fn enough_runs(&mut self, c: &mut Compare) {
        let Some(over) = c.over.filter(|o| o.value == Over::Runs) else {
            return;
        };
        let single = |v: &&VariantRef| {
            let s = &self.plan.systems[v.variant.system];
            s.runs().len() < 2 && !s.is_builtin()
        };
        let found = std::iter::once(&c.subject).chain(&c.against).find(single);
        if let Some(v) = found {
            let error = HirError::Unfit {
                message: "`over: runs` needs at least two runs of each system".into(),
                span: over.span,
                label: "runs are compared".into(),
                other: Some((v.span, "has one run".into())),
                help: "give it `seeds: 5`, or leave `over:` out".into(),
            };
            self.errors.push(error);
            c.over = None;
        }
    }
}
