//! What a plan's claims can show before it is run, as a table and as JSON.

mod brief;

pub use brief::{power_within, smallest_within};

use super::blocks::{Block, mark};
use super::layout::{Paint, Style};
use super::number::{Digits, count, decimals, with_unit};
use super::table::{Cell, Column, Row, Table};
use super::terminal::shown;
use crate::hir::{Correction, Plan};
use crate::power::sizes::{Count, Reads, units};
use crate::power::{
    Ask, Assessment, Basis, Between, Claim, Effort, Enough, Kind, Why, assess, chance, claims,
    scores, simulate, wished,
};
use crate::result::{Truth, Unit};
use crate::types::Measure;
use serde::Serialize;

/// Version of the shape of [`power_json`].
const SCHEMA_VERSION: u32 = 1;

/// An effect to take in place of what decisions ask: of one metric by name, or of all that it fits.
#[derive(Debug, Clone, PartialEq)]
pub struct Effect {
    /// The metric.
    pub metric: Option<String>,
    /// The size, canonical.
    pub size: f64,
    /// What it measures.
    pub measure: Measure,
}

/// A claim with what it can show.
struct Entry<'a> {
    claim: Claim<'a>,
    found: Assessment<'a>,
    chance: Between,
    /// Rows of the whole partition.
    whole: Count,
    unit: Unit,
    factor: f64,
}

fn entries<'a>(plan: &'a Plan, reads: &Reads, effects: &[Effect]) -> Vec<Entry<'a>> {
    let all = claims(plan, reads);
    all.into_iter()
        .map(|claim| entry(plan, reads, effects, claim, Effort::Full))
        .collect()
}

fn entry<'a>(
    plan: &'a Plan,
    reads: &Reads,
    effects: &[Effect],
    claim: Claim<'a>,
    effort: Effort,
) -> Entry<'a> {
    let measure = plan.metrics[claim.metric.metric].measure.difference();
    let name = &plan.metrics[claim.metric.metric].common.name;
    let fits = |e: &&Effect| e.measure == measure && e.metric.as_ref().is_none_or(|m| m == name);
    let named = effects.iter().filter(|e| e.metric.is_some()).find(fits);
    let effect = named.or_else(|| effects.iter().find(fits));
    let found = assess(plan, reads, &claim, effect.map(|e| e.size), effort);
    let (unit, factor) = Unit::of(&measure);
    Entry {
        chance: chance(&claim, &found),
        whole: units(plan, reads, claim.on).rows.count,
        claim,
        found,
        unit,
        factor,
    }
}

/// The effects that fit no metric of any claim.
pub fn idle_effects<'e>(plan: &Plan, reads: &Reads, effects: &'e [Effect]) -> Vec<&'e Effect> {
    let all = claims(plan, reads);
    let fits = |e: &Effect| {
        all.iter().any(|c| {
            let m = &plan.metrics[c.metric.metric];
            let named = e.metric.as_ref().is_none_or(|n| *n == m.common.name);
            named && m.measure.difference() == e.measure
        })
    };
    effects.iter().filter(|e| !fits(e)).collect()
}

/// What every claim can show, for a terminal.
pub fn power(plan: &Plan, reads: &Reads, effects: &[Effect], style: &Style) -> String {
    let entries = entries(plan, reads, effects);
    let name = plan.header.as_ref().map_or("plan", |h| &h.common.name);
    let mut blocks = vec![Block::Title {
        left: format!("{name} · what its claims can show"),
        right: format!("with {} power", percent(wished(plan))),
        objective: None,
    }];
    if entries.is_empty() {
        blocks.push(Block::Note("the plan claims no difference".into()));
        return shown(blocks, style);
    }
    for group in groups(&entries) {
        blocks.extend(group_blocks(plan, &group));
    }
    blocks.push(Block::Heading {
        text: "what this rests on".into(),
        aside: String::new(),
    });
    blocks.extend(notes(plan, &entries).into_iter().map(Block::Note));
    shown(blocks, style)
}

/// Claims on one pair, or the arms of one reference, in the order of the plan.
fn groups<'e, 'a>(entries: &'e [Entry<'a>]) -> Vec<Vec<&'e Entry<'a>>> {
    let together = |a: &Entry<'_>, b: &Entry<'_>| {
        let (a, b) = (&a.claim, &b.claim);
        let table = matches!(a.kind, Kind::Arm | Kind::Effect);
        let arms = table && a.metric.same(b.metric);
        let same = a.kind == b.kind && a.subject == b.subject && a.on == b.on;
        same && a.level == b.level && (arms || a.against == b.against)
    };
    let mut groups: Vec<Vec<&Entry<'_>>> = Vec::new();
    for e in entries {
        let own = |g: &&mut Vec<&Entry<'_>>| g.first().is_some_and(|first| together(first, e));
        match groups.iter_mut().find(own) {
            Some(group) => group.push(e),
            None => groups.push(vec![e]),
        }
    }
    groups
}

