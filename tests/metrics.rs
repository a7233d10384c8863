//! Metrics of the library, compiled and evaluated, against values of trusted Python libraries
//! (`tests/oracles/README.md`), and the kernel's short ways against the long ones.
//!
//! Natives, groups and scores of all classes are in `natives.rs`. Not covered: of classification.json
//! `confusion_matrix`, `*_per_class` and the cases `multilabel*`; of latency.json `std_ddof1`,
//! `*_nearest_rank`, and `throughput_per_s`, which is of wall time and not of summed latencies.

use crate::support::oracle::{Case, cases};
use benchwright::analysis::analyse;
use benchwright::hir::{MetricRef, Plan};
use benchwright::metrics::{Classes, CompileError, Kernel, Program, RunColumns, Scratch, compile};
use benchwright::text::MemoryWorld;
use proptest::prelude::*;
use std::path::Path;

/// What the reported values are held to, whatever looser tolerance a case allows.
const EXACT: f64 = 1e-12;

/// Metrics of the library, asked for as a plan asks for them, and a user's own in the same way.
const PLAN: &str = r#"
use std.classification.{accuracy, balanced_accuracy, precision, recall, f1, f_beta}
use std.classification.{precision_macro, recall_macro, f1_macro, precision_micro, recall_micro, f1_micro}
use std.classification.{precision_weighted, recall_weighted, f1_weighted}
use std.classification.{f_beta_macro, f_beta_micro, f_beta_weighted, hamming_loss, error_rate}
use std.classification.{jaccard, jaccard_macro, jaccard_micro, jaccard_weighted, mcc, cohen_kappa}
use std.classification.{specificity, false_positive_rate, false_negative_rate, false_discovery_rate}
use std.classification.{negative_predictive_value, positive_rate, youden_j, g_mean}
use std.serving.{latency_p50, latency_p90, latency_p95, latency_p99, latency_p999, latency_mean}
use std.serving.{latency_min, latency_max, throughput}
use std.regression.{mae, mse, rmse, median_absolute_error, absolute_error_quantile, max_error, bias}
use std.regression.{absolute_bias, mape, smape, wape, pinball, r2}
use std.calibration.{brier, log_loss, calibration_gap, brier_skill}

dataset rows {
  source:   "rows.csv"
  version:  "1"
  id:       id
  label:    truth in [no, yes]
  positive: yes
  split:    all(test)
}

baseline words { predictions: "words.csv" { prediction: p, score: s, latency: t in ms } }
candidate chars { predictions: "chars.csv" { prediction: p, score: s, latency: t in ms } }

metric answers       { better: higher, value: count() }
metric group_gap     { better: lower, value: max by lang of (mean(prediction == label)) - min by lang of (mean(prediction == label)) }
metric group_median  { better: lower, value: mean by lang of (quantile(latency, 50%)) }
metric group_slowest { better: lower, value: sum by lang of (max(latency, where: score > 0.3)) }
metric binned        { better: lower, value: sum by bins(score, 4) of (share() * abs(mean(label == positive) - mean(score))) }
metric nested        { better: lower, value: mean by lang of (max by bins(score, 3) of (mean(latency))) }
metric by_class      { better: lower, value: mean over class c of (mean by lang of (count(label == c) / count())) }
metric auc           { better: higher, value: native.roc_auc(score, label) }
metric auc_sure      { better: higher, value: native.roc_auc(score, prediction == label, where: latency > 0.3ms) }
metric auc_groups    { better: higher, value: mean by lang of (native.average_precision(score, label)) }
metric pr            { better: higher, value: native.pr_auc(score, label) }
metric linear        { better: higher, value: native.pearson(score, latency) }
metric ranks         { better: higher, value: native.spearman(score, latency) }
metric pairs         { better: higher, value: native.kendall_tau_b(score, latency) }
metric kappa         { better: higher, value: native.cohen_kappa(prediction, label, weights: quadratic) }
metric kappa_groups  { better: higher, value: mean by lang of (native.cohen_kappa(prediction, label)) }
metric alpha         { better: higher, value: native.krippendorff_alpha(prediction, label, level: ordinal) }
metric sharp         { better: higher, value: mean(exp(-score)) }

