//! A cursor has exactly one spelling, and cursors are ordered by their numbers.

use chataibot_wire::{Cursor, entry::BadCursor};
use proptest::prelude::*;

proptest! {
    #[test]
    fn every_cursor_survives_its_spelling(epoch: u32, seq: u32) {
        let cursor = Cursor { epoch, seq };
        prop_assert_eq!(cursor.to_string().parse(), Ok(cursor));
    }

    #[test]
    fn a_text_that_is_read_is_spelled_the_same(text in "[+-]?[0-9]{0,12}-[+ ]?[0-9]{0,12}") {
        if let Ok(cursor) = text.parse::<Cursor>() {
            prop_assert_eq!(cursor.to_string(), text);
        }
    }
}

#[test]
fn odd_spellings_are_refused() {
    for text in ["", "-", "1-", "-1", "01-2", "1-+2", "1 -2", "1-2-3", "1-4294967296", "a-b", "１-２", "0x1-2"] {
        assert_eq!(text.parse::<Cursor>(), Err(BadCursor), "{text:?}");
    }
}
