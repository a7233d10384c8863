//! Factorials: effects against the oracle, fractions, interactions in rules, and what components require.

use super::support::oracle::cases;
use super::support::pipeline;
use benchwright::analysis::{Analysis, analyse};
use benchwright::report::layout::Style;
use benchwright::report::{json, terminal};
use benchwright::result::{Factorial, RunResult, Truth};
use benchwright::stats::factorial::{contrast, effect};
use benchwright::text::MemoryWorld;
use std::collections::BTreeMap;
use std::path::Path;

/// Effects by least squares, from the cells' means alone.
#[test]
pub fn effects_are_those_of_least_squares() {
    for case in cases("ablation") {
        let names: Vec<String> = case.input["factors"]
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect();
        let y = case.numbers("y");
        let mut cells: BTreeMap<Vec<usize>, Vec<f64>> = BTreeMap::new();
        for (i, &y) in y.iter().enumerate() {
            let code = |n: &String| case.input["factors"][n][i].as_i64().unwrap();
            let cell = names.iter().map(|n| usize::from(code(n) == 1)).collect();
            cells.entry(cell).or_default().push(y);
        }
        let means: Vec<f64> = cells
            .values()
            .map(|v| v.iter().sum::<f64>() / v.len() as f64)
            .collect();
        let cells: Vec<Vec<usize>> = cells.into_keys().collect();
        let wanted = case.expect["effect"].as_object().unwrap();
        assert!(!wanted.is_empty());
        // Beside an offset of a million the oracle's own least squares has lost digits.
        let within = if case.name.contains("offset") {
            1e-8
        } else {
            1e-12
        };
        for (name, want) in wanted {
            let terms: Vec<(usize, usize)> = name
                .split(':')
                .map(|f| (names.iter().position(|n| n == f).unwrap(), 1))
                .collect();
            let got = effect(&contrast(&cells, &terms).unwrap(), &means);
            let want = want.as_f64().unwrap();
            assert!(
                (got - want).abs() <= within,
                "{} {name}: {got} {want}",
                case.name
            );
            case.note("effect", (got - want).abs() / within);
        }
    }
}

const ROWS: usize = 400;

/// A system of some components over 400 rows, of which `right` says for each cell how many it gets right.
fn world(
    components: &[(&str, &str)],
    claims: &str,
    right: impl Fn(&[usize]) -> usize,
) -> MemoryWorld {
    let declared: String = components
        .iter()
        .map(|(name, body)| format!("component {name} {{ {body} }}\n"))
        .collect();
    let names: Vec<&str> = components.iter().map(|c| c.0).collect();
    let holes: String = names.iter().map(|n| format!("{n}={{{n}}}+")).collect();
    let plan = format!(
        "use std.classification.accuracy\n\
         plan p {{ primary: accuracy }}\n\
         dataset d {{ source: \"d.csv\", version: \"1\", id: id, label: y in [a, b], split: column(part) }}\n\
         {declared}\
         baseline base {{ deterministic: yes, predictions: \"base.csv\" }}\n\
         candidate s {{ deterministic: yes, components: [{}], predictions: \"{holes}.csv\" }}\n\
         compare s with base {{ on: d.test, metrics: [accuracy], interval: bootstrap(2_000) }}\n\
         {claims}",
        names.join(", ")
    );
    let mut world = MemoryWorld::default()
        .with("plan.bench", &plan)
        .with("d.csv", format!("id,y,part\n{}", rows(|_| "a", true)))
        .with("base.csv", outputs(200));
    let levels: Vec<Vec<String>> = components.iter().map(|c| levels(c.1)).collect();
    let sizes: Vec<usize> = levels.iter().map(Vec::len).collect();
    for cell in benchwright::stats::factorial::full(&sizes, 1000).unwrap() {
        let name: String = cell
            .iter()
            .enumerate()
            .map(|(c, &l)| format!("{}={}+", names[c], levels[c][l]))
            .collect();
        world = world.with(format!("{name}.csv"), outputs(right(&cell)));
    }
    world
}

fn levels(body: &str) -> Vec<String> {
    match body.split_once('[') {
        Some((head, rest)) if head.contains("levels") => {
            let list = rest.split(']').next().unwrap();
            list.split(", ").map(str::to_string).collect()
        }
        _ => vec!["off".into(), "on".into()],
    }
}

