//! Analytic intervals, tests, power and effect sizes against values of trusted Python libraries.

use crate::support::oracle::{Case, cases};
use benchwright::stats::analytic::{self, Ends, Pairs};
use benchwright::stats::delong::Area;
use benchwright::stats::{effects, power, significance, summary, two_samples};

const NAN: f64 = f64::NAN;

fn ends(case: &Case, key: &str, got: Option<Ends>) {
    if case.expects(key) {
        let (low, high) = got.unwrap_or((NAN, NAN));
        case.check_all(key, &[low, high]);
    }
}

fn number(case: &Case, key: &str, got: Option<f64>) {
    if case.expects(key) {
        case.check(key, got.unwrap_or(NAN));
    }
}

fn whole(case: &Case, key: &str) -> u64 {
    case.input[key].as_u64().unwrap()
}

fn differences(case: &Case) -> Vec<f64> {
    let (a, b) = (case.numbers("a"), case.numbers("b"));
    a.iter().zip(&b).map(|(a, b)| a - b).collect()
}

#[test]
pub fn intervals_of_means_and_proportions() {
    for case in cases("intervals") {
        for (level, name) in [(0.9, "0.9"), (0.95, "0.95"), (0.99, "0.99")] {
            if case.has("x") {
                let x = case.numbers("x");
                ends(&case, &format!("t_ci_{name}"), analytic::mean_t(&x, level));
                ends(&case, &format!("z_ci_{name}"), analytic::mean_z(&x, level));
                number(&case, "mean", summary::mean(&x));
            } else if case.has("successes") {
                let (k, n) = (whole(&case, "successes"), whole(&case, "n"));
                ends(
                    &case,
                    &format!("wilson_{name}"),
                    analytic::wilson(k, n, level),
                );
                let exact = analytic::clopper_pearson(k, n, level);
                ends(&case, &format!("clopper_pearson_{name}"), exact);
            } else {
                let of = |k: &str, n: &str| (whole(&case, k), whole(&case, n));
                let got = analytic::newcombe(of("k1", "n1"), of("k2", "n2"), level);
                ends(&case, &format!("newcombe_{name}"), got);
            }
        }
    }
}

#[test]
pub fn paired_tests() {
    for case in cases("tests")
        .iter()
        .filter(|c| c.name.starts_with("paired_"))
    {
        let d = differences(case);
        let t = significance::t_statistic(&d, 0.0);
        number(case, "t", t.map(|t| t.0));
        number(case, "t_p", significance::paired_t(&d).map(|p| p.value));
        let greater = significance::two_one_sided(&d, 0.0, None).map(|p| p.0);
        number(case, "t_p_greater", greater);
        ends(case, "t_ci95", analytic::mean_t(&d, 0.95));
        number(case, "sign_test_p", significance::sign(&d).map(|p| p.value));
        let wilcoxon = significance::wilcoxon(&d);
        number(case, "wilcoxon_W", wilcoxon.map(|w| w.0));
        let (exact, normal) = ("wilcoxon_exact_p", "wilcoxon_normal_p");
        let key = if case.expects(exact) { exact } else { normal };
        number(case, key, wilcoxon.map(|w| w.1.value));
        if case.expects(exact) {
            assert!(wilcoxon.unwrap().1.exact, "{}", case.name);
        }
        let flips = significance::sign_flips(&d, 0, 0, 0);
        number(case, "signflip_p_two_sided", flips.map(|p| p.value));
    }
}

#[test]
pub fn mcnemar() {
    for case in cases("tests")
        .iter()
        .filter(|c| c.name.starts_with("mcnemar"))
    {
        let pairs = Pairs {
            both: 100,
            first: whole(case, "b_only_first"),
            second: whole(case, "c_only_second"),
            neither: 50,
        };
        number(case, "exact_p", Some(significance::mcnemar(pairs).value));
        number(case, "mid_p", Some(significance::mcnemar_mid(pairs).value));
        let chi2 = significance::mcnemar_chi2(pairs);
        number(case, "chi2", chi2.map(|c| c.0));
        number(case, "chi2_p", chi2.map(|c| c.1.value));
    }
}

