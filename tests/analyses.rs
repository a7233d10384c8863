//! What a plan's run says beyond estimates: effect sizes, the method that `auto` takes, ranks over datasets, selections
//! and what choosing adds; each held to an independent value or to arithmetic.

use super::support::csv_file::csv_file;
use super::support::oracle::{Case, cases};
use super::support::pipeline;
use benchwright::result::{Comparison, Metric, RunResult, Truth};
use benchwright::stats::analytic::{self, Pairs};
use benchwright::stats::significance;
use benchwright::text::MemoryWorld;

fn run(world: &MemoryWorld) -> RunResult {
    pipeline::run(world, "p.bench").unwrap_or_else(|e| {
        let all: Vec<String> = e.iter().map(|d| format!("{d:?}")).collect();
        panic!("{}", all.join("\n"))
    })
}

fn near(got: f64, want: f64) {
    assert!((got - want).abs() < 1e-9, "{got} for {want}");
}

/// Rows of two classes, with a latency; a system is right where `right` says so.
struct Rows<'a> {
    n: usize,
    right: &'a dyn Fn(&str, usize, usize) -> bool,
    latency: &'a dyn Fn(&str, usize) -> f64,
}

impl Rows<'_> {
    fn world(&self, plan: &str, systems: &[&str], seeds: usize) -> MemoryWorld {
        let truth = |row: usize| ["neg", "pos"][row % 2].to_owned();
        let data = (0..self.n).map(|r| vec![r.to_string(), truth(r), (r / 5).to_string()]);
        let mut world = MemoryWorld::default()
            .with("p.bench", plan)
            .with("d.csv", csv_file(&["id", "y", "author"], data));
        for system in systems {
            for seed in 1..=seeds {
                let row = |r: usize| {
                    let said = r + usize::from(!(self.right)(system, seed, r));
                    let latency = (self.latency)(system, r);
                    vec![r.to_string(), truth(said), latency.to_string()]
                };
                let out = csv_file(&["id", "pred", "ms"], (0..self.n).map(row));
                world = world.with(format!("{system}-{seed}.csv"), out);
            }
        }
        world
    }
}

fn plan(systems: &[&str], seeds: usize, dataset: &str, claims: &str) -> String {
    let mut text = format!(
        "use std.classification.{{accuracy, f1_macro}}\n\
         use std.serving.{{latency_mean, latency_p50, latency_p95, latency_p99}}\n\
         plan p {{ objective: \"o\", primary: accuracy }}\n\
         dataset d {{ source: \"d.csv\", version: \"1\", id: id, label: y in [neg, pos], positive: pos, split: all(test)\n{dataset}\n}}\n"
    );
    for (i, system) in systems.iter().enumerate() {
        let role = if i == 0 { "candidate" } else { "baseline" };
        text.push_str(&format!(
            "{role} {system} {{ seeds: {seeds}, predictions: \"{system}-{{seed}}.csv\" {{ prediction: pred, latency: ms in ms }} }}\n"
        ));
    }
    text + claims
}

fn comparison<'a>(result: &'a RunResult, metric: &str) -> &'a Comparison {
    let found = result
        .comparisons
        .iter()
        .find(|c| c.metric == metric && c.slice.is_none());
    found.unwrap()
}

fn own<'a>(result: &'a RunResult, system: &str, metric: &str) -> &'a Metric {
    let is = |m: &&Metric| m.system == system && m.metric == metric && m.seed.is_none();
    result.metrics.iter().find(is).unwrap()
}

/// `b` errs on every fourth row, `a` on every eighth and on the rows 1 more than a multiple of 24.
fn right(system: &str, seed: usize, row: usize) -> bool {
    match system {
        "b" => !(row + seed).is_multiple_of(4),
        _ => !(row + seed).is_multiple_of(8) && row % 24 != 1,
    }
}

fn latency(system: &str, row: usize) -> f64 {
    let base = if system == "b" { 20.0 } else { 17.0 };
    base + (row * 7 % 11) as f64 + (row * row % 13) as f64 / 8.0
}

