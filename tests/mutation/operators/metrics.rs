//! Operators for metrics: what is measured is not what is wanted.

use super::baselines::metrics;
use super::{Operator, op};
use crate::mutation::base::{Base, Block, Edit, Mutant, body, elements, field, rules};
use benchwright::syntax::ast::Keyword;

pub const ALL: &[Operator] = &[
    op("M101", "decide by accuracy where one class is rare", |b| {
        let primary = b.plan().and_then(|p| b.value(p, "primary"));
        let read: String = b.decides().iter().map(|d| b.at(body(d).span)).collect();
        if primary != Some("accuracy") || read.contains("f1_") {
            return Vec::new();
        }
        b.datasets()
            .into_iter()
            .filter_map(|d| {
                let (column, classes) = b.value(d, "label")?.split_once(" in [")?;
                let classes = elements(classes.trim_end_matches(']'));
                let named = format!("on: {}.", b.name(d));
                b.text
                    .split_whitespace()
                    .collect::<Vec<_>>()
                    .join(" ")
                    .contains(&named)
                    .then_some(())?;
                let share = |(i, c): (usize, &String)| match i {
                    0 => format!("{c}: {}%", 101 - classes.len()),
                    _ => format!("{c}: 1%"),
                };
                let shares: Vec<String> = classes.iter().enumerate().map(share).collect();
                Some(vec![b.set(
                    d,
                    "label",
                    &format!("{column} in [{}]", shares.join(", ")),
                )])
            })
            .collect()
    }),
    op("M101", "decide the rare class by accuracy", |b| {
        let (Some(p), Some(d)) = (b.plan(), b.decides().into_iter().next()) else {
            return Vec::new();
        };
        if !b
            .datasets()
            .iter()
            .any(|d| b.value(d, "label").is_some_and(|l| l.contains('%')))
        {
            return Vec::new();
        }
        let primary = b.value(p, "primary").unwrap().to_string();
        let c = b
            .compares()
            .into_iter()
            .find(|c| metrics(b, c).contains(&primary))
            .unwrap();
        if metrics(b, c).iter().any(|m| m == "accuracy") {
            return Vec::new();
        }
        let more = format!("[{}, accuracy]", metrics(b, c).join(", "));
        let all = rules(d);
        let mut edits = b.import("classification.accuracy");
        edits.extend([
            b.set(p, "primary", "accuracy"),
            b.set(c, "metrics", &more),
            b.swap(all[0].when.as_ref().unwrap().span, "gain(accuracy) > 0.5pp"),
            b.swap(
                all[1].when.as_ref().unwrap().span,
                "gain(accuracy) <= 0.5pp",
            ),
        ]);
        if primary == "refund_cost" {
            edits.push(b.set(d, "failed", "more"));
        }
        vec![edits]
    }),
    op(
        "M102",
        "call a guardrail the primary metric that no rule reads",
        |b| {
            let Some(p) = b.plan() else { return Vec::new() };
            let text: String = b
                .decides()
                .iter()
                .flat_map(|d| rules(d))
                .map(|r| b.at(r.span))
                .collect();
            let other = b
                .value(p, "guardrails")
                .map(elements)
                .unwrap_or_default()
                .into_iter()
                .find(|g| !text.contains(g.as_str()));
            let measured = |g: &String| b.compares().iter().any(|c| metrics(b, c).contains(g));
            let first = b.value(p, "primary").unwrap();
            other
                .filter(|g| measured(g) && !b.decides().is_empty() && !b.text.contains("protocol:"))
                .map(|g| {
                    let rest = b.value(p, "guardrails").unwrap().replace(&g, first);
                    vec![b.set(p, "primary", &g), b.set(p, "guardrails", &rest)]
                })
                .into_iter()
                .collect()
        },
    ),
    op("M103", "tune by another metric than decides", |b| {
        chosen_by_another(b, "tune", "by: ")
    }),
    op(
        "M103",
        "stop training by another metric than decides",
        |b| chosen_by_another(b, "early_stop", "by: "),
    ),
    op("M103", "choose by another metric than decides", |b| {
        b.items(&[Keyword::Select])
            .into_iter()
            .filter_map(|s| {
                let by = b.value(s, "maximize")?;
                let other = another(b, by)?;
                Some(vec![b.set(s, "maximize", &other)])
            })
            .collect()
    }),
    op("M104", "measure no guardrail that no rule reads", |b| {
        let mut mutants = Vec::new();
        for g in unread_guardrails(b) {
            let Some(c) = b
                .compares()
                .into_iter()
                .find(|c| metrics(b, c).contains(&g))
            else {
                continue;
            };
            let kept: Vec<String> = metrics(b, c).into_iter().filter(|m| *m != g).collect();
            if !kept.is_empty() {
                mutants.push(vec![b.set(c, "metrics", &format!("[{}]", kept.join(", ")))]);
            }
        }
        mutants
    }),
    op("M104", "promise a guardrail that nothing measures", |b| {
        let Some(p) = b.plan() else { return Vec::new() };
        let Some(all) = b.value(p, "guardrails") else {
            return Vec::new();
        };
        if !b.text.contains("std.classification") || b.compares().is_empty() {
            return Vec::new();
        }
        let mut edits = b.import("classification.mcc");
        edits.push(b.set(
            p,
            "guardrails",
            &format!("[{}, mcc]", elements(all).join(", ")),
        ));
        vec![edits]
    }),
    op("M104", "measure a guardrail against the floor alone", |b| {
        let mut mutants = Vec::new();
        for g in unread_guardrails(b) {
            for c in b.compares() {
                let sides = b.sides(c);
                let floor = sides[1..].iter().find(|s| {
                    let system = b.named(&s.path.text()).unwrap();
                    b.value(system, "predict")
                        .is_some_and(|p| !p.starts_with("column"))
                });
                let (Some(floor), true) = (floor, metrics(b, c).contains(&g)) else {
                    continue;
                };
                let kept: Vec<String> = metrics(b, c).into_iter().filter(|m| *m != g).collect();
                let floors = format!(
                    "compare {} with {} {{ on: {}, metrics: [{g}] }}",
                    b.at(b.sides(c)[0].span),
                    floor.path.text(),
                    b.value(c, "on").unwrap(),
                );
                mutants.push(vec![
                    b.set(c, "metrics", &format!("[{}]", kept.join(", "))),
                    b.append(&floors),
                ]);
            }
        }
        mutants
    }),
    op("M105", "measure one number", |b| {
        let Some(p) = b.plan() else { return Vec::new() };
        let primary = b.value(p, "primary").unwrap();
        let text: String = b
            .decides()
            .iter()
            .flat_map(|d| rules(d))
            .map(|r| b.at(r.span))
            .collect();
        let others = b.value(p, "guardrails").map(elements).unwrap_or_default();
        let alone = b.compares().len() == 1 && !others.iter().any(|g| text.contains(g.as_str()));
        let selected = !b.items(&[Keyword::Select]).is_empty();
        if !alone || selected || others.is_empty() || !b.text.contains("decide for") {
            return Vec::new();
        }
        let c = b.compares()[0];
        vec![vec![
            b.unset(p, "guardrails").unwrap(),
            b.set(c, "metrics", &format!("[{primary}]")),
        ]]
    }),
    op("M106", "map no scores for a metric of scores", |b| {
        unmapped(b, "score")
    }),
    op("M106", "map no latencies for a metric of latency", |b| {
        unmapped(b, "latency")
    }),
    op("M106", "map no tokens for a metric of tokens", |b| {
        unmapped(b, "tokens")
    }),
    op(
        "M107",
        "time candidate and baseline on different machines",
        |b| {
            b.candidates()
                .into_iter()
                .filter_map(|c| {
                    let now = b.says(c, "hardware")?;
                    b.text.contains("latency_p").then_some(())?;
                    let compared = b.compares().iter().any(|k| {
                        b.sides(k)[0].path.text() == b.name(c)
                            && b.sides(k).iter().any(|s| s.path.text() != b.name(c))
                    });
                    let other = b
                        .items(&[Keyword::Hardware])
                        .into_iter()
                        .map(|h| b.name(h))
                        .find(|h| *h != now);
                    compared.then(|| match other {
                        Some(other) => vec![b.set(c, "hardware", other)],
                        None => vec![
                            b.set(c, "hardware", "server"),
                            b.append("hardware server { cores: 64, price: 2USD/h }"),
                        ],
                    })
                })
                .collect()
        },
    ),
    op("M108", "forget the price of the machine", |b| {
        if !b.text.contains("cost_per_1k") {
            return Vec::new();
        }
        b.items(&[Keyword::Hardware])
            .into_iter()
            .filter(|h| {
                b.systems()
                    .iter()
                    .any(|s| b.value(s, "hardware") == Some(b.name(h)))
            })
            .filter_map(|h| Some(vec![b.unset(h, "price")?]))
            .collect()
    }),
    op("M109", "trust a judge without asking people", |b| {
        b.steps()
            .into_iter()
            .filter_map(|s| Some(vec![b.unset(s, "agreement")?]))
            .collect()
    }),
    op(
        "M110",
        "ask more than is left above a published baseline",
        |b| {
            let primary = b
                .plan()
                .and_then(|p| b.value(p, "primary"))
                .unwrap_or_default();
            // Where the plan favours another outcome, `best` asks for nothing.
            let favours = b.plan().is_some_and(|p| b.value(p, "favours").is_some());
            if favours || !["accuracy", "f1_macro", "exact_match"].contains(&primary) {
                return Vec::new();
            }
            let Some(c) = b
                .compares()
                .into_iter()
                .find(|c| metrics(b, c).iter().any(|m| m == primary))
            else {
                return Vec::new();
            };
            let subject = b.at(b.sides(c)[0].span);
            vec![vec![b.append(&format!(
            "baseline paper {{ reported: {{ {primary}: 99.4% }} }}\n\
             compare {subject} with paper {{ on: {}, metrics: [{primary}] }}\n\
             decide art for {subject} against paper {{ best when gain({primary}) > 1pp, same otherwise }}",
            b.value(c, "on").unwrap(),
        ))]]
        },
    ),
    op("M111", "declare strata and report none", |b| {
        b.compares()
            .into_iter()
            .filter_map(|c| {
                let (dataset, _) = b.value(c, "on")?.split_once('.')?;
                field(b.named(dataset)?, "strata")?;
                let mut edits = vec![b.unset(c, "slices")?];
                for rule in b.decides().iter().flat_map(|d| rules(d)) {
                    let text = b.at(rule.span);
                    if let Some(from) = text.find("and every") {
                        let mut without = text.to_string();
                        without.truncate(from);
                        edits.push(b.swap(rule.span, without.trim_end()));
                    }
                }
                Some(edits)
            })
            .collect()
    }),
    op("M112", "ablate by another average than decides", |b| {
        b.ablations()
            .into_iter()
            .filter_map(|a| {
                let other = relative(b.value(a, "metric")?)?;
                let mut edits = b.import(&format!("classification.{other}"));
                edits.push(b.set(a, "metric", other));
                Some(edits)
            })
            .collect()
    }),
    op("M112", "decide by another average than the ablation", |b| {
        let Some(a) = b
            .ablations()
            .into_iter()
            .find(|a| b.value(a, "metric") == Some("f1_macro"))
        else {
            return Vec::new();
        };
        let _ = a;
        let mut edits: Vec<Edit> = b.import("classification.f1_weighted");
        let mut places: Vec<&Block> = b.decides();
        places.extend(b.compares());
        for block in places {
            let whole = body(block).span;
            let text = b.at(whole);
            for (i, w) in text.match_indices("f1_macro") {
                let at = whole.start as usize + i;
                edits.push(Edit(at..at + w.len(), "f1_weighted".into()));
            }
        }
        if let Some(p) = b.plan() {
            edits.push(b.set(p, "primary", "f1_weighted"));
        }
        vec![edits]
    }),
    op(
        "M112",
        "report one family at another cut-off than decides",
        |b| {
            b.compares()
                .into_iter()
                .filter_map(|c| {
                    let text = b.value(c, "metrics")?;
                    let primary = b.value(b.plan()?, "primary")?;
                    let other = primary
                        .contains("k: 10")
                        .then(|| primary.replace("k: 10", "k: 5"))?;
                    let _ = text;
                    let arm = b.components().first().map(|x| b.name(x).to_string());
                    arm.is_none().then(|| {
                        vec![
                            b.append("component reranker { flag: \"--rerank\" }"),
                            b.append(&format!(
                                "ablation of {} {{ on: {}, remove: [reranker], metric: {other} }}",
                                b.at(b.sides(c)[0].span),
                                b.value(c, "on").unwrap(),
                            )),
                            b.set(
                                b.named(&b.sides(c)[0].path.text()).unwrap(),
                                "components",
                                "[reranker]",
                            ),
                            b.inside(
                                b.named(&b.sides(c)[0].path.text()).unwrap(),
                                "predictions",
                                "{seed}",
                                "{variant}-{seed}",
                            )
                            .unwrap(),
                        ]
                    })
                })
                .collect()
        },
    ),
];

