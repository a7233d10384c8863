//! Diagnostics as text, JSON and annotations.

use benchwright::diagnostic::{Answer, Diagnostic};
use benchwright::render::{Counts, Options, github, json, summary, terminal};
use benchwright::report::layout::Style;
use benchwright::text::{FileId, SourceMap, Span};

benchwright::codes! {
    L102 "fit-beyond-train" Error "# page";
    A101 "coupled-ablation" Error "# page";
    F104 "missing-column" Error "# page";
    M105 "one-number" Warning "# page";
    D101 "undecided-region" Error "# page";
    L107 "unknown-overlap" Info "";
}

const PLAN: &str = "\
use std.classification.{f1_macro}

dataset reviews {
  source: \"reviews.csv\"
  split:  column(split) { train: \"train\", test: \"test\" }
}

step tfidf { kind: vectorizer, fit: reviews }

candidate chars { steps: [tfidf], train: reviews.train }
baseline words { steps: [tfidf], train: reviews.train }

system no_augment from chars[augment: off, early_stopping: off] { }

compare chars with words { on: reviews.test, metrics: [f1_macro] }
";

fn at(file: FileId, text: &str, word: &str) -> Span {
    let start = text.find(word).expect("the word is in the text");
    Span::new(file, start as u32, (start + word.len()) as u32)
}

fn plan() -> (SourceMap, FileId) {
    let mut sources = SourceMap::default();
    let file = sources.add("plans/reviews.bench".into(), None, PLAN.into());
    (sources, file)
}

fn leak(file: FileId) -> Diagnostic {
    let fit = Span {
        start: at(file, PLAN, "fit: reviews").start + 5,
        ..at(file, PLAN, "fit: reviews")
    };
    Diagnostic::new(&L102, "`tfidf` learns from the rows it is judged on")
        .label(fit, "1. the vocabulary and document counts are taken from all 3,000 rows, test included")
        .label(at(file, PLAN, "steps: [tfidf]"), "2. `chars` reads its features through `tfidf`")
        .label(at(file, PLAN, "reviews.test"), "3. and is judged here, on rows that shaped it")
        .why("statistics of the test rows reach the model before the test, so its score is optimistic by an unknown amount (Kapoor & Narayanan 2023, L1.2; Yang et al. 2022, preprocessing leak)")
        .fix("fit on the training rows only", true, fit, "reviews.train")
}

fn faults(sources: &mut SourceMap, file: FileId) -> Vec<Diagnostic> {
    let library = "## Macro F1.\nmetric f1_macro { better: higher }\n";
    let std = sources.add("std/classification.bench".into(), None, library.into());
    vec![
        leak(file),
        Diagnostic::new(
            &A101,
            "the arm `no_augment` changes two components, so neither effect can be told",
        )
        .label(
            at(file, PLAN, "augment: off"),
            "this differs from `chars`, as the ablation says",
        )
        .label(at(file, PLAN, "early_stopping: off"), "and so does this")
        .label(
            at(file, PLAN, "chars[augment: off, early_stopping: off]"),
            "the variant",
        ),
        Diagnostic::new(&F104, "`runs/words-3.csv` has no column `pred`")
            .data("runs/words-3.csv", 1, 0)
            .data("runs/words-4.csv", 7, 2)
            .help("did you mean `prediction`?"),
        Diagnostic::new(&D101, "some results lead to no decision")
            .label(at(file, PLAN, "[f1_macro]"), "decided here")
            .label(at(std, library, "f1_macro"), "defined here")
            .witness("gain(f1_macro) = 0.4 pp [0.1, 0.7], latency_p95 = 80 ms → no rule fires")
            .witness("gain(f1_macro) = 1.6 pp [0.8, 2.4], latency_p95 = 80 ms → `ship` is unclear")
            .help(
                "end with `iterate otherwise`, or say what follows in 0 pp … 1 pp and above 100 ms",
            )
            .help("or drop the second rule"),
        Diagnostic::new(&L107, "nothing says how `corpus` relates to `reviews.test`")
            .answered(Answer::Open),
        Diagnostic::new(&M105, "one metric and no guardrail")
            .label(at(file, PLAN, "compare"), "")
            .waive("latency is the guardrail"),
        Diagnostic::new(&M105, "a guardrail is measured").answered(Answer::Proved),
    ]
}

trait Waive {
    fn waive(self, reason: &str) -> Self;
}

impl Waive for Diagnostic {
    fn waive(mut self, reason: &str) -> Self {
        self.waived = Some(reason.into());
        self
    }
}

fn style(width: usize, unicode: bool, color: bool) -> Options {
    Options {
        style: Style {
            width,
            unicode,
            color,
        },
        fixable: true,
        proofs: false,
    }
}

fn shown(options: &Options) -> String {
    let (mut sources, file) = plan();
    let diags = faults(&mut sources, file);
    terminal(&diags, &sources, options) + &summary(&Counts::of(&diags), &options.style)
}

#[test]
fn faults_read_well_at_100_columns() {
    insta::assert_snapshot!(shown(&style(100, true, false)));
}

#[test]
fn faults_read_well_in_ascii_at_60_columns() {
    let text = shown(&style(60, false, false));
    assert!(text.is_ascii(), "{text}");
    insta::assert_snapshot!(text);
}

#[test]
fn colours_add_nothing_but_colour() {
    let plain = shown(&style(100, true, false));
    let colored = shown(&style(100, true, true));
    assert!(colored.contains('\x1b'));
    let mut bare = String::new();
    for (i, part) in colored.split("\x1b[").enumerate() {
        bare.push_str(if i == 0 {
            part
        } else {
            part.split_once('m').map_or("", |(_, rest)| rest)
        });
    }
    let bare: Vec<&str> = bare.lines().map(str::trim_end).collect();
    assert_eq!(bare, plain.lines().collect::<Vec<_>>());
}

#[test]
fn json_is_sorted_and_whole() {
    let (mut sources, file) = plan();
    let mut diags = faults(&mut sources, file);
    let text = json("plans/reviews.bench", &diags, &sources, Counts::of(&diags));
    diags.reverse();
    assert_eq!(
        text,
        json("plans/reviews.bench", &diags, &sources, Counts::of(&diags))
    );
    insta::assert_snapshot!(text);
}

#[test]
fn github_lines_escape_what_would_end_them() {
    let (mut sources, file) = plan();
    let mut diags = faults(&mut sources, file);
    diags.push(Diagnostic::new(&M105, "50 % off\nsecond line").data("a,b:c.csv", 3, 0));
    insta::assert_snapshot!(github(&diags, &sources));
}

/// Spans that no phase should make, over texts that editors do make: all must be shown somehow.
#[test]
fn odd_spans_and_texts_never_panic() {
    let texts = [
        "",
        "\n",
        "a",
        "a\n",
        "a\r\nb\r\n",
        "\ta:\tb\n",
        "名前: \"値値\" 🎉👩‍👩‍👧 x\r\n\r\n",
        "a\rb\x1b[31mred\u{202e}\n",
        "é\u{301}\u{200d}\u{85}",
        "x\n\n\n\n\n\ny\n\n",
        "   \n",
    ];
    let long = "ab é ".repeat(400);
    for text in texts.into_iter().chain([long.as_str()]) {
        let n = text.len() as u32;
        let offsets: Vec<u32> = (0..n.min(24))
            .chain([
                n.saturating_sub(1),
                n,
                n + 1,
                n + 1000,
                u32::MAX - 1,
                u32::MAX,
            ])
            .collect();
        for &start in &offsets {
            for &end in &offsets {
                let mut sources = SourceMap::default();
                let file = sources.add("odd.bench".into(), None, text.into());
                let span = Span::new(file, start, end);
                let d = Diagnostic::new(&L102, "odd \x1b[0m\nplace")
                    .label(span, "here")
                    .label(Span::new(file, end, start), "")
                    .label(Span::new(file, 0, n), "all of it\nand more")
                    .label(Span::new(FileId(7), start, end), "nowhere")
                    .fix("replace", true, span, "new\nlines\n");
                let width = if start % 2 == 0 { 0 } else { 80 };
                let out = terminal(
                    std::slice::from_ref(&d),
                    &sources,
                    &style(width, true, false),
                );
                assert!(out.contains("╭─[odd.bench:"), "{out}");
                assert!(!out.contains('\x1b') && !out.contains('\u{202e}'), "{out}");
                assert!(out.contains("all of it"), "{text:?} {start} {end}\n{out}");
                json(
                    "odd.bench",
                    std::slice::from_ref(&d),
                    &sources,
                    Counts::default(),
                );
                github(&[d], &sources);
            }
        }
    }
}

#[test]
fn marks_stand_under_what_they_mark() {
    let mut sources = SourceMap::default();
    let text = "\tname: \"値値\" 🎉 wrong\r\n";
    let file = sources.add("wide.bench".into(), None, text.into());
    let d = Diagnostic::new(&L102, "wide")
        .label(at(file, text, "wrong"), "this")
        .label(at(file, text, "🎉"), "and this");
    insta::assert_snapshot!(terminal(&[d], &sources, &style(80, true, false)));
}

#[test]
fn a_label_at_the_end_of_the_file_is_shown() {
    let mut sources = SourceMap::default();
    let text = "plan p {\n  objective:";
    let file = sources.add("cut.bench".into(), None, text.into());
    let end = text.len() as u32;
    let d = Diagnostic::new(&L102, "a value is missing")
        .label(Span::new(file, end, end), "expected here");
    insta::assert_snapshot!(terminal(&[d], &sources, &style(80, true, false)));
}
