//! A result as `verdict` would fill it, with the values of a real-looking run.

use benchwright::diagnostic::{Answer, Level};
use benchwright::result::*;

pub fn interval(low: f64, high: f64) -> Interval {
    Interval {
        low,
        high,
        level: 0.95,
        method: "bca".into(),
        resamples: Some(10_000),
        unit: ResampleUnit::Cluster,
        units: Some(1043),
        runs: Some(5),
        mc_error: Some(0.0004),
        ..Interval::default()
    }
}

pub fn ms() -> Unit {
    Unit::Named("ms".into())
}

pub fn usd() -> Unit {
    Unit::Money("USD".into())
}

pub fn metric(
    system: &str,
    metric: &str,
    unit: Unit,
    estimate: f64,
    range: Option<(f64, f64)>,
) -> Metric {
    Metric {
        system: system.into(),
        variant: "full".into(),
        metric: metric.into(),
        unit,
        partition: "reviews.test".into(),
        rows: 1050,
        estimate: Some(estimate),
        interval: range.map(|(l, h)| interval(l, h)),
        ..Metric::default()
    }
}

pub fn comparison(
    baseline: &str,
    metric: &str,
    unit: Unit,
    gain: f64,
    range: (f64, f64),
) -> Comparison {
    let lower_is_better = metric.starts_with("latency") || metric.starts_with("cost");
    Comparison {
        candidate: "chars".into(),
        baseline: baseline.into(),
        metric: metric.into(),
        unit,
        partition: "reviews.test".into(),
        delta: Some(if lower_is_better { -gain } else { gain }),
        gain: Some(gain),
        interval: Some(interval(range.0, range.1)),
        rows: 1050,
        ..Comparison::default()
    }
}

pub fn system(name: &str, role: Role, runs: u32, note: &str) -> System {
    System {
        name: name.into(),
        variant: "full".into(),
        role,
        runs,
        note: (!note.is_empty()).then(|| note.into()),
        ..System::default()
    }
}

pub fn atom(text: &str, truth: Truth, unit: Unit, value: f64, range: Option<(f64, f64)>) -> Atom {
    Atom {
        text: text.into(),
        truth,
        unit,
        value: Some(value),
        low: range.map(|r| r.0),
        high: range.map(|r| r.1),
        ..Atom::default()
    }
}

fn arm(rank: u32, component: &str, change: &str, delta: f64, range: (f64, f64)) -> Arm {
    Arm {
        component: component.into(),
        change: change.into(),
        estimate: Some(0.846 + delta),
        delta: Some(delta),
        interval: Some(Interval {
            units: Some(439),
            ..interval(range.0, range.1)
        }),
        rank,
        with: vec![],
        ranks: None,
        p_value: Some(0.0312 * f64::from(rank)),
    }
}

fn metrics() -> Vec<Metric> {
    let ratio = || Unit::Ratio;
    let mut all = vec![
        metric("chars", "f1_macro", ratio(), 0.8491, Some((0.828, 0.870))),
        metric("words", "f1_macro", ratio(), 0.8111, Some((0.788, 0.834))),
        metric("majority", "f1_macro", ratio(), 0.3333, None),
        metric("chars", "latency_p95", ms(), 12.43, Some((11.8, 13.1))),
        metric("words", "latency_p95", ms(), 3.12, Some((2.9, 3.4))),
        metric("chars", "cost_per_1k", usd(), 0.000_104, None),
        metric("words", "cost_per_1k", usd(), 0.000_03, None),
    ];
    for (one, sd) in all.iter_mut().zip([0.0041, 0.0013]) {
        one.seed_sd = Some(sd);
    }
    for (system, seed, value) in [
        ("chars", 1, 0.8480),
        ("chars", 2, 0.8502),
        ("words", 1, 0.8111),
    ] {
        all.push(Metric {
            seed: Some(seed),
            interval: None,
            ..metric(system, "f1_macro", ratio(), value, None)
        });
    }
    for (slice, chars, words) in [
        ("domain = yelp", 0.83, 0.82),
        ("domain = imdb", 0.861, 0.80),
    ] {
        for (system, value) in [("chars", chars), ("words", words)] {
            let whole = metric(
                system,
                "f1_macro",
                ratio(),
                value,
                Some((value - 0.035, value + 0.035)),
            );
            all.push(Metric {
                slice: Some(slice.into()),
                rows: 350,
                ..whole
            });
        }
    }
    all
}

