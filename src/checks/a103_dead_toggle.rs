//! A103: a component that the plan varies changes nothing in what is run.

use super::context::{Context, Findings};
use super::declare_check;
use super::family;
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::hir::template::Template;
use crate::hir::{Component, Id, Outputs, Plan, Variant};
use crate::text::{Span, Spanned};
use std::collections::{BTreeMap, BTreeSet};

declare_check!("A103" "dead-toggle" Error "a103_dead_toggle.md" run);

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Findings) {
    let all = runs(cx.plan);
    let mut done: BTreeSet<(Vec<Id<Component>>, Span)> = BTreeSet::new();
    let mut dead: BTreeSet<Id<Component>> = BTreeSet::new();
    for (one, other) in pairs(cx.plan, &all) {
        let components = family::components(cx.plan, one.variant, other.variant);
        dead.extend(&components);
        // What is dead on its own is also dead beside others.
        let told = |c: &Id<Component>| done.contains(&(vec![*c], other.template.span));
        if components.iter().all(told) || done.contains(&(components.clone(), other.template.span))
        {
            continue;
        }
        done.insert((components.clone(), other.template.span));
        out.report(diagnose(code, cx.plan, one, other, &components));
    }
    prove(code, cx.plan, &all, &dead, out);
}

/// What a variant of a claim is run as.
struct Run<'a> {
    variant: &'a Variant,
    /// Where a claim names it.
    at: Span,
    template: &'a Spanned<Template>,
    /// The command, or the file of the outputs; the seed is left open.
    text: String,
    command: bool,
}

fn runs(plan: &Plan) -> Vec<(Variant, Span, Option<String>)> {
    plan.evaluated()
        .into_iter()
        .map(|(variant, at)| {
            let text = resolved(plan, &variant);
            (variant, at, text)
        })
        .collect()
}

/// What the variant is run as, if the plan says.
fn resolved(plan: &Plan, variant: &Variant) -> Option<String> {
    let system = &plan.systems[variant.system];
    let (template, command) = template(plan, variant)?;
    if system.common.broken || system.components.is_empty() {
        return None;
    }
    if command {
        plan.command(&template.value, variant)
    } else {
        plan.output_name(&template.value, variant, "{seed}")
    }
}

fn template<'a>(plan: &'a Plan, variant: &Variant) -> Option<(&'a Spanned<Template>, bool)> {
    match &plan.systems[variant.system].outputs {
        Some(Outputs::Run { template, .. }) => Some((template, true)),
        Some(Outputs::Predictions { template, .. }) => Some((template, false)),
        Some(Outputs::Predict { .. } | Outputs::Reported(_)) | None => None,
    }
}

/// Variants of one system that differ in components and are run as one, those that differ in fewer first.
fn pairs<'a>(
    plan: &'a Plan,
    all: &'a [(Variant, Span, Option<String>)],
) -> Vec<(Run<'a>, Run<'a>)> {
    let mut groups: BTreeMap<(&str, bool), Vec<Run<'_>>> = BTreeMap::new();
    for (variant, at, text) in all {
        let (Some(text), Some((template, command))) = (text, template(plan, variant)) else {
            continue;
        };
        groups.entry((text, command)).or_default().push(Run {
            variant,
            at: *at,
            template,
            text: text.clone(),
            command,
        });
    }
    let mut found = Vec::new();
    for group in groups.into_values() {
        for (i, other) in group.iter().enumerate() {
            let alike = |one: &&Run<'_>| {
                family::variants_of_one(plan, one.variant, other.variant)
                    && plan.same_columns(one.variant.system, other.variant.system)
            };
            let nearest = group
                .iter()
                .take(i)
                .filter(alike)
                .map(|one| {
                    (
                        family::components(plan, one.variant, other.variant).len(),
                        one,
                    )
                })
                .filter(|(differing, _)| *differing > 0)
                .min_by_key(|(differing, _)| *differing);
            if let Some((differing, one)) = nearest {
                found.push((differing, one.copy(), other.copy()));
            }
        }
    }
    found.sort_by_key(|(differing, _, other)| (*differing, other.at));
    found
        .into_iter()
        .map(|(_, one, other)| (one, other))
        .collect()
}

impl<'a> Run<'a> {
    fn copy(&self) -> Run<'a> {
        Run {
            text: self.text.clone(),
            ..*self
        }
    }
}

