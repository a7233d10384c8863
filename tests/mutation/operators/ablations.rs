//! Operators for ablations and factorials: what an arm changes, and what a design can tell apart.

use super::{Operator, SHARES, op};
use crate::mutation::base::{Base, Block, Mutant, elements, field, rules};
use benchwright::syntax::ast::Keyword;

pub const ALL: &[Operator] = &[
    op("A101", "let an arm go without the steps, too", |b| {
        arms(b, |b, s, _| {
            let steps = elements(b.says(s, "steps")?);
            let fewer = if steps.len() > 1 {
                format!("[{}]", steps[0])
            } else {
                "[]".into()
            };
            Some((format!("{{ steps: {fewer} }}"), Vec::new()))
        })
    }),
    op(
        "A101",
        "name a variant that lacks a second component",
        |b| named_arms(b, |arm, other| format!("[{arm}: off, {other}: off]")),
    ),
    op(
        "A101",
        "write the arm by hand without a second component",
        |b| {
            b.systems()
                .into_iter()
                .filter_map(|s| {
                    let from = b.at(head(b, s)?).to_string();
                    let all = b.ablations().into_iter().next()?;
                    let arm = elements(b.value(all, "remove")?)
                        .into_iter()
                        .find(|e| !e.contains(':'))?;
                    b.value(all, "remove")?.contains(b.name(s)).then(|| {
                        vec![b.swap(
                            head(b, s).unwrap(),
                            &from.replace(']', &format!(", {arm}: {}]", absent(b, &arm))),
                        )]
                    })
                })
                .collect()
        },
    ),
    op("A102", "give an arm another budget", |b| {
        arm_with(b, "budget: { epochs: 9 }")
    }),
    op("A102", "give an arm another batch size", |b| {
        arm_with(b, "params: { batch: 512 }")
    }),
    op("A102", "give an arm another version", |b| {
        arm_with(b, "version: \"9.9\"")
    }),
    op("A102", "run an arm on another machine", |b| {
        let mut mutants = arm_with(b, "hardware: other_machine");
        for m in &mut mutants {
            m.push(b.append("hardware other_machine { cores: 64 }"));
        }
        mutants
    }),
    op("A102", "train an arm on fewer rows", |b| {
        arms(b, |b, s, _| {
            let train = b.says(s, "train")?;
            let more = "dataset extra_rows { version: \"1\", disjoint_from: [DATASET] }"
                .replace("DATASET", train.split('.').next()?);
            let change = format!("{{ train: [{train}, extra_rows] }}");
            Some((change, vec![b.append(&more)]))
        })
    }),
    op("A103", "forget the switch of a component", |b| {
        switched(b)
            .into_iter()
            .filter_map(|(c, _)| {
                let name = ["off", "flag", "on", "env"]
                    .into_iter()
                    .find(|n| field(c, n).is_some())?;
                Some(vec![b.unset(c, name)?])
            })
            .collect()
    }),
    op("A103", "drop the flags from the command", |b| {
        let runs = |s: &Block| {
            b.value(s, "run").filter(|r| r.contains("{flags}"))?;
            let used = switched(b).iter().any(|(c, of)| {
                field(c, "env").is_none() && b.origin(of, "run").is_some_and(|o| o.0 == s)
            });
            used.then(|| vec![b.inside(s, "run", " {flags}", "").unwrap()])
        };
        b.systems().into_iter().filter_map(runs).collect()
    }),
    op(
        "A103",
        "write both levels of a component to one file name",
        |b| {
            let files = |s: &Block| {
                let value = b.value(s, "predictions")?;
                let at = value.find(":1|0}")?;
                let mut same = value.to_string();
                same.replace_range(at + 3..at + 4, "1");
                Some(vec![b.set(s, "predictions", &same)])
            };
            b.systems().into_iter().filter_map(files).collect()
        },
    ),
    op("A103", "name the files of all arms alike", |b| {
        let files = |s: &Block| Some(vec![b.inside(s, "predictions", "{variant}", "model")?]);
        b.systems().into_iter().filter_map(files).collect()
    }),
    op("A104", "let one part of an ablation need another", |b| {
        together(b, "remove")
            .into_iter()
            .map(|(one, two)| vec![needs(b, &one, "requires", &two)])
            .collect()
    }),
    op(
        "A105",
        "claim interactions that a fraction cannot tell apart",
        |b| {
            factorials(b)
                .into_iter()
                .filter_map(|f| {
                    let over = elements(b.value(f, "over")?);
                    b.value(f, "fraction")?;
                    let claimed = format!("[{} * {}, {} * {}]", over[0], over[1], over[2], over[3]);
                    Some(vec![b.set(f, "interactions", &claimed)])
                })
                .collect()
        },
    ),
    op(
        "A105",
        "run the half in which a part follows the claimed interaction",
        |b| {
            factorials(b)
                .into_iter()
                .filter_map(|f| {
                    let over = elements(b.value(f, "over")?);
                    (b.value(f, "fraction").is_none() && over.len() == 3).then(|| {
                        vec![
                            b.set(f, "fraction", "1 / 2"),
                            b.set(
                                f,
                                "generators",
                                &format!("[{}: {} * {}]", over[2], over[0], over[1]),
                            ),
                        ]
                    })
                })
                .collect()
        },
    ),
    op(
        "A105",
        "run a smaller fraction than the effects need",
        |b| {
            factorials(b)
                .into_iter()
                .filter_map(|f| {
                    let over = elements(b.value(f, "over")?);
                    (over.len() == 4).then(|| {
                        vec![
                            b.set(f, "fraction", "1 / 4"),
                            b.set(
                                f,
                                "generators",
                                &format!("[{}: {}, {}: {}]", over[3], over[0], over[2], over[1]),
                            ),
                        ]
                    })
                })
                .collect()
        },
    ),
    op(
        "A106",
        "read an interaction where parts go one at a time",
        |b| {
            let read = |(a, system, one, two): (&Block, String, String, String)| {
                let d = b
                    .decides()
                    .into_iter()
                    .find(|d| b.sides(d)[0].path.text() == system)?;
                let when = rules(d).first()?.when.as_ref()?;
                let metric = b.value(a, "metric").filter(|m| SHARES.contains(m));
                metric.filter(|m| b.plan().and_then(|p| b.value(p, "primary")) == Some(m))?;
                let text = format!("interaction({one}, {two}) > 0pp and {}", b.at(when.span));
                Some(vec![b.swap(when.span, &text)])
            };
            singles(b).into_iter().filter_map(read).collect()
        },
    ),
    op(
        "A106",
        "take parts away one at a time in place of a factorial",
        |b| {
            let single = |f: &Block| {
                let (on, over) = (b.value(f, "on")?, b.value(f, "over")?);
                let metric = b.value(f, "metric")?;
                let system = b.at(b.sides(f)[0].span);
                let read = b
                    .decides()
                    .iter()
                    .flat_map(|d| rules(d))
                    .any(|r| b.at(r.span).contains("interaction("));
                let whole = crate::mutation::base::body(f).span.to(f.head_span);
                let instead = format!(
                    "ablation of {system} {{ on: {on}, remove: {over}, metric: {metric}, correct: holm }}"
                );
                read.then(|| vec![b.swap(whole, &instead)])
            };
            factorials(b).into_iter().filter_map(single).collect()
        },
    ),
    op("A107", "run an arm with fewer seeds", |b| {
        arm_with_seeds(b, "seeds: 2")
    }),
    op("A107", "run an arm with other seeds", |b| {
        arm_with_seeds(b, "seeds: [101, 102, 103, 104, 105]")
    }),
    op("A108", "take an arm from a publication", |b| {
        arms(b, |b, s, a| {
            b.says(s, "reported").is_none().then_some(())?;
            let metric = b.value(a, "metric").filter(|m| SHARES.contains(m))?;
            let change = format!("{{ reported: {{ {metric}: 61.5% }} }}");
            Some((change, Vec::new()))
        })
    }),
    op(
        "A108",
        "take an arm from files while the reference is run",
        |b| {
            arms(b, |b, s, _| {
                b.says(s, "run")?;
                let change = "{ predictions: \"old/arm-{seed}.csv\" }";
                Some((change.to_string(), Vec::new()))
            })
        },
    ),
    op(
        "A109",
        "tune one arm again and say nothing of the others",
        |b| {
            arms(b, |b, s, a| {
                (elements(b.value(a, "remove")?).len() > 1).then_some(())?;
                let tune = b.says(s, "tune")?;
                let unsaid = b.says(s, "retune").is_none();
                unsaid.then(|| (format!("{{ tune: {tune} }}"), Vec::new()))
            })
        },
    ),
    op("A109", "tune one arm more and drop the policy", |b| {
        let mut mutants = arms(b, |b, s, _| {
            let tune = b.says(s, "tune")?;
            b.value(s, "retune")?;
            Some((format!("{{ tune: {tune} }}"), vec![b.unset(s, "retune")?]))
        });
        mutants.truncate(1);
        mutants
    }),
];

