//! How likely a difference between shares is by chance. Cells of which fewer than five rows are expected
//! are pooled, so that the χ² laws hold (Cochran 1954).

use crate::stats::law::chi_square_upper;

/// The probability below which a difference is none of chance: strict, because a large table is asked
/// many questions.
pub(super) const STRICT: f64 = 1e-6;
const EXPECTED: f64 = 5.0;

/// The probability of counts as far from `shares` (which make 1) as these; `None` where too few rows are
/// expected anywhere.
pub(super) fn fit(counts: &[f64], shares: &[f64]) -> Option<f64> {
    let total: f64 = counts.iter().sum();
    let (mut chi2, mut cells, mut rest) = (0.0, 0usize, (0.0, 0.0));
    for (&seen, &share) in counts.iter().zip(shares) {
        let expected = share * total;
        if expected < EXPECTED {
            rest = (rest.0 + seen, rest.1 + expected);
            continue;
        }
        chi2 += (seen - expected).powi(2) / expected;
        cells += 1;
    }
    if rest.1 >= EXPECTED {
        chi2 += (rest.0 - rest.1).powi(2) / rest.1;
        cells += 1;
    }
    (cells >= 2).then(|| chi_square_upper(chi2, (cells - 1) as f64))
}

/// Of a table of counts, one row for each part, the probability that all parts are drawn from one law,
/// and Cramér's V (Cramér 1946, §21.9), how far they are from that.
pub(super) fn alike(parts: &[Vec<f64>]) -> Option<(f64, f64)> {
    let sizes: Vec<f64> = parts.iter().map(|p| p.iter().sum()).collect();
    let total: f64 = sizes.iter().sum();
    let smallest = sizes.iter().copied().fold(f64::INFINITY, f64::min);
    let width = parts.iter().map(Vec::len).max().unwrap_or(0);
    let column = |at: usize| -> Vec<f64> {
        let cell = |p: &Vec<f64>| p.get(at).copied().unwrap_or(0.0);
        parts.iter().map(cell).collect()
    };
    let (mut kept, mut rest) = (Vec::new(), vec![0.0; parts.len()]);
    for counts in (0..width).map(column) {
        let sum: f64 = counts.iter().sum();
        if sum * smallest / total >= EXPECTED {
            kept.push(counts);
        } else {
            rest.iter_mut().zip(counts).for_each(|(r, c)| *r += c);
        }
    }
    if rest.iter().sum::<f64>() * smallest / total >= EXPECTED {
        kept.push(rest);
    }
    let (rows, columns) = (parts.len(), kept.len());
    if rows < 2 || columns < 2 {
        return None;
    }
    let chi2: f64 = kept
        .iter()
        .map(|counts| {
            let sum: f64 = counts.iter().sum();
            let cells = counts.iter().zip(&sizes);
            cells
                .map(|(seen, size)| {
                    let expected = sum * size / total;
                    (seen - expected).powi(2) / expected
                })
                .sum::<f64>()
        })
        .sum();
    let least = (rows.min(columns) - 1) as f64;
    let p = chi_square_upper(chi2, ((rows - 1) * (columns - 1)) as f64);
    Some((p, (chi2 / (total * least)).sqrt()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_that_fit_are_chance() {
        assert!(fit(&[52.0, 48.0], &[0.5, 0.5]).unwrap_or(0.0) > 0.5);
        assert!(fit(&[90.0, 10.0], &[0.5, 0.5]).unwrap_or(1.0) < STRICT);
        assert_eq!(fit(&[2.0, 1.0], &[0.5, 0.5]), None);
    }

    #[test]
    fn a_part_of_another_law_is_seen() {
        let same = alike(&[vec![80.0, 20.0], vec![41.0, 9.0]]);
        assert!(same.is_some_and(|(p, v)| p > 0.1 && v < 0.1));
        let other = alike(&[vec![80.0, 20.0], vec![10.0, 40.0]]);
        assert!(other.is_some_and(|(p, v)| p < STRICT && v > 0.3));
        assert_eq!(alike(&[vec![3.0, 1.0], vec![1.0, 3.0]]), None);
    }
}
