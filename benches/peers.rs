//! This crate's side of `benches/peers/run`: one piece of work on the files of a folder, timed, as a line of JSON.
//!
//! `cargo bench --bench peers -- CASE FOLDER` prints seconds of processor time (of all threads) and of the clock,
//! and what came out, which the runner holds against the peer's.

use benchwright::analysis::analyse;
use benchwright::hir::BootstrapMethod;
use benchwright::infer::{Member, Panel, estimate, replicates, resample};
use benchwright::metrics::{Classes, Kernel, Program, RunColumns, Texts, compile};
use benchwright::stats::random::{Purpose, stream};
use benchwright::stats::resample::Units;
use benchwright::text::MemoryWorld;
use rand::Rng;
use rayon::prelude::*;
use std::path::Path;
use std::time::Instant;

const PLAN: &str = r#"
use std.classification.{f1_macro, roc_auc}
use std.serving.{latency_mean, latency_p95}
use std.generation.{bleu, chrf}
dataset d { source: "d.csv", version: "1", id: id, label: y in [a, b, c], split: all(test) }
candidate one { predictions: "one.csv" }
baseline two { predictions: "two.csv" }
compare one with two {
  on: d.test
  metrics: [f1_macro, roc_auc, latency_mean, latency_p95, bleu, chrf]
}
"#;

fn main() {
    let args: Vec<String> = std::env::args()
        .skip(1)
        .filter(|a| !a.starts_with("--"))
        .collect();
    let [case, folder] = args.as_slice() else {
        say("give a case and the folder of its files, as `benches/peers/run` does");
        return;
    };
    let folder = Path::new(folder);
    let text = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap_or_default();
    let done = match case.as_str() {
        "f1_macro" => f1_macro(&text("f1_macro.csv")),
        "roc_auc" => roc_auc(&text("roc_auc.csv")),
        "mean" => latency(&text("latency.csv"), "latency_mean"),
        "p95" => latency(&text("latency.csv"), "latency_p95"),
        "bleu" | "chrf" => corpus(
            case,
            &["reference", "one", "two"].map(|n| text(&format!("{n}.txt"))),
        ),
        "threads" => threads(
            &text("f1_macro.csv"),
            &text("roc_auc.csv"),
            &text("latency.csv"),
        ),
        _ => "{}".into(),
    };
    say(&done);
}

#[expect(clippy::print_stdout, reason = "this is what the program is for")]
fn say(text: &str) {
    println!("{text}");
}

/// Nanoseconds of processor time of all threads, and of the clock, since the first number was taken.
struct Clock(f64, Instant);

impl Clock {
    fn start() -> Self {
        Clock(processor(), Instant::now())
    }

    fn json(&self, values: &[f64]) -> String {
        let (processor, wall) = (processor() - self.0, self.1.elapsed().as_secs_f64());
        let processor = if processor > 0.0 { processor } else { wall };
        format!("{{\"cpu\": {processor}, \"wall\": {wall}, \"values\": {values:?}}}")
    }
}

/// Seconds on a processor so far, of all threads that are alive; 0 where the system doesn't say.
fn processor() -> f64 {
    let Ok(tasks) = std::fs::read_dir("/proc/self/task") else {
        return 0.0;
    };
    let of = |task: std::fs::DirEntry| {
        let text = std::fs::read_to_string(task.path().join("schedstat")).ok()?;
        text.split_whitespace().next()?.parse::<f64>().ok()
    };
    tasks.flatten().filter_map(of).sum::<f64>() / 1e9
}

fn program(metric: &str, classes: &Classes) -> Option<Program> {
    let world = MemoryWorld::default().with("p.bench", PLAN);
    let plan = analyse(&world, Path::new("p.bench")).ok()?.plan;
    let mut asked = plan.compares.iter().flat_map(|(_, c)| &c.metrics);
    let metric = asked.find(|m| m.text == metric)?;
    compile(&plan, metric, classes, None, false).ok()
}

fn classes(names: &[&str]) -> Classes {
    Classes {
        names: names.iter().map(|n| (*n).to_owned()).collect(),
        positive: Some(1),
    }
}

fn numbers(csv: &str, column: usize) -> Vec<f64> {
    let of = |line: &str| line.split(',').nth(column)?.parse().ok();
    csv.lines().skip(1).filter_map(of).collect()
}

fn codes(csv: &str, column: usize) -> Vec<u32> {
    numbers(csv, column).iter().map(|&x| x as u32).collect()
}

fn panel(units: Units, kernels: Vec<Kernel>) -> Panel {
    let member = |kernel| Member {
        seeds: 0,
        kernels: vec![vec![kernel]],
    };
    Panel::new(units, 7, 1, kernels.into_iter().map(member).collect(), None)
}

