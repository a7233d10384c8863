//! A corner of the study of coverage (`benches/coverage`): few settings, bands that binomial error allows.

use crate::support::coverage::{self, Row, Scale};

const SCALE: Scale = Scale {
    experiments: 400,
    resamples: 400,
};

fn of(rows: &[Row], method: &str) -> f64 {
    rows.iter().find(|r| r.method == method).unwrap().coverage
}

/// Four standard deviations of 400 experiments below 95 %.
const LOW: f64 = 0.95 - 4.0 * 0.0109;

#[test]
fn a_share_near_one() {
    let rows = coverage::share(0.95, 50, SCALE);
    // Enumerated: the textbook interval and the bootstrap claim too much, the score interval does not.
    assert!(
        of(&rows, "wald") < 0.93 && of(&rows, "percentile") < 0.93,
        "{rows:?}"
    );
    assert!(of(&rows, "exact") >= 0.95, "{rows:?}");
    assert!(
        of(&rows, "auto") > 0.94 && of(&rows, "auto") == of(&rows, "wilson"),
        "{rows:?}"
    );
}

#[test]
fn a_gain_in_a_share() {
    let rows = coverage::paired_shares((0.08, 0.04), 100, SCALE);
    for method in ["newcombe", "auto"] {
        assert!(of(&rows, method) > LOW, "{rows:?}");
    }
}

#[test]
fn a_skewed_mean_of_few() {
    let rows = coverage::skewed_mean(10, SCALE);
    // Known to be hard: no method holds its level, t less badly than the percentile bootstrap.
    assert!(of(&rows, "percentile") < 0.88, "{rows:?}");
    assert!(of(&rows, "auto") >= of(&rows, "percentile"), "{rows:?}");
    let rows = coverage::normal_mean(10, SCALE);
    assert!(of(&rows, "t") > LOW && of(&rows, "auto") > LOW, "{rows:?}");
    assert!(of(&rows, "percentile") < of(&rows, "t"), "{rows:?}");
}

#[test]
fn a_quantile_in_the_tail() {
    let rows = coverage::quantile(0.95, 100, SCALE);
    assert!(of(&rows, "order statistics") > LOW, "{rows:?}");
    assert!(of(&rows, "auto") > LOW, "{rows:?}");
}

#[test]
fn clusters_and_runs_are_not_rows() {
    let rows = coverage::clusters(0.3, 20, SCALE);
    assert!(of(&rows, "rows as units") < 0.8, "{rows:?}");
    assert!(of(&rows, "bca") > 0.88, "{rows:?}");
    let rows = coverage::runs(5, SCALE);
    assert!(of(&rows, "runs alone, t") < 0.9, "{rows:?}");
    assert!(
        of(&rows, "percentile") > of(&rows, "rows alone") - 0.01,
        "{rows:?}"
    );
}

#[test]
fn a_gain_in_macro_f1() {
    let rows = coverage::macro_f1_gain(0.05, 500, SCALE);
    assert!(of(&rows, "bca") > LOW, "{rows:?}");
}

#[test]
fn an_area() {
    let rows = coverage::roc_auc(0.5, 100, SCALE);
    for method in ["delong", "bca"] {
        assert!(of(&rows, method) > LOW, "{rows:?}");
    }
}
