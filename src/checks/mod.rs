//! The checks: claims about a plan, each refuted with a witness, proved, or left open.
//!
//! A check is one Rust file (its data and its function, nothing else) and one Markdown page beside it
//! with the same name; the page's bad and good plans are the check's tests. A check reads the
//! resolved plan and its DAG, never files. To add one: write the two files, and name the check in
//! [`ALL`].

mod a101_coupled_ablation;
mod a102_confounded_variant;
mod a103_dead_toggle;
mod a104_forced_coupling;
mod a105_not_estimable;
mod a106_interaction_unseen;
mod a107_unpaired_seeds;
mod a108_no_reference_run;
mod a109_tuned_arms_mixed;
mod alternatives;
mod asks;
mod b101_no_baseline;
mod b102_only_trivial_baseline;
mod b103_untuned_baseline;
mod b104_unequal_budget;
mod b105_reported_baseline;
mod b106_no_trivial_floor;
mod b107_unequal_information;
mod b108_stale_baseline;
mod cells;
mod claims;
mod contests;
mod context;
mod d101_undecided_region;
mod d102_unreachable_rule;
mod d103_overlapping_outcomes;
mod d104_wrong_direction;
mod d105_impossible_threshold;
mod d106_unattainable;
mod d107_unfalsifiable;
mod d108_point_only;
mod d109_absence_as_equality;
mod d110_failure_undecided;
mod design;
mod family;
mod held;
mod judging;
mod l101_test_in_training;
mod l102_fit_beyond_train;
mod l103_tuned_on_test;
mod l104_selected_on_test;
mod l105_group_straddles_split;
mod l106_future_in_training;
mod l107_unknown_overlap;
mod l108_prompt_from_test;
mod l109_test_handed_to_run;
mod l110_judge_saw_answers;
mod l111_resampled_before_split;
mod l112_illegitimate_feature;
mod l113_no_held_out;
mod l114_transductive;
mod l115_folds_reused;
mod leak;
mod m101_accuracy_on_imbalanced;
mod m102_primary_not_decided;
mod m103_metric_mismatch;
mod m104_unmeasured_guardrail;
mod m105_one_number;
mod m106_needs_column;
mod m107_latency_across_hardware;
mod m108_cost_without_price;
mod m109_judge_without_agreement;
mod m110_saturated;
mod m111_slices_unreported;
mod m112_aggregation_mismatch;
mod r101_unversioned_data;
mod r102_unhashed_data;
mod r103_unseeded;
mod r104_hardware_unstated;
mod r105_unpinned_command;
mod r106_shared_output;
mod r107_reported_only_claim;
mod resolution;
#[allow(dead_code, reason = "checks to come")]
mod sizes;
pub mod supports;
mod u101_single_run;
mod u102_no_interval;
mod u103_too_few_resamples;
mod u104_unpaired_on_shared_rows;
mod u105_cluster_ignored;
mod u106_runs_as_rows;
mod u107_uncorrected_multiplicity;
mod u108_underpowered;
mod u109_thin_tail;
mod u110_optional_stopping;
mod u111_intervals_compared;
mod u112_duplicate_seeds;
mod u113_normal_theory_small_n;
mod u114_unattainable_significance;

pub use context::{Context, Findings, Proof};

use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::graph::Dag;
use crate::hir::Plan;
use rayon::prelude::*;

/// A check: its code with name, level and page, and the function that answers it.
#[derive(Debug)]
pub struct Check {
    /// Code, name, level and page.
    pub info: CodeInfo,
    /// Answers the check's claim for every place of the plan where it arises.
    pub run: fn(&'static CodeInfo, &Context<'_>, &mut Findings),
}

/// Declares the static `CHECK` of a check's file. The page lies beside the file and bears its name.
macro_rules! declare_check {
    ($code:literal $name:literal $level:ident $page:literal $run:path) => {
        #[doc = concat!("`", $code, "` ", $name, ".")]
        pub static CHECK: $crate::checks::Check = $crate::checks::Check {
            info: $crate::diagnostic::CodeInfo {
                code: $code,
                name: $name,
                level: $crate::diagnostic::Level::$level,
                page: include_str!($page),
            },
            run: $run,
        };
    };
}
use declare_check;

/// M106, which also those find who know the classes of a label from its file.
pub static NEEDS_COLUMN: &CodeInfo = &m106_needs_column::CHECK.info;

