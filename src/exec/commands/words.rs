//! A command's template, filled: the words that a run is started with.
//!
//! The template is cut into words before its holes are filled, so no value can become a word of its own or two. Only what
//! the plan itself writes, `{flags}` and the choices of `{augment:--aug|}`, brings words along.

use super::Who;
use crate::hir::template::{Piece, Template};
use crate::hir::{Component, Plan, Reach};
use crate::runner::{Part, Place, Unquoted, Word, quoted, split_words};
use std::collections::BTreeMap;
use std::path::Path;

/// The name of an output file unless the command says another ending.
pub(super) const OUTPUT: &str = "out.csv";

/// Endings that may stand behind `{out}`.
const ENDINGS: [&str; 5] = [".csv", ".tsv", ".jsonl", ".ndjson", ".parquet"];

/// Programs that take a script as a word.
const SHELLS: [&str; 6] = ["sh", "bash", "dash", "zsh", "ksh", "ash"];

/// The name of the file a command writes: `out.csv`, or `out` with what stands behind `{out}`.
pub(super) fn output(template: &Template) -> String {
    let mut pieces = template.pieces.iter().peekable();
    while let Some(piece) = pieces.next() {
        let is_out = matches!(piece, Piece::Hole { name, .. } if name == "out");
        let Some(Piece::Text(behind)) = pieces.peek().filter(|_| is_out) else {
            continue;
        };
        let end = behind.find(|c: char| c.is_whitespace() || "'\"".contains(c));
        let behind = behind.get(..end.unwrap_or(behind.len())).unwrap_or("");
        let packed = behind.trim_end_matches(".gz").trim_end_matches(".zst");
        if ENDINGS.contains(&packed) {
            return format!("out{behind}");
        }
    }
    OUTPUT.to_string()
}

/// What stands in a word: text, or a hole.
enum Hole {
    Value(String),
    Path(Place),
    /// Words of the plan's own.
    Words(Vec<String>),
}

/// The words of a run's command, and the variables its components set.
pub(super) fn words(
    plan: &Plan,
    who: &Who,
    template: &Template,
    places: &BTreeMap<&str, Place>,
) -> Result<(Vec<Word>, BTreeMap<String, String>), Unquoted> {
    let mut pieces: Vec<Result<String, Hole>> = Vec::new();
    for piece in &template.pieces {
        pieces.push(match piece {
            Piece::Text(text) => Ok(text.clone()),
            Piece::Hole { name, choice, .. } => {
                let choice = choice.as_ref().map(|(a, b)| (a.as_str(), b.as_str()));
                Err(hole(plan, who, name, choice, places)?)
            }
        });
    }
    let mut words: Vec<Word> = Vec::new();
    let mut shell = false;
    for (at, word) in split_words(pieces)?.into_iter().enumerate() {
        if let [Err(Hole::Words(own))] = word.as_slice() {
            words.extend(own.iter().map(|w| Word(vec![Part::Text(w.clone())])));
            continue;
        }
        let script = shell && words.last().is_some_and(is_script_option);
        words.push(if script { in_script(word) } else { plain(word) });
        if at == 0 {
            let program = words.first().map_or(String::new(), text);
            let name = Path::new(&program).file_name().unwrap_or_default();
            shell = SHELLS.contains(&name.to_string_lossy().as_ref());
        }
    }
    let mut env = BTreeMap::new();
    for (component, level) in plan.configuration(&who.variant) {
        for reach in plan.reach(component, level) {
            if let Reach::Variable(name, value) = reach {
                env.insert(name, value);
            }
        }
    }
    Ok((words, env))
}

fn text(word: &Word) -> String {
    word.fill(|_| String::new())
}

/// `-c`, alone or with other letters before it.
fn is_script_option(word: &Word) -> bool {
    let text = text(word);
    text.starts_with('-') && !text.starts_with("--") && text.ends_with('c')
}

