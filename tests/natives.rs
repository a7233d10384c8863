//! Natives, groups and bins against values of trusted Python libraries (`tests/oracles/README.md`), through
//! the metrics of the library and through a user's own.
//!
//! What no test holds, and why, is in `oracle_table.rs`.

use crate::support::oracle::{Case, cases};
use benchwright::analysis::analyse;
use benchwright::hir::{MetricRef, Plan};
use benchwright::metrics::{Classes, Kernel, Program, RunColumns, Scratch, compile};
use benchwright::text::MemoryWorld;
use std::path::Path;

/// A plan whose comparison asks for metrics, with what it uses before it.
fn plan(before: &str, metrics: &[&str]) -> Plan {
    let text = format!(
        "{before}\ndataset rows {{ source: \"rows.csv\", version: \"1\", id: id, label: truth, split: all(test) }}\n\
         baseline words {{ predictions: \"words.csv\" }}\n\
         candidate chars {{ predictions: \"chars.csv\" }}\n\
         compare chars with words {{ on: rows.test, interval: none, metrics: [{}] }}\n",
        metrics.join(", ")
    );
    let world = MemoryWorld::default().with("plan.bench", text);
    let analysis = analyse(&world, Path::new("plan.bench")).unwrap();
    let wrong = analysis.diagnostics.iter();
    let wrong: Vec<&String> = wrong
        .filter(|d| "NTSE".contains(&d.code.code[..1]))
        .map(|d| &d.message)
        .collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    analysis.plan
}

fn values(plan: &Plan, columns: &RunColumns<'_>, classes: &Classes, rows: usize) -> Vec<f64> {
    let (_, compare) = plan.compares.iter().next().unwrap();
    let weighted = !columns.weight.is_empty();
    let program = |m: &MetricRef| compile(plan, m, classes, None, weighted).unwrap();
    let programs: Vec<Program> = compare.metrics.iter().map(program).collect();
    let programs: Vec<&Program> = programs.iter().collect();
    let all: Vec<u32> = (0..rows as u32).collect();
    let kernel = Kernel::new(&programs, columns.clone(), classes.names.len(), &all);
    let mut values = vec![f64::NAN; programs.len()];
    kernel.evaluate(&vec![1; rows], &mut Scratch::default(), &mut values);
    values
}

fn weight(case: &Case) -> Vec<f64> {
    match case.has("sample_weight") {
        true => case.numbers("sample_weight"),
        false => vec![],
    }
}

fn hold(case: &Case, keys: &[(&str, &str)], values: &[f64]) -> usize {
    let mut held = 0;
    for ((key, _), &value) in keys.iter().zip(values) {
        if case.expects(key) {
            case.check(key, value);
            held += 1;
        }
    }
    held
}

fn named(names: &[&str], positive: Option<u32>) -> Classes {
    Classes {
        names: names.iter().map(|n| (*n).to_owned()).collect(),
        positive,
    }
}

#[test]
pub fn scores_are_judged_as_by_scikit_learn() {
    let keys = [
        ("roc_auc", "roc_auc"),
        ("average_precision", "average_precision"),
        ("pr_auc_trapezoid", "pr_auc"),
        ("log_loss", "log_loss"),
        ("brier", "brier"),
        ("ece_10", "ece(bins: 10)"),
        ("mce_10", "mce(bins: 10)"),
        ("ece_15", "ece(bins: 15)"),
        ("ece_equal_mass_10", "ece_equal_mass(bins: 10)"),
    ];
    let uses = "use std.classification.{roc_auc, average_precision, pr_auc}\nuse std.calibration.{log_loss, brier, ece, mce, ece_equal_mass}";
    let plan = plan(uses, &keys.map(|k| k.1));
    let mut held = 0;
    let binary = |c: &Case| c.name.starts_with("score_") && !c.expects_error();
    for case in cases("classification").into_iter().filter(binary) {
        let label: Vec<u32> = case.classes("y_true").iter().map(|&c| c as u32).collect();
        let (weight, score) = (weight(&case), case.numbers("y_score"));
        let scores = [score.iter().map(|s| 1.0 - s).collect(), score.clone()];
        let columns = RunColumns::default()
            .class("label", &label)
            .score(&score)
            .scores(&scores)
            .weight(&weight);
        let got = values(&plan, &columns, &named(&["0", "1"], Some(1)), label.len());
        held += hold(&case, &keys, &got);
    }
    assert!(held > 90, "{held}");
}

