//! The proposal in words: a plan whose comments say what was guessed, and from what.

use super::aims::{Aim, aim};
use super::roles::{Roles, Split, Target};
use super::systems::{Part, Seeds, System, Systems};
use super::tables::Read;
use super::text::{Page, counted, grouped};
use super::words::{self, identifier, quoted, written};
use crate::format;
use std::path::Path;

/// Names that no system may have: those of the plan's own items and metrics.
pub(super) fn taken(home: &Read) -> Vec<String> {
    let dataset = dataset_name(home);
    let mut taken = own();
    taken.push(format!("{dataset}_plan"));
    taken.push(dataset);
    taken
}

fn own() -> Vec<String> {
    let own = [
        "majority",
        "accuracy",
        "f1_macro",
        "mae",
        "rmse",
        "brier",
        "latency_p95",
        "machine",
    ];
    own.map(str::to_owned).to_vec()
}

fn dataset_name(home: &Read) -> String {
    let stem = Path::new(&home.named).file_stem();
    let stem = stem.map_or_else(String::new, |s| s.to_string_lossy().into_owned());
    identifier(&stem, "rows", &own())
}

/// The metric that decides, the one that guards it, and how they are written.
struct Metrics {
    module: &'static str,
    primary: &'static str,
    guard: &'static str,
    zero: &'static str,
    why: String,
}

fn metrics(target: &Target) -> Metrics {
    let Target::Classes { classes, .. } = target else {
        return Metrics {
            module: "std.regression",
            primary: "mae",
            guard: "rmse",
            zero: "0",
            why: "the mean absolute error is in the label's own unit; the root mean square guards against few large ones"
                .to_owned(),
        };
    };
    let rows: usize = classes.iter().map(|(_, n)| n).sum();
    let share = |n: usize| 100.0 * n as f64 / rows.max(1) as f64;
    let largest = classes.iter().max_by_key(|(_, n)| *n);
    let most = largest.map_or(0.0, |&(_, n)| share(n));
    let name = largest.map_or("", |(c, _)| c.as_str());
    let even = most <= 120.0 / classes.len().max(1) as f64;
    let (primary, guard, why) = if even {
        (
            "accuracy",
            "f1_macro",
            "classes are about equally common, so the share of right answers is fair to all",
        )
    } else {
        (
            "f1_macro",
            "accuracy",
            "classes are not equally common, and the mean of their F1s counts each of them alike",
        )
    };
    Metrics {
        module: "std.classification",
        primary,
        guard,
        zero: "0pp",
        why: format!("{why}; the commonest, `{name}`, has {most:.1} % of the rows"),
    }
}

/// The plan.
pub(super) fn plan(tables: &[Read], data: &Roles, systems: &Systems) -> String {
    let Some(home) = tables.get(data.table) else {
        return String::new();
    };
    let metrics = metrics(&data.target);
    let aim = aim(home, data, systems);
    let mut page = Page::default();
    head(&mut page, tables, &metrics, systems);
    question(&mut page, home, &metrics, systems, aim);
    hardware(&mut page, systems);
    dataset(&mut page, home, data, systems);
    floor(&mut page, home, systems);
    page.comment(
        "",
        "What a system learned from is not in a file of outputs. Say it where you know it, and leaks are looked for: \
         `train: …`, `tune: … { by: …, trials: … }`, `steps: […]`.",
    );
    page.line("");
    for system in &systems.all {
        one_system(&mut page, system, data, systems);
    }
    comparison(&mut page, home, data, &metrics, systems);
    decision(&mut page, &metrics, systems, aim);
    format::format(&page.text).text
}

fn head(page: &mut Page, tables: &[Read], metrics: &Metrics, systems: &Systems) {
    let first = tables.first().map_or("", |t| t.named.as_str());
    let more = match tables.len() {
        0 | 1 => String::new(),
        n => format!(" and {} more", n - 1),
    };
    page.comment(
        "",
        &format!("A first draft, made by `benchwright new --from {first}`{more}."),
    );
    page.comment(
        "",
        "What is said after `guessed` was read off the columns and may be wrong: go through it before you believe a \
         verdict. `benchwright check` holds the plan to account, `benchwright run` runs it.",
    );
    page.line(&format!(
        "use {}.{{{}, {}}}",
        metrics.module, metrics.primary, metrics.guard
    ));
    if systems.scored() {
        page.line("use std.calibration.brier");
    }
    if systems.timed() {
        page.line("use std.serving.latency_p95");
    }
    page.line("");
}