metric right_score   { better: higher, value: mean(score, where: prediction == label) }
metric sure          { better: higher, value: count(score > 0.5 and prediction == positive) / count(score > 0.5) }
metric total         { better: higher, value: sum(score * score) }
metric sure_median   { better: lower, value: quantile(latency, 50%, where: score > 0.5) }
metric right_slowest { better: lower, value: max(latency, where: prediction == label) }
metric wrong_fastest { better: lower, value: min(latency, where: prediction != label) }

compare chars with [words] {
  on:       rows.test
  interval: none
  metrics:  [
    accuracy, balanced_accuracy, precision, recall, f1, f_beta(beta: 0.5), f_beta(beta: 2),
    precision_macro, recall_macro, f1_macro, precision_micro, recall_micro, f1_micro,
    precision_weighted, recall_weighted, f1_weighted,
    f_beta_macro(beta: 0.5), f_beta_macro(beta: 2), f_beta_micro(beta: 0.5), f_beta_micro(beta: 2),
    f_beta_weighted(beta: 0.5), f_beta_weighted(beta: 2), hamming_loss, error_rate,
    jaccard, jaccard_macro, jaccard_micro, jaccard_weighted, mcc, cohen_kappa,
    specificity, false_positive_rate, false_negative_rate, false_discovery_rate,
    negative_predictive_value, positive_rate, youden_j, g_mean,
    latency_p50, latency_p90, latency_p95, latency_p99, latency_p999, latency_mean,
    latency_min, latency_max, throughput,
    mae, mse, rmse, median_absolute_error, absolute_error_quantile(q: 0.5), max_error, bias,
    absolute_bias, mape, smape, wape, pinball(q: 0.1), pinball(q: 0.5), pinball(q: 0.9), r2,
    brier, log_loss, calibration_gap, brier_skill, answers,
    right_score, sure, total, sure_median, right_slowest, wrong_fastest,
    group_gap, group_median, group_slowest, binned, nested, by_class, auc, auc_sure, auc_groups, pr,
    linear, ranks, pairs, kappa, kappa_groups, alpha, sharp
  ]
}
"#;

/// Oracle key and metric: what every case of one label a row gives.
const OF_CLASSES: [(&str, &str); 24] = [
    ("accuracy", "accuracy"),
    ("balanced_accuracy", "balanced_accuracy"),
    ("hamming_loss", "hamming_loss"),
    ("mcc", "mcc"),
    ("cohen_kappa", "cohen_kappa"),
    ("precision_macro", "precision_macro"),
    ("precision_micro", "precision_micro"),
    ("precision_weighted", "precision_weighted"),
    ("recall_macro", "recall_macro"),
    ("recall_micro", "recall_micro"),
    ("recall_weighted", "recall_weighted"),
    ("f1_macro", "f1_macro"),
    ("f1_micro", "f1_micro"),
    ("f1_weighted", "f1_weighted"),
    ("jaccard_macro", "jaccard_macro"),
    ("jaccard_micro", "jaccard_micro"),
    ("jaccard_weighted", "jaccard_weighted"),
    ("fbeta_0.5_macro", "f_beta_macro(beta: 0.5)"),
    ("fbeta_0.5_micro", "f_beta_micro(beta: 0.5)"),
    ("fbeta_0.5_weighted", "f_beta_weighted(beta: 0.5)"),
    ("fbeta_2.0_macro", "f_beta_macro(beta: 2)"),
    ("fbeta_2.0_micro", "f_beta_micro(beta: 2)"),
    ("fbeta_2.0_weighted", "f_beta_weighted(beta: 2)"),
    ("n", "answers"),
];

/// Those that are about the positive class.
const OF_POSITIVE: [(&str, &str); 6] = [
    ("precision_binary", "precision"),
    ("recall_binary", "recall"),
    ("f1_binary", "f1"),
    ("jaccard_binary", "jaccard"),
    ("fbeta_0.5_binary", "f_beta(beta: 0.5)"),
    ("fbeta_2.0_binary", "f_beta(beta: 2)"),
];

const OF_LATENCY: [(&str, &str); 9] = [
    ("n", "answers"),
    ("mean", "latency_mean"),
    ("min", "latency_min"),
    ("max", "latency_max"),
    ("p50_linear", "latency_p50"),
    ("p90_linear", "latency_p90"),
    ("p95_linear", "latency_p95"),
    ("p99_linear", "latency_p99"),
    ("p99.9_linear", "latency_p999"),
];