fn pairs(n: usize) -> Pairs {
    let mut p = Pairs::default();
    for row in 0..n {
        match (right("a", 1, row), right("b", 1, row)) {
            (true, true) => p.both += 1,
            (true, false) => p.first += 1,
            (false, true) => p.second += 1,
            (false, false) => p.neither += 1,
        }
    }
    p
}

#[test]
fn effect_sizes_of_a_share() {
    let rows = Rows {
        n: 200,
        right: &right,
        latency: &latency,
    };
    let claims = "compare a with b { on: d.test, metrics: [accuracy, latency_mean, f1_macro], interval: bootstrap(400) }";
    let result = run(&rows.world(&plan(&["a", "b"], 1, "", claims), &["a", "b"], 1));
    let c = comparison(&result, "accuracy");
    let p = pairs(200);
    let n = 200.0;
    let share = |k: u64| k as f64 / n;
    let (pa, pb) = (share(p.both + p.first), share(p.both + p.second));
    // Of yes and no, Cliff's delta is the difference of the shares.
    near(c.effects["cliffs_delta"], pa - pb);
    near(c.effects["a12"], 0.5 + 0.5 * (pa - pb));
    let better = share(p.first) + 0.5 * share(p.both + p.neither);
    near(c.effects["probability_of_improvement"], better);
    near(c.effects["odds_ratio"], p.first as f64 / p.second as f64);
    let sd = |p: f64| (p * (1.0 - p) * n / (n - 1.0)).sqrt();
    let pooled = (0.5 * (sd(pa).powi(2) + sd(pb).powi(2))).sqrt();
    near(c.effects["cohens_d"], (pa - pb) / pooled);
    // Hedges' factor for 398 degrees of freedom, by its expansion.
    let factor = c.effects["hedges_g"] / c.effects["cohens_d"];
    assert!(
        (factor - (1.0 - 3.0 / (4.0 * 398.0 - 1.0))).abs() < 1e-6,
        "{factor}"
    );
    let spread = share(p.first + p.second) - (pa - pb).powi(2);
    near(
        c.effects["cohens_dz"],
        (pa - pb) / (spread * n / (n - 1.0)).sqrt(),
    );
    near(c.relative.unwrap(), (pa - pb) / pb);

    // Less is better: effects are of the gain.
    let c = comparison(&result, "latency_mean");
    assert!(c.delta.unwrap() < 0.0 && c.effects["cohens_d"] > 0.0);
    near(c.effects["probability_of_improvement"], 1.0);
    assert!(!c.effects.contains_key("odds_ratio"));
    // Macro-F1 is no value of a row.
    assert!(comparison(&result, "f1_macro").effects.is_empty());
}

/// Five runs: how often the candidate's beats the baseline's of the same seed.
#[test]
fn probability_of_improvement_of_runs() {
    // Right on 30 rows of 40, and one more where the candidate of a seed is to win.
    let wins = [1usize, 0, 2, 1, 0];
    let right = |system: &str, seed: usize, row: usize| match system {
        "a" => row < 30 + wins[seed - 1],
        _ => row < 31,
    };
    let rows = Rows {
        n: 40,
        right: &right,
        latency: &latency,
    };
    let claims =
        "compare a with b { on: d.test, metrics: [f1_macro, accuracy], interval: bootstrap(300) }";
    let result = run(&rows.world(&plan(&["a", "b"], 5, "", claims), &["a", "b"], 5));
    // One win, two ties, two losses.
    near(
        comparison(&result, "accuracy").effects["probability_of_improvement"],
        2.0 / 5.0,
    );
    assert!(
        comparison(&result, "f1_macro")
            .effects
            .contains_key("probability_of_improvement")
    );
}

