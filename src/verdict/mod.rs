//! From measurements to what they mean: intervals, comparisons, ablation tables, selections and
//! decisions in three-valued logic, each with its reasons, as a [`RunResult`].
//!
//! Reading files is left to `exec`, drawing to `infer`, looks to `report`. Start with [`conclude`].

mod ablate;
mod auto;
mod book;
mod closed;
mod compare;
mod decide;
mod design;
mod effects;
mod factorial;
mod front;
mod grow;
mod looking;
mod margins;
mod optimism;
mod rankings;
mod select;
mod sequence;
mod shares;
mod systems;
mod truth;
mod values;

use crate::exec::{Event, Events, Evidence};
use crate::hir::Plan;
use crate::infer::{Samples, resample};
use crate::result::{Data, Input, Provenance, RunResult, SCHEMA_VERSION, Tool};
use book::Book;
use std::path::Path;

/// What the caller knows and the plan doesn't say.
#[derive(Debug, Clone, Default)]
pub struct Setting<'a> {
    /// Seed of the resampling streams.
    pub seed: u64,
    /// The plan file as it was given.
    pub file: &'a str,
    /// SHA-256 of the plan file's bytes.
    pub plan_sha256: String,
    /// SHA-256 of the plan's meaning.
    pub meaning_sha256: String,
}

/// Draws the resamples and concludes. The result doesn't depend on the number of threads.
pub fn conclude(
    plan: &Plan,
    evidence: &Evidence,
    setting: &Setting<'_>,
    events: Events<'_>,
) -> RunResult {
    let nothing: Vec<Samples> = evidence
        .measured
        .iter()
        .map(|_| Samples::default())
        .collect();
    let stops = sequence::stops(&Book {
        plan,
        measured: &evidence.measured,
        samples: &nothing,
        seed: setting.seed,
    });
    let fewer = sequence::without_spared_runs(&evidence.measured, &stops);
    let measured = fewer.as_deref().unwrap_or(&evidence.measured);
    let total: u64 = measured.iter().map(|m| u64::from(m.wanted.resamples)).sum();
    events(Event::Resamples(total));
    let mut samples: Vec<Samples> = measured
        .iter()
        .map(|m| {
            let progress = |done| events(Event::Drawn(done));
            resample(&m.panel, m.wanted.resamples, setting.seed, &progress)
        })
        .collect();
    grow::until_settled(plan, measured, setting.seed, &mut samples);
    let book = Book {
        plan,
        measured,
        samples: &samples,
        seed: setting.seed,
    };
    let comparisons = compare::comparisons(&book);
    let decisions = decide::decisions(&book, &comparisons);
    let mut result = RunResult {
        schema_version: SCHEMA_VERSION,
        tool: Tool {
            name: "benchwright".into(),
            version: env!("CARGO_PKG_VERSION").into(),
        },
        plan: systems::plan(plan, setting),
        data: data(plan, evidence),
        systems: systems::systems(&book),
        metrics: values::metrics(&book),
        comparisons,
        rankings: rankings::rankings(&book),
        ablations: ablate::ablations(&book),
        factorials: factorial::factorials(&book),
        selections: select::selections(&book),
        stops: stops.into_iter().map(|(_, found)| found).collect(),
        decisions,
        drift: None,
        checks: Vec::new(),
        provenance: provenance(plan, evidence, setting),
        risks: systems::risks(&book, evidence),
    };
    result.sort();
    result
}

fn data(plan: &Plan, evidence: &Evidence) -> Vec<Data> {
    evidence
        .data
        .iter()
        .map(|d| {
            let dataset = &plan.datasets[d.dataset];
            Data {
                dataset: dataset.common.name.clone(),
                source: dataset
                    .source
                    .as_ref()
                    .map_or(String::new(), |s| s.value.clone()),
                sha256: d.input.sha256.clone(),
                version: dataset.version.as_ref().map(|v| v.value.clone()),
                cluster: dataset
                    .cluster
                    .as_ref()
                    .or(dataset.group.as_ref())
                    .map(|c| c.value.clone()),
                rows: d.input.rows,
                partitions: d
                    .partitions
                    .iter()
                    .map(|(name, rows)| (name.clone(), rows.len() as u64))
                    .collect(),
            }
        })
        .collect()
}

fn provenance(plan: &Plan, evidence: &Evidence, setting: &Setting<'_>) -> Provenance {
    let folder = Path::new(setting.file).parent().unwrap_or(Path::new(""));
    let inputs = evidence
        .inputs
        .iter()
        // The datasets' own files stand among the data.
        .filter(|input| evidence.data.iter().all(|d| d.input != **input))
        .map(|input| {
            let run = input.run.as_ref();
            Input {
                path: input
                    .path
                    .strip_prefix(folder)
                    .unwrap_or(&input.path)
                    .display()
                    .to_string(),
                sha256: input.sha256.clone(),
                rows: input.rows,
                system: run.map(|r| plan.systems[r.0].common.name.clone()),
                variant: run.map(|r| r.1.clone()),
                seed: run.and_then(|r| r.2),
            }
        })
        .collect();
    Provenance {
        seed: setting.seed,
        plan_sha256: setting.plan_sha256.clone(),
        policy: None,
        inputs,
        evidence: Vec::new(),
    }
}