fn group_blocks(plan: &Plan, group: &[&Entry<'_>]) -> Vec<Block> {
    let Some(first) = group.first() else {
        return Vec::new();
    };
    let claim = &first.claim;
    let subject = plan.show(claim.subject);
    let heading = Block::Heading {
        text: match claim.kind {
            Kind::Comparison => format!("{subject} on {}", plan.show(claim.against)),
            Kind::Arm => format!("arms of {subject}, {}", claim.metric.text),
            Kind::Decision => format!("{subject} on {}, as decided", plan.show(claim.against)),
            Kind::Effect => format!("effects on {subject}, {}", claim.metric.text),
        },
        aside: aside(plan, first),
    };
    let columns = vec![
        Column::quiet("enough"),
        Column::new(match claim.kind {
            Kind::Arm => "without",
            Kind::Effect => "of",
            Kind::Comparison | Kind::Decision => "in",
        }),
        Column::new("rows").right().dropped(3),
        Column::new(match claim.kind {
            Kind::Effect => "smallest effect",
            Kind::Arm | Kind::Comparison | Kind::Decision => "smallest gain",
        }),
        Column::new("corrected").dropped(4),
        Column::new("asked"),
        Column::new("chance").dropped(2),
        Column::new("rows for it").dropped(1),
    ];
    let said = |e: &&&Entry<'_>| {
        let silent = e.found.enough == Enough::NotAsked && e.found.smallest == Between::default();
        e.claim.part.is_none() || !silent
    };
    let rows = group.iter().filter(said).map(|e| Row {
        cells: cells(plan, e),
        below: None,
    });
    let table = Table {
        columns,
        rows: rows.collect(),
    };
    vec![heading, Block::Table(table.without_empty_columns())]
}

/// `reviews.test, 1,050 rows, 1,043 clusters (group), 5 runs, 95 % intervals`.
fn aside(plan: &Plan, e: &Entry<'_>) -> String {
    let clusters = e
        .found
        .units
        .clusters
        .as_ref()
        .map(|(column, s)| format!("{} clusters ({})", size(s.count), column.value));
    let runs = match e.claim.runs {
        (a, b) if a == b => format!("{a} run{}", if a == 1 { "" } else { "s" }),
        (a, b) => format!("{a} and {b} runs"),
    };
    let mut facts = vec![
        plan.show_data(e.claim.on),
        format!("{} rows", size(e.whole)),
    ];
    facts.extend(clusters);
    facts.extend([runs, format!("{} intervals", percent(1.0 - e.claim.level))]);
    facts.join(", ")
}

fn cells(plan: &Plan, e: &Entry<'_>) -> Vec<Cell> {
    let (sign, paint) = match e.found.enough {
        Enough::Yes => (mark(Truth::Established), Paint::Good),
        Enough::No => (mark(Truth::Refuted), Paint::Bad),
        Enough::Unsure => (mark(Truth::Unclear), Paint::Doubt),
        Enough::NotAsked => (" ", Paint::Plain),
    };
    let corrected = e.claim.corrected < e.claim.level;
    let asked_for = e.found.asked.is_some();
    let only = |show: bool, text: String| if show { text } else { String::new() };
    let chance = Between {
        best: e.chance.worst,
        worst: e.chance.best,
    };
    vec![
        Cell::painted(sign, paint),
        Cell::new(match e.claim.kind {
            Kind::Arm => removed(plan, e),
            Kind::Effect => contrast(e),
            Kind::Comparison | Kind::Decision => place(e),
        }),
        Cell::new(only(e.claim.part.is_some(), size(e.found.units.rows.count))),
        Cell::new(effect(e, e.found.smallest)),
        Cell::new(only(corrected, effect(e, e.found.smallest_corrected))),
        Cell::new(asked(e)),
        Cell::new(only(
            asked_for,
            between(chance, |c| format!("{:.0}", 100.0 * c), " %"),
        )),
        Cell::new(only(
            asked_for,
            between(e.found.rows_needed, |n| whole(n.ceil()), ""),
        )),
    ]
}