#[test]
pub fn scores_of_all_classes_are_judged_as_by_scikit_learn() {
    let keys = [
        ("log_loss", "log_loss"),
        ("brier_multiclass_sum", "brier_multiclass"),
        ("top_1_accuracy", "top_k(k: 1)"),
        ("top_2_accuracy", "top_k(k: 2)"),
        ("top_3_accuracy", "top_k(k: 3)"),
        ("roc_auc_ovr_macro", "roc_auc_ovr"),
        ("roc_auc_ovr_weighted", "roc_auc_ovr_weighted"),
        ("roc_auc_ovo_macro", "roc_auc_ovo"),
        ("roc_auc_ovo_weighted", "roc_auc_ovo_weighted"),
        ("average_precision_macro", "average_precision_macro"),
        ("argmax_accuracy", "argmax"),
        ("ece_conf_10", "ece_confidence(bins: 10)"),
        ("mce_conf_10", "mce_confidence(bins: 10)"),
        ("ece_conf_15", "ece_confidence(bins: 15)"),
    ];
    let uses = "use std.classification.{top_k, roc_auc_ovr, roc_auc_ovr_weighted, roc_auc_ovo, roc_auc_ovo_weighted, average_precision_macro}\nuse std.calibration.{log_loss, brier_multiclass, ece_confidence, mce_confidence}\nmetric argmax { better: higher, value: mean(native.top_class_is(score, label)) }";
    let plan = plan(uses, &keys.map(|k| k.1));
    let mut held = 0;
    for case in cases("classification")
        .into_iter()
        .filter(|c| c.name.starts_with("proba_"))
    {
        let label: Vec<u32> = case.classes("y_true").iter().map(|&c| c as u32).collect();
        let names = case.param_texts("labels");
        let rows = case.input["proba"].as_array().unwrap();
        let of = |class: usize| rows.iter().map(|r| r[class].as_f64().unwrap()).collect();
        let scores: Vec<Vec<f64>> = (0..names.len()).map(of).collect();
        let weight = weight(&case);
        let columns = RunColumns::default()
            .class("label", &label)
            .scores(&scores)
            .weight(&weight);
        let classes = Classes {
            names,
            positive: None,
        };
        held += hold(
            &case,
            &keys,
            &values(&plan, &columns, &classes, label.len()),
        );
    }
    assert!(held > 50, "{held}");
}

#[test]
pub fn fairness_is_that_of_fairlearn() {
    let keys = [
        (
            "demographic_parity_difference",
            "demographic_parity_difference(g)",
        ),
        ("demographic_parity_ratio", "demographic_parity_ratio(g)"),
        ("equalized_odds_difference", "equalized_odds_difference(g)"),
        ("equalized_odds_ratio", "equalized_odds_ratio(g)"),
        (
            "equal_opportunity_difference",
            "equal_opportunity_difference(g)",
        ),
        ("accuracy_gap", "accuracy_gap(g)"),
        ("accuracy_worst_group", "worst_group_accuracy(g)"),
    ];
    let uses = "use std.fairness.{demographic_parity_difference, demographic_parity_ratio, equalized_odds_difference, equalized_odds_ratio, equal_opportunity_difference, accuracy_gap, worst_group_accuracy}";
    let plan = plan(uses, &keys.map(|k| k.1));
    let mut held = 0;
    for case in &cases("fairness") {
        let codes =
            |column: &str| -> Vec<u32> { case.classes(column).iter().map(|&c| c as u32).collect() };
        let (label, prediction) = (codes("y_true"), codes("y_pred"));
        let groups: Vec<String> = case.texts("group").into_iter().flatten().collect();
        let mut known = groups.clone();
        known.sort();
        known.dedup();
        let code = |g: &String| known.iter().position(|k| k == g).unwrap() as u32;
        let groups: Vec<u32> = groups.iter().map(code).collect();
        let weight = weight(case);
        let columns = RunColumns::default()
            .class("label", &label)
            .class("prediction", &prediction)
            .group("g", &groups)
            .weight(&weight);
        let got = values(&plan, &columns, &named(&["0", "1"], Some(1)), label.len());
        held += hold(case, &keys, &got);
    }
    assert!(held >= 9 * 5, "{held}");
}

