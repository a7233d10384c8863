//! How a comparison's uncertainty is asked for: methods, tests, what is resampled, margins, pilots and
//! looks, from the text of a plan to its numbers.

use super::support::pipeline;
use benchwright::report;
use benchwright::result::{Comparison, RunResult, Truth};
use benchwright::stats::analytic::{self, Pairs};
use benchwright::text::MemoryWorld;
use std::fmt::Write;

const ROWS: usize = 60;

/// Rows of two classes; the baseline errs on every fourth row, the candidate on every eighth and on a few
/// of its own, run by run on others.
fn right(system: &str, seed: usize, row: usize) -> bool {
    match system {
        "a" => !row.is_multiple_of(4),
        _ => !(row + 3 * (seed - 1)).is_multiple_of(8) && row % 29 != 7,
    }
}

fn score(system: &str, row: usize) -> f64 {
    let noise = if system == "a" {
        row * 37 % 60
    } else {
        row * 23 % 41
    };
    ((row % 2) * 20 + noise) as f64 / 100.0
}

fn latency(system: &str, row: usize) -> usize {
    let base = if system == "a" { 20 } else { 17 };
    base + row * 7 % 11
}

fn world(plan: &str, seeds: usize) -> MemoryWorld {
    let mut data = String::from("id,y,part,author\n");
    for row in 0..ROWS {
        let y = ["neg", "pos"][row % 2];
        let _ = writeln!(data, "{row},{y},test,w{}", row / 3);
    }
    let mut world = MemoryWorld::default()
        .with("p.bench", plan)
        .with("d.csv", &data);
    for system in ["a", "b"] {
        for seed in 1..=seeds {
            let mut out = String::from("id,pred,ms,s\n");
            for row in 0..ROWS {
                let truth = row % 2 == 1;
                let said = if right(system, seed, row) {
                    truth
                } else {
                    !truth
                };
                let pred = if said { "pos" } else { "neg" };
                let (ms, score) = (latency(system, row), score(system, row));
                let _ = writeln!(out, "{row},{pred},{ms},{score}");
            }
            world = world.with(format!("{system}-{seed}.csv"), &out);
        }
    }
    world
}

/// A plan with these lines in its comparison, and these blocks behind it.
fn plan(seeds: usize, dataset: &str, compare: &str, more: &str) -> String {
    format!(
        r#"use std.classification.{{accuracy, f1_macro, roc_auc}}
use std.serving.{{latency_mean, latency_p95}}

plan p {{ objective: "o", primary: accuracy, power: 80% }}

dataset d {{
  source:  "d.csv"
  version: "1"
  id:      id
  label:   y in [neg, pos]
  positive: pos
  split:   column(part) {{ test: "test" }}
  {dataset}
}}

baseline a {{
  seeds:       {seeds}
  predictions: "a-{{seed}}.csv" {{ prediction: pred, latency: ms in ms, score: s }}
}}

candidate b from a {{ predictions: "b-{{seed}}.csv" {{ prediction: pred, latency: ms in ms, score: s }} }}

compare b with a {{
  on: d.test
  {compare}
}}

{more}
"#
    )
}

fn run_of(plan: &str, seeds: usize) -> RunResult {
    pipeline::run(&world(plan, seeds), "p.bench").unwrap_or_else(|e| {
        let all: Vec<String> = e.iter().map(|d| format!("{d:?}")).collect();
        panic!("{}", all.join("\n"))
    })
}

fn compared(compare: &str) -> Comparison {
    let text = plan(1, "", compare, "");
    run_of(&text, 1).comparisons.remove(0)
}

/// What is said of a plan that is refused: code, message and help.
fn refused(plan: &str, seeds: usize) -> String {
    let found = pipeline::run(&world(plan, seeds), "p.bench").unwrap_err();
    let errors = found
        .iter()
        .filter(|d| d.code.code.starts_with(['T', 'N', 'E', 'S']));
    let said = errors.map(|d| {
        let labels: Vec<&str> = d.labels.iter().map(|l| l.text.as_str()).collect();
        let help = d.help.clone();
        format!(
            "{}: {} [{}] {help:?}",
            d.code.code,
            d.message,
            labels.join(" | ")
        )
    });
    said.collect::<Vec<_>>().join("\n")
}

