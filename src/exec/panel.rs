//! What is measured on each partition: units, parts and a kernel for every run.

use super::builtins;
use super::columns::{self, Owned};
use super::commands::{Made, Who};
use super::compiled::{Compiled, compile_all, needs, unique};
use super::dataset::Evidenced;
use super::errors::{ExecError, diagnose};
use super::exchange::{self, Exchanged};
use super::items::{self, Items};
use super::outputs::Run;
use super::parts::{PartName, folds, parts, units, units_of};
use super::roles;
use super::served;
use super::wanted::Wanted;
use super::{Evidence, Files, Input, Prepared};
use crate::diagnostic::Diagnostic;
use crate::hir::{DataRef, FOLDS, Outputs, Plan, Variant};
use crate::infer::{Member, Panel};
use crate::metrics::{Classes, Kernel, Program};
use crate::stats::random::key;
use crate::stats::resample::Units;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What is measured on one partition.
#[derive(Debug)]
pub struct Measured {
    /// What was asked for.
    pub wanted: Wanted,
    /// The parts: `None` for the whole, then each value of each slice.
    pub parts: Vec<Option<PartName>>,
    /// The systems, in the panel's order.
    pub variants: Vec<Variant>,
    /// For each system and each wanted metric its place in the panel, where it can be computed.
    pub places: Vec<Vec<Option<usize>>>,
    /// What is resampled.
    pub panel: Panel,
    /// Whether clusters are resampled, not rows.
    pub clustered: bool,
    /// Whether its rows are requests to served systems.
    pub served: bool,
    /// Number of rows.
    pub rows: usize,
    /// The pairs of systems that a test lets change places.
    pub exchanges: Vec<Exchanged>,
}

/// A dataset with what is measured on it.
#[derive(Debug)]
pub(super) struct Judged {
    data: Evidenced,
    /// Places of what is wanted on its partitions.
    wanted: Vec<usize>,
    /// Of each of those, the metrics of every variant.
    compiled: Vec<BTreeMap<Variant, Compiled>>,
}

/// Compiles every metric for the data it is asked of.
pub(super) fn judged(
    plan: &Plan,
    wanted: &[Wanted],
    data: Vec<Evidenced>,
    notes: &mut Vec<String>,
) -> Result<Vec<Judged>, Vec<Diagnostic>> {
    let (mut all, mut errors) = (Vec::new(), Vec::new());
    for data in data {
        let (mut places, mut compiled, mut wrong) = (Vec::new(), Vec::new(), Vec::new());
        for (place, w) in wanted.iter().enumerate() {
            if w.on.dataset != data.dataset {
                continue;
            }
            let mut of = BTreeMap::new();
            for (variant, (metrics, _)) in &w.variants {
                match compile_all(plan, w, variant, metrics, &data, notes) {
                    Ok(programs) => {
                        of.insert(variant.clone(), programs);
                    }
                    Err(more) => wrong.extend(more),
                }
            }
            places.push(place);
            compiled.push(of);
        }
        errors.extend(unique(&wrong).iter().map(diagnose));
        all.push(Judged {
            data,
            wanted: places,
            compiled,
        });
    }
    if errors.is_empty() {
        Ok(all)
    } else {
        Err(errors)
    }
}