/// What an arm lacks or sets: `bigrams`, `augment: strong`.
fn removed(plan: &Plan, e: &Entry<'_>) -> String {
    let (subject, against) = (plan.show(e.claim.subject), plan.show(e.claim.against));
    let rest = against.strip_prefix(&subject).unwrap_or(&against);
    rest.trim_start_matches(" - ").to_string()
}

/// `bigrams × augment`.
fn contrast(e: &Entry<'_>) -> String {
    let contrast = e.claim.contrast.as_ref();
    contrast.map_or(String::new(), |c| c.name.clone())
}

fn place(e: &Entry<'_>) -> String {
    let metric = &e.claim.metric.text;
    match &e.claim.part {
        None => metric.clone(),
        Some(part) => match &part.value {
            Some(value) => format!("{metric}, {} {value}", part.slice.name.value),
            None if part.read.is_some() => format!("{metric}, {}", part.slice.name.value),
            None => format!("{metric}, each {}", part.slice.name.value),
        },
    }
}

fn whole(n: f64) -> String {
    count(n.clamp(0.0, 1e18) as u64)
}

fn size(n: Count) -> String {
    match n {
        Count::Exactly(n) => whole(n),
        Count::About(n) => format!("~{}", whole(n)),
        Count::AtMost(n) => format!("≤ {}", whole(n)),
        Count::Unknown => "?".into(),
    }
}

fn percent(share: f64) -> String {
    format!("{} %", (share * 1e4).round() / 1e2)
}

/// `3.2 pp`, `0.8–8.6 pp`, `from 0.8 pp`, `to 8.6 pp`.
fn effect(e: &Entry<'_>, of: Between) -> String {
    if matches!(e.found.basis, Basis::Runs | Basis::ApartRuns) {
        return between(of, |x| format!("{x:.2}"), " sd of runs");
    }
    let one = |x: f64| with_unit(&e.unit, x, digits(&e.unit, x));
    let of = scaled(of, e.factor);
    match ends(of) {
        // The unit is said once.
        (Some(best), Some(worst)) if best != worst => {
            let shown = one(best);
            let bare = shown.split(' ').next().unwrap_or(&shown);
            format!("{bare}–{}", one(worst))
        }
        _ => between(of, one, ""),
    }
}

fn digits(unit: &Unit, x: f64) -> Digits {
    let half = (x > 0.0).then_some(x / 2.0);
    Digits {
        decimals: decimals(unit, x, half, 0).max(1),
        exponent: 0,
    }
}

/// Both ends; one that is 0 bounds nothing.
fn ends(of: Between) -> (Option<f64>, Option<f64>) {
    (of.best.filter(|x| *x > 0.0), of.worst)
}

fn between(of: Between, one: impl Fn(f64) -> String, unit: &str) -> String {
    match ends(of) {
        (None, None) => "?".into(),
        (Some(best), None) => format!("from {}{unit}", one(best)),
        (None, Some(worst)) => format!("up to {}{unit}", one(worst)),
        (Some(best), Some(worst)) => {
            let (best, worst) = (one(best), one(worst));
            if best == worst {
                format!("{best}{unit}")
            } else {
                format!("{best}–{worst}{unit}")
            }
        }
    }
}

fn asked(e: &Entry<'_>) -> String {
    let Some((size, ask)) = e.found.asked else {
        return String::new();
    };
    let shown = with_unit(&e.unit, size * e.factor, digits(&e.unit, size * e.factor));
    match (ask, &e.claim.needed) {
        (Ask::Margin, _) => format!("margin {shown}"),
        (Ask::Point | Ask::Beyond, _) => shown,
    }
}

