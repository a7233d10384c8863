//! R106: two runs have one output file.

use super::context::{Context, Findings};
use super::declare_check;
use super::family;
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::hir::template::Template;
use crate::hir::{Outputs, Plan, Variant};
use crate::text::{Span, Spanned};
use std::collections::{BTreeMap, BTreeSet};

declare_check!("R106" "shared-output" Error "r106_shared_output.md" run);

/// Stands for a seed in names that several runs share.
const SEED: &str = "{seed}";

/// Words of a command after which the file it writes is named.
const TARGETS: [&str; 3] = [">", "--out", "--output"];

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Findings) {
    let plan = cx.plan;
    let evaluated = plan.evaluated();
    let mut files: BTreeMap<(String, bool), Vec<Run<'_>>> = BTreeMap::new();
    let mut faulty: BTreeSet<Span> = BTreeSet::new();
    for (variant, at) in &evaluated {
        for run in runs(plan, variant, *at) {
            let earlier = files.entry((run.file.clone(), run.written)).or_default();
            match earlier.iter().find(|other| shares(plan, other, &run)) {
                Some(other) => {
                    if faulty.insert(run.template.span) {
                        out.report(diagnose(code, plan, other, &run));
                    }
                }
                None => earlier.push(run),
            }
        }
    }
    for variant in evaluated.keys() {
        prove(code, plan, variant, &mut faulty, out);
    }
}

/// One run and the file of its outputs.
struct Run<'a> {
    variant: &'a Variant,
    at: Span,
    seed: Option<u64>,
    template: &'a Spanned<Template>,
    file: String,
    /// Whether a command writes it.
    written: bool,
}

fn runs<'a>(plan: &'a Plan, variant: &'a Variant, at: Span) -> Vec<Run<'a>> {
    let system = &plan.systems[variant.system];
    let (template, written) = match &system.outputs {
        Some(Outputs::Predictions { template, .. }) => (template, false),
        Some(Outputs::Run { template, .. }) => (template, true),
        Some(Outputs::Predict { .. } | Outputs::Reported(_)) | None => return Vec::new(),
    };
    if system.common.broken {
        return Vec::new();
    }
    let name = if written {
        target(plan, &template.value, variant)
    } else {
        plan.output_name(&template.value, variant, SEED)
    };
    let of = |seed: Option<u64>| {
        let seed_text = seed.map_or(String::new(), |s| s.to_string());
        let file = name.as_ref()?.trim_start_matches("./");
        Some(Run {
            variant,
            at,
            seed,
            template,
            file: file.replace(SEED, &seed_text),
            written,
        })
    };
    system.runs().into_iter().filter_map(of).collect()
}

/// The file that a command writes, where it names one itself: `{out}` is another for every run.
fn target(plan: &Plan, template: &Template, variant: &Variant) -> Option<String> {
    if template.holes().any(|h| h.0 == "out") {
        return None;
    }
    let command = plan.command(template, variant)?;
    let words: Vec<&str> = command.split_whitespace().collect();
    let named = words.iter().enumerate().filter_map(|(i, word)| {
        let (name, joined) = match word.split_once('=') {
            Some((name, file)) => (name, Some(file)),
            None => (*word, None),
        };
        let file = joined.or_else(|| words.get(i + 1).copied());
        file.filter(|_| TARGETS.contains(&name))
    });
    // What goes to `/dev/null` is no output.
    let mut files = named.filter(|f| !f.starts_with("/dev/"));
    files.next().map(str::to_string)
}

/// Whether two runs of one file take the same from it, and no other check says why.
fn shares(plan: &Plan, one: &Run<'_>, other: &Run<'_>) -> bool {
    let (a, b) = (one.variant, other.variant);
    // A103: a component that changes nothing.
    let dead = a != b
        && family::variants_of_one(plan, a, b)
        && !family::components(plan, a, b).is_empty()
        && resolved(plan, one) == resolved(plan, other);
    // R103: the command is not told its seed.
    let unseeded = a == b && one.written && one.template.value.holes().all(|h| h.0 != "seed");
    // U112: one run, listed twice.
    let copied = a == b && one.seed == other.seed;
    plan.same_columns(a.system, b.system) && !dead && !unseeded && !copied
}

fn resolved(plan: &Plan, run: &Run<'_>) -> Option<String> {
    if run.written {
        plan.command(&run.template.value, run.variant)
    } else {
        plan.output_name(&run.template.value, run.variant, SEED)
    }
}

fn diagnose(code: &'static CodeInfo, plan: &Plan, one: &Run<'_>, other: &Run<'_>) -> Diagnostic {
    let verb = if other.written { "write" } else { "read" };
    let name = |run: &Run<'_>| match run.seed {
        Some(seed) => format!("`{}` with seed {seed}", plan.show(run.variant)),
        None => format!("`{}`", plan.show(run.variant)),
    };
    let (a, b) = (name(one), name(other));
    let mut d = Diagnostic::new(
        code,
        format!("{a} and {b} {verb} one file, `{}`", other.file),
    );
    let hole = lacking(plan, one, other);
    d = d.label(
        other.template.span,
        format!("the name of the file has no `{{{hole}}}`"),
    );
    if one.template.span != other.template.span {
        d = d.label(
            one.template.span,
            format!("`{}` is named here, too", other.file),
        );
    }
    if let (Some(seeds), "seed") = (&plan.systems[other.variant.system].seeds, hole) {
        d = d.label(
            seeds.span,
            format!("and there are {} runs", seeds.value.len()),
        );
    } else {
        for run in [one, other] {
            let text = format!("`{}` is measured here", plan.show(run.variant));
            if d.labels.iter().all(|l| l.span != run.at) {
                d = d.label(run.at, text);
            }
        }
    }
    d.witness(format!("file of {a}: `{}`", one.file))
        .witness(format!("file of {b}: `{}`", other.file))
        .why(
            "two runs that are one file look as if they agreed perfectly, and intervals over runs shrink for it \
             (Bouthillier et al. 2021)",
        )
        .help(format!(
            "give each run a file of its own: put `{{{hole}}}` into the name, as in `{}`",
            with_hole(&other.template.value, hole)
        ))
}

/// The hole that would tell the two apart.
fn lacking(plan: &Plan, one: &Run<'_>, other: &Run<'_>) -> &'static str {
    let name = |run: &Run<'_>| &plan.systems[run.variant.system].common.name;
    if name(one) != name(other) {
        "system"
    } else if one.variant != other.variant {
        "variant"
    } else {
        "seed"
    }
}

/// The template as written, with the hole before the file's ending; of a command the target alone.
fn with_hole(template: &Template, hole: &str) -> String {
    let text = template.show();
    let file = text
        .split_whitespace()
        .rfind(|w| w.contains('.'))
        .unwrap_or(&text);
    match file
        .rfind('.')
        .filter(|at| !file.get(*at..).unwrap_or("").contains('/'))
    {
        Some(at) => {
            let (start, end) = file.split_at(at);
            format!("{start}-{{{hole}}}{end}")
        }
        None => format!("{file}-{{{hole}}}"),
    }
}

fn prove(
    code: &'static CodeInfo,
    plan: &Plan,
    variant: &Variant,
    done: &mut BTreeSet<Span>,
    out: &mut Findings,
) {
    let system = &plan.systems[variant.system];
    if let Some(Outputs::Predictions { template, .. }) = &system.outputs
        && !system.common.broken
        && done.insert(template.span)
    {
        let n = system.runs().len();
        let why = format!(
            "the {n} runs of `{}` have files of their own",
            system.common.name
        );
        out.prove(code, template.span, why);
    }
}
