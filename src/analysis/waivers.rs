//! `@allow`: marks the findings that a plan waives, and says which waivers waive nothing.

use super::codes;
use crate::audit;
use crate::codes;
use crate::diagnostic::{Diagnostic, Level, suggest};
use crate::hir::{Plan, Waiver};
use crate::registry;
use crate::text::{SourceMap, Span};

codes! {
    /// A waiver that waives nothing.
    W101 "unused-waiver" Warning include_str!("pages/W101.md");
}

/// Marks the diagnostics whose first place lies in an item with a waiver for them, and adds one for
/// every waiver that waived nothing. Errors are never waived. Waivers of checks that read files wait for them.
pub(super) fn apply(plan: &Plan, sources: &SourceMap, diagnostics: &mut Vec<Diagnostic>) {
    mark(plan, sources, diagnostics, &|w| {
        !of_data(w) && !of_registry(w)
    });
}

/// The same for the waivers of data checks, once the data are read.
pub(super) fn apply_to_data(plan: &Plan, sources: &SourceMap, diagnostics: &mut Vec<Diagnostic>) {
    mark(plan, sources, diagnostics, &of_data);
}

/// The same for the waivers of the checks that `meant` names.
pub(super) fn apply_where(
    plan: &Plan,
    sources: &SourceMap,
    diagnostics: &mut Vec<Diagnostic>,
    meant: &dyn Fn(&str) -> bool,
) {
    mark(plan, sources, diagnostics, &|w| meant(&w.code.value));
}

fn of_registry(waiver: &Waiver) -> bool {
    let name = waiver.code.value.as_str();
    let mut all = registry::ALL.iter().map(|c| c.info);
    all.any(|c| c.code == name || c.name == name)
}

fn of_data(waiver: &Waiver) -> bool {
    let name = waiver.code.value.as_str();
    let mut all = audit::ALL.iter().map(|c| c.info);
    all.any(|c| c.code == name || c.name == name)
}

fn mark(
    plan: &Plan,
    sources: &SourceMap,
    diagnostics: &mut Vec<Diagnostic>,
    meant: &dyn Fn(&Waiver) -> bool,
) {
    let waivers: Vec<&Waiver> = plan.waivers.iter().filter(|w| meant(w)).collect();
    let mut used = vec![false; waivers.len()];
    for d in diagnostics.iter_mut().filter(|d| d.level != Level::Error) {
        let found = waivers.iter().position(|w| covers(w, d));
        if let Some((waiver, used)) = found.and_then(|i| waivers.get(i).zip(used.get_mut(i))) {
            d.waived = Some(waiver.reason.clone());
            *used = true;
        }
    }
    let idle: Vec<&Waiver> = waivers
        .into_iter()
        .zip(used)
        .filter(|(_, used)| !used)
        .map(|(w, _)| w)
        .collect();
    for waiver in idle {
        let said = unused(waiver, sources, diagnostics);
        diagnostics.push(said);
    }
}

fn covers(w: &Waiver, d: &Diagnostic) -> bool {
    let named = w.code.value == d.code.code || w.code.value == d.code.name;
    let inside =
        |at: Span| w.item.file == at.file && w.item.start <= at.start && at.end <= w.item.end;
    named && d.labels.first().is_some_and(|l| inside(l.span))
}

fn unused(w: &Waiver, sources: &SourceMap, diagnostics: &[Diagnostic]) -> Diagnostic {
    let name = w.code.value.as_str();
    let all = codes();
    let known = all.iter().find(|c| c.code == name || c.name == name);
    let at = w.code.span;
    let Some(info) = known else {
        let names = all.iter().flat_map(|c| [c.code, c.name]);
        let d = Diagnostic::new(&W101, format!("`{name}` is no check, so nothing is waived"))
            .label(at, "no check has this code or name");
        return match suggest(name, names) {
            Some(near) => d.fix(format!("did you mean `{near}`?"), false, at, near),
            None => d.help("`benchwright explain` lists the codes"),
        };
    };
    let standing = diagnostics.iter().any(|d| covers(w, d));
    if info.level == Level::Error || standing {
        return Diagnostic::new(
            &W101,
            format!("`{name}` is an error, and errors cannot be waived"),
        )
        .label(at, "this waives nothing")
        .why("what refutes the plan's claim refutes it whatever the reason")
        .fix(
            "take the waiver out and mend the fault",
            false,
            line(w.span, sources),
            "",
        );
    }
    Diagnostic::new(&W101, format!("nothing here needs the waiver of `{name}`"))
        .label(at, "the item that follows has no such finding")
        .why("a waiver that outlives its reason hides the next fault of its kind")
        .fix("take it out", true, line(w.span, sources), "")
}

/// The waiver with its line, where it has one to itself.
fn line(span: Span, sources: &SourceMap) -> Span {
    let Some(file) = sources.get(span.file) else {
        return span;
    };
    let before = file.text.get(..span.start as usize).unwrap_or_default();
    let after = file.text.get(span.end as usize..).unwrap_or_default();
    let blank = |c: char| c == ' ' || c == '\t';
    let kept = before.trim_end_matches(blank);
    let rest = after.trim_start_matches(blank);
    let ends = rest
        .strip_prefix("\r\n")
        .or_else(|| rest.strip_prefix('\n'));
    match ends {
        Some(left) if kept.is_empty() || kept.ends_with('\n') => Span {
            start: u32::try_from(kept.len()).unwrap_or(span.start),
            end: u32::try_from(file.text.len() - left.len()).unwrap_or(span.end),
            ..span
        },
        _ => span,
    }
}