fn hits(system: &str) -> Vec<bool> {
    (0..ROWS).map(|row| right(system, 1, row)).collect()
}

fn pairs() -> Pairs {
    let mut p = Pairs::default();
    for (b, a) in hits("b").into_iter().zip(hits("a")) {
        match (b, a) {
            (true, true) => p.both += 1,
            (true, false) => p.first += 1,
            (false, true) => p.second += 1,
            (false, false) => p.neither += 1,
        }
    }
    p
}

fn near(got: f64, want: f64) {
    assert!((got - want).abs() < 1e-9, "{got} for {want}");
}

#[test]
fn shares_have_their_intervals_and_tests() {
    let p = pairs();
    for (spec, method, want) in [
        (
            "newcombe",
            "Newcombe paired",
            analytic::newcombe_paired(p, 0.95),
        ),
        (
            "wilson(level: 90%)",
            "Newcombe paired",
            analytic::newcombe_paired(p, 0.9),
        ),
        (
            "exact",
            "exact conditional",
            analytic::discordant_exact(p, 0.95),
        ),
    ] {
        let c = compared(&format!("metrics: [accuracy], interval: {spec}"));
        let i = c.interval.unwrap();
        let (low, high) = want.unwrap();
        assert_eq!(i.method, method);
        near(i.low, low);
        near(i.high, high);
        assert_eq!(c.test.as_deref(), Some("McNemar’s test, exact"));
        near(
            c.p_value.unwrap(),
            benchwright::stats::significance::mcnemar(p).value,
        );
    }
}

/// Each system's own share has Wilson's interval where the difference has Newcombe's.
#[test]
fn a_systems_own_share() {
    let text = plan(1, "", "metrics: [accuracy], interval: wilson", "");
    let result = run_of(&text, 1);
    let own = result
        .metrics
        .iter()
        .find(|m| m.system == "b" && m.seed.is_none());
    let i = own.unwrap().interval.clone().unwrap();
    let k = hits("b").iter().filter(|h| **h).count() as u64;
    let (low, high) = analytic::wilson(k, ROWS as u64, 0.95).unwrap();
    assert_eq!(i.method, "Wilson");
    near(i.low, low);
    near(i.high, high);
}

/// What is 0 or 1 on every row is a share of the rows only where the formula says so: the bounds of a share are no bounds
/// of a time, nor of a figure of the run.
#[test]
fn auto_takes_the_intervals_of_shares_for_shares_alone() {
    let metrics = r"
metric wrong   { better: lower, range: 0%..100%, value: 1 - accuracy }
metric counted { better: higher, range: 0%..100%, value: count(prediction == label) / count() }
metric named   { better: higher, value: accuracy }
metric waited  { better: lower, value: mean(latency) }
metric off     { better: lower, value: mean(abs(score - score)) }
metric held    { better: lower, value: mean(score) / mean(score) }
";
    let compare = "metrics: [accuracy, wrong, counted, named, waited, off, held]";
    let text = plan(1, "", compare, metrics);
    let mut world = world(&text, 1);
    for system in ["a", "b"] {
        let mut out = String::from("id,pred,ms,s\n");
        for row in 0..ROWS {
            let pred = ["neg", "pos"][row % 2];
            let _ = writeln!(out, "{row},{pred},1,0.5");
        }
        world = world.with(format!("{system}-1.csv"), &out);
    }
    let result = pipeline::run(&world, "p.bench").unwrap_or_else(|e| panic!("{e:#?}"));
    let method = |of: Option<&benchwright::result::Interval>| {
        of.map_or_else(|| "none".to_owned(), |i| i.method.clone())
    };
    let mut shares = 0;
    for c in &result.comparisons {
        let mut own = result.metrics.iter();
        let own = own.find(|m| m.system == "b" && m.metric == c.metric && m.seed.is_none());
        let found = (
            method(own.unwrap().interval.as_ref()),
            method(c.interval.as_ref()),
        );
        if ["accuracy", "wrong", "counted", "named"].contains(&c.metric.as_str()) {
            assert_eq!(
                found,
                ("Wilson".into(), "Newcombe paired".into()),
                "{}",
                c.metric
            );
            shares += 1;
        } else {
            let of_shares = |name: &str| name.contains("Wilson") || name.contains("Newcombe");
            assert!(
                !of_shares(&found.0) && !of_shares(&found.1),
                "{} {found:?}",
                c.metric
            );
        }
    }
    assert_eq!((shares, result.comparisons.len()), (4, 7));
}

