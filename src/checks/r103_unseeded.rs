//! R103: a command depends on chance and is not told its seed.

use super::context::{Context, Findings};
use super::declare_check;
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::hir::{Outputs, Reach, System};
use crate::text::Span;
use std::collections::BTreeSet;

declare_check!("R103" "unseeded" Warning "r103_unseeded.md" run);

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Findings) {
    let mut done: BTreeSet<Span> = BTreeSet::new();
    for (_, system) in cx.plan.systems.iter() {
        let Some(Outputs::Run { template, .. }) = &system.outputs else {
            continue;
        };
        let settled = system.common.broken || system.deterministic.is_some_and(|d| d.value);
        if settled || !done.insert(template.span) {
            continue;
        }
        if template.value.holes().any(|h| h.0 == "seed") || by_flags(cx, system) {
            out.prove(code, template.span, "the command is told its seed");
        } else if system.seeds.is_some() {
            out.report(diagnose(code, system, template.span));
        }
    }
}

/// Whether something that components pass names a seed.
fn by_flags(cx: &Context<'_>, system: &System) -> bool {
    let passed = |reach: Reach| match reach {
        Reach::Flag(text) => text.contains("seed"),
        Reach::Variable(name, _) => name.to_lowercase().contains("seed"),
    };
    system.components.iter().any(|c| {
        let levels = 0..cx.plan.components[c.value].levels.len();
        levels
            .into_iter()
            .any(|level| cx.plan.reach(c.value, level).into_iter().any(passed))
    })
}

fn diagnose(code: &'static CodeInfo, system: &System, at: Span) -> Diagnostic {
    let name = &system.common.name;
    let mut d = Diagnostic::new(
        code,
        format!("the command of `{name}` is not told its seed"),
    )
    .label(at, "no `{seed}` in it");
    if let Some(seeds) = &system.seeds {
        let n = seeds.value.len();
        let text = if n == 1 {
            "so nothing passes this seed on".to_string()
        } else {
            format!("so the {n} runs are one command, {n} times")
        };
        d = d.label(seeds.span, text).witness(format!(
            "seeds declared: {}; seeds that reach the command: none",
            listed(&seeds.value)
        ));
    }
    let end = Span::new(at.file, at.end.saturating_sub(1), at.end.saturating_sub(1));
    d.why(
        "a run whose seed is not fixed cannot be repeated, and runs of one fixed inner seed are copies that \
         look like agreement (Pineau et al. 2021; Bouthillier et al. 2021)",
    )
    .help("pass the seed: put `{seed}` into the command, as in `--seed {seed}`")
    .help("or declare `deterministic: yes` where no seed plays a part")
    .fix("pass the seed as `--seed {seed}`", false, end, " --seed {seed}")
}

fn listed(seeds: &[u64]) -> String {
    let mut shown: Vec<String> = seeds.iter().take(5).map(u64::to_string).collect();
    if seeds.len() > 5 {
        shown.push("…".into());
    }
    shown.join(", ")
}
