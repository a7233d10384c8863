//! Diagnostics for a person at a terminal.

use super::{excerpt::excerpt, fixes::new_lines, sorted};
use crate::diagnostic::{Answer, DataPlace, Diagnostic, Fix, Level};
use crate::report::layout::{Paint, Style, clean, hanging, visible, width, wrap};
use crate::text::SourceMap;

/// What to show beside the faults themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    /// Width, characters, colours.
    pub style: Style,
    /// Whether `--fix` would apply safe fixes here, so that it may be named.
    pub fixable: bool,
    /// Whether to show why each proved claim holds.
    pub proofs: bool,
}

/// All diagnostics by place, a blank line after each; hints and waived ones in short at the end, proved ones on
/// demand.
pub fn terminal(diags: &[Diagnostic], sources: &SourceMap, options: &Options) -> String {
    let shown = sorted(diags, sources);
    let (waived, plain): (Vec<_>, Vec<_>) = shown
        .into_iter()
        .filter(|d| options.proofs || d.answer != Answer::Proved)
        .partition(|d| d.waived.is_some() && !d.is_error());
    let (hints, plain): (Vec<_>, Vec<_>) = plain
        .into_iter()
        .partition(|d| d.answer == Answer::Refuted && d.level == Level::Info);
    let mut text = String::new();
    for d in plain {
        text.push_str(&joined(one(d, sources, options)));
        text.push('\n');
    }
    let style = &options.style;
    for short in [
        hints.iter().flat_map(|d| hint(d, sources, style)).collect(),
        waived
            .iter()
            .flat_map(|d| waiver(d, sources, style))
            .collect::<Vec<_>>(),
    ] {
        if !short.is_empty() {
            text.push_str(&joined(short));
            text.push('\n');
        }
    }
    options.style.finish(text)
}

fn joined(lines: Vec<String>) -> String {
    lines
        .into_iter()
        .map(|l| l.trim_end().to_owned() + "\n")
        .collect()
}

fn one(d: &Diagnostic, sources: &SourceMap, options: &Options) -> Vec<String> {
    let style = &options.style;
    let mut out = header(d, style);
    out.extend(excerpt(&d.labels, sources, style, accent(d)));
    for place in &d.places {
        out.push(format!(
            "  at: {}",
            style.paint(Paint::Hint, &data_place(place))
        ));
    }
    out.extend(section("witness", &d.witness, style));
    out.extend(section("why", d.why.as_slice(), style));
    // What a mechanical remedy says in its title isn't said twice.
    let titled = |help: &&String| d.fixes.iter().any(|f| f.title == **help);
    let help: Vec<String> = d.help.iter().filter(|h| !titled(h)).cloned().collect();
    out.extend(section("fix", &help, style));
    for fix in &d.fixes {
        out.extend(remedy(fix, sources, options));
    }
    if d.answer != Answer::Proved && !d.code.page.is_empty() {
        let command = format!("benchwright explain {}", d.code.code);
        out.push(format!("  more: {}", style.paint(Paint::Faint, &command)));
    }
    out
}

/// `error[L102] fit-beyond-train: message`, wrapped with an indent.
fn header(d: &Diagnostic, style: &Style) -> Vec<String> {
    let head = format!("{}[{}] {}:", word(d), d.code.code, d.code.name);
    let mut lines = Vec::new();
    let message = clean(&d.message);
    for (i, line) in wrap(
        &format!("{head} {message}"),
        style.columns().saturating_sub(2),
    )
    .iter()
    .enumerate()
    {
        match line.strip_prefix(&head) {
            Some(rest) if i == 0 => lines.push(style.paint(accent(d), &head) + rest),
            _ if i == 0 => lines.push(line.clone()),
            _ => lines.push(format!("  {line}")),
        }
    }
    lines
}

fn word(d: &Diagnostic) -> &'static str {
    match (d.answer, d.level) {
        (Answer::Open, _) => "open",
        (Answer::Proved, _) => "proved",
        (Answer::Refuted, Level::Error) => "error",
        (Answer::Refuted, Level::Warning) => "warning",
        (Answer::Refuted, Level::Info) => "note",
    }
}

