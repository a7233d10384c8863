//! Splits, folds and built-in predictors: what plans say of them, and what they compute.

use super::support::pipeline;
use benchwright::analysis::analyse;
use benchwright::data::{
    ColumnKind, ColumnRequest, FoldRule, Share, SplitRule, Table, diagnose, folds, read_table,
    split,
};
use benchwright::exec;
use benchwright::result::RunResult;
use benchwright::text::{MemoryWorld, World};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// 600 visits of 100 patients in two hospitals, some patients in many rows; the doctor is always right.
fn visits(reversed: bool) -> String {
    let mut lines: Vec<String> = (0..600_u32)
        .map(|n| {
            let patient = (n * n + 7 * n) % 100;
            let ward = if patient.is_multiple_of(4) { "a" } else { "b" };
            let died = if n.is_multiple_of(5) { "yes" } else { "no" };
            let (month, day) = (1 + n / 50, 1 + n % 28);
            format!(
                "v{n},p{patient},{ward},{died},2024-{month:02}-{day:02},{},{died}",
                n % 90
            )
        })
        .collect();
    if reversed {
        lines.reverse();
    }
    format!(
        "id,patient,ward,died,day,risk,doctor\n{}\n",
        lines.join("\n")
    )
}

fn table(csv: &str) -> Table {
    let world = MemoryWorld::default().with("v.csv", csv);
    let text = ["id", "patient", "ward", "died", "day"];
    let requests = text.map(|name| ColumnRequest::new(name, ColumnKind::Text));
    read_table(&world, Path::new("v.csv"), &requests, &|_| {}).unwrap()
}

fn values<'t>(table: &'t Table, column: &str, rows: &[u32]) -> Vec<&'t str> {
    let (_, text) = table.text(column).unwrap();
    rows.iter()
        .map(|&row| text.get(row as usize).unwrap())
        .collect()
}

fn sets<'t>(table: &'t Table, column: &str, parts: &[Vec<u32>]) -> Vec<BTreeSet<&'t str>> {
    let of = |rows: &Vec<u32>| values(table, column, rows).into_iter().collect();
    parts.iter().map(of).collect()
}

fn whole(column: &str, strata: &[&str]) -> FoldRule {
    FoldRule::Whole {
        column: column.into(),
        k: 5,
        seed: 3,
        strata: strata.iter().map(|&s| s.into()).collect(),
        repeats: 1,
    }
}

#[test]
fn folds_keep_groups_whole_and_do_not_depend_on_the_order_of_rows() {
    let (table, turned) = (table(&visits(false)), table(&visits(true)));
    let all: Vec<u32> = (0..600).collect();
    for rule in [
        whole("patient", &[]),
        whole("patient", &["died"]),
        whole("id", &[]),
    ] {
        let cut = folds(&table, &rule, &all).unwrap();
        assert_eq!(cut.rows(), all);
        let again = folds(&turned, &rule, &all).unwrap();
        assert_eq!(
            sets(&table, "id", &cut.folds),
            sets(&turned, "id", &again.folds)
        );
        let sizes: Vec<usize> = cut.folds.iter().map(Vec::len).collect();
        assert!(sizes.iter().all(|n| n.abs_diff(120) <= 24), "{sizes:?}");
        if rule != whole("id", &[]) {
            let patients = sets(&table, "patient", &cut.folds);
            let together: usize = patients.iter().map(BTreeSet::len).sum();
            let distinct: BTreeSet<&str> = patients.into_iter().flatten().collect();
            assert_eq!(together, distinct.len());
        }
    }
    let alike = folds(&table, &whole("id", &["died"]), &all).unwrap();
    for fold in &alike.folds {
        let yes = values(&table, "died", fold)
            .iter()
            .filter(|v| **v == "yes")
            .count();
        assert_eq!((fold.len(), yes), (120, 24));
    }
}

