//! Formulas over any mapped role, from the files to the result; and what `check` says of those that don't fit.

use super::support::pipeline;
use benchwright::analysis::analyse;
use benchwright::text::MemoryWorld;
use std::path::Path;

const METRICS: &str = r#"
use std.fairness.accuracy_gap
use std.agreement.kappa
metric spent   { better: lower, unit: tokens, value: mean(tokens) }
metric own     { better: higher, value: mean(score[label]) }
metric auc     { better: higher, value: native.roc_auc(score["pos"], label == pos) }
metric elderly { better: higher, value: count("ward" == icu and prediction == label) / count("ward" == icu) }
metric older   { better: lower, value: mean("age") }
"#;

const DATA: &str = "id,y,ward,age\n1,neg,icu,80\n2,pos,icu,30\n3,pos,er,70\n4,neg,er,20\n";

const OUTPUTS: &str = "id,pred,n,p_neg,p_pos,judge,person\n\
    1,neg,10,0.9,0.1,a,a\n2,neg,20,0.6,0.4,b,a\n3,pos,30,0.2,0.8,b,b\n4,neg,40,0.7,0.3,a,a\n";

fn world(metrics: &str, asked: &str, map: &str) -> MemoryWorld {
    let plan = format!(
        "{metrics}\ndataset d {{ source: \"d.csv\", version: \"1\", id: id, label: y in [neg, pos], positive: pos, strata: [ward], split: all(test) }}\n\
         baseline a {{ predictions: \"a.csv\" {{ {map} }} }}\n\
         candidate b {{ predictions: \"b.csv\" {{ {map} }} }}\n\
         compare b with a {{ on: d.test, metrics: [{asked}], interval: none }}\n"
    );
    MemoryWorld::default()
        .with("plan.bench", plan)
        .with("d.csv", DATA)
        .with("a.csv", OUTPUTS)
        .with("b.csv", OUTPUTS)
}

fn found(metrics: &str, asked: &str, map: &str) -> Vec<String> {
    let analysis = analyse(&world(metrics, asked, map), Path::new("plan.bench")).unwrap();
    let errors = analysis.diagnostics.iter().filter(|d| d.is_error());
    errors
        .map(|d| format!("{} {}", d.code.code, d.message))
        .collect()
}

#[test]
fn any_mapped_role_is_read() {
    let asked = "spent, own, auc, elderly, older, accuracy_gap(ward), kappa(judged, human)";
    for score in ["[p_neg, p_pos]", "\"p_{class}\""] {
        let map = format!(
            "prediction: pred, tokens: n in tokens, score: {score}, judged: judge, human: person"
        );
        let metrics = METRICS.to_owned()
            + "metric held { better: higher, needs: [judged, human], value: native.cohen_kappa(judged, human) }\n";
        let world = world(&metrics, &(asked.to_owned() + ", held"), &map);
        let result = pipeline::run(&world, "plan.bench").unwrap_or_else(|e| panic!("{e:#?}"));
        let of = |metric: &str| {
            let mut all = result.metrics.iter();
            let found = all.find(|m| m.system == "b" && m.metric == metric);
            found.and_then(|m| m.estimate).unwrap_or(f64::NAN)
        };
        let close = |metric: &str, want: f64| {
            let got = of(metric);
            assert!((got - want).abs() < 1e-12, "{metric} is {got}, not {want}");
        };
        close("spent", 25.0);
        close("own", (0.9 + 0.4 + 0.8 + 0.7) / 4.0);
        close("auc", 1.0);
        close("elderly", 0.5);
        close("older", 50.0);
        close("accuracy_gap(ward)", 0.5);
        // Observed 3/4; by chance 1/2 · 3/4 + 1/2 · 1/4.
        close("held", 0.5);
        close("kappa(judged, human)", 0.5);
    }
}

#[test]
fn what_outputs_lack_is_said_before_they_are_read() {
    let lacks = found(METRICS, "own", "prediction: pred");
    assert_eq!(lacks.len(), 2, "{lacks:?}");
    assert!(lacks[0].starts_with("M106 "), "{lacks:?}");
    let one = found(METRICS, "own", "score: [p_neg]");
    assert!(one[0].contains("each of 2 classes"), "{one:?}");
    let class = "metric m { better: higher, value: count(prediction == posh) }";
    assert!(found(class, "m", "prediction: pred")[0].starts_with("E105 "));
    let figure = "metric m { better: lower, value: run.elapsed }";
    assert!(found(figure, "m", "prediction: pred")[0].starts_with("E107 "));
}

#[test]
fn illegal_formulas_are_errors() {
    let message = |value: &str| {
        let metric = format!("metric m {{ better: higher, value: {value} }}");
        let found = found(&metric, "m", "prediction: pred, score: p_pos");
        found.first().cloned().unwrap_or_default()
    };
    let held = [
        (
            "count(mean(score) > 0.5)",
            "an aggregate stands inside another",
        ),
        ("native.roc_au(score, label)", "there is no native `roc_au`"),
        ("native.roc_auc(score)", "does not take 1 argument(s)"),
        ("native.top_score(score)", "belongs to one row"),
        (
            "mean(native.roc_auc(score, label))",
            "an aggregate stands inside another",
        ),
        (
            "native.cohen_kappa(prediction, label, weights: cubic)",
            "`cubic`",
        ),
        ("mean(scroe)", "a row has no number `scroe`"),
        (
            "sum by bins(score, 1.5) of (count())",
            "a whole number of at least 1",
        ),
        (
            "mean over class pos of (count(prediction == pos))",
            "both a bound name and a class",
        ),
        ("run.elapsd", "a run has no figure `run.elapsd`"),
        ("run.elapsed + 5", "put"),
    ];
    for (value, said) in held {
        let found = message(value);
        assert!(found.contains(said), "{value}: {found}");
    }
}