fn differences() -> Vec<f64> {
    (0..ROWS)
        .map(|r| latency("a", r) as f64 - latency("b", r) as f64)
        .collect()
}

#[test]
fn means_have_t_intervals_and_many_tests() {
    // Latencies differ by the same everywhere: no spread, so the interval is a point.
    let c = compared("metrics: [latency_mean], interval: t");
    let i = c.interval.unwrap();
    near(i.low, 3.0);
    near(i.high, 3.0);
    assert_eq!(differences().iter().filter(|d| **d == 3.0).count(), ROWS);
    assert_eq!(c.p_value, None, "no spread, no t");

    let d: Vec<f64> = hits("b")
        .iter()
        .zip(hits("a"))
        .map(|(b, a)| f64::from(*b) - f64::from(a))
        .collect();
    let c = compared("metrics: [accuracy], interval: t");
    let (low, high) = analytic::mean_t(&d, 0.95).unwrap();
    near(c.interval.as_ref().unwrap().low, low);
    near(c.interval.unwrap().high, high);
    use benchwright::stats::significance as s;
    for (test, want) in [
        ("t", s::paired_t(&d)),
        ("sign", s::sign(&d)),
        ("wilcoxon", s::wilcoxon(&d).map(|w| w.1)),
        ("mcnemar", Some(s::mcnemar(pairs()))),
    ] {
        let c = compared(&format!(
            "metrics: [accuracy], interval: bootstrap(200), test: {test}"
        ));
        let got = c.p_value.unwrap();
        assert!((got - want.unwrap().value).abs() < 1e-7, "{test} {got}");
        assert!(c.test.is_some());
    }
    // Sixteen rows differ: all 2^16 assignments are looked at.
    let c = compared("metrics: [accuracy], interval: bootstrap(200), test: permutation");
    let want = s::sign_flips(&d, 0, 0, 0);
    match want {
        Some(p) if p.exact => near(c.p_value.unwrap(), p.value),
        _ => assert!(c.p_value.unwrap() > 0.0),
    }
}

#[test]
fn areas_have_delongs_interval_and_test() {
    use benchwright::stats::delong::Area;
    let positive: Vec<bool> = (0..ROWS).map(|r| r % 2 == 1).collect();
    let area = |system: &str| {
        let scores: Vec<f64> = (0..ROWS).map(|r| score(system, r)).collect();
        Area::new(&positive, &scores).unwrap()
    };
    let (b, a) = (area("b"), area("a"));
    let c = compared("metrics: [roc_auc], interval: delong");
    near(c.gain.unwrap(), b.value - a.value);
    let se = b.variance_of_difference(&a).unwrap().sqrt();
    let (low, high) = analytic::around_z(b.value - a.value, se, 0.95).unwrap();
    let i = c.interval.unwrap();
    near(i.low, low);
    near(i.high, high);
    assert_eq!(c.test.as_deref(), Some("DeLong’s test"));
    let want = benchwright::stats::significance::delong(&b, &a)
        .unwrap()
        .1
        .value;
    near(c.p_value.unwrap(), want);
}

