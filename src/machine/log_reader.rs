//! Reads the frames of the log: the next entry, a duplicate, a gap, or a reset after which the log
//! is rebuilt in one step. Pure.

use std::rc::Rc;

use chataibot_wire::Cursor;

use super::input::Frame;
use crate::conversation::{Action, Conversation, CursorOrder, RawEntry};

/// After a reset, so long without another entry means the rest of the log has come, in
/// milliseconds.
const SETTLED: u64 = 400;

/// Whether the stream may go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadResult {
    /// It may.
    Continue,
    /// What it says cannot be used: hang up and ask again.
    Broken,
    /// The proxy ends it because the token ends.
    Reauth,
}

/// Puts the frames of a conversation's log into its state.
#[derive(Clone, Debug, Default)]
pub struct LogReader {
    rebuilding: Option<Rebuilding>,
    /// Before which gap the last stream broke, to tell a bad connection from a bad log.
    stuck: Option<Option<Cursor>>,
    /// Entries that could not be read once: their place, and where we were.
    unreadable: Vec<(Option<Cursor>, Option<Cursor>)>,
    /// Was an entry passed over that nobody has been told of?
    missed: bool,
    /// The next call asks for the whole log.
    from_start: bool,
}

/// What came since a reset. The visitor goes on seeing the old rows until it is whole.
#[derive(Clone, Debug)]
struct Rebuilding {
    entries: Vec<Rc<RawEntry>>,
    /// Does more stand before them?
    earlier: bool,
    /// When the last of them came.
    at: u64,
    /// Did the comment come that opens every stream? The next one is a heartbeat: then nothing more
    /// is on its way.
    opened: bool,
}

impl LogReader {
    /// From where the next call reads. A log that is read from its start again is a rebuild.
    pub fn begin(&mut self, conversation: &Conversation, now: u64) -> Option<Cursor> {
        let after = if self.from_start { None } else { conversation.cursor() };
        let again = after.is_none() && !conversation.log().is_empty();
        self.rebuilding = again.then(|| Rebuilding { entries: Vec::new(), earlier: false, at: now, opened: false });
        after
    }

    /// Takes frames in order, and stops at the first that ends the stream. Returns whether the
    /// conversation changed, too.
    pub fn read(&mut self, frames: Vec<Frame>, now: u64, state: &mut Conversation) -> (ReadResult, bool) {
        let mut changed = false;
        for frame in frames {
            match frame {
                Frame::Reset => {
                    self.rebuilding = Some(Rebuilding { entries: Vec::new(), earlier: false, at: now, opened: true });
                }
                Frame::Begin { earlier } => match &mut self.rebuilding {
                    Some(rebuilding) => rebuilding.earlier = earlier,
                    // What is known here already begins where it begins.
                    None if state.log().is_empty() => changed |= state.apply(Action::EarlierKnown(earlier)),
                    None => {}
                },
                Frame::Comment => match &mut self.rebuilding {
                    Some(rebuilding) if rebuilding.entries.is_empty() && !rebuilding.opened => {
                        rebuilding.opened = true;
                    }
                    Some(_) => changed |= self.settle(state),
                    None => {}
                },
                Frame::Reauth => return (ReadResult::Reauth, changed),
                Frame::Entry(entry) => {
                    if let Some(rebuilding) = &mut self.rebuilding {
                        rebuilding.entries.push(entry);
                        rebuilding.at = now;
                        continue;
                    }
                    match state.order_of(entry.cursor) {
                        CursorOrder::Known => {}
                        CursorOrder::Next => {
                            self.stuck = None;
                            changed |= state.apply(Action::Received { entry, now });
                        }
                        CursorOrder::Gap => return (self.gap(state), changed),
                    }
                }
                // A newer proxy's: its place counts, what it says does not.
                Frame::Unfamiliar(cursor) => changed |= self.skip(cursor, state),
                Frame::TooLong(cursor) if !self.knows(cursor, state) => changed |= self.miss(cursor, state),
                Frame::Unreadable(cursor) if !self.knows(cursor, state) => {
                    // The first time it may be the connection's fault, the second time it is the
                    // entry's.
                    let which = (cursor, state.cursor().filter(|_| cursor.is_none()));
                    if !self.unreadable.contains(&which) {
                        self.unreadable.push(which);
                        return (ReadResult::Broken, changed);
                    }
                    changed |= self.miss(cursor, state);
                }
                Frame::TooLong(_) | Frame::Unreadable(_) | Frame::Retry(_) => {}
            }
        }
        (ReadResult::Continue, changed)
    }

    fn knows(&self, cursor: Option<Cursor>, state: &Conversation) -> bool {
        self.rebuilding.is_none() && cursor.is_some_and(|cursor| state.order_of(cursor) == CursorOrder::Known)
    }

    fn miss(&mut self, cursor: Option<Cursor>, state: &mut Conversation) -> bool {
        self.missed = true;
        self.skip(cursor, state)
    }

    /// Was an entry passed over since this was asked last?
    pub fn take_missed(&mut self) -> bool {
        std::mem::take(&mut self.missed)
    }

    fn skip(&mut self, cursor: Option<Cursor>, state: &mut Conversation) -> bool {
        match (cursor, &self.rebuilding) {
            (Some(cursor), None) => state.apply(Action::Skipped { cursor }),
            (Some(_), Some(_)) | (None, _) => false,
        }
    }

    fn gap(&mut self, state: &Conversation) -> ReadResult {
        self.from_start = self.stuck == Some(state.cursor());
        self.stuck = Some(state.cursor());
        ReadResult::Broken
    }

    /// What came since a reset is all there is: shows it. Returns whether there was anything to
    /// show anew.
    pub fn settle(&mut self, state: &mut Conversation) -> bool {
        let Some(Rebuilding { entries, earlier, .. }) = self.rebuilding.take() else { return false };
        self.from_start = false;
        self.stuck = None;
        state.apply(Action::Rebuilt { entries, earlier })
    }

    /// The stream ended. Half a rebuilt log is not shown: it is asked for again, from its start.
    pub fn cut(&mut self) {
        if self.rebuilding.take().is_some() {
            self.from_start = true;
        }
    }

    /// Another conversation is read from now on.
    pub fn forget(&mut self) {
        *self = Self::default();
    }

    /// When [`Self::settle`] is due.
    #[must_use]
    pub fn due(&self) -> Option<u64> {
        self.rebuilding
            .as_ref()
            .filter(|rebuilding| !rebuilding.entries.is_empty())
            .map(|rebuilding| rebuilding.at + SETTLED)
    }
}
