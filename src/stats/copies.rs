//! Numbers, each with how many units have it: where few kinds of units stand for many, a mean costs the kinds.

/// Numbers with their copies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Copies<'a> {
    values: &'a [f64],
    copies: Option<&'a [u64]>,
}

impl<'a> Copies<'a> {
    /// `values`, number i as often as `copies` says; once each without, and where there are fewer copies.
    pub fn new(values: &'a [f64], copies: Option<&'a [u64]>) -> Self {
        Copies { values, copies }
    }

    /// How many numbers, copies counted.
    pub fn len(&self) -> u64 {
        self.each().map(|(_, times)| times).sum()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Each number with its copies.
    pub fn each(&self) -> impl Iterator<Item = (f64, u64)> + use<'a> {
        let copies = self.copies;
        let of = move |i: usize| copies.and_then(|c| c.get(i)).copied().unwrap_or(1);
        self.values
            .iter()
            .enumerate()
            .map(move |(i, &v)| (v, of(i)))
    }
}

impl<'a> From<&'a [f64]> for Copies<'a> {
    fn from(values: &'a [f64]) -> Self {
        Copies::new(values, None)
    }
}

impl<'a> From<&'a Vec<f64>> for Copies<'a> {
    fn from(values: &'a Vec<f64>) -> Self {
        Copies::new(values, None)
    }
}

impl<'a, const N: usize> From<&'a [f64; N]> for Copies<'a> {
    fn from(values: &'a [f64; N]) -> Self {
        Copies::new(values, None)
    }
}