const OF_NUMBERS: [(&str, &str); 12] = [
    ("mae", "mae"),
    ("mse", "mse"),
    ("rmse", "rmse"),
    ("medae", "median_absolute_error"),
    ("max_error", "max_error"),
    ("mean_bias", "bias"),
    ("mape", "mape"),
    ("smape", "smape"),
    ("pinball_0.1", "pinball(q: 0.1)"),
    ("pinball_0.5", "pinball(q: 0.5)"),
    ("pinball_0.9", "pinball(q: 0.9)"),
    ("r2", "r2"),
];

const OF_SCORES: [(&str, &str); 2] = [("brier", "brier"), ("log_loss", "log_loss")];

pub(crate) fn plan() -> Plan {
    let world = MemoryWorld::default().with("plan.bench", PLAN);
    let analysis = analyse(&world, Path::new("plan.bench")).unwrap();
    let wrong: Vec<_> = analysis.diagnostics.iter().collect();
    let wrong = wrong.iter().filter(|d| "NTS".contains(&d.code.code[..1]));
    let wrong: Vec<&String> = wrong.map(|d| &d.message).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    analysis.plan
}

fn metric<'p>(plan: &'p Plan, text: &str) -> &'p MetricRef {
    let asked = plan.compares.iter().flat_map(|(_, c)| &c.metrics);
    let mut asked = asked.filter(|m| m.text == text);
    asked.next().unwrap_or_else(|| panic!("no metric {text}"))
}

/// The value of each metric over all rows, each once.
fn values(
    plan: &Plan,
    metrics: &[&str],
    columns: RunColumns<'_>,
    classes: &Classes,
    rows: usize,
) -> Vec<f64> {
    let weighted = !columns.weight.is_empty();
    let program = |text: &&str| compile(plan, metric(plan, text), classes, None, weighted);
    let programs: Vec<Program> = metrics.iter().map(program).map(Result::unwrap).collect();
    let programs: Vec<&Program> = programs.iter().collect();
    let all: Vec<u32> = (0..rows as u32).collect();
    let kernel = Kernel::new(&programs, columns, classes.names.len(), &all);
    evaluate(&kernel, &vec![1; rows])
}

fn evaluate(kernel: &Kernel, weights: &[u32]) -> Vec<f64> {
    let mut values = vec![f64::NAN; kernel.programs()];
    kernel.evaluate(weights, &mut Scratch::default(), &mut values);
    values
}

fn hold(case: &Case, keys: &[(&str, &str)], values: &[f64]) -> usize {
    let mut held = 0;
    for ((key, _), &value) in keys.iter().zip(values) {
        if case.expects(key) {
            case.check_within(key, value, EXACT);
            held += 1;
        }
    }
    held
}

#[test]
pub fn classification_is_that_of_scikit_learn() {
    let plan = plan();
    let one_label = |c: &Case| c.expects("precision_per_class");
    let all: Vec<Case> = cases("classification")
        .into_iter()
        .filter(one_label)
        .collect();
    assert_eq!(all.len(), 24);
    let mut held = 0;
    for case in &all {
        let names = case.param_texts("labels");
        let code = |text: Option<String>| {
            let text = text.unwrap();
            names.iter().position(|n| *n == text).unwrap() as u32
        };
        let codes = |column| case.texts(column).into_iter().map(code).collect::<Vec<_>>();
        let (label, prediction) = (codes("y_true"), codes("y_pred"));
        let weight = match case.has("sample_weight") {
            true => case.numbers("sample_weight"),
            false => vec![],
        };
        let columns = RunColumns::default()
            .class("label", &label)
            .class("prediction", &prediction)
            .weight(&weight);
        let positive = case
            .param_texts("pos_label")
            .first()
            .map(|p| code(Some(p.clone())));
        let classes = Classes {
            names: names.clone(),
            positive,
        };
        let mut keys = OF_CLASSES.to_vec();
        if positive.is_some() {
            keys.extend(OF_POSITIVE);
        }
        let metrics: Vec<&str> = keys.iter().map(|(_, metric)| *metric).collect();
        let got = values(&plan, &metrics, columns, &classes, label.len());
        held += hold(case, &keys, &got);
    }
    assert_eq!(held, 24 * 23 + 14 * 6);
}