#[test]
pub fn correlations_are_those_of_scipy() {
    let keys = [
        ("r2", "r2"),
        ("pearson", "pearson"),
        ("spearman", "spearman"),
        ("kendall_tau_b", "kendall_tau"),
        ("kendall_tau_c", "kendall_tau_c"),
    ];
    let plan = plan(
        "use std.regression.{r2, pearson, spearman, kendall_tau, kendall_tau_c}",
        &keys.map(|k| k.1),
    );
    let mut held = 0;
    for case in cases("regression").iter().filter(|c| !c.expects_error()) {
        let (label, prediction) = (case.numbers("y_true"), case.numbers("y_pred"));
        let weight = weight(case);
        let columns = RunColumns::default()
            .number("label", &label)
            .number("prediction", &prediction)
            .weight(&weight);
        let got = values(&plan, &columns, &Classes::default(), label.len());
        held += hold(case, &keys, &got);
    }
    assert!(held > 50, "{held}");
}

#[test]
pub fn weighted_kappas_are_those_of_scikit_learn() {
    let keys = [
        ("cohen_kappa", "kappa(prediction, label)"),
        ("cohen_kappa_linear", "cohen_kappa_linear"),
        (
            "cohen_kappa_quadratic",
            "kappa_quadratic(prediction, label)",
        ),
    ];
    let uses =
        "use std.classification.cohen_kappa_linear\nuse std.agreement.{kappa, kappa_quadratic}";
    let plan = plan(uses, &keys.map(|k| k.1));
    let mut held = 0;
    for case in cases("classification")
        .iter()
        .filter(|c| c.expects("cohen_kappa"))
    {
        let names = case.param_texts("labels");
        let code = |t: Option<String>| {
            let t = t.unwrap();
            names.iter().position(|n| *n == t).unwrap() as u32
        };
        let codes = |column| {
            case.texts(column)
                .into_iter()
                .map(code)
                .collect::<Vec<u32>>()
        };
        let (label, prediction) = (codes("y_true"), codes("y_pred"));
        let weight = weight(case);
        let columns = RunColumns::default()
            .class("label", &label)
            .class("prediction", &prediction)
            .weight(&weight);
        let classes = Classes {
            names: names.clone(),
            positive: None,
        };
        held += hold(case, &keys, &values(&plan, &columns, &classes, label.len()));
    }
    assert_eq!(held, 24 * 3);
}

/// Raters as columns `r0`, `r1`, … of the dataset.
fn raters(count: usize) -> String {
    let names: Vec<String> = (0..count).map(|i| format!("\"r{i}\"")).collect();
    names.join(", ")
}

#[test]
pub fn agreement_is_that_of_the_krippendorff_package() {
    let mut held = 0;
    for case in cases("agreement").iter().filter(|c| c.has("ratings")) {
        let ratings = case.input["ratings"].as_array().unwrap();
        let rating = |r: &serde_json::Value| {
            r.as_array()
                .unwrap()
                .iter()
                .map(serde_json::Value::as_f64)
                .collect()
        };
        let ratings: Vec<Vec<Option<f64>>> = ratings.iter().map(rating).collect();
        let mut values_there: Vec<f64> = ratings.iter().flatten().flatten().copied().collect();
        values_there.sort_by(f64::total_cmp);
        values_there.dedup();
        let code = |v: &Option<f64>| match v {
            Some(v) => values_there.iter().position(|w| w == v).unwrap() as u32,
            None => u32::MAX,
        };
        let codes: Vec<Vec<u32>> = ratings
            .iter()
            .map(|r| r.iter().map(code).collect())
            .collect();
        let extra: Vec<String> = values_there.iter().map(f64::to_string).collect();
        let mut columns = RunColumns {
            extra: &extra,
            ..RunColumns::default()
        };
        let names: Vec<String> = (0..codes.len()).map(|i| format!("r{i}")).collect();
        for (name, codes) in names.iter().zip(&codes) {
            columns = columns.group(name, codes);
        }
        for level in ["nominal", "ordinal", "interval", "ratio"] {
            let key = format!("alpha_{level}");
            if !case.expects(&key) {
                continue;
            }
            let own = format!(
                "metric alpha {{ better: higher, value: native.krippendorff_alpha({}, level: {level}) }}",
                raters(codes.len())
            );
            let got = values(
                &plan(&own, &["alpha"]),
                &columns,
                &Classes::default(),
                codes[0].len(),
            );
            case.check(&key, got[0]);
            held += 1;
        }
    }
    assert_eq!(held, 6 * 4 + 1);
}

