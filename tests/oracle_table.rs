//! Every case of every oracle file is held: all their tests are run here once more in one process, what they hold is
//! counted, and `docs/oracles.md` says how far the worst value lies from what is allowed.
//!
//! `UPDATE=1 cargo test --test all oracle_table` writes the page again.

use crate::support::oracle::{cases, held};
use crate::{
    code, factorial, generation, inference, metrics, natives, oracle_rest, oracles, pairwise,
    power, ranking,
};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

const AREAS: [&str; 16] = [
    "ablation",
    "agreement",
    "bootstrap",
    "classification",
    "code",
    "effects",
    "fairness",
    "intervals",
    "latency",
    "multiple_testing",
    "pairwise",
    "power",
    "ranking",
    "regression",
    "tests",
    "text",
];

/// Expected values that nothing here computes, by area and beginning of the key, and why.
const NOT_OFFERED: &[(&str, &str, &str)] = &[
    (
        "ablation",
        "anova_ss_type3",
        "least squares of single observations; effects come from rows here, with intervals by resampling",
    ),
    (
        "ablation",
        "coefficient",
        "least squares of single observations; effects come from rows here, with intervals by resampling",
    ),
    (
        "ablation",
        "df_resid",
        "least squares of single observations; effects come from rows here, with intervals by resampling",
    ),
    (
        "ablation",
        "effect_ci95",
        "least squares of single observations; effects come from rows here, with intervals by resampling",
    ),
    (
        "ablation",
        "intercept",
        "least squares of single observations; effects come from rows here, with intervals by resampling",
    ),
    (
        "ablation",
        "p",
        "least squares of single observations; effects come from rows here, with intervals by resampling",
    ),
    (
        "ablation",
        "r2",
        "least squares of single observations; effects come from rows here, with intervals by resampling",
    ),
    (
        "ablation",
        "se_coefficient",
        "least squares of single observations; effects come from rows here, with intervals by resampling",
    ),
    (
        "ablation",
        "sigma2",
        "least squares of single observations; effects come from rows here, with intervals by resampling",
    ),
    (
        "ablation",
        "t",
        "least squares of single observations; effects come from rows here, with intervals by resampling",
    ),
    (
        "bootstrap",
        "index0",
        "a place in the reference's own array",
    ),
    (
        "effects",
        "hedges_g_approx",
        "the exact factor is computed instead",
    ),
    (
        "effects",
        "tost_pooled",
        "Welch's degrees of freedom are used instead",
    ),
    (
        "latency",
        "throughput_per_s",
        "of wall time, which outputs do not have",
    ),
    (
        "power",
        "n_per_group_normal_unpooled",
        "another approximation of the size that is held by the arcsine",
    ),
    (
        "power",
        "n_per_group_pooled_unpooled",
        "another approximation of the size that is held by the arcsine",
    ),
    ("ranking", "dcg@", "a sum without a scale; nDCG is held"),
    (
        "tests",
        "signflip_count",
        "how the p value was counted; the p value is held",
    ),
    (
        "tests",
        "signflip_total",
        "how the p value was counted; the p value is held",
    ),
    (
        "pairwise",
        "reference_corr_theta",
        "of the true abilities the file has the first ten alone, which are held",
    ),
    (
        "pairwise",
        "reference_rmse_theta",
        "of the true abilities the file has the first ten alone, which are held",
    ),
    (
        "tests",
        "signflip_p_greater",
        "tests are two-sided; one-sided claims are made by margins",
    ),
    (
        "tests",
        "wilcoxon_exact_p_greater",
        "tests are two-sided; one-sided claims are made by margins",
    ),
    (
        "tests",
        "wilcoxon_normal",
        "where the exact law is at hand it is used, and nothing is corrected for continuity",
    ),
    (
        "tests",
        "wilcoxon_pratt",
        "zero differences are dropped, as Wilcoxon did",
    ),
    ("tests", "chi2_cc", "the exact test is used instead"),
    (
        "tests",
        "ks_stat",
        "the test of two distributions is the tests' own tool",
    ),
    ("tests", "mwu_U", "the p value is held"),
    (
        "tests",
        "mwu_exact",
        "the normal law, corrected for ties and continuity, is used",
    ),
    ("tests", "student", "Welch's test is used instead"),
    ("text", "bleu_counts", "parts of BLEU, which is held"),
    ("text", "bleu_totals", "parts of BLEU, which is held"),
    ("text", "bleu_bp", "parts of BLEU, which is held"),
    ("text", "bleu_sys_len", "parts of BLEU, which is held"),
    ("text", "bleu_ref_len", "parts of BLEU, which is held"),
];

