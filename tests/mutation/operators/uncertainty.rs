//! Operators for uncertainty: too few runs, rows or resamples, and the wrong unit.

use super::baselines::metrics;
use super::{Operator, op};
use crate::mutation::base::{Base, Block, Edit, Mutant, elements, field, rules};
use benchwright::syntax::ast::Keyword;

pub const ALL: &[Operator] = &[
    op("U101", "run a single seed", |b| {
        over_rows(b)
            .into_iter()
            .map(|s| vec![b.set(s, "seeds", "1")])
            .collect()
    }),
    op("U101", "say nothing of seeds", |b| {
        over_rows(b)
            .into_iter()
            .filter_map(|s| Some(vec![b.unset(s, "seeds")?]))
            .collect()
    }),
    op("U101", "no longer say that it is deterministic", |b| {
        b.systems()
            .into_iter()
            .filter_map(|s| Some(vec![b.unset(s, "deterministic")?]))
            .collect()
    }),
    op("U102", "ask for no interval", |b| {
        let claims = b.items(&[Keyword::Compare, Keyword::Ablation]);
        claims
            .into_iter()
            .filter(|c| field(c, "on").is_some())
            .map(|c| vec![b.set(c, "interval", "none")])
            .collect()
    }),
    op("U103", "draw 300 resamples", |b| {
        resampled(b, "bootstrap(300)")
    }),
    op(
        "U103",
        "ask ten thousand resamples for a level of 99.9 %",
        |b| resampled(b, "bootstrap(10_000, level: 99.9%)"),
    ),
    op("U104", "call rows that both answered unpaired", |b| {
        paired(b)
            .into_iter()
            .map(|c| vec![b.set(c, "paired", "no")])
            .collect()
    }),
    op("U104", "test the same rows by Welch's test", |b| {
        paired(b)
            .into_iter()
            .map(|c| vec![b.set(c, "test", "welch")])
            .collect()
    }),
    op(
        "U104",
        "test the same rows by Mann and Whitney's test",
        |b| {
            paired(b)
                .into_iter()
                .map(|c| vec![b.set(c, "test", "mann_whitney")])
                .collect()
        },
    ),
    op("U105", "resample rows where groups are declared", |b| {
        b.compares()
            .into_iter()
            .filter_map(|c| {
                let (dataset, _) = b.value(c, "on")?.split_once('.')?;
                b.value(b.named(dataset)?, "group")?;
                Some(vec![b.set(c, "over", "rows")])
            })
            .collect()
    }),
    op("U106", "pool rows and runs as one sample", |b| {
        b.compares()
            .into_iter()
            .filter(|c| many_runs(b, c) && field(c, "test").is_none())
            .map(|c| vec![b.set(c, "over", "[rows, runs]")])
            .collect()
    }),
    op("U106", "take a plain t test over folds", |b| {
        b.compares()
            .into_iter()
            .filter_map(|c| {
                let (dataset, _) = b.value(c, "on")?.split_once('.')?;
                let d = b.named(dataset)?;
                let floors = b.systems().iter().any(|s| field(s, "predict").is_some());
                let train = format!("{dataset}.train");
                let learners: Vec<&Block> = b
                    .systems()
                    .into_iter()
                    .filter(|s| b.value(s, "train") == Some(&train))
                    .collect();
                let plain = b.steps().is_empty()
                    && !floors
                    && b.compares().len() == 1
                    && !learners.is_empty();
                (plain && b.items(&[Keyword::Stop, Keyword::Select]).is_empty()).then_some(())?;
                let folds = format!("{dataset}.folds");
                let mut edits = vec![
                    b.set(c, "on", &folds),
                    b.set(c, "over", "folds"),
                    b.set(c, "test", "t"),
                    b.set(d, "folds", "kfold(k: 5, seed: 3, of: train)"),
                ];
                edits.extend(learners.into_iter().map(|s| b.set(s, "train", &folds)));
                edits.extend(b.unset(c, "interval"));
                Some(edits)
            })
            .collect()
    }),
    op("U107", "forget the correction", |b| {
        many_claims(b)
            .into_iter()
            .filter_map(|c| Some(vec![b.unset(c, "correct")?]))
            .collect()
    }),
    op("U107", "ask for no correction", |b| {
        many_claims(b)
            .into_iter()
            .map(|c| vec![b.set(c, "correct", "none")])
            .collect()
    }),
    // Without a pilot, so that no disagreement at all would do.
    op("U108", "ask thirty rows for a point", |b| {
        demanding(b)
            .into_iter()
            .filter(|c| field(c, "pilot").is_none())
            .filter_map(|c| Some(vec![test_rows(b, c, 30)?]))
            .collect()
    }),
    op(
        "U108",
        "ask a thousand rows where a pilot saw a third in disagreement",
        |b| {
            demanding(b)
                .into_iter()
                .filter_map(|c| {
                    Some(vec![
                        test_rows(b, c, 1_000)?,
                        b.set(c, "pilot", "{ disagreement: 33% }"),
                    ])
                })
                .collect()
        },
    ),
    op("U109", "read the 95th percentile off sixty rows", |b| {
        thin_tail(b, "latency_p95", 60)
    }),
    op(
        "U109",
        "read the 99th percentile off two hundred rows",
        |b| thin_tail(b, "latency_p99", 200),
    ),
    op(
        "U110",
        "look at the runs without a correction for it",
        |b| {
            b.items(&[Keyword::Stop])
                .into_iter()
                .filter_map(|s| Some(vec![b.unset(s, "using")?]))
                .collect()
        },
    ),
    op(
        "U110",
        "look at the runs with a boundary of one look",
        |b| {
            b.items(&[Keyword::Stop])
                .into_iter()
                .map(|s| vec![b.set(s, "using", "none")])
                .collect()
        },
    ),
    op("U111", "hold two intervals against each other", |b| {
        b.decides()
            .into_iter()
            .filter_map(|d| {
                let primary = b.value(b.plan()?, "primary").filter(|p| !p.contains('('))?;
                let rule = *rules(d).first()?;
                let sides = b.sides(d);
                let other = b.at(sides[1].span);
                (!other.contains(['-', '[']))
                    .then(|| vec![b.swap(rule.when.as_ref().unwrap().span, &apart(primary, other))])
            })
            .collect()
    }),
    op("U112", "name one seed twice", |b| {
        seeded(b)
            .into_iter()
            .map(|s| vec![b.set(s, "seeds", twice(b.value(s, "seeds").unwrap()))])
            .collect()
    }),
    op("U113", "trust the normal law on two dozen rows", |b| {
        b.compares()
            .into_iter()
            .filter_map(|c| {
                let share = metrics(b, c).into_iter().find(|m| m == "accuracy")?;
                let dataset = b.named(b.value(c, "on")?.split('.').next()?)?;
                let subject = b.named(&b.sides(c)[0].path.text())?;
                b.says(subject, "deterministic")?;
                field(dataset, "group").is_none().then_some(())?;
                Some(vec![
                    test_rows(b, c, 24)?,
                    b.set(c, "interval", "normal(level: 95%)"),
                    b.set(c, "metrics", &format!("[{share}]")),
                ])
            })
            .collect()
    }),
    op("U113", "trust Student's law over four runs", |b| {
        b.compares()
            .into_iter()
            .filter(|c| many_runs(b, c))
            .map(|c| {
                let mut edits = vec![
                    b.set(c, "interval", "t(level: 95%)"),
                    b.set(c, "over", "runs"),
                ];
                edits.extend(
                    seeded(b)
                        .into_iter()
                        .filter(|s| field(s, "seeds").is_some())
                        .map(|s| b.set(s, "seeds", "4")),
                );
                edits
            })
            .collect()
    }),
    op(
        "U114",
        "ask four runs of an exact test for significance",
        |b| {
            b.compares()
                .into_iter()
                .filter_map(|c| {
                    b.value(c, "test").filter(|t| *t == "permutation")?;
                    let with = seeded(b).into_iter().map(|s| b.set(s, "seeds", "4"));
                    Some(with.collect())
                })
                .collect()
        },
    ),
    op(
        "U114",
        "decide by an exact test over the runs there are",
        |b| {
            b.decides()
                .into_iter()
                .filter_map(|d| {
                    let primary = b.value(b.plan()?, "primary").filter(|p| !p.contains('('))?;
                    let c = b
                        .compares()
                        .into_iter()
                        .find(|c| b.at(b.sides(c)[0].span) == b.at(b.sides(d)[0].span))?;
                    let when = rules(d).first()?.when.as_ref()?;
                    let text = b.at(when.span);
                    many_runs(b, c).then_some(())?;
                    let few = seeded(b).iter().all(|s| {
                        b.value(s, "seeds")
                            .is_some_and(|v| ["3", "4", "5"].contains(&v))
                    });
                    (few && field(c, "test").is_none()
                        && text.contains(primary)
                        && !text.contains("every"))
                    .then(|| {
                        vec![
                            b.set(c, "test", "permutation"),
                            b.set(c, "over", "runs"),
                            b.swap(
                                when.span,
                                &format!("p_value(gain({primary})) < 0.05 and {text}"),
                            ),
                        ]
                    })
                })
                .collect()
        },
    ),
];

