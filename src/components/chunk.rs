//! Rows in chunks that are looked at again only when one of their rows changed.

use std::rc::Rc;

use yew::prelude::*;

use super::{
    markup::element,
    message_row::{self, RowView},
};
use crate::conversation::Row;

/// Rows in a chunk: one row more means that the others of its chunk are made and compared again.
pub(super) const CHUNK: usize = 50;

#[derive(Properties, Clone, PartialEq)]
pub(super) struct ChunkProps {
    pub(super) rows: Vec<RowView>,
    /// Nothing is added any more: the browser may leave it out while it is out of view.
    pub(super) settled: bool,
}

pub(super) struct Chunk;

impl Component for Chunk {
    type Message = ();
    type Properties = ChunkProps;

    fn create(_: &Context<Self>) -> Self {
        Self
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let ChunkProps { rows, settled } = ctx.props();
        let class = if *settled { "chunk chunk-settled" } else { "chunk" };
        let mut nodes = Vec::with_capacity(rows.len());
        for view in rows {
            message_row::put_row(view, &mut nodes);
        }
        let rows: Html = nodes.into_iter().collect();
        element!("div", "class" = class; rows).into()
    }
}

/// Where chunks begin. They are counted from one row that stays: rows that come on top of it or below move no row to another chunk.
#[derive(Clone, Copy, Default)]
pub(super) struct Bounds {
    /// Key and place of the row that chunks are counted from.
    anchor: Option<(u32, usize)>,
}

impl Bounds {
    /// Looks where the anchor is now, and takes another when it is gone.
    pub(super) fn find(&mut self, rows: &[Rc<Row>]) {
        let is = |key, at: usize| rows.get(at).is_some_and(|row| row.key == key);
        self.anchor = match self.anchor {
            Some((key, at)) if is(key, at) => return,
            Some((key, _)) => rows.iter().position(|row| row.key == key).map(|at| (key, at)),
            None => None,
        };
        self.anchor = self.anchor.or_else(|| rows.first().map(|row| (row.key, 0)));
    }

    /// The last place not after `at` where a chunk begins; the first one begins with the first row.
    pub(super) fn start(&self, at: usize) -> usize {
        let lead = self.lead();
        if at < lead { 0 } else { (at - lead) / CHUNK * CHUNK + lead }
    }

    /// Where the chunk that begins at `start` ends.
    pub(super) fn end(&self, start: usize) -> usize {
        if start < self.lead() { self.lead() } else { start + CHUNK }
    }

    /// The number of the chunk that begins at `start`: it keeps it for life.
    pub(super) fn number(&self, start: usize) -> isize {
        let place = |at: usize| isize::try_from(at).unwrap_or(isize::MAX);
        let anchor = self.anchor.map_or(0, |(_, at)| at);
        // The first chunk may be short: it is numbered by its end.
        place(self.end(start)) - place(anchor)
    }

    /// Rows above the first whole chunk.
    fn lead(&self) -> usize {
        self.anchor.map_or(0, |(_, at)| at % CHUNK)
    }
}

#[cfg(test)]
mod tests {
    use super::{Bounds, CHUNK};

    #[test]
    fn rows_that_come_on_top_move_no_row_to_another_chunk() {
        let chunk_of = |anchor: usize, row: usize| {
            let bounds = Bounds { anchor: Some((1, anchor)) };
            let start = bounds.start(row);
            assert!(start <= row && row < bounds.end(start));
            bounds.number(start)
        };
        for more in [0, 1, 43, CHUNK, 3 * CHUNK + 7] {
            for row in 0..4 * CHUNK {
                assert_eq!(chunk_of(more, row + more), chunk_of(0, row), "{more} more, row {row}");
            }
        }
    }

    #[test]
    fn chunks_follow_one_another_without_gaps() {
        let bounds = Bounds { anchor: Some((1, 2 * CHUNK + 13)) };
        let mut start = 0;
        for _ in 0..5 {
            let end = bounds.end(start);
            assert!(end > start && end - start <= CHUNK);
            assert_eq!(bounds.start(end), end);
            start = end;
        }
    }
}
