//! Operators for baselines, reproducibility and what a run is made of.

use super::{Operator, SHARES, op};
use crate::mutation::base::{Base, Block, Edit, Mutant, elements, field};
use benchwright::syntax::ast::{Head, Keyword};

pub const ALL: &[Operator] = &[
    op("B101", "call the baselines systems", |b| {
        // A variant of the candidate itself is no baseline that is missing.
        let own = |p: &(&Block, &Block)| matches!(&p.0.head, Head::Declare { from: Some(from), .. } if !from.levels.is_empty());
        if rivals(b).is_empty() || rivals(b).iter().any(own) {
            return Vec::new();
        }
        let plain = |r: &&Block| {
            b.swap(
                r.head_span,
                &b.at(r.head_span).replacen("baseline", "system", 1),
            )
        };
        vec![b.baselines().iter().map(plain).collect()]
    }),
    op("B102", "compare with the floor alone", |b| {
        b.compares()
            .into_iter()
            .filter_map(|c| {
                let against = b.sides(c)[1..].to_vec();
                let floor = against
                    .iter()
                    .find(|s| is_floor(b, &s.path.text()))?
                    .path
                    .text();
                let mut edits: Vec<Edit> = against.iter().map(|s| b.swap(s.span, "")).collect();
                let from = against.first()?.span.to(against.last()?.span);
                edits.clear();
                edits.push(b.swap(from, &floor));
                let pair = b.at(b.sides(c)[0].span);
                if b.compares()
                    .iter()
                    .filter(|o| b.at(b.sides(o)[0].span) == pair)
                    .count()
                    > 1
                {
                    return None;
                }
                for d in b.items(&[Keyword::Decide, Keyword::Stop]) {
                    edits.push(b.swap(b.sides(d)[1].span, &floor));
                }
                b.items(&[Keyword::Stop]).is_empty().then_some(edits)
            })
            .collect()
    }),
    op("B103", "tune the candidate and not the baseline", |b| {
        apart(b)
            .into_iter()
            .filter_map(|(c, r)| {
                let tune = b.value(r, "tune")?;
                let mut edits = vec![b.unset(r, "tune")?];
                if field(c, "tune").is_none() {
                    edits.push(b.set(c, "tune", tune));
                }
                field(c, "handicap").is_none().then_some(())?;
                Some(edits)
            })
            .collect()
    }),
    op("B104", "give the candidate ten times the trials", |b| {
        richer(b, |b, c, _| {
            let tune = b.says(c, "tune")?;
            let (rows, trials) = tune.split_once("trials: ")?;
            Some(vec![b.set(c, "tune", &format!("{rows}trials: 2{trials}"))])
        })
    }),
    op("B104", "give the candidate more epochs", |b| {
        richer(b, |b, c, r| {
            let mut edits = vec![b.set(c, "budget", "{ epochs: 50 }")];
            if b.value(r, "budget").is_none() {
                edits.push(b.set(r, "budget", "{ epochs: 5 }"));
            }
            Some(edits)
        })
    }),
    op("B104", "give the candidate more parameters", |b| {
        richer(b, |b, c, r| {
            Some(vec![
                b.set(c, "budget", "{ parameters: 7_000_000_000 }"),
                b.set(r, "budget", "{ parameters: 100_000_000 }"),
            ])
        })
    }),
    op("B104", "give the candidate more seeds", |b| {
        richer(b, |b, c, _| {
            b.says(c, "seeds")?;
            Some(vec![b.set(c, "seeds", "20")])
        })
    }),
    op(
        "B107",
        "train the candidate alone on another dataset",
        |b| {
            richer(b, |b, c, _| {
                field(c, "handicap").is_none().then_some(())?;
                let train = elements(b.says(c, "train")?);
                let dataset = b.tested_on(c)?.split('.').next()?.to_string();
                Some(vec![
                    b.set(c, "train", &format!("[{}, more_rows]", train.join(", "))),
                    b.append(&format!(
                        "dataset more_rows {{ version: \"1\", disjoint_from: [{dataset}] }}"
                    )),
                ])
            })
        },
    ),
    op(
        "B104",
        "forget why the candidate's members cost more",
        |b| {
            let of = |c| {
                b.value(c, "ensemble")?;
                Some(vec![b.unset(c, "handicap")?])
            };
            b.candidates().into_iter().filter_map(of).collect()
        },
    ),
    op("B105", "decide against a published number", |b| {
        b.decides().into_iter().filter_map(|d| {
            let primary = b.value(b.plan()?, "primary").filter(|p| !p.contains('('))?;
            let c = b.compares().into_iter().find(|c| metrics(b, c).iter().any(|m| m == primary))?;
            let share = SHARES.contains(&primary);
            b.items(&[Keyword::Stop, Keyword::Factorial]).is_empty().then_some(())?;
            let last = b.sides(c).last()?.span;
            share.then(|| vec![
                b.append(&format!("baseline paper {{ reported: {{ {primary}: 71.2% }} }}")),
                add_side(b, c, last, "paper"),
                b.append(&format!(
                    "decide published for {} against paper {{ above when {primary} > 73%, below otherwise }}",
                    b.at(b.sides(d)[0].span),
                )),
            ])
        }).collect()
    }),
    op(
        "B105",
        "compare with a published number beside the baselines",
        |b| {
            b.compares()
                .into_iter()
                .filter_map(|c| {
                    let metric = metrics(b, c)
                        .into_iter()
                        .next()
                        .filter(|m| !m.contains('('))?;
                    let share = SHARES.contains(&metric.as_str());
                    let last = b.sides(c).last()?.span;
                    share.then(|| {
                        vec![
                            b.append(&format!(
                                "baseline paper {{ reported: {{ {metric}: 71.2% }} }}"
                            )),
                            add_side(b, c, last, "paper"),
                        ]
                    })
                })
                .collect()
        },
    ),
    op("B106", "leave out the floor", |b| {
        b.compares()
            .into_iter()
            .filter_map(|c| {
                // Floors of texts and rankings aren't asked for.
                let d = b.named(b.value(c, "on")?.split('.').next()?)?;
                b.value(d, "label").filter(|l| l.contains(" in "))?;
                let against = b.sides(c)[1..].to_vec();
                let kept: Vec<&str> = against
                    .iter()
                    .filter(|s| !is_floor(b, &s.path.text()))
                    .map(|s| b.at(s.span))
                    .collect();
                let from = against.first()?.span.to(against.last()?.span);
                (kept.len() < against.len()).then(|| vec![b.swap(from, &kept.join(", "))])
            })
            .collect()
    }),
    op("B104", "give the candidate more rows", |b| {
        richer(b, |b, c, r| {
            Some(vec![
                b.set(c, "budget", "{ rows: 1_000_000 }"),
                b.set(r, "budget", "{ rows: 20_000 }"),
            ])
        })
    }),
    op("B107", "let the candidate alone read another corpus", |b| {
        apart(b)
            .into_iter()
            .filter_map(|(c, r)| {
                let learns = ["train", "pretrained_on"]
                    .iter()
                    .any(|f| b.says(r, f).is_some());
                (learns && field(c, "handicap").is_none()).then_some(())?;
                let dataset = b.tested_on(c)?.split('.').next()?.to_string();
                b.says(c, "pretrained_on").is_none().then(|| {
                    vec![
                        b.set(c, "pretrained_on", "[outside]"),
                        b.append(&format!(
                            "dataset outside {{ version: \"1\", disjoint_from: [{dataset}] }}"
                        )),
                    ]
                })
            })
            .collect()
    }),
    op(
        "B108",
        "beat a baseline ten years older than the candidate",
        |b| {
            apart(b)
                .into_iter()
                .filter_map(|(c, r)| {
                    b.value(r, "predict").is_none().then(|| {
                        let mut edits = old(b);
                        edits.push(b.set(c, "published", "2023"));
                        edits
                    })
                })
                .collect()
        },
    ),
    op(
        "B108",
        "beat a baseline ten years older than the data",
        |b| {
            apart(b)
                .into_iter()
                .filter_map(|(c, r)| {
                    let d = b.named(b.tested_on(c)?.split('.').next()?)?;
                    b.value(r, "predict").is_none().then(|| {
                        let mut edits = old(b);
                        edits.push(b.set(d, "released", "\"2024-10\""));
                        edits
                    })
                })
                .collect()
        },
    ),
    op("R101", "forget the version of the data", |b| {
        sourced(b, "version")
    }),
    op("R102", "forget the hash of the data", |b| {
        sourced(b, "sha256")
    }),
    op("R103", "drop the seed from the command", |b| {
        let of = |s| {
            let run = b.value(s, "run").filter(|r| r.contains("{seed}"))?;
            Some(vec![b.set(s, "run", &run.replace(" --seed {seed}", ""))])
        };
        b.systems().into_iter().filter_map(of).collect()
    }),
    op(
        "R104",
        "forget the machine that a latency was measured on",
        |b| {
            b.systems()
                .into_iter()
                .filter_map(|s| {
                    b.tested_on(s)?;
                    (b.text.contains("latency_p95") && !b.text.contains("cost_per_1k"))
                        .then(|| b.unset(s, "hardware").map(|e| vec![e]))
                        .flatten()
                })
                .collect()
        },
    ),
    op("R105", "run a script of one's home folder", |b| {
        commands(b, "python3 ", "python3 /srv/ada/")
    }),
    op("R105", "fetch the model when it runs", |b| {
        commands(
            b,
            "python3 ",
            "curl -sO https://models.example.com/m.bin && python3 ",
        )
    }),
    op("R105", "run the latest image", |b| {
        commands(b, "python3 ", "docker run team/model:latest python3 ")
    }),
    op("R106", "write all seeds to one file", |b| {
        let of = |s| {
            b.evaluated()
                .iter()
                .any(|(who, _)| {
                    b.named(who).is_some_and(|w| {
                        b.name(w) == b.name(s)
                            || b.parent(w).is_some_and(|p| b.name(p) == b.name(s))
                    })
                })
                .then_some(())?;
            let seeds = b.says(s, "seeds")?;
            let value = b.value(s, "predictions")?;
            (seeds != "1" && b.tested_on(s).is_some() && value.contains("{seed}"))
                .then(|| vec![b.set(s, "predictions", &value.replace("{seed}", "all"))])
        };
        b.systems().into_iter().filter_map(of).collect()
    }),
    op("R106", "write candidate and baseline to one file", |b| {
        rivals(b)
            .into_iter()
            .filter_map(|(c, r)| {
                let theirs = b.value(r, "predictions")?;
                b.says(c, "components").is_none().then_some(())?;
                field(c, "predictions")?;
                Some(vec![b.set(c, "predictions", theirs)])
            })
            .collect()
    }),
    op("R107", "decide by published numbers alone", |b| {
        b.ablations().into_iter().filter_map(|a| {
            let system = b.sides(a)[0].path.text();
            b.says(b.named(&system)?, "reported")?;
            let metric = b.value(a, "metric")?;
            let arm = elements(b.value(a, "remove")?)[0].split(' ').next()?.to_string();
            Some(vec![b.append(&format!(
                "decide for {system} against {system} - {arm} {{ keep when gain({metric}) > 0.5pp, drop otherwise }}"
            ))])
        }).collect()
    }),
    op(
        "R107",
        "decide on a candidate of which there are only numbers",
        |b| {
            b.decides().into_iter().filter_map(|d| {
            let primary = b.value(b.plan()?, "primary").filter(|p| !p.contains('('))?;
            let share = SHARES.contains(&primary);
            let c = b.compares().into_iter().find(|c| metrics(b, c).iter().any(|m| m == primary))?;
            b.items(&[Keyword::Stop, Keyword::Factorial]).is_empty().then_some(())?;
            let _ = d;
            share.then(|| {
                let more = format!(
                    "candidate slides {{ reported: {{ {primary}: 91% }} }}\n\
                     baseline paper {{ reported: {{ {primary}: 88% }} }}\n\
                     compare slides with paper {{ on: {}, metrics: [{primary}] }}\n\
                     decide talk for slides against paper {{ buy when gain({primary}) > 1pp, pass otherwise }}",
                    b.value(c, "on").unwrap(),
                );
                vec![b.append(&more)]
            })
        }).collect()
        },
    ),
];