#[test]
pub fn delong() {
    for case in cases("tests")
        .iter()
        .filter(|c| c.name.starts_with("delong"))
    {
        let positive: Vec<bool> = case.numbers("y_true").iter().map(|y| *y == 1.0).collect();
        let area = |column| Area::new(&positive, &case.numbers(column)).unwrap();
        let (a, b) = (area("score_a"), area("score_b"));
        case.check_all("auc", &[a.value, b.value]);
        if case.expects("cov") {
            let of = |x: &Area, y: &Area| x.covariance(y).unwrap();
            case.check_all("cov", &[of(&a, &a), of(&a, &b), of(&b, &a), of(&b, &b)]);
        }
        let variance = a.variance_of_difference(&b).unwrap();
        case.check("var_diff", variance);
        let tested = significance::delong(&a, &b);
        number(case, "z", tested.map(|t| t.0));
        number(case, "p", tested.map(|t| t.1.value));
        let got = analytic::around_z(a.value - b.value, variance.sqrt(), 0.95);
        ends(case, "diff_ci95", got);
    }
}

#[test]
pub fn independent_samples() {
    for case in cases("tests")
        .iter()
        .filter(|c| c.name.starts_with("two_sample"))
    {
        let (a, b) = (case.numbers("a"), case.numbers("b"));
        let welch = analytic::welch(&a, &b);
        number(case, "welch_t", welch.map(|(d, se, _)| d / se));
        number(case, "welch_df", welch.map(|w| w.2));
        number(
            case,
            "welch_p",
            significance::welch_t(&a, &b).map(|p| p.value),
        );
    }
}

#[test]
pub fn effect_sizes_and_equivalence() {
    for case in cases("effects") {
        let (a, b) = (case.numbers("a"), case.numbers("b"));
        if case.name.starts_with("two_sample") {
            number(&case, "cohen_d_pooled", effects::cohen_d(&a, &b));
            number(&case, "hedges_g_exact", effects::hedges_g(&a, &b));
            number(&case, "cliff_delta", effects::cliff_delta(&a, &b));
            number(&case, "a12", effects::a12(&a, &b));
            continue;
        }
        let d = differences(&case);
        number(&case, "mean_diff", summary::mean(&d));
        number(&case, "cohen_dz", effects::cohen_dz(&d));
        ends(&case, "ci90", analytic::mean_t(&d, 0.9));
        for margin in ["0.1", "0.5"] {
            let tests = significance::two_one_sided(&d, margin.parse().unwrap(), None);
            let of = |pick: fn((f64, f64)) -> f64| tests.map(pick);
            number(&case, &format!("tost_p_{margin}"), of(|(a, b)| a.max(b)));
            number(&case, &format!("tost_p_lower_{margin}"), of(|p| p.0));
            number(&case, &format!("tost_p_upper_{margin}"), of(|p| p.1));
            number(&case, &format!("noninferiority_p_{margin}"), of(|p| p.0));
        }
    }
}

#[test]
pub fn power_of_tests() {
    for case in cases("power") {
        let of = |key: &str| case.input[key].as_f64();
        if let (Some(first), Some(second), Some(n)) = (of("p10"), of("p01"), of("n")) {
            let exact = power::mcnemar_exact(n as u64, first, second, 0.05);
            number(&case, "exact_mcnemar_power", Some(exact));
            let needed = power::mcnemar_pairs(first, second, 0.05, 0.8);
            number(&case, "n_connor_0.8", needed);
            number(
                &case,
                "normal_power",
                power::mcnemar_normal(n, first, second, 0.05),
            );
            // What Connor's formula calls for is what it then finds detectable.
            if let Some(needed) = needed {
                let got = power::detectable_proportion(needed, first + second, 0.05, 0.8).unwrap();
                assert!((got - (first - second).abs()).abs() < 1e-9, "{}", case.name);
            }
        } else if let (Some(d), Some(n)) = (of("effect_size"), of("n")) {
            number(&case, "paired_t_power", power::paired_t(d, n, 0.05));
            let one = power::paired_t_one_sided(d, n, 0.05);
            number(&case, "paired_t_power_one_sided", one);
            let detectable = power::detectable_mean(n, 0.05, 0.8);
            number(&case, "paired_t_detectable_d_0.8", detectable);
            let apart = two_samples::t_power(d, n, 0.05);
            number(&case, "ind_t_power_equal_n", apart);
            let normal = two_samples::shares_power(d, n, 0.05);
            number(&case, "ind_z_power", normal);
            for (key, power) in [
                ("ind_t_n_per_group_0.8", 0.8),
                ("ind_t_n_per_group_0.9", 0.9),
            ] {
                if case.expects(key) {
                    number(&case, key, two_samples::t_needed(d, 0.05, power));
                }
            }
        } else if let (Some(first), Some(second)) = (of("p1"), of("p2")) {
            let h = two_samples::cohens_h(first, second);
            number(&case, "cohen_h", Some(h));
            let needed = two_samples::shares_needed(h, 0.05, 0.8);
            number(&case, "n_per_group_arcsine", needed);
        }
    }
}