fn accent(d: &Diagnostic) -> Paint {
    match (d.answer, d.level) {
        (Answer::Refuted, Level::Error) => Paint::Bad,
        (Answer::Refuted, Level::Warning) => Paint::Doubt,
        (Answer::Proved, _) => Paint::Good,
        (Answer::Open, _) | (Answer::Refuted, Level::Info) => Paint::Hint,
    }
}

/// `runs/words-3.csv, line 1, column 2`.
fn data_place(place: &DataPlace) -> String {
    let mut text = clean(&place.path.to_string_lossy());
    if place.line > 0 {
        text.push_str(&format!(", line {}", place.line));
    }
    if place.column > 0 {
        text.push_str(&format!(", column {}", place.column));
    }
    text
}

/// `  why: …`, each entry wrapped and on lines of its own under one heading.
fn section(name: &str, entries: &[String], style: &Style) -> Vec<String> {
    let head = format!("  {name}: ");
    let mut lines = Vec::new();
    for entry in entries {
        let first = lines.is_empty();
        let lead = if first {
            head.clone()
        } else {
            " ".repeat(width(&head))
        };
        let mut wrapped = hanging(&lead, &clean(entry), style.columns());
        if let (true, Some(line)) = (first, wrapped.first_mut()) {
            *line = line.replacen(&head, &style.paint(Paint::Strong, &head), 1);
        }
        lines.extend(wrapped);
    }
    lines
}

/// `  fix: title    [--fix applies this]` and the lines as they would be.
fn remedy(fix: &Fix, sources: &SourceMap, options: &Options) -> Vec<String> {
    let style = &options.style;
    let mut lines = section("fix", std::slice::from_ref(&fix.title), style);
    if options.fixable && fix.safe {
        offer(&mut lines, style);
    }
    let changed = new_lines(fix, sources);
    let digits = changed
        .iter()
        .map(|(n, _)| n.to_string().len())
        .max()
        .unwrap_or(1);
    for (number, text) in changed {
        let shown: String = text.replace('\t', "    ").chars().take(240).collect();
        lines.push(format!("       {number:digits$} │ {}", clean(&shown)));
    }
    lines
}

/// Adds `[--fix applies this]` at the right of the last line, or below where it doesn't fit.
fn offer(lines: &mut Vec<String>, style: &Style) {
    const OFFER: &str = "[--fix applies this]";
    let room = style.columns().min(96).saturating_sub(OFFER.len());
    let painted = style.paint(Paint::Faint, OFFER);
    match lines.last_mut() {
        Some(last) if visible(last) + 2 <= room => {
            let gap = " ".repeat(room - visible(last));
            *last = format!("{last}{gap}{painted}");
        }
        _ => lines.push(format!("       {painted}")),
    }
}

/// `note[R102] unhashed-data: message` with its place and its first remedy.
fn hint(d: &Diagnostic, sources: &SourceMap, style: &Style) -> Vec<String> {
    let fixes = d.fixes.iter().map(|f| &f.title);
    let remedy = d.help.iter().chain(fixes).next();
    short(
        d,
        "note",
        &clean(remedy.map_or("", String::as_str)),
        sources,
        style,
    )
}

/// `waived[M105] one-number: message` with its place and the author's reason.
fn waiver(d: &Diagnostic, sources: &SourceMap, style: &Style) -> Vec<String> {
    let reason = format!("“{}”", clean(d.waived.as_deref().unwrap_or_default()));
    short(d, "waived", &reason, sources, style)
}

/// Word, code and message; below them the place and what is to be said of it.
fn short(
    d: &Diagnostic,
    word: &str,
    said: &str,
    sources: &SourceMap,
    style: &Style,
) -> Vec<String> {
    let head = format!("{word}[{}] {}: ", d.code.code, d.code.name);
    let mut lines = hanging(&head, &clean(&d.message), style.columns());
    let place = d.labels.first().and_then(|l| {
        let file = sources.get(l.span.file)?;
        let at = sources.position(l.span);
        Some(format!("{}:{}:{}", clean(&file.name), at.line, at.column))
    });
    let head = place.map_or_else(|| "  ".to_owned(), |p| format!("  {p}  "));
    lines.extend(hanging(&head, said, style.columns()));
    lines
}
