//! Numbers that people like to read, taken out of cells.

use super::axis::{Look, Range, Scale, Way};

/// The ends and the point of an interval, in the unit it is shown in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shown {
    /// The lower end.
    pub low: f64,
    /// The point.
    pub point: f64,
    /// The upper end.
    pub high: f64,
}

impl Shown {
    /// Canonical numbers in the unit they are shown in.
    pub fn of(low: f64, point: f64, high: f64, look: &Look) -> Shown {
        let (a, b) = (low * look.factor, high * look.factor);
        Shown {
            low: a.min(b),
            point: point * look.factor,
            high: a.max(b),
        }
    }
}

/// Numbers in the cells of a way. `point` is the point estimate where something else fixes it.
pub fn numbers(
    way: &Way,
    scale: &Scale,
    width: &Scale,
    look: &Look,
    point: Option<f64>,
) -> Option<Shown> {
    let view = View {
        scale,
        factor: look.factor.abs(),
    };
    let (least, most) = width.bounds(way.width);
    let wide = (least * view.factor, most * view.factor);
    let points = match point {
        Some(number) => vec![number * view.factor],
        None => view.candidates(way.point),
    };
    let found = points.iter().find_map(|&p| {
        let lows = view.below(way.low, p, way.low == way.point);
        let fits = |low: &&f64| **low <= p && view.holds(way.low, **low);
        lows.iter().filter(fits).find_map(|&low| {
            let high = view.above(way.high, p, low, wide)?;
            Some(Shown {
                low,
                point: p,
                high,
            })
        })
    });
    let found = found.or_else(|| view.by_width(way, wide, point))?;
    let turned = Look {
        factor: look.factor.signum(),
        ..Look::default()
    };
    Some(Shown::of(found.low, found.point, found.high, &turned))
}

/// A number inside a cell, in the unit it is shown in.
pub fn number(cell: usize, scale: &Scale, look: &Look) -> f64 {
    let view = View {
        scale,
        factor: look.factor.abs(),
    };
    let plain = view.candidates(cell).first().copied().unwrap_or(0.0);
    if look.factor < 0.0 { -plain } else { plain }
}

/// A scale in shown units.
struct View<'a> {
    scale: &'a Scale,
    factor: f64,
}