/// What the numbers rest on and what would settle the open ones, each said once.
fn notes(plan: &Plan, entries: &[Entry<'_>]) -> Vec<String> {
    let mut notes = Vec::new();
    let mut add = |note: Option<String>| {
        if let Some(note) = note
            && !notes.contains(&note)
        {
            notes.push(note);
        }
    };
    for (text, metrics) in bases(plan, entries) {
        add(Some(format!("{}: {text}", metrics.join(", "))));
    }
    for e in entries {
        add(beyond(e));
        add(family(e));
        add(e.claim.contrast.is_some().then(|| {
            "effects average pairs of cells: from rows that differ in each pair anew to rows that differ alike in all"
                .to_string()
        }));
    }
    for e in entries {
        settling(plan, e).into_iter().for_each(|s| add(Some(s)));
    }
    notes
}

/// What the answers rest on, each with the metrics it is about.
fn bases<'e>(plan: &Plan, entries: &'e [Entry<'_>]) -> Vec<(String, Vec<&'e str>)> {
    let mut found: Vec<(String, Vec<&str>)> = Vec::new();
    for e in entries {
        let (text, metric) = (basis(plan, e), e.claim.metric.text.as_str());
        match found.iter_mut().find(|f| f.0 == text) {
            Some((_, metrics)) if metrics.contains(&metric) => {}
            Some((_, metrics)) => metrics.push(metric),
            None => found.push((text, vec![metric])),
        }
    }
    found
}

fn basis(plan: &Plan, e: &Entry<'_>) -> String {
    match e.found.basis {
        Basis::Disagreement(d) => format!(
            "paired shares with the declared disagreement of {} (Connor 1987)",
            percent(d)
        ),
        Basis::Spread(_) => "paired t test with the pilot's standard deviation".into(),
        Basis::Simulated(d, _) => format!(
            "simulated, {} tables with the declared disagreement of {}, both right on {} to {} of the other rows",
            count(simulate::TABLES),
            percent(d),
            percent(simulate::LEAST),
            percent(simulate::MOST)
        ),
        Basis::AnyDisagreement => {
            "no pilot, so from all disagreements going one way to every row disagreeing".into()
        }
        Basis::AnySimulated(_) => "no pilot, so up to every row disagreeing, simulated".into(),
        Basis::AnyScores(_) => format!(
            "simulated, {} tables of normal scores that two systems give independently of each other, {}",
            count(scores::TABLES),
            match e.claim.level_of_baseline {
                Some(level) => format!("both at the pilot's {}", percent(level)),
                None => format!(
                    "both at {} to {}",
                    percent(simulate::LEAST),
                    percent(simulate::MOST)
                ),
            }
        ),
        Basis::Tail(_) => format!(
            "simulated, {} tables of log-normal times about the pilot's level (the logarithms' standard deviation from {} to {}), that differ from row to row by the pilot's",
            count(scores::TABLES),
            scores::SLIM,
            scores::HEAVY
        ),
        Basis::Bounded(range) => {
            let (unit, factor) =
                Unit::of(&plan.metrics[e.claim.metric.metric].measure.difference());
            format!(
                "no pilot, so up to rows that differ by the whole range of {}",
                with_unit(&unit, range * factor, digits(&unit, range * factor))
            )
        }
        Basis::Runs => {
            "whole runs vary; gains in standard deviations of the runs' differences (paired t test)"
                .into()
        }
        Basis::ApartShares => {
            "sampled apart, so from one share at 0 or 100 % to both about 50 % (Cohen's h)".into()
        }
        Basis::ApartBounded(_) => {
            "sampled apart, so up to rows at both ends of the metric's range (t test of two samples)"
                .into()
        }
        Basis::ApartRuns => {
            "whole runs vary, sampled apart; gains in standard deviations of the runs (t test of two samples)"
                .into()
        }
        Basis::Nothing(why) => nothing(why).to_string(),
    }
}

fn nothing(why: Why) -> &'static str {
    match why {
        Why::Published => "published numbers have no rows, so nothing can be shown",
        Why::Apart => "the sides are sampled apart, and no range bounds how far they vary",
        Why::NoForm => "no closed form, and nothing declared to simulate from",
        Why::NoTail => {
            "a quantile, whose spread depends on its tail: nothing is declared to simulate it from"
        }
        Why::NoSpread => "a mean without a range, and no pilot's standard deviation",
    }
}

/// From which true gain a rule that asks for more than the threshold is established.
fn beyond(e: &Entry<'_>) -> Option<String> {
    let needed = e.claim.needed.as_ref().filter(|n| n.how == Ask::Beyond)?;
    let threshold = e.found.asked.map(|a| a.0).filter(|a| *a == needed.effect)?;
    let shifted = |end: Option<f64>| end.map(|s| s + threshold);
    let of = Between {
        best: shifted(e.found.smallest.best),
        worst: shifted(e.found.smallest.worst),
    };
    let known = of != Between::default() && e.found.basis != Basis::Runs;
    known.then(|| format!("`{}` needs a true gain of {}", needed.text, effect(e, of)))
}

fn scaled(of: Between, factor: f64) -> Between {
    Between {
        best: of.best.map(|x| x * factor),
        worst: of.worst.map(|x| x * factor),
    }
}

