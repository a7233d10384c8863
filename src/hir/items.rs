//! Datasets, steps, components and hardware.

use super::errors::HirError;
use super::model::*;
use super::schema;
use super::scope::{Def, Resolver, Source};
use super::show;
use super::values::{Fields, as_word, plain};
use crate::syntax::ast::{self, BinaryOp, Expr, ExprKind, Head, Keyword, Value};
use crate::text::{Span, Spanned};
use crate::types::Measure;
use std::collections::BTreeMap;

const STEP_KINDS: [&str; 11] = [
    "vectorizer",
    "scaler",
    "imputer",
    "selector",
    "sampler",
    "deduper",
    "tokenizer",
    "prompt",
    "retrieval",
    "judge",
    "teacher",
];

impl<'a> Resolver<'a> {
    /// Everything that is neither system nor claim. Splits come first: others name partitions.
    pub(super) fn resolve_items(&mut self) {
        for (i, source) in self.hardware.clone().into_iter().enumerate() {
            let (common, fields) = self.open(source, Keyword::Hardware);
            self.plan.hardware[Id::new(i)] = self.hardware_item(common, &fields);
        }
        self.one_currency();
        for (i, source) in self.components.clone().into_iter().enumerate() {
            let (common, fields) = self.open(source, Keyword::Component);
            self.plan.components[Id::new(i)] = self.component_item(common, &fields);
        }
        let mut relations = Vec::new();
        for (i, source) in self.datasets.clone().into_iter().enumerate() {
            let (common, fields) = self.open(source, Keyword::Dataset);
            self.plan.datasets[Id::new(i)] = self.dataset_item(common, &fields);
            relations.push((i, source.module, fields));
        }
        for (i, module, fields) in relations {
            self.module = module;
            self.dataset_relations(Id::new(i), &fields);
        }
        for (i, source) in self.steps.clone().into_iter().enumerate() {
            let (common, fields) = self.open(source, Keyword::Step);
            self.plan.steps[Id::new(i)] = self.step_item(common, &fields);
        }
        for i in 0..self.metrics.len() {
            self.metric(Id::new(i));
        }
        self.module = 0;
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
        let of = format!("{} `{}`", keyword.text(), name.text);
        let fields = self.fields(&of, source.block.body.as_ref(), schema::fields(keyword));
        self.no_rules(source, &of);
        let common = self.common(source, name, fields.broken);
        (common, fields)
    }

