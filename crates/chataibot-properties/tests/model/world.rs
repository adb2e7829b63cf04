//! State of the model: one log, one or two proxies that follow it, one widget, and at most one
//! connection.

use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::rc::Rc;

use chataibot_proxy::log_reader::{EntryPosition, position};
use chataibot_proxy::store::log::reset_reason;
use chataibot_widget::conversation::{Action, Conversation, Phase, RawEntry, Restored};
use chataibot_widget::machine::input::Frame;
use chataibot_widget::machine::log_reader::{LogReader, ReadResult};
use chataibot_wire::{Author, Content, Cursor, Entry, Event, RichText, content::Text, entry::Message};

/// Entries per read, and capacity of a reader's queue: so small that short logs reach both limits.
const PAGE: usize = 2;
const QUEUE: usize = 1;

/// How often each event may occur at most.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Committed entries.
    pub commits: u8,
    /// Connections that break.
    pub cuts: u8,
    /// Times the log loses its last entry and gets a new epoch.
    pub epochs: u8,
    /// Times the log loses its first entry.
    pub trims: u8,
    /// Page reloads.
    pub reloads: u8,
    /// Number of proxies: one or two.
    pub proxies: usize,
}

/// A rule of the protocol that the model leaves out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bug {
    ReadsBeforeItSubscribes,
    PublishesBeforeItCommits,
    LooksAtNoEpoch,
    CutsNobody,
    DropsWithoutAWord,
    ReadsOnePage,
    StoresTheCursorFirst,
}

/// An event of the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// An entry is committed; with [`Bug::PublishesBeforeItCommits`] it is only published.
    Commit,
    /// The entry published with that bug is committed.
    Land,
    /// This proxy publishes the next entry.
    Publish(usize),
    /// The log loses its last entry, and continues in a new epoch.
    GoBack,
    /// This proxy notices the new epoch, and cuts its readers.
    FindOut(usize),
    /// The log's first entry is deleted.
    Trim,
    /// The widget connects to this proxy.
    Connect(usize),
    /// The connection's reader subscribes.
    Subscribe,
    /// The reader reads a page of the log.
    Read,
    /// The reader sends what was published.
    HandOn,
    /// The reader sends a heartbeat.
    Beat,
    /// The widget receives the next frame.
    Hear,
    /// Nothing came for a while: the widget shows the rebuilt log.
    Settle,
    /// The connection breaks.
    Cut,
    /// The widget stores its state.
    Store,
    /// The page is reloaded, with the stored state.
    Reload,
}

/// A connection, with the proxy's reader at its one end.
#[derive(Clone, Debug, Hash)]
struct Connection {
    proxy: usize,
    cursor: Option<(u32, u32)>,
    /// Published entries that were not sent yet; `Some` while subscribed.
    queue: Option<VecDeque<Published>>,
    /// Whether the whole log was read.
    live: bool,
    /// Whether the hub has cut the reader: it ends after the entries in its queue.
    cut: bool,
    /// Frames that were sent and not received yet.
    frames: VecDeque<Sent>,
    ended: bool,
}

#[derive(Clone, Copy, Debug, Hash)]
struct Published {
    epoch: u32,
    seq: u32,
    id: u64,
}

#[derive(Clone, Copy, Debug, Hash)]
enum Sent {
    Entry(Published),
    Reset,
    Comment,
}

/// A state of the model.
#[derive(Clone)]
pub struct World {
    left: Bounds,
    bug: Option<Bug>,
    epoch: u32,
    /// Each entry has a unique number; its position in the log, counted from 1, is its `seq`.
    log: Vec<u64>,
    /// Number of trimmed entries.
    trimmed: usize,
    next_id: u64,
    /// An entry that is published and not in the log yet.
    landing: Option<u64>,
    /// Per proxy: the position up to which it has published, and whether it knows the epoch.
    published: Vec<(usize, bool)>,
    connection: Option<Connection>,
    reader: LogReader,
    conversation: Conversation,
    stored: Conversation,
}