/// The intervals of both systems, one beyond the other, in the direction that is better.
fn apart(metric: &str, other: &str) -> String {
    if ["mae", "refund_cost"].contains(&metric) {
        format!("upper({metric}) < lower({metric}({other}))")
    } else {
        format!("lower({metric}) > upper({metric}({other}))")
    }
}

/// Evaluated systems that write their seeds.
fn seeded(b: &Base) -> Vec<&Block> {
    if !b.items(&[Keyword::Stop]).is_empty() {
        return Vec::new();
    }
    let judged = b.evaluated();
    let heirs = |s: &Block| {
        let own = |who: &str| {
            let parent = b.named(who).and_then(|w| b.parent(w));
            who == b.name(s) || parent.is_some_and(|p| b.name(p) == b.name(s))
        };
        judged.iter().any(|(who, _)| own(who))
    };
    let of = |s: &&Block| b.value(s, "seeds").is_some_and(|v| v != "1") && heirs(s);
    b.systems().into_iter().filter(of).collect()
}

/// As many seeds as there are, the first one twice.
fn twice(seeds: &str) -> &'static str {
    match seeds {
        "3" => "[0, 0, 1]",
        "4" => "[0, 0, 1, 2]",
        "12" => "[0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]",
        _ => "[0, 0, 1, 2, 3]",
    }
}

