//! Built-in reference predictors: what each offers, reads and predicts.

use super::columns::{Owned, taken};
use super::dataset::{Evidenced, diagnosed};
use super::wanted::Wanted;
use crate::data::{self, ColumnKind, DataError, Moment, SplitFault, TextColumn};
use crate::diagnostic::Diagnostic;
use crate::hir::formula::Cell;
use crate::hir::natives::ListKind;
use crate::hir::{Builtin, DataRef, Dataset, Outputs, Plan, Variant};
use crate::metrics::native::{ListError, item_and_grade, lists};
use crate::metrics::{Need, outline};
use crate::stats::random::{Purpose, below, key, stream};
use crate::text::Spanned;
use std::collections::BTreeMap;

/// Whether a built-in predictor gives each row a prediction or score that a metric needs; `None` of
/// what is no output of a system. `scores` says that a copied column is a score.
pub(super) fn offers(builtin: Builtin, need: &Need, scores: bool) -> Option<bool> {
    let copies = builtin == Builtin::Column;
    if matches!(need, Need::Score | Need::Scores) {
        return Some(copies && scores);
    }
    let is_prediction = |cell: &Cell| matches!(cell, Cell::Role(role) if role == "prediction");
    if !need.cell().is_some_and(is_prediction) {
        return None;
    }
    let learned = match need {
        Need::Class(_) => matches!(
            builtin,
            Builtin::Majority | Builtin::Stratified | Builtin::Popularity | Builtin::LastValue
        ),
        Need::Number(_) => matches!(
            builtin,
            Builtin::Mean | Builtin::Median | Builtin::LastValue
        ),
        Need::List(..) => builtin == Builtin::Popularity,
        Need::Text(_) | Need::Score | Need::Scores => false,
    };
    Some(learned || (copies && !scores))
}

/// Whether the column that a variant copies is a score: some metric wanted of it reads a score.
pub(super) fn scores(plan: &Plan, w: &Wanted, variant: &Variant) -> bool {
    let score = |n: &Need| matches!(n, Need::Score | Need::Scores);
    needs(plan, w, variant).iter().any(score)
}

/// Whether what is needed of a copied column is a number.
fn number(need: &Need) -> bool {
    match need {
        Need::Score | Need::Scores => true,
        Need::Number(Cell::Role(role)) => role == "prediction",
        Need::Number(Cell::Column(_)) | Need::Class(_) | Need::Text(_) | Need::List(..) => false,
    }
}

/// Whether some need is one of the prediction that `is` knows.
fn predicts(needs: &[Need], is: fn(&Need) -> bool) -> bool {
    let prediction = |n: &Need| n.role() == Some("prediction");
    needs.iter().any(|n| prediction(n) && is(n))
}

fn prediction() -> Cell {
    Cell::Role("prediction".into())
}

fn needs(plan: &Plan, w: &Wanted, variant: &Variant) -> Vec<Need> {
    let places = w
        .variants
        .get(variant)
        .map_or(&[][..], |(places, _)| places);
    places
        .iter()
        .filter_map(|&place| outline(plan, w.metrics.get(place)?).ok())
        .flat_map(|outline| outline.needs)
        .collect()
}

/// The columns of a dataset that built-in predictors judged on it read, beside its label.
pub(super) fn columns(plan: &Plan, d: &Dataset, own: &[&Wanted]) -> Vec<(String, ColumnKind)> {
    let mut found = Vec::new();
    for (w, variant) in own
        .iter()
        .flat_map(|w| w.variants.keys().map(move |v| (w, v)))
    {
        match &plan.systems[variant.system].outputs {
            Some(Outputs::Predict {
                column: Some(column),
                ..
            }) => {
                let needs = needs(plan, w, variant);
                let numbers = needs.iter().any(number);
                let kind = if numbers {
                    ColumnKind::Number
                } else {
                    ColumnKind::Json
                };
                found.push((column.value.clone(), kind));
            }
            Some(Outputs::Predict { builtin, .. }) if builtin.value == Builtin::LastValue => {
                let time = d.time.iter().map(|t| (t.value.clone(), ColumnKind::Text));
                found.extend(time);
            }
            _ => {}
        }
    }
    found
}