fn comparisons() -> Vec<Comparison> {
    let pp = || Unit::RatioDifference;
    vec![
        Comparison {
            relative: Some(0.0468),
            p_value: Some(0.000_07),
            p_adjusted: Some(0.0004),
            correction: Some("holm".into()),
            claims: Some(6),
            ..comparison("words", "f1_macro", pp(), 0.038, (0.019, 0.056))
        },
        Comparison {
            p_adjusted: Some(0.000_01),
            correction: Some("holm".into()),
            claims: Some(6),
            relative: Some(1.5476),
            ..comparison("majority", "f1_macro", pp(), 0.5158, (0.49, 0.542))
        },
        comparison("words", "latency_p95", ms(), -9.31, (-9.9, -8.7)),
        Comparison {
            slice: Some("domain = yelp".into()),
            rows: 350,
            ..comparison("words", "f1_macro", pp(), 0.01, (-0.022, 0.041))
        },
        Comparison {
            slice: Some("domain = yelp".into()),
            rows: 350,
            ..comparison("words", "latency_p95", ms(), -9.4, (-10.1, -8.6))
        },
    ]
}

fn decision() -> Decision {
    let pp = || Unit::RatioDifference;
    let settle = "1,900 more yelp rows would settle it, if the estimate holds";
    let ship = vec![
        atom(
            "gain(f1_macro) > 0 pp",
            Truth::Established,
            pp(),
            0.038,
            Some((0.019, 0.056)),
        ),
        atom(
            "point(gain(f1_macro)) >= 1 pp",
            Truth::Established,
            pp(),
            0.038,
            None,
        ),
        atom(
            "latency_p95 <= 100 ms",
            Truth::Established,
            ms(),
            12.43,
            Some((11.8, 13.1)),
        ),
        Atom {
            slice: Some("yelp".into()),
            would_settle: Some(settle.into()),
            ..atom(
                "every domain (gain(f1_macro) > −1 pp)",
                Truth::Unclear,
                pp(),
                0.01,
                Some((-0.022, 0.041)),
            )
        },
    ];
    let iterate = vec![atom(
        "point(gain(f1_macro)) <= 0 pp",
        Truth::Refuted,
        pp(),
        0.038,
        None,
    )];
    let rule = |outcome: &str, truth, otherwise, atoms| Rule {
        outcome: outcome.into(),
        truth,
        otherwise,
        atoms,
    };
    Decision {
        name: "chars against words".into(),
        candidate: "chars".into(),
        baseline: "words".into(),
        outcome: Some("reject".into()),
        favourable: Some(false),
        verdict: "`ship` is unclear, `iterate` is refuted".into(),
        failed: None,
        rules: vec![
            rule("ship", Truth::Unclear, false, ship),
            rule("iterate", Truth::Refuted, false, iterate),
            rule("reject", Truth::Established, true, vec![]),
        ],
        would_settle: vec![settle.into()],
    }
}

fn ablation() -> Ablation {
    Ablation {
        reference: "chars".into(),
        metric: "f1_macro".into(),
        unit: Unit::Ratio,
        partition: "reviews.val".into(),
        rows: 450,
        estimate: Some(0.846),
        arms: vec![
            arm(1, "lexicon", "removed", -0.017, (-0.030, -0.004)),
            arm(2, "char n-grams", "removed", -0.0044, (-0.015, 0.008)),
            arm(2, "bigrams", "removed", -0.004, (-0.013, 0.006)),
            arm(4, "augment", "strong", 0.006, (-0.004, 0.016)),
        ],
        additivity_gap: Some(-0.002),
        additivity_interval: None,
        tolerance: Some(0.005),
        minimal: Some(Minimal {
            components_kept: vec!["char n-grams".into(), "lexicon".into()],
            predicted: Some(0.846),
            confidence: None,
            needs_confirmation: true,
        }),
        correction: Some("holm".into()),
        claims: Some(4),
        note: Some("chars was tuned on these rows".into()),
    }
}

