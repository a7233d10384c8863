//! Operators for decisions: rules lost, moved, turned round or made to rest on too little.

use super::baselines::metrics;
use super::{Operator, op};
use crate::mutation::base::{Base, Block, Edit, Mutant, field, rules};
use benchwright::syntax::ast::Rule;

pub const ALL: &[Operator] = &[
    op("D101", "delete the rule for everything else", |b| {
        of_rules(b, |b, _, all| {
            let last = all.last()?;
            last.when.is_none().then(|| vec![b.cut(last.span)])
        })
    }),
    op(
        "D101",
        "move the threshold of the second rule and delete the last",
        |b| {
            of_rules(b, |b, _, all| {
                let when = all[1].when.as_ref()?;
                let text = b.at(when.span);
                let (left, _) = text.split_once(" <= ")?;
                let last = all.last()?;
                let unit = if text.ends_with("pp") { "-5pp" } else { "-5" };
                (!text.contains(" or ") && last.when.is_none() && !text.ends_with("USD")).then(
                    || {
                        vec![
                            b.swap(when.span, &format!("{left} < {unit}")),
                            b.cut(last.span),
                        ]
                    },
                )
            })
        },
    ),
    op(
        "D102",
        "put a stricter rule behind the one that covers it",
        |b| {
            of_rules(b, |b, d, all| {
                let when = b.at(all[0].when.as_ref()?.span);
                let primary = b.value(b.plan()?, "primary").filter(|p| !p.contains('('))?;
                let harder = format!("{when} and {primary} > {}", high(primary)?);
                let _ = d;
                Some(vec![after(b, all[0], &format!("promote when {harder}"))])
            })
        },
    ),
    op("D102", "veto what an earlier rule has let through", |b| {
        of_rules(b, |b, _, all| {
            let when = b.at(all[0].when.as_ref()?.span);
            Some(vec![after(b, all[0], &format!("veto when {when}"))])
        })
    }),
    op("D102", "let a rule contradict itself", |b| {
        of_rules(b, |b, _, all| {
            let gain = primary_gain(b)?;
            let unit = unit(b)?;
            let rule = format!("never when {gain} > 2{unit} and {gain} < 1{unit}");
            Some(vec![after(b, all[0], &rule)])
        })
    }),
    op(
        "D103",
        "decide the same pair a second time, the other way round",
        |b| {
            b.decides()
                .into_iter()
                .filter_map(|d| {
                    let all = rules(d);
                    let (first, second) = (all.first()?, all.get(1)?);
                    let sides = b.sides(d);
                    Some(vec![b.append(&format!(
                        "decide again for {} against {} {{\n  {} when {}\n  {} otherwise\n}}",
                        b.at(sides[0].span),
                        b.at(sides[1].span),
                        second.outcome.text,
                        b.at(first.when.as_ref()?.span),
                        first.outcome.text,
                    ))])
                })
                .collect()
        },
    ),
    op("D104", "turn the sign of the first rule round", |b| {
        of_rules(b, |b, _, all| {
            let when = all[0].when.as_ref()?;
            let text = b.at(when.span);
            let gain = primary_gain(b)?;
            // A rule that asks for both directions contradicts itself, which is another fault.
            if text.contains(&format!("point({gain})")) {
                return None;
            }
            let from = format!("{gain} > ");
            let at = text.find(&from)? + from.len();
            let end = text[at..].find([' ', ')']).map_or(text.len(), |e| at + e);
            let number = &text[at..end];
            let turned = format!(
                "{gain} < -{}",
                if number.starts_with('0')
                    && number
                        .trim_start_matches('0')
                        .starts_with(char::is_alphabetic)
                {
                    number.replacen('0', "1", 1)
                } else {
                    number.into()
                }
            );
            Some(vec![b.swap(
                when.span,
                &text.replacen(&text[at - from.len()..end], &turned, 1),
            )])
        })
    }),
    op("D104", "ask the primary metric to be worse", |b| {
        first_rule(b, |gain, unit| format!("{gain} < -2{unit}"))
    }),
    op("D104", "ask the latency to be long", |b| {
        of_rules(b, |b, _, all| {
            let when = all[0].when.as_ref()?;
            let text = b.at(when.span);
            let turned = text.replace("latency_p95 <= 100ms", "latency_p95 >= 100ms");
            (turned != text).then(|| vec![b.swap(when.span, &turned)])
        })
    }),
    op("D105", "ask for more than the range holds", |b| {
        of_rules(b, |b, _, all| {
            let gain = primary_gain(b)?;
            let when = all[0].when.as_ref()?;
            (unit(b)? == "pp").then(|| {
                vec![b.swap(
                    when.span,
                    &format!("{} and {gain} > 150pp", b.at(when.span)),
                )]
            })
        })
    }),
    op("D105", "ask for a value beyond the range", |b| {
        of_rules(b, |b, _, all| {
            let primary = b.value(b.plan()?, "primary")?;
            let when = all[0].when.as_ref()?;
            (unit(b)? == "pp").then(|| {
                vec![b.swap(
                    when.span,
                    &format!("{} and {primary} >= 120%", b.at(when.span)),
                )]
            })
        })
    }),
    op("D105", "ask fifty rows for a tenth of a point", |b| {
        of_rules(b, |b, d, all| {
            let primary = b
                .value(b.plan()?, "primary")
                .filter(|p| ["accuracy", "exact_match"].contains(p))?;
            let c = b
                .compares()
                .into_iter()
                .find(|c| metrics(b, c).iter().any(|m| m == primary))?;
            let (dataset, _) = b.value(c, "on")?.split_once('.')?;
            let dataset = b.named(dataset)?;
            let rows = b.value(dataset, "rows")?;
            let at = rows.rfind("test: ")?;
            let _ = d;
            Some(vec![
                b.set(dataset, "rows", &format!("{}test: 50 }}", &rows[..at])),
                b.swap(
                    all[0].when.as_ref()?.span,
                    &format!("gain({primary}) > 0pp and point(gain({primary})) >= 0.1pp"),
                ),
            ])
        })
    }),
    op(
        "D106",
        "ask resamples for a p value they cannot give",
        |b| {
            of_rules(b, |b, d, all| {
                let gain = primary_gain(b)?;
                let c = b
                    .compares()
                    .into_iter()
                    .find(|c| b.at(b.sides(c)[0].span) == b.at(b.sides(d)[0].span))?;
                field(c, "test").is_none().then_some(())?;
                let when = all[0].when.as_ref()?;
                Some(vec![b.swap(
                    when.span,
                    &format!("{} and p_value({gain}) < 0.000001", b.at(when.span)),
                )])
            })
        },
    ),
    op(
        "D106",
        "ask a thousand resamples for a p value below a ten-thousandth",
        |b| {
            of_rules(b, |b, d, all| {
                let gain = primary_gain(b)?;
                let c = b
                    .compares()
                    .into_iter()
                    .find(|c| b.at(b.sides(c)[0].span) == b.at(b.sides(d)[0].span))?;
                field(c, "test").is_none().then_some(())?;
                let when = all[0].when.as_ref()?;
                Some(vec![
                    b.set(c, "interval", "bootstrap(1_000)"),
                    b.swap(
                        when.span,
                        &format!("{} and p_value({gain}) < 0.0001", b.at(when.span)),
                    ),
                ])
            })
        },
    ),
    op("D107", "give every rule the same outcome", |b| {
        of_rules(b, |b, _, all| {
            let first = &all[0].outcome.text;
            Some(
                all.iter()
                    .skip(1)
                    .map(|r| b.swap(r.outcome.span, first))
                    .collect(),
            )
        })
    }),
    op("D107", "ask for what always holds", |b| {
        of_rules(b, |b, _, all| {
            let primary = b.value(b.plan()?, "primary")?;
            (unit(b)? == "pp" && field_of_failure(b)).then(|| {
                vec![b.swap(
                    all[0].when.as_ref().unwrap().span,
                    &format!("{primary} >= 0%"),
                )]
            })
        })
    }),
    op("D108", "rest on the estimate alone", |b| {
        first_rule(b, |gain, unit| format!("point({gain}) > 1{unit}"))
    }),
    op("D108", "rest on significance alone", |b| {
        first_rule(b, |gain, _| format!("p_value({gain}) < 0.05"))
    }),
    op(
        "D109",
        "take no significant difference for no difference",
        |b| first_rule(b, |gain, _| format!("p_value({gain}) > 0.05")),
    ),
    op(
        "D109",
        "be content where a test fails to find a difference",
        |b| first_rule(b, |gain, _| format!("not (p_value({gain}) < 0.05)")),
    ),
    op(
        "D109",
        "be content where the interval covers nothing",
        |b| {
            first_rule(b, |gain, unit| {
                format!("lower({gain}) <= 0{unit} and upper({gain}) >= 0{unit}")
            })
        },
    ),
    op("D109", "be content with what is possible", |b| {
        first_rule(b, |gain, unit| format!("possibly({gain} >= 0{unit})"))
    }),
    op("D110", "cover everything but a failed result", |b| {
        of_rules(b, |b, d, all| {
            let (gain, unit) = (primary_gain(b)?, unit(b)?);
            let (good, bad) = (&all[0].outcome.text, &all[1].outcome.text);
            let from = all[0].span.to(all.last()?.span);
            let two = format!(
                "{good} when lower({gain}) > 1{unit}\n  {bad} when lower({gain}) <= 1{unit}"
            );
            let mut edits = vec![b.swap(from, &two)];
            edits.extend(b.unset(d, "failed"));
            Some(edits)
        })
    }),
    op(
        "D110",
        "let a failed result take the favourable outcome",
        |b| {
            of_rules(b, |b, d, all| {
                let gain = primary_gain(b)?;
                let unit = unit(b)?;
                let good = &all[0].outcome.text;
                let bad = &all[1].outcome.text;
                let from = all[0].span.to(all.last()?.span);
                let mut edits = vec![
                    b.swap(
                        from,
                        &format!("{bad} when {gain} <= 0{unit}\n  {good} otherwise"),
                    ),
                    b.set(b.plan()?, "favours", good),
                ];
                edits.extend(b.unset(d, "failed"));
                (b.decides().len() == 1 && all.len() > 1).then_some(edits)
            })
        },
    ),
];