/// Candidates with the baselines that decisions hold them against.
fn rivals(b: &Base) -> Vec<(&Block, &Block)> {
    let pair = |d: &&Block| {
        let sides = b.sides(d);
        let (c, r) = (
            b.named(&sides[0].path.text())?,
            b.named(&sides[1].path.text())?,
        );
        (b.name(c) != b.name(r)).then_some((c, r))
    };
    let baseline = |p: &(&Block, &Block)| b.baselines().iter().any(|x| b.name(x) == b.name(p.1));
    let mut found: Vec<(&Block, &Block)> = b
        .decides()
        .iter()
        .filter_map(pair)
        .filter(baseline)
        .collect();
    found.dedup_by_key(|p| b.name(p.0));
    found
}

/// Candidates with more of something than their baselines, and no word on why.
fn richer(b: &Base, more: impl Fn(&Base, &Block, &Block) -> Option<Mutant>) -> Vec<Mutant> {
    let of = |(c, r): (&Block, &Block)| {
        b.value(r, "predict").is_none().then_some(())?;
        let mut edits = more(b, c, r)?;
        edits.extend(b.unset(c, "handicap"));
        Some(edits)
    };
    apart(b).into_iter().filter_map(of).collect()
}

/// Candidates that are no variants of the baseline itself, with it: what sets variants of one apart is a matter
/// of ablations.
fn apart(b: &Base) -> Vec<(&Block, &Block)> {
    let variant = |c: &Block| matches!(&c.head, Head::Declare { from: Some(from), .. } if !from.levels.is_empty());
    rivals(b).into_iter().filter(|p| !variant(p.0)).collect()
}