fn family(e: &Entry<'_>) -> Option<String> {
    let family = e.claim.family;
    let correction = family.correction?;
    (e.claim.corrected < e.claim.level).then(|| {
        format!(
            "corrected: {} over {}{} claims, the smallest p value at {}",
            correction_name(correction),
            if family.at_least { "at least " } else { "" },
            family.claims,
            percent(e.claim.corrected)
        )
    })
}

fn correction_name(c: Correction) -> &'static str {
    match c {
        Correction::None => "none",
        Correction::Bonferroni => "Bonferroni",
        Correction::Holm => "Holm",
        Correction::Hochberg => "Hochberg",
        Correction::Bh => "Benjamini–Hochberg",
        Correction::By => "Benjamini–Yekutieli",
    }
}

/// What the plan could say for a sharper answer.
fn settling(plan: &Plan, e: &Entry<'_>) -> Vec<String> {
    let mut found = Vec::new();
    let d = &plan.datasets[e.claim.on.dataset];
    let name = &d.common.name;
    let counted = !matches!(e.found.basis, Basis::Runs | Basis::ApartRuns)
        && e.claim.runs.0.min(e.claim.runs.1) > 0;
    if e.found.units.rows.count.number().is_none() && e.claim.part.is_none() && counted {
        found.push(match &e.claim.on.part {
            Some(part) => format!(
                "to know the rows: put the file of `{name}` in place, or declare `rows: {{ {part}: 1_000 }}` in it"
            ),
            None => format!(
                "to know the rows: put the file of `{name}` in place, or declare `rows: 1_000` in it"
            ),
        });
    }
    if let Some((column, clusters)) = &e.found.units.clusters
        && counted
        && clusters.count.number().is_none()
    {
        found.push(format!(
            "rows with one `{}` hang together, by how much isn't known: declare `clusters:` in `{name}` to bound it",
            column.value
        ));
    } else if let Some((column, _)) = &e.found.units.clusters
        && counted
        && e.found.independent.best != e.found.independent.worst
        && e.found.independent.worst.is_some()
    {
        found.push(format!(
            "how alike rows with one `{}` are isn't known: from rows as independent to each `{}` as one unit",
            column.value, column.value
        ));
    }
    match e.found.basis {
        Basis::AnyDisagreement | Basis::AnySimulated(_) => found.push(
            "to know the disagreement: compare two runs on other rows, and declare `pilot: { disagreement: 14% }` in the comparison"
                .into(),
        ),
        Basis::AnyScores(_) if e.claim.level_of_baseline.is_none() => found.push(
            "to know the level: declare what the baseline scored in other runs, `pilot: { level: 86% }`, in a comparison that is about this metric"
                .into(),
        ),
        Basis::Nothing(Why::NoTail) => found.push(
            "to simulate the tail: declare the quantile of the baseline and the standard deviation of the rows' differences in other runs, `pilot: { level: 80ms, sd: 12ms }`, in a comparison that is about this metric"
                .into(),
        ),
        Basis::Bounded(_) | Basis::Nothing(Why::NoSpread) => found.push(
            "to know the spread: declare the standard deviation of the rows' differences in other runs, `pilot: { sd: … }`"
                .into(),
        ),
        _ => {}
    }
    found
}

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    file: &'a str,
    power: f64,
    claims: Vec<ClaimEntry>,
}

#[derive(Serialize)]
struct ClaimEntry {
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    effect: Option<String>,
    candidate: String,
    baseline: String,
    metric: String,
    partition: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    slice: Option<String>,
    unit: Unit,
    rows: SizeEntry,
    #[serde(skip_serializing_if = "Option::is_none")]
    cluster: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    clusters: Option<SizeEntry>,
    runs: [usize; 2],
    level: f64,
    corrected_level: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    correction: Option<&'static str>,
    claims: usize,
    method: &'static str,
    rests_on: String,
    smallest: Ends,
    #[serde(skip_serializing_if = "Option::is_none")]
    smallest_corrected: Option<Ends>,
    #[serde(skip_serializing_if = "Option::is_none")]
    asked: Option<AskedEntry>,
    enough: &'static str,
    settled_by: Vec<String>,
}

#[derive(Serialize)]
struct SizeEntry {
    known: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<f64>,
}

#[derive(Serialize)]
struct Ends {
    #[serde(skip_serializing_if = "Option::is_none")]
    best: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    worst: Option<f64>,
}

#[derive(Serialize)]
struct AskedEntry {
    effect: f64,
    how: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<String>,
    chance: Ends,
    rows_needed: Ends,
}