#[test]
fn sides_sampled_apart_are_less_sure() {
    let paired = compared("metrics: [accuracy], interval: newcombe");
    let apart = compared("metrics: [accuracy], interval: newcombe, paired: no");
    assert!(apart.unpaired && !paired.unpaired);
    let (k, n) = (hits("b").iter().filter(|h| **h).count() as u64, ROWS as u64);
    let other = hits("a").iter().filter(|h| **h).count() as u64;
    let (low, high) = analytic::newcombe((k, n), (other, n), 0.95).unwrap();
    near(apart.interval.as_ref().unwrap().low, low);
    near(apart.interval.as_ref().unwrap().high, high);
    let width = |c: &Comparison| c.interval.as_ref().map(|i| i.high - i.low).unwrap();
    let latency = |more: &str| {
        width(&compared(&format!(
            "metrics: [latency_mean], interval: bootstrap(2_000){more}"
        )))
    };
    near(latency(""), 0.0);
    assert!(latency(", paired: no") > 1.0);
}

#[test]
fn whole_runs_are_compared_by_their_spread() {
    let text = plan(
        4,
        "",
        "metrics: [f1_macro, accuracy], interval: t, over: runs",
        "",
    );
    let result = run_of(&text, 4);
    let c = result
        .comparisons
        .iter()
        .find(|c| c.metric == "accuracy")
        .unwrap();
    let share = |system: &str, seed| {
        let hits = (0..ROWS).filter(|r| right(system, seed, *r)).count();
        hits as f64 / ROWS as f64
    };
    let d: Vec<f64> = (1..=4).map(|s| share("b", s) - share("a", s)).collect();
    let (low, high) = analytic::mean_t(&d, 0.95).unwrap();
    let i = c.interval.as_ref().unwrap();
    near(i.low, low);
    near(i.high, high);
    assert_eq!(i.units, Some(4));
    let text = plan(
        4,
        "",
        "metrics: [f1_macro], interval: bootstrap(500), over: runs",
        "",
    );
    let i = run_of(&text, 4).comparisons.remove(0).interval.unwrap();
    assert!(i.high - i.low > 0.0);
}

#[test]
fn margins_are_told_beside_the_gain() {
    let c = compared("metrics: [accuracy], interval: t, margin: 40pp");
    let e = c.equivalence.unwrap();
    assert_eq!(
        (e.within, e.not_worse),
        (Truth::Established, Truth::Established)
    );
    assert!(e.p_value.unwrap() < 0.01);
    let c = compared("metrics: [accuracy], interval: t, margin: 1pp");
    let e = c.equivalence.unwrap();
    assert_ne!(e.within, Truth::Established);
    assert!(e.p_value.unwrap() > 0.05);
}

#[test]
fn a_pilot_says_what_can_be_shown() {
    let c = compared("metrics: [accuracy], interval: newcombe, pilot: { disagreement: 20% }");
    let want = benchwright::stats::power::detectable_proportion(60.0, 0.2, 0.05, 0.8);
    near(c.detectable.unwrap(), want.unwrap());
}

#[test]
fn resamples_grow_until_the_ends_stand_still() {
    let c = compared("metrics: [accuracy], interval: bootstrap(auto, method: percentile)");
    let i = c.interval.unwrap();
    assert!(i.resamples.unwrap() >= 2_000);
    assert!(i.mc_error.unwrap() <= 0.05 * (i.high - i.low));
}

#[test]
fn studentized_intervals_divide_by_each_resamples_own_error() {
    let spec = "metrics: [accuracy, f1_macro], interval: bootstrap(2_000, method: studentized)";
    let result = run_of(&plan(1, "", spec, ""), 1);
    for c in &result.comparisons {
        let i = c.interval.as_ref().unwrap();
        assert_eq!((i.method.as_str(), &i.note), ("studentized", &None));
        let d = c.gain.unwrap();
        assert!(i.low < d && d < i.high && i.high - i.low < 0.5, "{i:?}");
    }
    // Of a mean it is near Student's own.
    let student = compared("metrics: [accuracy], interval: t")
        .interval
        .unwrap();
    let own = result
        .comparisons
        .iter()
        .find(|c| c.metric == "accuracy")
        .unwrap();
    let i = own.interval.as_ref().unwrap();
    assert!(
        (i.low - student.low).abs() < 0.04 && (i.high - student.high).abs() < 0.04,
        "{i:?} {student:?}"
    );
}