impl View<'_> {
    /// A cell, of an outer one only what lies near the thresholds.
    fn window(&self, cell: usize) -> Range {
        let (low, high) = self.bounds(cell);
        let reach = 2.0 * self.step();
        let at_start = cell.saturating_sub(1) <= self.scale.first;
        match (low.is_finite(), high.is_finite()) {
            (false, false) => (-reach, reach),
            (false, true) => (high - reach, high),
            (true, false) => (low, low + reach),
            (true, true) if high - low <= reach * 1.5 => (low, high),
            (true, true) if at_start && cell < self.scale.last => (high - reach, high),
            (true, true) => (low, low + reach),
        }
    }

    fn holds(&self, cell: usize, number: f64) -> bool {
        let (low, high) = self.bounds(cell);
        if low == high {
            return (number - low).abs() <= 1e-9 * low.abs().max(1e-3);
        }
        low < number && number < high
    }

    fn bounds(&self, cell: usize) -> Range {
        let (low, high) = self.scale.bounds(cell);
        (low * self.factor, high * self.factor)
    }

    /// The least distance between thresholds, or of a threshold from 0.
    fn step(&self) -> f64 {
        let shown: Vec<f64> = self.scale.cuts.iter().map(|c| c * self.factor).collect();
        let gaps = shown.windows(2).filter_map(|w| match w {
            [a, b] => Some(b - a),
            _ => None,
        });
        let sizes = shown.iter().map(|c| c.abs()).filter(|c| *c > 0.0);
        let least = gaps.chain(sizes).fold(f64::INFINITY, f64::min);
        if least.is_finite() { least } else { 1.0 }
    }

    fn candidates(&self, cell: usize) -> Vec<f64> {
        let (low, high) = self.window(cell);
        if low == high {
            return vec![low];
        }
        let mut all = vec![round_inside(low, high)];
        all.extend([0.1, 0.9, 0.3, 0.7, 0.01, 0.99].map(|share| low + share * (high - low)));
        all
    }

    /// Lower ends in a cell, for a point that is in the same cell or above it.
    fn below(&self, cell: usize, point: f64, same: bool) -> Vec<f64> {
        let (low, high) = self.window(cell);
        if low == high {
            return vec![low];
        }
        let high = if same { point } else { high };
        let near = low.max(high - self.step());
        let mut all = vec![round_inside(near, high), round_inside(low, high)];
        all.extend([0.99, 0.9, 0.7, 0.3, 0.1, 0.01].map(|share| low + share * (high - low)));
        let (least, _) = self.bounds(cell);
        if least.is_infinite() {
            all.extend([1e1, 1e2, 1e4].map(|far| high - far * self.step()));
        }
        if same {
            all.extend([
                point - self.step() / 2.0,
                point - self.step() / 100.0,
                point,
            ]);
        }
        all
    }

    /// Numbers found from the width: where it leaves little room for the ends.
    fn by_width(&self, way: &Way, wide: Range, point: Option<f64>) -> Option<Shown> {
        let widths = [wide.0, wide.1, f64::midpoint(wide.0, wide.1)];
        let highs = self.candidates(way.high);
        let mut lows = self.candidates(way.low);
        for width in widths.into_iter().filter(|w| w.is_finite()) {
            let (from, to) = self.bounds(way.low);
            let by_high = highs.iter().map(|high| high - width);
            let by_edge = [from, to].map(|edge| edge - width);
            lows.extend(by_high.chain(by_edge));
            // Just inside the one bound or the other.
            lows.extend(highs.iter().map(|high| high - width * 0.999));
        }
        lows.into_iter()
            .filter(|&low| low.is_finite() && self.holds(way.low, low))
            .find_map(|low| {
                let high = self.above(way.high, low, low, wide)?;
                let (from, to) = self.bounds(way.point);
                let at = point.map(|p| p * self.factor).or_else(|| {
                    let (from, to) = (from.max(low), to.min(high));
                    (from <= to).then(|| f64::midpoint(from, to))
                })?;
                let fits = low <= at && at <= high && self.holds(way.point, at);
                fits.then_some(Shown {
                    low,
                    point: at,
                    high,
                })
            })
    }

    /// The upper end in a cell, above the point, such that the interval has a width within `wide`.
    fn above(&self, cell: usize, point: f64, low: f64, wide: Range) -> Option<f64> {
        let (from, to) = self.bounds(cell);
        if wide.0 == wide.1 {
            let high = low + wide.0;
            let fits = from == to && (high - from).abs() < 1e-9 || from < high && high < to;
            return (fits && high >= point).then_some(high);
        }
        if from == to {
            let width = from - low;
            return (from >= point && wide.0 < width && width < wide.1).then_some(from);
        }
        let from = from.max(point).max(low + wide.0);
        let to = to.min(low + wide.1);
        let near = to.min(from + self.step());
        (from < to).then(|| round_inside(from, near.max(from)))
    }
}

/// The number with the fewest digits well inside an open interval.
fn round_inside(low: f64, high: f64) -> f64 {
    let size = high - low;
    let middle = low + size / 2.0;
    if size.is_nan() || size <= 0.0 || !size.is_finite() {
        return middle;
    }
    let order = size.log10().floor() as i32;
    let steps = (order - 3..=order).rev();
    steps
        .flat_map(|e| [10f64.powi(e) * 5.0, 10f64.powi(e) * 2.0, 10f64.powi(e)])
        .map(|step| {
            let times = (middle / step).round();
            // Dividing by a whole number keeps 0.3 what people write.
            if step < 1.0 {
                times / (1.0 / step).round()
            } else {
                times * step
            }
        })
        .find(|n| (n - middle).abs() <= 0.2 * size)
        .unwrap_or(middle)
}
