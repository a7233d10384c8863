//! Steps, components and hardware, and the order in which items are resolved.

use super::errors::HirError;
use super::model::*;
use super::schema;
use super::scope::{Def, Resolver, Source};
use super::values::{Fields, plain};
use super::vocabulary::STEP_KINDS;
use crate::syntax::ast::{self, ExprKind, Head, Keyword, Value};
use crate::text::{Span, Spanned};
use crate::types::Measure;
use std::collections::BTreeMap;

impl<'a> Resolver<'a> {
    /// Everything that is neither system nor claim. Splits come first: others name partitions.
    pub(super) fn resolve_items(&mut self) -> Option<()> {
        for (i, source) in self.hardware.clone().into_iter().enumerate() {
            self.go_on()?;
            let (common, fields) = self.open(source, Keyword::Hardware);
            self.plan.hardware[Id::new(i)] = self.hardware_item(common, &fields);
        }
        self.one_currency();
        for (i, source) in self.components.clone().into_iter().enumerate() {
            self.go_on()?;
            let (common, fields) = self.open(source, Keyword::Component);
            self.plan.components[Id::new(i)] = self.component_item(common, &fields);
        }
        let mut relations = Vec::new();
        for (i, source) in self.datasets.clone().into_iter().enumerate() {
            self.go_on()?;
            let (common, fields) = self.open(source, Keyword::Dataset);
            self.plan.datasets[Id::new(i)] = self.dataset_item(common, &fields);
            relations.push((i, source.module, fields));
        }
        self.one_label_unit();
        for (i, module, fields) in relations {
            self.module = module;
            self.dataset_relations(Id::new(i), &fields);
        }
        for (i, source) in self.steps.clone().into_iter().enumerate() {
            self.go_on()?;
            let (common, fields) = self.open(source, Keyword::Step);
            self.plan.steps[Id::new(i)] = self.step_item(common, &fields);
        }
        for i in 0..self.metrics.len() {
            self.go_on()?;
            self.metric(Id::new(i));
        }
        self.module = 0;
        Some(())
    }

    /// Enters the item's module and reads its name and fields.
    pub(super) fn open(&mut self, source: Source<'a>, keyword: Keyword) -> (Common, Fields<'a>) {
        self.module = source.module;
        let nobody = ast::Name {
            text: String::new(),
            span: source.block.head_span,
        };
        let name = match &source.block.head {
            Head::Declare { name, .. } | Head::Select { name, .. } => name,
            Head::Broken {
                name: Some(name), ..
            } => name,
            _ => &nobody,
        };
        let of = match name.text.as_str() {
            "" => format!("this `{}`", keyword.text()),
            name => format!("{} `{name}`", keyword.text()),
        };
        let fields = self.fields(&of, source.block.body.as_ref(), schema::fields(keyword));
        if keyword != Keyword::Stop {
            self.no_rules(source, &of);
        }
        let common = self.common(source, name, fields.broken);
        (common, fields)
    }

    pub(super) fn no_rules(&mut self, source: Source<'a>, of: &str) {
        let entries = source.block.body.as_ref().map_or(&[][..], |b| &b.entries);
        for entry in entries {
            if let ast::Entry::Rule(rule) = entry {
                self.errors.push(HirError::Shape {
                    wanted: format!("a field of {of}"),
                    found: "a rule; rules stand in `decide`".into(),
                    span: rule.span,
                });
            }
        }
    }

    pub(super) fn hardware_item(&mut self, common: Common, fields: &Fields<'a>) -> Hardware {
        let mut hardware = Hardware {
            common,
            cores: fields
                .get("cores")
                .and_then(|v| self.count(v, "a number of cores", 1.0)),
            accelerator: fields
                .get("accelerator")
                .and_then(|v| self.word("the accelerator's name", v)),
            ..Hardware::default()
        };
        if let Some(value) = fields.get("memory") {
            let size = crate::types::parse_unit("B").ok().map(|u| u.measure);
            let wanted: Vec<Measure> = size.into_iter().collect();
            hardware.memory = self.number(value, "a size such as `16GiB`", &wanted, 0.0..=1e18);
        }
        let Some(value) = fields.get("price") else {
            return hardware;
        };
        match plain(value).and_then(|e| self.quantity(e)) {
            Some((price, Measure::Dimension(d))) if d.money == 1 && d.time == -1 => {
                hardware.price = Some(Spanned::new(price, value.span));
                hardware.currency = d.currency;
            }
            Some((_, measure)) => self.errors.push(HirError::Units {
                message: format!("a price per time is needed here, and this is {measure}"),
                sides: vec![(value.span, measure.to_string())],
                help: "write a price such as `0.04USD/h`".into(),
                fix: None,
            }),
            None => self.shape("a price such as `0.04USD/h`", value),
        }
        hardware
    }

    pub(super) fn one_currency(&mut self) {
        let mut first: Option<(String, Span)> = None;
        let mut clashes = Vec::new();
        for (_, h) in self.plan.hardware.iter() {
            let (Some(currency), Some(price)) = (&h.currency, &h.price) else {
                continue;
            };
            match &first {
                None => first = Some((currency.clone(), price.span)),
                Some((c, span)) if c != currency => {
                    clashes.push((c.clone(), *span, currency.clone(), price.span));
                }
                Some(_) => {}
            }
        }
        for (a, first, b, second) in clashes {
            self.errors.push(HirError::Units {
                message: format!("prices are in {a} and in {b}: money needs one currency"),
                sides: vec![(second, b), (first, a.clone())],
                help: format!("write all prices in {a}"),
                fix: None,
            });
        }
        self.plan.currency = first.map(|f| f.0);
    }