fn outputs(right: usize) -> String {
    format!(
        "id,prediction\n{}",
        rows(|i| if i < right { "a" } else { "b" }, false)
    )
}

/// The rows of `test`, which are claimed on, and the same again as `val`, which choose.
fn rows(cell: impl Fn(usize) -> &'static str, part: bool) -> String {
    let row = |(of, prefix): (&str, &str), i: usize| {
        let part = if part {
            format!(",{of}")
        } else {
            String::new()
        };
        format!("{prefix}{i},{}{part}\n", cell(i))
    };
    let all = |of| (0..ROWS).map(move |i| (of, i));
    all(("test", ""))
        .chain(all(("val", "v")))
        .map(|(of, i)| row(of, i))
        .collect()
}

fn run(world: &MemoryWorld) -> RunResult {
    pipeline::run(world, "plan.bench").unwrap_or_else(|errors| panic!("{errors:#?}"))
}

fn estimates(f: &Factorial) -> BTreeMap<String, f64> {
    f.effects
        .iter()
        .map(|e| {
            let at = |i: usize| e.levels.get(i).map_or(String::new(), |l| format!(":{l}"));
            let parts = e.components.iter().enumerate();
            let name: Vec<String> = parts.map(|(i, c)| format!("{c}{}", at(i))).collect();
            (
                name.join("*"),
                (e.estimate.unwrap() * ROWS as f64 * 1e6).round() / 1e6,
            )
        })
        .collect()
}

fn text(result: &RunResult) -> String {
    let style = Style {
        width: 120,
        unicode: true,
        color: false,
    };
    terminal(result, &style)
}

const TWO: [(&str, &str); 2] = [("a", ""), ("b", "")];

#[test]
fn a_rule_reads_an_interaction() {
    let claims = "factorial of s { on: d.test, over: [a, b], interval: bootstrap(2_000) }\n\
                  decide for s against base {\n\
                    pair when interaction(a, b) > 5pp and point(interaction(b, a)) >= 9.99pp\n\
                    none when interaction(a, b) < 0pp\n\
                    drop otherwise\n\
                  }";
    let result = run(&world(&TWO, claims, |c| 200 + 20 * c[0] + 80 * c[0] * c[1]));
    let found = estimates(&result.factorials[0]);
    assert_eq!(found["a"], 60.0);
    assert_eq!(found["b"], 40.0);
    assert_eq!(found["a*b"], 40.0);
    let decision = &result.decisions[0];
    assert_eq!(decision.outcome.as_deref(), Some("pair"), "{decision:#?}");
    let atom = &decision.rules[1].atoms[0];
    assert_eq!(atom.truth, Truth::Refuted);
    assert!((atom.value.unwrap() - 0.1).abs() < 1e-12);
    let interval = result.factorials[0].effects[2].interval.as_ref().unwrap();
    assert_eq!(atom.low, Some(interval.low));
}

#[test]
fn a_fraction_names_what_it_cannot_tell_apart() {
    let four = [("a", ""), ("b", ""), ("c", ""), ("e", "")];
    let claims = "factorial of s {\n\
                    on: d.test, over: [a, b, c, e], fraction: 1/2, generators: [e: a * b * c]\n\
                    interactions: [a * b], interval: bootstrap(500)\n\
                  }";
    let right = |c: &[usize]| 100 + 40 * c[0] + 20 * c[3] + 10 * c[0] * c[1] + 30 * c[2] * c[3];
    let result = run(&world(&four, claims, right));
    let f = &result.factorials[0];
    assert_eq!((f.cells.len(), f.resolution), (8, Some(4)));
    assert_eq!(f.relation, ["a * b * c * e"]);
    let found = estimates(f);
    // Each interaction of two with the other two: 5 of a * b and 15 of c * e.
    assert_eq!(found["a*b"], 20.0);
    assert_eq!((found["a"], found["e"]), (45.0, 35.0));
    assert_eq!(found.len(), 4 + 3, "{found:?}");
    let pair = f
        .effects
        .iter()
        .find(|e| e.components == ["a", "b"])
        .unwrap();
    assert!(pair.claimed);
    assert_eq!(pair.aliases, ["c * e"]);
    insta::assert_snapshot!(text(&result));
}

