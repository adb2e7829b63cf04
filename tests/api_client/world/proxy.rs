//! The simulated proxy: tokens, idempotent sends, a log per conversation, streams and polls, and
//! faults at the rates in `fault_rates`.

use std::rc::Rc;

use chataibot_widget::api::{ApiError, Credentials};
use chataibot_widget::conversation::{OutboxMessage, RawEntry};
use chataibot_widget::machine::connection::Attempt;
use chataibot_widget::machine::input::{Frame, Input};
use chataibot_wire::content::Text;
use chataibot_wire::entry::{Delivery, DeliveryState, Message, Status};
use chataibot_wire::{Author, Content, Cursor, Entry, Event, RichText};

use super::{Accepted, Happening, Log, Stream, WALL, World};

/// Entries that a reader without a cursor gets from a log's end, and entries per earlier page:
/// fewer than in production, so that short logs have pages, too.
const LATEST_ENTRIES: usize = 12;
const PAGE_SIZE: usize = 5;

impl World {
    pub(super) fn token(&mut self, visitor: &str) -> Rc<Credentials> {
        let token = self.new_id().to_string();
        self.tokens.insert(token.clone(), (visitor.into(), self.now + 600_000));
        let wall = self.now + WALL;
        Rc::new(Credentials {
            visitor: visitor.into(),
            token,
            renewal: format!("secret of {visitor}"),
            from: wall,
            until: wall + 600_000,
            uploads: None,
            typed: self.typed,
        })
    }

    pub(super) fn visitor_of(&self, token: &str) -> Result<String, ApiError> {
        match self.tokens.get(token) {
            Some((visitor, until)) if *until > self.now => Ok(visitor.clone()),
            _ => Err(ApiError::Unauthorized),
        }
    }

    /// Handles a visitor's message like the proxy: logs it, then forwards it, once per key.
    pub(super) fn deliver(
        &mut self,
        conversation: Option<Rc<str>>,
        message: &OutboxMessage,
        credentials: &Credentials,
    ) -> Result<Rc<str>, ApiError> {
        let rates = self.fault_rates;
        if self.happens(rates.request_lost) {
            return Err(ApiError::Network);
        }
        if self.happens(rates.busy) {
            let retry_after = Some(self.random(3));
            return Err(ApiError::Busy { retry_after, code: Rc::from("RATE_LIMITED") });
        }
        let visitor = self.visitor_of(&credentials.token)?;
        let known = self.attempts.get(&*message.id).cloned();
        // The choice that the runtime makes; a start is always text.
        let typed = message.typed.clone().filter(|_| credentials.typed && conversation.is_some());
        if typed.is_some() && !self.accepts_typed_answers {
            return Err(ApiError::Refused { code: Rc::from("BAD_REQUEST") });
        }
        if known.as_ref().is_some_and(|known| known.typed != typed) {
            return Err(ApiError::Refused { code: Rc::from("KEY_REUSED") });
        }
        let conversation = match (&known, conversation) {
            (Some(attempt), _) => attempt.conversation.clone(),
            (None, Some(conversation)) => conversation,
            (None, None) => {
                let alias: Rc<str> = Rc::from(format!("conversation-{}", self.counter));
                self.logs.insert(alias.clone(), Log { epoch: 1, visitor: visitor.clone(), ..Log::default() });
                alias
            }
        };
        match self.logs.get(&conversation) {
            Some(log) if log.visitor == visitor => {}
            _ => return Err(ApiError::NotFound),
        }
        if known.is_none() && self.logs[&conversation].ended {
            return Err(ApiError::Ended);
        }
        let outcome = match &known {
            Some(attempt) if attempt.state != DeliveryState::Failed => attempt.state,
            _ => {
                if known.is_none() {
                    self.append(&conversation, visitor_says(&message.id, &message.text));
                }
                let state = if self.happens(rates.unknown) {
                    DeliveryState::Unknown
                } else if self.happens(rates.forward_failed) {
                    DeliveryState::Failed
                } else {
                    DeliveryState::Sent
                };
                self.attempts
                    .insert(message.id.to_string(), Accepted { conversation: conversation.clone(), state, typed });
                self.append(&conversation, delivery(&message.id, state));
                match state {
                    DeliveryState::Sent => self.reply_to(&conversation, &message.id),
                    DeliveryState::Unknown => {
                        let (conversation, id) = (conversation.clone(), message.id.to_string());
                        self.push(self.now + 7_000, Happening::Settle { conversation, id });
                    }
                    DeliveryState::Sending | DeliveryState::Failed | DeliveryState::Refused => {}
                }
                state
            }
        };
        // A repeated start with an unknown outcome returns its conversation once the echo has come.
        if self.happens(rates.answer_lost) {
            return Err(ApiError::Network);
        }
        match outcome {
            DeliveryState::Sent | DeliveryState::Sending => Ok(conversation),
            DeliveryState::Unknown => {
                let settled = self.logs[&conversation].entries.iter().any(|entry| {
                    matches!(&entry.event, Event::Delivery(d) if d.client_message_id == *message.id && d.state == DeliveryState::Sent)
                });
                if settled { Ok(conversation) } else { Err(ApiError::Unknown) }
            }
            DeliveryState::Failed => Err(ApiError::Busy { retry_after: None, code: Rc::from("UNAVAILABLE") }),
            DeliveryState::Refused => Err(ApiError::Refused { code: Rc::from("CONTACT_IS_BLOCKED") }),
        }
    }

