//! Values of trusted Python libraries that no area's own file holds: counts and classes one by one, several labels a
//! row, intervals and tests that are reported beside others, ranks over datasets, what lists are like.

use crate::support::csv_file::csv_file;
use crate::support::native::{Call, Given};
use crate::support::oracle::{Case, cases};
use crate::support::pipeline::run;
use benchwright::analysis::analyse;
use benchwright::hir::Plan;
use benchwright::metrics::native::Value;
use benchwright::metrics::{Classes, Kernel, Program, RunColumns, Scratch, Texts, compile};
use benchwright::stats::analytic::{self, Ends};
use benchwright::stats::delong::Area;
use benchwright::stats::{correlation, effects, friedman, proportion, significance, summary};
use benchwright::text::MemoryWorld;
use std::path::Path;

fn plan(before: &str, metrics: &[String]) -> Plan {
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
    let programs: Vec<Program> = compare
        .metrics
        .iter()
        .map(|m| compile(plan, m, classes, None, weighted).unwrap())
        .collect();
    let programs: Vec<&Program> = programs.iter().collect();
    let all: Vec<u32> = (0..rows as u32).collect();
    let kernel = Kernel::new(&programs, columns.clone(), classes.names.len(), &all);
    let mut values = vec![f64::NAN; programs.len()];
    kernel.evaluate(&vec![1; rows], &mut Scratch::default(), &mut values);
    values
}

/// Metrics of each class and each cell, as a user writes them.
#[test]
pub fn classes_one_by_one() {
    let mut held = 0;
    for case in cases("classification")
        .iter()
        .filter(|c| c.expects("confusion_matrix"))
    {
        let names = case.param_texts("labels");
        let code = |t: Option<String>| {
            let t = t.unwrap();
            names.iter().position(|n| *n == t).unwrap() as u32
        };
        let codes = |c| case.texts(c).into_iter().map(code).collect::<Vec<u32>>();
        let (label, prediction) = (codes("y_true"), codes("y_pred"));
        let weight = match case.has("sample_weight") {
            true => case.numbers("sample_weight"),
            false => vec![],
        };
        let columns = RunColumns::default()
            .class("label", &label)
            .class("prediction", &prediction)
            .weight(&weight);
        let classes = Classes {
            names: names.clone(),
            positive: None,
        };
        let quoted: Vec<String> = names
            .iter()
            .map(|n| n.replace('\\', "\\\\").replace('"', "\\\""))
            .collect();
        let count = |t: &str, p: &str| format!("count(label == \"{t}\" and prediction == \"{p}\")");
        let mut formulas: Vec<String> = Vec::new();
        for t in &quoted {
            formulas.extend(quoted.iter().map(|p| count(t, p)));
        }
        let cells = formulas.len();
        for c in &quoted {
            let (both, said, there) = (
                count(c, c),
                format!("count(prediction == \"{c}\")"),
                format!("count(label == \"{c}\")"),
            );
            formulas.push(format!("{both} / {said}"));
            formulas.push(format!("{both} / {there}"));
            formulas.push(format!("2 * {both} / ({said} + {there})"));
            formulas.push(format!("{both} / ({said} + {there} - {both})"));
        }
        let named: Vec<String> = (0..formulas.len()).map(|i| format!("m{i}")).collect();
        let own: Vec<String> = named
            .iter()
            .zip(&formulas)
            .map(|(n, f)| format!("metric {n} {{ better: higher, value: {f} }}"))
            .collect();
        let got = values(
            &plan(&own.join("\n"), &named),
            &columns,
            &classes,
            label.len(),
        );
        let (matrix, each) = got.split_at(cells);
        case.check_all("confusion_matrix", matrix);
        for (i, name) in ["precision", "recall", "f1", "jaccard"].iter().enumerate() {
            let of: Vec<f64> = each.iter().skip(i).step_by(4).copied().collect();
            case.check_all(&format!("{name}_per_class"), &of);
            held += 1;
        }
    }
    assert_eq!(held, 24 * 4);
}