#[test]
fn methods_are_held_to_what_they_fit() {
    let one = |compare: &str| refused(&plan(1, "", compare, ""), 1);
    let several = refused(&plan(3, "", "metrics: [accuracy], interval: t", ""), 3);
    let clustered = refused(
        &plan(1, "group: author", "metrics: [accuracy], test: mcnemar", ""),
        1,
    );
    let all = [
        one("metrics: [f1_macro], interval: wilson"),
        one("metrics: [latency_mean], interval: exact"),
        one("metrics: [latency_p95], test: wilcoxon"),
        one("metrics: [accuracy], interval: bootstrap(100), test: sign, paired: no"),
        one("metrics: [accuracy], interval: t, over: runs"),
        one("metrics: [accuracy], margin: 3ms"),
        one("metrics: [accuracy], interval: wilsonn"),
        one("metrics: [latency_p95], interval: bootstrap(100, method: studentized)"),
        several,
        clustered,
    ];
    insta::assert_snapshot!(all.join("\n"));
}

#[test]
fn rows_are_resampled_one_by_one_where_the_plan_says_so() {
    use benchwright::result::ResampleUnit::{Cluster, Row};
    let of = |dataset: &str, compare: &str, more: &str| {
        let compare = format!("metrics: [accuracy], interval: bootstrap(400){compare}");
        run_of(&plan(2, dataset, &compare, more), 2)
    };
    let gain = |r: &RunResult, i: usize| r.comparisons[i].clone();
    // Over rows a declared group changes nothing: the numbers are those of a plan without one.
    let (plain, rows) = (of("", "", ""), of("group: author", ", over: rows", ""));
    assert_eq!(gain(&rows, 0), gain(&plain, 0));
    assert_eq!(rows.metrics, plain.metrics);
    let interval = gain(&rows, 0).interval.unwrap();
    assert_eq!((interval.unit, interval.units), (Row, Some(60)));
    // Unless it is said, whole authors are resampled.
    let authors = of("group: author", "", "");
    let interval = gain(&authors, 0).interval.unwrap();
    assert_eq!((interval.unit, interval.units), (Cluster, Some(20)));
    // Both in one plan: each comparison as it says.
    let second = "compare a with b { on: d.test, metrics: [accuracy], interval: bootstrap(400), over: rows }";
    let both = of("group: author", "", second);
    let by = |candidate: &str| {
        let own = both.comparisons.iter().find(|c| c.candidate == candidate);
        own.unwrap().interval.clone().unwrap()
    };
    assert_eq!((by("a").unit, by("b").unit), (Row, Cluster));
    near(by("a").low, -gain(&plain, 0).interval.unwrap().high);
    assert_eq!(by("b"), gain(&authors, 0).interval.unwrap());
    // The report says what is neglected.
    let risk = "rows of d.test are resampled one by one, as `over: rows` says";
    assert!(
        rows.risks.iter().any(|r| r.starts_with(risk)),
        "{:?}",
        rows.risks
    );
    assert!(!authors.risks.iter().any(|r| r.starts_with(risk)));
}

const STOP: &str = "stop for b against a { look: each(seed), at_most: 4, using: USING }";

fn stopped(using: &str) -> RunResult {
    let compare = "metrics: [accuracy], interval: bootstrap(200)";
    run_of(&plan(4, "", compare, &STOP.replace("USING", using)), 4)
}

