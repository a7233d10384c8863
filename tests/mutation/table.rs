//! The page of what was measured.

use super::base::Base;
use super::companions::COMPANIONS;
use super::operators;
use super::{Trial, implemented};
use std::fmt::Write;

/// The design checks of the catalogue.
pub const CATALOGUE: &[(&str, &str)] = &[
    ("A101", "coupled-ablation"),
    ("A102", "confounded-variant"),
    ("A103", "dead-toggle"),
    ("A104", "forced-coupling"),
    ("A105", "not-estimable"),
    ("A106", "interaction-unseen"),
    ("A107", "unpaired-seeds"),
    ("A108", "no-reference-run"),
    ("A109", "tuned-arms-mixed"),
    ("B101", "no-baseline"),
    ("B102", "only-trivial-baseline"),
    ("B103", "untuned-baseline"),
    ("B104", "unequal-budget"),
    ("B105", "reported-baseline"),
    ("B106", "no-trivial-floor"),
    ("B107", "unequal-information"),
    ("B108", "stale-baseline"),
    ("D101", "undecided-region"),
    ("D102", "unreachable-rule"),
    ("D103", "overlapping-outcomes"),
    ("D104", "wrong-direction"),
    ("D105", "impossible-threshold"),
    ("D106", "unattainable"),
    ("D107", "unfalsifiable"),
    ("D108", "point-only"),
    ("D109", "absence-as-equality"),
    ("D110", "failure-undecided"),
    ("L101", "test-in-training"),
    ("L102", "fit-beyond-train"),
    ("L103", "tuned-on-test"),
    ("L104", "selected-on-test"),
    ("L105", "group-straddles-split"),
    ("L106", "future-in-training"),
    ("L107", "unknown-overlap"),
    ("L108", "prompt-from-test"),
    ("L109", "test-handed-to-run"),
    ("L110", "judge-saw-answers"),
    ("L111", "resampled-before-split"),
    ("L112", "illegitimate-feature"),
    ("L113", "no-held-out"),
    ("L114", "transductive"),
    ("L115", "folds-reused"),
    ("M101", "accuracy-on-imbalanced"),
    ("M102", "primary-not-decided"),
    ("M103", "metric-mismatch"),
    ("M104", "unmeasured-guardrail"),
    ("M105", "one-number"),
    ("M106", "needs-column"),
    ("M107", "latency-across-hardware"),
    ("M108", "cost-without-price"),
    ("M109", "judge-without-agreement"),
    ("M110", "saturated"),
    ("M111", "slices-unreported"),
    ("M112", "aggregation-mismatch"),
    ("R101", "unversioned-data"),
    ("R102", "unhashed-data"),
    ("R103", "unseeded"),
    ("R104", "hardware-unstated"),
    ("R105", "unpinned-command"),
    ("R106", "shared-output"),
    ("R107", "reported-only-claim"),
    ("U101", "single-run"),
    ("U102", "no-interval"),
    ("U103", "too-few-resamples"),
    ("U104", "unpaired-on-shared-rows"),
    ("U105", "cluster-ignored"),
    ("U106", "runs-as-rows"),
    ("U107", "uncorrected-multiplicity"),
    ("U108", "underpowered"),
    ("U109", "thin-tail"),
    ("U110", "optional-stopping"),
    ("U111", "intervals-compared"),
    ("U112", "duplicate-seeds"),
    ("U113", "normal-theory-small-n"),
    ("U114", "unattainable-significance"),
];

const HEAD: &str = "# Precision and recall of the checks

<!-- made by `UPDATE=1 cargo test --test all mutation`; do not edit -->

How well does the checker find faults, and how often does it cry wolf? Operators turn sound plans into plans with one
fault each, at every place where they can (at most three in one plan). They were written from what the fault is, not
from how its check decides. A fault is *found* where the check of its code refutes the plan (for L107: leaves it
open). A *false alarm* is an error or a warning of another code that doesn't follow from the fault; what follows is
listed below, with the reason. Hints (level info) and open questions are no alarms.

```sh
cargo test --test all mutation              # measures, and holds this page to it
UPDATE=1 cargo test --test all mutation     # writes this page anew
MUTANTS=mutants cargo test --test all mutation  # writes every mutant into a folder
```

The test fails where a fault isn't found, where a sound plan has any error or warning, and where a mutant has an alarm
that isn't accounted for.
";

