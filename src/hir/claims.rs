//! The plan item and what is claimed: comparisons, ablations, selections, decisions.

use super::errors::HirError;
use super::model::*;
use super::schema::{self, FieldSpec};
use super::scope::{Def, Resolver, Source};
use super::show;
use super::values::{Fields, as_word, plain};
use crate::diagnostic::suggest;
use crate::syntax::ast::{self, Arg, Entry, Expr, ExprKind, Head, Keyword, Value};
use crate::text::{Span, Spanned};
use crate::types::Measure;
use std::collections::BTreeMap;

impl<'a> Resolver<'a> {
    /// The root file's claims, comparisons before the decisions that rest on them.
    pub(super) fn resolve_claims(&mut self) {
        let blocks = self.root_blocks();
        let mut decisions = Vec::new();
        for source in &blocks {
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
                Head::Factorial { of } => {
                    self.variant(of);
                    self.unsupported(
                        "`factorial`",
                        source.block.head_span,
                        "use `ablation of` for one component at a time",
                    );
                }
                Head::Stop { subject, against } => {
                    self.variant(subject);
                    self.variant(against);
                    self.unsupported(
                        "`stop`",
                        source.block.head_span,
                        "leave the block out; run a fixed number of seeds",
                    );
                }
                Head::Declare { .. } | Head::Broken { .. } => {}
            }
        }
        for source in decisions {
            if let Head::Decide {
                name,
                subject,
                against,
            } = &source.block.head
            {
                self.decide(source, name.as_ref(), subject, against);
            }
        }
        self.primary_for_ablations();
    }

    /// An ablation without a metric is about the plan's primary.
    fn primary_for_ablations(&mut self) {
        let primary = self.plan.header.as_ref().and_then(|h| h.primary.clone());
        for id in self.plan.ablations.ids() {
            if self.plan.ablations[id].metric.is_some() {
                continue;
            }
            let common = self.plan.ablations[id].common.clone();
            match &primary {
                Some(primary) => self.plan.ablations[id].metric = Some(primary.clone()),
                None => self.missing(&common, "ablation", "metric", "metric: f1_macro"),
            }
        }
    }

    /// Name and fields of an item without a name of its own.
    fn open_claim(
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

    fn header(&mut self, source: Source<'a>, name: &'a ast::Name) {
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

    fn compare(
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

    fn on(&mut self, common: &Common, keyword: &str, fields: &Fields<'a>) -> Option<DataUse> {
        match fields.get("on") {
            Some(value) => self.data_uses(value).into_iter().next(),
            None => {
                self.missing(common, keyword, "on", "on: data.test");
                None
            }
        }
    }

    fn slices(&mut self, value: &'a Value) -> Vec<Slice> {
        let args: &[Arg] = match plain(value).map(|e| &e.kind) {
            Some(ExprKind::List(args)) => args,
            _ => {
                self.shape("a list of columns such as `[language]`", value);
                return Vec::new();
            }
        };
        let mut slices = Vec::new();
        for arg in args {
            if let Some(name) = &arg.name {
                self.unsupported(
                    "a slice by a condition",
                    name.span,
                    "slice by a column: `slices: [language]`",
                );
                continue;
            }
            if let Some(column) = self.word("a column's name", &arg.value) {
                slices.push(Slice {
                    name: column.clone(),
                    column,
                });
            }
        }
        slices
    }

    /// `bootstrap(10_000, level: 95%, method: bca)` or `none`.
    fn interval(&mut self, value: &'a Value) -> Option<Spanned<IntervalSpec>> {
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

    fn bootstrap(&mut self, args: &'a [Arg]) -> Option<IntervalSpec> {
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

    fn resamples(&mut self, value: &'a Value, resamples: &mut u32) {
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

    fn correction(&mut self, value: &'a Value) -> Option<Spanned<Correction>> {
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

    fn ablation(&mut self, source: Source<'a>, of: &'a ast::SystemRef) {
        let of = self.variant(of);
        let title = of
            .as_ref()
            .map_or(String::new(), |v| self.plan.show(&v.variant));
        let (common, fields) =
            self.open_claim(source, Keyword::Ablation, title, source.block.head_span);
        let on = self.on(&common, "ablation", &fields);
        let metric = fields.get("metric").and_then(|v| self.metric_ref(v));
        let interval = fields.get("interval").and_then(|v| self.interval(v));
        let correct = fields.get("correct").and_then(|v| self.correction(v));
        let tolerance = fields
            .get("tolerance")
            .and_then(|v| self.tolerance(v, metric.as_ref()));
        let Some(of) = of else { return };
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

    fn tolerance(&mut self, value: &'a Value, metric: Option<&MetricRef>) -> Option<Spanned<f64>> {
        let metric = metric
            .cloned()
            .or_else(|| self.plan.header.as_ref().and_then(|h| h.primary.clone()));
        self.distance(value, metric.as_ref(), "a tolerance such as `0.5pp`")
    }

    /// A non-negative difference in a metric.
    fn distance(
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

    fn arms(&mut self, of: &VariantRef, value: &'a Value, set: bool, arms: &mut Vec<Arm>) {
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
    fn set_arm(&mut self, of: &VariantRef, arg: &'a Arg) -> Option<Arm> {
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
    fn remove_arm(&mut self, of: &VariantRef, arg: &'a Arg) -> Option<Arm> {
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
        Some(Arm {
            component,
            level,
            set: false,
            span: arg.span,
            by_hand: Some(Spanned::new(by_hand.variant.system, by_hand.span)),
            variant: by_hand.variant,
            overrides: BTreeMap::new(),
        })
    }

    fn arm(
        &mut self,
        of: &VariantRef,
        component: Id<Component>,
        level: usize,
        arg: &'a Arg,
        set: bool,
    ) -> Arm {
        let mut variant = of.variant.clone();
        variant.levels.insert(component, level);
        self.normalise(&mut variant);
        let overrides = arg.value.record.as_ref().map_or(BTreeMap::new(), |body| {
            let fields = self.fields("an arm", Some(body), schema::fields(Keyword::System));
            schema::fields(Keyword::System)
                .iter()
                .filter_map(|spec| fields.field(spec.name))
                .map(|f| {
                    (
                        f.name.text.clone(),
                        Spanned::new(show::value(&f.value), f.span),
                    )
                })
                .collect()
        });
        if let Some(way) = ["reported", "run", "predictions", "predict"]
            .iter()
            .find_map(|n| overrides.get(*n))
        {
            self.unsupported(
                "an arm with outputs of its own",
                way.span,
                "name a system for the arm: `remove: [augment: no_augment]`",
            );
        }
        Arm {
            component,
            level,
            variant,
            set,
            span: arg.span,
            by_hand: None,
            overrides,
        }
    }

    fn select(&mut self, source: Source<'a>, name: &'a ast::Name, from: &'a [ast::SystemRef]) {
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
    fn prefer(
        &mut self,
        value: &'a Value,
        objective: Option<&MetricRef>,
    ) -> Option<(MetricRef, f64)> {
        let metric = self.metric_ref(value)?;
        let legal = [FieldSpec {
            name: "within",
            doc: "",
        }];
        let options = self.fields("`prefer:`", Some(value.record.as_ref()?), &legal);
        let within = options.get("within")?;
        let distance = self.distance(within, objective, "a distance such as `0.3pp`")?;
        Some((metric, distance.value))
    }

    fn decide(
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
        for entry in source.block.body.as_ref().map_or(&[][..], |b| &b.entries) {
            let Entry::Rule(rule) = entry else { continue };
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
        if rules.is_empty() {
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
        });
    }

    /// The slices of the comparison (or ablation, which has none) that measures this pair; `None`
    /// where there is no such thing.
    fn slices_of(&self, subject: &VariantRef, against: &VariantRef) -> Option<Vec<String>> {
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

    /// Metrics of a list.
    pub(super) fn metric_refs(&mut self, value: &'a Value) -> Vec<MetricRef> {
        let mut found: Vec<MetricRef> = Vec::new();
        for item in self.items(value) {
            let Some(m) = self.metric_ref(item) else {
                continue;
            };
            match found.iter().find(|f| f.same(&m)) {
                Some(first) => self.errors.push(HirError::Twice {
                    what: "metric",
                    name: m.text,
                    first: first.span,
                    second: m.span,
                }),
                None => found.push(m),
            }
        }
        found
    }

    /// A metric, with arguments where it has parameters. A record after it is left to the caller.
    pub(super) fn metric_ref(&mut self, value: &'a Value) -> Option<MetricRef> {
        match &value.expr {
            Some(e) => self.metric_expr(e),
            None => {
                self.shape("a metric", value);
                None
            }
        }
    }

    /// A metric named in an expression.
    pub(super) fn metric_expr(&mut self, e: &'a Expr) -> Option<MetricRef> {
        let (path, args): (&ast::Path, &[Arg]) = match &e.kind {
            ExprKind::Path(p) => (p, &[]),
            ExprKind::Call { path, args } => (path, args),
            ExprKind::Error => return None,
            _ => {
                self.errors.push(HirError::Shape {
                    wanted: "a metric".into(),
                    found: format!("`{}`", show::expr(e)),
                    span: e.span,
                });
                return None;
            }
        };
        let found = self
            .lookup(&path.names)
            .and_then(|(entry, rest)| match entry.def {
                Def::Metric(m) if rest.is_empty() => Some(m),
                _ => None,
            });
        let Some(metric) = found else {
            self.not_found("a metric", path, |d| matches!(d, Def::Metric(_)));
            return None;
        };
        self.metric(metric);
        let args = self.metric_args(metric, args, e.span)?;
        Some(MetricRef {
            metric,
            args,
            text: show::expr(e),
            span: e.span,
        })
    }

    fn metric_args(&mut self, metric: Id<Metric>, args: &'a [Arg], span: Span) -> Option<Vec<f64>> {
        let params: Vec<String> = self.plan.metrics[metric]
            .params
            .iter()
            .map(|p| p.value.clone())
            .collect();
        let mut values: Vec<Option<f64>> = vec![None; params.len()];
        for (i, arg) in args.iter().enumerate() {
            let slot = match &arg.name {
                Some(name) => params.iter().position(|p| *p == name.text),
                None => (i < params.len()).then_some(i),
            };
            let Some(slot) = slot else {
                let name = &self.plan.metrics[metric].common.name;
                let error = HirError::Shape {
                    wanted: if params.is_empty() {
                        format!("`{name}` without arguments")
                    } else {
                        format!("`{name}({})`", params.join(", "))
                    },
                    found: format!("`{}`", show::value(&arg.value)),
                    span: arg.span,
                };
                self.errors.push(error);
                return None;
            };
            let any = [Measure::Number, Measure::Ratio];
            let value = self.number(&arg.value, "a number", &any, f64::MIN..=f64::MAX)?;
            if let Some(v) = values.get_mut(slot) {
                *v = Some(value.value);
            }
        }
        if let Some(absent) = values.iter().position(Option::is_none) {
            let name = self.plan.metrics[metric].common.name.clone();
            let param = params.get(absent).cloned().unwrap_or_default();
            self.errors.push(HirError::Shape {
                wanted: format!("`{name}({param}: …)`"),
                found: format!("`{name}` without its parameter"),
                span,
            });
            return None;
        }
        Some(values.into_iter().flatten().collect())
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