    pub(super) fn reply_to(&mut self, conversation: &Rc<str>, id: &str) {
        if self.replies {
            let delay = u64::from(self.random(3_000));
            let text = format!("reply to {id}");
            self.push(self.now + delay, Happening::Reply { conversation: conversation.clone(), text });
        }
    }

    pub fn append(&mut self, conversation: &Rc<str>, event: Event) {
        let at = self.now + WALL + 1_234;
        let log = self.logs.get_mut(conversation).expect("a conversation of this world");
        let seq = u32::try_from(log.entries.len()).expect("a short log") + 1;
        let cursor = Cursor { epoch: log.epoch, seq };
        log.ended |= matches!(event, Event::Status(Status::Closed));
        log.entries.push(Rc::new(RawEntry::from(Entry { cursor, at, event })));
        for tab in 0..self.tabs.len() {
            if let Some(stream) = self.tabs[tab].stream.as_ref().filter(|stream| stream.conversation == *conversation) {
                let generation = stream.generation;
                let (page, latency) = (self.tabs[tab].page, self.latency());
                self.push(self.now + latency, Happening::Flush { tab, page, generation });
            }
        }
    }

    /// Stores another visitor's credentials.
    pub fn give_storage_to(&mut self, visitor: &str) {
        let credentials = self.token(visitor);
        self.storage.credentials = Some((*credentials).clone());
    }

    /// Invalidates all tokens.
    pub fn end_tokens(&mut self) {
        self.tokens.clear();
    }

    /// Restores the log from a backup: same entries, another epoch.
    pub fn restore_log(&mut self, conversation: &Rc<str>) {
        let log = self.logs.get_mut(conversation).expect("a conversation of this world");
        log.epoch += 1;
        let epoch = log.epoch;
        for entry in &mut log.entries {
            let mut moved = Entry::clone(entry);
            moved.cursor.epoch = epoch;
            *entry = Rc::new(moved.into());
        }
        for tab in 0..self.tabs.len() {
            if let Some(stream) = self.tabs[tab].stream.take() {
                self.later(tab, 5, Input::StreamEnded { generation: stream.generation });
            }
        }
    }

    pub(super) fn read_log(
        &mut self,
        tab: usize,
        generation: u32,
        attempt: Attempt,
        conversation: Rc<str>,
        after: Option<Cursor>,
        credentials: &Credentials,
    ) {
        self.log_requests += 1;
        self.last_attempt = Some(attempt);
        let rates = self.fault_rates;
        let latency = self.latency();
        let failed = |failure| Input::LogFailed { generation, failure };
        if self.happens(rates.stream_refused) {
            return self.later(tab, latency, failed(ApiError::Network));
        }
        let visitor = match self.visitor_of(&credentials.token) {
            Ok(visitor) => visitor,
            Err(failure) => return self.later(tab, latency, failed(failure)),
        };
        if self.logs.get(&conversation).is_none_or(|log| log.visitor != visitor) {
            return self.later(tab, latency, failed(ApiError::NotFound));
        }
        if !self.logs[&conversation].entries.is_empty() && self.happens(rates.log_restored) {
            self.restore_log(&conversation);
        }
        let log = &self.logs[&conversation];
        let continues = after.is_none_or(|after| after.epoch == log.epoch && after.seq as usize <= log.entries.len());
        let skipped = if after.is_none() && self.pages { log.entries.len().saturating_sub(LATEST_ENTRIES) } else { 0 };
        let position = if continues { after.map_or(skipped, |after| after.seq as usize) } else { 0 };
        let epoch = log.epoch;
        let begin = (after.is_none() && self.pages).then_some(Frame::Begin { has_earlier: skipped > 0 });
        let page = self.tabs[tab].page;
        if let Attempt::Poll { wait } = attempt {
            let mut frames = if continues { Vec::new() } else { vec![Frame::Reset] };
            frames.extend(begin);
            frames.extend(log.entries[position..].iter().cloned().map(Frame::Entry));
            let hold = if frames.is_empty() { u64::from(wait) * 1_000 } else { 0 };
            // A simplification: what comes during the wait is returned by the next poll.
            return self.later(tab, latency + hold.min(2_000), Input::Polled { generation, frames });
        }
        let token = credentials.token.clone();
        let is_silent = self.happens(rates.stream_buffered);
        let opens = self.now + latency + 2;
        let stream = Stream { generation, conversation, token, epoch, position, is_silent, opens, is_poll: false };
        self.tabs[tab].stream = Some(stream);
        self.later(tab, latency, Input::StreamOpened { generation });
        if is_silent {
            return;
        }
        let mut first = vec![Frame::Comment];
        if !continues {
            first.push(Frame::Reset);
        }
        first.extend(begin.filter(|begin| *begin == Frame::Begin { has_earlier: true }));
        self.later(tab, latency + 1, Input::StreamFrames { generation, frames: first });
        self.push(opens, Happening::Flush { tab, page, generation });
        self.push(self.now + 20_000, Happening::Heartbeat { tab, page, generation });
        if self.happens(rates.stream_cut) {
            let after = u64::from(self.random(20_000));
            self.push(self.now + after, Happening::Cut { tab, page, generation });
        }
    }

