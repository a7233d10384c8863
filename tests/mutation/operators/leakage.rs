//! Operators for leakage: rows of the evaluation find their way into a system.

use super::{Operator, SHARES, op};
use crate::mutation::base::{Base, Block, Mutant, elements};
use benchwright::syntax::ast::Keyword;

pub const ALL: &[Operator] = &[
    op("L101", "train on the evaluated rows too", |b| {
        own_training(b, |train, test, _| format!("[{}, {test}]", bare(train)))
    }),
    op("L101", "train on the whole dataset", |b| {
        own_training(b, |_, _, dataset| dataset.to_string())
    }),
    op(
        "L101",
        "teach by a teacher trained on the evaluated rows",
        |b| linked_training(b, "distilled_from"),
    ),
    op(
        "L101",
        "stack a member trained on the evaluated rows",
        |b| linked_training(b, "ensemble"),
    ),
    op(
        "L101",
        "derive the training data from the whole dataset",
        |b| {
            let derived = |d: &Block| {
                let from = b.value(d, "derived_from")?;
                let whole = from.replace(".train", "");
                (whole != from).then(|| vec![b.set(d, "derived_from", &whole)])
            };
            b.datasets().into_iter().filter_map(derived).collect()
        },
    ),
    op(
        "L101",
        "pre-train on data that overlaps the evaluated rows",
        |b| {
            b.candidates()
                .into_iter()
                .filter_map(|c| {
                    let test = b.tested_on(c)?;
                    let (dataset, _) = test.split_once('.')?;
                    (b.value(c, "pretrained_on").is_none() && !leads(b, c)).then(|| {
                        vec![
                            b.set(c, "pretrained_on", "[seen_before]"),
                            b.append(&format!(
                                "dataset seen_before {{ version: \"1\", overlaps: [{dataset}] }}"
                            )),
                        ]
                    })
                })
                .collect()
        },
    ),
    op("L102", "fit a step on the whole dataset", |b| {
        steps(
            b,
            |_, kind, labels| learns(kind) && labels,
            |s, _, dataset| vec![b.set(s, "fit", dataset)],
        )
    }),
    op("L102", "fit a step on the evaluated rows too", |b| {
        steps(
            b,
            |_, kind, labels| learns(kind) && labels,
            |s, test, _| {
                let fit = b.value(s, "fit").unwrap_or_default();
                vec![b.set(s, "fit", &format!("[{}, {test}]", bare(fit)))]
            },
        )
    }),
    op("L102", "add a vocabulary of all rows", |b| {
        trained(b)
            .into_iter()
            .map(|(c, _, dataset)| {
                let steps = b
                    .says(c, "steps")
                    .map_or(String::new(), |s| format!("{}, ", bare(s)));
                vec![
                    b.set(c, "steps", &format!("[{steps}all_words]")),
                    b.append(&format!(
                        "step all_words {{ kind: vectorizer, fit: {dataset} }}"
                    )),
                ]
            })
            .collect()
    }),
    op("L103", "tune on the evaluated rows", |b| {
        reads_test(b, "tune")
    }),
    op("L103", "stop training by the evaluated rows", |b| {
        reads_test(b, "early_stop")
    }),
    op("L103", "set the threshold on the evaluated rows", |b| {
        reads_test(b, "threshold")
    }),
    op("L103", "calibrate on the evaluated rows", |b| {
        reads_test(b, "calibrate")
    }),
    op("L103", "compare on the tuning rows", |b| {
        b.compares()
            .into_iter()
            .filter_map(|c| {
                let tuned = b.sides(c).iter().any(|s| {
                    let system = b.named(&s.path.text());
                    let tune = system.and_then(|s| b.says(s, "tune"));
                    tune.is_some_and(|t| t.contains(".val"))
                });
                let moved = b.inside(c, "on", ".test", ".val")?;
                tuned.then(|| vec![moved])
            })
            .collect()
    }),
    op("L104", "choose on the rows of the claim", |b| {
        let chosen = |s: &Block| {
            let on = b.value(s, "report_on")?;
            b.compares()
                .iter()
                .any(|c| b.value(c, "on") == Some(on))
                .then_some(())?;
            Some(vec![b.set(s, "on", on), b.unset(s, "report_on")?])
        };
        let selects = b.items(&[benchwright::syntax::ast::Keyword::Select]);
        selects.into_iter().filter_map(chosen).collect()
    }),
    op(
        "L104",
        "pick the smallest recipe on the rows of the claim",
        |b| {
            b.ablations()
                .into_iter()
                .filter_map(|a| {
                    b.value(a, "metric").filter(|m| SHARES.contains(m))?;
                    let on = b.value(a, "on")?;
                    let claimed = b.compares().iter().any(|c| {
                        b.value(c, "on") == Some(on)
                            && b.sides(c)[0].path.text() == b.sides(a)[0].path.text()
                    });
                    claimed.then(|| vec![b.set(a, "tolerance", "0.5pp")])
                })
                .collect()
        },
    ),
    op(
        "L104",
        "move a choosing ablation to the rows of the claim",
        |b| {
            b.ablations()
                .into_iter()
                .filter_map(|a| {
                    b.value(a, "tolerance")?;
                    Some(vec![b.inside(a, "on", ".val", ".test")?])
                })
                .collect()
        },
    ),
    op(
        "L104",
        "say that the evaluated rows chose the system",
        |b| {
            tested(b)
                .into_iter()
                .map(|(c, test)| vec![b.set(c, "select", &test)])
                .collect()
        },
    ),
    op("L105", "split by the row and not by the group", |b| {
        b.datasets()
            .into_iter()
            .filter_map(|d| {
                let group = b.value(d, "group")?;
                Some(vec![b.inside(
                    d,
                    "split",
                    &format!("hash({group},"),
                    "hash(row_number,",
                )?])
            })
            .collect()
    }),
    op("L105", "declare a group that the split doesn't know", |b| {
        b.datasets()
            .into_iter()
            .filter_map(|d| {
                b.value(d, "split").filter(|s| s.starts_with("hash("))?;
                Some(vec![b.set(d, "group", "household")])
            })
            .collect()
    }),
    op("L106", "split by hash where time is declared", |b| {
        b.datasets()
            .into_iter()
            .filter_map(|d| {
                let time = b.value(d, "time")?;
                b.value(d, "split").filter(|s| s.starts_with("before("))?;
                let by = b.value(d, "group").unwrap_or("row_number");
                let folds = b.value(d, "folds").is_none_or(|f| !f.contains("rolling"));
                (time != by && folds).then(|| {
                    vec![b.set(
                        d,
                        "split",
                        &format!("hash({by}, seed: 1) {{ train: 70%, val: 10%, test: 20% }}"),
                    )]
                })
            })
            .collect()
    }),
    op(
        "L106",
        "declare the time of rows that are split by hash",
        |b| {
            b.datasets()
                .into_iter()
                .filter_map(|d| {
                    b.value(d, "split").filter(|s| s.starts_with("hash("))?;
                    b.value(d, "time")
                        .is_none()
                        .then(|| vec![b.set(d, "time", "written_at")])
                })
                .collect()
        },
    ),
    op(
        "L107",
        "pre-train on a corpus of which nothing is said",
        |b| {
            b.candidates()
                .into_iter()
                .filter_map(|c| {
                    b.tested_on(c)?;
                    (b.says(c, "pretrained_on").is_none()).then(|| {
                        vec![
                            b.set(c, "pretrained_on", "[somewhere]"),
                            b.append("dataset somewhere { version: \"1\" }"),
                        ]
                    })
                })
                .collect()
        },
    ),
    op(
        "L107",
        "forget how a corpus relates to the evaluated rows",
        |b| {
            corpora(b)
                .into_iter()
                .filter_map(|d| {
                    let mut edits = vec![b.unset(d, "disjoint_from")?];
                    edits.extend(b.unset(d, "cutoff"));
                    Some(edits)
                })
                .collect()
        },
    ),
    op("L107", "use a corpus newer than the evaluated rows", |b| {
        corpora(b)
            .into_iter()
            .filter_map(|d| {
                Some(vec![
                    b.unset(d, "disjoint_from")?,
                    b.set(d, "cutoff", "\"2025-12\""),
                ])
            })
            .collect()
    }),
    op("L108", "take the shots from the evaluated rows", |b| {
        steps(
            b,
            |_, kind, _| kind == "prompt",
            |s, test, _| {
                let mut edits = vec![b.set(s, "fit", test)];
                edits.extend(b.unset(s, "per_item"));
                edits
            },
        )
    }),
    op("L108", "retrieve from the evaluated rows", |b| {
        steps(
            b,
            |_, kind, _| kind == "retrieval",
            |s, test, _| vec![b.set(s, "fit", test)],
        )
    }),
    op("L108", "take the shots from the whole dataset", |b| {
        steps(
            b,
            |_, kind, _| kind == "prompt" || kind == "retrieval",
            |s, _, dataset| {
                let mut edits = vec![b.set(s, "fit", dataset)];
                edits.extend(b.unset(s, "per_item"));
                edits
            },
        )
    }),
    op(
        "L109",
        "hand the file with the labels to the command",
        |b| {
            tested(b)
                .into_iter()
                .filter_map(|(c, test)| {
                    let (dataset, _) = test.split_once('.')?;
                    let source = b
                        .value(b.named(dataset)?, "source")?
                        .trim_matches('"')
                        .to_string();
                    let (at, run) = b.origin(c, "run")?;
                    Some(vec![b.set(
                        at,
                        "run",
                        &run.replace(" --out", &format!(" --data {source} --out")),
                    )])
                })
                .collect()
        },
    ),
    op("L110", "let a system of the plan judge itself", |b| {
        judges(b)
            .into_iter()
            .flat_map(|j| {
                b.candidates()
                    .into_iter()
                    .map(move |c| vec![b.set(j, "model", b.name(c))])
            })
            .collect()
    }),
    op("L110", "judge by the model that is judged", |b| {
        judges(b)
            .into_iter()
            .filter_map(|j| {
                let model = b.systems().into_iter().find_map(|s| b.value(s, "model"))?;
                Some(vec![b.set(j, "model", model)])
            })
            .collect()
    }),
    op("L110", "tune the judge on the evaluated rows", |b| {
        judges(b)
            .into_iter()
            .filter_map(|j| Some(vec![b.inside(j, "fit", ".val", ".test")?]))
            .collect()
    }),
    op("L111", "oversample before the split", |b| {
        added_step(b, "sampler")
    }),
    op("L111", "drop duplicates before the split", |b| {
        added_step(b, "deduper")
    }),
    op("L112", "read a column known after the outcome", |b| {
        fresh_column(b, "known: after_outcome")
    }),
    op("L112", "read a column made from the label", |b| {
        fresh_column(b, "derived_from: label")
    }),
    op("L112", "read a column that is declared illegitimate", |b| {
        b.systems()
            .into_iter()
            .filter_map(|s| {
                let features = b.value(s, "features")?;
                let column = ["discharge_code", "outcome_text"]
                    .into_iter()
                    .find(|c| b.text.contains(c))?;
                b.tested_on(s)?;
                Some(vec![b.set(
                    s,
                    "features",
                    &format!("[{}, {column}]", bare(features)),
                )])
            })
            .collect()
    }),
    op(
        "L113",
        "claim on rows that are held out from nothing",
        |b| untrained(b, |c, _, dataset| Some(vec![b.set(c, "on", dataset)])),
    ),
    op("L113", "have no split at all", |b| {
        untrained(b, |c, d, dataset| {
            let mut edits = vec![b.set(c, "on", dataset), b.unset(d, "split")?];
            if b.value(d, "rows").is_some_and(|r| r.starts_with('{')) {
                edits.extend(b.unset(d, "rows"));
            }
            Some(edits)
        })
    }),
    op("L114", "fit on unlabelled rows of the evaluation", |b| {
        steps(
            b,
            |_, kind, labels| learns(kind) && !labels,
            |s, test, _| {
                let fit = b.value(s, "fit").unwrap_or_default();
                vec![b.set(s, "fit", &format!("[{}, {test}]", bare(fit)))]
            },
        )
    }),
    op("L114", "fit a step without labels on all rows", |b| {
        steps(
            b,
            |_, kind, _| ["scaler", "imputer", "tokenizer"].contains(&kind),
            |s, _, dataset| vec![b.set(s, "fit", dataset), b.set(s, "labels", "unused")],
        )
    }),
    op("L115", "report on the folds that chose the settings", |b| {
        b.compares()
            .into_iter()
            .filter_map(|c| {
                let (dataset, part) = b.value(c, "on")?.split_once('.')?;
                let d = b.named(dataset)?;
                if part != "test" || b.compares().len() > 1 {
                    return None;
                }
                let folds = format!("{dataset}.folds");
                let mut edits = vec![b.set(c, "on", &folds)];
                if b.value(d, "folds").is_none_or(|f| f.contains("of:")) {
                    let group = b
                        .value(d, "group")
                        .map_or("kfold(".into(), |g| format!("grouped({g}, "));
                    edits.push(b.set(d, "folds", &format!("{group}k: 5, seed: 3)")));
                }
                for s in b.systems() {
                    let tune = b.value(s, "tune");
                    if let Some(t) = tune.filter(|t| t.starts_with(&format!("{dataset}.val"))) {
                        edits.push(b.set(s, "tune", &t.replace(".val", ".folds")));
                    }
                    edits.extend(b.inside(s, "predict", ".train", ".folds"));
                    if b.value(s, "train").is_some_and(|t| t.starts_with(dataset)) {
                        edits.push(b.set(s, "train", &folds));
                    }
                }
                let others = [Keyword::Ablation, Keyword::Factorial, Keyword::Select];
                let timed = b.value(d, "time").is_some();
                if timed || !b.items(&others).is_empty() {
                    return None;
                }
                let plain = b.steps().is_empty() && b.datasets().len() == 1;
                let tuned = edits.len() > 3 || b.value(d, "folds").is_some();
                (plain && tuned).then_some(edits)
            })
            .collect()
    }),
];

