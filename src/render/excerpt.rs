//! The excerpt of source with every label at its place, one frame for each diagnostic.
//!
//! miette draws the marks under a line; which lines are shown, their numbers, and the gaps between them are
//! settled here, because labels of one diagnostic may lie far apart and in several files.

use crate::diagnostic::Label;
use crate::report::layout::{Paint, Style, clean, steers, wrap};
use crate::text::{FileId, SourceFile, SourceMap};
use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents,
    SourceCode, SourceSpan, SpanContents, ThemeCharacters, ThemeStyles,
};
use std::collections::BTreeMap;
use std::fmt;

/// Columns of a source line beyond which only the part around its labels is shown.
const LONGEST: usize = 240;
/// Characters kept before the first label of such a line.
const LEAD: usize = 40;

/// A label on one line: byte range in the line, words, and whether it is the diagnostic's own place.
#[derive(Debug, Clone)]
struct Mark {
    start: usize,
    end: usize,
    text: String,
    primary: bool,
}

/// The frame with all labels, or nothing where none lies in a known file.
pub(super) fn excerpt(
    labels: &[Label],
    sources: &SourceMap,
    style: &Style,
    accent: Paint,
) -> Vec<String> {
    let files = by_file(labels, sources);
    let digits = files
        .iter()
        .flat_map(|(_, lines)| lines.keys())
        .map(|line| (line + 1).to_string().len())
        .max()
        .unwrap_or(1);
    let mut out = Vec::new();
    for (id, lines) in &files {
        let Some(file) = sources.get(*id) else {
            continue;
        };
        let corner = if out.is_empty() { '╭' } else { '├' };
        let pad = " ".repeat(digits + 2);
        let place = heading(file, labels, *id, sources);
        out.push(format!(
            "{pad}{corner}─[{}]",
            style.paint(Paint::Hint, &place)
        ));
        out.extend(file_lines(file, lines, digits, style, accent));
    }
    if !out.is_empty() {
        out.push(format!("{}╰────", " ".repeat(digits + 2)));
    }
    out
}

/// `plan.bench:14:21`, the place of the file's first label in the order of the argument.
fn heading(file: &SourceFile, labels: &[Label], id: FileId, sources: &SourceMap) -> String {
    let name = clean(&file.name);
    match labels.iter().find(|l| l.span.file == id) {
        Some(label) => {
            let at = sources.position(label.span);
            format!("{name}:{}:{}", at.line, at.column)
        }
        None => name,
    }
}

type Lines = BTreeMap<usize, Vec<Mark>>;

/// The marks of each line (from 0) of each file, files in the order of their first label.
fn by_file(labels: &[Label], sources: &SourceMap) -> Vec<(FileId, Lines)> {
    let mut files: Vec<(FileId, Lines)> = Vec::new();
    for (i, label) in labels.iter().enumerate() {
        let Some(file) = sources.get(label.span.file) else {
            continue;
        };
        let (line, mark) = mark(file, label, i == 0);
        let at = files
            .iter()
            .position(|(id, _)| *id == label.span.file)
            .unwrap_or(files.len());
        if at == files.len() {
            files.push((label.span.file, Lines::new()));
        }
        if let Some((_, lines)) = files.get_mut(at) {
            lines.entry(line).or_default().push(mark);
        }
    }
    files
}

/// The label on the line where it starts; one that goes on over lines points at the rest of its first.
fn mark(file: &SourceFile, label: &Label, primary: bool) -> (usize, Mark) {
    let text: &str = &file.text;
    let start = border(text, label.span.start as usize);
    let end = border(text, label.span.end as usize).max(start);
    let line = file.lines.line(u32::try_from(start).unwrap_or(u32::MAX));
    let (from, content) = line_text(file, line);
    let last = content.trim_end().len();
    let start = (start - from.min(start)).min(content.len());
    let end = (end - from.min(end)).min(last.max(start));
    let text = clean(&label.text);
    (
        line,
        Mark {
            start,
            end,
            text,
            primary,
        },
    )
}