/// The same as JSON, ended by a newline; effects in the claim's unit, shares from 0 to 1.
pub fn power_json(file: &str, plan: &Plan, reads: &Reads, effects: &[Effect]) -> String {
    let entries = entries(plan, reads, effects);
    let document = Document {
        schema_version: SCHEMA_VERSION,
        file,
        power: wished(plan),
        claims: entries.iter().map(|e| claim_entry(plan, e)).collect(),
    };
    // Every map has string keys and every number is finite: writing cannot fail.
    serde_json::to_string_pretty(&document)
        .map(|text| text + "\n")
        .unwrap_or_default()
}

fn claim_entry(plan: &Plan, e: &Entry<'_>) -> ClaimEntry {
    let (claim, found) = (&e.claim, &e.found);
    let factor = match found.basis {
        Basis::Runs => 1.0,
        _ => e.factor,
    };
    let slice = claim.part.as_ref().map(|p| match &p.value {
        Some(value) => format!("{} = {value}", p.slice.name.value),
        None => p.slice.name.value.clone(),
    });
    ClaimEntry {
        kind: match claim.kind {
            Kind::Comparison => "comparison",
            Kind::Arm => "arm",
            Kind::Decision => "decision",
            Kind::Effect => "effect",
        },
        effect: claim.contrast.as_ref().map(|c| c.name.clone()),
        candidate: plan.show(claim.subject),
        baseline: plan.show(claim.against),
        metric: claim.metric.text.clone(),
        partition: plan.show_data(claim.on),
        slice,
        unit: match found.basis {
            Basis::Runs => Unit::Named("sd".into()),
            _ => e.unit.clone(),
        },
        rows: size_entry(found.units.rows.count),
        cluster: found.units.clusters.as_ref().map(|c| c.0.value.clone()),
        clusters: found.units.clusters.as_ref().map(|c| size_entry(c.1.count)),
        runs: [claim.runs.0, claim.runs.1],
        level: claim.level,
        corrected_level: claim.corrected,
        correction: claim.family.correction.map(correction_name),
        claims: claim.family.claims,
        method: method(found.basis),
        rests_on: basis(plan, e),
        smallest: pair(scaled(found.smallest, factor)),
        smallest_corrected: (claim.corrected < claim.level)
            .then(|| pair(scaled(found.smallest_corrected, factor))),
        asked: found.asked.map(|(effect, ask)| asked_entry(e, effect, ask)),
        enough: match found.enough {
            Enough::Yes => "yes",
            Enough::No => "no",
            Enough::Unsure => "unsure",
            Enough::NotAsked => "not asked",
        },
        settled_by: settling(plan, e),
    }
}

fn asked_entry(e: &Entry<'_>, effect: f64, ask: Ask) -> AskedEntry {
    let needed = e.claim.needed.as_ref().filter(|n| n.effect == effect);
    AskedEntry {
        effect: effect * e.factor,
        how: match ask {
            Ask::Margin => "margin",
            Ask::Point => "point",
            Ask::Beyond => "beyond",
        },
        rule: needed.map(|n| n.text.clone()),
        outcome: needed.map(|n| n.outcome.clone()),
        chance: pair(e.chance),
        rows_needed: pair(e.found.rows_needed),
    }
}

fn method(basis: Basis) -> &'static str {
    match basis {
        Basis::Disagreement(_) => "paired shares",
        Basis::Spread(_) => "paired t",
        Basis::Simulated(..) => "simulation",
        Basis::AnyDisagreement => "bounds of paired shares",
        Basis::AnySimulated(_) | Basis::AnyScores(_) => "bounds by simulation",
        Basis::Tail(_) => "simulation",
        Basis::Bounded(_) => "bounds of paired means",
        Basis::Runs => "paired t over runs",
        Basis::ApartShares => "bounds of two shares",
        Basis::ApartBounded(_) => "bounds of two means",
        Basis::ApartRuns => "t of two samples of runs",
        Basis::Nothing(_) => "none",
    }
}

fn size_entry(count: Count) -> SizeEntry {
    let (known, count) = match count {
        Count::Exactly(n) => ("exactly", Some(n)),
        Count::About(n) => ("about", Some(n)),
        Count::AtMost(n) => ("at most", Some(n)),
        Count::Unknown => ("unknown", None),
    };
    SizeEntry { known, count }
}

fn pair(of: Between) -> Ends {
    let finite = |x: Option<f64>| x.filter(|x| x.is_finite());
    Ends {
        best: finite(of.best),
        worst: finite(of.worst),
    }
}