#[test]
fn auto_takes_a_closed_form_where_the_bootstrap_claims_too_much() {
    let systems = ["a", "b"];
    let claims = "compare a with b { on: d.test, metrics: [accuracy, latency_p99] }";
    let few = |system: &str, _: usize, row: usize| system == "a" && row != 3 || row > 4;
    let rows = Rows {
        n: 60,
        right: &few,
        latency: &latency,
    };
    let result = run(&rows.world(&plan(&systems, 1, "", claims), &systems, 1));
    let c = comparison(&result, "accuracy");
    let i = c.interval.as_ref().unwrap();
    let p = Pairs {
        both: 55,
        first: 4,
        second: 0,
        neither: 1,
    };
    let (low, high) = analytic::newcombe_paired(p, 0.95).unwrap();
    assert_eq!(i.method, "Newcombe paired");
    assert_eq!(
        i.note.as_deref(),
        Some("auto: only 4 rows tell the two apart")
    );
    near(i.low, low);
    near(i.high, high);
    // The test that belongs to it.
    assert_eq!(c.test.as_deref(), Some("McNemar’s test, exact"));
    near(c.p_value.unwrap(), significance::mcnemar(p).value);
    let i = own(&result, "a", "accuracy").interval.as_ref().unwrap();
    let (low, high) = analytic::wilson(59, 60, 0.95).unwrap();
    assert_eq!(
        (i.method.as_str(), i.note.as_deref()),
        ("Wilson", Some("auto: only 1 row unlike the others"))
    );
    near(i.low, low);
    near(i.high, high);

    // Enough of everything: BCa, without a word.
    let rows = Rows {
        n: 400,
        right: &right,
        latency: &latency,
    };
    let result = run(&rows.world(&plan(&systems, 1, "", claims), &systems, 1));
    let i = comparison(&result, "accuracy").interval.as_ref().unwrap();
    assert_eq!((i.method.as_str(), &i.note), ("bca", &None));
    // Asked for by name, it is what it is.
    let asked = claims.replace(
        "latency_p99]",
        "latency_p99], interval: bootstrap(500, method: bca)",
    );
    let rows = Rows {
        n: 60,
        right: &few,
        latency: &latency,
    };
    let result = run(&rows.world(&plan(&systems, 1, "", &asked), &systems, 1));
    assert_eq!(
        comparison(&result, "accuracy")
            .interval
            .as_ref()
            .unwrap()
            .method,
        "bca"
    );

    // Few clusters: t of their pseudo-values.
    let rows = Rows {
        n: 60,
        right: &right,
        latency: &latency,
    };
    let result = run(&rows.world(&plan(&systems, 1, "group: author", claims), &systems, 1));
    let i = comparison(&result, "accuracy").interval.as_ref().unwrap();
    assert_eq!(i.method, "t");
    assert_eq!(
        i.note.as_deref(),
        Some("auto: of 12 clusters a bootstrap is too narrow")
    );
}

#[test]
fn quantiles_have_intervals_of_order_statistics() {
    let systems = ["a", "b"];
    let claims = "compare a with b { on: d.test, metrics: [latency_p50, latency_p95], interval: order_statistic(level: 90%) }";
    let rows = Rows {
        n: 150,
        right: &right,
        latency: &latency,
    };
    let result = run(&rows.world(&plan(&systems, 1, "", claims), &systems, 1));
    let mut sorted: Vec<f64> = (0..150).map(|r| latency("a", r)).collect();
    sorted.sort_by(f64::total_cmp);
    for (metric, q) in [("latency_p50", 0.5), ("latency_p95", 0.95)] {
        let i = own(&result, "a", metric).interval.as_ref().unwrap();
        assert_eq!(i.method, "order statistics");
        // The ranks by the binomial law itself: too many below, or too few, in at most 5 % each.
        let mass = |k: usize| {
            let ways: f64 = (0..k)
                .map(|i| ((150 - i) as f64 / (i + 1) as f64).ln())
                .sum();
            (ways + k as f64 * f64::ln(q) + (150 - k) as f64 * f64::ln(1.0 - q)).exp()
        };
        let below = |k: usize| (0..k).map(mass).sum::<f64>();
        let low = (1..=150).rfind(|l| below(*l) <= 0.05).unwrap();
        let high = (1..=150).find(|u| 1.0 - below(*u) <= 0.05).unwrap();
        near(i.low, sorted[low - 1]);
        near(i.high, sorted[high - 1]);
    }
    // A difference of quantiles has no such interval, and says how it was made.
    let i = comparison(&result, "latency_p95")
        .interval
        .as_ref()
        .unwrap();
    assert!(
        i.resamples.is_some() && i.note.as_ref().unwrap().contains("order_statistic"),
        "{i:?}"
    );
}