/// Every baseline that isn't built in, said to be of 2013.
fn old(b: &Base) -> Mutant {
    let learns = |r: &&Block| b.value(r, "predict").is_none() && b.parent(r).is_none();
    let all = b.baselines().into_iter().filter(learns);
    all.map(|r| b.set(r, "published", "2013")).collect()
}

fn is_floor(b: &Base, system: &str) -> bool {
    let predict = b.named(system).and_then(|s| b.value(s, "predict"));
    predict.is_some_and(|p| !p.starts_with("column"))
}

pub fn metrics(b: &Base, compare: &Block) -> Vec<String> {
    b.value(compare, "metrics")
        .map(elements)
        .unwrap_or_default()
}

/// One system more at the end of those compared with.
pub fn add_side(b: &Base, compare: &Block, last: benchwright::text::Span, name: &str) -> Edit {
    let Head::Compare { against, .. } = &compare.head else {
        unreachable!()
    };
    let text = b.at(last);
    if against.len() > 1 {
        b.swap(last, &format!("{text}, {name}"))
    } else {
        b.swap(last, &format!("[{text}, {name}]"))
    }
}

/// Datasets with files, without a field.
fn sourced(b: &Base, name: &str) -> Vec<Mutant> {
    let of = |d| {
        b.value(d, "source")?;
        Some(vec![b.unset(d, name)?])
    };
    b.datasets().into_iter().filter_map(of).collect()
}

/// Commands with other words.
fn commands(b: &Base, from: &str, to: &str) -> Vec<Mutant> {
    let of = |s| Some(vec![b.inside(s, "run", from, to)?]);
    b.systems().into_iter().filter_map(of).collect()
}
