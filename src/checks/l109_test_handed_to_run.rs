//! L109: a command is handed the rows it is judged on with their labels.

use super::context::{Context, Findings};
use super::declare_check;
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::graph::{self, Evaluation, Relation};
use crate::hir::template::{Piece, Template};
use crate::hir::{DataRef, Dataset, Id, Outputs, Plan, System};
use crate::text::{Span, Spanned};
use std::collections::{BTreeMap, BTreeSet};

declare_check!("L109" "test-handed-to-run" Error "l109_test_handed_to_run.md" run);

/// Endings of files of rows.
const ENDINGS: [&str; 6] = ["csv", "tsv", "jsonl", "ndjson", "json", "parquet"];

/// Words that add nothing to the name of a partition's file.
const PLAIN: [&str; 8] = [
    "data", "dataset", "set", "split", "rows", "labels", "gold", "full",
];

/// Options whose rows a command learns from.
const EARLY: [&str; 10] = [
    "train",
    "training",
    "fit",
    "tune",
    "dev",
    "val",
    "valid",
    "validation",
    "early-stop",
    "calibrate",
];

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Findings) {
    let mut judged: BTreeMap<Id<System>, Vec<&Evaluation>> = BTreeMap::new();
    for e in cx.evaluations.iter().filter(|e| !e.choice) {
        let all = judged.entry(e.variant.system).or_default();
        if !all.iter().any(|o| o.on == e.on) {
            all.push(e);
        }
    }
    let mut said = BTreeSet::new();
    for (id, evaluations) in judged {
        let system = &cx.plan.systems[id];
        if system.common.broken {
            continue;
        }
        let words = handed(cx.plan, system);
        let mut found = false;
        for e in evaluations {
            for word in &words {
                if let Some(what) = given(cx.plan, system, word, &e.on) {
                    found = true;
                    if said.insert((word.place, what.clone())) {
                        out.report(diagnose(code, cx.plan, id, word, &what, e));
                    }
                }
            }
        }
        if let Some(Outputs::Run {
            template: command, ..
        }) = system.outputs.as_ref().filter(|_| !found)
        {
            let why = format!(
                "the command of `{}` names no rows that judge it",
                system.common.name
            );
            out.prove(code, command.span, why);
        }
    }
}

/// A word that reaches the command.
struct Word {
    text: String,
    hole: bool,
    /// The option that a hole is the value of.
    option: String,
    place: Span,
}

/// Every word of the system's commands, with those of the components that may join it.
fn handed(plan: &Plan, system: &System) -> Vec<Word> {
    let run = match &system.outputs {
        Some(Outputs::Run {
            template: command, ..
        }) => Some(command),
        Some(Outputs::Predictions { .. } | Outputs::Predict { .. } | Outputs::Reported(_))
        | None => None,
    };
    let served = system.serve.as_ref().map(|s| &s.command);
    let mut words: Vec<Word> = run.into_iter().chain(served).flat_map(words).collect();
    if words.is_empty() {
        return words;
    }
    for component in &system.components {
        for text in plan.components[component.value].reach.values() {
            words.extend(split(&text.value, text.span));
        }
    }
    words
}

fn words(command: &Spanned<Template>) -> Vec<Word> {
    let mut text = String::new();
    let mut found = Vec::new();
    for piece in &command.value.pieces {
        match piece {
            Piece::Text(t) => text.push_str(t),
            Piece::Hole { name, span, .. } => {
                let before = text.trim_end_matches(|c: char| c.is_whitespace() || c == '=');
                let option = before.rsplit(char::is_whitespace).next().unwrap_or("");
                let option = option.to_string();
                // A path with a hole in it is no path that the plan knows.
                text.push('\u{fffd}');
                found.push(Word {
                    text: name.clone(),
                    hole: true,
                    option,
                    place: *span,
                });
            }
        }
    }
    found.extend(split(&text, command.span));
    found
}

fn split(text: &str, place: Span) -> Vec<Word> {
    text.split(|c: char| c.is_whitespace() || "='\",;<>|()".contains(c))
        .filter(|w| !w.is_empty() && !w.contains('\u{fffd}'))
        .map(|w| Word {
            text: w.trim_start_matches("./").to_string(),
            hole: false,
            option: String::new(),
            place,
        })
        .collect()
}