/// A plan in which a system's value on block i is a number of the oracle.
fn ranked(case: &Case, by_part: bool) -> RunResult {
    let scores: Vec<Vec<f64>> = serde_json::from_value(case.input["scores"].clone()).unwrap();
    let systems = scores[0].len();
    let mut text = String::from(
        "metric m { better: higher, value: mean(v) }\nplan p { objective: \"o\", primary: m }\n",
    );
    let mut world = MemoryWorld::default();
    let id = |block: usize, half: usize| format!("r{block}-{half}");
    // Two rows a block, half a unit around the value.
    let data = |blocks: &[usize]| {
        let rows = blocks
            .iter()
            .flat_map(|b| (0..2).map(move |h| vec![id(*b, h), format!("t{b}")]));
        csv_file(&["id", "task"], rows.collect::<Vec<_>>())
    };
    let all: Vec<usize> = (0..scores.len()).collect();
    for s in 0..systems {
        let role = if s == 0 { "candidate" } else { "baseline" };
        text.push_str(&format!(
            "{role} s{s} {{ predictions: \"s{s}.csv\" {{ v: v }} }}\n"
        ));
        let rows = scores.iter().enumerate().flat_map(|(b, row)| {
            (0..2).map(move |h| vec![id(b, h), (row[s] + h as f64 - 0.5).to_string()])
        });
        world = world.with(
            format!("s{s}.csv"),
            csv_file(&["id", "v"], rows.collect::<Vec<_>>()),
        );
    }
    let others: Vec<String> = (1..systems).map(|s| format!("s{s}")).collect();
    text.push_str("dataset d { source: \"d.csv\", version: \"1\", id: id, split: ");
    text.push_str(if by_part {
        "column(task) }\n"
    } else {
        "all(test) }\n"
    });
    let ons: Vec<String> = match by_part {
        true => all.iter().map(|b| format!("d.t{b}")).collect(),
        false => vec!["d.test".into()],
    };
    for on in ons {
        text.push_str(&format!(
            "compare s0 with [{}] {{ on: {on}, metrics: [m], test: friedman, interval: bootstrap(200){} }}\n",
            others.join(", "),
            if by_part { "" } else { ", slices: [task]" }
        ));
    }
    world = world.with("d.csv", data(&all));
    run(&world.with("p.bench", text))
}

#[test]
fn friedman_and_nemenyi_over_slices_and_over_partitions() {
    for case in cases("tests").iter().filter(|c| c.has("scores")) {
        for by_part in [false, true] {
            if by_part && case.name != "friedman_5x4" {
                continue;
            }
            let result = ranked(case, by_part);
            let [r] = result.rankings.as_slice() else {
                panic!("{:?}", result.rankings)
            };
            let rank = |s: usize| {
                let of = r.systems.iter().find(|x| x.system == format!("s{s}"));
                of.unwrap().mean_rank
            };
            let k = r.systems.len();
            case.check_all("mean_ranks", &(0..k).map(rank).collect::<Vec<_>>());
            case.check("chi2", r.chi2.unwrap());
            case.check("chi2_p", r.p_value.unwrap());
            case.check("iman_davenport_F", r.f.unwrap());
            case.check("iman_davenport_p", r.f_p_value.unwrap());
            case.check("nemenyi_cd_0.05", r.critical_difference.unwrap());
            let p = |a: usize, b: usize| {
                let (a, b) = (format!("s{a}"), format!("s{b}"));
                let is = |x: &&benchwright::result::RankedPair| {
                    [&x.better, &x.worse] == [&a, &b] || [&x.better, &x.worse] == [&b, &a]
                };
                r.pairs.iter().find(is).map_or(1.0, |x| x.p_value.unwrap())
            };
            let pairs = (0..k).flat_map(|a| (0..k).map(move |b| (a, b)));
            case.check_all(
                "nemenyi_p",
                &pairs.map(|(a, b)| p(a, b)).collect::<Vec<_>>(),
            );
            // Two systems are in one group exactly if their ranks lie within the critical difference.
            for (a, x) in r.systems.iter().enumerate() {
                for y in &r.systems[a + 1..] {
                    let near = (x.mean_rank - y.mean_rank).abs() < r.critical_difference.unwrap();
                    let both = |g: &Vec<String>| g.contains(&x.system) && g.contains(&y.system);
                    assert_eq!(r.groups.iter().any(both), near, "{} {}", x.system, y.system);
                }
            }
            // Who beats whom, counted here once more, is what the ratings stand for.
            let scores: Vec<Vec<f64>> =
                serde_json::from_value(case.input["scores"].clone()).unwrap();
            let beats = |a: usize, b: usize| {
                let won = |block: &Vec<f64>| match block[a] - block[b] {
                    _ if a == b => 0.0,
                    d if d > 0.0 => 1.0,
                    d if d < 0.0 => 0.0,
                    _ => 0.5,
                };
                scores.iter().map(won).sum::<f64>()
            };
            let wins: Vec<Vec<f64>> = (0..k)
                .map(|a| (0..k).map(|b| beats(a, b)).collect())
                .collect();
            let elo = |s: usize| {
                r.systems
                    .iter()
                    .find(|x| x.system == format!("s{s}"))
                    .unwrap()
                    .elo
            };
            match benchwright::stats::bradley_terry::bradley_terry(&wins) {
                Ok(strengths) => {
                    for (s, rating) in strengths.elo().iter().enumerate() {
                        assert!((elo(s).unwrap() - rating).abs() < 1e-9);
                    }
                }
                Err(_) => assert!(elo(0).is_none() && r.elo_note.is_some()),
            }
            let shown = benchwright::report::markdown(&result);
            assert!(shown.contains("Elo"), "{shown}");
            assert!(
                shown.contains("ranks by m") && shown.contains("critical difference"),
                "{shown}"
            );
        }
    }
}

