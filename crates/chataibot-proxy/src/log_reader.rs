//! Reader of one conversation's log: first replays the stored entries page by page, then follows
//! the published ones, without gaps and without duplicates.
//!
//! Before each page the reader subscribes again: its queue then has everything committed after the
//! last page was read, and the entries' numbers show which of it is already known. It depends on no
//! network, and on the store only through [`LogSource`]: `tests/log_reader.rs` compiles this very
//! file, and the hub's, and runs them under every schedule of small cases.

use std::future::Future;

use chataibot_wire::{Cursor, Entry};

use super::hub::{Hub, Subscriber};
use super::ids::ConversationId;
use super::store::{ReadFrom, Replay};
use super::sync::Arc;

/// Source of the stored entries of logs.
pub trait LogSource {
    /// Why reading failed.
    type Error;

    /// Reads a page of the entries after a cursor: see
    /// [`Store::read_after`](crate::store::Store::read_after).
    fn read_after(
        &self,
        conversation: ConversationId,
        from: ReadFrom,
    ) -> impl Future<Output = Result<Replay, Self::Error>> + Send;
}

/// A reader of one conversation's log.
pub struct LogReader {
    hub: Hub,
    conversation: ConversationId,
    /// Where the next page begins: after the last entry that was handed out.
    from: ReadFrom,
    /// Set once the whole log was read; later entries arrive through it.
    live: Option<Subscriber>,
}

/// An event for a live reader.
#[derive(Debug)]
pub enum LogUpdate {
    /// The next entry.
    Entry(Arc<Entry>),
    /// An entry in between was not published here, or the epoch changed: read the log again.
    Gap,
    /// The reader was too slow and was cut off, or the conversation was deleted.
    Cut,
}

/// The position of a published entry relative to what a reader already has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryPosition {
    /// The reader already has it.
    Known,
    /// It is the next one.
    Next,
    /// Entries before it are missing, or it belongs to another epoch.
    Gap,
}

/// Classifies an entry for a reader that has everything up to `last_read`; a log begins with 1.
pub fn position(last_read: Option<Cursor>, published: Cursor) -> EntryPosition {
    let last_read = last_read.unwrap_or(Cursor { seq: 0, ..published });
    match published.seq.saturating_sub(last_read.seq) {
        _ if last_read.epoch != published.epoch => EntryPosition::Gap,
        0 => EntryPosition::Known,
        1 => EntryPosition::Next,
        _ => EntryPosition::Gap,
    }
}

impl LogReader {
    /// Creates a reader that begins at `from`.
    pub fn new(hub: Hub, conversation: ConversationId, from: ReadFrom) -> Self {
        Self { hub, conversation, from, live: None }
    }

    /// Whether the whole log was read, so that later entries arrive by subscription.
    pub fn is_live(&self) -> bool {
        self.live.is_some()
    }

    /// Reads a page, and goes live if it was the last one.
    pub async fn replay<L: LogSource>(&mut self, log: &L) -> Result<Replay, L::Error> {
        // Subscribe first: an entry committed between the two calls is then in both the queue and
        // the page, and a later one in the queue.
        let subscriber = self.hub.subscribe(self.conversation);
        let page = log.read_after(self.conversation, self.from).await?;
        if page.reset.is_some() {
            self.from.after = Some(Cursor { epoch: page.epoch, seq: 0 });
        }
        if let Some(last) = page.entries.last() {
            self.from.after = Some(last.cursor);
        }
        self.live = (!page.has_more).then_some(subscriber);
        Ok(page)
    }

    /// Returns the next event for a live reader. Cancel-safe: dropping the future loses nothing.
    pub async fn next(&mut self) -> LogUpdate {
        loop {
            let Some(live) = &mut self.live else { return LogUpdate::Gap };
            let Some(entry) = live.next().await else { return LogUpdate::Cut };
            match position(self.from.after, entry.cursor) {
                EntryPosition::Known => {}
                EntryPosition::Next => {
                    self.from.after = Some(entry.cursor);
                    return LogUpdate::Entry(entry);
                }
                EntryPosition::Gap => {
                    self.live = None;
                    return LogUpdate::Gap;
                }
            }
        }
    }

    /// Waits until anything is published, and discards it: the log must be read again.
    pub async fn changed(&mut self) {
        if let Some(live) = &mut self.live {
            let _ = live.next().await;
        }
    }
}