/// The nearest character border at or before `offset`, inside the text.
fn border(text: &str, offset: usize) -> usize {
    let offset = offset.min(text.len());
    (0..=offset)
        .rev()
        .find(|&o| text.is_char_boundary(o))
        .unwrap_or(0)
}

/// First byte and content of line `line` (from 0), without its line end.
fn line_text(file: &SourceFile, line: usize) -> (usize, &str) {
    let start = file.lines.start(line).unwrap_or(0) as usize;
    let end = file
        .lines
        .start(line + 1)
        .map_or(file.text.len(), |e| e as usize);
    let content = file.text.get(start..end).unwrap_or("");
    (start, content.trim_end_matches('\n').trim_end_matches('\r'))
}

fn file_lines(
    file: &SourceFile,
    lines: &Lines,
    digits: usize,
    style: &Style,
    accent: Paint,
) -> Vec<String> {
    let mut out = Vec::new();
    let mut previous: Option<usize> = None;
    for (&line, marks) in lines {
        match previous.map(|p| line - p) {
            Some(2) => out.push(context_line(file, line - 1, digits, style)),
            Some(gap) if gap > 2 => out.push(format!("{}…", " ".repeat(digits + 2))),
            _ => {}
        }
        let (_, content) = line_text(file, line);
        out.extend(marked_line(content, line, marks, digits, style, accent));
        previous = Some(line);
    }
    out
}

/// An unmarked line between two marked ones.
fn context_line(file: &SourceFile, line: usize, digits: usize, style: &Style) -> String {
    let (_, content) = line_text(file, line);
    let shown: String = content
        .chars()
        .take(LONGEST)
        .collect::<String>()
        .replace('\t', "    ");
    let number = format!("{:digits$}", line + 1);
    format!(
        " {} │ {}",
        style.paint(Paint::Faint, &number),
        clean(&shown)
    )
    .trim_end()
    .to_owned()
}

/// One line of source and the marks under it.
fn marked_line(
    content: &str,
    line: usize,
    marks: &[Mark],
    digits: usize,
    style: &Style,
    accent: Paint,
) -> Vec<String> {
    let (shown, marks) = window(content, marks);
    let indent = " ".repeat(digits - (line + 1).to_string().len().min(digits));
    let mut out = Vec::new();
    for (i, layer) in layers(marks).iter().enumerate() {
        let drawn = draw(&shown, line, layer, digits, style, accent);
        // The source line itself is shown once, above its first layer.
        out.extend(
            drawn
                .into_iter()
                .skip(usize::from(i > 0))
                .map(|l| format!("{indent}{l}").trim_end().to_owned()),
        );
    }
    out
}

/// The line with control characters replaced byte for byte; of a very long line the part around its marks.
fn window(content: &str, marks: &[Mark]) -> (String, Vec<Mark>) {
    let content = defused(content);
    if content.chars().count() <= LONGEST {
        return (content, marks.to_vec());
    }
    let first = marks.iter().map(|m| m.start).min().unwrap_or(0);
    let lead = content
        .get(..first)
        .unwrap_or("")
        .char_indices()
        .rev()
        .nth(LEAD)
        .map_or(0, |(i, _)| i);
    let tail = content.get(lead..).unwrap_or("");
    let length = tail
        .char_indices()
        .nth(LONGEST)
        .map_or(tail.len(), |(i, _)| i);
    let head = if lead > 0 { "…" } else { "" };
    let rest = if length < tail.len() { "…" } else { "" };
    let shown = format!("{head}{}{rest}", tail.get(..length).unwrap_or(""));
    let limit = head.len() + length;
    let moved = |o: usize| (o.saturating_sub(lead) + head.len()).min(limit);
    let marks = marks
        .iter()
        .map(|m| Mark {
            start: moved(m.start),
            end: moved(m.end),
            ..m.clone()
        })
        .collect();
    (shown, marks)
}