/// From codes of classes to the BCa interval of the difference; then from counted cells, at four sizes.
fn f1_macro(csv: &str) -> String {
    let classes = classes(&["a", "b", "c"]);
    let Some(program) = program("f1_macro", &classes) else {
        return "{}".into();
    };
    let (label, one, two) = (codes(csv, 0), codes(csv, 1), codes(csv, 2));
    let kernel = |label: &[u32], prediction: &[u32]| {
        let rows: Vec<u32> = (0u32..).take(label.len()).collect();
        let mut columns = RunColumns::default()
            .class("label", label)
            .class("prediction", prediction);
        columns.names = &classes.names;
        Kernel::new(&[&program], columns, 3, &rows)
    };
    let interval = |panel: &Panel| {
        let samples = resample(panel, 10_000, 1, &|_| {});
        let sides = (samples.get(0, 0, 0), samples.get(1, 0, 0));
        let (Some(a), Some(b)) = sides else {
            return vec![];
        };
        let found = estimate(&a.with(b, |a, b| a - b), 10_000, 0.95, BootstrapMethod::Bca);
        let ends = found.interval.and_then(Result::ok);
        let ends = ends.map(|i| [i.low, i.high]).into_iter().flatten();
        found.estimate.into_iter().chain(ends).collect::<Vec<f64>>()
    };
    let units = Units::rows(label.len() as u32);
    let clock = Clock::start();
    let found = interval(&panel(
        units,
        vec![kernel(&label, &one), kernel(&label, &two)],
    ));
    let whole = clock.json(&found);
    // Each kind of row once, with its count.
    let mut cells = std::collections::BTreeMap::new();
    for ((l, a), b) in label.iter().zip(&one).zip(&two) {
        *cells.entry((*l, *a, *b)).or_insert(0u64) += 1;
    }
    let column = |f: fn(&(u32, u32, u32)) -> u32| cells.keys().map(f).collect::<Vec<u32>>();
    let (label, one, two) = (column(|c| c.0), column(|c| c.1), column(|c| c.2));
    let mut counted = Vec::new();
    for factor in [0.5, 50.0, 500.0, 5_000.0] {
        let copies = cells
            .values()
            .map(|&c| (c as f64 * factor).ceil() as u64)
            .collect();
        let Ok(units) = Units::kinds(copies, None) else {
            continue;
        };
        let clock = Clock::start();
        let found = interval(&panel(
            units,
            vec![kernel(&label, &one), kernel(&label, &two)],
        ));
        counted.push(clock.json(&found));
    }
    format!(
        "{{\"whole\": {whole}, \"counted\": [{}]}}",
        counted.join(", ")
    )
}

/// The area of one system on 1,000 resamples, from scores and labels.
fn roc_auc(csv: &str) -> String {
    let Some(program) = program("roc_auc", &classes(&["no", "yes"])) else {
        return "{}".into();
    };
    let (label, score) = (codes(csv, 0), numbers(csv, 1));
    let rows: Vec<u32> = (0u32..).take(label.len()).collect();
    let clock = Clock::start();
    let columns = RunColumns::default().class("label", &label).score(&score);
    let kernel = Kernel::new(&[&program], columns, 2, &rows);
    let panel = panel(Units::rows(label.len() as u32), vec![kernel]);
    let found = replicates(&panel, 1_000, 1, &|_| {});
    clock.json(&summary(&found))
}

fn latency(csv: &str, metric: &str) -> String {
    let Some(program) = program(metric, &classes(&[])) else {
        return "{}".into();
    };
    let latency = numbers(csv, 0);
    let rows: Vec<u32> = (0u32..).take(latency.len()).collect();
    let clock = Clock::start();
    let columns = RunColumns::default().number("latency", &latency);
    let panel = panel(
        Units::rows(latency.len() as u32),
        vec![Kernel::new(&[&program], columns, 0, &rows)],
    );
    let ready = clock.1.elapsed().as_secs_f64();
    let found = replicates(&panel, 10_000, 1, &|_| {});
    let all = clock.json(&summary(&found));
    let alone = Clock::start();
    let again = replicates(&panel, 10_000, 1, &|_| {});
    let resampling = alone.json(&summary(&again));
    let floor = match metric {
        "latency_mean" => floor(&latency),
        _ => "null".into(),
    };
    format!(
        "{{\"prepared\": {ready}, \"resampling\": {resampling}, \"floor\": {floor}, \"whole\": {all}}}"
    )
}