/// Every component that an ablation removes one at a time, with a change of its own: `edits` gives the arm's
/// block and what else it needs.
fn arms(
    b: &Base,
    edits: impl Fn(&Base, &Block, &Block) -> Option<(String, Mutant)>,
) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    let alone = b.compares().is_empty() && !b.decides().is_empty();
    for a in b.ablations().into_iter().filter(|_| !alone) {
        let Some(remove) = b.value(a, "remove") else {
            continue;
        };
        let system = b.named(&b.sides(a)[0].path.text()).unwrap();
        let all = elements(remove);
        for (i, arm) in all.iter().enumerate() {
            if arm.contains([' ', ':', '{']) {
                continue;
            }
            let Some((change, mut more)) = edits(b, system, a) else {
                continue;
            };
            let mut with = all.clone();
            with[i] = format!("{arm} {change}");
            more.push(b.set(a, "remove", &format!("[{}]", with.join(", "))));
            mutants.push(more);
        }
    }
    mutants
}

/// Arms of measured ablations with one more line.
fn arm_with(b: &Base, line: &str) -> Vec<Mutant> {
    arms(b, |b, s, _| {
        let measured = b.says(s, "reported").is_none();
        measured.then(|| (format!("{{ {line} }}"), Vec::new()))
    })
}