#[test]
fn repeats_deal_anew_and_the_first_is_what_it_was() {
    let table = table(&visits(false));
    let all: Vec<u32> = (0..600).collect();
    let once = folds(&table, &whole("patient", &[]), &all).unwrap();
    let FoldRule::Whole {
        column, k, seed, ..
    } = whole("patient", &[])
    else {
        panic!()
    };
    let rule = |repeats| FoldRule::Whole {
        column: column.clone(),
        k,
        seed,
        strata: Vec::new(),
        repeats,
    };
    let cut = folds(&table, &rule(3), &all).unwrap();
    assert_eq!((cut.folds.len(), cut.k(), cut.each().count()), (15, 5, 3));
    assert_eq!(cut.folds[..5], once.folds[..]);
    assert_eq!(cut.rows(), all);
    assert_eq!(cut.test_over_train(), 0.25);
    for (repeat, dealt) in cut.each().enumerate() {
        let mut rows: Vec<u32> = dealt.iter().flatten().copied().collect();
        rows.sort_unstable();
        assert_eq!(rows, all);
        assert_eq!(repeat == 0, dealt == once.folds);
        let patients = sets(&table, "patient", dealt);
        let together: usize = patients.iter().map(BTreeSet::len).sum();
        let distinct: BTreeSet<&str> = patients.into_iter().flatten().collect();
        assert_eq!(together, distinct.len());
    }
    // What a fold is predicted from are the others of its own repeat.
    let learned = cut.learned(7);
    assert_eq!(learned.len(), 600 - cut.folds[7].len());
    assert!(cut.folds[7].iter().all(|row| !learned.contains(row)));
    // Fewer repeats are the first of more.
    assert_eq!(
        folds(&table, &rule(2), &all).unwrap().folds[..],
        cut.folds[..10]
    );
}

#[test]
fn rolling_folds_come_one_behind_the_other() {
    let table = table(&visits(false));
    let rows: Vec<u32> = (100..600).collect();
    let rule = FoldRule::Rolling {
        column: "day".into(),
        k: 4,
    };
    let cut = folds(&table, &rule, &rows).unwrap();
    assert_eq!(cut.folds.len(), 4);
    let mut stretches = vec![cut.before.clone()];
    stretches.extend(cut.folds.clone());
    assert_eq!(stretches.iter().map(Vec::len).sum::<usize>(), 500);
    for pair in stretches.windows(2) {
        let last = values(&table, "day", &pair[0]).into_iter().max();
        let first = values(&table, "day", &pair[1]).into_iter().min();
        assert!(last < first, "{last:?} {first:?}");
        assert!(pair[1].len().abs_diff(100) <= 5, "{}", pair[1].len());
    }
}

#[test]
fn too_few_groups_for_the_folds() {
    let table = table(&visits(false));
    let errors = folds(&table, &whole("ward", &[]), &[0, 1, 2]).unwrap_err();
    let d = diagnose(&errors[0], None);
    assert_eq!(d.message, "`ward` has 2 distinct values for 5 folds");
}

#[test]
fn strata_get_their_shares_as_nearly_as_groups_allow() {
    let table = table(&visits(false));
    let rule = |column: &str, strata: &[&str]| SplitRule::Hash {
        column: column.into(),
        seed: 11,
        parts: vec![
            ("train".into(), Share::Percent(70.0)),
            ("val".into(), Share::Percent(10.0)),
            ("test".into(), Share::Rest),
        ],
        strata: strata.iter().map(|&s| s.into()).collect(),
    };
    let counts = |rule: &SplitRule| -> BTreeMap<(String, String), usize> {
        let mut found = BTreeMap::new();
        for part in split(&table, rule, Some("id")).unwrap().partitions {
            for ward in values(&table, "ward", &part.rows) {
                *found
                    .entry((ward.to_owned(), part.name.clone()))
                    .or_insert(0) += 1;
            }
        }
        found
    };
    let all: Vec<u32> = (0..600).collect();
    let in_ward = |ward: &str| {
        values(&table, "ward", &all)
            .iter()
            .filter(|w| **w == ward)
            .count()
    };
    for (column, slack) in [("id", 1.0), ("patient", 24.0)] {
        for ((ward, part), n) in counts(&rule(column, &["ward"])) {
            let share =
                BTreeMap::from([("train", 0.7), ("val", 0.1), ("test", 0.2)])[part.as_str()];
            let wanted = share * in_ward(&ward) as f64;
            assert!(
                (n as f64 - wanted).abs() < slack,
                "{column} {ward} {part}: {n} of {wanted}"
            );
        }
    }
}

const HEAD: &str = r#"use std.classification.{accuracy, f1_macro}