/// What of the rows that judge the word gives away: a clause with the word in it.
fn given(plan: &Plan, system: &System, word: &Word, on: &DataRef) -> Option<String> {
    if word.hole {
        return by_hole(system, word, on);
    }
    let holds = |(id, d): &(Id<Dataset>, &Dataset)| {
        let source = d.source.as_ref();
        let whole = DataRef {
            dataset: *id,
            part: None,
        };
        source.is_some_and(|s| is_source(&word.text, &s.value))
            && graph::relation(plan, &whole, on) == Relation::Overlapping
    };
    if let Some((_, d)) = plan.datasets.iter().find(holds) {
        let name = &d.common.name;
        return Some(format!(
            "`{}` is the file of `{name}`, labels included",
            word.text
        ));
    }
    let part = on.part.as_deref()?;
    let dataset = &plan.datasets[on.dataset].common.name;
    names_part(&word.text, dataset, part).then(|| {
        format!(
            "`{}` is by its name the file of `{part}`, which may hold labels",
            word.text
        )
    })
}

fn by_hole(system: &System, word: &Word, on: &DataRef) -> Option<String> {
    let option = word.option.trim_start_matches('-');
    let early = word.option.starts_with('-') && EARLY.contains(&option);
    match word.text.as_str() {
        "on" if early => Some(format!(
            "`--{option}` learns from `{{on}}` before it may see it"
        )),
        // What tunes is L103's.
        "val" if on.part.as_deref() == Some("val") && system.tune.is_none() => {
            Some("`{val}` is a file of its rows with their labels".to_string())
        }
        _ => None,
    }
}

/// Whether a path is the dataset's source: the file, one of a pattern, or the folder of a pattern.
fn is_source(path: &str, source: &str) -> bool {
    let source = source.trim_start_matches("./");
    match source.split_once('*') {
        None => path == source,
        Some((before, after)) => {
            let folder = before.trim_end_matches(|c| c != '/');
            let one = path.starts_with(before)
                && path.ends_with(after)
                && path.len() >= before.len() + after.len();
            let all =
                !folder.is_empty() && path.trim_end_matches('/') == folder.trim_end_matches('/');
            one || all
        }
    }
}

/// Whether the name of a file of rows says the partition, and nothing beside it but the dataset's name.
fn names_part(path: &str, dataset: &str, part: &str) -> bool {
    let file = path.rsplit('/').next().unwrap_or(path);
    let file = file.trim_end_matches(".gz").trim_end_matches(".zst");
    let Some((stem, ending)) = file.rsplit_once('.') else {
        return false;
    };
    let cut = |s: &str| -> Vec<String> {
        let all = s.split(|c: char| !c.is_alphanumeric());
        all.map(str::to_lowercase)
            .filter(|w| !w.is_empty())
            .collect()
    };
    let (stem, part, known) = (cut(stem), cut(part), cut(dataset));
    let plain = |w: &String| part.contains(w) || known.contains(w) || PLAIN.contains(&w.as_str());
    ENDINGS.contains(&ending) && part.iter().all(|w| stem.contains(w)) && stem.iter().all(plain)
}

fn diagnose(
    code: &'static CodeInfo,
    plan: &Plan,
    system: Id<System>,
    word: &Word,
    what: &str,
    e: &Evaluation,
) -> Diagnostic {
    let (name, on) = (&plan.systems[system].common.name, plan.show_data(&e.on));
    let message =
        format!("the command of `{name}` is handed the rows of `{on}`, on which it is judged");
    let d = Diagnostic::new(code, message)
        .label(word.place, format!("1. {what}"))
        .label(e.on_span, format!("2. `{on}` judges `{name}` here"));
    let d = if word.hole {
        d.help("give it rows that judge nothing, such as those of `{train}`, and `{on}` only to predict")
    } else {
        d.help(
            "hand training rows over as `{train}`, and the judged rows as `{on}`: benchwright writes them to a file \
             without their labels",
        )
    };
    d.why(
        "what a command can open it can learn from, by intent or by accident, and no one can see from its outputs \
         that it did not (Kapoor & Narayanan 2023, L1.1; Yang et al. 2022)",
    )
}