impl World {
    pub fn new(bounds: Bounds, bug: Option<Bug>) -> Self {
        let mut conversation = Conversation::default();
        conversation.apply(Action::Started("c".into()));
        Self {
            left: bounds,
            bug,
            epoch: 1,
            log: Vec::new(),
            trimmed: 0,
            next_id: 1,
            landing: None,
            published: vec![(0, true); bounds.proxies],
            connection: None,
            reader: LogReader::default(),
            stored: conversation.clone(),
            conversation,
        }
    }

    /// Hash of the state; equal for two states only if they behave the same.
    pub fn fingerprint(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        let left = [self.left.commits, self.left.cuts, self.left.epochs, self.left.trims, self.left.reloads];
        (left, self.epoch, &self.log, self.trimmed, self.next_id, self.landing, &self.published).hash(&mut hasher);
        self.connection.hash(&mut hasher);
        for conversation in [&self.conversation, &self.stored] {
            (ids(conversation), conversation.cursor(), conversation.read_cursor()).hash(&mut hasher);
        }
        // The reader's fields are private, but its `Debug` output contains all of them.
        format!("{:?}", self.reader).hash(&mut hasher);
        hasher.finish()
    }

    /// All events that are possible now.
    pub fn possible(&self) -> Vec<Step> {
        let mut steps = self.without_faults();
        let left = self.left;
        let faults = [
            (left.commits > 0 && self.landing.is_none(), Step::Commit),
            (left.cuts > 0 && self.connection.is_some(), Step::Cut),
            (left.epochs > 0 && !self.log.is_empty(), Step::GoBack),
            (left.trims > 0 && self.trimmed < self.log.len(), Step::Trim),
            (left.reloads > 0 && self.conversation.cursor() != self.stored.cursor(), Step::Store),
            (left.reloads > 0, Step::Reload),
        ];
        steps.extend(faults.into_iter().filter(|(possible, _)| *possible).map(|(_, step)| step));
        steps
    }

    /// The next event if nothing else goes wrong: the first possible one.
    pub fn next_without_faults(&self) -> Option<Step> {
        self.without_faults().into_iter().next()
    }

    fn without_faults(&self) -> Vec<Step> {
        let mut steps: Vec<Step> = self.landing.map(|_| Step::Land).into_iter().collect();
        for (proxy, (published, knows)) in self.published.iter().enumerate() {
            if !knows {
                steps.push(Step::FindOut(proxy));
            } else if *published < self.log.len() {
                steps.push(Step::Publish(proxy));
            }
        }
        match &self.connection {
            None => steps.extend((0..self.published.len()).map(Step::Connect)),
            Some(connection) => {
                let queued = connection.queue.as_ref().is_some_and(|queue| !queue.is_empty());
                let reads_first = self.bug == Some(Bug::ReadsBeforeItSubscribes);
                let is_quiet = connection.live && !queued && !connection.cut;
                let steps_of_reader = [
                    (!connection.live && connection.queue.is_none() && !reads_first, Step::Subscribe),
                    (!connection.live && (connection.queue.is_some() || reads_first), Step::Read),
                    (connection.live && connection.queue.is_none() && reads_first, Step::Subscribe),
                    (connection.live && (queued || connection.cut), Step::HandOn),
                    (!connection.frames.is_empty() || connection.ended, Step::Hear),
                    // A heartbeat only matters to a widget that waits for it.
                    (is_quiet && connection.frames.is_empty() && self.rebuilds(), Step::Beat),
                ];
                let going_on = steps_of_reader.into_iter().filter(|(possible, _)| *possible && !connection.ended);
                steps.extend(going_on.map(|(_, step)| step));
                if connection.ended {
                    steps.push(Step::Hear);
                }
            }
        }
        if self.reader.due().is_some() {
            steps.push(Step::Settle);
        }
        steps
    }

    fn rebuilds(&self) -> bool {
        format!("{:?}", self.reader).contains("rebuilding: Some")
    }