/// Every check, by code.
pub static ALL: &[&Check] = &[
    &a101_coupled_ablation::CHECK,
    &a102_confounded_variant::CHECK,
    &a103_dead_toggle::CHECK,
    &a104_forced_coupling::CHECK,
    &a105_not_estimable::CHECK,
    &a106_interaction_unseen::CHECK,
    &a107_unpaired_seeds::CHECK,
    &a108_no_reference_run::CHECK,
    &a109_tuned_arms_mixed::CHECK,
    &b101_no_baseline::CHECK,
    &b102_only_trivial_baseline::CHECK,
    &b103_untuned_baseline::CHECK,
    &b104_unequal_budget::CHECK,
    &b105_reported_baseline::CHECK,
    &b106_no_trivial_floor::CHECK,
    &b107_unequal_information::CHECK,
    &b108_stale_baseline::CHECK,
    &d101_undecided_region::CHECK,
    &d102_unreachable_rule::CHECK,
    &d103_overlapping_outcomes::CHECK,
    &d104_wrong_direction::CHECK,
    &d105_impossible_threshold::CHECK,
    &d106_unattainable::CHECK,
    &d107_unfalsifiable::CHECK,
    &d108_point_only::CHECK,
    &d109_absence_as_equality::CHECK,
    &d110_failure_undecided::CHECK,
    &l101_test_in_training::CHECK,
    &l102_fit_beyond_train::CHECK,
    &l103_tuned_on_test::CHECK,
    &l104_selected_on_test::CHECK,
    &l105_group_straddles_split::CHECK,
    &l106_future_in_training::CHECK,
    &l107_unknown_overlap::CHECK,
    &l108_prompt_from_test::CHECK,
    &l109_test_handed_to_run::CHECK,
    &l110_judge_saw_answers::CHECK,
    &l111_resampled_before_split::CHECK,
    &l112_illegitimate_feature::CHECK,
    &l113_no_held_out::CHECK,
    &l114_transductive::CHECK,
    &l115_folds_reused::CHECK,
    &m101_accuracy_on_imbalanced::CHECK,
    &m102_primary_not_decided::CHECK,
    &m103_metric_mismatch::CHECK,
    &m104_unmeasured_guardrail::CHECK,
    &m105_one_number::CHECK,
    &m106_needs_column::CHECK,
    &m107_latency_across_hardware::CHECK,
    &m108_cost_without_price::CHECK,
    &m109_judge_without_agreement::CHECK,
    &m110_saturated::CHECK,
    &m111_slices_unreported::CHECK,
    &m112_aggregation_mismatch::CHECK,
    &r101_unversioned_data::CHECK,
    &r102_unhashed_data::CHECK,
    &r103_unseeded::CHECK,
    &r104_hardware_unstated::CHECK,
    &r105_unpinned_command::CHECK,
    &r106_shared_output::CHECK,
    &r107_reported_only_claim::CHECK,
    &u101_single_run::CHECK,
    &u102_no_interval::CHECK,
    &u103_too_few_resamples::CHECK,
    &u104_unpaired_on_shared_rows::CHECK,
    &u105_cluster_ignored::CHECK,
    &u106_runs_as_rows::CHECK,
    &u107_uncorrected_multiplicity::CHECK,
    &u108_underpowered::CHECK,
    &u109_thin_tail::CHECK,
    &u110_optional_stopping::CHECK,
    &u111_intervals_compared::CHECK,
    &u112_duplicate_seeds::CHECK,
    &u113_normal_theory_small_n::CHECK,
    &u114_unattainable_significance::CHECK,
];

/// What the checks found.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Refuted and open claims.
    pub diagnostics: Vec<Diagnostic>,
    /// Proved claims.
    pub proofs: Vec<Proof>,
}

/// Runs every check over the plan, unless `stop` says between two of them that nobody waits for the rest; the plan's
/// waivers are for `analysis` to apply. `stop` is asked on any thread and must not wait.
pub fn check(plan: &Plan, dag: &Dag, stop: &(dyn Fn() -> bool + Sync)) -> Option<Report> {
    let context = Context::new(plan, dag);
    let of = |check: &&'static Check| {
        if stop() {
            return None;
        }
        let mut findings = Findings::default();
        (check.run)(&check.info, &context, &mut findings);
        Some(findings)
    };
    let all: Vec<Findings> = ALL.par_iter().map(of).collect::<Option<_>>()?;
    let mut report = Report::default();
    for findings in all {
        report.diagnostics.extend(findings.diagnostics);
        report.proofs.extend(findings.proofs);
    }
    Some(report)
}