    fn no_rules(&mut self, source: Source<'a>, of: &str) {
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

    fn hardware_item(&mut self, common: Common, fields: &Fields<'a>) -> Hardware {
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

    fn one_currency(&mut self) {
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

    fn component_item(&mut self, common: Common, fields: &Fields<'a>) -> Component {
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
        for key in ["requires", "excludes"] {
            if let Some(value) = fields.get(key) {
                self.refs(value, "a component", |d| match d {
                    Def::Component(c) => Some(c),
                    _ => None,
                });
                self.unsupported(
                    &format!("`{key}:`"),
                    value.span,
                    "leave it out; run only variants that make sense",
                );
            }
        }
        Component {
            common,
            levels: names,
            toggle,
            absent,
            default,
            reach,
        }
    }

    fn level_of(&mut self, names: &[String], value: &'a Value, component: &str) -> Option<usize> {
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

    fn dataset_item(&mut self, common: Common, fields: &Fields<'a>) -> Dataset {
        let mut d = Dataset::default();
        let column = "a column's name";
        for (name, slot) in [
            ("id", &mut d.id),
            ("positive", &mut d.positive),
            ("group", &mut d.group),
            ("cluster", &mut d.cluster),
            ("time", &mut d.time),
            ("text", &mut d.text),
            ("weight", &mut d.weight),
        ] {
            *slot = fields.get(name).and_then(|v| self.word(column, v));
        }
        for (name, slot) in [
            ("source", &mut d.source),
            ("version", &mut d.version),
            ("sha256", &mut d.sha256),
        ] {
            *slot = fields.get(name).and_then(|v| self.text(v));
        }
        for name in ["released", "cutoff", "license"] {
            if let Some(value) = fields.get(name) {
                self.text(value);
            }
        }
        if let Some(value) = fields.get("strata") {
            d.strata = self.words(column, value);
        }
        d.label = fields.get("label").and_then(|v| self.label(v));
        d.split = fields.get("split").and_then(|v| self.split(v));
        if let Some(value) = fields.get("folds") {
            self.unsupported(
                "cross-validation (`folds:`)",
                value.span,
                "use `split:` with one held-out partition",
            );
        }
        self.check_sha(d.sha256.as_ref());
        self.check_positive(&d);
        d.common = common;
        // A dataset without rows of its own (a corpus somebody else trained on) needs no source.
        let is_corpus = d.label.is_none() && d.split.is_none();
        if d.source.is_none() && !is_corpus && fields.get("source").is_none() {
            self.missing(&d.common, "dataset", "source", "source: \"data.csv\"");
        }
        d
    }

    fn check_sha(&mut self, sha: Option<&Spanned<String>>) {
        let Some(sha) = sha else { return };
        let whole = sha.value.len() == 64 && sha.value.bytes().all(|b| b.is_ascii_hexdigit());
        if !whole {
            self.errors.push(HirError::Range {
                message: format!(
                    "`{}` is no SHA-256: it has 64 hexadecimal digits",
                    sha.value
                ),
                span: sha.span,
                help: "write what `sha256sum FILE` prints, or leave the field out".into(),
            });
        }
    }

    fn check_positive(&mut self, d: &Dataset) {
        let (Some(positive), Some(label)) = (&d.positive, &d.label) else {
            return;
        };
        let classes: Vec<String> = label.classes.iter().map(|c| c.value.clone()).collect();
        if !classes.is_empty() && !classes.contains(&positive.value) {
            self.errors.push(HirError::Choice {
                word: positive.value.clone(),
                span: positive.span,
                choices: classes,
            });
        }
    }

    /// `column`, `column in [neg, pos]`, `column in 0..9`, `column in [no: 97%, yes: 3%]`, `column in USD`.
    fn label(&mut self, value: &'a Value) -> Option<Label> {
        let wanted = "a label such as `sentiment in [neg, pos]`";
        let e = plain(value);
        let (column, classes) = match e.map(|e| &e.kind) {
            Some(ExprKind::Binary {
                op: BinaryOp::In,
                left,
                right,
                ..
            }) => (as_word(left), Some(right.as_ref())),
            Some(_) => (e.and_then(as_word), None),
            None => (None, None),
        };
        let Some(column) = column else {
            self.shape(wanted, value);
            return None;
        };
        let mut label = Label {
            column,
            classes: Vec::new(),
            shares: BTreeMap::new(),
            measure: None,
        };
        if let Some(classes) = classes {
            self.classes(classes, &mut label);
        }
        Some(label)
    }

    fn classes(&mut self, e: &'a Expr, label: &mut Label) {
        match &e.kind {
            ExprKind::List(args) => {
                for arg in args {
                    self.class(arg, label);
                }
            }
            ExprKind::Binary {
                op: BinaryOp::Range,
                left,
                right,
                ..
            } => self.class_range(left, right, e.span, label),
            ExprKind::Path(p) if p.single().is_some() => {
                let name = p.single().cloned();
                label.measure = name.and_then(|n| self.unit(&n)).map(|u| u.measure);
            }
            ExprKind::Error => {}
            _ => self.errors.push(HirError::Shape {
                wanted: "classes such as `[neg, pos]` or `0..9`".into(),
                found: format!("`{}`", show::expr(e)),
                span: e.span,
            }),
        }
    }

    fn class(&mut self, arg: &'a ast::Arg, label: &mut Label) {
        let class = match &arg.name {
            Some(name) => {
                if let Some(share) = self.share(&arg.value, "a share such as `97%`") {
                    label.shares.insert(name.text.clone(), share.value);
                }
                Some(Spanned::new(name.text.clone(), name.span))
            }
            None => self.word("a class", &arg.value),
        };
        let Some(class) = class else { return };
        match label.classes.iter().find(|c| c.value == class.value) {
            Some(first) => self.errors.push(HirError::Twice {
                what: "class",
                name: class.value,
                first: first.span,
                second: class.span,
            }),
            None => label.classes.push(class),
        }
    }

    fn class_range(&mut self, low: &Expr, high: &Expr, span: Span, label: &mut Label) {
        let whole = |e: &Expr| match &e.kind {
            ExprKind::Quantity(q) if q.unit.is_none() && q.number.fract() == 0.0 => Some(q.number),
            _ => None,
        };
        match (whole(low), whole(high)) {
            (Some(a), Some(b)) if a < b && b - a < 10_000.0 => {
                // Both are whole and small, so the cast is exact.
                label.classes = (a as u64..=b as u64)
                    .map(|n| Spanned::new(n.to_string(), span))
                    .collect();
            }
            _ => self.errors.push(HirError::Range {
                message: "classes from a range need two whole numbers, the lower one first".into(),
                span,
                help: "write a range such as `0..9`".into(),
            }),
        }
    }

    fn split(&mut self, value: &'a Value) -> Option<Split> {
        let wanted = "a split such as `column(split) { train: \"train\", test: \"test\" }`";
        let Some(Expr {
            kind: ExprKind::Call { path, args },
            span,
        }) = &value.expr
        else {
            self.shape(wanted, value);
            return None;
        };
        let first = args.iter().find(|a| a.name.is_none());
        let column = first.and_then(|a| plain(&a.value)).and_then(as_word);
        let Some(column) = column else {
            self.shape(wanted, value);
            return None;
        };
        let named = |n: &str| {
            args.iter()
                .find(|a| a.name.as_ref().is_some_and(|x| x.text == n))
        };
        let rule = match path.text().as_str() {
            "column" => SplitRule::Column(column),
            "before" => SplitRule::Before(column),
            "all" => SplitRule::All(column),
            "hash" => {
                let seed = named("seed").and_then(|a| self.count(&a.value, "a seed", 0.0));
                SplitRule::Hash {
                    column,
                    // Seeds are whole and at most 1e15, so the cast is exact.
                    seed: seed.map_or(0, |s| s.value as u64),
                }
            }
            _ => {
                self.errors.push(HirError::Choice {
                    word: path.text(),
                    span: path.span,
                    choices: ["column", "hash", "before", "all"]
                        .map(String::from)
                        .to_vec(),
                });
                return None;
            }
        };
        let parts = self.parts(&rule, value);
        if matches!(rule, SplitRule::Hash { .. } | SplitRule::Before(_))
            && parts.is_empty()
            && value.record.is_none()
        {
            self.shape(
                "partitions such as `{ train: 80%, test: 20% }` after the split",
                value,
            );
        }
        Some(Split {
            rule,
            parts,
            span: *span,
        })
    }

    fn parts(&mut self, rule: &SplitRule, value: &'a Value) -> Vec<(Spanned<String>, Take)> {
        if let SplitRule::All(name) = rule {
            return vec![(name.clone(), Take::Rest)];
        }
        let Some(body) = &value.record else {
            return Vec::new();
        };
        let mut parts: Vec<(Spanned<String>, Take)> = Vec::new();
        for field in body.fields() {
            let name = Spanned::new(field.name.text.clone(), field.name.span);
            if let Some((first, _)) = parts.iter().find(|p| p.0.value == name.value) {
                self.errors.push(HirError::Twice {
                    what: "partition",
                    name: name.value,
                    first: first.span,
                    second: name.span,
                });
                continue;
            }
            if let Some(take) = self.take(rule, &field.value) {
                parts.push((name, take));
            }
        }
        self.check_shares(rule, &parts, value.span);
        parts
    }

    fn take(&mut self, rule: &SplitRule, value: &'a Value) -> Option<Take> {
        let word = plain(value).and_then(as_word);
        if word.as_ref().is_some_and(|w| w.value == "rest") && !matches!(rule, SplitRule::Column(_))
        {
            return Some(Take::Rest);
        }
        match rule {
            SplitRule::Column(_) => self
                .word("a value of the column", value)
                .map(|w| Take::Value(w.value)),
            SplitRule::Before(_) => self.text(value).map(|t| Take::Before(t.value)),
            SplitRule::Hash { .. } => self
                .share(value, "a share such as `70%`")
                .map(|s| Take::Share(s.value)),
            SplitRule::All(_) => None,
        }
    }

    fn check_shares(&mut self, rule: &SplitRule, parts: &[(Spanned<String>, Take)], span: Span) {
        if !matches!(rule, SplitRule::Hash { .. }) {
            return;
        }
        let sum: f64 = parts
            .iter()
            .map(|(_, take)| match take {
                Take::Share(s) => *s,
                Take::Value(_) | Take::Before(_) | Take::Rest => 0.0,
            })
            .sum();
        if sum > 1.0 + 1e-9 {
            self.errors.push(HirError::Range {
                message: format!("the shares add up to {} %", (sum * 1e4).round() / 1e2),
                span,
                help: "let them add up to 100 %, or to less with a `rest`".into(),
            });
        }
    }

    fn dataset_relations(&mut self, id: Id<Dataset>, fields: &Fields<'a>) {
        let dataset = |d: Def| match d {
            Def::Dataset(d) => Some(d),
            _ => None,
        };
        if let Some(value) = fields.get("derived_from") {
            self.plan.datasets[id].derived_from = self.data_uses(value);
        }
        if let Some(value) = fields.get("overlaps") {
            self.plan.datasets[id].overlaps = self.refs(value, "a dataset", dataset);
        }
        if let Some(value) = fields.get("disjoint_from") {
            self.plan.datasets[id].disjoint_from = self.data_uses(value);
        }
        if let Some(value) = fields.get("columns") {
            self.unsupported(
                "`columns:`",
                value.span,
                "leave it out: no metric reads these columns",
            );
        }
    }

    fn step_item(&mut self, common: Common, fields: &Fields<'a>) -> Step {
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
            self.words("a column's name", value);
        }
        if let Some(value) = fields.get("agreement") {
            self.unsupported("`agreement:`", value.span, "leave it out for now");
        }
        let judges = step.kind.as_ref().is_some_and(|k| k.value == "judge");
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

    fn fit(&mut self, item: &'a Value, step: &mut Step) {
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

    fn step_model(&mut self, value: &'a Value) -> Option<StepModel> {
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