/// Decisions with at least two rules written out.
fn of_rules(b: &Base, edits: impl Fn(&Base, &Block, &[&Rule]) -> Option<Mutant>) -> Vec<Mutant> {
    let of = |d: &Block| {
        let all = rules(d);
        // The plan's primary metric is the business of its first, unnamed decision.
        let named = b.at(d.head_span).starts_with("decide for");
        (all.len() > 1 && named)
            .then(|| edits(b, d, &all))
            .flatten()
    };
    b.decides().into_iter().filter_map(of).collect()
}

fn first_rule(b: &Base, condition: impl Fn(&str, &str) -> String) -> Vec<Mutant> {
    of_rules(b, |b, _, all| {
        let when = all[0].when.as_ref()?;
        Some(vec![
            b.swap(when.span, &condition(&primary_gain(b)?, unit(b)?)),
        ])
    })
}

fn primary_gain(b: &Base) -> Option<String> {
    Some(format!("gain({})", b.value(b.plan()?, "primary")?))
}

/// The unit in which the primary metric differs.
fn unit(b: &Base) -> Option<&'static str> {
    match b.value(b.plan()?, "primary")? {
        "mae" => Some(""),
        "refund_cost" => Some("USD"),
        _ => Some("pp"),
    }
}

/// A value of the metric that few systems reach.
fn high(metric: &str) -> Option<&'static str> {
    ["accuracy", "f1_macro", "exact_match", "roc_auc"]
        .contains(&metric)
        .then_some("95%")
}

/// Whether every result has a value, so that a condition can hold always.
fn field_of_failure(b: &Base) -> bool {
    b.decides().len() == 1
}

fn after(b: &Base, rule: &Rule, more: &str) -> Edit {
    let text = b.at(rule.span);
    b.swap(rule.span, &format!("{text}\n  {more}\n"))
}
