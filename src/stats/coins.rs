//! Fair coins, many at a time: how many of them fall on their heads.

use super::binomial::binomial;
use super::random::Stream;
use rand::Rng;

/// Fair coins from the bits of a stream.
#[derive(Debug)]
pub struct Coins {
    rng: Stream,
    bits: u64,
    left: u32,
}

impl Coins {
    /// Coins of a stream.
    pub fn new(rng: Stream) -> Self {
        Coins {
            rng,
            bits: 0,
            left: 0,
        }
    }

    /// How many of `n` coins fall on their heads.
    pub fn heads(&mut self, n: u32) -> u32 {
        const MANY: u32 = 1024;
        if n > MANY {
            return u32::try_from(binomial(&mut self.rng, n.into(), 0.5)).unwrap_or(n);
        }
        let (mut heads, mut open) = (0, n);
        while open > 0 {
            if self.left == 0 {
                (self.bits, self.left) = (self.rng.next_u64(), 64);
            }
            let some = open.min(self.left);
            let taken = self.bits & (u64::MAX >> (64 - some));
            heads += taken.count_ones();
            self.bits = self.bits.checked_shr(some).unwrap_or(0);
            (self.left, open) = (self.left - some, open - some);
        }
        heads
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::random::{Purpose, stream};

    /// The number of heads is binomial, whether bits are counted or the law is drawn from.
    #[test]
    fn coins_are_fair() {
        for n in [1u32, 3, 64, 65, 1024, 1025] {
            let mut coins = Coins::new(stream(1, Purpose::Permutation, u64::from(n), 0));
            let draws = 20_000;
            let mean = n as f64 / 2.0;
            let (mut sum, mut squares) = (0.0, 0.0);
            for _ in 0..draws {
                let off = f64::from(coins.heads(n)) - mean;
                sum += off;
                squares += off * off;
            }
            let (draws, variance) = (f64::from(draws), f64::from(n) / 4.0);
            assert!((sum / draws).abs() < 4.0 * (variance / draws).sqrt(), "{n}");
            // Of a fair coin the fourth moment is at most three squared variances.
            assert!(
                (squares / draws / variance - 1.0).abs() < 4.0 * (2.0 / draws).sqrt(),
                "{n}"
            );
        }
    }
}
