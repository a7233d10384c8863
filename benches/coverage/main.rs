//! The study of coverage: how often each interval method holds the true value, over sample sizes, prevalences, skews,
//! clusterings and runs. Writes `docs/coverage.svg` and `docs/coverage.md`; the same numbers on every machine.
//!
//! `cargo bench --bench coverage`

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

#[path = "../../tests/support/coverage.rs"]
mod coverage;
mod plot;

use coverage::{Row, Scale};
use std::fmt::Write;
use std::path::Path;

const SCALE: Scale = Scale {
    experiments: 1000,
    resamples: 1000,
};

fn main() {
    let rows = study(SCALE);
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    std::fs::write(docs.join("coverage.svg"), plot::svg(&rows)).unwrap();
    std::fs::write(docs.join("coverage.md"), page(&rows)).unwrap();
    println!(
        "{} settings and methods: docs/coverage.md, docs/coverage.svg",
        rows.len()
    );
}

/// The panels in order: what is estimated, of what law.
fn panels(rows: &[Row]) -> Vec<(&'static str, &str)> {
    let mut found: Vec<(&'static str, &str)> = Vec::new();
    for r in rows {
        if !found.contains(&(r.family, r.setting.as_str())) {
            found.push((r.family, &r.setting));
        }
    }
    found
}

/// One table for each panel: methods by sample sizes, in percent, with the mean width beside it.
fn page(rows: &[Row]) -> String {
    let mut text = format!(
        "# Coverage of interval methods\n\n\
         How often an interval at 95 % holds the true value, in percent, and in brackets its mean width. Made by\n\
         `cargo bench --bench coverage`: {} experiments a setting (of a share all outcomes are enumerated), {} resamples an\n\
         interval. The standard error of an entry is at most {:.1} points, at 95 % 0.7 points. What follows from it is in\n\
         [statistics.md](statistics.md).\n\n![coverage by method and sample size](coverage.svg)\n",
        SCALE.experiments,
        SCALE.resamples,
        100.0 * (0.25 / f64::from(SCALE.experiments)).sqrt()
    );
    for (family, setting) in panels(rows) {
        let own: Vec<&Row> = rows
            .iter()
            .filter(|r| r.family == family && r.setting == setting)
            .collect();
        let (mut sizes, mut methods): (Vec<usize>, Vec<&str>) = (Vec::new(), Vec::new());
        for r in &own {
            if !sizes.contains(&r.n) {
                sizes.push(r.n);
            }
            if !methods.contains(&r.method) {
                methods.push(r.method);
            }
        }
        let _ = write!(text, "\n## {family}: {setting}\n\n| n |");
        methods
            .iter()
            .for_each(|m| text.push_str(&format!(" {m} |")));
        text.push_str("\n| --- |");
        methods.iter().for_each(|_| text.push_str(" --- |"));
        for n in sizes {
            let _ = write!(text, "\n| {n} |");
            for method in &methods {
                let r = own.iter().find(|r| r.n == n && r.method == *method);
                let cell = r.map_or(String::new(), |r| {
                    let width = if r.width.is_finite() {
                        format!("({})", digits(r.width))
                    } else {
                        "(none)".to_owned()
                    };
                    format!("{:.1} {width}", 100.0 * r.coverage)
                });
                let _ = write!(text, " {cell} |");
            }
        }
        text.push('\n');
    }
    text
}

/// Three digits.
fn digits(x: f64) -> String {
    let places = (2.0 - x.abs().max(1e-9).log10().floor()).clamp(0.0, 6.0);
    format!("{x:.0$}", places as usize)
}

/// The whole study.
fn study(scale: Scale) -> Vec<Row> {
    let mut all = Vec::new();
    for p in [0.5, 0.8, 0.95, 0.99] {
        for n in [10, 20, 50, 100, 200, 500, 1000] {
            all.extend(coverage::share(p, n, scale));
        }
    }
    for only in [(0.08, 0.04), (0.02, 0.02)] {
        for n in [50, 100, 200, 500, 1000] {
            all.extend(coverage::paired_shares(only, n, scale));
        }
    }
    for n in [5, 10, 20, 50, 100, 300] {
        all.extend(coverage::normal_mean(n, scale));
        all.extend(coverage::skewed_mean(n, scale));
    }
    for q in [0.5, 0.95] {
        for n in [20, 50, 100, 200, 500] {
            all.extend(coverage::quantile(q, n, scale));
        }
    }
    for rare in [0.05, 0.3] {
        for n in [50, 100, 200, 500, 1000] {
            all.extend(coverage::macro_f1_gain(rare, n, scale));
        }
    }
    for prevalence in [0.5, 0.1] {
        for n in [50, 100, 200, 400] {
            all.extend(coverage::roc_auc(prevalence, n, scale));
        }
    }
    for n in [5, 10, 20, 40, 80] {
        all.extend(coverage::clusters(0.3, n, scale));
    }
    for n in [3, 5, 10, 20] {
        all.extend(coverage::runs(n, scale));
    }
    all
}