#[test]
pub fn latency_is_that_of_numpy() {
    let plan = plan();
    let metrics = OF_LATENCY.map(|(_, metric)| metric);
    let mut held = 0;
    for case in &cases("latency") {
        let latency = case.numbers("latency_ms");
        let columns = RunColumns::default().number("latency", &latency);
        let got = values(&plan, &metrics, columns, &Classes::default(), latency.len());
        held += hold(case, &OF_LATENCY, &got);
    }
    assert_eq!(held, 10 * OF_LATENCY.len());
}

#[test]
pub fn regression_is_that_of_scikit_learn() {
    let plan = plan();
    let mut held = 0;
    for case in cases("regression").iter().filter(|c| !c.expects_error()) {
        let (label, prediction) = (case.numbers("y_true"), case.numbers("y_pred"));
        let weight = match case.has("sample_weight") {
            true => case.numbers("sample_weight"),
            false => vec![],
        };
        let columns = RunColumns::default()
            .number("label", &label)
            .number("prediction", &prediction)
            .weight(&weight);
        for (key, name) in OF_NUMBERS.iter().filter(|(key, _)| case.expects(key)) {
            let got = values(
                &plan,
                &[name],
                columns.clone(),
                &Classes::default(),
                label.len(),
            );
            match (*key, case.name.as_str()) {
                ("r2", _) => case.check(key, got[0]),
                (key, _) => case.check_within(key, got[0], EXACT),
            }
            held += 1;
        }
    }
    assert_eq!(held, 13 * OF_NUMBERS.len() + 9);
}

#[test]
pub fn scores_are_judged_as_by_scikit_learn() {
    let plan = plan();
    let metrics = OF_SCORES.map(|(_, metric)| metric);
    let mut held = 0;
    let binary = |c: &Case| c.name.starts_with("score_") && !c.expects_error();
    for case in cases("classification").into_iter().filter(binary) {
        let label: Vec<u32> = case.classes("y_true").iter().map(|&c| c as u32).collect();
        let weight = match case.has("sample_weight") {
            true => case.numbers("sample_weight"),
            false => vec![],
        };
        let score = case.numbers("y_score");
        let scores = [score.iter().map(|s| 1.0 - s).collect(), score.clone()];
        let columns = RunColumns::default()
            .class("label", &label)
            .score(&score)
            .scores(&scores)
            .weight(&weight);
        let classes = Classes {
            names: vec!["0".into(), "1".into()],
            positive: Some(1),
        };
        let got = values(&plan, &metrics, columns, &classes, label.len());
        held += hold(&case, &OF_SCORES, &got);
    }
    assert_eq!(held, 13 * 2);
}

/// Counts by hand: 3 rightly and 1 wrongly positive, 4 rightly and 2 wrongly negative.
#[test]
fn rates_are_what_their_names_say() {
    let plan = plan();
    let columns = RunColumns::default()
        .class("label", &[1, 1, 1, 0, 0, 0, 0, 0, 1, 1])
        .class("prediction", &[1, 1, 1, 1, 0, 0, 0, 0, 0, 0])
        .score(&[1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0])
        .number(
            "latency",
            &[2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 7.0],
        )
        .number("label", &[1.0, 2.0, 3.0, 4.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0])
        .number(
            "prediction",
            &[1.0, 2.0, 3.0, 2.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0],
        );
    let classes = Classes {
        names: vec!["no".into(), "yes".into()],
        positive: Some(1),
    };
    let known = [
        ("error_rate", 0.3),
        ("specificity", 4.0 / 5.0),
        ("false_positive_rate", 1.0 / 5.0),
        ("false_negative_rate", 2.0 / 5.0),
        ("false_discovery_rate", 1.0 / 4.0),
        ("negative_predictive_value", 4.0 / 6.0),
        ("positive_rate", 0.4),
        ("youden_j", 0.6 + 0.8 - 1.0),
        ("g_mean", 0.48f64.sqrt()),
        ("calibration_gap", 0.1),
        ("brier_skill", 1.0 - 0.3 / 0.25),
        // Ten answers in 25 ms, a rate per ms.
        ("throughput", 10.0 / 25.0),
        ("absolute_bias", 0.1),
        ("wape", 3.0 / 10.0),
        ("absolute_error_quantile(q: 0.5)", 0.0),
    ];
    let got = values(&plan, &known.map(|k| k.0), columns, &classes, 10);
    for ((name, want), got) in known.into_iter().zip(got) {
        assert!((got - want).abs() < EXACT, "{name} is {got}, not {want}");
    }
}