#[test]
fn a_component_of_three_levels_has_two_effects() {
    let three = [
        (
            "a",
            "levels: [none, mild, strong], absent: none, default: strong",
        ),
        ("b", ""),
    ];
    let claims = "factorial of s { on: d.test, over: [a, b], interval: bootstrap(500) }";
    let right = |c: &[usize]| 100 + [0, 10, 50][c[0]] + 20 * c[1] + [0, 0, 40][c[0]] * c[1];
    let result = run(&world(&three, claims, right));
    let found = estimates(&result.factorials[0]);
    assert_eq!((found["a:mild"], found["a:strong"]), (10.0, 70.0));
    assert_eq!((found["a:mild*b:on"], found["a:strong*b:on"]), (0.0, 20.0));
    assert!((found["b"] - (20.0 + 40.0 / 3.0)).abs() < 1e-5);
    insta::assert_snapshot!(text(&result));
}

#[test]
fn json_has_cells_and_effects() {
    let claims = "factorial of s { on: d.test, over: [a, b], interval: none }";
    let result = run(&world(&TWO, claims, |c| 200 + 20 * c[0] + 80 * c[0] * c[1]));
    let all: serde_json::Value = serde_json::from_str(&json(&result)).unwrap();
    insta::assert_snapshot!(serde_json::to_string_pretty(&all["factorials"]).unwrap());
}

#[test]
fn single_losses_need_not_add_up() {
    let claims = "ablation of s { on: d.val, remove: [a, b], tolerance: 6pp, interval: bootstrap(2_000) }\n\
                  select both from [s, s - a - b] { on: d.val, maximize: accuracy }";
    // Either of the two does: nothing is lost until both are gone.
    let result = run(&world(&TWO, claims, |c| {
        200 + 100 * usize::from(c[0] + c[1] > 0)
    }));
    let table = &result.ablations[0];
    assert!((table.additivity_gap.unwrap() - -0.25).abs() < 1e-12);
    assert!(table.additivity_interval.as_ref().unwrap().high < 0.0);
    // The sum of the single losses would let both go; both gone was measured, and is too much.
    let minimal = table.minimal.as_ref().unwrap();
    assert_eq!(minimal.components_kept, ["b"]);
    assert!(!minimal.needs_confirmation);
    assert_eq!(minimal.confidence, Some(1.0));
}

#[test]
fn without_the_joint_run_the_smallest_is_a_prediction() {
    let claims =
        "ablation of s { on: d.val, remove: [a, b], tolerance: 6pp, interval: bootstrap(2_000) }";
    let result = run(&world(&TWO, claims, |c| 200 + 12 * c[0] + 8 * c[1]));
    let table = &result.ablations[0];
    assert_eq!(table.additivity_gap, None);
    let minimal = table.minimal.as_ref().unwrap();
    assert!(minimal.components_kept.is_empty() && minimal.needs_confirmation);
    assert!((minimal.predicted.unwrap() - 0.5).abs() < 1e-12);
    assert!(minimal.confidence.unwrap() > 0.6);
    let a = table.arms.iter().find(|a| a.component == "a").unwrap();
    assert_eq!(a.rank, 1);
    assert!(a.ranks.is_some());
}

#[test]
fn an_arm_has_outputs_of_its_own() {
    let claims = "ablation of s { on: d.test, remove: [a { predictions: \"mine.csv\" }, b], interval: bootstrap(500) }";
    let world = world(&TWO, claims, |_| 300).with("mine.csv", outputs(260));
    let result = run(&world);
    let arm = &result.ablations[0].arms[0];
    assert_eq!((arm.component.as_str(), arm.rank), ("a", 1));
    assert!((arm.delta.unwrap() - -0.1).abs() < 1e-12);
    let inputs: Vec<&str> = result
        .provenance
        .inputs
        .iter()
        .map(|i| i.path.as_str())
        .collect();
    assert!(
        inputs.contains(&"mine.csv") && !inputs.contains(&"a=off+b=on+.csv"),
        "{inputs:?}"
    );
    assert!(
        result
            .systems
            .iter()
            .any(|s| s.name == "s" && s.variant == "no-a")
    );
}

#[test]
fn what_requires_a_component_goes_with_it() {
    let two = [("a", ""), ("b", "requires: [a]")];
    let claims = "ablation of s { on: d.test, remove: [a, b], interval: bootstrap(500) }";
    let result = run(&world(&two, claims, |c| 200 + 40 * c[0] + 40 * c[1]));
    let arms = &result.ablations[0].arms;
    assert_eq!(
        (arms[0].component.as_str(), arms[0].with.as_slice()),
        ("a", &["b".to_string()][..])
    );
    assert!((arms[0].delta.unwrap() - -0.2).abs() < 1e-12);
    assert!((arms[1].delta.unwrap() - -0.1).abs() < 1e-12);
    assert!(text(&result).contains("− a, b"), "{}", text(&result));
}