    /// Applies an event.
    pub fn take(&mut self, step: Step) {
        match step {
            Step::Commit => {
                self.left.commits -= 1;
                let id = self.next_id;
                self.next_id += 1;
                if self.bug == Some(Bug::PublishesBeforeItCommits) {
                    (0..self.published.len()).for_each(|proxy| self.publish(proxy, id));
                    self.landing = Some(id);
                } else {
                    self.log.push(id);
                }
            }
            Step::Land => self.log.extend(self.landing.take()),
            Step::Publish(proxy) => {
                let id = self.log[self.published[proxy].0];
                self.publish(proxy, id);
            }
            Step::GoBack => {
                self.left.epochs -= 1;
                self.epoch += 1;
                self.log.pop();
                self.trimmed = self.trimmed.min(self.log.len());
                self.published.iter_mut().for_each(|(_, knows)| *knows = false);
            }
            Step::FindOut(proxy) => {
                self.published[proxy] = (self.log.len(), true);
                if self.bug != Some(Bug::CutsNobody)
                    && let Some(connection) =
                        self.connection.as_mut().filter(|it| it.proxy == proxy && it.queue.is_some())
                {
                    connection.cut = true;
                }
            }
            Step::Trim => {
                self.left.trims -= 1;
                self.trimmed += 1;
            }
            Step::Connect(proxy) => {
                let after = self.reader.begin_request(&self.conversation, 0);
                self.connection = Some(Connection {
                    proxy,
                    cursor: after.map(|after| (after.epoch, after.seq)),
                    queue: None,
                    live: false,
                    cut: false,
                    frames: VecDeque::from([Sent::Comment]),
                    ended: false,
                });
            }
            Step::Subscribe => {
                if let Some(connection) = &mut self.connection {
                    connection.queue = Some(VecDeque::new());
                    connection.cut = false;
                }
            }
            Step::Read => self.read(),
            Step::HandOn => self.hand_on(),
            Step::Beat => self.connection.iter_mut().for_each(|it| it.frames.push_back(Sent::Comment)),
            Step::Hear => self.hear(),
            Step::Settle => {
                self.reader.finish_rebuild(&mut self.conversation);
            }
            Step::Cut => {
                self.left.cuts -= 1;
                self.hang_up();
            }
            Step::Store => {
                if self.bug == Some(Bug::StoresTheCursorFirst) {
                    let entries = self.stored.log().to_vec();
                    self.stored = restored(&self.conversation, entries);
                } else {
                    self.stored = self.conversation.clone();
                }
            }
            Step::Reload => {
                self.left.reloads -= 1;
                self.connection = None;
                self.reader = LogReader::default();
                self.conversation = restored(&self.stored, self.stored.log().to_vec());
            }
        }
    }

    fn publish(&mut self, proxy: usize, id: u64) {
        let place = &mut self.published[proxy].0;
        *place += 1;
        let published = Published { epoch: self.epoch, seq: u32::try_from(*place).expect("short"), id };
        let listening = self.connection.as_mut().filter(|it| it.proxy == proxy && !it.cut);
        if let Some(connection) = listening
            && let Some(queue) = &mut connection.queue
        {
            if queue.len() < QUEUE {
                queue.push_back(published);
            } else if self.bug != Some(Bug::DropsWithoutAWord) {
                connection.cut = true;
            }
        }
    }

    /// Reads like the store's `read_after` and the hand-over.
    fn read(&mut self) {
        let Some(connection) = &mut self.connection else { return };
        let after = connection.cursor.map(|(epoch, seq)| Cursor { epoch, seq });
        let last = u32::try_from(self.log.len()).expect("short");
        let first = u32::try_from(self.trimmed).expect("short") + 1;
        let looked_at = match self.bug {
            Some(Bug::LooksAtNoEpoch) => after.map(|after| Cursor { epoch: self.epoch, ..after }),
            Some(_) | None => after,
        };
        let reset = looked_at.is_some_and(|after| reset_reason(after, self.epoch, first, last).is_some());
        let begin = after.filter(|_| !reset).map_or(0, |after| after.seq as usize).max(self.trimmed);
        let end = self.log.len().min(begin + PAGE);
        if reset {
            connection.frames.push_back(Sent::Reset);
            connection.cursor = Some((self.epoch, 0));
        }
        for place in begin..end {
            let seq = u32::try_from(place).expect("short") + 1;
            connection.frames.push_back(Sent::Entry(Published { epoch: self.epoch, seq, id: self.log[place] }));
            connection.cursor = Some((self.epoch, seq));
        }
        connection.live = end == self.log.len() || self.bug == Some(Bug::ReadsOnePage);
        if !connection.live {
            connection.queue = None;
        }
    }