fn candidate(systems: &Systems) -> Option<&System> {
    systems.all.iter().find(|s| s.part == Part::Candidate)
}

/// What the candidate must beat.
fn opponent(systems: &Systems) -> String {
    let mut baselines = systems.all.iter().filter(|s| s.part == Part::Baseline);
    let named = baselines.clone().find(|s| words::is_baseline(&s.name));
    named
        .or_else(|| baselines.next())
        .map_or_else(|| "majority".to_owned(), |s| s.name.clone())
}

fn guards(metrics: &Metrics, systems: &Systems) -> Vec<&'static str> {
    let mut guards = vec![metrics.guard];
    if systems.scored() {
        guards.push("brier");
    }
    if systems.timed() {
        guards.push("latency_p95");
    }
    guards
}

fn question(page: &mut Page, home: &Read, metrics: &Metrics, systems: &Systems, aim: Option<Aim>) {
    let name = candidate(systems).map_or("", |s| s.name.as_str());
    let aim = aim.map_or("on average".to_owned(), |a| {
        format!("by {} pp or more", a.points)
    });
    page.line(&format!("plan {}_plan {{", dataset_name(home)));
    page.note(
        "Say what you want to find out, and what would make you act, before you look at a result.",
    );
    let objective = format!("{name} is better than {} {aim}", opponent(systems));
    page.line(&format!("  objective: {}", quoted(&objective)));
    page.note(&format!("guessed: {}", metrics.why));
    page.line(&format!("  primary: {}", metrics.primary));
    page.line(&format!(
        "  guardrails: [{}]",
        guards(metrics, systems).join(", ")
    ));
    page.note("Printed in every report. Add what you know to be weak.");
    page.line("  risks: [\"drafted from the columns of files: what its comments guess was not confirmed\"]");
    page.line("}");
    page.line("");
}

fn hardware(page: &mut Page, systems: &Systems) {
    if !systems.timed() {
        return;
    }
    page.comment(
        "",
        "guessed: all times were taken on one machine, for only then do they compare. Say what it is, so that others can \
         measure again: `cores: 4`, `memory: 16GiB`, `accelerator: \"one A10\"`.",
    );
    page.line("hardware machine { }");
    page.line("");
}

fn dataset(page: &mut Page, home: &Read, data: &Roles, systems: &Systems) {
    page.line(&format!("dataset {} {{", dataset_name(home)));
    page.line(&format!("  source: {}", quoted(&home.named)));
    let short: String = home.sha256.chars().take(8).collect();
    page.note("No release is known: the first digits of its hash stand for one. Put a tag or date here by which others get the same rows.");
    page.line(&format!("  version: \"sha256-{short}\""));
    page.line(&format!("  sha256: {}", quoted(&home.sha256)));
    page.line(&format!("  rows: {}", grouped(home.rows)));
    page.note(&format!("guessed: {}", data.id.why));
    page.line(&format!("  id: {}", written(&data.id.column)));
    label(page, data);
    if let Some(group) = &data.group {
        page.note(&format!(
            "guessed: {}; rows of one group are resampled together",
            group.why
        ));
        page.line(&format!("  group: {}", written(&group.column)));
    }
    if let Some(time) = &data.time {
        page.note("guessed: every value is a date");
        page.line(&format!("  time: {}", written(time)));
    }
    match &data.split {
        Some(split) => written_split(page, split),
        None => {
            page.note("No column says which rows were learned from: all of them count as test rows. See that none was.");
            page.line("  split: all(test)");
        }
    }
    unused(page, home, data, systems);
    page.line("}");
    page.line("");
}

fn label(page: &mut Page, data: &Roles) {
    let column = written(&data.label.column);
    match &data.target {
        Target::Number { low, high } => {
            page.note(&format!(
                "guessed: {}; a number from {low} to {high}. Give it its unit: `{column} in USD`",
                data.label.why
            ));
            page.line(&format!("  label: {column}"));
        }
        Target::Classes { classes, positive } => {
            page.note(&format!(
                "guessed: {}; the classes are those that occur",
                data.label.why
            ));
            page.line(&format!(
                "  label: {column} in {}",
                written_classes(classes)
            ));
            if let Some(positive) = positive {
                page.note("guessed: from its name");
                page.line(&format!("  positive: {}", written(positive)));
            }
        }
    }
}

