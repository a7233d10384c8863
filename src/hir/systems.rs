//! Systems: inheritance, then the fields written in each.

use super::errors::HirError;
use super::model::*;
use super::schema;
use super::scope::{Def, Resolver};
use super::values::{Fields, plain};
use crate::syntax::ast::{ExprKind, Field, Head, Keyword, Value};
use crate::text::Spanned;
use crate::types::Measure;

impl<'a> Resolver<'a> {
    /// Resolves every system, parents first.
    pub(super) fn resolve_systems(&mut self) -> Option<()> {
        for id in self.plan.systems.ids() {
            self.go_on()?;
            self.resolve_system(id);
        }
        self.module = 0;
        Some(())
    }

    /// Resolves one system unless that is done. A system is marked by its role as soon as work on
    /// it begins, and by its name once it is done, so a circle of `from` is seen.
    pub(super) fn resolve_system(&mut self, id: Id<System>) {
        if self.plan.systems[id].role.is_some() {
            return;
        }
        let Some(&source) = self.systems.get(id.index()) else {
            return;
        };
        let outer = self.module;
        let (keyword, from) = match &source.block.head {
            Head::Declare { keyword, from, .. } => (*keyword, from.as_ref()),
            Head::Broken { meant, .. } => (meant.unwrap_or(Keyword::System), None),
            _ => (Keyword::System, None),
        };
        let role = match keyword {
            Keyword::Baseline => Role::Baseline,
            Keyword::Candidate => Role::Candidate,
            _ => Role::System,
        };
        self.plan.systems[id].role = Some(role);
        let (common, fields) = self.open(source, keyword);
        self.plan.systems[id].common = common.clone();
        let parent = from.and_then(|f| {
            if self.circular(id, &f.path) {
                return None;
            }
            self.module = source.module;
            self.variant(f)
        });
        self.module = source.module;
        let mut system = match &parent {
            Some(p) => inherit(&self.plan.systems[p.variant.system], p),
            None => System::default(),
        };
        system.common = common;
        system.common.broken |= parent
            .as_ref()
            .is_some_and(|p| self.plan.systems[p.variant.system].common.broken)
            || (from.is_some() && parent.is_none());
        system.role = Some(role);
        system.parent = parent;
        self.system_fields(&mut system, &fields);
        self.plan.systems[id] = system;
        self.module = outer;
    }

    /// Whether following `from` from `path` leads back to `id`; reported once.
    pub(super) fn circular(&mut self, id: Id<System>, path: &crate::syntax::ast::Path) -> bool {
        let mut names = vec![self.plan.systems[id].common.name.clone()];
        let mut spans = Vec::new();
        let mut next = path.clone();
        for _ in 0..=self.systems.len() {
            let Some((entry, [])) = self.lookup(&next.names) else {
                return false;
            };
            let Def::System(s) = entry.def else {
                return false;
            };
            names.push(next.text());
            spans.push((
                next.span,
                format!("{}. inherits from `{}`", spans.len() + 1, next.text()),
            ));
            if s == id {
                // Each system of the circle comes by here; the one declared first tells of it.
                if self
                    .circles
                    .iter()
                    .any(|known| spans.iter().any(|(span, _)| span == known))
                {
                    return true;
                }
                self.circles.extend(spans.iter().map(|(span, _)| *span));
                self.errors.push(HirError::Circle {
                    path: names
                        .iter()
                        .map(|n| format!("`{n}`"))
                        .collect::<Vec<_>>()
                        .join(" → "),
                    verb: "is a circle of `from`",
                    spans,
                });
                return true;
            }
            let Some(source) = self.systems.get(s.index()) else {
                return false;
            };
            match &source.block.head {
                Head::Declare {
                    from: Some(from), ..
                } => next = from.path.clone(),
                _ => return false,
            }
        }
        // A circle further up; it is reported by the systems in it.
        true
    }

    pub(super) fn system_fields(&mut self, s: &mut System, fields: &Fields<'a>) {
        self.components_and_steps(s, fields);
        self.data_fields(s, fields);
        self.plain_fields(s, fields);
        self.output_fields(s, fields);
    }

    pub(super) fn components_and_steps(&mut self, s: &mut System, fields: &Fields<'a>) {
        if let Some(value) = fields.get("components") {
            let found = self.refs(value, "a component", |d| match d {
                Def::Component(c) => Some(c),
                _ => None,
            });
            for c in found {
                if !s.components.iter().any(|old| old.value == c.value) {
                    s.components.push(c);
                }
            }
        }
        if let Some(field) = fields.field("steps") {
            s.steps = self.refs(&field.value, "a step", |d| match d {
                Def::Step(s) => Some(s),
                _ => None,
            });
            s.steps_span = Some(field.span);
        }
        for (name, slot) in [
            ("ensemble", &mut s.ensemble),
            ("distilled_from", &mut s.distilled_from),
        ] {
            if let Some(value) = fields.get(name) {
                *slot = self.refs(value, "a system", |d| match d {
                    Def::System(s) => Some(s),
                    _ => None,
                });
            }
        }
    }