/// Another metric that the plan measures and no rule reads.
fn another(b: &Base, not: &str) -> Option<String> {
    let all: Vec<String> = b.compares().iter().flat_map(|c| metrics(b, c)).collect();
    let decided: String = b.decides().iter().map(|d| b.at(body(d).span)).collect();
    let timed = ["latency", "cost", "throughput"];
    let free = |m: &String| {
        m != not && !timed.iter().any(|t| m.contains(t)) && !decided.contains(m.as_str())
    };
    all.into_iter().find(free)
}

fn chosen_by_another(b: &Base, name: &str, key: &str) -> Vec<Mutant> {
    let of = |s: &Block| {
        let value = b.value(s, name)?;
        b.tested_on(s)?;
        let compared = b.evaluated();
        let heir = |c: &Block| {
            b.name(c) == b.name(s) || b.parent(c).is_some_and(|p| b.name(p) == b.name(s))
        };
        let judged = b
            .systems()
            .into_iter()
            .any(|c| heir(c) && compared.iter().any(|(who, _)| who == b.name(c)));
        judged.then_some(())?;
        let from = value.find(key)? + key.len();
        let rest = &value[from..];
        let by = if rest.contains("(k: ") {
            &rest[..rest.find(')')? + 1]
        } else {
            rest.split([',', ' ', '}']).next()?
        };
        let other = another(b, by)?;
        Some(vec![b.set(s, name, &value.replace(by, &other))])
    };
    b.systems().into_iter().filter_map(of).collect()
}