fn arm_with_seeds(b: &Base, line: &str) -> Vec<Mutant> {
    arms(b, |b, s, _| {
        b.says(s, "seeds")
            .map(|_| (format!("{{ {line} }}"), Vec::new()))
    })
}

/// Arms that name a variant written by hand, which differs in a second component as well.
fn named_arms(b: &Base, levels: impl Fn(&str, &str) -> String) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for (a, system, one, two) in singles(b) {
        let run = b.says(b.named(&system).unwrap(), "run").is_some();
        let toggles = [&one, &two].iter().all(|c| absent(b, c) == "off");
        let remove = elements(b.value(a, "remove").unwrap());
        if !toggles || !run || !remove.contains(&one) {
            continue;
        }
        let with: Vec<String> = remove
            .iter()
            .map(|r| {
                if *r == one {
                    format!("{one}: by_hand")
                } else {
                    r.clone()
                }
            })
            .collect();
        let item = format!("system by_hand from {system}{} {{ }}", levels(&one, &two));
        mutants.push(vec![
            b.set(a, "remove", &format!("[{}]", with.join(", "))),
            b.append(&item),
        ]);
    }
    mutants
}

/// The span of the system that another is derived from.
fn head(_: &Base, system: &Block) -> Option<benchwright::text::Span> {
    match &system.head {
        benchwright::syntax::ast::Head::Declare {
            from: Some(from), ..
        } if !from.levels.is_empty() => Some(from.span),
        _ => None,
    }
}

/// The level at which a component isn't there.
fn absent(b: &Base, component: &str) -> String {
    let c = b.named(component).unwrap();
    b.value(c, "absent").unwrap_or("off").to_string()
}

fn factorials(b: &Base) -> Vec<&Block> {
    b.items(&[Keyword::Factorial])
}

/// Components of ablations and factorials whose system is run by a command, with the system.
fn switched(b: &Base) -> Vec<(&Block, &Block)> {
    let mut found = Vec::new();
    for claim in b.items(&[Keyword::Ablation, Keyword::Factorial]) {
        let names = ["remove", "over"].iter().find_map(|f| b.value(claim, f));
        let system = b.named(&b.sides(claim)[0].path.text()).unwrap();
        if b.says(system, "run").is_none() {
            continue;
        }
        let names = elements(names.unwrap_or_default());
        found.extend(
            names
                .iter()
                .filter_map(|n| b.named(n.split([' ', ':']).next()?))
                .map(|c| (c, system)),
        );
    }
    found
}

/// Neighbours in the lists of components of ablations or factorials.
fn together(b: &Base, list: &str) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    for claim in b.items(&[Keyword::Ablation, Keyword::Factorial]) {
        let all = b.value(claim, list).map(elements).unwrap_or_default();
        for two in all.windows(2) {
            let names: Vec<&str> = two
                .iter()
                .map(|n| n.split([' ', ':', '{']).next().unwrap())
                .collect();
            pairs.push((names[0].to_string(), names[1].to_string()));
        }
    }
    pairs
}

fn needs(b: &Base, component: &str, how: &str, other: &str) -> crate::mutation::base::Edit {
    b.set(b.named(component).unwrap(), how, &format!("[{other}]"))
}

/// Ablations that remove one at a time, where no factorial varies the same, with two of the components.
fn singles(b: &Base) -> Vec<(&Block, String, String, String)> {
    let mut found = Vec::new();
    for a in b.ablations() {
        let all = b.value(a, "remove").map(elements).unwrap_or_default();
        let plain: Vec<&String> = all
            .iter()
            .filter(|e| !e.contains([' ', ':', '{']))
            .collect();
        if let [one, two, ..] = plain.as_slice()
            && factorials(b).is_empty()
            && b.value(a, "on").is_some()
        {
            let system = b.sides(a)[0].path.text();
            found.push((a, system, (*one).clone(), (*two).clone()));
        }
    }
    found
}
