//! Natives of generated text. A reference may be several texts: the best of them counts, or they count
//! together as the metric's authors have it.

use super::bleu::{self, Cut, Smoothing, Tokens};
use super::rouge::{Unit, rouge};
use super::{Implementation, Native, Value, chrf, edits, ter, text};

const fn row(name: &'static str, function: fn(&[Value<'_>], &[f64]) -> f64) -> Native {
    Native {
        name,
        implementation: Implementation::Row(function),
    }
}

pub(super) const TABLE: &[Native] = &[
    row("exact_match", |args, options| {
        with_references(args, |p, r| match choice(options, 0) {
            0 => text::exact_match(p, r),
            _ => text::best(r, |r| f64::from(r == p)),
        })
    }),
    row("token_f1", |args, _| with_references(args, text::token_f1)),
    row("words", |args, _| text::words(first(args)).len() as f64),
    row("word_edits", |args, _| alignment(args).edits as f64),
    row("word_hits", |args, _| alignment(args).hits as f64),
    row("characters", |args, _| {
        text::characters(first(args)).len() as f64
    }),
    row("character_edits", |args, _| {
        let [a, b] = pair(args);
        edits::distance(&text::characters(b), &text::characters(a)) as f64
    }),
    row("ter_edits", |args, options| {
        with_references(args, |p, r| ter::edits(choice(options, 0) == 1, p, r))
    }),
    row("ter_words", |args, options| {
        let normalized = choice(options, 0) == 1;
        ter::reference_words(normalized, &references(args.first()))
    }),
    row("rouge_n", |args, options| {
        let unit = Unit::Grams(options.get(2).map_or(1, |&n| n as usize));
        overlap(unit, args, options)
    }),
    row("rouge_l", |args, options| {
        overlap(Unit::Text, args, options)
    }),
    row("rouge_lsum", |args, options| {
        overlap(Unit::Lines, args, options)
    }),
    row("sentence_bleu", |args, options| {
        with_references(args, |p, r| {
            bleu::score(&bleu::row(cut(options), p, r), Smoothing::Exponential, true)
        })
    }),
    Native {
        name: "bleu",
        implementation: Implementation::Corpus {
            width: |_| bleu::WIDTH,
            row: |args, options, numbers| {
                write(
                    numbers,
                    &bleu::row(cut(options), first(args), &references(args.get(1))),
                );
            },
            combine: |sums, options| bleu::score(sums, smoothing(options), false),
        },
    },
    row("sentence_chrf", |args, options| {
        let (words, beta) = chrf_options(options);
        with_references(args, |p, r| {
            chrf::score(&chrf::row(words, beta, p, r), beta)
        })
    }),
    Native {
        name: "chrf",
        implementation: Implementation::Corpus {
            width: |options| chrf::width(chrf_options(options).0),
            row: |args, options, numbers| {
                let (words, beta) = chrf_options(options);
                write(
                    numbers,
                    &chrf::row(words, beta, first(args), &references(args.get(1))),
                );
            },
            combine: |sums, options| chrf::score(sums, chrf_options(options).1),
        },
    },
];

fn write(numbers: &mut [f64], row: &[f64]) {
    numbers.iter_mut().zip(row).for_each(|(n, r)| *n = *r);
}

fn choice(options: &[f64], place: usize) -> usize {
    options.get(place).map_or(0, |&n| n as usize)
}

fn of<'a>(value: Option<&Value<'a>>) -> &'a str {
    match value {
        Some(Value::Text(text)) => text,
        _ => "",
    }
}

fn first<'a>(args: &[Value<'a>]) -> &'a str {
    of(args.first())
}

fn pair<'a>(args: &[Value<'a>]) -> [&'a str; 2] {
    [of(args.first()), of(args.get(1))]
}

fn references<'a>(value: Option<&Value<'a>>) -> Vec<&'a str> {
    match value {
        Some(Value::List(texts)) => texts.iter().map(String::as_str).collect(),
        other => vec![of(other)],
    }
}

fn with_references(args: &[Value<'_>], score: impl Fn(&str, &[&str]) -> f64) -> f64 {
    score(first(args), &references(args.get(1)))
}

fn alignment(args: &[Value<'_>]) -> edits::Alignment {
    let [hypothesis, reference] = pair(args);
    edits::align(&text::words(reference), &text::words(hypothesis))
}

/// Options: what is reported, whether words are stemmed.
fn overlap(unit: Unit, args: &[Value<'_>], options: &[f64]) -> f64 {
    let stemmed = choice(options, 1) == 1;
    let found = rouge(unit, stemmed, first(args), &references(args.get(1)));
    found.map_or(f64::NAN, |o| match choice(options, 0) {
        0 => o.f,
        1 => o.precision,
        _ => o.recall,
    })
}

/// Options: tokens, case.
fn cut(options: &[f64]) -> Cut {
    let tokens = match choice(options, 0) {
        0 => Tokens::Mteval,
        1 => Tokens::Words,
        _ => Tokens::Characters,
    };
    let lower = choice(options, 1) == 1;
    Cut { tokens, lower }
}

/// The option after tokens and case.
fn smoothing(options: &[f64]) -> Smoothing {
    match choice(options, 2) {
        0 => Smoothing::Exponential,
        1 => Smoothing::Floor(0.1),
        2 => Smoothing::Add(1.0),
        _ => Smoothing::None,
    }
}

/// Options: orders of words, beta.
fn chrf_options(options: &[f64]) -> (usize, f64) {
    (choice(options, 0), options.get(1).copied().unwrap_or(2.0))
}
