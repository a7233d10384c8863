//! Who beats whom, and who answers what: strengths by Bradley and Terry's model, items by the two-parameter logistic one, held
//! to other programs.

use crate::support::oracle::{Case, cases};
use benchwright::stats::bradley_terry::{NoStrengths, bradley_terry};
use benchwright::stats::response::two_parameter;
use std::path::Path;

#[test]
pub fn strengths_are_those_of_choix() {
    let mut held = 0;
    for case in cases("pairwise").iter().filter(|c| c.has("wins")) {
        let wins: Vec<Vec<f64>> = serde_json::from_value(case.input["wins"].clone()).unwrap();
        let found = bradley_terry(&wins);
        if case.expects_error() {
            case.refused(found == Err(NoStrengths::Unbeaten(vec![0])));
        } else {
            let found = found.unwrap();
            case.check_all("log_strength_centred", &found.log);
            case.check_all("strength_normalised", &found.shares());
            case.check("log_likelihood", found.log_likelihood);
            case.check("se_diff_0_1", found.error_of_difference(0, 1).unwrap());
            case.check_all("elo_scaled", &found.elo());
        }
        held += 1;
    }
    assert_eq!(held, 6);
}

/// Of two systems Elo's rating of the one is half their difference, and so is its error.
#[test]
fn a_rating_is_as_sure_as_half_a_difference_of_two() {
    let found = bradley_terry(&[vec![0.0, 10.0], vec![5.0, 0.0]]).unwrap();
    let half = found.elo_half_widths(0.95).unwrap();
    // 1/10 + 1/5 is the variance of the log odds of 10 to 5.
    let own = 0.5 * 1.959_963_985 * 0.3f64.sqrt() * 400.0 / 10f64.ln();
    assert!(
        (half[0] - own).abs() < 1e-6 && (half[1] - own).abs() < 1e-6,
        "{half:?} {own}"
    );
}

#[test]
fn strengths_without_a_limit_are_refused() {
    let of = |wins: &[[f64; 3]]| {
        let wins: Vec<Vec<f64>> = wins.iter().map(|row| row.to_vec()).collect();
        bradley_terry(&wins).unwrap_err()
    };
    // The last loses to all, so the others never lose to it.
    let found = of(&[[0.0, 2.0, 1.0], [1.0, 0.0, 3.0], [0.0, 0.0, 0.0]]);
    assert_eq!(found, NoStrengths::Unbeaten(vec![0, 1]));
    // The last meets nobody.
    let found = of(&[[0.0, 2.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0]]);
    assert_eq!(found, NoStrengths::Unbeaten(vec![2]));
    let found = of(&[[0.0, -2.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0]]);
    assert_eq!(found, NoStrengths::NoTable);
    assert_eq!(
        bradley_terry(&[vec![0.0]]).unwrap_err(),
        NoStrengths::NoTable
    );
}

fn answers(case: &Case) -> Vec<Vec<bool>> {
    let file = case.input["responses"]["csv"].as_str().unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracles");
    let text = std::fs::read_to_string(folder.join(file)).unwrap();
    let row = |line: &str| line.split(',').map(|cell| cell == "1").collect();
    text.lines().skip(1).map(row).collect()
}

/// The fit agrees with another program's, and lies as near to the truth that the answers were drawn from.
#[test]
pub fn items_are_those_of_the_reference_fit() {
    let mut held = 0;
    for case in cases("pairwise").iter().filter(|c| c.has("responses")) {
        let found = two_parameter(&answers(case)).unwrap();
        let expected =
            |key: &str| -> Vec<f64> { serde_json::from_value(case.expect[key].clone()).unwrap() };
        let within = |key: &str, worst: f64, limit: &str| {
            let limit = case.tolerance(limit);
            assert!(worst <= limit, "{} {key}: {worst} over {limit}", case.name);
            case.note(key, worst / limit);
        };
        let (a, b) = (&found.discrimination, &found.difficulty);
        for (key, own) in [("reference_a", a), ("reference_b", b)] {
            let apart = own.iter().zip(expected(key)).map(|(x, y)| (x - y).abs());
            within(key, apart.fold(0.0, f64::max), "agree_with_reference_ab");
        }
        let truths = [
            ("true_a", a, "max_rmse_a", "reference_rmse_a"),
            ("true_b", b, "max_rmse_b", "reference_rmse_b"),
        ];
        for (key, own, limit, reference) in truths {
            let far = rmse(own, &expected(key));
            within(key, far, limit);
            let apart = (far - case.expect[reference].as_f64().unwrap()).abs();
            within(reference, apart, "agree_with_reference_ab");
        }
        // The limit is one of all abilities; that of ten alone varies by more: √(χ²/10) at 99.9 %.
        let first = found.ability.iter().take(10).copied().collect::<Vec<_>>();
        let far = rmse(&first, &expected("true_theta_first10"));
        let limit = 1.72 * case.tolerance("max_rmse_theta");
        assert!(far <= limit, "{}: {far} over {limit}", case.name);
        case.note("true_theta_first10", far / limit);
        held += 1;
    }
    assert_eq!(held, 2);
}

fn rmse(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    let squares = a.iter().zip(b).map(|(x, y)| (x - y).powi(2));
    (squares.sum::<f64>() / a.len() as f64).sqrt()
}

#[test]
fn items_that_all_or_none_answer_have_no_difficulty() {
    assert_eq!(two_parameter(&[]), None);
    assert_eq!(two_parameter(&[vec![true, false], vec![true, true]]), None);
    assert_eq!(two_parameter(&[vec![true, false], vec![false]]), None);
}
