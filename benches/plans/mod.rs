//! Long plans without an error in them.

/// A study of 42 lines: data, a step, components, a baseline, a candidate, claims and rules.
const STUDY: &str = r#"
## Does the character model of study N beat the tuned word model by enough to ship?
dataset reviewsN {
  source:  "data/reviewsN.csv"
  version: "2024-06-01"
  id:      review_id
  label:   sentiment in [neg, neu, pos]
  group:   author
  time:    written_at
  strata:  [language]
  split:   column(split) { train: "train", val: "dev", test: "test" }
}

step tfidfN { kind: vectorizer, fit: reviewsN.train }

component bigramsN { off: "--no-bigrams" }     # a toggle, on unless said
component augmentN { levels: [none, mild, strong], absent: none, default: mild, flag: "--augment {level}" }

metric errorsN { better: lower, value: count(prediction != label and label == pos) / count(label == pos) }

baseline wordsN {
  steps:       [tfidfN]
  train:       reviewsN.train
  tune:        reviewsN.val { by: f1_macro, trials: 20 }
  hardware:    cpu1
  seeds:       5
  predictions: "runs/wordsN-{seed}.csv" { prediction: pred, latency: latency_ms in ms }
}

candidate charsN from wordsN {
  components:  [bigramsN, augmentN]
  predictions: "runs/charsN-{variant}-{seed}.csv" { prediction: pred, latency: latency_ms in ms }
}

compare charsN with wordsN { on: reviewsN.test, metrics: [f1_macro, errorsN, latency_p95], slices: [language], correct: holm }
ablation of charsN { on: reviewsN.val, remove: [bigramsN, augmentN], metric: f1_macro, tolerance: 0.5pp }

decide studyN for charsN against wordsN {
  ship    when gain(f1_macro) > 0pp and point(gain(f1_macro)) >= 1pp
           and latency_p95 <= 100ms and every language (gain(f1_macro) > -1pp)
  iterate when point(gain(f1_macro)) > 0pp
  reject  otherwise
}
"#;

/// A plan of at least `lines` lines, without an error in it.
pub fn plan(lines: usize) -> String {
    let mut text = "use std.classification.f1_macro\nuse std.serving.latency_p95\n\n\
        plan studies { objective: \"many\", primary: f1_macro, guardrails: [latency_p95] }\n\
        hardware cpu1 { cores: 1, price: 0.04USD/h }\n"
        .to_string();
    let mut study = 0;
    while text.lines().count() < lines {
        study += 1;
        let number = study.to_string();
        // Every capital N of the study is its number.
        text.push_str(&STUDY.replace('N', &number));
    }
    text
}
