//! A108: an arm is measured otherwise than its reference.

use super::context::{Context, Findings};
use super::declare_check;
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::hir::{Ablation, Arm, Outputs, Plan, System};
use crate::text::Span;

declare_check!("A108" "no-reference-run" Warning "a108_no_reference_run.md" run);

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Findings) {
    for (_, ablation) in cx.plan.ablations.iter().filter(|(_, a)| !a.common.broken) {
        let reference = &cx.plan.systems[ablation.of.variant.system];
        let Some(theirs) = protocol(reference) else {
            continue;
        };
        let mut apart: Vec<(&Arm, Protocol)> = Vec::new();
        for arm in &ablation.arms {
            match of_arm(cx.plan, arm) {
                Some(ours) if ours.way != theirs.way => apart.push((arm, ours)),
                Some(_) => {
                    let name = cx.plan.show(&ablation.of.variant);
                    out.prove(
                        code,
                        arm.span,
                        format!("measured as `{name}` is: {}", theirs.way.word()),
                    );
                }
                None => {}
            }
        }
        if !apart.is_empty() {
            out.report(diagnose(code, cx.plan, ablation, &theirs, &apart));
        }
    }
}

/// How numbers come to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Run,
    Files,
    Published,
}

impl Way {
    fn word(self) -> &'static str {
        match self {
            Way::Run => "run by a command",
            Way::Files => "read from files",
            Way::Published => "published numbers",
        }
    }
}

struct Protocol {
    way: Way,
    at: Span,
}

/// How a system's numbers come to be; `None` where that could not be read, or nothing is spent on it.
fn protocol(system: &System) -> Option<Protocol> {
    if system.common.broken {
        return None;
    }
    let (way, at) = match system.outputs.as_ref()? {
        Outputs::Run { template, .. } => (Way::Run, template.span),
        Outputs::Predictions { template, .. } => (Way::Files, template.span),
        Outputs::Reported(all) => {
            let at = all
                .first()
                .map_or(system.common.name_span, |r| r.metric.span);
            (Way::Published, at)
        }
        Outputs::Predict { .. } => return None,
    };
    Some(Protocol { way, at })
}

fn of_arm(plan: &Plan, arm: &Arm) -> Option<Protocol> {
    match arm.reported.first() {
        Some(number) => Some(Protocol {
            way: Way::Published,
            at: number.metric.span,
        }),
        None => protocol(&plan.systems[arm.variant.system]),
    }
}

fn diagnose(
    code: &'static CodeInfo,
    plan: &Plan,
    ablation: &Ablation,
    theirs: &Protocol,
    apart: &[(&Arm, Protocol)],
) -> Diagnostic {
    let of = plan.show(&ablation.of.variant);
    let names: Vec<String> = apart
        .iter()
        .map(|(arm, _)| format!("`{}`", plan.components[arm.component].common.name))
        .collect();
    let ways = apart.first().map_or("", |(_, p)| p.way.word());
    let (noun, verb) = if names.len() == 1 {
        ("arm", "is")
    } else {
        ("arms", "are")
    };
    let message = format!(
        "the {noun} of {} {verb} {ways}, and the reference `{of}` {}",
        names.join(" and "),
        match theirs.way {
            Way::Published => "is known by published numbers".to_string(),
            Way::Run | Way::Files => format!("is {}", theirs.way.word()),
        }
    )
    .replace(" are published numbers", " have published numbers")
    .replace(" is published numbers", " has published numbers");
    let mut d = Diagnostic::new(code, message);
    for (arm, protocol) in apart {
        let name = &plan.components[arm.component].common.name;
        d = d.label(
            protocol.at,
            format!("without `{name}`: {}", protocol.way.word()),
        );
    }
    d = d.label(theirs.at, format!("`{of}`: {}", theirs.way.word()));
    if let Some((arm, _)) = apart.first()
        && d.labels.iter().all(|l| l.span != arm.span)
    {
        d = d.label(arm.span, "and the two are subtracted here");
    }
    for (arm, protocol) in apart {
        let name = &plan.components[arm.component].common.name;
        d = d.witness(format!(
            "`{of}`: {}; without `{name}`: {}",
            theirs.way.word(),
            protocol.way.word()
        ));
    }
    d.why(
        "what two protocols do otherwise (code, versions, machine, rows) enters the difference beside the component \
         (Lipton & Steinhardt 2019; Marie et al. 2021)",
    )
    .help(format!("get the outputs of `{of}` and of every arm in one way, from one program"))
}