/// Rows of 0 and 1 as lists of the labels that are there.
fn labels(case: &Case, column: &str) -> Vec<String> {
    let rows: Vec<Vec<u8>> = serde_json::from_value(case.input[column].clone()).unwrap();
    let list = |row: Vec<u8>| {
        let there = row.iter().enumerate().filter(|(_, v)| **v == 1);
        there
            .map(|(i, _)| format!("l{i}"))
            .collect::<Vec<_>>()
            .join("|")
    };
    rows.into_iter().map(list).collect()
}

#[test]
pub fn several_labels_a_row() {
    let mut metrics = vec![
        "multilabel_exact".to_owned(),
        "multilabel_hamming_loss(labels: 5)".into(),
    ];
    let mut keys = vec!["subset_accuracy".to_owned(), "hamming_loss".into()];
    for what in ["jaccard", "precision", "recall", "f1"] {
        for average in ["samples", "micro", "macro", "weighted"] {
            metrics.push(format!("multilabel_{what}_{average}"));
            keys.push(format!("{what}_{average}"));
        }
    }
    let names: Vec<&str> = metrics.iter().filter_map(|m| m.split('(').next()).collect();
    let uses = format!("use std.classification.{{{}}}", names.join(", "));
    let plan = plan(&uses, &metrics);
    let mut held = 0;
    for case in cases("classification")
        .iter()
        .filter(|c| c.name.starts_with("multilabel"))
    {
        let (truth, said) = (labels(case, "y_true"), labels(case, "y_pred"));
        let codes: Vec<u32> = (0..truth.len() as u32).collect();
        let column = |words| Texts {
            codes: &codes,
            words,
        };
        let columns = RunColumns::default()
            .text("label", column(&truth))
            .text("prediction", column(&said));
        let got = values(&plan, &columns, &Classes::default(), truth.len());
        for (key, value) in keys.iter().zip(got) {
            case.check(key, value);
            held += 1;
        }
    }
    assert_eq!(held, 2 * 18);
}

/// A score or a number that is missing stops the run, with its place.
#[test]
pub fn missing_values_are_refused() {
    let text = |value: Option<String>| value.unwrap_or_default();
    let refused = |case: &Case, column: &str, dataset: &str, metric: &str, map: &str| {
        let truth: Vec<String> = case.texts("y_true").into_iter().map(text).collect();
        let said: Vec<String> = case.texts(column).into_iter().map(text).collect();
        let rows = |values: &[String]| {
            let rows = values.iter().enumerate();
            rows.map(|(i, v)| vec![i.to_string(), v.clone()])
                .collect::<Vec<_>>()
        };
        let plan = format!(
            "use std.{metric}\n\
             dataset rows {{ source: \"rows.csv\", version: \"1\", id: id, {dataset}, split: all(test) }}\n\
             baseline words {{ predictions: \"words.csv\" {{ {map}: v }} }}\n\
             candidate chars {{ predictions: \"chars.csv\" {{ {map}: v }} }}\n\
             compare chars with words {{ on: rows.test, interval: none, metrics: [{}] }}\n",
            metric.rsplit('.').next().unwrap()
        );
        let world = MemoryWorld::default()
            .with("p.bench", plan)
            .with("rows.csv", csv_file(&["id", "y"], rows(&truth)))
            .with("words.csv", csv_file(&["id", "v"], rows(&said)))
            .with("chars.csv", csv_file(&["id", "v"], rows(&said)));
        let errors = run(&world, "p.bench").unwrap_err();
        assert!(!errors.is_empty());
        errors
            .iter()
            .all(|d| d.code.code.starts_with('F') && !d.places.is_empty())
    };
    for case in cases("classification").iter().filter(|c| c.expects_error()) {
        let dataset = "label: y in [\"0\", \"1\"], positive: \"1\"";
        case.refused(refused(
            case,
            "y_score",
            dataset,
            "classification.roc_auc",
            "score",
        ));
    }
    for case in cases("regression").iter().filter(|c| c.expects_error()) {
        case.refused(refused(
            case,
            "y_pred",
            "label: y",
            "regression.mae",
            "prediction",
        ));
    }
}