fn all() {
    oracles::bootstrap_by_rows();
    oracles::bootstrap_by_cells();
    oracles::bootstrap_by_enumeration();
    oracles::bootstrap_of_an_order_statistic_in_closed_form();
    oracles::multiple_testing();
    oracles::latency();
    inference::intervals_of_means_and_proportions();
    inference::paired_tests();
    inference::mcnemar();
    inference::delong();
    inference::independent_samples();
    inference::effect_sizes_and_equivalence();
    inference::power_of_tests();
    power::pairs_for_means_are_those_of_statsmodels();
    metrics::classification_is_that_of_scikit_learn();
    metrics::latency_is_that_of_numpy();
    metrics::regression_is_that_of_scikit_learn();
    metrics::scores_are_judged_as_by_scikit_learn();
    natives::scores_are_judged_as_by_scikit_learn();
    natives::scores_of_all_classes_are_judged_as_by_scikit_learn();
    natives::fairness_is_that_of_fairlearn();
    natives::correlations_are_those_of_scipy();
    natives::weighted_kappas_are_those_of_scikit_learn();
    natives::agreement_is_that_of_the_krippendorff_package();
    natives::fleiss_kappa_is_that_of_statsmodels();
    factorial::effects_are_those_of_least_squares();
    code::pass_at_k();
    generation::translations();
    generation::summaries();
    generation::answers();
    generation::transcripts();
    ranking::lists_against_relevant_items();
    ranking::scores_of_a_query();
    oracle_rest::classes_one_by_one();
    oracle_rest::several_labels_a_row();
    oracle_rest::missing_values_are_refused();
    oracle_rest::correlations_are_tested_as_by_scipy();
    oracle_rest::more_intervals_of_proportions();
    oracle_rest::ranks_over_datasets();
    oracle_rest::more_of_tests();
    oracle_rest::more_effects();
    oracle_rest::lists_beyond_accuracy();
    oracle_rest::groups_one_by_one();
    pairwise::strengths_are_those_of_choix();
    pairwise::items_are_those_of_the_reference_fit();
}

fn not_offered(area: &str, key: &str) -> Option<&'static str> {
    let of = |(a, k, _): &&(&str, &str, &str)| *a == area && key.starts_with(k);
    NOT_OFFERED.iter().find(of).map(|n| n.2)
}

#[test]
fn every_case_is_held_and_the_page_says_so() {
    all();
    let held = held();
    let (mut missing, mut used) = (Vec::new(), BTreeSet::new());
    let mut table = String::new();
    for area in AREAS {
        let cases = cases(area);
        let (mut values, mut worst) = (0, (0.0f64, String::new()));
        let mut whole = 0;
        for case in &cases {
            let mut of_case = 0;
            for key in case.expect.as_object().unwrap().keys() {
                let at = (area.to_owned(), case.name.clone(), key.clone());
                match held.get(&at) {
                    Some(off) => {
                        of_case += 1;
                        if *off > worst.0 {
                            worst = (*off, format!("`{}` of `{}`", key, case.name));
                        }
                    }
                    None => match not_offered(area, key) {
                        Some(why) => {
                            used.insert((area, why));
                        }
                        None => missing.push(format!("{area} {} {key}", case.name)),
                    },
                }
            }
            values += of_case;
            whole += u32::from(of_case > 0);
        }
        let _ = writeln!(
            table,
            "| {area}.json | {} | {whole} | {values} | {} | {} |",
            cases.len(),
            share(worst.0),
            worst.1
        );
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
    let stale: Vec<_> = NOT_OFFERED
        .iter()
        .filter(|n| !used.contains(&(n.0, n.2)))
        .collect();
    assert!(stale.is_empty(), "{stale:?}");
    page(&table);
}

/// A share of what is allowed, in two digits.
fn share(off: f64) -> String {
    match off {
        0.0 => "0".into(),
        off if off < 1e-3 => format!("{off:.0e}"),
        off => format!("{off:.2}"),
    }
}

fn page(table: &str) {
    let mut text = String::from(
        "# Values of other libraries\n\n\
         What is computed here is held to values of trusted Python libraries, in `tests/oracles`; each case there names its\n\
         source and its tolerance. The test `oracle_table` runs them all and writes this page: how many cases a file has, how\n\
         many are held, how many values of them, and how far the worst lies from the expected one, as a share of what the case\n\
         allows (1 would be at the limit; of bootstraps that is five Monte-Carlo standard deviations).\n\n\
         | file | cases | held | values | worst | where |\n| --- | --- | --- | --- | --- | --- |\n",
    );
    text.push_str(table);
    text.push_str("\nValues of these cases that nothing here computes:\n\n| file | values | why |\n| --- | --- | --- |\n");
    let mut by: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for (area, key, why) in NOT_OFFERED {
        by.entry((area, why)).or_default().push(key);
    }
    for ((area, why), keys) in by {
        let keys: Vec<String> = keys.iter().map(|k| format!("`{k}`")).collect();
        let _ = writeln!(text, "| {area}.json | {} | {why} |", keys.join(", "));
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/oracles.md");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        there == text,
        "docs/oracles.md is out of date: run with UPDATE=1"
    );
}