fn diagnose(
    code: &'static CodeInfo,
    plan: &Plan,
    one: Run<'_>,
    other: Run<'_>,
    components: &[Id<Component>],
) -> Diagnostic {
    let (a, b) = (plan.show(one.variant), plan.show(other.variant));
    let names: Vec<String> = components
        .iter()
        .map(|&c| format!("`{}`", family::name(plan, c)))
        .collect();
    let message = match components {
        [only] if never(plan, &other, *only) => {
            let system = &plan.systems[other.variant.system].common.name;
            format!("{} never reaches the runs of `{system}`", names.concat())
        }
        _ => format!("`{a}` and `{b}` are one and the same run"),
    };
    let mut d = Diagnostic::new(code, message);
    for &c in components {
        let at = plan.components[c].common.name_span;
        d = d.label(at, reached(plan, c, other.command));
    }
    let what = if other.command { "command" } else { "file" };
    d = d
        .label(
            other.template.span,
            format!("one {what} for `{a}` and `{b}`"),
        )
        .label(other.at, format!("and `{b}` is measured here as if it were another run"))
        .witness(format!("{what} of `{a}`: `{}`", one.text))
        .witness(format!("{what} of `{b}`: `{}`", other.text))
        .why(
            "a switch that is not connected has no effect, and the table would report it as an effect of zero \
             (Lipton & Steinhardt 2019; Leavitt & Morcos 2020)",
        );
    remedy(plan, &other, components, d)
}

/// Whether every level of the component is run as one.
fn never(plan: &Plan, run: &Run<'_>, component: Id<Component>) -> bool {
    let texts: BTreeSet<Option<String>> = (0..plan.components[component].levels.len())
        .map(|level| {
            let mut variant = run.variant.clone();
            variant.levels.insert(component, level);
            resolved(plan, &variant)
        })
        .collect();
    texts.len() == 1
}

fn reached(plan: &Plan, component: Id<Component>, command: bool) -> String {
    let c = &plan.components[component];
    let ways: Vec<String> = c.reach.keys().map(|k| format!("`{k}:`")).collect();
    match ways.as_slice() {
        [] if command => "has no `flag:`, `on:`, `off:` or `env:`".to_string(),
        [] => "changes no file's name".to_string(),
        ways => format!("reaches a command through {}", ways.join(" and ")),
    }
}

fn remedy(plan: &Plan, run: &Run<'_>, components: &[Id<Component>], d: Diagnostic) -> Diagnostic {
    let end = Span::new(
        run.template.span.file,
        run.template.span.end.saturating_sub(1),
        run.template.span.end.saturating_sub(1),
    );
    let holes: Vec<&str> = run.template.value.holes().map(|h| h.0).collect();
    if !run.command {
        return d.help(format!(
            "give each variant a file of its own: put `{{variant}}` into the name, as in `{}`",
            with_variant(&run.template.value.show())
        ));
    }
    let name = components.first().map_or("", |&c| family::name(plan, c));
    let silent = components
        .iter()
        .any(|&c| plan.components[c].reach.is_empty());
    match (silent, holes.contains(&"flags")) {
        (true, flags) => {
            let whole = if flags {
                ""
            } else {
                ", and put `{flags}` into the command"
            };
            d.help(format!(
                "say how it reaches the command: `component {name} {{ flag: \"--{}\" }}`{whole}",
                name.replace('_', "-")
            ))
            .help(format!("or put a hole into the command: `{{{name}:1|0}}`"))
        }
        (false, false) => d
            .help("put `{flags}` into the command: it stands for what the components pass")
            .fix("pass the components' flags", false, end, " {flags}"),
        (false, true) => {
            d.help("let each level pass something else, as in `flag: \"--augment {level}\"`")
        }
    }
}

/// The name of a file with the variant in it.
fn with_variant(path: &str) -> String {
    let (folder, name) = path.rsplit_once('/').map_or(("", path), |(f, n)| (f, n));
    let name = match (name.find("-{seed}"), name.rfind('.')) {
        (Some(at), _) | (None, Some(at)) => {
            let (start, end) = name.split_at(at);
            let joint = if start.is_empty() || start.ends_with('}') && start.len() < 2 {
                ""
            } else {
                "-"
            };
            format!("{start}{joint}{{variant}}{end}")
        }
        (None, None) => format!("{name}-{{variant}}"),
    };
    let slash = if folder.is_empty() && !path.starts_with('/') {
        ""
    } else {
        "/"
    };
    format!("{folder}{slash}{name}")
}

/// Components that are varied and reach every run.
fn prove(
    code: &'static CodeInfo,
    plan: &Plan,
    all: &[(Variant, Span, Option<String>)],
    dead: &BTreeSet<Id<Component>>,
    out: &mut Findings,
) {
    let mut varied: BTreeMap<Id<Component>, &Variant> = BTreeMap::new();
    for (variant, _, text) in all {
        for c in variant.levels.keys().filter(|_| text.is_some()) {
            varied.entry(*c).or_insert(variant);
        }
    }
    for (c, variant) in varied.into_iter().filter(|(c, _)| !dead.contains(c)) {
        let component = &plan.components[c].common;
        let own = plan.show(&Variant::plain(variant.system));
        let other = plan.show(variant);
        let name = &component.name;
        let why =
            format!("`{own}` and `{other}` are two runs: `{name}` reaches what tells them apart");
        out.prove(code, component.name_span, why);
    }
}