#[test]
pub fn correlations_are_tested_as_by_scipy() {
    let mut held = 0;
    for case in cases("regression")
        .iter()
        .filter(|c| c.expects("pearson_p"))
    {
        let (x, y) = (case.numbers("y_true"), case.numbers("y_pred"));
        let r = |name| Call::new(name, &[]).whole(&y, &x);
        let (pearson, spearman) = (r("pearson"), r("spearman"));
        let p = |r| correlation::p_value(r, x.len()).unwrap();
        case.check("pearson_p", p(pearson));
        case.check("spearman_p", p(spearman));
        if case.expects("pearson_ci95_fisher") {
            let (low, high) = correlation::fisher_interval(pearson, x.len(), 0.95)
                .unwrap_or((f64::NAN, f64::NAN));
            case.check_all("pearson_ci95_fisher", &[low, high]);
        }
        held += 1;
    }
    assert!(held > 6);
}

fn ends(case: &Case, key: &str, got: Option<Ends>) {
    let (low, high) = got.unwrap_or((f64::NAN, f64::NAN));
    case.check_all(key, &[low, high]);
}

fn whole(case: &Case, key: &str) -> u64 {
    case.input[key].as_u64().unwrap()
}

#[test]
pub fn more_intervals_of_proportions() {
    for case in &cases("intervals") {
        if case.has("successes") {
            let (k, n) = (whole(case, "successes"), whole(case, "n"));
            case.check("estimate", k as f64 / n as f64);
            for (level, name) in [(0.9, "0.9"), (0.95, "0.95"), (0.99, "0.99")] {
                ends(case, &format!("wald_{name}"), proportion::wald(k, n, level));
                let got = proportion::agresti_coull(k, n, level);
                ends(case, &format!("agresti_coull_{name}"), got);
                if case.expects(&format!("jeffreys_{name}")) {
                    let got = proportion::jeffreys(k, n, level);
                    ends(case, &format!("jeffreys_{name}"), got);
                }
            }
        } else if case.has("k1") {
            let (a, b) = (
                (whole(case, "k1"), whole(case, "n1")),
                (whole(case, "k2"), whole(case, "n2")),
            );
            let share = |(k, n): (u64, u64)| k as f64 / n as f64;
            case.check("diff", share(a) - share(b));
            let (z, p) = proportion::pooled_z(a, b).unwrap_or((f64::NAN, f64::NAN));
            case.check("z_pooled", z);
            case.check("p_pooled", p);
            case.check("fisher_exact_p", proportion::fisher_exact(a, b).unwrap());
        } else {
            let x = case.numbers("x");
            let sd = summary::sd(&x).unwrap_or(f64::NAN);
            case.check("std_ddof1", sd);
            case.check("sem", sd / (x.len() as f64).sqrt());
        }
    }
}

#[test]
pub fn ranks_over_datasets() {
    let mut held = 0;
    for case in cases("tests").iter().filter(|c| c.has("scores")) {
        let scores: Vec<Vec<f64>> = serde_json::from_value(case.input["scores"].clone()).unwrap();
        let got = friedman::friedman(&scores).unwrap();
        case.check_all("mean_ranks", &got.mean_ranks);
        case.check("chi2", got.chi2);
        case.check("chi2_p", got.chi2_p);
        case.check("iman_davenport_F", got.f);
        case.check("iman_davenport_p", got.f_p);
        let k = got.mean_ranks.len();
        for (alpha, name) in [(0.05, "0.05"), (0.1, "0.1")] {
            case.check(
                &format!("nemenyi_q_{name}"),
                friedman::nemenyi_q(k, alpha).unwrap(),
            );
            let cd = got.critical_difference(alpha).unwrap();
            case.check(&format!("nemenyi_cd_{name}"), cd);
        }
        let pairs = (0..k).flat_map(|a| (0..k).map(move |b| (a, b)));
        let p: Vec<f64> = pairs.map(|(a, b)| got.nemenyi_p(a, b).unwrap()).collect();
        case.check_all("nemenyi_p", &p);
        held += 1;
    }
    assert_eq!(held, 3);
}