/// `[neg, pos]`, or `0..9` of whole numbers in a row.
fn written_classes(classes: &[(String, usize)]) -> String {
    let numbers: Option<Vec<u32>> = classes
        .iter()
        .map(|(c, _)| c.parse().ok().filter(|n: &u32| n.to_string() == *c))
        .collect();
    if let Some([first, _, .., last]) = numbers.as_deref()
        && *last - *first == classes.len() as u32 - 1
        && classes.len() > 2
    {
        return format!("{first}..{last}");
    }
    let names: Vec<String> = classes.iter().map(|(c, _)| written(c)).collect();
    format!("[{}]", names.join(", "))
}

fn written_split(page: &mut Page, split: &Split) {
    let rows: Vec<String> = split
        .parts
        .iter()
        .map(|p| format!("{} {}", counted(p.rows), p.name))
        .collect();
    let mut note = format!(
        "guessed: from its name and values; {} rows",
        rows.join(", ")
    );
    if !split.others.is_empty() {
        let others: Vec<String> = split.others.iter().map(|o| format!("`{o}`")).collect();
        note += &format!("; rows of {} are left out", others.join(", "));
    }
    page.note(&note);
    let parts: Vec<String> = split
        .parts
        .iter()
        .map(|p| format!("{}: {}", p.name, quoted(&p.value)))
        .collect();
    page.line(&format!(
        "  split: column({}) {{ {} }}",
        written(&split.column),
        parts.join(", ")
    ));
}

/// Names the columns that nothing reads.
fn unused(page: &mut Page, home: &Read, data: &Roles, systems: &Systems) {
    let read = |column: &str| {
        systems.all.iter().any(|s| {
            let timed = systems.timed() && s.latency.as_ref().is_some_and(|l| l.column == column);
            let scored = systems.scored() && s.score.as_deref() == Some(column);
            s.file == home.named && (s.prediction == column || timed || scored)
        })
    };
    let names: Vec<&str> = home
        .columns
        .iter()
        .map(|c| c.profile.name.as_str())
        .collect();
    let left: Vec<&&str> = names.iter().filter(|n| !data.has(n) && !read(n)).collect();
    if left.is_empty() {
        return;
    }
    let shown: Vec<String> = left.iter().take(8).map(|n| format!("`{n}`")).collect();
    let more = match left.len() - shown.len() {
        0 => String::new(),
        n => format!(" and {n} more"),
    };
    page.note(&format!("Not read: {}{more}.", shown.join(", ")));
}

fn floor(page: &mut Page, home: &Read, systems: &Systems) {
    if !systems.floor {
        return;
    }
    page.comment(
        "",
        "The floor: always the commonest class of the training rows.",
    );
    page.line(&format!(
        "baseline majority {{ predict: majority({}.train) }}",
        dataset_name(home)
    ));
    page.line("");
}

fn one_system(page: &mut Page, system: &System, data: &Roles, systems: &Systems) {
    let keyword = match system.part {
        Part::Baseline => "baseline",
        Part::Candidate => "candidate",
    };
    let part = match system.part {
        Part::Baseline => "a baseline".to_owned(),
        Part::Candidate => format!("the candidate, for {}", system.part_why),
    };
    page.comment(
        "",
        &format!("guessed: `{}` {}; {part}.", system.prediction, system.why),
    );
    if system.seeds == Seeds::One {
        page.line("@allow(U101, \"there is one run of it: the verdict is about this trained model, not about its recipe\")");
    }
    page.line(&format!("{keyword} {} {{", system.name));
    match &system.seeds {
        Seeds::One => {}
        Seeds::Count(n) => {
            page.note("guessed: the files differ in a number alone");
            page.line(&format!("  seeds: {n}"));
        }
        Seeds::These(all) => {
            let all: Vec<String> = all.iter().map(u64::to_string).collect();
            page.note("guessed: the files differ in a number alone");
            page.line(&format!("  seeds: [{}]", all.join(", ")));
        }
    }
    if systems.timed() {
        page.line("  hardware: machine");
    }
    let mut map = vec![format!("prediction: {}", written(&system.prediction))];
    if let (Some(score), true) = (&system.score, systems.scored()) {
        if let Target::Classes {
            positive: Some(p), ..
        } = &data.target
        {
            page.note(&format!(
                "guessed: `{score}` is the probability of `{p}`, from its name and range"
            ));
        }
        map.push(format!("score: {}", written(score)));
    }
    if let (Some(latency), true) = (&system.latency, systems.timed()) {
        let said = if latency.said {
            "from its name"
        } else {
            "no unit is said"
        };
        page.note(&format!(
            "guessed: `{}` is in {}, {said}",
            latency.column, latency.unit
        ));
        map.push(format!(
            "latency: {} in {}",
            written(&latency.column),
            latency.unit
        ));
    }
    let file = system
        .file
        .replace('{', "{{")
        .replace('}', "}}")
        .replace("{{seed}}", "{seed}");
    page.line(&format!(
        "  predictions: {} {{ {} }}",
        quoted(&file),
        map.join(", ")
    ));
    page.line("}");
    page.line("");
}