#[test]
pub fn fleiss_kappa_is_that_of_statsmodels() {
    let mut held = 0;
    for case in cases("agreement").iter().filter(|c| c.has("table")) {
        let table: Vec<Vec<f64>> = serde_json::from_value(case.input["table"].clone()).unwrap();
        let count = table[0].iter().sum::<f64>() as usize;
        let of_unit = |row: &Vec<f64>| -> Vec<u32> {
            let each = row.iter().enumerate();
            each.flat_map(|(c, &n)| std::iter::repeat_n(c as u32, n as usize))
                .collect()
        };
        let units: Vec<Vec<u32>> = table.iter().map(of_unit).collect();
        let codes: Vec<Vec<u32>> = (0..count)
            .map(|r| units.iter().map(|u| u[r]).collect())
            .collect();
        let names: Vec<String> = (0..count).map(|i| format!("r{i}")).collect();
        let mut columns = RunColumns::default();
        for (name, codes) in names.iter().zip(&codes) {
            columns = columns.group(name, codes);
        }
        let own = format!(
            "metric k {{ better: higher, value: native.fleiss_kappa({0}) }}\n\
             metric r {{ better: higher, value: native.randolph_kappa({0}, classes: {1}) }}",
            raters(count),
            table[0].len()
        );
        let got = values(
            &plan(&own, &["k", "r"]),
            &columns,
            &Classes::default(),
            units.len(),
        );
        case.check("fleiss_kappa", got[0]);
        case.check("randolph_kappa", got[1]);
        held += 1;
    }
    assert_eq!(held, 4);
}

/// By hand: groups within groups, classes within groups, shares.
#[test]
fn groups_compose() {
    let own = r#"
metric nested { better: lower, value: max by site of (mean by bins(score, 2) of (mean(latency))) }
metric share  { better: lower, value: max by site of (share()) }
metric folds  { better: higher, value: mean over class c of (min by site of (count(prediction == c) / count())) }
metric own    { better: higher, value: min by site of (right) }
metric right  { better: higher, value: mean(prediction == label) }
metric at_b   { better: higher, value: count("site" == "b") / count() }
metric middle { better: lower, value: sum by site of (quantile(latency, 50%)) }
"#;
    let plan = plan(own, &["nested", "share", "folds", "own", "at_b", "middle"]);
    let extra = ["a", "b"].map(str::to_owned);
    let columns = RunColumns {
        extra: &extra,
        ..RunColumns::default()
    };
    // Codes of words that are no classes come after those of the classes.
    let columns = columns
        .group("site", &[2, 2, 2, 3, 3])
        .class("label", &[0, 1, 1, 0, 1])
        .class("prediction", &[0, 1, 0, 0, 0])
        .score(&[0.1, 0.9, 1.0, 0.4, 0.5])
        .number("latency", &[1.0, 2.0, 6.0, 3.0, 5.0]);
    let classes = named(&["no", "yes"], Some(1));
    let names = classes.names.clone();
    let columns = RunColumns {
        names: &names,
        ..columns
    };
    let got = values(&plan, &columns, &classes, 5);
    // Site a: bins {1}, {2, 6}, means 1 and 4; site b: {3}, {5}.
    assert_eq!(got[0], 4.0);
    assert_eq!(got[1], 3.0 / 5.0);
    // Class no: 2/3 and 1; class yes: 1/3 and 0.
    assert_eq!(got[2], (2.0 / 3.0 + 0.0) / 2.0);
    assert_eq!(got[3], 0.5);
    assert_eq!(got[4], 2.0 / 5.0);
    assert_eq!(got[5], 2.0 + 4.0);
}