    pub(super) fn data_fields(&mut self, s: &mut System, fields: &Fields<'a>) {
        for (name, slot) in [
            ("train", &mut s.train),
            ("select", &mut s.select),
            ("early_stop", &mut s.early_stop),
            ("threshold", &mut s.threshold),
            ("calibrate", &mut s.calibrate),
            ("pretrained_on", &mut s.pretrained_on),
        ] {
            if let Some(value) = fields.get(name) {
                *slot = self.data_uses(value);
            }
        }
        if let Some(body) = fields.get("threshold").and_then(|v| v.record.as_ref()) {
            let legal = [schema::FieldSpec::named("at")];
            let options = self.fields("`threshold:`", Some(body), &legal);
            if let Some(e) = options.get("at").and_then(plain) {
                self.condition(e, None);
            }
        }
        if let Some(body) = fields.get("early_stop").and_then(|v| v.record.as_ref()) {
            let legal = [schema::FieldSpec::named("by")];
            let options = self.fields("`early_stop:`", Some(body), &legal);
            s.stopped_by = options.get("by").and_then(|v| self.metric_ref(v));
        }
        if let Some(field) = fields.field("tune") {
            s.tune = Some(self.tune(field));
        }
    }

    pub(super) fn tune(&mut self, field: &'a Field) -> Tune {
        let legal = [
            schema::FieldSpec::named("by"),
            schema::FieldSpec::named("trials"),
        ];
        let record = field.value.record.as_ref();
        let options = record.map(|body| self.fields("`tune:`", Some(body), &legal));
        let get = |name: &str| options.as_ref().and_then(|o| o.get(name));
        Tune {
            on: self.data_uses(&field.value),
            by: get("by").and_then(|v| self.metric_ref(v)),
            trials: get("trials").and_then(|v| self.count(v, "a number of trials", 1.0)),
            span: field.span,
        }
    }

    pub(super) fn plain_fields(&mut self, s: &mut System, fields: &Fields<'a>) {
        if let Some(value) = fields.get("budget") {
            s.budget = self.text_record(value);
        }
        if let Some(value) = fields.get("params") {
            s.params = self.text_record(value);
        }
        for (name, slot) in [("version", &mut s.version), ("handicap", &mut s.handicap)] {
            if let Some(value) = fields.get(name) {
                *slot = self.text(value);
            }
        }
        if let Some(value) = fields.get("model") {
            s.model = self.word("the model's name", value);
        }
        if let Some(value) = fields.get("features") {
            let words = self.words("a column's name", value);
            let text: Vec<String> = words.into_iter().map(|w| w.value).collect();
            s.features = Some(Spanned::new(text.join(", "), value.span));
        }
        if let Some(value) = fields.get("published") {
            s.published = self.count(value, "a year", 1900.0);
        }
        if let Some(value) = fields.get("retune") {
            s.retune = self
                .choice(value, &[("each", "each"), ("none", "none")])
                .map(|w| w.map(str::to_string));
        }
        if let Some(value) = fields.get("deterministic") {
            s.deterministic = self.yes_no(value);
        }
        if let Some(value) = fields.get("hardware") {
            s.hardware = self.reference(value, "hardware", |d| match d {
                Def::Hardware(h) => Some(h),
                _ => None,
            });
        }
        if let Some(value) = fields.get("seeds") {
            s.seeds = self.seeds(value);
        }
        if let Some(value) = fields.get("limits") {
            s.limits = self.limits(value).map(|l| Spanned::new(l, value.span));
        }
    }

    /// `5` means the seeds 1 to 5; a list gives them.
    pub(super) fn seeds(&mut self, value: &'a Value) -> Option<Spanned<Vec<u64>>> {
        let what = "a number of seeds of at least 1, or a list of seeds";
        if matches!(plain(value).map(|e| &e.kind), Some(ExprKind::List(_))) {
            let items = self.items(value);
            let seeds: Vec<u64> = items
                .iter()
                .filter_map(|v| self.count(v, "a seed", 0.0))
                .map(|n| n.value as u64)
                .collect();
            if seeds.is_empty() && items.is_empty() {
                self.errors.push(HirError::Range {
                    message: format!("{what} is needed here, and this list is empty"),
                    span: value.span,
                    help: "write `seeds: 5`, or a list such as `[1, 2, 3, 4, 5]`".into(),
                });
            }
            return (!seeds.is_empty() && seeds.len() == items.len())
                .then(|| Spanned::new(seeds, value.span));
        }
        let n = self.number(value, what, &[Measure::Number], 1.0..=100_000.0)?;
        Some(Spanned::new((1..=n.value as u64).collect(), value.span))
    }
}

/// What a derived system begins with: all of its parent but name, role and reason of handicap.
fn inherit(parent: &System, from: &VariantRef) -> System {
    let mut system = parent.clone();
    system.levels.extend(&from.variant.levels);
    system.handicap = None;
    system
}
