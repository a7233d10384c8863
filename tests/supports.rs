//! `check --supports`: what the runs of a plan can tell, from the matrix of its arms.

use benchwright::analysis::analyse;
use benchwright::checks::supports::{Answer, Pairing, Supports, supports};
use benchwright::render;
use benchwright::report::layout::Style;
use benchwright::text::{DiskWorld, MemoryWorld};
use std::path::Path;
use std::process::Command;

/// A system of four components, and claims about it.
fn plan(claims: &str) -> Supports {
    let text = format!(
        "use std.classification.accuracy\n\
         plan p {{ primary: accuracy }}\n\
         dataset d {{ source: \"d.csv\", version: \"1\", id: id, label: y in [a, b], split: column(s) }}\n\
         component a {{ }}\n\
         component b {{ }}\n\
         component c {{ requires: [b] }}\n\
         component l {{ levels: [none, mild, strong], absent: none, default: mild }}\n\
         baseline base {{ train: d.train, seeds: 5, predictions: \"base-{{seed}}.csv\" }}\n\
         candidate s {{ train: d.train, seeds: 5, components: [a, b, c, l], predictions: \"{{variant}}-{{seed}}.csv\" }}\n\
         {claims}\n"
    );
    let world = MemoryWorld::default().with("plan.bench", &text);
    supports(&analyse(&world, Path::new("plan.bench")).unwrap().plan)
}

/// Effects with what is said of them, of the first design.
fn effects(found: &Supports) -> Vec<(String, Answer, Vec<String>)> {
    let effects = found.designs[0].effects.iter();
    effects
        .map(|e| (e.of.join(" * "), e.answer, e.with.clone()))
        .collect()
}

fn of<'a>(
    all: &'a [(String, Answer, Vec<String>)],
    name: &str,
) -> &'a (String, Answer, Vec<String>) {
    all.iter().find(|e| e.0 == name).unwrap()
}

#[test]
fn one_at_a_time_tells_components_and_no_interaction() {
    let found = plan("ablation of s { on: d.test, remove: [a, l], set: [l: strong] }");
    let design = &found.designs[0];
    assert_eq!((design.runs, design.rank), (4, 4));
    let all = effects(&found);
    let names: Vec<&str> = all.iter().map(|e| e.0.as_str()).collect();
    // Two levels of one component have no interaction.
    assert_eq!(names, ["a", "l", "l: strong", "a * l", "a * l: strong"]);
    let answers: Vec<Answer> = all.iter().map(|e| e.1).collect();
    use Answer::{Told, Unseen};
    assert_eq!(answers, [Told, Told, Told, Unseen, Unseen]);
}

#[test]
fn what_goes_along_is_told_together() {
    // Without `b` there is no `c`.
    let alone = effects(&plan("ablation of s { on: d.test, remove: [a, b] }"));
    assert_eq!(of(&alone, "a").1, Answer::Told);
    assert_eq!(of(&alone, "b").1, Answer::Together);
    assert_eq!(of(&alone, "b").2, ["c", "b * c"]);
    // With an arm of its own `c` is told, and `b` where there is no `c`.
    let both = effects(&plan("ablation of s { on: d.test, remove: [a, b, c] }"));
    assert_eq!(of(&both, "c").1, Answer::Told);
    assert_eq!(of(&both, "b").2, ["b * c"]);
}

#[test]
fn what_else_an_arm_changes_is_told_with_its_component() {
    let found = plan("ablation of s { on: d.test, remove: [a { budget: { epochs: 9 } }, l] }");
    let all = effects(&found);
    assert_eq!(of(&all, "a").1, Answer::Together);
    assert!(of(&all, "a").2.contains(&"budget.epochs".to_string()));
    assert_eq!(of(&all, "l").1, Answer::Told);
}

#[test]
fn a_full_factorial_tells_all_and_a_fraction_its_chains() {
    let full = plan("factorial of s { on: d.test, over: [a, l] }");
    let all = effects(&full);
    assert!(all.iter().all(|e| e.1 == Answer::Told), "{all:?}");
    assert_eq!(all.len(), 1 + 2 + 2);
    let world = DiskWorld;
    let path = Path::new("examples/faulty/A105-not-estimable.bench");
    let half = supports(&analyse(&world, path).unwrap().plan);
    assert_eq!(half.designs[0].resolution, Some(4));
    let all = effects(&half);
    assert_eq!(of(&all, "augment").1, Answer::ToldButForHigher);
    assert_eq!(of(&all, "augment").2, ["pca * ensemble * dropout"]);
    assert_eq!(of(&all, "augment * pca").1, Answer::Together);
    assert_eq!(of(&all, "augment * pca").2, ["ensemble * dropout"]);
}

#[test]
fn comparisons_say_what_differs_and_how_they_pair() {
    let found = plan(
        "baseline floor { predict: majority(d.train) }\n\
         baseline paper { reported: { accuracy: 80% } }\n\
         compare s with [base, floor, paper, s - a, s[l: strong] - a] { on: d.test, metrics: [accuracy] }",
    );
    let said: Vec<(&str, bool, Pairing, Vec<&str>)> = found
        .comparisons
        .iter()
        .map(|c| {
            let differ = c.differ_in.iter().map(String::as_str).collect();
            (c.baseline.as_str(), c.estimable, c.pairing, differ)
        })
        .collect();
    assert_eq!(
        said,
        [
            ("base", true, Pairing::RowsAndSeeds, vec![]),
            ("floor", true, Pairing::Rows, vec![]),
            ("paper", false, Pairing::Published, vec![]),
            ("s - a", true, Pairing::RowsAndSeeds, vec!["a"]),
            (
                "s[l: strong] - a",
                true,
                Pairing::RowsAndSeeds,
                vec!["a", "l"]
            ),
        ]
    );
}

#[test]
fn what_could_not_be_read_is_left_out() {
    let found = plan(
        "ablation of s { on: d.test, remove: [nothing] }\ncompare s with nothing { on: d.test }",
    );
    assert!(found.comparisons.is_empty());
    let shown = render::supports(&plan(""), &Style::default());
    assert!(shown.contains("nothing"), "{shown}");
    assert!(found.designs.iter().all(|d| d.runs <= 1));
}

#[test]
fn the_terminal_shows_it_below_the_diagnostics() {
    let mut shown = String::new();
    for example in [
        "examples/digits/factorial.bench",
        "examples/faulty/A105-not-estimable.bench",
        "examples/faulty/A104-forced-coupling.bench",
    ] {
        let found = supports(&analyse(&DiskWorld, Path::new(example)).unwrap().plan);
        shown += &format!(
            "{example}\n{}\n",
            render::supports(&found, &Style::default())
        );
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn json_has_it_beside_the_diagnostics() {
    let run = |more: &[&str]| {
        let mut args = vec![
            "check",
            "--format",
            "json",
            "examples/digits/factorial.bench",
        ];
        args.extend(more);
        let out = Command::new(env!("CARGO_BIN_EXE_benchwright"))
            .args(args)
            .output()
            .unwrap();
        serde_json::from_slice::<serde_json::Value>(&out.stdout).unwrap()
    };
    assert!(run(&[]).get("supports").is_none());
    let found = &run(&["--supports"])["supports"];
    assert_eq!(found["comparisons"][0]["pairing"], "rows_and_seeds");
    assert_eq!(found["designs"][0]["kind"], "ablation");
    assert_eq!(found["designs"][0]["effects"][3]["answer"], "unseen");
    assert_eq!(found["designs"][1]["effects"][3]["answer"], "told");
}