fn bare(value: &str) -> String {
    elements(value).join(", ")
}

fn learns(kind: &str) -> bool {
    ["vectorizer", "scaler", "imputer", "selector", "tokenizer"].contains(&kind)
}

/// Whether other systems of the plan are derived from it.
fn leads(b: &Base, system: &Block) -> bool {
    let is = |s: &&Block| b.parent(s).is_some_and(|p| b.name(p) == b.name(system));
    b.systems().iter().any(is)
}

/// Candidates compared on test rows.
fn tested(b: &Base) -> Vec<(&Block, String)> {
    let on = |c| Some((c, b.tested_on(c)?));
    b.candidates().into_iter().filter_map(on).collect()
}

/// Candidates trained on rows of a dataset and compared on its test rows, with both.
fn trained(b: &Base) -> Vec<(&Block, String, String)> {
    let of = |(c, test): (_, String)| {
        let (dataset, _) = test.split_once('.')?;
        let dataset = dataset.to_string();
        b.says(c, "train")
            .filter(|t| t.contains(&format!("{dataset}.train")))?;
        Some((c, test, dataset))
    };
    tested(b).into_iter().filter_map(of).collect()
}

/// `train:` of each evaluated system, made of what it was, the evaluated rows and the dataset.
fn own_training(b: &Base, with: impl Fn(&str, &str, &str) -> String) -> Vec<Mutant> {
    let of = |s| {
        let train = b.value(s, "train").filter(|t| t.contains(".train"))?;
        let test = b.tested_on(s)?;
        let (dataset, _) = test.split_once('.')?;
        Some(vec![b.set(s, "train", &with(train, &test, dataset))])
    };
    b.systems().into_iter().filter_map(of).collect()
}