    pub(super) fn component_item(&mut self, common: Common, fields: &Fields<'a>) -> Component {
        let levels: Vec<Spanned<String>> = fields
            .get("levels")
            .map(|v| self.words("a level", v))
            .unwrap_or_default();
        let toggle = fields.get("levels").is_none();
        let names: Vec<String> = if toggle {
            vec!["off".into(), "on".into()]
        } else {
            levels.iter().map(|l| l.value.clone()).collect()
        };
        for (i, level) in levels.iter().enumerate() {
            if let Some(first) = levels.iter().take(i).find(|l| l.value == level.value) {
                self.errors.push(HirError::Twice {
                    what: "level",
                    name: level.value.clone(),
                    first: first.span,
                    second: level.span,
                });
            }
        }
        let absent = match fields.get("absent") {
            Some(v) => self.level_of(&names, v, &common.name),
            None if toggle => Some(0),
            None => None,
        };
        let default = match fields.get("default") {
            Some(v) => self.level_of(&names, v, &common.name).unwrap_or(0),
            None if toggle => 1,
            None => (0..names.len()).find(|&i| Some(i) != absent).unwrap_or(0),
        };
        let mut reach = BTreeMap::new();
        for key in ["flag", "on", "off", "env"] {
            if let Some(text) = fields.get(key).and_then(|v| self.text(v)) {
                reach.insert(key.to_string(), text);
            }
        }
        Component {
            common,
            levels: names,
            toggle,
            absent,
            default,
            reach,
            requires: self.component_refs(fields, "requires"),
            excludes: self.component_refs(fields, "excludes"),
        }
    }

    fn component_refs(&mut self, fields: &Fields<'a>, key: &str) -> Vec<Spanned<Id<Component>>> {
        let value = fields.get(key);
        value.map_or(Vec::new(), |value| {
            self.refs(value, "a component", |d| match d {
                Def::Component(c) => Some(c),
                _ => None,
            })
        })
    }

    pub(super) fn level_of(
        &mut self,
        names: &[String],
        value: &'a Value,
        component: &str,
    ) -> Option<usize> {
        let word = self.word("one of the levels", value)?;
        let found = names.iter().position(|n| *n == word.value);
        if found.is_none() {
            self.errors.push(HirError::NoVariant {
                message: format!("`{component}` has no level `{}`", word.value),
                span: word.span,
                declared: None,
                help: format!("its levels are {}", names.join(", ")),
            });
        }
        found
    }

    pub(super) fn step_item(&mut self, common: Common, fields: &Fields<'a>) -> Step {
        let mut step = Step {
            common,
            ..Step::default()
        };
        let kinds: Vec<(&str, &str)> = STEP_KINDS.iter().map(|k| (*k, *k)).collect();
        step.kind = fields
            .get("kind")
            .and_then(|v| self.choice(v, &kinds))
            .map(|k| k.map(str::to_string));
        if let Some(value) = fields.get("fit") {
            for item in self.items(value) {
                self.fit(item, &mut step);
            }
        }
        if let Some(value) = fields.get("uses") {
            step.uses = self.refs(value, "a step", |d| match d {
                Def::Step(s) => Some(s),
                _ => None,
            });
        }
        step.model = fields.get("model").and_then(|v| self.step_model(v));
        step.excludes_self = fields
            .get("per_item")
            .and_then(|v| self.choice(v, &[("exclude_self", true)]))
            .is_some();
        step.transductive = fields
            .get("transductive")
            .and_then(|v| self.yes_no(v))
            .is_some_and(|v| v.value);
        if let Some(value) = fields.get("labels") {
            step.labels_unused = self.choice(value, &[("unused", ())]).is_some();
        }
        if let Some(value) = fields.get("features") {
            step.features = self.words("a column's name", value);
        }
        if let Some(value) = fields.get("agreement") {
            step.agreement = self.agreement(value, &step);
        }
        let judges = step.is_judge();
        if step.kind.is_none() && fields.get("kind").is_none() {
            self.missing(&step.common, "step", "kind", "kind: vectorizer");
        }
        if step.fit.is_empty()
            && step.fit_systems.is_empty()
            && !judges
            && fields.get("fit").is_none()
        {
            self.missing(&step.common, "step", "fit", "fit: data.train");
        }
        step
    }

    pub(super) fn fit(&mut self, item: &'a Value, step: &mut Step) {
        let Some(ExprKind::Path(path)) = item.expr.as_ref().map(|e| &e.kind) else {
            self.shape("data such as `reviews.train`", item);
            return;
        };
        match self.lookup(&path.names) {
            Some((entry, [])) => match entry.def {
                Def::System(s) => step.fit_systems.push(Spanned::new(s, path.span)),
                _ => step.fit.extend(self.data_use(path)),
            },
            _ => step.fit.extend(self.data_use(path)),
        }
    }

    pub(super) fn step_model(&mut self, value: &'a Value) -> Option<StepModel> {
        let e = plain(value);
        if let Some(ExprKind::Text(t)) = e.map(|e| &e.kind) {
            return Some(StepModel::Outside(Spanned::new(t.value.clone(), t.span)));
        }
        self.reference(value, "a system", |d| match d {
            Def::System(s) => Some(s),
            _ => None,
        })
        .map(StepModel::System)
    }
}