#[test]
fn looks_widen_as_their_boundary_says() {
    let bounds = benchwright::stats::sequential::boundary;
    let shape = benchwright::stats::sequential::Shape::Pocock;
    let pocock = stopped("pocock(gain(accuracy), level: 95%)")
        .stops
        .remove(0);
    let obrien = stopped("obrien_fleming(gain(accuracy))").stops.remove(0);
    let sequence = stopped("confidence_sequence(gain(accuracy))")
        .stops
        .remove(0);
    let half = |s: &benchwright::result::Stop, k: usize| {
        let look = &s.looks[k];
        let i = look.interval.as_ref().unwrap();
        (i.high - i.low) / 2.0
    };
    assert_eq!(pocock.looks.len(), 4);
    assert!(pocock.looks[0].interval.is_none() && !pocock.looks[0].stop);
    let c = bounds(shape, 4, 0.05).unwrap()[0];
    let se = half(&pocock, 3) / c;
    assert!((half(&obrien, 3) / se - 2.024).abs() < 1e-3);
    assert!(
        half(&sequence, 3) > c * se,
        "valid at all times costs width"
    );
    for s in [&pocock, &obrien, &sequence] {
        let gains: Vec<f64> = s.looks.iter().map(|l| l.gain.unwrap()).collect();
        assert!(gains.iter().all(|g| *g > 0.0));
    }
}

#[test]
fn looks_are_shown() {
    let result = stopped("confidence_sequence(gain(accuracy), level: 90%)");
    let text = report::markdown(&result);
    let from = text.find("looks at b against a").unwrap();
    let shown: String = text[from..].lines().take(12).collect::<Vec<_>>().join("\n");
    insta::assert_snapshot!(shown);
}

/// A plan of four runs that stops by these rules.
fn ruled(look: &str, rules: &str) -> RunResult {
    let compare = "metrics: [accuracy], slices: [author], interval: bootstrap(200)";
    let stop = format!(
        "decide for b against a {{ ship when gain(accuracy) > 0pp, hold otherwise }}\n\
         stop for b against a {{\n  look: {look}\n  using: pocock(gain(accuracy))\n  {rules}\n}}"
    );
    run_of(&plan(4, "", compare, &stop), 4)
}

/// The gain over the first runs with its interval, from the table of hits: the rows' variance and the runs'.
fn looked_at(k: usize) -> (f64, f64) {
    let hit = |system: &str, run: usize, row: usize| f64::from(u8::from(right(system, run, row)));
    let gain = |run: usize, row: usize| hit("b", run, row) - hit("a", run, row);
    let variance = |v: &[f64]| {
        let mean = v.iter().sum::<f64>() / v.len() as f64;
        v.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (v.len() - 1) as f64
    };
    let of_runs: Vec<f64> = (1..=k)
        .map(|run| (0..ROWS).map(|row| gain(run, row)).sum::<f64>() / ROWS as f64)
        .collect();
    let of_rows: Vec<f64> = (0..ROWS)
        .map(|row| (1..=k).map(|run| gain(run, row)).sum::<f64>() / k as f64)
        .collect();
    let mean = of_runs.iter().sum::<f64>() / k as f64;
    let se = (variance(&of_rows) / ROWS as f64 + variance(&of_runs) / k as f64).sqrt();
    // Pocock's constant for four looks (Jennison & Turnbull 2000, table 2.1).
    (mean, 2.361 * se)
}

#[test]
fn the_first_established_rule_ends_the_runs() {
    let rules = "harm   when gain(accuracy) < -4pp\n  enough when gain(accuracy) > -4pp";
    let result = ruled("each(seed)", rules);
    let stop = &result.stops[0];
    assert_eq!(stop.ended_by.as_deref(), Some("enough"));
    assert_eq!(stop.ended_after, Some(2));
    assert_eq!(stop.looks.len(), 2, "later looks are not taken");
    let truths: Vec<Vec<Truth>> = stop
        .looks
        .iter()
        .map(|l| l.rules.iter().map(|r| r.truth).collect())
        .collect();
    // Of one run nobody knows the spread; of two the interval lies above −4 pp.
    assert_eq!(
        truths,
        [
            [Truth::Unclear, Truth::Unclear],
            [Truth::Refuted, Truth::Established]
        ]
    );
    let (gain, half) = looked_at(2);
    let atom = &stop.looks[1].rules[1].atoms[0];
    assert!((atom.value.unwrap() - gain).abs() < 1e-9);
    assert!((atom.low.unwrap() - (gain - half)).abs() < 1e-4);
    assert!((atom.high.unwrap() - (gain + half)).abs() < 1e-4);
    // The rest of the result reads two runs.
    assert!(result.systems.iter().all(|s| s.runs == 2));
    let whole = result.comparisons.iter().find(|c| c.slice.is_none());
    near(whole.unwrap().gain.unwrap(), gain);
}