#[test]
fn what_a_label_lacks_is_an_error() {
    let plan = plan();
    let compiled = |text: &str, classes: &Classes, weighted| {
        compile(&plan, metric(&plan, text), classes, None, weighted).map(|_| ())
    };
    let classes = |names: &[&str]| Classes {
        names: names.iter().map(|n| (*n).to_owned()).collect(),
        positive: None,
    };
    let (none, three) = (classes(&[]), classes(&["a", "b", "c"]));
    assert_eq!(
        compiled("f1_macro", &none, false),
        Err(CompileError::NoClasses)
    );
    assert_eq!(compiled("f1", &three, false), Err(CompileError::NoPositive));
    assert_eq!(
        compiled("latency_p95", &three, true),
        Err(CompileError::WeightedOrder)
    );
    assert_eq!(compiled("latency_max", &three, true), Ok(()));
}

/// Metrics of every kind of statistic: counts, sums, order statistics, extremes, with and without
/// conditions on classes and numbers.
const COUNTS_AND_SUMS: [&str; 30] = [
    "accuracy",
    "balanced_accuracy",
    "f1",
    "f1_macro",
    "precision_weighted",
    "f_beta(beta: 2)",
    "mcc",
    "cohen_kappa",
    "brier",
    "log_loss",
    "latency_mean",
    "right_score",
    "sure",
    "total",
    "answers",
    "group_gap",
    "binned",
    "nested",
    "by_class",
    "auc",
    "auc_sure",
    "auc_groups",
    "pr",
    "linear",
    "ranks",
    "pairs",
    "kappa",
    "kappa_groups",
    "alpha",
    "sharp",
];

const ORDERS: [&str; 8] = [
    "latency_p50",
    "latency_p95",
    "sure_median",
    "right_slowest",
    "wrong_fastest",
    "latency_min",
    "group_median",
    "group_slowest",
];

/// One made row: label, prediction, score and latency in tenths (so that ties occur), weight in
/// tenths (0 included), cluster, how often it stands, whether the kernel is about it.
pub(crate) type Row = (u32, u32, u32, u32, u32, u32, u32, bool);

pub(crate) fn row() -> impl Strategy<Value = Row> {
    let counted = (0..4u32, any::<bool>());
    (
        0..3u32,
        0..3u32,
        0..12u32,
        0..12u32,
        0..4u32,
        0..5u32,
        counted,
    )
        .prop_map(|(l, p, s, t, w, u, (k, on))| (l, p, s, t, w, u, k, on))
}

/// Made columns.
#[derive(Default)]
pub(crate) struct Made {
    label: Vec<u32>,
    prediction: Vec<u32>,
    score: Vec<f64>,
    latency: Vec<f64>,
    weight: Vec<f64>,
    lang: Vec<u32>,
    scores: Vec<Vec<f64>>,
}

impl Made {
    pub(crate) fn new(rows: &[Row], weighted: bool) -> Self {
        let tenths = |x: u32| f64::from(x) / 10.0;
        let mut made = Made {
            scores: vec![Vec::new(); 3],
            ..Made::default()
        };
        for &(label, prediction, score, latency, weight, cluster, ..) in rows {
            made.lang.push(cluster % 3);
            for (class, scores) in made.scores.iter_mut().enumerate() {
                scores.push(tenths(score) / (class as f64 + 1.2));
            }
            made.label.push(label);
            made.prediction.push(prediction);
            made.score.push(tenths(score));
            made.latency.push(tenths(latency));
            if weighted {
                made.weight.push(tenths(weight));
            }
        }
        made
    }

    /// With latencies of which none is like another.
    pub(crate) fn with_unlike_latencies(mut self) -> Self {
        for (row, latency) in self.latency.iter_mut().enumerate() {
            *latency += row as f64 / 128.0;
        }
        self
    }

