//! Seeded pseudo-random number generator (xorshift): the same seed gives the same numbers, on every
//! machine and in every version.

/// A pseudo-random number generator.
#[derive(Clone, Debug)]
pub struct Rng(u64);

impl Rng {
    /// Creates the generator of this seed.
    pub fn new(seed: u64) -> Self {
        // Mixed, so that neighbouring seeds are unrelated; odd, because xorshift never leaves 0.
        let mut rng = Self(seed.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        rng.number();
        rng
    }

    /// Returns a number from the whole range of `u64`.
    pub fn number(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// Returns a number below `below`; 0 if that is 0.
    pub fn below(&mut self, below: u64) -> u64 {
        (self.number() >> 16) % below.max(1)
    }

    /// Returns true with a probability of `percent` in a hundred.
    pub fn percent(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// Picks one item; `None` if there are none.
    pub fn one_of<'a, T>(&mut self, these: &'a [T]) -> Option<&'a T> {
        let at = self.below(these.len() as u64);
        these.get(usize::try_from(at).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_is_a_sequence_and_neighbours_differ() {
        let take = |seed| {
            let mut rng = Rng::new(seed);
            (0..50).map(|_| rng.below(100)).collect::<Vec<_>>()
        };
        assert_eq!(take(7), take(7));
        assert_ne!(take(7), take(8));
        assert!(take(0).iter().any(|n| *n > 50) && take(0).iter().any(|n| *n < 50));
    }
}
