//! Blocks of a fixed number of rows, which the browser may skip while they are out of view.

use std::rc::Rc;

use crate::conversation::Row;

/// Rows in a block. styles/on-demand/messages.css has the height of that many.
pub(super) const ROWS_PER_BLOCK: usize = 50;

/// Boundaries of blocks, counted from an anchor row, so that added rows move no row to another one.
#[derive(Clone, Copy, Default)]
pub(super) struct BlockBounds {
    /// Key and index of the anchor row.
    anchor: Option<(u32, usize)>,
}

impl BlockBounds {
    /// Updates the anchor's index, and chooses another anchor if the row is gone.
    pub(super) fn update_anchor(&mut self, rows: &[Rc<Row>]) {
        let is = |key, at: usize| rows.get(at).is_some_and(|row| row.key == key);
        self.anchor = match self.anchor {
            Some((key, at)) if is(key, at) => return,
            Some((key, _)) => rows.iter().position(|row| row.key == key).map(|at| (key, at)),
            None => None,
        };
        self.anchor = self.anchor.or_else(|| rows.first().map(|row| (row.key, 0)));
    }

    /// Returns the last index up to `at` at which a block begins; the first block begins at 0.
    pub(super) fn start(&self, at: usize) -> usize {
        let lead_rows = self.lead_rows();
        if at < lead_rows { 0 } else { (at - lead_rows) / ROWS_PER_BLOCK * ROWS_PER_BLOCK + lead_rows }
    }

    /// Returns the index at which the block that begins at `start` ends.
    pub(super) fn end(&self, start: usize) -> usize {
        if start < self.lead_rows() { self.lead_rows() } else { start + ROWS_PER_BLOCK }
    }

    /// Returns the number of the block that begins at `start`. A block's number never changes.
    pub(super) fn number(&self, start: usize) -> isize {
        let signed = |at: usize| isize::try_from(at).unwrap_or(isize::MAX);
        let anchor = self.anchor.map_or(0, |(_, at)| at);
        // The first block may be short, so a block is numbered by its end.
        signed(self.end(start)) - signed(anchor)
    }

    /// Number of rows above the first full block.
    fn lead_rows(&self) -> usize {
        self.anchor.map_or(0, |(_, at)| at % ROWS_PER_BLOCK)
    }
}

#[cfg(test)]
mod tests {
    use super::{BlockBounds, ROWS_PER_BLOCK};

    #[test]
    fn rows_that_come_on_top_move_no_row_to_another_block() {
        let block_of = |anchor: usize, row: usize| {
            let bounds = BlockBounds { anchor: Some((1, anchor)) };
            let start = bounds.start(row);
            assert!(start <= row && row < bounds.end(start));
            bounds.number(start)
        };
        for more in [0, 1, 43, ROWS_PER_BLOCK, 3 * ROWS_PER_BLOCK + 7] {
            for row in 0..4 * ROWS_PER_BLOCK {
                assert_eq!(block_of(more, row + more), block_of(0, row), "{more} more, row {row}");
            }
        }
    }

    #[test]
    fn blocks_follow_one_another_without_gaps() {
        let bounds = BlockBounds { anchor: Some((1, 2 * ROWS_PER_BLOCK + 13)) };
        let mut start = 0;
        for _ in 0..5 {
            let end = bounds.end(start);
            assert!(end > start && end - start <= ROWS_PER_BLOCK);
            assert_eq!(bounds.start(end), end);
            start = end;
        }
    }
}