#[test]
fn one_block_has_no_ranks() {
    let rows = Rows {
        n: 40,
        right: &right,
        latency: &latency,
    };
    let claims = "compare a with b { on: d.test, metrics: [accuracy], test: friedman, interval: bootstrap(200) }";
    let result = run(&rows.world(&plan(&["a", "b"], 1, "", claims), &["a", "b"], 1));
    assert!(
        result.rankings[0]
            .note
            .as_ref()
            .unwrap()
            .contains("one block")
    );
    assert!(result.rankings[0].systems.is_empty());
}

/// A fast system, an exact one, and one that loses to the fast one by both.
#[test]
fn a_selection_has_a_front() {
    let right = |system: &str, _: usize, row: usize| match system {
        "fast" => !row.is_multiple_of(5),
        "exact" => !row.is_multiple_of(10),
        _ => row % 5 > 1,
    };
    let latency = |system: &str, row: usize| {
        let base = match system {
            "fast" => 5.0,
            "exact" => 20.0,
            _ => 9.0,
        };
        base + (row % 3) as f64 / 10.0
    };
    let rows = Rows {
        n: 200,
        right: &right,
        latency: &latency,
    };
    let systems = ["fast", "exact", "neither"];
    let claims = "select best from [fast, exact, neither] { on: d.test, require: latency_p95 <= 50ms, maximize: accuracy, prefer: latency_p50 { within: 0.5pp } }";
    let result = run(&rows.world(&plan(&systems, 1, "", claims), &systems, 1));
    let s = &result.selections[0];
    assert_eq!(s.criteria, ["accuracy", "latency_p50", "latency_p95"]);
    let front = |name: &str| {
        let of = s.candidates.iter().find(|c| c.system == name).unwrap();
        (of.front, of.front_share)
    };
    assert_eq!(front("fast"), (Some(true), Some(1.0)));
    assert_eq!(front("neither"), (Some(false), Some(0.0)));
    assert_eq!(front("exact").0, Some(true));
    // Far apart, so that choosing owes nothing.
    assert_eq!(s.chosen.as_ref().unwrap().system, "exact");
    let o = s.optimism.as_ref().unwrap();
    near(o.estimate, 0.9);
    assert!(o.optimism.abs() < 0.003, "{o:?}");
    assert!(o.interval.low < 0.9 && o.interval.high > 0.9);
    let shown = benchwright::report::markdown(&result);
    assert!(shown.contains("owed to choosing"), "{shown}");
    let one = claims
        .replace(", require: latency_p95 <= 50ms", "")
        .replace(", prefer: latency_p50 { within: 0.5pp }", "");
    let result = run(&rows.world(&plan(&systems, 1, "", &one), &systems, 1));
    assert!(result.selections[0].criteria.is_empty());
    assert_eq!(result.selections[0].candidates[0].front, None);
}

