//! Reader of the log's frames. Tells apart the next entry, a duplicate, a gap, and a reset, after
//! which the log is rebuilt in one step. Pure.

use std::rc::Rc;

use chataibot_wire::Cursor;

use super::input::Frame;
use crate::conversation::{Action, Conversation, CursorOrder, RawEntry};

/// The rest of a log has arrived if no entry comes for this long, in milliseconds.
const REBUILD_SETTLE_TIME: u64 = 400;

/// Whether the stream can continue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadResult {
    /// It can.
    Continue,
    /// Its content cannot be used: disconnect and request again.
    Broken,
    /// The proxy ends it because the token expires.
    Reauth,
}

/// Applies the frames of a conversation's log to its state.
#[derive(Clone, Debug, Default)]
pub struct LogReader {
    rebuilding: Option<Rebuilding>,
    /// Where the last stream had a gap. A second gap there is the log's fault.
    gap_at: Option<Option<Cursor>>,
    /// Entries that failed to parse once, by their cursor or else the reader's.
    unreadable: Vec<(Option<Cursor>, Option<Cursor>)>,
    /// Whether an entry was skipped and not yet reported.
    skipped_unreadable: bool,
    /// Whether the next request asks for the whole log.
    from_start: bool,
}

/// The entries since a reset. The visitor sees the old rows until they are complete.
#[derive(Clone, Debug, Default)]
struct Rebuilding {
    entries: Vec<Rc<RawEntry>>,
    has_earlier: bool,
    /// When the last of them arrived.
    last_entry_at: u64,
    /// Whether the comment that opens every stream has arrived. The next comment is a heartbeat: by
    /// then the whole log has arrived.
    has_opened: bool,
}

impl LogReader {
    /// Returns the cursor after which the next request reads. Reading a log from its start again is
    /// a rebuild, also if its entries were too large to be stored.
    pub fn begin_request(&mut self, conversation: &Conversation, now: u64) -> Option<Cursor> {
        let after = if self.from_start { None } else { conversation.cursor() };
        let was_read = !conversation.log().is_empty() || conversation.read_cursor().is_some();
        let is_rebuild = after.is_none() && was_read;
        self.rebuilding = is_rebuild.then(|| Rebuilding { last_entry_at: now, ..Rebuilding::default() });
        after
    }

    /// Reads frames until one ends the stream. Also returns whether the conversation changed.
    pub fn read(&mut self, frames: Vec<Frame>, now: u64, state: &mut Conversation) -> (ReadResult, bool) {
        let mut changed = false;
        for frame in frames {
            match frame {
                Frame::Reset => {
                    let begun = Rebuilding { last_entry_at: now, has_opened: true, ..Rebuilding::default() };
                    self.rebuilding = Some(begun);
                }
                Frame::Begin { has_earlier } => match &mut self.rebuilding {
                    Some(rebuilding) => rebuilding.has_earlier = has_earlier,
                    // Only for an empty log: otherwise the beginning of the known part counts.
                    None if state.log().is_empty() => changed |= state.apply(Action::EarlierKnown(has_earlier)),
                    None => {}
                },
                Frame::Comment => match &mut self.rebuilding {
                    Some(rebuilding) if rebuilding.entries.is_empty() && !rebuilding.has_opened => {
                        rebuilding.has_opened = true;
                    }
                    Some(_) => changed |= self.finish_rebuild(state),
                    None => {}
                },
                Frame::Reauth => return (ReadResult::Reauth, changed),
                Frame::Entry(entry) => {
                    if let Some(rebuilding) = &mut self.rebuilding {
                        rebuilding.entries.push(entry);
                        rebuilding.last_entry_at = now;
                        continue;
                    }
                    match state.order_of(entry.cursor) {
                        CursorOrder::Known => {}
                        CursorOrder::Next => {
                            self.gap_at = None;
                            changed |= state.apply(Action::Received { entry, now });
                        }
                        CursorOrder::Gap => return (self.handle_gap(state), changed),
                    }
                }
                // From a newer proxy: only the cursor is used.
                Frame::Unfamiliar(cursor) => changed |= self.skip(cursor, state),
                Frame::TooLong(cursor) if !self.is_known(cursor, state) => {
                    changed |= self.skip_unreadable(cursor, state);
                }
                Frame::Unreadable(cursor) if !self.is_known(cursor, state) => {
                    // The first failure may be the connection's fault, the second is the entry's.
                    let failed_entry = (cursor, state.cursor().filter(|_| cursor.is_none()));
                    if !self.unreadable.contains(&failed_entry) {
                        self.unreadable.push(failed_entry);
                        return (ReadResult::Broken, changed);
                    }
                    changed |= self.skip_unreadable(cursor, state);
                }
                Frame::TooLong(_) | Frame::Unreadable(_) | Frame::Retry(_) => {}
            }
        }
        (ReadResult::Continue, changed)
    }

    fn is_known(&self, cursor: Option<Cursor>, state: &Conversation) -> bool {
        self.rebuilding.is_none() && cursor.is_some_and(|cursor| state.order_of(cursor) == CursorOrder::Known)
    }

    fn skip_unreadable(&mut self, cursor: Option<Cursor>, state: &mut Conversation) -> bool {
        self.skipped_unreadable = true;
        self.skip(cursor, state)
    }

    /// Returns whether an entry was skipped since the last call.
    pub fn take_skipped_unreadable(&mut self) -> bool {
        std::mem::take(&mut self.skipped_unreadable)
    }

    fn skip(&mut self, cursor: Option<Cursor>, state: &mut Conversation) -> bool {
        self.rebuilding.is_none() && cursor.is_some_and(|cursor| state.apply(Action::Skipped(cursor)))
    }

    fn handle_gap(&mut self, state: &Conversation) -> ReadResult {
        self.from_start = self.gap_at == Some(state.cursor());
        self.gap_at = Some(state.cursor());
        ReadResult::Broken
    }

    /// Ends a rebuild: shows its entries as the whole log. Returns whether anything changed.
    pub fn finish_rebuild(&mut self, state: &mut Conversation) -> bool {
        let Some(Rebuilding { entries, has_earlier, .. }) = self.rebuilding.take() else { return false };
        self.from_start = false;
        self.gap_at = None;
        state.apply(Action::Rebuilt { entries, has_earlier })
    }

    /// Handles the end of the stream. A log that was partly rebuilt is requested again.
    pub fn stream_ended(&mut self) {
        if self.rebuilding.take().is_some() {
            self.from_start = true;
        }
    }

    /// When [`Self::finish_rebuild`] is due.
    pub fn due(&self) -> Option<u64> {
        let rebuilding = self.rebuilding.as_ref().filter(|rebuilding| !rebuilding.entries.is_empty())?;
        Some(rebuilding.last_entry_at + REBUILD_SETTLE_TIME)
    }
}