fn selection() -> Selection {
    let candidate =
        |system: &str, latency: (f64, f64, f64), f1: (f64, f64, f64), eligible, note: &str| {
            Candidate {
                system: system.into(),
                variant: "full".into(),
                requirements: vec![Requirement {
                    text: "latency_p95 <= 10 ms".into(),
                    truth: eligible,
                    unit: ms(),
                    value: Some(latency.0),
                    low: Some(latency.1),
                    high: Some(latency.2),
                }],
                objective: Some(Objective {
                    metric: "f1_macro".into(),
                    unit: Unit::Ratio,
                    estimate: Some(f1.0),
                    low: Some(f1.1),
                    high: Some(f1.2),
                }),
                eligible,
                note: (!note.is_empty()).then(|| note.into()),
                ..Candidate::default()
            }
        };
    Selection {
        optimism: None,
        criteria: Vec::new(),
        name: "fastest_good".into(),
        partition: "reviews.val".into(),
        candidates: vec![
            candidate(
                "words",
                (3.1, 2.9, 3.4),
                (0.811, 0.79, 0.83),
                Truth::Established,
                "",
            ),
            candidate(
                "hybrid",
                (9.8, 9.1, 10.6),
                (0.83, 0.81, 0.85),
                Truth::Unclear,
                "",
            ),
            candidate(
                "chars",
                (12.4, 11.8, 13.1),
                (0.849, 0.83, 0.87),
                Truth::Refuted,
                "no value of f1_macro",
            ),
        ],
        chosen: Some(Choice {
            system: "words".into(),
            variant: "full".into(),
        }),
        reason: "the only one established to meet `latency_p95 <= 10 ms`".into(),
        report_on: Some("reviews.test".into()),
    }
}

fn check(
    code: &str,
    name: &str,
    level: Level,
    answer: Answer,
    message: &str,
    waived: Option<&str>,
) -> Check {
    Check {
        code: code.into(),
        name: name.into(),
        level,
        answer,
        message: message.into(),
        places: vec![Place {
            file: "ship.bench".into(),
            line: Some(4),
            column: Some(1),
            ..Place::default()
        }],
        waived: waived.map(Into::into),
    }
}

/// The run of messages.md: an undecided candidate, its ablation and a selection.
pub fn whole() -> RunResult {
    let hash = "6f1c0b7a52d4e8f96f1c0b7a52d4e8f96f1c0b7a52d4e8f96f1c0b7a52d4e8f9";
    RunResult {
        stops: Vec::new(),
        rankings: Vec::new(),
        schema_version: SCHEMA_VERSION,
        tool: Tool {
            name: "benchwright".into(),
            version: "0.1.0".into(),
        },
        plan: Plan {
            title: "ship_chars".into(),
            file: "ship.bench".into(),
            meaning_sha256: hash.into(),
            status: Status::Confirmatory,
            status_note: Some("sealed 2026-11-20, unchanged".into()),
            sealed: None,
            deviations: vec![],
            objective: Some("At least +1 pp macro-F1 within 100 ms P95 on one CPU core".into()),
            primary: Some("f1_macro".into()),
            guardrails: vec!["latency_p95".into(), "cost_per_1k".into()],
        },
        data: vec![Data {
            dataset: "reviews".into(),
            source: "data/reviews.csv".into(),
            sha256: hash.into(),
            version: Some("2024-06-01".into()),
            cluster: Some("group".into()),
            rows: 3000,
            partitions: [
                ("test".to_owned(), 1050),
                ("train".to_owned(), 1500),
                ("val".to_owned(), 450),
            ]
            .into(),
        }],
        systems: vec![
            system("majority", Role::Floor, 1, "floor"),
            system("words", Role::Baseline, 5, "tuned, 20 trials"),
            system("chars", Role::Candidate, 5, ""),
        ],
        metrics: metrics(),
        comparisons: comparisons(),
        ablations: vec![ablation()],
        factorials: vec![],
        selections: vec![selection()],
        decisions: vec![decision()],
        drift: None,
        checks: vec![
            check(
                "M105",
                "one-number",
                Level::Warning,
                Answer::Refuted,
                "one metric",
                Some("latency is the guardrail"),
            ),
            check(
                "L105",
                "group-straddles-split",
                Level::Error,
                Answer::Proved,
                "groups stay whole",
                None,
            ),
        ],
        provenance: Provenance {
            seed: 42,
            plan_sha256: hash.into(),
            policy: None,
            inputs: vec![Input {
                path: "runs/words-1.csv".into(),
                sha256: hash.into(),
                rows: 1050,
                system: Some("words".into()),
                variant: Some("full".into()),
                seed: Some(1),
            }],
            evidence: vec![".bench/report.json".into(), ".bench/report.md".into()],
        },
        risks: vec![
            "domain yelp undecided".into(),
            "latency measured on 1 machine".into(),
        ],
    }
}