/// Members or teachers trained on the rows that the whole is judged on.
fn linked_training(b: &Base, link: &str) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for s in b.systems() {
        let Some((members, test)) = b.value(s, link).zip(b.tested_on(s)) else {
            continue;
        };
        for member in elements(members) {
            let m = b.named(&member).unwrap();
            mutants.push(vec![b.set(m, "train", &test)]);
        }
    }
    mutants
}

/// Steps of a kind that feed evaluated systems, with the rows and their dataset.
fn steps(
    b: &Base,
    wanted: impl Fn(&Block, &str, bool) -> bool,
    edits: impl Fn(&Block, &str, &str) -> Mutant,
) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for s in b.steps() {
        let labels = b.value(s, "labels") != Some("unused");
        let kind = b.value(s, "kind").unwrap_or_default();
        let test = b.step_tested_on(s);
        if let Some(test) = test.filter(|_| wanted(s, kind, labels)) {
            let (dataset, _) = test.split_once('.').unwrap();
            mutants.push(edits(s, &test, dataset));
        }
    }
    mutants
}

/// A field that reads rows, moved to the evaluated ones.
fn reads_test(b: &Base, name: &str) -> Vec<Mutant> {
    let of = |s| {
        let value = b.value(s, name)?;
        let test = b.tested_on(s)?;
        let (dataset, _) = test.split_once('.')?;
        let rows = value.split([' ', '{']).next()?;
        rows.starts_with(dataset)
            .then(|| vec![b.set(s, name, &value.replacen(rows, &test, 1))])
    };
    b.systems().into_iter().filter_map(of).collect()
}

