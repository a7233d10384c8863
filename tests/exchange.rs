//! Tests that let systems change places: against all assignments, counted here by other means; against sacreBLEU's
//! approximate randomisation; and against assignments drawn here.

use crate::support::pipeline::run;
use benchwright::result::Comparison;
use benchwright::stats::random::{Purpose, below, stream};
use benchwright::text::MemoryWorld;
use std::fmt::Write;

/// The comparison of `one` with `two` on a dataset whose files hold these columns.
fn compared(
    library: &str,
    metric: &str,
    label: &str,
    files: [String; 3],
    rest: &str,
) -> Vec<Comparison> {
    let [data, one, two] = files;
    let plan = format!(
        "use {library}\n\
         dataset d {{ source: \"d.csv\", version: \"1\", id: id, {label}, split: all(test) }}\n\
         baseline two {{ deterministic: yes, predictions: \"two.csv\" }}\n\
         candidate one {{ deterministic: yes, predictions: \"one.csv\" }}\n\
         compare one with two {{ on: d.test, metrics: [{metric}], interval: none, {rest} }}\n"
    );
    let world = MemoryWorld::default()
        .with("plan.bench", plan)
        .with("d.csv", data)
        .with("one.csv", one)
        .with("two.csv", two);
    run(&world, "plan.bench").unwrap().comparisons
}

fn file<T: std::fmt::Display>(column: &str, values: &[T]) -> String {
    let mut text = format!("id,{column}\n");
    for (i, value) in values.iter().enumerate() {
        let _ = writeln!(text, "{i},{value}");
    }
    text
}

/// Macro-F1 as scikit-learn defines it, of classes 0 to 2.
fn macro_f1(label: &[usize], prediction: &[usize]) -> f64 {
    let f1 = |class: usize| {
        let both = label.iter().zip(prediction);
        let right = both.filter(|(l, p)| **l == class && **p == class).count();
        let of = |all: &[usize]| all.iter().filter(|x| **x == class).count();
        match of(label) + of(prediction) {
            0 => 0.0,
            all => 2.0 * right as f64 / all as f64,
        }
    };
    (0..3).map(f1).sum::<f64>() / 3.0
}

fn classes(rows: usize, seed: u64) -> [Vec<usize>; 3] {
    let mut rng = stream(seed, Purpose::Prediction, 1, 0);
    let label: Vec<usize> = (0..rows).map(|_| below(&mut rng, 3) as usize).collect();
    let mut answer = |right: u32| -> Vec<usize> {
        label
            .iter()
            .map(|&l| {
                if below(&mut rng, 10) < right {
                    l
                } else {
                    below(&mut rng, 3) as usize
                }
            })
            .collect()
    };
    let (one, two) = (answer(8), answer(4));
    [label, one, two]
}

fn macro_f1_test(columns: &[Vec<usize>; 3], test: &str) -> Comparison {
    let name = |codes: &Vec<usize>| {
        codes
            .iter()
            .map(|&c| ["a", "b", "c"][c])
            .collect::<Vec<_>>()
    };
    let [label, one, two] = columns;
    let files = [
        file("y", &name(label)),
        file("prediction", &name(one)),
        file("prediction", &name(two)),
    ];
    let found = compared(
        "std.classification.f1_macro",
        "f1_macro",
        "label: y in [a, b, c]",
        files,
        &format!("test: {test}"),
    );
    found.into_iter().next().unwrap()
}

/// All 2^12 assignments of twelve rows, one by one.
#[test]
fn macro_f1_over_all_assignments() {
    for seed in 0..4 {
        let columns = classes(12, seed);
        let [label, one, two] = &columns;
        let gain = |which: u32| {
            let side = |from: &[usize], to: &[usize]| -> Vec<usize> {
                let pick = |i: usize| if which >> i & 1 == 1 { to[i] } else { from[i] };
                (0..12).map(pick).collect()
            };
            macro_f1(label, &side(one, two)) - macro_f1(label, &side(two, one))
        };
        let observed = gain(0).abs();
        let extreme = (0..1 << 12)
            .filter(|&w| gain(w).abs() >= observed - 1e-9)
            .count();
        for (test, name) in [
            ("permutation", "paired permutation test, exact"),
            (
                "approximate_randomization",
                "approximate randomization, exact",
            ),
        ] {
            let found = macro_f1_test(&columns, test);
            let p = found.p_value.unwrap();
            assert_eq!(found.test.as_deref(), Some(name));
            assert!(
                (p - extreme as f64 / 4096.0).abs() < 1e-9,
                "{seed}: {p} {extreme}"
            );
        }
    }
}