fn comparison(page: &mut Page, home: &Read, data: &Roles, metrics: &Metrics, systems: &Systems) {
    let Some(candidate) = candidate(systems) else {
        return;
    };
    let baselines = systems
        .all
        .iter()
        .filter(|s| s.part == Part::Baseline)
        .map(|s| s.name.clone());
    let floor = systems.floor.then(|| "majority".to_owned());
    let against: Vec<String> = baselines.chain(floor).collect();
    if !systems.covered {
        page.comment(
            "",
            &format!(
                "Not every row of {}.{} has an answer of each system: a run will name them.",
                dataset_name(home),
                systems.on
            ),
        );
    }
    if systems.all.len() == 1 {
        page.comment(
            "",
            "Anything that learns beats the floor: add the outputs of the simplest model that does, as a `baseline`.",
        );
        page.line("@allow(B102, \"the files hold one system: the verdict is whether it learned anything\")");
    }
    page.line(&format!(
        "compare {} with [{}] {{",
        candidate.name,
        against.join(", ")
    ));
    page.line(&format!("  on: {}.{}", dataset_name(home), systems.on));
    // The floor has no scores and takes no time.
    let mut all = vec![metrics.primary];
    all.extend(guards(metrics, systems));
    page.line(&format!("  metrics: [{}]", all.join(", ")));
    if !data.slices.is_empty() {
        let slices: Vec<String> = data.slices.iter().map(|s| written(s)).collect();
        page.note("guessed: from their names. Each slice is a claim of its own, and the correction counts it.");
        page.line(&format!("  slices: [{}]", slices.join(", ")));
    }
    page.note("Paired: all systems answered the same rows, and the rows are resampled together.");
    page.line("  interval: bootstrap(10_000, level: 95%)");
    page.line("  correct: holm");
    page.line("}");
    page.line("");
}

fn decision(page: &mut Page, metrics: &Metrics, systems: &Systems, aim: Option<Aim>) {
    let Some(candidate) = candidate(systems) else {
        return;
    };
    let (m, zero) = (metrics.primary, metrics.zero);
    page.comment(
        "",
        "The first rule whose condition is established decides. `gain` is oriented: above 0 is better, of errors and times too.",
    );
    if systems.all.len() > 2 {
        page.comment("", "guessed: the baseline named like one, or else the first, is the one to beat; put the strongest there.");
    }
    page.line(&format!(
        "decide for {} against {} {{",
        candidate.name,
        opponent(systems)
    ));
    page.note("Better beyond chance, and by enough to be worth it: put your own figures here.");
    match aim {
        Some(aim) => {
            if aim.raised {
                page.note(&format!(
                    "{} rows can hardly show a gain of less than {} pp: a smaller figure needs more of them.",
                    counted(aim.rows),
                    aim.points
                ));
            }
            page.line(&format!(
                "  ship when gain({m}) > 0pp and point(gain({m})) >= {}pp",
                aim.points
            ));
        }
        None => page.line(&format!("  ship when gain({m}) > 0")),
    }
    if systems.timed() {
        page.note("A limit of time is one more condition: `and latency_p95 <= 100ms`.");
    }
    page.note("Better by the figures, not beyond chance.");
    page.line(&format!("  iterate when point(gain({m})) > {zero}"));
    page.line("  reject otherwise");
    page.line("}");
}