fn hole(
    plan: &Plan,
    who: &Who,
    name: &str,
    choice: Option<(&str, &str)>,
    places: &BTreeMap<&str, Place>,
) -> Result<Hole, Unquoted> {
    if let Some(place) = places.get(name) {
        return Ok(Hole::Path(place.clone()));
    }
    Ok(match name {
        // A system without seeds has one run, which needs some number all the same.
        "seed" => Hole::Value(who.seed.unwrap_or(0).to_string()),
        "fold" => Hole::Value(who.fold.map_or(0, |fold| fold.place + 1).to_string()),
        "repeat" => Hole::Value(who.fold.map_or(0, |fold| fold.repeat + 1).to_string()),
        "flags" => Hole::Words(flags(plan, who)?),
        "level" => Hole::Value(plan.spell(&who.variant)),
        _ => {
            let filled = plan.spelt(&who.variant, name, choice).unwrap_or_default();
            match choice {
                Some(_) => Hole::Words(cut(&filled)?),
                None => Hole::Value(filled),
            }
        }
    })
}

/// Text of the plan, cut into words.
fn cut(text: &str) -> Result<Vec<String>, Unquoted> {
    let words = split_words::<()>([Ok(text.to_string())])?;
    let joined = words
        .into_iter()
        .map(|word| word.into_iter().flatten().collect());
    Ok(joined.collect())
}

/// What the components pass, in the order in which the system declares them.
fn flags(plan: &Plan, who: &Who) -> Result<Vec<String>, Unquoted> {
    let levels = plan.configuration(&who.variant);
    let mut words = Vec::new();
    for component in &plan.systems[who.variant.system].components {
        let Some(&level) = levels.get(&component.value) else {
            continue;
        };
        for text in passed(&plan.components[component.value], level) {
            let name = plan.components[component.value].levels.get(level);
            let name = name.map_or("", String::as_str);
            words.extend(cut(text)?.into_iter().map(|w| w.replace("{level}", name)));
        }
    }
    Ok(words)
}

/// The texts by which a component at a level reaches `{flags}`, `{level}` not yet filled.
fn passed(c: &Component, level: usize) -> Vec<&str> {
    let there = c.absent != Some(level);
    let text = |name: &str| c.reach.get(name).map(|t| t.value.as_str());
    let flag = text("flag").filter(|f| there || f.contains("{level}"));
    let on = text("on").filter(|_| there);
    let off = text("off").filter(|_| !there);
    flag.into_iter().chain(on).chain(off).collect()
}

fn plain(word: Vec<Result<String, Hole>>) -> Word {
    let part = |part| match part {
        Ok(text) | Err(Hole::Value(text)) => Part::Text(text),
        Err(Hole::Path(place)) => Part::Path(place),
        Err(Hole::Words(words)) => Part::Text(words.join(" ")),
    };
    Word(word.into_iter().map(part).collect())
}

/// A word that a shell will read as a script: what fills its holes is quoted for where it stands.
fn in_script(word: Vec<Result<String, Hole>>) -> Word {
    let mut open: Option<char> = None;
    let mut parts = Vec::new();
    for part in word {
        parts.push(match part {
            Ok(text) => {
                let mut chars = text.chars();
                while let Some(c) = chars.next() {
                    match (open, c) {
                        (None | Some('"'), '\\') => drop(chars.next()),
                        (None, '\'' | '"') => open = Some(c),
                        (Some(q), c) if q == c => open = None,
                        _ => {}
                    }
                }
                Part::Text(text)
            }
            Err(Hole::Value(text)) => Part::Text(quoted(&text, open)),
            Err(Hole::Path(place)) => Part::Quoted(place, open),
            Err(Hole::Words(words)) => {
                let words: Vec<String> = words.iter().map(|w| quoted(w, open)).collect();
                Part::Text(words.join(" "))
            }
        });
    }
    Word(parts)
}
