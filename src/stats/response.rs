//! What answers to items tell of items and of who answered: the two-parameter logistic model of item response theory.

use super::normal;

/// Points of the grid over which abilities are averaged, from −5 to 5.
const POINTS: usize = 61;
const REACH: f64 = 5.0;

/// Items and abilities: the chance of a right answer is 1/(1 + exp(−a(θ − b))).
#[derive(Debug, Clone, PartialEq)]
pub struct Responses {
    /// How well each item tells abilities apart, a.
    pub discrimination: Vec<f64>,
    /// The ability of which half answer an item right, b.
    pub difficulty: Vec<f64>,
    /// The mean ability θ of each who answered, given all their answers (EAP), where abilities are standard normal.
    pub ability: Vec<f64>,
}

/// Fits the model to `right`, one row of answers for each who answered, as long as there are items: by marginal maximum
/// likelihood, with abilities integrated out over a grid (Bock & Aitkin 1981, EM). `None` of no answers, rows of unequal length,
/// or an item that all or none answered right, whose difficulty has no limit.
pub fn two_parameter(right: &[Vec<bool>]) -> Option<Responses> {
    let items = right.first()?.len();
    let same = right.iter().all(|row| row.len() == items);
    let solved = |i: usize| right.iter().filter(|row| row.get(i) == Some(&true)).count();
    let open = (0..items).all(|i| (1..right.len()).contains(&solved(i)));
    if items == 0 || !same || !open {
        return None;
    }
    let grid: Vec<f64> = (0..POINTS)
        .map(|q| REACH * (2.0 * q as f64 / (POINTS - 1) as f64 - 1.0))
        .collect();
    let weights: Vec<f64> = grid.iter().map(|t| normal::density(*t)).collect();
    // a·θ + c, with c = −a·b: concave in both.
    let mut lines: Vec<(f64, f64)> = (0..items)
        .map(|i| {
            let p = solved(i) as f64 / right.len() as f64;
            (1.0, libm::log(p / (1.0 - p)))
        })
        .collect();
    for _ in 0..2_000 {
        let (at, hits) = expected(right, &lines, &grid, &weights);
        let mut moved = 0.0f64;
        for (line, hits) in lines.iter_mut().zip(&hits) {
            let next = logistic(&grid, &at, hits, *line);
            moved = moved
                .max((next.0 - line.0).abs())
                .max((next.1 - line.1).abs());
            *line = next;
        }
        if moved < 1e-8 {
            break;
        }
    }
    let ability = |row: &Vec<bool>| {
        let posterior = posterior(row, &logs(&lines, &grid), &weights);
        posterior.iter().zip(&grid).map(|(p, t)| p * t).sum()
    };
    Some(Responses {
        discrimination: lines.iter().map(|l| l.0).collect(),
        difficulty: lines.iter().map(|l| -l.1 / l.0).collect(),
        ability: right.iter().map(ability).collect(),
    })
}

/// For each item and point the logarithms of the chances of a right and of a wrong answer.
fn logs(lines: &[(f64, f64)], grid: &[f64]) -> Vec<Vec<(f64, f64)>> {
    let of = |&(a, c): &(f64, f64)| {
        let at = |t: &f64| {
            let x = a * t + c;
            let tail = libm::log1p(libm::exp(-x.abs()));
            (x.min(0.0) - tail, (-x).min(0.0) - tail)
        };
        grid.iter().map(at).collect()
    };
    lines.iter().map(of).collect()
}

/// How likely each point of the grid is, given the answers of one.
fn posterior(row: &[bool], logs: &[Vec<(f64, f64)>], weights: &[f64]) -> Vec<f64> {
    let mut each = vec![0.0; weights.len()];
    for (right, item) in row.iter().zip(logs) {
        for (sum, (hit, miss)) in each.iter_mut().zip(item) {
            *sum += if *right { hit } else { miss };
        }
    }
    let top = each.iter().fold(f64::NEG_INFINITY, |m, v| m.max(*v));
    for (p, weight) in each.iter_mut().zip(weights) {
        *p = weight * libm::exp(*p - top);
    }
    let all: f64 = each.iter().sum();
    each.iter_mut().for_each(|p| *p /= all);
    each
}

/// How many stand at each point, and for each item how many of them answer it right.
fn expected(
    right: &[Vec<bool>],
    lines: &[(f64, f64)],
    grid: &[f64],
    weights: &[f64],
) -> (Vec<f64>, Vec<Vec<f64>>) {
    let logs = logs(lines, grid);
    let (mut at, mut hits) = (
        vec![0.0; grid.len()],
        vec![vec![0.0; grid.len()]; lines.len()],
    );
    for row in right {
        let posterior = posterior(row, &logs, weights);
        at.iter_mut().zip(&posterior).for_each(|(sum, p)| *sum += p);
        for (_, own) in row.iter().zip(&mut hits).filter(|(right, _)| **right) {
            own.iter_mut()
                .zip(&posterior)
                .for_each(|(sum, p)| *sum += p);
        }
    }
    (at, hits)
}

/// One Newton step of the logistic line through `hits` of `at` on the grid, halved until it climbs.
fn logistic(grid: &[f64], at: &[f64], hits: &[f64], line: (f64, f64)) -> (f64, f64) {
    let points = || {
        grid.iter()
            .zip(at)
            .zip(hits)
            .map(|((t, n), k)| (*t, *n, *k))
    };
    let value = |(a, c): (f64, f64)| -> f64 {
        let one = |(t, n, k): (f64, f64, f64)| {
            let x = a * t + c;
            k * x - n * (x.max(0.0) + libm::log1p(libm::exp(-x.abs())))
        };
        points().map(one).sum()
    };
    let (mut g, mut h) = ((0.0, 0.0), (0.0, 0.0, 0.0));
    for (t, n, k) in points() {
        let p = 1.0 / (1.0 + libm::exp(-(line.0 * t + line.1)));
        let (rest, weight) = (k - n * p, n * p * (1.0 - p));
        g = (g.0 + rest * t, g.1 + rest);
        h = (h.0 + weight * t * t, h.1 + weight * t, h.2 + weight);
    }
    let determinant = h.0 * h.2 - h.1 * h.1;
    if determinant <= 0.0 || determinant.is_nan() {
        return line;
    }
    let step = (
        (h.2 * g.0 - h.1 * g.1) / determinant,
        (h.0 * g.1 - h.1 * g.0) / determinant,
    );
    let now = value(line);
    let mut size = 1.0;
    for _ in 0..40 {
        let next = (line.0 + size * step.0, line.1 + size * step.1);
        if value(next) >= now {
            return next;
        }
        size *= 0.5;
    }
    line
}
