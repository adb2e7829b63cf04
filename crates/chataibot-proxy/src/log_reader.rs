//! One reader's way through a conversation's log: first what is in it, page by page, then what is
//! published, without a gap and without a double.
//!
//! Before each page the reader subscribes anew, so whatever is committed after the last page's
//! reading is in its queue, and its numbers tell what it has had. Knows no network and no store but
//! by [`LogSource`]: `tests/log_reader.rs` runs this very file, and the hub's, under every schedule
//! of small cases.

use std::future::Future;

use chataibot_wire::{Cursor, Entry};

use super::{
    hub::{Hub, Subscriber},
    ids::ConversationId,
    store::{ReadFrom, Replay},
    sync::Arc,
};

/// Where a log is read.
pub trait LogSource {
    /// Why it can't be.
    type Error;

    /// A page of the entries after a cursor: see
    /// [`Store::read_after`](crate::store::Store::read_after).
    fn read_after(
        &self,
        conversation: ConversationId,
        from: ReadFrom,
    ) -> impl Future<Output = Result<Replay, Self::Error>> + Send;
}

/// One reader.
pub struct LogReader {
    hub: Hub,
    conversation: ConversationId,
    /// Its cursor is that of the last entry that was handed out.
    from: ReadFrom,
    /// There once all of the log was read: the rest comes by itself.
    live: Option<Subscriber>,
}

/// What a live reader hears.
#[derive(Debug)]
pub enum LogUpdate {
    /// The next entry.
    Entry(Arc<Entry>),
    /// Something between was not published here, or the log is another one: it is to be read again.
    Gap,
    /// The reader was too slow and was cut, or the conversation was deleted.
    Cut,
}

/// How an entry that was published relates to what a reader has had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryPosition {
    /// The reader has had it.
    Known,
    /// It is the next one.
    Next,
    /// Something is missing before it, or it belongs to another epoch.
    Gap,
}

/// Where a published entry stands for a reader that has had all up to `had`; the first of all has
/// number 1.
pub fn position(had: Option<Cursor>, published: Cursor) -> EntryPosition {
    let seq = match had {
        Some(had) if had.epoch != published.epoch => return EntryPosition::Gap,
        Some(had) => had.seq,
        None => 0,
    };
    if published.seq <= seq {
        EntryPosition::Known
    } else if published.seq - seq == 1 {
        EntryPosition::Next
    } else {
        EntryPosition::Gap
    }
}

impl LogReader {
    /// A reader that begins there.
    pub fn new(hub: Hub, conversation: ConversationId, from: ReadFrom) -> Self {
        Self { hub, conversation, from, live: None }
    }

    /// Was all of the log read? Then the rest comes by itself.
    pub fn is_live(&self) -> bool {
        self.live.is_some()
    }

    /// Reads a page, and goes live when it was the last.
    pub async fn replay<L: LogSource>(&mut self, log: &L) -> Result<Replay, L::Error> {
        // The order matters: what is committed between the two is in both, and what comes later is
        // in the queue.
        let subscriber = self.hub.subscribe(self.conversation);
        let page = log.read_after(self.conversation, self.from).await?;
        if page.reset.is_some() {
            self.from.after = Some(Cursor { epoch: page.epoch, seq: 0 });
        }
        if let Some(last) = page.entries.last() {
            self.from.after = Some(last.cursor);
        }
        self.live = (!page.more).then_some(subscriber);
        Ok(page)
    }

    /// What comes next to a live reader. May be given up at any time without losing anything.
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

    /// Waits for anything at all to be published to a live reader. What it was has to be read
    /// again.
    pub async fn changed(&mut self) {
        if let Some(live) = &mut self.live {
            let _ = live.next().await;
        }
    }
}
