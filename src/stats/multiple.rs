//! Corrections for several tests: adjusted p values, in the order they came.
//!
//! A claim is established at α when its adjusted p value is at most α. Which tests are a family is
//! the plan's to say.

/// A correction for several tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Correction {
    /// p·m; family-wise, any dependence.
    Bonferroni,
    /// 1 - (1-p)^m; family-wise, independent or positively dependent (Šidák 1967).
    Sidak,
    /// Step-down Bonferroni; family-wise, any dependence (Holm 1979).
    Holm,
    /// Step-down Šidák (Holland & Copenhaver 1987).
    HolmSidak,
    /// Step-up Bonferroni; family-wise, positive dependence (Hochberg 1988).
    Hochberg,
    /// Closed Simes tests; family-wise, positive dependence (Hommel 1988; Wright 1992).
    Hommel,
    /// False discovery rate, positive dependence (Benjamini & Hochberg 1995).
    Bh,
    /// False discovery rate, any dependence (Benjamini & Yekutieli 2001).
    By,
}

/// A value that isn't a probability.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAProbability {
    /// Position of the first one in the list.
    pub index: usize,
}

/// The adjusted p values of one family, in the order of `p`, none above 1.
pub fn adjust(p: &[f64], correction: Correction) -> Result<Vec<f64>, NotAProbability> {
    if let Some(index) = p.iter().position(|p| !(0.0..=1.0).contains(p)) {
        return Err(NotAProbability { index });
    }
    let m = p.len();
    let mut order: Vec<usize> = (0..m).collect();
    order.sort_by(|&a, &b| p[a].total_cmp(&p[b]));
    let mut sorted: Vec<f64> = order.iter().map(|&i| p[i]).collect();
    match correction {
        Correction::Bonferroni => each(&mut sorted, |p, _| p * m as f64),
        Correction::Sidak => each(&mut sorted, |p, _| sidak(p, m)),
        Correction::Holm => each_then_rise(&mut sorted, |p, i| p * (m - i) as f64),
        Correction::HolmSidak => each_then_rise(&mut sorted, |p, i| sidak(p, m - i)),
        Correction::Hochberg => each_then_fall(&mut sorted, |p, i| p * (m - i) as f64),
        Correction::Hommel => hommel(&mut sorted),
        Correction::Bh => each_then_fall(&mut sorted, |p, i| p * m as f64 / (i + 1) as f64),
        Correction::By => {
            let harmonic: f64 = (1..=m).map(|i| 1.0 / i as f64).sum();
            each_then_fall(&mut sorted, |p, i| p * m as f64 * harmonic / (i + 1) as f64);
        }
    }
    let mut adjusted = vec![0.0; m];
    for (&at, value) in order.iter().zip(sorted) {
        adjusted[at] = value.min(1.0);
    }
    Ok(adjusted)
}

/// 1 - (1-p)^m without losing small p.
fn sidak(p: f64, m: usize) -> f64 {
    -(m as f64 * (-p).ln_1p()).exp_m1()
}

fn each(p: &mut [f64], adjust: impl Fn(f64, usize) -> f64) {
    for (i, p) in p.iter_mut().enumerate() {
        *p = adjust(*p, i);
    }
}

/// Step-down: no adjusted value below the one before it.
fn each_then_rise(p: &mut [f64], adjust: impl Fn(f64, usize) -> f64) {
    each(p, adjust);
    let mut most = 0.0;
    for p in p {
        most = p.max(most);
        *p = most;
    }
}

/// Step-up: no adjusted value above the one after it.
fn each_then_fall(p: &mut [f64], adjust: impl Fn(f64, usize) -> f64) {
    each(p, adjust);
    let mut least = f64::INFINITY;
    for p in p.iter_mut().rev() {
        least = p.min(least);
        *p = least;
    }
}