/// The outputs of a built-in predictor on some rows, as far as `needs` asks for them.
pub(super) fn predict(
    plan: &Plan,
    variant: &Variant,
    data: &Evidenced,
    rows: &[u32],
    needs: &[Need],
    seed: u64,
) -> Result<Owned, Vec<Diagnostic>> {
    let system = &plan.systems[variant.system];
    let Some(Outputs::Predict {
        builtin,
        from,
        column,
    }) = &system.outputs
    else {
        return Ok(Owned::default());
    };
    if let Some(column) = column {
        return copied(data, column, rows, needs);
    }
    let from: Option<&DataRef> = from.as_ref().map(|f| &f.data);
    let learned = data.rows(from.and_then(|f| f.part.as_deref()));
    let d = &plan.datasets[data.dataset];
    let Some(label) = &d.label else {
        return Ok(Owned::default());
    };
    let numbers = data.table.numbers(&label.column.value);
    let mut owned = Owned::default();
    let numeric = predicts(needs, |n| matches!(n, Need::Number(_)));
    if let (Some(numbers), true) = (numbers, numeric) {
        let labels = data::take_numbers(numbers, &learned);
        let predicted = match builtin.value {
            Builtin::Mean => vec![mean(labels); rows.len()],
            Builtin::Median => vec![median(labels); rows.len()],
            Builtin::LastValue => {
                let last = last_rows(d, data, &learned, rows)?;
                data::take_numbers(numbers, &last)
            }
            Builtin::Majority | Builtin::Stratified | Builtin::Popularity | Builtin::Column => {
                Vec::new()
            }
        };
        owned.numbers.insert(prediction(), predicted);
    }
    let listed = predicts(needs, |n| matches!(n, Need::List(..)));
    if let (Some((_, labels)), true) = (data.table.text(&label.column.value), listed) {
        owned
            .texts
            .insert(prediction(), popular_items(labels, &learned, rows.len()));
    }
    let classed = predicts(needs, |n| matches!(n, Need::Class(_)));
    if numbers.is_none() && classed {
        let classes = |of: &[u32]| {
            let names = &data.classes.names;
            data::encode_classes(&data.table, &label.column.value, of, names)
                .map_err(|e| diagnosed(&e, label.column.span))
        };
        let predicted = match builtin.value {
            Builtin::Majority | Builtin::Popularity => {
                let popular = popularity(&classes(&learned)?, data.classes.names.len());
                vec![popular.first().copied().unwrap_or(0); rows.len()]
            }
            Builtin::Stratified => {
                let labels = classes(&learned)?;
                let ids = data.ids();
                let id = |row: &u32| ids.and_then(|ids| ids.get(*row as usize)).unwrap_or("");
                let counts = counts(&labels, data.classes.names.len());
                let name = &system.common.name;
                rows.iter()
                    .map(|row| guess(&counts, seed, name, id(row)))
                    .collect()
            }
            Builtin::LastValue => classes(&last_rows(d, data, &learned, rows)?)?,
            Builtin::Mean | Builtin::Median | Builtin::Column => Vec::new(),
        };
        owned.classes.insert(prediction(), predicted);
    }
    Ok(owned)
}

/// A column of the dataset as outputs: a score, a number or a class, whatever is asked for.
fn copied(
    data: &Evidenced,
    column: &Spanned<String>,
    rows: &[u32],
    needs: &[Need],
) -> Result<Owned, Vec<Diagnostic>> {
    let numbers = || {
        let all = data.table.numbers(&column.value).unwrap_or_default();
        data::take_numbers(all, rows)
    };
    let mut owned = Owned::default();
    if needs
        .iter()
        .any(|n| matches!(n, Need::Score | Need::Scores))
    {
        owned.set_score(numbers(), &data.classes);
    }
    if predicts(needs, |n| matches!(n, Need::Number(_))) {
        owned.numbers.insert(prediction(), numbers());
    }
    if predicts(needs, |n| matches!(n, Need::Class(_))) {
        let names = &data.classes.names;
        let codes = data::encode_classes(&data.table, &column.value, rows, names)
            .map_err(|e| diagnosed(&e, column.span))?;
        owned.classes.insert(prediction(), codes);
    }
    if predicts(needs, |n| matches!(n, Need::Text(_) | Need::List(..)))
        && let Some((_, text)) = data.table.text(&column.value)
    {
        owned.texts.insert(prediction(), taken(text, rows));
    }
    Ok(owned)
}