/// Reads every run and prepares every partition.
pub(super) fn measure(
    files: &Files<'_>,
    plan: &Plan,
    prepared: Prepared,
    runs: &[Run],
    made: &Made,
) -> Result<Evidence, Vec<Diagnostic>> {
    let Prepared {
        wanted,
        judged,
        mut notes,
    } = prepared;
    let (mut measured, mut inputs, mut errors) = (Vec::new(), Vec::new(), Vec::new());
    let mut data = Vec::new();
    for mut judged in judged {
        inputs.push(judged.data.input.clone());
        judged.leave_out(plan, made, &mut notes);
        match dataset_panels(files, plan, &wanted, &judged, runs, made, &mut notes) {
            Ok((panels, read)) => {
                measured.extend(panels);
                inputs.extend(read);
            }
            Err(more) => errors.extend(more),
        }
        data.push(judged.data);
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    Ok(Evidence {
        data,
        inputs,
        measured,
        notes,
    })
}

impl Judged {
    /// Takes the metrics away that rest on runs that failed: they have no value.
    fn leave_out(&mut self, plan: &Plan, made: &Made, notes: &mut Vec<String>) {
        for (variant, compiled) in self.compiled.iter_mut().flatten() {
            let seeds = plan.systems[variant.system].runs();
            let of = seeds
                .iter()
                .flat_map(|&s| made.all(variant, s, self.data.dataset));
            let failed: Vec<&String> = of.flat_map(|of| &of.failed).collect();
            let Some(first) = failed.first() else {
                continue;
            };
            compiled.places.iter_mut().for_each(|place| *place = None);
            compiled.programs.clear();
            let more = match failed.len() {
                1 => String::new(),
                n => format!(" and {} more", n - 1),
            };
            let note = format!(
                "nothing of {} is claimed: the run of {first}{more} failed",
                plan.show(variant)
            );
            if !notes.contains(&note) {
                notes.push(note);
            }
        }
    }
}

fn dataset_panels(
    files: &Files<'_>,
    plan: &Plan,
    wanted: &[Wanted],
    judged: &Judged,
    runs: &[Run],
    made: &Made,
    notes: &mut Vec<String>,
) -> Result<(Vec<Measured>, Vec<Input>), Vec<Diagnostic>> {
    let Judged { data, compiled, .. } = judged;
    let wanted: Vec<&Wanted> = judged
        .wanted
        .iter()
        .filter_map(|&w| wanted.get(w))
        .collect();
    let index = data.index(plan)?;
    let all = needs(
        compiled
            .iter()
            .flat_map(|of| of.values())
            .flat_map(|c| &c.programs),
    );
    let items = items::read(files, &plan.datasets[data.dataset], &all)?;
    let (items, of_items) = items.unzip();
    let mine: Vec<Run> = runs
        .iter()
        .filter(|r| wanted.iter().any(|w| w.variants.contains_key(&r.variant)))
        .flat_map(|r| {
            // What learns from the folds it is judged on was run for each repeat.
            let repeats = made.repeats(&r.variant, r.seed, data.dataset);
            match repeats {
                0 => vec![r.clone()],
                repeats => r.clone().repeated(repeats).collect(),
            }
        })
        .map(|r| Run {
            made: made
                .get(&r.variant, r.seed, data.dataset, r.repeat)
                .cloned(),
            ..r
        })
        .filter(|r| {
            let own = |w: &&&Wanted| w.variants.contains_key(&r.variant);
            wanted.iter().filter(own).any(|w| r.tells(plan, &w.on))
        })
        .collect();
    let mine: Vec<&Run> = mine.iter().collect();
    let read: Vec<_> = mine
        .par_iter()
        .map(|run| {
            let read = read_run(files, plan, &wanted, compiled, data, index.as_ref(), run)?;
            beside(items.as_ref(), read)
        })
        .collect();
    let mut inputs: Vec<Input> = of_items.into_iter().collect();
    let (mut columns, mut errors) = (Vec::new(), Vec::new());
    for result in read {
        match result {
            Ok((of, input)) => {
                columns.push(of);
                inputs.extend(input);
            }
            Err(more) => errors.extend(more),
        }
    }
    if !errors.is_empty() {
        return Err(folded(errors));
    }
    let mut panels = Vec::new();
    for (w, of) in wanted.iter().zip(compiled) {
        let asked = served::metrics(plan, w);
        for (run, columns) in mine.iter().zip(&mut columns) {
            let replies = made.replies(&run.variant, run.seed, &w.on);
            if let (Some(replies), Some(owned)) = (replies, columns.get_mut(&w.on)) {
                owned.figures.extend(&replies.figures);
            }
        }
        if !asked.is_empty() {
            // Of repeats the first is what is asked.
            let own = (mine.iter().zip(&columns)).filter(|(r, _)| r.repeat.unwrap_or(0) == 0);
            let own = own.filter_map(|(run, c)| Some((*run, c.get(&w.on)?)));
            let (runs, own): (Vec<&Run>, Vec<&Owned>) = own.unzip();
            let requests = served::read(files, plan, w, data, (&runs, &own), made)?;
            if let Some(requests) = requests {
                let of = only(of, |place| asked.contains(&place));
                panels.push(of_requests(plan, w, &of, data, (&runs, &own), &requests)?);
                inputs.extend(requests.inputs);
                for note in requests.notes {
                    if !notes.contains(&note) {
                        notes.push(note);
                    }
                }
            }
        }
        let of = &only(of, |place| !asked.contains(&place));
        let one = |row_by_row| {
            let data = (data, files.copies);
            panel(plan, w, of, data, &mine, &columns, row_by_row)
        };
        // Where groups are declared, claims may resample whole groups, rows one by one, or both ways.
        let by_unit = one(false)?;
        let by_rows = by_unit.clustered && w.row_by_row;
        let row_by_row = by_rows.then(|| one(true)).transpose()?;
        panels.extend((!by_rows || w.by_unit).then_some(by_unit));
        panels.extend(row_by_row);
    }
    Ok((panels, inputs))
}

/// What is wrong with the file that a command wrote; `by_folds` says whether the rows of folds are told by runs for each.
pub(super) fn validate(
    files: &Files<'_>,
    plan: &Plan,
    prepared: &Prepared,
    who: &Who,
    by_folds: bool,
    file: &Path,
) -> Vec<Diagnostic> {
    if who.served.is_some() {
        // Replies are written here, not by the command.
        return Vec::new();
    }
    let judged = prepared
        .judged
        .iter()
        .find(|j| j.data.dataset == who.dataset);
    let Some(judged) = judged else {
        return Vec::new();
    };
    let data = &judged.data;
    let held_out = who
        .fold
        .and_then(|f| data.folds.as_ref()?.folds.get(f.at as usize));
    let (mut on, mut programs) = (BTreeMap::new(), Vec::new());
    for (place, of) in judged.wanted.iter().zip(&judged.compiled) {
        let (Some(w), Some(compiled)) = (prepared.wanted.get(*place), of.get(&who.variant)) else {
            continue;
        };
        let of_folds = w.on.part.as_deref() == Some(FOLDS);
        let rows = match held_out {
            Some(rows) if of_folds => rows.clone(),
            Some(_) => continue,
            None if of_folds && by_folds => continue,
            None => data.rows(w.on.part.as_deref()),
        };
        on.insert(&w.on, rows);
        programs.extend(&compiled.programs);
    }
    if on.is_empty() {
        // What other systems are made of is for them to read.
        return Vec::new();
    }
    let index = match data.index(plan) {
        Ok(index) => index,
        Err(errors) => return errors,
    };
    let span = match &plan.systems[who.variant.system].outputs {
        Some(Outputs::Run { template, .. }) => template.span,
        _ => plan.systems[who.variant.system].common.name_span,
    };
    let run = Run {
        variant: who.variant.clone(),
        seed: who.seed,
        repeat: who.fold.map(|f| f.repeat),
        elsewhere: false,
        path: None,
        made: None,
        span,
    };
    let needs = needs(programs.into_iter());
    let read = columns::read(
        files,
        plan,
        (&run, file.to_owned(), Some(&[file.to_owned()])),
        (data, index.as_ref()),
        &on,
        &needs,
    );
    read.err().unwrap_or_default()
}

/// One slip in a template or column map makes every run's file wrong in the same way: said once, with
/// the other files named.
fn folded(errors: Vec<Diagnostic>) -> Vec<Diagnostic> {
    type Key = (&'static str, Option<crate::text::Span>, String);
    let mut kept: Vec<(Key, Diagnostic, Vec<String>)> = Vec::new();
    for d in errors {
        let file = d.places.first().map(|p| p.path.display().to_string());
        let message = file
            .as_ref()
            .map_or(d.message.clone(), |f| d.message.replace(f, ""));
        let key = (d.code.code, d.labels.first().map(|l| l.span), message);
        let known = kept.iter_mut().find(|(k, ..)| *k == key);
        match (known, file) {
            (Some((_, _, others)), Some(file)) => others.push(file),
            (_, _) => kept.push((key, d, Vec::new())),
        }
    }
    kept.into_iter()
        .map(|(_, d, others)| match others.as_slice() {
            [] => d,
            [one] => d.witness(format!("the same in `{one}`")),
            [first, .., last] => {
                let n = others.len();
                d.witness(format!(
                    "the same in {n} more files, from `{first}` to `{last}`"
                ))
            }
        })
        .collect()
}

type Columns = BTreeMap<DataRef, Owned>;

/// The columns of a run, with what the table of items knows of its lists.
fn beside(
    items: Option<&Items>,
    (mut columns, input): (Columns, Option<Input>),
) -> Result<(Columns, Option<Input>), Vec<Diagnostic>> {
    if let Some(items) = items {
        for owned in columns.values_mut() {
            items.beside(owned).map_err(|e| vec![*e])?;
        }
    }
    Ok((columns, input))
}

fn read_run(
    files: &Files<'_>,
    plan: &Plan,
    wanted: &[&Wanted],
    compiled: &[BTreeMap<Variant, Compiled>],
    data: &Evidenced,
    index: Option<&crate::data::IdIndex<'_>>,
    run: &Run,
) -> Result<(Columns, Option<Input>), Vec<Diagnostic>> {
    let on: BTreeMap<&DataRef, Vec<u32>> = wanted
        .iter()
        .filter(|w| w.variants.contains_key(&run.variant) && run.tells(plan, &w.on))
        .map(|w| (&w.on, data.rows(w.on.part.as_deref())))
        .collect();
    let programs = compiled.iter().filter_map(|of| of.get(&run.variant));
    let needs = needs(programs.flat_map(|c| &c.programs));
    let read = |path: PathBuf, paths: Option<&[PathBuf]>| {
        columns::read(files, plan, (run, path, paths), (data, index), &on, &needs)
    };
    let (mut columns, input) = match (&run.path, &run.made) {
        (Some(file), _) => read(files.folder.join(file), None)?,
        (None, Some(made)) if made.failed.is_empty() => {
            let first = made.files.first().cloned().unwrap_or_default();
            read(first, Some(&made.files))?
        }
        (None, Some(_)) => {
            // Nothing of a failed run is measured.
            let empty = on.into_keys().map(|on| (on.clone(), Owned::default()));
            return Ok((empty.collect(), None));
        }
        (None, None) if plan.systems[run.variant.system].is_builtin() => {
            let mut columns = Columns::new();
            for (on, rows) in on {
                let owned = builtins::predict(plan, &run.variant, data, &rows, &needs, files.seed)?;
                columns.insert(on.clone(), owned);
            }
            return Ok((columns, None));
        }
        (None, None) => {
            let system = plan.systems[run.variant.system].common.name.clone();
            let span = run.span;
            return Err(vec![diagnose(&ExecError::Command { system, span })]);
        }
    };
    if let Some(made) = &run.made {
        for owned in &mut columns {
            owned.figures.clone_from(&made.figures);
        }
    }
    Ok((on.into_keys().cloned().zip(columns).collect(), Some(input)))
}

fn panel(
    plan: &Plan,
    w: &Wanted,
    compiled: &BTreeMap<Variant, Compiled>,
    (data, copies): (&Evidenced, Option<&[u64]>),
    runs: &[&Run],
    columns: &[Columns],
    row_by_row: bool,
) -> Result<Measured, Vec<Diagnostic>> {
    let rows = data.rows(w.on.part.as_deref());
    let all_needs = needs(compiled.values().flat_map(|c| &c.programs));
    let shared = columns::shared(plan, data, &rows, &all_needs)?;
    let (parts, part_rows) = parts(w, data, &rows);
    let (units, clustered) = match copies.map(|c| Units::kinds(c.to_vec(), None)) {
        Some(Ok(kinds)) => (kinds, false),
        Some(Err(_)) | None if row_by_row => (units_of(plan, data, &rows, None), false),
        Some(Err(_)) | None => units(plan, data, &rows),
    };
    let mut members = Vec::new();
    for (variant, c) in compiled {
        let own = runs.iter().zip(columns);
        let own = own.filter(|(r, _)| r.variant == *variant);
        let own = own.filter_map(|(r, columns)| Some((r.repeat, columns.get(&w.on)?)));
        let (repeats, of): (Vec<Option<u32>>, Vec<&Owned>) = own.unzip();
        let repeats = repeats
            .iter()
            .flatten()
            .max()
            .map_or(1, |r| *r as usize + 1);
        members.push(Member {
            seeds: seeds_key(plan, variant, repeats),
            kernels: kernels(c, &of, &shared, &data.classes, &part_rows),
            repeats,
        });
    }
    let name = plan.show_data(&w.on);
    let mut exchanges = Vec::new();
    if copies.is_none() {
        let of = |variant: &Variant| exchange::Side {
            programs: compiled
                .get(variant)
                .map(|c| (&c.programs[..], &c.places[..])),
            runs: runs
                .iter()
                .zip(columns)
                .filter(|(r, _)| r.variant == *variant)
                .filter_map(|(_, columns)| columns.get(&w.on))
                .collect(),
        };
        let rows = exchange::Rows {
            shared: &shared,
            classes: &data.classes,
            parts: &part_rows,
            units: &units,
        };
        exchanges = exchange::exchanges(plan, w, row_by_row, of, &rows);
    }
    Ok(Measured {
        exchanges,
        wanted: w.clone(),
        variants: compiled.keys().cloned().collect(),
        places: compiled.values().map(|c| c.places.clone()).collect(),
        panel: Panel::new(
            units,
            key(&["partition", &name]),
            parts.len(),
            members,
            folds(w, data, &rows),
        ),
        parts,
        clustered,
        served: false,
        rows: copies.map_or(rows.len(), |c| c.iter().sum::<u64>() as usize),
    })
}

/// What is compiled of the metrics at some places.
fn only(
    compiled: &BTreeMap<Variant, Compiled>,
    kept: impl Fn(usize) -> bool,
) -> BTreeMap<Variant, Compiled> {
    let of = |c: &Compiled| {
        let mut programs = Vec::new();
        let places = c.places.iter().enumerate().map(|(metric, place)| {
            let program = c.programs.get((*place)?).filter(|_| kept(metric))?;
            programs.push(program.clone());
            Some(programs.len() - 1)
        });
        let places = places.collect();
        Compiled { programs, places }
    };
    compiled.iter().map(|(v, c)| (v.clone(), of(c))).collect()
}

/// What is measured request by request.
fn of_requests(
    plan: &Plan,
    w: &Wanted,
    compiled: &BTreeMap<Variant, Compiled>,
    data: &Evidenced,
    (runs, columns): (&[&Run], &[&Owned]),
    requests: &served::Requests,
) -> Result<Measured, Vec<Diagnostic>> {
    let rows = data.rows(w.on.part.as_deref());
    let places = &requests.places;
    let asked: Vec<u32> = (places.iter())
        .filter_map(|&place| rows.get(place as usize).copied())
        .collect();
    let all_needs = needs(compiled.values().flat_map(|c| &c.programs));
    let shared = columns::shared(plan, data, &asked, &all_needs)?;
    let (parts, part_rows) = parts(w, data, &rows);
    let within = |part: &Vec<u32>| -> Vec<u32> {
        let here = |place: &u32| part.binary_search(place).is_ok();
        let all = (0u32..).zip(places);
        all.filter(|(_, place)| here(place))
            .map(|(n, _)| n)
            .collect()
    };
    let part_requests: Vec<Vec<u32>> = part_rows.iter().map(within).collect();
    let own: Vec<Owned> = (columns.iter().enumerate())
        .map(|(at, owned)| {
            let mut owned = owned.at(places);
            if let Some(latencies) = requests.latencies.get(&at) {
                owned.numbers.insert(roles::latency(), latencies.clone());
            }
            owned
        })
        .collect();
    let mut members = Vec::new();
    for (variant, c) in compiled {
        let of = runs.iter().zip(&own).filter(|(r, _)| r.variant == *variant);
        let of: Vec<&Owned> = of.map(|(_, owned)| owned).collect();
        members.push(Member {
            seeds: seeds_key(plan, variant, 1),
            kernels: kernels(c, &of, &shared, &data.classes, &part_requests),
            repeats: 1,
        });
    }
    let name = plan.show_data(&w.on);
    let n = u32::try_from(places.len()).unwrap_or(u32::MAX);
    Ok(Measured {
        wanted: w.clone(),
        variants: compiled.keys().cloned().collect(),
        places: compiled.values().map(|c| c.places.clone()).collect(),
        panel: Panel::new(
            Units::blocks(n, requests.block),
            key(&["requests", &name]),
            parts.len(),
            members,
            None,
        ),
        parts,
        clustered: false,
        served: true,
        // Requests that follow each other are not exchanged one by one.
        exchanges: Vec::new(),
        rows: places.len(),
    })
}

fn kernels(
    c: &Compiled,
    runs: &[&Owned],
    shared: &Owned,
    classes: &Classes,
    parts: &[Vec<u32>],
) -> Vec<Vec<Kernel>> {
    let programs: Vec<&Program> = c.programs.iter().collect();
    runs.par_iter()
        .map(|owned| {
            let joint = owned.joint(shared, classes);
            let columns = owned.with(shared, &joint, classes);
            let kernel = |rows: &Vec<u32>| {
                Kernel::new(&programs, columns.clone(), classes.names.len(), rows)
            };
            parts.iter().map(kernel).collect()
        })
        .collect()
}

/// Systems with the same seeds, and as many repeats of each, are drawn together.
fn seeds_key(plan: &Plan, variant: &Variant, repeats: usize) -> u64 {
    let mut seeds: Vec<String> = plan.systems[variant.system]
        .runs()
        .iter()
        .map(|s| s.map_or(String::new(), |s| s.to_string()))
        .collect();
    if repeats > 1 {
        seeds.push(format!("{repeats} repeats"));
    }
    let mut parts = vec!["seeds"];
    parts.extend(seeds.iter().map(String::as_str));
    key(&parts)
}