#[test]
fn runs_go_on_while_no_rule_is_established() {
    let result = ruled("each(seed)", "enough when gain(accuracy) > 50pp");
    let stop = &result.stops[0];
    assert_eq!((stop.looks.len(), stop.ended_after), (4, None));
    assert!(result.systems.iter().all(|s| s.runs == 4));
    let whole = result.comparisons.iter().find(|c| c.slice.is_none());
    near(whole.unwrap().gain.unwrap(), looked_at(4).0);
    // Looks that the plan leaves out are not taken.
    let later = ruled("at(3, 4)", "enough when gain(accuracy) > -6pp");
    assert_eq!(later.stops[0].ended_after, Some(3));
}

#[test]
fn rules_of_a_stop_read_whatever_a_decision_reads() {
    let ended = |rule: &str| ruled("at(2, 4)", &format!("end when {rule}")).stops[0].ended_after;
    // Latencies of `b` lie between 17 and 27 ms, the same in each run.
    assert_eq!(ended("latency_p95 < 40ms"), Some(2));
    assert_eq!(ended("latency_p95 > 40ms"), None);
    // What is the same on each row of each run has no spread yet: nothing is concluded from that.
    assert_eq!(ended("latency_p95(a) > latency_p95(b)"), None);
    assert_eq!(ended("latency_p95(a) > 0.5 * latency_p95(b)"), Some(2));
    assert_eq!(ended("latency_mean < 40ms"), Some(2));
    assert_eq!(ended("point(gain(accuracy)) > 9.5pp"), Some(4));
    assert_eq!(ended("lower(gain(accuracy)) > -4pp"), Some(2));
    assert_eq!(ended("upper(gain(accuracy)) < -4pp"), None);
    assert_eq!(ended("every author (point(accuracy) >= 0%)"), Some(2));
    // After two runs some author's three rows are all right in both.
    assert_eq!(ended("every author (accuracy < 300%)"), Some(4));
    assert_eq!(ended("not gain(accuracy) < -4pp"), Some(2));
    assert_eq!(ended("possibly(gain(accuracy) > 15pp)"), Some(2));
}

#[test]
fn rules_that_ended_the_runs_are_shown() {
    let rules = "harm   when gain(accuracy) < -4pp\n  enough when gain(accuracy) > -4pp and latency_p95 < 40ms";
    let text = report::markdown(&ruled("each(seed)", rules));
    let from = text.find("looks at b against a").unwrap();
    let shown: String = text[from..].lines().take(18).collect::<Vec<_>>().join("\n");
    insta::assert_snapshot!(shown);
}

#[test]
fn stops_are_held_to_the_runs_and_the_comparison() {
    let compare = "metrics: [accuracy], interval: bootstrap(200)";
    let of = |stop: &str| refused(&plan(3, "", compare, stop), 3);
    let using = "using: pocock(gain(accuracy))";
    let all = [
        of(&format!(
            "stop for b against a {{ look: each(seed), at_most: 5, {using} }}"
        )),
        of(&format!(
            "stop for a against b {{ look: each(seed), {using} }}"
        )),
        of(&format!(
            "stop for b against a {{ look: at(3, 2), {using} }}"
        )),
        of(&format!(
            "stop for b against a {{ look: at(2, 3), at_most: 2, {using} }}"
        )),
        of(&format!("stop for b against a {{ look: often, {using} }}")),
        of("stop for b against a { look: each(seed), using: pocock(accuracy) }"),
        of("stop for b against a { look: each(seed), using: pocock(gain(latency_p95)) }"),
        of("stop for b against a { look: each(seed), using: alpha_spending(gain(accuracy)) }"),
        of("stop for b against a { at_most: 3 }"),
        of(&format!(
            "stop for b against a {{ look: each(seed), {using}, end otherwise }}"
        )),
        of(&format!(
            "stop for b against a {{ look: each(seed), {using}, end when p_value(gain(accuracy)) < 0.01 }}"
        )),
        // Without a primary metric nothing says what is watched.
        refused(
            &plan(3, "", compare, "stop for b against a { at_most: 3 }")
                .replace("primary: accuracy, ", ""),
            3,
        ),
    ];
    insta::assert_snapshot!(all.join("\n"));
}