/// `text` with each character that could steer the terminal replaced by one of the same length in bytes.
fn defused(text: &str) -> String {
    text.chars()
        .map(|c| match c.len_utf8() {
            _ if c == '\t' || !steers(c) => c,
            1 => '?',
            2 => '¿',
            _ => '\u{fffd}',
        })
        .collect()
}

/// Marks in as few groups as possible so that those of one group don't overlap.
fn layers(mut marks: Vec<Mark>) -> Vec<Vec<Mark>> {
    marks.sort_by_key(|m| (m.start, m.end));
    let mut layers: Vec<Vec<Mark>> = Vec::new();
    for mark in marks {
        let free = layers.iter_mut().find(|layer| {
            layer
                .last()
                .is_none_or(|last| last.end.max(last.start + 1) <= mark.start)
        });
        match free {
            Some(layer) => layer.push(mark),
            None => layers.push(vec![mark]),
        }
    }
    layers
}

/// The line and one layer of marks, drawn by miette, without miette's own header and frame.
fn draw(
    content: &str,
    line: usize,
    marks: &[Mark],
    digits: usize,
    style: &Style,
    accent: Paint,
) -> Vec<String> {
    let source = OneLine {
        text: format!("{content}\n"),
        line,
    };
    let columns = style.columns();
    let labels = marks
        .iter()
        .map(|m| {
            let before = crate::report::layout::width(content.get(..m.start).unwrap_or(""));
            let room = columns.saturating_sub(digits + before + 8 + (m.end - m.start) / 2);
            let text = if room >= 24 {
                wrap(&m.text, room).join("\n")
            } else {
                m.text.clone()
            };
            LabeledSpan::new(
                (!m.text.is_empty()).then_some(text),
                m.start,
                m.end - m.start,
            )
        })
        .collect();
    let page = Page { source, labels };
    let mut text = String::new();
    // Writing to a string cannot fail, and `OneLine` answers every span.
    let drawn = GraphicalReportHandler::new_themed(theme(marks, style, accent))
        .with_width(columns)
        .with_wrap_lines(false)
        .with_links(false)
        .with_context_lines(0)
        .tab_width(4)
        .render_report(&mut text, &page);
    let mut lines: Vec<String> = text
        .lines()
        .skip_while(|l| !l.contains("╭─"))
        .skip(1)
        .map(str::to_owned)
        .collect();
    lines.pop();
    match drawn {
        Ok(()) if !lines.is_empty() => lines,
        _ => vec![format!(" {} │ {}", line + 1, clean(content))],
    }
}

fn theme(marks: &[Mark], style: &Style, accent: Paint) -> GraphicalTheme {
    let mut styles = if style.color {
        ThemeStyles::ansi()
    } else {
        ThemeStyles::none()
    };
    if style.color {
        let strong = match accent {
            Paint::Bad => styles.error,
            Paint::Doubt => styles.warning,
            _ => styles.advice,
        };
        let other = styles.link;
        styles.highlights = marks
            .iter()
            .map(|m| if m.primary { strong } else { other })
            .collect();
    }
    GraphicalTheme {
        characters: ThemeCharacters::unicode(),
        styles,
    }
}

/// One line of a file, told to miette as if it stood alone at its line number.
#[derive(Debug)]
struct OneLine {
    text: String,
    line: usize,
}

impl SourceCode for OneLine {
    fn read_span<'a>(
        &'a self,
        _span: &SourceSpan,
        _before: usize,
        _after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let whole = SourceSpan::new(0.into(), self.text.len());
        Ok(Box::new(MietteSpanContents::new(
            self.text.as_bytes(),
            whole,
            self.line,
            0,
            1,
        )))
    }
}

/// What miette is asked to draw: a line with labels and no message.
#[derive(Debug)]
struct Page {
    source: OneLine,
    labels: Vec<LabeledSpan>,
}

impl fmt::Display for Page {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl std::error::Error for Page {}

impl miette::Diagnostic for Page {
    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}
