//! A102: a variant differs from its reference in how it was made, beside the component it names.

use super::context::{Context, Findings};
use super::declare_check;
use super::family::{self, FieldChange};
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::hir::{Ablation, Arm, Component, Id, Plan, System, Variant};
use crate::text::{Span, Spanned};
use std::collections::{BTreeMap, BTreeSet};

declare_check!("A102" "confounded-variant" Warning "a102_confounded_variant.md" run);

/// Fields whose difference has an effect of its own; records by their entries.
const FIELDS: [&str; 16] = [
    "budget",
    "calibrate",
    "distilled_from",
    "early_stop",
    "ensemble",
    "features",
    "hardware",
    "limits",
    "model",
    "params",
    "pretrained_on",
    "select",
    "threshold",
    "train",
    "tune",
    "version",
];

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Findings) {
    for (_, ablation) in cx.plan.ablations.iter() {
        for arm in &ablation.arms {
            if let Some(pair) = of_arm(cx.plan, ablation, arm) {
                answer(code, cx.plan, &pair, out);
            }
        }
    }
    for pair in derived(cx.plan) {
        answer(code, cx.plan, &pair, out);
    }
}

/// A variant, its reference, and the components said to tell them apart.
struct Pair<'a> {
    reference: &'a Variant,
    variant: &'a Variant,
    components: Vec<Id<Component>>,
    changes: Vec<FieldChange>,
    /// Where the two are set against each other.
    at: Span,
}

fn of_arm<'a>(plan: &Plan, ablation: &'a Ablation, arm: &'a Arm) -> Option<Pair<'a>> {
    let (reference, variant) = (&ablation.of.variant, &arm.variant);
    if ablation.common.broken || !read(plan, reference) || !read(plan, variant) {
        return None;
    }
    let changes = match arm.by_hand {
        Some(_) => family::fields(plan, reference.system, variant.system),
        None => overridden(plan, reference.system, arm),
    };
    Some(Pair {
        reference,
        variant,
        components: vec![arm.component],
        changes,
        at: arm.span,
    })
}

fn read(plan: &Plan, v: &Variant) -> bool {
    !plan.systems[v.system].common.broken
}

/// The fields that an arm's own block sets to something else than its reference has.
fn overridden(plan: &Plan, reference: Id<System>, arm: &Arm) -> Vec<FieldChange> {
    let fields = family::written(plan, &plan.systems[reference]);
    arm.overrides
        .iter()
        .filter(|(name, _)| FIELDS.contains(&name.as_str()))
        .filter_map(|(name, value)| {
            let own = gathered(&fields, name);
            let differs = own.as_ref().map(|o| plain(&o.value)) != Some(plain(&value.value));
            differs.then(|| FieldChange {
                field: name.clone(),
                reference: own,
                variant: Some(value.clone()),
            })
        })
        .collect()
}

/// A field as one text, a record's entries together.
fn gathered(fields: &BTreeMap<String, Spanned<String>>, name: &str) -> Option<Spanned<String>> {
    if let Some(found) = fields.get(name) {
        return Some(found.clone());
    }
    let entries: Vec<(&str, &Spanned<String>)> = fields
        .iter()
        .filter_map(|(k, v)| Some((k.strip_prefix(name)?.strip_prefix('.')?, v)))
        .collect();
    let texts: Vec<String> = entries
        .iter()
        .map(|(k, v)| format!("{k}: {}", v.value))
        .collect();
    let span = entries.first().map(|(_, v)| v.span)?;
    Some(Spanned::new(format!("{{ {} }}", texts.join(", ")), span))
}

/// Without brackets and quotes, entries in alphabetical order.
fn plain(text: &str) -> Vec<String> {
    let bare = text.replace(['[', ']', '{', '}', '"'], "");
    let mut parts: Vec<String> = bare.split(',').map(|p| p.trim().to_string()).collect();
    parts.sort();
    parts
}