/// Six systems that are all right on 70 % of all rows there could be: the best of them looks better than that by more
/// than one standard error, and most of it is taken back.
#[test]
fn what_choosing_adds_is_taken_back() {
    const SYSTEMS: [&str; 6] = ["s0", "s1", "s2", "s3", "s4", "s5"];
    let claims = "select best from [s0, s1, s2, s3, s4, s5] { on: d.test, maximize: accuracy }";
    let plan = plan(&SYSTEMS, 1, "", claims);
    let (mut raw, mut corrected, mut held) = (0.0, 0.0, 0);
    const RUNS: u64 = 24;
    for index in 0..RUNS {
        use benchwright::stats::random::{Purpose, key, stream, unit};
        let right = |system: &str, _: usize, row: usize| {
            let mut rng = stream(index, Purpose::Prediction, key(&[system]), row as u64);
            unit(&mut rng) < 0.7
        };
        let rows = Rows {
            n: 60,
            right: &right,
            latency: &|_, _| 1.0,
        };
        let result = run(&rows.world(&plan, &SYSTEMS, 1));
        let o = result.selections[0].optimism.clone().unwrap();
        raw += (o.estimate - 0.7) / RUNS as f64;
        corrected += (o.corrected - 0.7) / RUNS as f64;
        held += u32::from(o.interval.low <= 0.7 && 0.7 <= o.interval.high);
        near(o.estimate - o.optimism, o.corrected);
    }
    let se = (0.7f64 * 0.3 / 60.0).sqrt();
    assert!(raw > se, "{raw}");
    assert!(
        corrected < 0.5 * raw && corrected > -0.5 * se,
        "{corrected} of {raw}"
    );
    assert!(held >= 19, "{held}");
}

/// Other rows report the winner: there is nothing to correct.
#[test]
fn other_rows_need_no_correction() {
    let rows = Rows {
        n: 100,
        right: &right,
        latency: &latency,
    };
    let claims = "select best from [a, b] { on: d.val, maximize: accuracy, report_on: d.test }";
    let text = plan(&["a", "b"], 1, "", claims).replace(
        "split: all(test)",
        "split: hash(id, seed: 1) { val: 50%, test: 50% }",
    );
    let s = &run(&rows.world(&text, &["a", "b"], 1)).selections[0];
    assert_eq!(s.optimism, None);
    assert_eq!(s.report_on.as_deref(), Some("d.test"));
    assert_eq!(s.candidates[0].eligible, Truth::Established);
}

/// Sides apart: two one-sided Welch tests.
#[test]
fn equivalence_of_sides_apart() {
    let rows = Rows {
        n: 200,
        right: &right,
        latency: &latency,
    };
    let claims = "compare a with b { on: d.test, metrics: [latency_mean], interval: t, paired: no, margin: 4ms }";
    let result = run(&rows.world(&plan(&["a", "b"], 1, "", claims), &["a", "b"], 1));
    let of = |s: &str| (0..200).map(|r| -latency(s, r)).collect::<Vec<f64>>();
    let (a, b) = (of("a"), of("b"));
    let mean = |x: &[f64]| x.iter().sum::<f64>() / 200.0;
    let var = |x: &[f64]| x.iter().map(|v| (v - mean(x)).powi(2)).sum::<f64>() / 199.0 / 200.0;
    let t = (4.0 - (mean(&a) - mean(&b))) / (var(&a) + var(&b)).sqrt();
    // Of nearly 400 degrees of freedom: the normal tail is near enough.
    let p = comparison(&result, "latency_mean")
        .equivalence
        .as_ref()
        .unwrap()
        .p_value
        .unwrap();
    let normal = benchwright::stats::normal::cdf(-t);
    assert!((p - normal).abs() < 0.003, "{p} {normal}");
}
