//! What a design supports, for a person at a terminal.

use crate::checks::supports::{Answer, Contrast, Design, Effect, Pairing, Supports};
use crate::report::layout::{Paint, Style, clean, hanging};
use std::collections::BTreeSet;

/// Pairs of components named at most, where no run shows them.
const NAMED: usize = 3;

/// Comparisons, then ablations and factorials, each with what its runs can tell and what not.
pub fn supports(found: &Supports, style: &Style) -> String {
    let mut lines = vec![style.paint(Paint::Strong, "what the design supports")];
    if found.comparisons.is_empty() && found.designs.is_empty() {
        lines.push("  nothing: no comparison, ablation or factorial could be read".into());
    }
    for c in &found.comparisons {
        lines.push(String::new());
        lines.push(head(
            &format!("compare {} with {}", c.candidate, c.baseline),
            c.partition.as_deref(),
            &c.metrics.join(", "),
            style,
        ));
        lines.extend(contrast(c, style));
    }
    for d in &found.designs {
        lines.push(String::new());
        let mut of = vec![];
        of.extend(d.metric.clone());
        of.push(format!("{} variants, rank {}", d.runs, d.rank));
        of.extend(d.resolution.map(|r| format!("resolution {}", roman(r))));
        let title = format!("{} of {}", d.kind, d.of);
        lines.push(head(&title, d.partition.as_deref(), &of.join(", "), style));
        lines.extend(design(d, style));
    }
    let text: String = lines
        .into_iter()
        .map(|l| l.trim_end().to_owned() + "\n")
        .collect();
    style.finish(text)
}

fn head(title: &str, on: Option<&str>, of: &str, style: &Style) -> String {
    let on = on.map_or(String::new(), |on| format!(" on {on}"));
    format!(
        "{}: {}",
        style.paint(Paint::Strong, &clean(&format!("{title}{on}"))),
        clean(of)
    )
}

/// The number as resolutions are written.
fn roman(n: u32) -> String {
    let numerals = ["0", "I", "II", "III", "IV", "V", "VI", "VII", "VIII"];
    usize::try_from(n)
        .ok()
        .and_then(|n| numerals.get(n))
        .map_or_else(|| n.to_string(), |n| (*n).to_string())
}

fn contrast(c: &Contrast, style: &Style) -> Vec<String> {
    let pairing = match c.pairing {
        Pairing::RowsAndSeeds => "paired by row and seed",
        Pairing::Rows => "paired by row",
        Pairing::Unpaired => "not paired, as the plan says",
        Pairing::Published => "published numbers, so there are no rows and no interval",
    };
    let (word, what) = match (c.estimable, c.differ_in.as_slice()) {
        (false, _) => (
            Word::Unseen,
            "nothing but the difference of two numbers".to_string(),
        ),
        (true, []) => (
            Word::Told,
            "the difference of the two as wholes".to_string(),
        ),
        (true, [one]) => (
            Word::Told,
            format!("the effect of {one}, with all else as in {}", c.baseline),
        ),
        (true, several) => (
            Word::Together,
            format!("the effects of {}: only their sum", several.join(", ")),
        ),
    };
    line(word, &format!("{what}; {pairing}"), style)
}

/// What is said of an effect, as one word.
#[derive(Clone, Copy)]
enum Word {
    Told,
    Together,
    Unseen,
}

fn line(word: Word, text: &str, style: &Style) -> Vec<String> {
    let (shown, paint) = match word {
        Word::Told => ("told    ", Paint::Good),
        Word::Together => ("together", Paint::Doubt),
        Word::Unseen => ("unseen  ", Paint::Faint),
    };
    let mut lines = hanging(&format!("  {shown}  "), &clean(text), style.columns());
    if let Some(first) = lines.first_mut() {
        *first = first.replacen(shown, &style.paint(paint, shown), 1);
    }
    lines
}

fn design(d: &Design, style: &Style) -> Vec<String> {
    let of = |answer: Answer| -> Vec<String> {
        let those = d.effects.iter().filter(|e| e.answer == answer);
        those.map(name).collect()
    };
    let mut lines = Vec::new();
    let told = of(Answer::Told);
    if !told.is_empty() {
        let how = match d.kind {
            "ablation" => format!("each with all else as in {}", d.of),
            _ => "each over all settings of the others".to_string(),
        };
        lines.extend(line(
            Word::Told,
            &format!("{}; {how}", told.join(", ")),
            style,
        ));
    }
    let nearly = of(Answer::ToldButForHigher);
    if !nearly.is_empty() {
        let text = format!(
            "{}; as far as three and more components do nothing together that two of them don't",
            nearly.join(", ")
        );
        lines.extend(line(Word::Told, &text, style));
    }
    for group in groups(d) {
        lines.extend(line(
            Word::Together,
            &format!("{}; only their sum", group.join(" + ")),
            style,
        ));
    }
    let unseen = of(Answer::Unseen);
    if !unseen.is_empty() {
        lines.extend(line(Word::Unseen, &missing(&unseen), style));
    }
    lines
}

fn name(e: &Effect) -> String {
    e.of.join(" * ")
}

/// Effects that are told together, each group once.
fn groups(d: &Design) -> Vec<Vec<String>> {
    let mut done: BTreeSet<BTreeSet<String>> = BTreeSet::new();
    let together = d.effects.iter().filter(|e| e.answer == Answer::Together);
    together
        .map(|e| {
            std::iter::once(name(e))
                .chain(e.with.iter().cloned())
                .collect::<Vec<_>>()
        })
        .filter(|group| {
            let plain = |n: &String| n.trim_start_matches('-').to_string();
            done.insert(group.iter().map(plain).collect())
        })
        .collect()
}

fn missing(pairs: &[String]) -> String {
    let shown: Vec<&str> = pairs.iter().take(NAMED).map(String::as_str).collect();
    let list = shown.join(", ");
    match pairs.len() - shown.len() {
        0 => format!("{list}; no run changes both"),
        more => format!("{list} and {more} more; no run changes both"),
    }
}
