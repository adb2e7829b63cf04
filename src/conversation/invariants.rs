//! Invariants of a conversation, checked after every action in debug builds.

use std::collections::BTreeSet;

use super::{Conversation, MessageState};

impl Conversation {
    /// Panics if a message is shown or waits twice, keys repeat, or rows are out of order.
    pub(super) fn check_invariants(&self) {
        assert!(self.logged_rows <= self.rows.len(), "more logged rows than rows");
        let (mut ids, mut keys) = (BTreeSet::new(), BTreeSet::new());
        let (mut last, mut seen_local) = (None, false);
        for row in &self.rows {
            assert!(keys.insert(row.key), "key {} is given twice", row.key);
            let Some(message) = row.message() else { continue };
            if let Some(id) = &message.id {
                assert!(ids.insert(id), "message {id} is shown twice");
            }
            match message.state {
                MessageState::Logged(cursor, _) => {
                    assert!(!seen_local, "a logged row comes after a local one");
                    let position = (cursor.epoch, cursor.seq);
                    assert!(
                        last.is_none_or(|(epoch, seq)| epoch == position.0 && seq < position.1),
                        "rows are out of order"
                    );
                    last = Some(position);
                }
                MessageState::Local(_) => seen_local = true,
            }
        }
        let waiting: BTreeSet<_> = self.outbox.iter().map(|message| &message.id).collect();
        assert_eq!(waiting.len(), self.outbox.len(), "a message waits twice");
    }
}