    fn hand_on(&mut self) {
        let Some(connection) = &mut self.connection else { return };
        let Some(entry) = connection.queue.as_mut().and_then(VecDeque::pop_front) else {
            connection.ended = true;
            return;
        };
        let had = connection.cursor.map(|(epoch, seq)| Cursor { epoch, seq });
        match position(had, Cursor { epoch: entry.epoch, seq: entry.seq }) {
            EntryPosition::Known => {}
            EntryPosition::Next => {
                connection.cursor = Some((entry.epoch, entry.seq));
                connection.frames.push_back(Sent::Entry(entry));
            }
            EntryPosition::Gap => {
                connection.live = false;
                connection.queue = None;
                connection.cut = false;
            }
        }
    }

    fn hear(&mut self) {
        let Some(sent) = self.connection.as_mut().and_then(|connection| connection.frames.pop_front()) else {
            return self.hang_up();
        };
        let frame = match sent {
            Sent::Entry(entry) => Frame::Entry(Rc::new(logged(entry))),
            Sent::Reset => Frame::Reset,
            Sent::Comment => Frame::Comment,
        };
        let (course, _) = self.reader.read(vec![frame], 0, &mut self.conversation);
        match course {
            ReadResult::Continue => {}
            ReadResult::Broken | ReadResult::Reauth => self.hang_up(),
        }
    }

    fn hang_up(&mut self) {
        self.connection = None;
        self.reader.stream_ended();
    }

    /// Describes what is already wrong in this state.
    pub fn wrong(&self) -> Option<String> {
        let log = self.conversation.log();
        let together = log.windows(2).all(|two| {
            let (one, next) = (two[0].cursor, two[1].cursor);
            one.epoch == next.epoch && next.seq == one.seq + 1
        });
        if !together {
            return Some(format!("the visitor sees {:?}", ids(&self.conversation)));
        }
        if log.windows(2).any(|two| two[0].at >= two[1].at) {
            return Some(format!("twice or out of order: {:?}", ids(&self.conversation)));
        }
        let known = |entry: &RawEntry| self.log.get(entry.cursor.seq as usize - 1) == Some(&entry.at);
        if log.iter().any(|entry| entry.cursor.epoch == self.epoch && !known(entry)) {
            return Some(format!("the log has {:?} and the visitor sees {:?}", self.log, ids(&self.conversation)));
        }
        let rows = self.conversation.rows().len();
        (rows != log.len()).then(|| format!("{rows} rows for {} entries", log.len()))
    }

    /// Checks a state at rest: the visitor must see all of the newest log.
    pub fn is_whole(&self) -> Result<(), String> {
        let shown: Vec<u64> = self.conversation.log().iter().map(|entry| entry.at).collect();
        let left = &self.log[self.trimmed..];
        let noticed = self.conversation.cursor().is_none_or(|cursor| cursor.epoch == self.epoch);
        if shown.ends_with(left) && noticed && (!left.is_empty() || shown.is_empty() || self.trimmed > 0) {
            return Ok(());
        }
        Err(format!("the log of epoch {} has {left:?} and the visitor sees {:?}", self.epoch, ids(&self.conversation)))
    }
}

fn ids(conversation: &Conversation) -> Vec<(u32, u32, u64)> {
    conversation.log().iter().map(|entry| (entry.cursor.epoch, entry.cursor.seq, entry.at)).collect()
}

fn logged(entry: Published) -> RawEntry {
    let content = Content::Text(Text { body: RichText::plain("x"), prompt: None });
    let event = Event::Message(Message { author: Author::Bot, client_message_id: None, content });
    RawEntry::from(Entry { cursor: Cursor { epoch: entry.epoch, seq: entry.seq }, at: entry.id, event })
}

/// A conversation as a reload restores it: cursor and read mark of `from`, with these entries.
fn restored(from: &Conversation, entries: Vec<Rc<RawEntry>>) -> Conversation {
    let mut conversation = Conversation::default();
    conversation.apply(Action::Restored(Box::new(Restored {
        id: from.id().cloned(),
        phase: Phase::Active,
        entries,
        cursor: from.cursor(),
        read_cursor: from.read_cursor(),
        assignee: None,
        has_earlier: false,
        feedback: Vec::new(),
    })));
    conversation
}