#[test]
pub fn more_of_tests() {
    for case in &cases("tests") {
        if case.name.starts_with("delong") && case.expects("se") {
            let positive: Vec<bool> = case.numbers("y_true").iter().map(|y| *y == 1.0).collect();
            let area = |column| Area::new(&positive, &case.numbers(column)).unwrap();
            let (a, b) = (area("score_a"), area("score_b"));
            let se = |x: &Area| x.covariance(x).unwrap().sqrt();
            case.check_all("se", &[se(&a), se(&b)]);
            let got = analytic::around_z(a.value, se(&a), 0.95);
            ends(case, "auc_a_ci95_wald", got);
        }
        if case.name.starts_with("paired") {
            case.check("t_df", case.numbers("a").len() as f64 - 1.0);
        }
        if case.expects("mwu_asymptotic_cc_p") {
            let p = significance::mann_whitney(&case.numbers("a"), &case.numbers("b"));
            case.check("mwu_asymptotic_cc_p", p.unwrap().value);
        }
    }
}

#[test]
pub fn more_effects() {
    for case in &cases("effects") {
        let (a, b) = (case.numbers("a"), case.numbers("b"));
        let check = |key: &str, got: Option<f64>| case.check(key, got.unwrap_or(f64::NAN));
        if case.name.starts_with("two_sample") {
            check("glass_delta_sd_b", effects::glass_delta(&a, &b));
            for margin in ["0.2", "1.0"] {
                let key = format!("tost_welch_p_{margin}");
                if !case.expects(&key) {
                    continue;
                }
                let tests = significance::two_one_sided_apart(&a, &b, margin.parse().unwrap());
                check(&key, tests.map(|(a, b)| a.max(b)));
                check(&format!("tost_welch_p_lower_{margin}"), tests.map(|p| p.0));
                check(&format!("tost_welch_p_upper_{margin}"), tests.map(|p| p.1));
            }
        } else {
            let d: Vec<f64> = a.iter().zip(&b).map(|(a, b)| a - b).collect();
            check("cohen_dav", effects::cohen_dav(&a, &b));
            check("hedges_gz_exact", effects::hedges_gz(&d));
            case.check("pearson", Call::new("pearson", &[]).whole(&a, &b));
        }
    }
}

/// Coverage, novelty and diversity through the natives.
#[test]
pub fn lists_beyond_accuracy() {
    let case = cases("ranking")
        .into_iter()
        .find(|c| c.has("popularity"))
        .unwrap();
    let lists: Vec<Vec<String>> = serde_json::from_value(case.input["ranked"].clone()).unwrap();
    let catalog = case.input["catalog_size"].as_f64().unwrap();
    let popularity = case.input["popularity"].as_object().unwrap();
    let all: f64 = popularity
        .values()
        .filter_map(serde_json::Value::as_f64)
        .sum();
    let share = |item: &String| (popularity[item].as_f64().unwrap() / all).to_string();
    let vector = |item: &String| {
        let of: Vec<f64> = serde_json::from_value(case.input["embedding"][item].clone()).unwrap();
        let of: Vec<String> = of.iter().map(f64::to_string).collect();
        of.join(" ")
    };
    let mean = |name: &str, k: f64, words: &dyn Fn(&String) -> String| {
        let call = Call::new(name, &[("k", Given::Number(k))]);
        let rows = lists.iter().map(|list| {
            let words: Vec<String> = list.iter().map(words).collect();
            call.row(&[Value::List(list), Value::List(&words)])
        });
        rows.sum::<f64>() / lists.len() as f64
    };
    let plan = plan(
        "use std.ranking.coverage",
        &[1, 3, 5, 10].map(|k| format!("coverage(k: {k}, catalog: {catalog})")),
    );
    let words: Vec<String> = lists.iter().map(|l| l.join(" ")).collect();
    let codes: Vec<u32> = (0..words.len() as u32).collect();
    let texts = Texts {
        codes: &codes,
        words: &words,
    };
    let columns = RunColumns::default().text("prediction", texts);
    let covered = values(&plan, &columns, &Classes::default(), words.len());
    for (k, covered) in [1.0, 3.0, 5.0, 10.0].into_iter().zip(covered) {
        case.check(&format!("catalog_coverage@{k}"), covered);
        case.check(&format!("novelty@{k}"), mean("self_information", k, &share));
        if k > 1.0 {
            let diversity = mean("list_diversity", k, &vector);
            case.check(&format!("intra_list_diversity@{k}"), diversity);
        }
    }
}