/// Guardrails that no rule reads.
fn unread_guardrails(b: &Base) -> Vec<String> {
    let text: String = b
        .decides()
        .iter()
        .flat_map(|d| rules(d))
        .map(|r| b.at(r.span))
        .collect();
    let all = b
        .plan()
        .and_then(|p| b.value(p, "guardrails"))
        .map(elements);
    let selects = b.items(&[Keyword::Select]).len();
    let ablated = |g: &String| {
        b.ablations()
            .iter()
            .any(|a| b.value(a, "metric") == Some(g))
    };
    let all = all.unwrap_or_default().into_iter();
    all.filter(|g| !text.contains(g.as_str()) && selects == 0 && !ablated(g))
        .collect()
}

/// Output files with a map that lacks a role.
fn unmapped(b: &Base, role: &str) -> Vec<Mutant> {
    let read: &[&str] = match role {
        "score" => &["roc_auc", "brier", "average_precision"],
        "latency" => &["latency_p", "cost_per_1k"],
        _ => &["tokens_per_task"],
    };
    let asked: Vec<String> = b.compares().iter().flat_map(|c| metrics(b, c)).collect();
    if !asked.iter().any(|m| read.iter().any(|r| m.starts_with(r))) {
        return Vec::new();
    }
    let of = |s: &Block| {
        b.tested_on(s)?;
        let value = b.value(s, "predictions")?;
        let (file, map) = value.split_once('{').and_then(|_| {
            let at = value.rfind('{')?;
            value[at..].contains(':').then(|| value.split_at(at))
        })?;
        // One file with the columns of both needs both maps.
        (b.text.matches(file.trim()).count() == 1).then_some(())?;
        let all = elements(map.trim_matches(['{', '}', ' ']));
        let kept: Vec<String> = all
            .iter()
            .filter(|e| !e.starts_with(&format!("{role}:")))
            .cloned()
            .collect();
        let served = role == "latency" && field(s, "serve").is_some();
        (kept.len() < all.len() && !served).then(|| {
            vec![b.set(
                s,
                "predictions",
                &format!("{file}{{ {} }}", kept.join(", ")),
            )]
        })
    };
    b.systems().into_iter().filter_map(of).collect()
}

/// Another average of the same family.
fn relative(metric: &str) -> Option<&'static str> {
    match metric {
        "f1_macro" => Some("f1_weighted"),
        _ => None,
    }
}