    pub(crate) fn kernel(&self, programs: &[Program], rows: &[u32]) -> Kernel {
        let columns = RunColumns::default()
            .class("label", &self.label)
            .class("prediction", &self.prediction)
            .score(&self.score)
            .number("latency", &self.latency)
            .group("lang", &self.lang)
            .scores(&self.scores)
            .weight(&self.weight);
        let programs: Vec<&Program> = programs.iter().collect();
        Kernel::new(&programs, columns, 3, rows)
    }
}

fn programs(plan: &Plan, weighted: bool) -> Vec<Program> {
    programs_of(plan, &all(weighted), weighted)
}

/// All metrics that weights allow.
pub(crate) fn all(weighted: bool) -> Vec<&'static str> {
    let mut metrics = COUNTS_AND_SUMS.to_vec();
    if !weighted {
        metrics.extend(ORDERS);
    }
    metrics
}

pub(crate) fn programs_of(plan: &Plan, metrics: &[&str], weighted: bool) -> Vec<Program> {
    let classes = Classes {
        names: ["a", "b", "c"].map(str::to_owned).to_vec(),
        positive: Some(1),
    };
    let program = |text: &&str| compile(plan, metric(plan, text), &classes, None, weighted);
    metrics.iter().map(program).map(Result::unwrap).collect()
}

/// Places in `rows` of those that the kernel is about.
pub(crate) fn chosen(rows: &[Row]) -> Vec<u32> {
    let chosen = (0u32..).zip(rows).filter(|(_, row)| row.7);
    chosen.map(|(place, _)| place).collect()
}

/// Cases to repeat are written here as tests, not kept in files.
pub(crate) fn config() -> ProptestConfig {
    ProptestConfig {
        failure_persistence: None,
        ..Default::default()
    }
}

pub(crate) fn assert_same(got: &[f64], want: &[f64], what: &str) {
    assert_eq!(got.len(), want.len());
    for (i, (got, want)) in got.iter().zip(want).enumerate() {
        let same =
            got.is_nan() && want.is_nan() || (got - want).abs() <= EXACT * want.abs().max(1.0);
        assert!(same, "{what}: program {i} gives {got}, not {want}");
    }
}

#[test]
fn multiplicities_are_repeated_rows() {
    let plan = plan();
    for weighted in [false, true] {
        let programs = programs(&plan, weighted);
        proptest!(config(), |(rows in prop::collection::vec(row(), 0..24))| {
            let kernel = Made::new(&rows, weighted).kernel(&programs, &chosen(&rows));
            let times: Vec<u32> = rows.iter().map(|row| row.6).collect();
            let stands = |row: &Row| if row.7 { row.6 as usize } else { 0 };
            let repeated: Vec<Row> =
                rows.iter().flat_map(|row| std::iter::repeat_n(*row, stands(row))).collect();
            let all: Vec<u32> = (0..repeated.len() as u32).collect();
            let long = Made::new(&repeated, weighted).kernel(&programs, &all);
            let want = evaluate(&long, &vec![1; repeated.len()]);
            assert_same(&evaluate(&kernel, &times), &want, "repeated");
        });
    }
}

#[test]
fn the_jackknife_is_evaluation_without_a_unit() {
    let plan = plan();
    for (weighted, clustered) in [(false, false), (false, true), (true, false), (true, true)] {
        let programs = programs(&plan, weighted);
        proptest!(config(), |(rows in prop::collection::vec(row(), 0..24))| {
            let on = chosen(&rows);
            let made = Made::new(&rows, weighted);
            let unit = |place: u32| if clustered { rows[place as usize].5 } else { place };
            let unit_of_row: Vec<u32> = (0..rows.len() as u32).map(unit).collect();
            let jackknife = made.kernel(&programs, &on).jackknife(&unit_of_row, &vec![1; rows.len()]);
            let mut units: Vec<u32> = on.iter().map(|&place| unit(place)).collect();
            units.sort_unstable();
            units.dedup();
            let got: Vec<u32> = jackknife.iter().map(|(unit, _)| *unit).collect();
            prop_assert_eq!(&got, &units);
            for (out, values) in &jackknife {
                let kept: Vec<u32> = on.iter().copied().filter(|&p| unit(p) != *out).collect();
                let want = evaluate(&made.kernel(&programs, &kept), &vec![1; rows.len()]);
                assert_same(values, &want, &format!("without unit {out}"));
            }
        });
    }
}