/// The commonest items of the learned rows' lists, as one list for every row: at most 1,000, equally
/// common ones in the order of their names. Lists that cannot be read have no items.
fn popular_items(labels: &TextColumn, learned: &[u32], rows: usize) -> TextColumn {
    const MOST: usize = 1000;
    let cells = learned.iter().filter_map(|&row| labels.get(row as usize));
    let read = lists(ListKind::Items, cells.clone()).or_else(|_| {
        let graded = lists(ListKind::Graded, cells)?;
        let items = |list: Vec<String>| list.iter().map(|p| item_and_grade(p).0.into()).collect();
        Ok::<Vec<Vec<String>>, (usize, ListError)>(graded.into_iter().map(items).collect())
    });
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for item in read.unwrap_or_default().into_iter().flatten() {
        *counts.entry(item).or_insert(0) += 1;
    }
    let mut order: Vec<(String, usize)> = counts.into_iter().collect();
    order.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let items: Vec<String> = order.into_iter().take(MOST).map(|(item, _)| item).collect();
    TextColumn {
        words: vec![serde_json::to_string(&items).unwrap_or_default()],
        codes: vec![0; rows],
    }
}

fn counts(labels: &[u32], classes: usize) -> Vec<u32> {
    let mut counts = vec![0u32; classes];
    for &label in labels {
        if let Some(count) = counts.get_mut(label as usize) {
            *count = count.saturating_add(1);
        }
    }
    counts
}

/// The classes from the commonest to the rarest, equally common ones as they are declared.
fn popularity(labels: &[u32], classes: usize) -> Vec<u32> {
    let counts = counts(labels, classes);
    let mut order: Vec<(u32, u32)> = counts.into_iter().zip(0u32..).collect();
    order.sort_by_key(|&(count, class)| (std::cmp::Reverse(count), class));
    order.into_iter().map(|(_, class)| class).collect()
}

/// A class drawn with the chances of `counts`, from a stream that belongs to the system and the row's
/// id, so that it depends on neither the order of rows nor on other systems.
fn guess(counts: &[u32], seed: u64, system: &str, id: &str) -> u32 {
    let total = counts.iter().fold(0u32, |sum, &n| sum.saturating_add(n));
    let mut rng = stream(
        seed,
        Purpose::Prediction,
        key(&["stratified", system, id]),
        0,
    );
    let mut left = below(&mut rng, total);
    for (class, &count) in (0u32..).zip(counts) {
        if left < count {
            return class;
        }
        left -= count;
    }
    0
}

/// The mean; summed in the order of the numbers, so that the order of rows doesn't matter.
fn mean(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers.iter().sum::<f64>() / numbers.len() as f64
}

/// The middle number, or the mean of the middle two.
fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    let middle = numbers.len() / 2;
    let at = |i: usize| numbers.get(i).copied().unwrap_or(f64::NAN);
    if numbers.len().is_multiple_of(2) {
        middle
            .checked_sub(1)
            .map_or(f64::NAN, |below| at(below).midpoint(at(middle)))
    } else {
        at(middle)
    }
}

/// A time that compares with others of its column.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Time {
    Moment(Moment),
    Number(f64),
}

impl Time {
    fn before(&self, other: &Time) -> bool {
        match (self, other) {
            (Time::Moment(a), Time::Moment(b)) => a.before(b),
            (Time::Number(a), Time::Number(b)) => a < b,
            (Time::Moment(_), Time::Number(_)) | (Time::Number(_), Time::Moment(_)) => false,
        }
    }
}

