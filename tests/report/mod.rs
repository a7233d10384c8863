//! The views of a result.

use crate::support::result::{interval, metric, ms, system, whole};
use benchwright::report::layout::{Style, width};
use benchwright::report::{json, markdown, terminal};
use benchwright::result::{Decision, Interval, Metric, Role, RunResult, System, Unit};
use proptest::prelude::*;

fn style(width: usize) -> Style {
    Style {
        width,
        unicode: true,
        color: false,
    }
}

#[test]
fn terminal_at_120_columns() {
    insta::assert_snapshot!(terminal(&whole(), &style(120)));
}

#[test]
fn terminal_at_80_columns() {
    insta::assert_snapshot!(terminal(&whole(), &style(80)));
}

#[test]
fn terminal_in_ascii_at_100_columns() {
    let text = terminal(
        &whole(),
        &Style {
            unicode: false,
            ..style(100)
        },
    );
    assert!(text.is_ascii(), "{text}");
    insta::assert_snapshot!(text);
}

#[test]
fn markdown_for_github() {
    insta::assert_snapshot!(markdown(&whole()));
}

#[test]
fn json_is_the_model() {
    insta::assert_snapshot!(json(&whole()));
}

#[test]
fn equal_results_give_equal_bytes() {
    let mut shuffled = whole();
    shuffled.metrics.reverse();
    shuffled.comparisons.reverse();
    shuffled.systems.reverse();
    shuffled.checks.reverse();
    assert_eq!(json(&shuffled), json(&whole()));
    assert_eq!(
        terminal(&shuffled, &style(100)),
        terminal(&whole(), &style(100))
    );
    assert_eq!(markdown(&shuffled), markdown(&whole()));
}

#[test]
fn no_number_that_is_not_finite_reaches_json() {
    let mut result = whole();
    result.metrics.push(Metric {
        seed_sd: Some(f64::NAN),
        ..metric(
            "odd",
            "loss",
            Unit::Plain,
            f64::INFINITY,
            Some((f64::NEG_INFINITY, f64::NAN)),
        )
    });
    for comparison in &mut result.comparisons {
        comparison.p_value = Some(f64::NAN);
        comparison.effects.insert("cohens_d".into(), f64::NAN);
    }
    let text = json(&result);
    assert!(!text.contains("null"), "{text}");
    terminal(&result, &style(80));
    markdown(&result);
}

#[test]
fn an_empty_result_is_shown_all_the_same() {
    let result = RunResult::default();
    assert!(terminal(&result, &style(80)).contains("exploratory"));
    assert!(markdown(&result).starts_with('#'));
    assert!(json(&result).contains("\"decisions\": []"));
}

#[test]
fn a_verdict_that_failed_says_so() {
    let mut result = whole();
    result.decisions = vec![Decision {
        name: "d".into(),
        baseline: "words".into(),
        failed: Some("`latency_p95` of `chars` is NaN".into()),
        ..Decision::default()
    }];
    let text = terminal(&result, &style(80));
    assert!(text.contains(" ✗ undecided    no rule fired"), "{text}");
    assert!(
        text.contains("failed: `latency_p95` of `chars` is NaN"),
        "{text}"
    );
}

#[test]
fn names_cannot_steer_the_terminal() {
    let mut result = whole();
    result.plan.title = "a\x1b[31m\nb".into();
    result.systems[0].note = Some("x\x1b]0;title\x07".into());
    result.risks.push("\u{202e}turned".into());
    let text = terminal(&result, &style(100));
    assert!(!text.contains('\x1b') && !text.contains('\x07') && !text.contains('\u{202e}'));
}

#[test]
fn colours_add_nothing_but_colour() {
    let colored = terminal(
        &whole(),
        &Style {
            color: true,
            ..style(100)
        },
    );
    let mut bare = String::new();
    for (i, part) in colored.split("\x1b[").enumerate() {
        bare.push_str(if i == 0 {
            part
        } else {
            part.split_once('m').map_or("", |(_, rest)| rest)
        });
    }
    let bare: Vec<&str> = bare.lines().map(str::trim_end).collect();
    assert_eq!(
        bare,
        terminal(&whole(), &style(100)).lines().collect::<Vec<_>>()
    );
}

#[test]
fn the_mark_tells_the_first_outcome_from_the_last_and_those_between() {
    let marked = |outcome: &str, favourable| {
        let mut result = whole();
        result.decisions[0].outcome = Some(outcome.into());
        result.decisions[0].favourable = Some(favourable);
        terminal(&result, &style(100))
    };
    assert!(marked("ship", true).contains(" ✓ ship"));
    assert!(marked("iterate", false).contains(" ▸ iterate"));
    assert!(marked("reject", false).contains(" ✗ reject"));
    assert!(marked("broken", false).contains(" ✗ broken"));
}

#[test]
fn arms_and_losers_are_not_listed_as_models() {
    let mut result = whole();
    result.systems.push(System {
        variant: "no-lexicon".into(),
        ..system("chars", Role::Candidate, 5, "")
    });
    result.metrics.push(Metric {
        variant: "no-lexicon".into(),
        ..metric("chars", "f1_macro", Unit::Ratio, 0.83, None)
    });
    let text = terminal(&result, &style(100));
    assert!(!text.contains("chars no-lexicon"), "{text}");
}

#[test]
fn what_would_settle_is_said_once() {
    let mut result = whole();
    let decision = &mut result.decisions[0];
    decision.would_settle = decision
        .would_settle
        .iter()
        .map(|s| format!("every domain (gain(f1_macro) > -1 pp): {s}"))
        .collect();
    for text in [terminal(&result, &style(100)), markdown(&result)] {
        assert_eq!(text.matches("would settle it").count(), 1, "{text}");
    }
}

proptest! {
    #[test]
    fn no_line_is_wider_than_the_terminal(
        columns in 60usize..200,
        name in "[a-z語]{1,40}",
        text in "[a-z 語|_*]{0,90}",
        value in -1e9f64..1e9,
        spread in 0.0f64..1e6,
    ) {
        let mut result = whole();
        result.plan.title = name.clone();
        result.metrics.push(metric("chars", &name, ms(), value, Some((value - spread, value + spread))));
        result.comparisons[0].gain = Some(value);
        result.comparisons[0].interval = Some(Interval { note: Some(text.clone()), ..interval(value - spread, value + spread) });
        result.decisions[0].rules[0].atoms[0].text = text.clone();
        result.decisions[0].verdict = text.clone();
        result.ablations[0].arms[0].component = name.clone();
        result.selections[0].candidates[0].note = Some(text.clone());
        result.selections[0].candidates[1].system = name;
        result.risks.push(text);
        for style in [style(columns), Style { unicode: false, ..style(columns) }] {
            let shown = terminal(&result, &style);
            for line in shown.lines() {
                prop_assert_eq!(line, line.trim_end());
                prop_assert!(width(line) <= columns, "{} > {columns}: {line}\n{shown}", width(line));
            }
        }
    }
}
