//! Functional correctness of generated code.

use super::{Implementation, Native, Value};

pub(super) const TABLE: &[Native] = &[Native {
    name: "pass_at_k",
    implementation: Implementation::Row(|args, options| match (args, options) {
        (&[Value::Number(samples), Value::Number(correct)], &[k]) => pass_at_k(samples, correct, k),
        _ => f64::NAN,
    }),
}];

/// The chance that at least one of `k` samples, drawn without replacement from `samples` of which
/// `correct` are, is correct: 1 - C(n-c, k) / C(n, k), as a product that cannot overflow (Chen et al.
/// 2021, Evaluating Large Language Models Trained on Code, equation 1). Undefined where k > n.
pub fn pass_at_k(samples: f64, correct: f64, k: f64) -> f64 {
    let whole = |x: f64| x.fract() == 0.0 && (0.0..=9e15).contains(&x);
    if ![samples, correct, k].into_iter().all(whole) || correct > samples || k < 1.0 || k > samples
    {
        return f64::NAN;
    }
    let wrong = samples - correct;
    if wrong < k {
        return 1.0;
    }
    // The product has as many factors over the correct ones as over the drawn ones: take the fewer.
    let (few, many) = (correct.min(k), correct.max(k));
    let mut none = 1.0;
    let mut i = 0.0;
    while i < few {
        none *= 1.0 - many / (samples - i);
        i += 1.0;
    }
    1.0 - none
}

#[cfg(test)]
mod tests {
    use super::pass_at_k;

    #[test]
    fn what_has_no_chance_is_undefined() {
        for (samples, correct, k) in [
            (3.0, 1.0, 4.0),
            (3.0, 4.0, 1.0),
            (3.0, -1.0, 1.0),
            (3.5, 1.0, 1.0),
            (0.0, 0.0, 1.0),
            (3.0, 1.0, 0.0),
            (f64::NAN, 1.0, 1.0),
            (f64::INFINITY, 1.0, 1.0),
        ] {
            assert!(
                pass_at_k(samples, correct, k).is_nan(),
                "{samples} {correct} {k}"
            );
        }
    }

    #[test]
    fn all_or_none() {
        assert_eq!(pass_at_k(5.0, 0.0, 3.0), 0.0);
        assert_eq!(pass_at_k(5.0, 5.0, 5.0), 1.0);
        assert_eq!(pass_at_k(5.0, 3.0, 3.0), 1.0);
        assert_eq!(pass_at_k(4.0, 1.0, 1.0), 0.25);
    }
}