dataset v {
  source: "v.csv", version: "1", id: id
  TIME
  GROUP
  label:  died in [no, yes]
  columns: { risk: { known: after_outcome, derived_from: label } }
  released: "2024-01-01", license: "CC0", rows: { train: 300, test: 300 }, clusters: 100
  split:  hash(patient, seed: 1) { train: 60%, test: rest }
  folds:  FOLDS
}
"#;

fn plan(folds: &str, rest: &str) -> String {
    let group = if folds.contains("ward") {
        "cluster: patient"
    } else {
        "group: patient"
    };
    let time = if folds.contains("rolling") {
        "time: day"
    } else {
        ""
    };
    let head = HEAD.replace("GROUP", group).replace("TIME", time);
    head.replace("FOLDS", folds) + rest
}

fn world(plan: &str) -> MemoryWorld {
    MemoryWorld::default()
        .with("p.bench", plan)
        .with("v.csv", visits(false))
}

/// Codes of the errors that are leaks or say what is not understood.
fn codes(plan: &str) -> Vec<&'static str> {
    let analysis = analyse(&world(plan), Path::new("p.bench")).unwrap();
    let errors = analysis.diagnostics.iter().filter(|d| d.is_error());
    let all = errors.map(|d| d.code.code);
    all.filter(|c| c.starts_with(['L', 'S', 'N', 'T', 'E']))
        .collect()
}

const FOLDS: &str = "grouped(patient, k: 5, seed: 3, of: train)";

