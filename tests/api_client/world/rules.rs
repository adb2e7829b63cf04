//! What must hold in the world at every instant.

use chataibot_widget::conversation::Delivery;
use chataibot_wire::Cursor;

use super::World;

/// So long two tabs may have a stream each, while one takes over from the other.
const HAND_OVER: u64 = 2_000;

impl World {
    /// How many tabs that run have a stream of their own.
    pub fn streams(&self) -> usize {
        self.tabs.iter().filter(|tab| tab.stream.is_some() && tab.hangs_until <= self.now).count()
    }

    /// One browser, one stream.
    pub(super) fn check_streams(&mut self) {
        if !self.shared || self.may_crowd || self.streams() < 2 {
            self.crowded = None;
            return;
        }
        let since = *self.crowded.get_or_insert(self.now);
        assert!(self.now <= since + HAND_OVER, "{} streams since {since}, now {}", self.streams(), self.now);
    }

    /// What must hold at every instant.
    pub(super) fn check(&self, tab: usize) {
        let state = self.state(tab);
        let mut last: Option<Cursor> = None;
        let mut seen: Vec<&str> = Vec::new();
        let mut keys: Vec<u32> = Vec::new();
        let mut local = false;
        for row in state.rows() {
            assert!(!keys.contains(&row.key), "a key is given twice");
            keys.push(row.key);
            let Some(message) = row.message() else { continue };
            if let Some(id) = &message.id {
                assert!(!seen.contains(&&**id), "message {id} is shown twice");
                seen.push(id);
            }
            match message.delivery {
                Delivery::Logged(cursor, _) => {
                    assert!(!local, "a logged row stands below a local one");
                    assert!(
                        last.is_none_or(|last| last.epoch == cursor.epoch && last.seq < cursor.seq),
                        "out of order"
                    );
                    last = Some(cursor);
                }
                Delivery::Local(_) => local = true,
            }
        }
    }
}