/// Too many rows to enumerate: against assignments that are drawn here.
#[test]
fn macro_f1_over_drawn_assignments() {
    let columns = classes(400, 9);
    let [label, one, two] = &columns;
    let mut rng = stream(1, Purpose::Simulation, 1, 0);
    let mut gain = |observed: bool| {
        let (mut a, mut b) = (one.clone(), two.clone());
        for (a, b) in a.iter_mut().zip(&mut b) {
            if !observed && below(&mut rng, 2) == 1 {
                std::mem::swap(a, b);
            }
        }
        macro_f1(label, &a) - macro_f1(label, &b)
    };
    // A smaller gain than there is, so that p is no matter of a few draws.
    let columns = [label.clone(), one.clone(), {
        let mut nearer = two.clone();
        nearer
            .iter_mut()
            .zip(one)
            .skip(30)
            .for_each(|(t, o)| *t = *o);
        nearer
    }];
    let found = macro_f1_test(&columns, "permutation");
    assert_eq!(
        found.test.as_deref(),
        Some("paired permutation test, exact")
    );
    let whole = macro_f1_test(&[label.clone(), one.clone(), two.clone()], "permutation");
    assert_eq!(whole.test.as_deref(), Some("paired permutation test"));
    let observed = gain(true).abs();
    let extreme = (0..4_000)
        .filter(|_| gain(false).abs() >= observed - 1e-9)
        .count();
    let p = (1.0 + extreme as f64) / 4_001.0;
    let error: f64 = (p * (1.0 - p) / 4_000.0f64).sqrt().max(1.0 / 4_000.0);
    assert!(
        (whole.p_value.unwrap() - p).abs() < 5.0 * error,
        "{whole:?} {p}"
    );
}

/// Scores that are all different: every row is its own kind.
#[test]
fn areas_change_places_too() {
    let n = 60usize;
    let yes: Vec<bool> = (0..n).map(|i| i * i % 7 < 3).collect();
    let score =
        |i: usize, step: usize| ((i * step % 61) as f64 + if yes[i] { 9.0 } else { 0.0 }) / 80.0;
    let one: Vec<f64> = (0..n).map(|i| score(i, 17)).collect();
    let two: Vec<f64> = (0..n).map(|i| score(i, 23)).collect();
    let names: Vec<&str> = yes.iter().map(|y| if *y { "yes" } else { "no" }).collect();
    let files = [file("y", &names), file("score", &one), file("score", &two)];
    let label = "label: y in [no, yes], positive: yes";
    let found = compared(
        "std.classification.roc_auc",
        "roc_auc",
        label,
        files,
        "test: permutation",
    );
    let area = |scores: &[f64]| {
        let (mut won, mut pairs) = (0.0f64, 0.0f64);
        for i in (0..n).filter(|&i| yes[i]) {
            for j in (0..n).filter(|&j| !yes[j]) {
                pairs += 1.0;
                won += if scores[i] > scores[j] {
                    1.0
                } else if scores[i] == scores[j] {
                    0.5
                } else {
                    0.0
                };
            }
        }
        won / pairs
    };
    let observed = (area(&one) - area(&two)).abs();
    let mut rng = stream(2, Purpose::Simulation, 1, 0);
    let extreme = (0..4_000)
        .filter(|_| {
            let (mut a, mut b) = (one.clone(), two.clone());
            for (a, b) in a.iter_mut().zip(&mut b) {
                if below(&mut rng, 2) == 1 {
                    std::mem::swap(a, b);
                }
            }
            (area(&a) - area(&b)).abs() >= observed - 1e-9
        })
        .count();
    let p = (1.0 + extreme as f64) / 4_001.0;
    let error: f64 = (p * (1.0 - p) / 4_000.0f64).sqrt().max(1.0 / 4_000.0);
    let ours = found[0].p_value.unwrap();
    assert!((ours - p).abs() < 5.0 * error, "{ours} {p}");
    assert_eq!(found[0].test.as_deref(), Some("paired permutation test"));
}

/// sacreBLEU 2.6.0, `PairedTest(…, "ar", 100_000)` on the same sentences: BLEU 50.599 and 47.557, p = 0.1408.
#[test]
fn bleu_agrees_with_sacrebleu() {
    let n = 40usize;
    let sentence = |of: &dyn Fn(usize, usize) -> String| -> Vec<String> {
        let line = |i: usize| (0..12).map(|j| of(i, j)).collect::<Vec<_>>().join(" ");
        (0..n).map(line).collect()
    };
    let word = |i: usize, j: usize| format!("w{}", (7 * i + 3 * j + i * j) % 10);
    let reference = sentence(&word);
    let one = sentence(&|i, j| {
        if (i * 5 + j * 3) % 11 < 2 {
            "x".into()
        } else {
            word(i, j)
        }
    });
    let two = sentence(&|i, j| {
        if (i * 3 + j * 7 + i * i) % 13 < 3 {
            "y".into()
        } else {
            word(i, j)
        }
    });
    let files = [
        file("y", &reference),
        file("prediction", &one),
        file("prediction", &two),
    ];
    let rest = "test: approximate_randomization";
    let found = compared("std.generation.bleu", "bleu", "label: y", files, rest);
    let delta = found[0].delta.unwrap();
    let expected = 50.599370633787544 - 47.55659270635973;
    assert!(
        (100.0 * delta - expected).abs() < 1e-9,
        "{delta} {expected}"
    );
    let (p, theirs) = (found[0].p_value.unwrap(), 0.14082859171408285f64);
    let error = (theirs * (1.0 - theirs) * (1.0 / 10_000.0 + 1.0 / 100_000.0)).sqrt();
    assert!((p - theirs).abs() < 4.0 * error, "{p}");
}