/// Wright 1992, appendix, on sorted values: for each size of subset the Simes value, then the largest.
fn hommel(p: &mut [f64]) {
    let n = p.len();
    let simes = (0..n)
        .map(|i| n as f64 * p[i] / (i + 1) as f64)
        .fold(f64::INFINITY, f64::min);
    let mut adjusted: Vec<f64> = p.iter().map(|&p| p.max(simes)).collect();
    for m in (2..n).rev() {
        let (smaller, larger) = p.split_at(n - m + 1);
        let simes = larger
            .iter()
            .zip(2..)
            .map(|(p, i)| m as f64 * p / f64::from(i))
            .fold(f64::INFINITY, f64::min);
        let value = |p: f64| (m as f64 * p).min(simes);
        let last = smaller.last().map_or(simes, |&p| value(p));
        for (adjusted, &p) in adjusted.iter_mut().zip(smaller) {
            *adjusted = adjusted.max(value(p));
        }
        for adjusted in adjusted.iter_mut().skip(smaller.len()) {
            *adjusted = adjusted.max(last);
        }
    }
    p.copy_from_slice(&adjusted);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ALL: [Correction; 8] = [
        Correction::Bonferroni,
        Correction::Sidak,
        Correction::Holm,
        Correction::HolmSidak,
        Correction::Hochberg,
        Correction::Hommel,
        Correction::Bh,
        Correction::By,
    ];

    #[test]
    fn empty_single_and_bad() {
        for correction in ALL {
            assert_eq!(adjust(&[], correction), Ok(vec![]));
            let one = adjust(&[0.03], correction).unwrap();
            assert!((one[0] - 0.03).abs() < 1e-16, "{correction:?}");
            for bad in [f64::NAN, -0.1, 1.1] {
                assert_eq!(
                    adjust(&[0.5, bad], correction),
                    Err(NotAProbability { index: 1 })
                );
            }
        }
    }

    proptest! {
        #[test]
        fn adjusted_values_keep_order_and_never_shrink(p in prop::collection::vec(0.0..=1.0f64, 1..12)) {
            for correction in ALL {
                let adjusted = adjust(&p, correction).unwrap();
                for (&raw, &got) in p.iter().zip(&adjusted) {
                    prop_assert!(got >= raw * (1.0 - 1e-12) && got <= 1.0);
                    for (&other, &beside) in p.iter().zip(&adjusted) {
                        prop_assert!(raw > other || got <= beside, "{:?}", correction);
                    }
                }
            }
        }

        #[test]
        fn stronger_methods_adjust_less(p in prop::collection::vec(0.0..=1.0f64, 1..12)) {
            let of = |c| adjust(&p, c).unwrap();
            for (weak, strong) in [
                (Correction::Bonferroni, Correction::Holm),
                (Correction::Holm, Correction::Hochberg),
                (Correction::Hochberg, Correction::Hommel),
                (Correction::Hommel, Correction::Bh),
                (Correction::Holm, Correction::HolmSidak),
                (Correction::By, Correction::Bh),
            ] {
                for (weak, strong) in of(weak).into_iter().zip(of(strong)) {
                    prop_assert!(strong <= weak + 1e-12);
                }
            }
        }

        /// Hommel by its definition: the largest Simes value over all subsets that hold the test.
        #[test]
        fn hommel_is_the_closure_of_simes(p in prop::collection::vec(0.0..=1.0f64, 1..8)) {
            let adjusted = adjust(&p, Correction::Hommel).unwrap();
            for (i, got) in adjusted.iter().enumerate() {
                let mut worst = 0.0f64;
                for subset in (1u32..1 << p.len()).filter(|s| s >> i & 1 == 1) {
                    let mut members: Vec<f64> = (0..p.len()).filter(|j| subset >> j & 1 == 1).map(|j| p[j]).collect();
                    members.sort_by(f64::total_cmp);
                    let size = members.len() as f64;
                    let simes = members.iter().zip(1..).map(|(p, r)| p * size / f64::from(r)).fold(1.0, f64::min);
                    worst = worst.max(simes);
                }
                prop_assert!((got - worst).abs() < 1e-12);
            }
        }
    }
}