/// The Markdown page.
pub fn page(bases: &[Base], trials: &[Trial]) -> String {
    let mut page = HEAD.to_string();
    let operators = operators::all();
    let missed = trials.iter().filter(|t| judged(t) && !t.found).count();
    let tried = trials.iter().filter(|t| judged(t)).count();
    let _ = writeln!(
        page,
        "\n{} sound plans, {} operators, {} mutants of {} checks: {} found. Errors and warnings on the sound plans: none.",
        bases.len(),
        operators.len(),
        tried,
        CATALOGUE.iter().filter(|c| implemented(c.0)).count(),
        tried - missed,
    );
    let rows = CATALOGUE.iter().map(|(code, name)| {
        let mine = trials.iter().filter(|t| t.operator.code == *code);
        let others = trials
            .iter()
            .filter(|t| judged(t) && t.operator.code != *code);
        Measured {
            code,
            name,
            operators: operators.iter().filter(|o| o.code == *code).count(),
            mutants: mine.clone().count(),
            found: mine.filter(|t| t.found).count(),
            others: others.clone().count(),
            alarms: others.filter(|t| false_alarms(t).contains(code)).count(),
        }
    });
    page.push('\n');
    page.push_str(&measured(&rows.collect::<Vec<_>>()));
    page.push_str("\nX101 to X105 belong to sealing and come with it.\n");
    page.push_str("\n## What is done to the plans\n\n| code | operator | plans | mutants |\n| --- | --- | --: | --: |\n");
    for o in &operators {
        let mut of: Vec<&str> = Vec::new();
        let mine = trials
            .iter()
            .filter(|t| t.operator.name == o.name && t.operator.code == o.code);
        of.extend(mine.clone().map(|t| t.base.as_str()));
        of.dedup();
        let _ = writeln!(
            page,
            "| {} | {} | {} | {} |",
            o.code,
            o.name,
            of.len(),
            mine.count()
        );
    }
    page.push_str(
        "\n## What follows from a fault\n\n| fault | also said | because |\n| --- | --- | --- |\n",
    );
    for (code, other, why) in COMPANIONS {
        let _ = writeln!(page, "| {code} | {other} | {why} |");
    }
    page.push_str("\n## The sound plans\n\n");
    for base in bases {
        let about = base.text.lines().next().and_then(|l| l.strip_prefix("# "));
        match about {
            Some(about) => writeln!(page, "- `{}`: {about}", base.name).unwrap(),
            None => writeln!(page, "- `{}`", base.name).unwrap(),
        }
    }
    page
}

/// What was measured of one check.
pub struct Measured<'a> {
    pub code: &'a str,
    pub name: &'a str,
    pub operators: usize,
    pub mutants: usize,
    pub found: usize,
    /// Mutants of other checks, and on how many of them it speaks without a reason.
    pub others: usize,
    pub alarms: usize,
}

/// One line for each check.
pub fn measured(checks: &[Measured<'_>]) -> String {
    let mut table = String::from(
        "| code | name | operators | mutants | found | recall | false alarms on others |\n\
         | --- | --- | --: | --: | --: | --: | --: |\n",
    );
    for m in checks {
        let _ = writeln!(
            table,
            "| {} | {} | {} | {} | {} | {} % | {} of {} |",
            m.code,
            m.name,
            m.operators,
            m.mutants,
            m.found,
            100 * m.found / m.mutants.max(1),
            m.alarms,
            m.others,
        );
    }
    table
}

/// Whether the operator's check is there, so that the trial counts.
fn judged(t: &Trial) -> bool {
    implemented(t.operator.code)
}

/// Codes that the fault doesn't account for.
fn false_alarms(t: &Trial) -> Vec<&'static str> {
    let accounted = |code: &&str| {
        *code == t.operator.code
            || COMPANIONS
                .iter()
                .any(|c| c.0 == t.operator.code && c.1 == *code)
    };
    t.alarms.iter().filter(|c| !accounted(c)).copied().collect()
}

/// Everything that is not as it should be, one line each.
pub fn wrong(trials: &[Trial]) -> Vec<String> {
    let mut wrong = Vec::new();
    for (i, t) in trials.iter().enumerate().filter(|t| judged(t.1)) {
        let what = format!(
            "{i:04} {} {} in {}",
            t.operator.code, t.operator.name, t.base
        );
        for e in &t.unmeant {
            wrong.push(format!("not writable: {what}: {e}"));
        }
        if !t.found {
            wrong.push(format!("missed: {what}"));
        }
        for code in false_alarms(t) {
            wrong.push(format!("false alarm: {code} on {what}"));
        }
    }
    for o in operators::all() {
        if !trials
            .iter()
            .any(|t| t.operator.code == o.code && t.operator.name == o.name)
        {
            wrong.push(format!("never applicable: {} {}", o.code, o.name));
        }
    }
    wrong
}
