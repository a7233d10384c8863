//! Systems: inheritance, then the fields written in each.

use super::errors::HirError;
use super::model::*;
use super::schema::{self, ROLES};
use super::scope::{Def, Resolver};
use super::template::{Template, TemplateError, parse_template};
use super::values::{Fields, as_word, plain};
use crate::diagnostic::suggest;
use crate::syntax::ast::{ExprKind, Field, Head, Keyword, Value};
use crate::text::{Span, Spanned};
use crate::types::Measure;

const FILE_HOLES: [&str; 3] = ["seed", "system", "variant"];
const COMMAND_HOLES: [&str; 9] = [
    "seed", "system", "variant", "flags", "out", "train", "val", "on", "level",
];

impl<'a> Resolver<'a> {
    /// Resolves every system, parents first.
    pub(super) fn resolve_systems(&mut self) {
        for id in self.plan.systems.ids() {
            self.resolve_system(id);
        }
        self.module = 0;
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
    fn circular(&mut self, id: Id<System>, path: &crate::syntax::ast::Path) -> bool {
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

    fn system_fields(&mut self, s: &mut System, fields: &Fields<'a>) {
        self.components_and_steps(s, fields);
        self.data_fields(s, fields);
        self.plain_fields(s, fields);
        self.output_fields(s, fields);
    }

    fn components_and_steps(&mut self, s: &mut System, fields: &Fields<'a>) {
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

    fn data_fields(&mut self, s: &mut System, fields: &Fields<'a>) {
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
            let legal = [schema::FieldSpec {
                name: "at",
                doc: "",
            }];
            let options = self.fields("`threshold:`", Some(body), &legal);
            if let Some(e) = options.get("at").and_then(plain) {
                self.condition(e, None);
            }
        }
        if let Some(field) = fields.field("tune") {
            s.tune = Some(self.tune(field));
        }
    }

    fn tune(&mut self, field: &'a Field) -> Tune {
        let legal = [
            schema::FieldSpec {
                name: "by",
                doc: "",
            },
            schema::FieldSpec {
                name: "trials",
                doc: "",
            },
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

    fn plain_fields(&mut self, s: &mut System, fields: &Fields<'a>) {
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
    }

    /// `5` means the seeds 1 to 5; a list gives them.
    fn seeds(&mut self, value: &'a Value) -> Option<Spanned<Vec<u64>>> {
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

    fn output_fields(&mut self, s: &mut System, fields: &Fields<'a>) {
        let ways: Vec<&Field> = ["run", "predictions", "predict", "reported"]
            .iter()
            .filter_map(|n| fields.field(n))
            .collect();
        if let [_, _, ..] = ways.as_slice() {
            self.errors.push(HirError::Outputs {
                system: s.common.name.clone(),
                ways: ways.iter().map(|f| f.name.span).collect(),
                span: s.common.name_span,
            });
        }
        if let Some(value) = fields.get("run") {
            s.outputs = self.template(value, s, &COMMAND_HOLES).map(Outputs::Run);
        } else if let Some(value) = fields.get("predictions") {
            s.outputs = self.predictions(value, s);
        } else if let Some(value) = fields.get("predict") {
            s.outputs = self.predict(value);
        } else if let Some(value) = fields.get("reported") {
            s.outputs = Some(Outputs::Reported(Vec::new()));
            self.unsupported(
                "published numbers (`reported:`)",
                value.span,
                "give `predictions:` where you have the rows",
            );
        }
        if let Some(value) = fields.get("serve") {
            self.unsupported(
                "a served model (`serve:`)",
                value.span,
                "map measured times: `predictions: \"…\" { latency: latency_ms in ms }`",
            );
        }
        let written = !ways.is_empty();
        if s.outputs.is_none() && !written && !s.common.broken {
            self.errors.push(HirError::Outputs {
                system: s.common.name.clone(),
                ways: Vec::new(),
                span: s.common.name_span,
            });
        }
        if s.outputs.is_none() && written {
            s.common.broken = true;
        }
    }

    fn predictions(&mut self, value: &'a Value, s: &System) -> Option<Outputs> {
        let template = self.template(value, s, &FILE_HOLES)?;
        let columns = match &value.record {
            None => None,
            Some(body) => {
                let mut maps: Vec<ColumnMap> = Vec::new();
                for field in body.fields() {
                    self.column_map(field, &mut maps);
                }
                Some(maps)
            }
        };
        Some(Outputs::Predictions { template, columns })
    }

    fn column_map(&mut self, field: &'a Field, maps: &mut Vec<ColumnMap>) {
        let role = Spanned::new(field.name.text.clone(), field.name.span);
        if !ROLES.iter().any(|r| r.name == role.value) {
            let names = || ROLES.iter().map(|r| r.name);
            self.errors.push(HirError::UnknownField {
                of: "an output file's column map".into(),
                name: role.value.clone(),
                span: role.span,
                near: suggest(&role.value, names()).map(str::to_string),
                legal: names().map(str::to_string).collect(),
            });
            return;
        }
        if let Some(first) = maps.iter().find(|m| m.role.value == role.value) {
            self.errors.push(HirError::Twice {
                what: "role",
                name: role.value,
                first: first.role.span,
                second: role.span,
            });
            return;
        }
        let wanted = "a column such as `pred`, or `latency_ms in ms`";
        let (column, unit) = match plain(&field.value).map(|e| &e.kind) {
            Some(ExprKind::Binary {
                op: crate::syntax::ast::BinaryOp::In,
                left,
                right,
                ..
            }) => (as_word(left), self.unit_expr(right)),
            Some(_) => (plain(&field.value).and_then(as_word), None),
            None => (None, None),
        };
        let Some(column) = column else {
            self.shape(wanted, &field.value);
            return;
        };
        if role.value == "latency" {
            match &unit {
                Some((_, _, m)) if *m == Measure::time() => {}
                Some((_, _, m)) => self.errors.push(HirError::Units {
                    message: format!(
                        "a latency is a time, and `{}` is mapped as {m}",
                        column.value
                    ),
                    sides: vec![(field.value.span, m.to_string())],
                    help: format!("write `latency: {} in ms`", column.value),
                    fix: None,
                }),
                None => self.errors.push(HirError::Units {
                    message: format!(
                        "the unit of the latency column `{}` is not said",
                        column.value
                    ),
                    sides: vec![(field.value.span, "no unit".into())],
                    help: format!("write `latency: {} in ms` (or us, s)", column.value),
                    fix: None,
                }),
            }
        }
        maps.push(ColumnMap { role, column, unit });
    }

    fn unit_expr(&mut self, e: &'a crate::syntax::ast::Expr) -> Option<(f64, f64, Measure)> {
        let word = as_word(e)?;
        let name = crate::syntax::ast::Name {
            text: word.value,
            span: word.span,
        };
        self.unit(&name)
            .map(|u| (u.numerator, u.denominator, u.measure))
    }

    fn predict(&mut self, value: &'a Value) -> Option<Outputs> {
        const BUILTINS: [(&str, Builtin); 7] = [
            ("majority", Builtin::Majority),
            ("stratified", Builtin::Stratified),
            ("mean", Builtin::Mean),
            ("median", Builtin::Median),
            ("popularity", Builtin::Popularity),
            ("last_value", Builtin::LastValue),
            ("column", Builtin::Column),
        ];
        let Some(ExprKind::Call { path, args }) = plain(value).map(|e| &e.kind) else {
            self.shape(
                "a built-in predictor such as `majority(reviews.train)`",
                value,
            );
            return None;
        };
        let Some(&(_, builtin)) = BUILTINS.iter().find(|b| b.0 == path.text()) else {
            self.errors.push(HirError::Choice {
                word: path.text(),
                span: path.span,
                choices: BUILTINS.iter().map(|b| b.0.to_string()).collect(),
            });
            return None;
        };
        let builtin = Spanned::new(builtin, path.span);
        if builtin.value != Builtin::Majority {
            self.unsupported(
                &format!("the built-in predictor `{}`", path.text()),
                path.span,
                "use `majority(data.train)`, or `predictions:` from a file",
            );
            return Some(Outputs::Predict {
                builtin,
                from: None,
            });
        }
        let from = match args.as_slice() {
            [arg] => self.data_uses(&arg.value).into_iter().next(),
            _ => {
                self.shape("one set of rows, as in `majority(reviews.train)`", value);
                None
            }
        };
        Some(Outputs::Predict { builtin, from })
    }

    /// A template whose holes are `known`, the system's steps or its components.
    fn template(
        &mut self,
        value: &'a Value,
        s: &System,
        known: &[&str],
    ) -> Option<Spanned<Template>> {
        let literal = self.literal(value)?;
        let inside = Span::new(
            literal.span.file,
            literal.span.start + 1,
            literal.span.start + 1,
        );
        let template = match parse_template(&literal.raw, inside) {
            Ok(template) => template,
            Err(errors) => {
                errors.iter().for_each(|e| self.malformed(e));
                return None;
            }
        };
        let components: Vec<String> = s
            .components
            .iter()
            .map(|c| self.plan.components[c.value].common.name.clone())
            .collect();
        let steps = s
            .steps
            .iter()
            .map(|t| self.plan.steps[t.value].common.name.clone());
        let mut legal: Vec<String> = known.iter().map(ToString::to_string).collect();
        legal.extend(components.iter().cloned());
        if known.len() == COMMAND_HOLES.len() {
            legal.extend(steps);
        }
        let mut whole = true;
        for (name, choice, span) in template.holes() {
            let fine = legal.iter().any(|l| l == name)
                && (!choice || components.iter().any(|c| c == name));
            if fine {
                continue;
            }
            whole = false;
            if s.common.broken {
                continue;
            }
            let near = suggest(name, legal.iter().map(String::as_str));
            self.errors.push(HirError::Hole {
                message: format!("nothing fills the hole `{{{name}}}`"),
                span,
                near: near.filter(|_| !choice).map(|n| format!("{{{n}}}")),
                help: format!("the holes of this template are {}", legal.join(", ")),
            });
        }
        whole.then(|| Spanned::new(template, literal.span))
    }

    fn malformed(&mut self, error: &TemplateError) {
        let (message, span, help) = match error {
            TemplateError::Unclosed(span) => (
                "this `{` has no `}`",
                *span,
                "close the hole, or write `{{` for a brace",
            ),
            TemplateError::Unopened(span) => {
                ("this `}` has no `{`", *span, "write `}}` for a brace")
            }
            TemplateError::NotAName(span) => (
                "a hole holds one name",
                *span,
                "write a hole such as `{seed}`, or `{augment:1|0}`",
            ),
        };
        self.errors.push(HirError::Hole {
            message: message.into(),
            span,
            near: None,
            help: help.into(),
        });
    }
}

/// What a derived system begins with: all of its parent but name, role and reason of handicap.
fn inherit(parent: &System, from: &VariantRef) -> System {
    let mut system = parent.clone();
    system.levels.extend(&from.variant.levels);
    system.handicap = None;
    system
}