/// Systems derived by `from parent[…]` and set against their parent, each pair once.
fn derived(plan: &Plan) -> Vec<Pair<'_>> {
    let mut done = BTreeSet::new();
    let mut found = Vec::new();
    for side in family::sides(plan) {
        let (a, b) = (&side.subject.variant, &side.against.variant);
        let (reference, variant, at) = if family::derived(plan, a.system, b.system) {
            (b, a, side.subject.span)
        } else if family::derived(plan, b.system, a.system) {
            (a, b, side.against.span)
        } else {
            continue;
        };
        let whole = !side.broken && read(plan, a) && read(plan, b);
        if !whole || !done.insert((reference, variant)) {
            continue;
        }
        found.push(Pair {
            reference,
            variant,
            components: family::components(plan, reference, variant),
            changes: family::fields(plan, reference.system, variant.system),
            at,
        });
    }
    found
}

fn answer(code: &'static CodeInfo, plan: &Plan, pair: &Pair<'_>, out: &mut Findings) {
    let names: Vec<&str> = pair
        .components
        .iter()
        .map(|&c| family::name(plan, c))
        .collect();
    let excused = plan.systems[pair.variant.system].handicap.is_some();
    let faults: Vec<&FieldChange> = pair
        .changes
        .iter()
        .filter(|c| !names.iter().any(|n| family::embodies(n, &c.field)))
        .filter(|c| !(excused && (c.field == "tune" || c.field.starts_with("budget"))))
        .collect();
    if faults.is_empty() {
        let (a, b) = (plan.show(pair.variant), plan.show(pair.reference));
        if pair.changes.is_empty() {
            out.prove(
                code,
                pair.at,
                format!("`{a}` is made like `{b}` but for its components"),
            );
        }
        return;
    }
    out.report(diagnose(code, plan, pair, &names, &faults));
}

fn diagnose(
    code: &'static CodeInfo,
    plan: &Plan,
    pair: &Pair<'_>,
    names: &[&str],
    faults: &[&FieldChange],
) -> Diagnostic {
    let (variant, reference) = (plan.show(pair.variant), plan.show(pair.reference));
    let fields: Vec<String> = faults.iter().map(|f| format!("`{}`", f.field)).collect();
    let beside = match names {
        [] => String::new(),
        names => format!(" beside `{}`", names.join("`, `")),
    };
    let message = format!(
        "`{variant}` differs from `{reference}` in {}{beside}",
        fields.join(", ")
    );
    let mut d = Diagnostic::new(code, message);
    for fault in faults {
        d = places(plan, pair, fault, d);
    }
    for fault in faults {
        d = d.witness(format!(
            "{}: {} in `{reference}`, {} in `{variant}`",
            fault.field,
            shown(&fault.reference),
            shown(&fault.variant)
        ));
    }
    let at = pair.at;
    let holds = |s: Span| s.file == at.file && at.start <= s.start && s.end <= at.end;
    if !d.labels.iter().any(|l| holds(l.span)) {
        d = d.label(at, "and the difference is put down to the component here");
    }
    d.why(
        "what else changed has an effect of its own, and the difference holds both \
         (Lipton & Steinhardt 2019; Dodge et al. 2019)",
    )
    .help(format!("give both the same {}", fields.join(", ")))
}

/// The variant's place, then the reference's.
fn places(plan: &Plan, pair: &Pair<'_>, fault: &FieldChange, mut d: Diagnostic) -> Diagnostic {
    let sides = [
        (pair.variant, &fault.variant),
        (pair.reference, &fault.reference),
    ];
    for (v, value) in sides {
        let name = plan.show(v);
        let (at, text) = match value {
            Some(value) => (value.span, format!("`{name}` has this")),
            None => (
                plan.systems[v.system].common.name_span,
                format!("`{name}` has no `{}`", fault.field),
            ),
        };
        d = d.label(at, text);
    }
    d
}

fn shown(value: &Option<Spanned<String>>) -> String {
    value
        .as_ref()
        .map_or("nothing".to_string(), |v| format!("`{}`", v.value))
}