    /// Returns a page of the log from before a cursor.
    pub(super) fn page(&mut self, tab: usize, conversation: Rc<str>, before: Cursor, credentials: &Credentials) {
        let rates = self.fault_rates;
        let latency = self.latency();
        let result = match self.visitor_of(&credentials.token) {
            _ if self.happens(rates.request_lost) => Err(ApiError::Network),
            Err(failure) => Err(failure),
            Ok(visitor) if self.logs.get(&conversation).is_none_or(|log| log.visitor != visitor) => {
                Err(ApiError::NotFound)
            }
            // An older proxy does not know `before`: it returns its whole log.
            Ok(_) if !self.pages => Ok((self.logs[&conversation].entries.clone(), false)),
            // A cursor of another epoch is invalid, as for the stream.
            Ok(_) if before.epoch != self.logs[&conversation].epoch => {
                Err(ApiError::Refused { code: Rc::from("BAD_REQUEST") })
            }
            Ok(_) => {
                let log = &self.logs[&conversation];
                let end = before.seq as usize - 1;
                let begin = end.saturating_sub(PAGE_SIZE);
                Ok((log.entries[begin..end].to_vec(), begin > 0))
            }
        };
        self.later(tab, latency, Input::PageAnswered { before, result });
    }

    pub(super) fn flush(&mut self, tab: usize, generation: u32) {
        let rates = self.fault_rates;
        let turns_silent = self.happens(rates.stream_silent);
        let corrupts = self.happens(rates.frame_corrupted);
        let Some(stream) = self.tabs[tab].stream.as_mut().filter(|stream| stream.generation == generation) else {
            return;
        };
        stream.is_silent |= turns_silent;
        let log = &self.logs[&stream.conversation];
        if stream.is_silent || stream.is_poll || self.now < stream.opens || stream.epoch != log.epoch {
            return;
        }
        let mut frames: Vec<Frame> = log.entries[stream.position..].iter().cloned().map(Frame::Entry).collect();
        stream.position = log.entries.len();
        if frames.is_empty() {
            return;
        }
        for (at, frame) in frames.iter_mut().enumerate() {
            let Frame::Entry(entry) = &frame else { continue };
            let cursor = entry.cursor;
            let once = at == 0 && corrupts && !self.corrupted.contains(&cursor);
            if self.unreadable_seq == Some(cursor.seq) {
                *frame = (self.unreadable_frame)(cursor);
            } else if once {
                self.corrupted.push(cursor);
                *frame = Frame::Unreadable(Some(cursor));
            }
        }
        self.handle(tab, Input::StreamFrames { generation, frames });
    }

    pub(super) fn heartbeat(&mut self, tab: usize, generation: u32) {
        let Some(stream) = self.tabs[tab].stream.as_ref().filter(|stream| stream.generation == generation) else {
            return;
        };
        if stream.is_silent {
            return;
        }
        let page = self.tabs[tab].page;
        let expires_at = self.tokens.get(&stream.token).map_or(0, |(_, until)| *until);
        if expires_at <= self.now + 25_000 {
            self.tabs[tab].stream = None;
            return self.handle(tab, Input::StreamFrames { generation, frames: vec![Frame::Reauth] });
        }
        self.push(self.now + 20_000, Happening::Heartbeat { tab, page, generation });
        self.handle(tab, Input::StreamFrames { generation, frames: vec![Frame::Comment] });
    }
}

pub fn bot(text: &str) -> Event {
    let content = Content::Text(Text { body: RichText::plain(text), prompt: None });
    Event::Message(Message { author: Author::Bot, client_message_id: None, content })
}

fn visitor_says(id: &str, text: &str) -> Event {
    let content = Content::Text(Text { body: RichText::plain(text), prompt: None });
    Event::Message(Message { author: Author::Visitor, client_message_id: Some(id.into()), content })
}

pub(super) fn delivery(id: &str, state: DeliveryState) -> Event {
    Event::Delivery(Delivery { client_message_id: id.into(), state })
}