const PROTOCOLS: &str = "use std.protocols.{non_inferiority, superiority, equivalence}\n";

fn decided(decide: &str) -> RunResult {
    let compare = "metrics: [accuracy], interval: t";
    run_of(&(PROTOCOLS.to_string() + &plan(1, "", compare, decide)), 1)
}

#[test]
fn protocols_are_rules_with_the_arguments_in_place() {
    for (protocol, outcome) in [
        ("non_inferiority(accuracy, margin: 5pp)", "non_inferior"),
        ("non_inferiority(accuracy, 5pp)", "non_inferior"),
        ("superiority(accuracy, margin: 40pp)", "not_superior"),
        ("equivalence(margin: 60pp, metric: accuracy)", "equivalent"),
        ("equivalence(accuracy, margin: 0.1pp)", "inconclusive"),
    ] {
        let result = decided(&format!(
            "decide for b against a {{ protocol: {protocol} }}"
        ));
        let d = &result.decisions[0];
        assert_eq!(d.outcome.as_deref(), Some(outcome), "{protocol}: {d:?}");
    }
    let result =
        decided("decide for b against a { protocol: equivalence(accuracy, margin: 60pp) }");
    let atoms: Vec<&str> = result.decisions[0].rules[0]
        .atoms
        .iter()
        .map(|a| a.text.as_str())
        .collect();
    assert_eq!(atoms, ["gain(accuracy) > -60pp", "gain(accuracy) < 60pp"]);
}

/// A protocol of the plan's own, and one from a file beside it.
#[test]
fn protocols_of_ones_own() {
    let own = "protocol clear(m, least) { clear when gain(m) > 0pp and point(gain(m)) >= least, unclear otherwise }\n";
    let decide = "decide for b against a { protocol: clear(accuracy, least: 1pp), failed: broken }";
    let text = own.to_string() + &plan(1, "", "metrics: [accuracy], interval: t", decide);
    assert!(run_of(&text, 1).decisions[0].outcome.is_some());
    let text = "use \"p2.bench\" as house\n".to_string()
        + &plan(
            1,
            "",
            "metrics: [accuracy], interval: t",
            &decide.replace("clear(a", "house.clear(a"),
        );
    let world = world(&text, 1).with("p2.bench", own);
    let result = pipeline::run(&world, "p.bench").unwrap();
    assert_eq!(result.decisions[0].rules.len(), 2);
}

#[test]
fn protocols_are_held_to_their_parameters() {
    let of = |before: &str, protocol: &str| {
        let decide = format!("decide for b against a {{ protocol: {protocol} }}");
        let compare = "metrics: [accuracy], interval: bootstrap(200)";
        let text = PROTOCOLS.to_string() + before + &plan(1, "", compare, &decide);
        refused(&text, 1)
    };
    let all = [
        of("", "non_inferiority(accuracy)"),
        of("", "non_inferiority(accuracy, margin: 5ms)"),
        of("", "non_inferiority(accuracy, magin: 5pp)"),
        of("", "non_inferority(accuracy, margin: 5pp)"),
        of("", "accuracy"),
        of(
            "",
            "equivalence(accuracy, margin: 1pp), ship when gain(accuracy) > 0pp",
        ),
        of(
            "protocol p2(m) { yes when gain(m) > mm, no otherwise }\n",
            "p2(accuracy)",
        ),
        of("protocol p2(m) { rule: 1 }\n", "superiority(accuracy, 1pp)"),
    ];
    insta::assert_snapshot!(all.join("\n"));
}