/// Datasets that systems were pre-trained on.
fn corpora(b: &Base) -> Vec<&Block> {
    let used = |d: &&Block| {
        let named = b.name(d);
        let reads = |s: &&Block| {
            b.value(s, "pretrained_on")
                .is_some_and(|p| p.contains(named))
        };
        b.systems().iter().any(reads)
    };
    b.datasets().into_iter().filter(used).collect()
}

/// Comparisons on a dataset from which nothing learns, with it and its name.
fn untrained(b: &Base, edits: impl Fn(&Block, &Block, &str) -> Option<Mutant>) -> Vec<Mutant> {
    let of = |c: &Block| {
        let (dataset, _) = b.value(c, "on")?.split_once('.')?;
        let d = b.named(dataset)?;
        let parts = ["train", "val", "folds"];
        let learns = parts
            .iter()
            .any(|p| b.text.contains(&format!("{dataset}.{p}")));
        let splits = b.value(d, "split").is_some_and(|s| s.starts_with("column"));
        (!learns && splits && b.compares().len() == 1)
            .then(|| {
                let mut all = edits(c, d, dataset)?;
                // Who says what a system learned from has said that these rows are no part of it.
                let silent = b
                    .systems()
                    .into_iter()
                    .filter_map(|s| b.unset(s, "pretrained_on"));
                all.extend(silent);
                Some(all)
            })
            .flatten()
    };
    b.compares().into_iter().filter_map(of).collect()
}