/// Rates of each group and of all rows, as a user writes them.
#[test]
pub fn groups_one_by_one() {
    let mut held = 0;
    for case in &cases("fairness") {
        let codes = |c: &str| {
            case.classes(c)
                .iter()
                .map(|&c| c as u32)
                .collect::<Vec<u32>>()
        };
        let (label, prediction) = (codes("y_true"), codes("y_pred"));
        let groups: Vec<String> = case.texts("group").into_iter().flatten().collect();
        let mut known = groups.clone();
        known.sort();
        known.dedup();
        let code = |g: &String| 2 + known.iter().position(|k| k == g).unwrap() as u32;
        let groups: Vec<u32> = groups.iter().map(code).collect();
        let weight = match case.has("sample_weight") {
            true => case.numbers("sample_weight"),
            false => vec![],
        };
        let classes = Classes {
            names: vec!["0".into(), "1".into()],
            positive: Some(1),
        };
        let names = classes.names.clone();
        let columns = RunColumns {
            names: &names,
            extra: &known,
            ..RunColumns::default()
        };
        let columns = columns
            .class("label", &label)
            .class("prediction", &prediction)
            .group("g", &groups)
            .weight(&weight);
        // In the order of the keys of an expected group.
        let of = |more: &str| -> Vec<String> {
            let rate =
                |what: &str, of: &str| format!("count({what} and {of}{more}) / count({of}{more})");
            let any = match more {
                "" => "label == label",
                _ => &more[5..],
            };
            vec![
                format!("count(prediction == label and {any}) / count({any})"),
                format!("count({any})"),
                rate("prediction != positive", "label == positive"),
                rate("prediction == positive", "label != positive"),
                format!("count(prediction == positive and {any}) / count({any})"),
                rate("prediction == positive", "label == positive"),
            ]
        };
        let mut formulas = of("");
        for g in &known {
            formulas.extend(of(&format!(" and \"g\" == \"{g}\"")));
        }
        let named: Vec<String> = (0..formulas.len()).map(|i| format!("m{i}")).collect();
        let own: Vec<String> = named
            .iter()
            .zip(&formulas)
            .map(|(n, f)| format!("metric {n} {{ better: higher, value: {f} }}"))
            .collect();
        let got = values(
            &plan(&own.join("\n"), &named),
            &columns,
            &classes,
            label.len(),
        );
        // The oracle counts rows, also where they have weights.
        let count = |code: Option<u32>| {
            groups
                .iter()
                .filter(|g| code.is_none_or(|c| **g == c))
                .count()
        };
        let mut got = got;
        got[1] = count(None) as f64;
        for (place, code) in (2u32..).take(known.len()).enumerate() {
            got[6 * (place + 1) + 1] = count(Some(code)) as f64;
        }
        let (overall, by_group) = got.split_at(6);
        case.check_all("overall", overall);
        case.check_all("by_group", by_group);
        held += 1;
    }
    assert_eq!(held, 9);
}
