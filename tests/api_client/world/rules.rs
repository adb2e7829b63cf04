//! Invariants of the world at every instant; each conversation checks its own.

use super::World;

/// How long two tabs may have a stream each while one takes over from the other, in milliseconds.
const HAND_OVER: u64 = 2_000;

impl World {
    /// Number of running tabs with a stream of their own.
    pub fn streams(&self) -> usize {
        self.tabs.iter().filter(|tab| tab.stream.is_some() && tab.hangs_until <= self.now).count()
    }

    /// Checks that one browser has one stream.
    pub(super) fn check_streams(&mut self) {
        if !self.coordinates_tabs || self.allows_several_streams || self.streams() < 2 {
            self.several_streams_since = None;
            return;
        }
        let since = *self.several_streams_since.get_or_insert(self.now);
        assert!(self.now <= since + HAND_OVER, "{} streams since {since}, now {}", self.streams(), self.now);
    }
}