fn judges(b: &Base) -> Vec<&Block> {
    let judge = |s: &&Block| b.value(s, "kind") == Some("judge");
    b.steps().into_iter().filter(judge).collect()
}

/// A step of a kind that reads all rows, before the candidate.
fn added_step(b: &Base, kind: &str) -> Vec<Mutant> {
    let with = |(c, _, dataset): (&Block, String, String)| {
        let steps = b
            .says(c, "steps")
            .map_or(String::new(), |s| format!("{}, ", bare(s)));
        vec![
            b.set(c, "steps", &format!("[{steps}early]")),
            b.append(&format!("step early {{ kind: {kind}, fit: {dataset} }}")),
        ]
    };
    trained(b).into_iter().map(with).collect()
}

/// A column that no system may read, declared and read.
fn fresh_column(b: &Base, because: &str) -> Vec<Mutant> {
    let with = |(c, _, dataset): (&Block, String, String)| {
        let d = b.named(&dataset)?;
        if b.value(d, "columns").is_some() {
            return None;
        }
        let features = b.says(c, "features").map_or("body".to_string(), bare);
        Some(vec![
            b.set(c, "features", &format!("[{features}, verdict_code]")),
            b.set(
                d,
                "columns",
                &format!("{{ verdict_code: {{ {because} }} }}"),
            ),
        ])
    };
    trained(b).into_iter().filter_map(with).collect()
}