fn analysed(world: &MemoryWorld) -> Analysis {
    analyse(world, Path::new("plan.bench")).unwrap()
}

/// What is said of claims over two toggles, a component of three levels, and one with rules.
fn said(claims: &str) -> String {
    let components = [
        ("a", ""),
        ("b", ""),
        ("three", "levels: [none, mild, strong], absent: none"),
        ("needs", "requires: [a]"),
    ];
    let a = analysed(&world(&components, claims, |_| 200));
    let mut said = format!("{claims}\n");
    let language = |c: &str| c.starts_with(['S', 'N', 'T', 'E']);
    for d in a.diagnostics.iter().filter(|d| language(d.code.code)) {
        said += &format!("  {} {}\n", d.code.code, d.message);
        said.extend(d.labels.iter().map(|l| format!("    at: {}\n", l.text)));
        said.extend(d.help.iter().map(|h| format!("    help: {h}\n")));
    }
    said
}

#[test]
fn slips_are_said_with_their_remedy() {
    let factorial = |body: &str| format!("factorial of s {{ on: d.test, {body} }}");
    let rule = |condition: &str| {
        format!("decide for s against base {{ ship when {condition}, drop otherwise }}")
    };
    let all = [
        factorial("over: [a]"),
        factorial("over: [a, a]"),
        factorial("over: [a, c]"),
        factorial(""),
        factorial("over: [a, b], interactions: [a]"),
        factorial("over: [a, b], interactions: [a * c]"),
        factorial("over: [a, b], interactions: [a * a]"),
        factorial("over: [a, b], fraction: 1/2"),
        factorial("over: [a, b], fraction: 1/3"),
        factorial("over: [a, b], fraction: 1/4, generators: [b: a]"),
        factorial("over: [a, three], fraction: 1/2, generators: [three: a]"),
        factorial("over: [a, b], generators: [b]"),
        factorial("over: [a, b], generators: { b: a * b }"),
        factorial("over: [a, needs]"),
        rule("interaction(a, b) > 0pp"),
        rule("interaction(a) > 0pp"),
        rule("interaction(a, c) > 0pp"),
        format!("{}\n{}", factorial("over: [a, b]"), rule("interaction(a, b) > 1%")),
        format!("{}\n{}", factorial("over: [a, three]"), rule("interaction(a, three) > 1pp")),
        "select best from [s, base] { on: d.test, require: interaction(a, b) > 0pp, maximize: accuracy }".into(),
        "compare s - a with base { on: d.test, metrics: [accuracy] }".into(),
    ];
    let text: Vec<String> = all.iter().map(|claims| said(claims)).collect();
    insta::assert_snapshot!(text.join("\n"));
}

#[test]
fn excluded_components_do_not_meet() {
    let two = [("a", ""), ("b", "excludes: [a], default: off")];
    let claims = "compare s with s[b: on] { on: d.test, metrics: [accuracy] }";
    let a = analysed(&world(&two, claims, |_| 200));
    let d = a
        .diagnostics
        .iter()
        .find(|d| d.code.code == "N108")
        .unwrap();
    assert_eq!(
        d.message,
        "`s[b: on]` has both `b` and `a`, which it excludes"
    );
    let sound = "compare s with s[b: on] - a { on: d.test, metrics: [accuracy] }";
    let a = analysed(&world(&two, sound, |_| 200));
    assert!(!a.diagnostics.iter().any(|d| d.code.code == "N108"));
}

#[test]
fn every_cell_is_in_the_graph_and_judged() {
    let claims = "factorial of s { on: d.test, over: [a, b] }\n\
                  decide for s against base { ship when interaction(a, b) > 0pp, drop otherwise }";
    let a = analysed(&world(&TWO, claims, |_| 200));
    let nodes: Vec<String> = a
        .dag()
        .nodes()
        .iter()
        .map(|n| benchwright::graph::show(&a.plan, n))
        .collect();
    assert!(nodes.contains(&"factorial of s".to_string()), "{nodes:?}");
    assert!(
        nodes.contains(&"outputs of s - a - b".to_string()),
        "{nodes:?}"
    );
}