/// The same, where no comparison is over runs.
fn over_rows(b: &Base) -> Vec<&Block> {
    let runs = b.compares().iter().any(|c| field(c, "over").is_some());
    if runs { Vec::new() } else { seeded(b) }
}

fn resampled(b: &Base, interval: &str) -> Vec<Mutant> {
    let claims = b.items(&[Keyword::Compare, Keyword::Ablation]);
    let claims = claims.into_iter().filter(|c| field(c, "on").is_some());
    claims
        .map(|c| vec![b.set(c, "interval", interval)])
        .collect()
}

/// Comparisons over rows.
fn paired(b: &Base) -> Vec<&Block> {
    let over_rows = |c: &&Block| field(c, "over").is_none() && field(c, "test").is_none();
    b.compares().into_iter().filter(over_rows).collect()
}

fn many_runs(b: &Base, compare: &Block) -> bool {
    b.sides(compare).iter().all(|s| {
        let system = b.named(&s.path.text());
        system.is_some_and(|s| b.says(s, "seeds").is_some_and(|v| v != "1"))
    }) && !b.text.contains("obrien")
        && !b.text.contains("confidence_sequence")
}

/// Comparisons with several metrics or several systems.
fn many_claims(b: &Base) -> Vec<&Block> {
    let many = |c: &&Block| {
        let claims = metrics(b, c).len() * (b.sides(c).len() - 1);
        claims > 2 && field(c, "correct").is_some()
    };
    b.compares().into_iter().filter(many).collect()
}

/// Comparisons whose primary metric is a share that a decision wants to rise.
fn demanding(b: &Base) -> Vec<&Block> {
    let Some(primary) = b.plan().and_then(|p| b.value(p, "primary")) else {
        return Vec::new();
    };
    let share = ["accuracy", "exact_match"].contains(&primary);
    let wanted = b.decides().iter().any(|d| {
        let rule = rules(d).first().map_or("", |r| b.at(r.span));
        rule.contains(&format!("gain({primary}) > "))
    });
    let of = |c: &&Block| share && wanted && metrics(b, c).iter().any(|m| m == primary);
    b.compares().into_iter().filter(of).collect()
}

/// The dataset with fewer rows to compare on.
fn test_rows(b: &Base, compare: &Block, rows: u32) -> Option<Edit> {
    let (dataset, part) = b.value(compare, "on")?.split_once('.')?;
    let dataset = b.named(dataset)?;
    let value = b.value(dataset, "rows").filter(|r| r.starts_with('{'))?;
    let parts: Vec<String> = elements(value.trim_matches(['{', '}', ' ']))
        .iter()
        .map(|p| match p.split_once(':') {
            Some((name, _)) if name == part => format!("{name}: {rows}"),
            _ => p.clone(),
        })
        .collect();
    Some(b.set(dataset, "rows", &format!("{{ {} }}", parts.join(", "))))
}

/// A quantile of few rows in place of the 95th percentile of many.
fn thin_tail(b: &Base, quantile: &str, rows: u32) -> Vec<Mutant> {
    // Where systems serve, requests hold the tail and not rows.
    if b.text.contains("serve:") {
        return Vec::new();
    }
    let Some(c) = b
        .compares()
        .into_iter()
        .find(|c| metrics(b, c).iter().any(|m| m == "latency_p95"))
    else {
        return Vec::new();
    };
    let mut edits: Mutant = test_rows(b, c, rows).into_iter().collect();
    if edits.is_empty() {
        return Vec::new();
    }
    if quantile != "latency_p95" {
        let places = b.text.match_indices("latency_p95");
        edits.extend(places.map(|(i, w)| Edit(i..i + w.len(), quantile.into())));
    }
    vec![edits]
}