/// What no way of drawing rows one by one gets under: as many resamples of nothing but a uniform index from the same
/// generator, the value there, and a sum.
fn floor(values: &[f64]) -> String {
    let n = values.len() as u64;
    let clock = Clock::start();
    let one = |index: u64| {
        let mut rng = stream(1, Purpose::Units, 7, index);
        let (mut words, mut sum, mut left) = ([0u8; 4096], 0.0, values.len());
        while left > 0 {
            rng.fill_bytes(&mut words);
            for word in words.as_chunks::<4>().0.iter().take(left) {
                let place = (u64::from(u32::from_le_bytes(*word)) * n) >> 32;
                sum += values.get(place as usize).copied().unwrap_or(0.0);
            }
            left = left.saturating_sub(words.len() / 4);
        }
        sum / n as f64
    };
    let found: Vec<f64> = (0..10_000u64).into_par_iter().map(one).collect();
    clock.json(&summary(&[found]))
}

/// Mean and standard deviation of the replicates of the first metric.
fn summary(found: &[Vec<f64>]) -> Vec<f64> {
    let Some(values) = found.first() else {
        return Vec::new();
    };
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let square: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
    vec![mean, (square / (n - 1.0)).sqrt()]
}

/// Both systems' scores and the resamples of their difference, from raw text.
fn corpus(metric: &str, [reference, one, two]: &[String; 3]) -> String {
    let Some(program) = program(metric, &classes(&[])) else {
        return "{}".into();
    };
    let lines = |text: &String| text.lines().map(str::to_owned).collect::<Vec<String>>();
    let (reference, one, two) = (lines(reference), lines(one), lines(two));
    let rows: Vec<u32> = (0u32..).take(reference.len()).collect();
    let clock = Clock::start();
    let kernel = |system: &[String]| {
        let texts = |words| Texts {
            codes: &rows,
            words,
        };
        let columns = RunColumns::default()
            .text("prediction", texts(system))
            .text("label", texts(&reference));
        Kernel::new(&[&program], columns, 0, &rows)
    };
    let panel = panel(
        Units::rows(reference.len() as u32),
        vec![kernel(&one), kernel(&two)],
    );
    let samples = resample(&panel, 1_000, 1, &|_| {});
    let score = |member| {
        samples
            .get(member, 0, 0)
            .map_or(f64::NAN, |s| 100.0 * s.estimate)
    };
    clock.json(&[score(0), score(1)])
}

/// The resampling stage on one thread and on two, and whether the bytes are the same.
fn threads(f1: &str, auc: &str, latency: &str) -> String {
    let three = classes(&["a", "b", "c"]);
    let pool = |threads: usize| rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let mut panels = Vec::new();
    if let Some(program) = program("f1_macro", &three) {
        let (label, one) = (codes(f1, 0), codes(f1, 1));
        let rows: Vec<u32> = (0u32..).take(label.len()).collect();
        let columns = RunColumns::default()
            .class("label", &label)
            .class("prediction", &one);
        let kernel = Kernel::new(&[&program], columns, 3, &rows);
        panels.push((
            "f1_macro",
            panel(Units::rows(label.len() as u32), vec![kernel]),
            100_000,
        ));
    }
    if let Some(program) = program("roc_auc", &classes(&["no", "yes"])) {
        let (label, score) = (codes(auc, 0), numbers(auc, 1));
        let rows: Vec<u32> = (0u32..).take(label.len()).collect();
        let columns = RunColumns::default().class("label", &label).score(&score);
        let kernel = Kernel::new(&[&program], columns, 2, &rows);
        panels.push((
            "roc_auc",
            panel(Units::rows(label.len() as u32), vec![kernel]),
            4_000,
        ));
    }
    if let Some(program) = program("latency_mean", &classes(&[])) {
        let latency = numbers(latency, 0);
        let rows: Vec<u32> = (0u32..).take(latency.len()).collect();
        let columns = RunColumns::default().number("latency", &latency);
        let kernel = Kernel::new(&[&program], columns, 0, &rows);
        panels.push((
            "mean",
            panel(Units::rows(latency.len() as u32), vec![kernel]),
            2_000,
        ));
    }
    let mut lines = Vec::new();
    for (name, panel, resamples) in &panels {
        let timed = |threads: usize| {
            let pool = pool(threads).ok()?;
            let start = Instant::now();
            let found = pool.install(|| replicates(panel, *resamples, 1, &|_| {}));
            Some((start.elapsed().as_secs_f64(), found))
        };
        let (mut ratios, mut same) = (Vec::new(), true);
        for _ in 0..5 {
            let (Some((one, a)), Some((two, b))) = (timed(1), timed(2)) else {
                continue;
            };
            ratios.push(one / two);
            let bits = |x: &[Vec<f64>]| x.iter().flatten().map(|v| v.to_bits()).collect::<Vec<_>>();
            same &= bits(&a) == bits(&b);
        }
        ratios.sort_unstable_by(f64::total_cmp);
        lines.push(format!(
            "\"{name}\": {{\"ratios\": {ratios:?}, \"same\": {same}}}"
        ));
    }
    format!("{{{}}}", lines.join(", "))
}