#[test]
fn what_is_trained_on_folds_is_judged_out_of_fold() {
    let stack = |fit: &str, train: &str, on: &str| {
        plan(
            FOLDS,
            &format!(
                "step scale {{ kind: scaler, fit: {fit} }}
                 baseline forest {{ steps: [scale], train: {train}, seeds: 2, predictions: \"f-{{seed}}.csv\" }}
                 baseline logistic {{ steps: [scale], train: v.folds, seeds: 2, predictions: \"l-{{seed}}.csv\" }}
                 candidate stack {{ ensemble: [forest, logistic], train: v.folds, seeds: 2, predictions: \"s-{{seed}}.csv\" }}
                 compare stack with [forest, logistic] {{ on: {on}, metrics: [accuracy] }}"
            ),
        )
    };
    let none: [&str; 0] = [];
    assert_eq!(codes(&stack("v.folds", "v.folds", "v.test")), none);
    assert_eq!(codes(&stack("v.train", "v.folds", "v.test")), none);
    assert_eq!(codes(&stack("v.folds", "v.folds", "v.folds")), none);
    assert_eq!(codes(&stack("v.folds", "v.folds", "v.train")), none);
    // The scaler, or a member, has seen every fold.
    assert_eq!(codes(&stack("v.train", "v.folds", "v.folds")), ["L102"]);
    assert_eq!(codes(&stack("v.folds", "v.train", "v.folds")), ["L101"]);
}

#[test]
fn folds_that_tuned_a_system_do_not_judge_it() {
    let tuned = |on: &str| {
        plan(
            FOLDS,
            &format!(
                "baseline a {{ train: v.folds, tune: v.folds {{ by: accuracy, trials: 9 }}, seeds: 2, predictions: \"a-{{seed}}.csv\" }}
                 candidate b from a {{ predictions: \"b-{{seed}}.csv\" }}
                 compare b with a {{ on: {on}, metrics: [accuracy] }}"
            ),
        )
    };
    assert!(codes(&tuned("v.folds")).contains(&"L115"));
    assert!(!codes(&tuned("v.test")).contains(&"L103"));
}

#[test]
fn slips_in_folds_are_told() {
    let mut told = String::new();
    for folds in [
        "kfold(5)",
        "kfold(k: 5, sed: 1, of: train)",
        "kfold(k: 1)",
        "kfold(k: 5, of: trian)",
        "groups(patient, k: 5)",
        "grouped(k: 5)",
        "rolling(day)",
        "kfold(k: 5, repeats: 0)",
        "kfold(k: 5, repeats: 2_000)",
        "rolling(day, k: 5, repeats: 2)",
        "5",
    ] {
        let text = plan(folds, "");
        let analysis = analyse(&world(&text), Path::new("p.bench")).unwrap();
        for d in analysis.diagnostics.iter().filter(|d| d.is_error()) {
            told += &format!("{folds}\n  {} {}\n", d.code.code, d.message);
            d.help
                .iter()
                .for_each(|h| told += &format!("    help: {h}\n"));
        }
    }
    insta::assert_snapshot!("slips", told);
}

fn estimate(result: &RunResult, system: &str, metric: &str) -> Option<f64> {
    let mut of = result.metrics.iter().filter(|m| {
        m.system == system && m.metric == metric && m.slice.is_none() && m.seed.is_none()
    });
    of.next().and_then(|m| m.estimate)
}

#[test]
fn groups_in_two_folds_or_partitions_are_refused() {
    let text = "baseline a { predict: majority(v.train) }
                candidate b { predict: stratified(v.train) }
                compare b with a { on: v.test, metrics: [accuracy] }";
    let by_row = plan("grouped(id, k: 5, of: train)", text);
    let errors = pipeline::run(&world(&by_row), "p.bench").unwrap_err();
    assert_eq!(errors[0].code.code, "L205");
    assert!(
        errors[0]
            .message
            .starts_with("rows of one `patient` stand in both `fold ")
    );
    let split = plan(FOLDS, text).replace("hash(patient", "hash(id");
    assert_eq!(codes(&split), ["L105"]);
    let analysis = analyse(&world(&split), Path::new("p.bench")).unwrap();
    let errors = pipeline::run_analysed(&world(&split), &analysis, "p.bench").unwrap_err();
    assert_eq!(errors[0].code.code, "L205");
    pipeline::run(&world(&plan(FOLDS, text)), "p.bench").unwrap();
}

#[test]
fn predictors_of_classes() {
    let text = plan(
        "rolling(day, k: 3, of: train)",
        "baseline most { predict: majority(v.train) }
         baseline popular { predict: popularity(v.train) }
         baseline chance { predict: stratified(v.train) }
         baseline last { predict: last_value(v.train) }
         candidate doctor { predict: column(doctor) }
         compare doctor with [most, popular, chance, last] { on: v.test, metrics: [accuracy], interval: bootstrap(200) }",
    );
    let text = text.replace(
        "hash(patient, seed: 1) { train: 60%",
        "before(day) { train: \"2024-07-01\"",
    );
    let result = pipeline::run(&world(&text), "p.bench").unwrap_or_else(|e| panic!("{e:#?}"));
    let of = |system: &str| estimate(&result, system, "accuracy").unwrap();
    assert_eq!(of("doctor"), 1.0);
    assert!((of("most") - 0.8).abs() < 0.06, "{}", of("most"));
    assert_eq!(of("popular"), of("most"));
    // 0.8² + 0.2², give or take.
    assert!((of("chance") - 0.68).abs() < 0.1, "{}", of("chance"));
    let turned = MemoryWorld::default()
        .with("p.bench", &text)
        .with("v.csv", visits(true));
    let turned = pipeline::run(&turned, "p.bench").unwrap();
    for system in ["chance", "last", "most"] {
        assert_eq!(
            estimate(&turned, system, "accuracy"),
            Some(of(system)),
            "{system}"
        );
    }
}

#[test]
fn predictors_of_numbers() {
    let data = "id,who,day,y,old,part\n\
        1,a,2024-01-01,1,9,train\n2,a,2024-01-03,4,9,train\n3,b,2024-01-02,10,9,train\n\
        4,a,2024-01-02,2,1,test\n5,a,2024-01-09,5,5,test\n6,c,2024-01-09,5,5,test\n7,b,2024-01-01,9,8,test\n";
    let plan = r#"use std.regression.mae
dataset d { source: "d.csv", id: id, label: y, cluster: who, group: who, time: day, split: before(part) }
baseline mid   { predict: median(d.train) }
baseline mean  { predict: mean(d.train) }
baseline last  { predict: last_value(d.train) }
candidate old  { predict: column(old) }
compare old with [mid, mean, last] { on: d.test, metrics: [mae], interval: bootstrap(100) }
"#
    .replace("before(part)", "column(part)")
    .replace("group: who, ", "");
    let plan = plan.replace("cluster: who", "cluster: id");
    let world = MemoryWorld::default()
        .with("p.bench", &plan)
        .with("d.csv", data);
    let result = pipeline::run(&world, "p.bench").unwrap_or_else(|e| panic!("{e:#?}"));
    let of = |system: &str| estimate(&result, system, "mae").unwrap();
    // Training labels 1, 4, 10: median 4, mean 5.
    assert_eq!(of("mid"), (2.0 + 1.0 + 1.0 + 5.0) / 4.0);
    assert_eq!(of("mean"), (3.0 + 0.0 + 0.0 + 4.0) / 4.0);
    // Without groups the last before: 1 of day 1, 4 of day 3, 4, and the first of all, 1.
    assert_eq!(of("last"), (1.0 + 1.0 + 1.0 + 8.0) / 4.0);
    assert_eq!(of("old"), (1.0 + 0.0 + 0.0 + 1.0) / 4.0);
}

#[test]
fn the_last_value_is_that_of_the_group() {
    let data = "id,who,day,y\n1,a,1,no\n2,b,2,yes\n3,a,5,yes\n4,a,3,no\n5,b,9,no\n6,c,9,yes\n";
    let plan = r#"use std.classification.accuracy
dataset d { source: "d.csv", id: id, label: y in [no, yes], group: who, time: day, split: before(stamp) { train: "2024", test: rest } }
baseline last { predict: last_value(d.train) }
candidate own { predict: column(own) }
compare own with last { on: d.test, metrics: [accuracy], interval: bootstrap(100) }
"#;
    let data = data
        .replace("day,y", "day,y,stamp,own")
        .replace(",no\n", ",no,2024-02-01,no\n")
        .replace(",yes\n", ",yes,2024-02-01,yes\n");
    let train = |text: &str, id: &str| {
        let line = text.lines().find(|l| l.starts_with(id)).unwrap().to_owned();
        text.replace(&line, &line.replace("2024-02-01", "2023-02-01"))
    };
    let data = train(&train(&train(&data, "1,"), "2,"), "3,");
    let world = MemoryWorld::default()
        .with("p.bench", plan)
        .with("d.csv", data);
    let result = pipeline::run(&world, "p.bench").unwrap_or_else(|e| panic!("{e:#?}"));
    // 4: a's no of day 1, right; 5: b's yes, wrong; 6: no group, a's yes of day 5, right.
    let right = estimate(&result, "last", "accuracy").unwrap();
    assert!((right - 2.0 / 3.0).abs() < 1e-12, "{right}");
}

#[test]
fn popularity_ranks_the_items_of_lists() {
    let rows = [
        ("1", "train", "[\"b\", \"a\"]"),
        ("2", "train", "[\"b\"]"),
        ("3", "train", "[\"c\", \"a\", \"b\"]"),
        ("4", "test", "[\"a\"]"),
        ("5", "test", "[\"b\", \"x\"]"),
        ("6", "test", "[\"y\"]"),
    ];
    let line = |(id, part, liked): &(&str, &str, &str)| {
        format!("{{\"id\": {id}, \"part\": \"{part}\", \"liked\": {liked}, \"own\": {liked}}}\n")
    };
    let data: String = rows.iter().map(line).collect();
    let plan = r#"use std.ranking.hit_rate
dataset d { source: "d.jsonl", id: id, label: liked, split: column(part) }
baseline popular { predict: popularity(d.train) }
candidate own { predict: column(own) }
compare own with popular { on: d.test, metrics: [hit_rate(k: 1), hit_rate(k: 2)], interval: bootstrap(100) }
"#;
    let world = MemoryWorld::default()
        .with("p.bench", plan)
        .with("d.jsonl", data);
    let result = pipeline::run(&world, "p.bench").unwrap_or_else(|e| panic!("{e:#?}"));
    // The list is b, a, c: the first hits one row of three, the first two hit two.
    assert_eq!(
        estimate(&result, "popular", "hit_rate(k: 1)"),
        Some(1.0 / 3.0)
    );
    assert_eq!(
        estimate(&result, "popular", "hit_rate(k: 2)"),
        Some(2.0 / 3.0)
    );
    assert_eq!(estimate(&result, "own", "hit_rate(k: 1)"), Some(1.0));
}

#[test]
fn a_score_that_is_a_column_ranks_rows() {
    let head = plan(FOLDS, "").replace("\n  label:", "\n  positive: yes\n  label:");
    let text = head.replace(
        "known: after_outcome, derived_from: label",
        "known: before_outcome",
    ) + "use std.classification.roc_auc
           baseline most { predict: majority(v.train) }
           candidate risk { predict: column(risk) }
           compare risk with most { on: v.test, metrics: [roc_auc], interval: bootstrap(100) }";
    let result = pipeline::run(&world(&text), "p.bench").unwrap_or_else(|e| panic!("{e:#?}"));
    let auc = estimate(&result, "risk", "roc_auc").unwrap();
    assert!((0.0..=1.0).contains(&auc), "{auc}");
    assert_eq!(estimate(&result, "most", "roc_auc"), None);
}

#[test]
fn a_predictor_of_another_dataset_is_refused() {
    let text = plan(FOLDS, "")
        + r#"dataset w { source: "v.csv", id: id, label: died in [no, yes], split: all(test) }
             baseline a { predict: majority(v.train) }
             candidate b { predict: column(doctor) }
             compare b with a { on: w.test, metrics: [accuracy] }"#;
    let errors = pipeline::run(&world(&text), "p.bench").unwrap_err();
    assert_eq!(errors[0].code.code, "E109");
}

#[test]
fn partitions_and_folds_are_written_the_same_in_any_order() {
    let text = plan("rolling(day, k: 3, of: train)", "");
    let written = |world: &dyn World| {
        let analysis = analyse(world, Path::new("p.bench")).unwrap();
        exec::materialise(world, &analysis.plan, &analysis.sources, &|_| {}).unwrap()
    };
    let files = written(&world(&text));
    let names: Vec<&str> = files.iter().map(|f| f.path.as_str()).collect();
    assert_eq!(
        names,
        ["v/train.csv", "v/test.csv", "v/folds.csv", "splits.json"]
    );
    assert_eq!(files[0].rows + files[1].rows, 600);
    assert_eq!(files[2].rows, files[0].rows);
    assert!(files[2].text.starts_with("id,fold\nv"));
    let turned = MemoryWorld::default()
        .with("p.bench", &text)
        .with("v.csv", visits(true));
    let again = written(&turned);
    assert_eq!(files[..3], again[..3]);
}

/// Student's t with an even number of degrees of freedom, in closed form (Abramowitz & Stegun 26.7.4).
fn two_sided_of_even(t: f64, df: u32) -> f64 {
    let angle = (t.abs() / f64::from(df).sqrt()).atan();
    let (mut term, mut sum) = (1.0, 1.0);
    for n in 1..df / 2 {
        term *= f64::from(2 * n - 1) / f64::from(2 * n) * angle.cos().powi(2);
        sum += term;
    }
    1.0 - angle.sin() * sum
}

/// Predictions that are wrong on every `n`-th visit.
fn wrong_every(n: u32) -> String {
    let line = |visit: u32| {
        let died = visit.is_multiple_of(5) != visit.is_multiple_of(n);
        format!("v{visit},{}\n", if died { "yes" } else { "no" })
    };
    let lines: String = (0..600).map(line).collect();
    format!("id,prediction\n{lines}")
}

const OVER_FOLDS: &str = r#"
baseline a { train: v.folds, deterministic: yes, predictions: "a.csv" }
candidate b { train: v.folds, deterministic: yes, predictions: "b.csv" }
compare b with a { on: v.folds, metrics: [accuracy], over: folds }
decide for b against a { ship when gain(accuracy) > 0pp, reject otherwise }
"#;

#[test]
fn folds_are_compared_with_the_corrected_variance() {
    let text = plan(FOLDS, OVER_FOLDS);
    let world = world(&text)
        .with("a.csv", wrong_every(4))
        .with("b.csv", wrong_every(7));
    let analysis = analyse(&world, Path::new("p.bench")).unwrap();
    let files = exec::materialise(&world, &analysis.plan, &analysis.sources, &|_| {}).unwrap();
    let dealt = files.iter().find(|f| f.path == "v/folds.csv").unwrap();
    let mut of_fold: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
    for line in dealt.text.lines().skip(1) {
        let (id, fold) = line.split_once(',').unwrap();
        let visit: u32 = id.trim_start_matches('v').parse().unwrap();
        let wrong = |n| f64::from(u8::from(visit.is_multiple_of(n)));
        let sums = of_fold.entry(fold).or_default();
        *sums = (sums.0 + wrong(4) - wrong(7), sums.1 + 1.0);
    }
    let gains: Vec<f64> = of_fold.values().map(|(sum, n)| sum / n).collect();
    let mean = gains.iter().sum::<f64>() / 5.0;
    let variance = gains.iter().map(|g| (g - mean).powi(2)).sum::<f64>() / 4.0;
    // Nadeau & Bengio 2003: 1/k + test/train, each fold a quarter of what it is predicted from.
    let se = ((0.2 + 0.25) * variance).sqrt();

    let result = pipeline::run(&world, "p.bench").unwrap_or_else(|e| panic!("{e:#?}"));
    let [claim] = result.comparisons.as_slice() else {
        panic!("{:#?}", result.comparisons)
    };
    let near = |got: f64, want: f64| assert!((got - want).abs() < 1e-7, "{got} {want}");
    near(claim.gain.unwrap(), mean);
    let interval = claim.interval.as_ref().unwrap();
    // The 97.5 % point of Student's t with 4 degrees of freedom.
    near(interval.low, mean - 2.776_445_105 * se);
    near(interval.high, mean + 2.776_445_105 * se);
    assert_eq!(
        (interval.method.as_str(), interval.units),
        ("corrected t", Some(5))
    );
    near(claim.p_value.unwrap(), two_sided_of_even(mean / se, 4));
    assert_eq!(claim.test.as_deref(), Some("corrected resampled t test"));
    let atom = &result.decisions[0].rules[0].atoms[0];
    assert_eq!(atom.low, Some(interval.low));
}

const REPEATED: &str = "grouped(patient, k: 5, seed: 3, repeats: 3, of: train)";

/// The gain of being wrong on every `(b + repeat)`-th visit over being so on every `(a + repeat)`-th, for each fold of each
/// repeat; `a` alone is the same in all repeats where it is not `anew`.
fn gains(dealt: &str, (a, anew): (u32, bool), b: u32) -> Vec<f64> {
    let mut of_fold: BTreeMap<(u32, u32), (f64, f64)> = BTreeMap::new();
    for line in dealt.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let visit: u32 = fields[0].trim_start_matches('v').parse().unwrap();
        let (repeat, fold): (u32, u32) = (fields[1].parse().unwrap(), fields[2].parse().unwrap());
        let wrong = |n| f64::from(u8::from(visit.is_multiple_of(n)));
        let a = if anew { a + repeat } else { a };
        let sums = of_fold.entry((repeat, fold)).or_default();
        *sums = (sums.0 + wrong(a) - wrong(b + repeat), sums.1 + 1.0);
    }
    of_fold.values().map(|(sum, n)| sum / n).collect()
}

#[test]
fn folds_of_all_repeats_are_compared() {
    let twice = OVER_FOLDS
        .replace("a.csv", "a-{repeat}.csv")
        .replace("b.csv", "b-{repeat}.csv");
    let elsewhere = twice
        .replace("baseline a { train: v.folds", "baseline a { train: w")
        .replace("a-{repeat}.csv", "a.csv")
        + "dataset w { source: \"w.csv\", version: \"1\", id: id, label: died in [no, yes], split: all(train), license: \"CC0\", rows: 9 }";
    for (text, anew) in [(&twice, true), (&elsewhere, false)] {
        let mut world = world(&plan(REPEATED, text))
            .with("a.csv", wrong_every(4))
            .with("w.csv", "id,died\nw1,no\nw2,yes\n");
        for repeat in 1..=3 {
            world = world
                .with(format!("a-{repeat}.csv"), wrong_every(3 + repeat))
                .with(format!("b-{repeat}.csv"), wrong_every(7 + repeat));
        }
        let analysis = analyse(&world, Path::new("p.bench")).unwrap();
        let files = exec::materialise(&world, &analysis.plan, &analysis.sources, &|_| {}).unwrap();
        let dealt = files.iter().find(|f| f.path == "v/folds.csv").unwrap();
        assert!(dealt.text.starts_with("id,repeat,fold\n"));
        let gains = gains(&dealt.text, if anew { (3, true) } else { (4, false) }, 7);
        assert_eq!(gains.len(), 15);
        let mean = gains.iter().sum::<f64>() / 15.0;
        let variance = gains.iter().map(|g| (g - mean).powi(2)).sum::<f64>() / 14.0;
        // Bouckaert & Frank 2004: 1/(k·r) + test/train.
        let se = ((1.0 / 15.0 + 0.25) * variance).sqrt();

        let result = pipeline::run(&world, "p.bench").unwrap_or_else(|e| panic!("{e:#?}"));
        let claim = &result.comparisons[0];
        let near = |got: f64, want: f64| assert!((got - want).abs() < 1e-7, "{got} {want}");
        near(claim.gain.unwrap(), mean);
        let interval = claim.interval.as_ref().unwrap();
        // The 97.5 % point of Student's t with 14 degrees of freedom.
        near(interval.low, mean - 2.144_786_687_9 * se);
        near(interval.high, mean + 2.144_786_687_9 * se);
        assert_eq!(
            (interval.method.as_str(), interval.units),
            ("corrected t", Some(15))
        );
        near(claim.p_value.unwrap(), two_sided_of_even(mean / se, 14));
    }
}

#[test]
fn what_learns_from_repeated_folds_has_outputs_of_each() {
    let text = OVER_FOLDS.replace("b.csv", "b-{repeat}.csv");
    let analysis = analyse(&world(&plan(REPEATED, &text)), Path::new("p.bench")).unwrap();
    let errors: Vec<_> = analysis
        .diagnostics
        .iter()
        .filter(|d| d.is_error())
        .collect();
    assert_eq!(errors.len(), 1, "{errors:#?}");
    assert_eq!(
        errors[0].message,
        "`a` has one output for 3 repeats of the folds"
    );
    // One of the files isn't there: it is asked for by name.
    let text = text.replace("a.csv", "a-{repeat}.csv");
    let mut world = world(&plan(REPEATED, &text));
    for file in ["a-1.csv", "a-2.csv", "a-3.csv", "b-1.csv", "b-3.csv"] {
        world = world.with(file, wrong_every(4));
    }
    let errors = pipeline::run(&world, "p.bench").unwrap_err();
    assert!(format!("{errors:?}").contains("b-2.csv"), "{errors:#?}");
}

#[test]
fn runs_of_repeats_are_resampled_together() {
    let text = OVER_FOLDS
        .replace(", over: folds", ", interval: bootstrap(400)")
        .replace("a.csv", "a-{repeat}-{seed}.csv")
        .replace("b.csv", "b-{repeat}-{seed}.csv")
        .replace("deterministic: yes", "seeds: [7, 8]");
    let mut world = world(&plan(REPEATED, &text));
    for repeat in 1..=3 {
        for seed in 7..=8 {
            world = world
                .with(format!("a-{repeat}-{seed}.csv"), wrong_every(repeat + seed))
                .with(
                    format!("b-{repeat}-{seed}.csv"),
                    wrong_every(2 + repeat + seed),
                );
        }
    }
    let result = pipeline::run(&world, "p.bench").unwrap_or_else(|e| panic!("{e:#?}"));
    let interval = result.comparisons[0].interval.as_ref().unwrap();
    assert_eq!(interval.runs, Some(6));
    let of_seed = |seed| {
        let mut all = result.metrics.iter();
        let found = all.find(|m| m.system == "a" && m.seed == Some(seed));
        found.unwrap().estimate.unwrap()
    };
    // The mean over seeds is that over all runs.
    let mean = f64::midpoint(of_seed(7), of_seed(8));
    assert!((mean - estimate(&result, "a", "accuracy").unwrap()).abs() < 1e-12);
    assert!(of_seed(7) < of_seed(8));
}

#[test]
fn folds_are_no_sample_to_draw_from() {
    let mut told = String::new();
    let base = plan(FOLDS, OVER_FOLDS);
    for (from, to) in [
        ("over: folds", "over: folds, interval: bootstrap(1_000)"),
        ("over: folds", "over: folds, interval: wilson"),
        ("over: folds", "over: folds, test: wilcoxon"),
        ("over: folds", "over: folds, paired: no"),
        ("on: v.folds", "on: v.test"),
        ("over: folds", "test: corrected_t"),
        ("over: folds", "over: folds, interval: t, test: corrected_t"),
    ] {
        let text = base.replace(from, to);
        let analysis = analyse(&world(&text), Path::new("p.bench")).unwrap();
        told += &format!("{to}\n");
        for d in analysis
            .diagnostics
            .iter()
            .filter(|d| d.code.code.starts_with('T'))
        {
            told += &format!("  {} {}\n", d.code.code, d.message);
            d.labels
                .iter()
                .for_each(|l| told += &format!("    {}\n", l.text));
            d.help
                .iter()
                .for_each(|h| told += &format!("    help: {h}\n"));
        }
    }
    insta::assert_snapshot!("unfit", told);
}