/// For each of `rows`, the learned row that came last before it: of its group if the dataset has one
/// and such a row is there, else of all; where none came before, the first of all. Of rows of one time
/// the one with the greatest id counts as the last.
fn last_rows(
    d: &Dataset,
    data: &Evidenced,
    learned: &[u32],
    rows: &[u32],
) -> Result<Vec<u32>, Vec<Diagnostic>> {
    let Some(column) = &d.time else {
        return Ok(Vec::new());
    };
    let times = times(data, column, learned.iter().chain(rows))
        .map_err(|error| diagnosed(&[*error], column.span))?;
    let ids = data.ids();
    let id = |row: u32| ids.and_then(|ids| ids.get(row as usize)).unwrap_or("");
    let group = d.group.as_ref().and_then(|g| data.table.text(&g.value));
    let group = |row: u32| group.and_then(|(_, codes)| codes.codes.get(row as usize).copied());
    let time = |row: u32| times.get(&row);
    let mut order: Vec<u32> = learned.to_vec();
    order.sort_by(|&a, &b| {
        let (x, y) = (time(a), time(b));
        match (x, y) {
            (Some(x), Some(y)) if x.before(y) => std::cmp::Ordering::Less,
            (Some(x), Some(y)) if y.before(x) => std::cmp::Ordering::Greater,
            _ => id(a).cmp(id(b)),
        }
    });
    let mut of_group: BTreeMap<Option<u32>, Vec<u32>> = BTreeMap::new();
    for &row in &order {
        of_group.entry(group(row)).or_default().push(row);
    }
    let last_before = |of: &[u32], row: u32| -> Option<u32> {
        let now = time(row)?;
        let earlier = of.partition_point(|&other| time(other).is_some_and(|t| t.before(now)));
        of.get(earlier.checked_sub(1)?).copied()
    };
    let first = order.first().copied();
    let found = rows.iter().filter_map(|&row| {
        of_group
            .get(&group(row))
            .and_then(|of| last_before(of, row))
            .or_else(|| last_before(&order, row))
            .or(first)
    });
    Ok(found.collect())
}

/// The times of rows, as dates of one form or as numbers.
fn times<'r>(
    data: &Evidenced,
    name: &Spanned<String>,
    rows: impl Iterator<Item = &'r u32> + Clone,
) -> Result<BTreeMap<u32, Time>, Box<DataError>> {
    let fault = |fault| {
        Box::new(DataError::Split {
            path: data.table.path.clone(),
            fault: Box::new(fault),
        })
    };
    let missing = || {
        fault(SplitFault::NoColumn {
            name: name.value.clone(),
        })
    };
    let (column, texts) = data.table.text(&name.value).ok_or_else(missing)?;
    let text = |row: u32| texts.get(row as usize).unwrap_or("");
    let number = |row: u32| {
        text(row)
            .trim()
            .parse()
            .ok()
            .filter(|x: &f64| x.is_finite())
    };
    let numbers: Option<BTreeMap<u32, Time>> = rows
        .clone()
        .map(|&row| Some((row, Time::Number(number(row)?))))
        .collect();
    if let Some(numbers) = numbers {
        return Ok(numbers);
    }
    let mut first: Option<(Moment, u32)> = None;
    let mut moments = BTreeMap::new();
    for &row in rows {
        let Some(moment) = Moment::parse(text(row)) else {
            return Err(fault(SplitFault::NotADate {
                place: data.table.place(row as usize, column),
                name: name.value.clone(),
                text: text(row).to_owned(),
            }));
        };
        let (start, at) = *first.get_or_insert((moment, row));
        if start.precision != moment.precision {
            return Err(fault(SplitFault::MixedDates {
                place: data.table.place(row as usize, column),
                name: name.value.clone(),
                text: text(row).to_owned(),
                first_at: Box::new(data.table.place(at as usize, column)),
                first: text(at).to_owned(),
            }));
        }
        moments.insert(row, Time::Moment(moment));
    }
    Ok(moments)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commonest_come_first_and_ties_as_declared() {
        assert_eq!(popularity(&[2, 2, 1, 0, 1, 3], 5), [1, 2, 0, 3, 4]);
        assert_eq!(popularity(&[], 2), [0, 1]);
    }

    #[test]
    fn guesses_have_the_chances_of_the_labels_and_belong_to_the_row() {
        let counts = [70, 0, 30];
        let all: Vec<u32> = (0..20_000)
            .map(|n| guess(&counts, 42, "s", &n.to_string()))
            .collect();
        let first = all.iter().filter(|&&c| c == 0).count();
        // Four standard deviations of a binomial of 20,000 and 70 %.
        assert!(first.abs_diff(14_000) < 260, "{first}");
        assert!(!all.contains(&1));
        assert_eq!(guess(&counts, 42, "s", "7"), all[7]);
        let others =
            (0..20_000).filter(|n| guess(&counts, 43, "s", &n.to_string()) != all[*n as usize]);
        assert!(others.count() > 5_000);
    }

    #[test]
    fn middles_and_means() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]), 2.5);
        assert!(median(Vec::new()).is_nan());
        assert_eq!(mean(vec![3.0, 1.0, 2.0, 4.0]), 2.5);
    }
}
