//! Actions and entries for tests of a conversation, and queries on one.

use std::rc::Rc;

use chataibot_widget::conversation::{Action, Conversation, MessageState, RawEntry, Row, SendState};
use chataibot_wire::content::Text;
use chataibot_wire::entry::{Delivery, DeliveryState, Message};
use chataibot_wire::{Author, Content, Cursor, Entry, Event, RichText};

pub fn text(words: &str) -> Content {
    Content::Text(Text { body: RichText::plain(words), prompt: None })
}

pub fn entry(seq: u32, at: u64, event: Event) -> Rc<RawEntry> {
    Rc::new(RawEntry::from(Entry { cursor: Cursor { epoch: 1, seq }, at, event }))
}

pub fn says(author: Author, id: Option<&str>, content: Content) -> Event {
    Event::Message(Message { author, client_message_id: id.map(Into::into), content })
}

pub fn bot(words: &str) -> Event {
    says(Author::Bot, None, text(words))
}

pub fn visitor(id: &str, words: &str) -> Event {
    says(Author::Visitor, Some(id), text(words))
}

pub fn delivery(id: &str, state: DeliveryState) -> Event {
    Event::Delivery(Delivery { client_message_id: id.into(), state })
}

pub fn received(seq: u32, event: Event) -> Action {
    Action::Received { entry: entry(seq, u64::from(seq) * 1_000, event), now: u64::from(seq) }
}

pub fn composed(id: &str, words: &str) -> Action {
    Action::Composed { id: id.into(), text: words.into(), typed: None, at: 500 }
}

pub fn words(state: &Conversation) -> Vec<String> {
    state.rows().iter().filter_map(|row| row.message()).map(|m| m.content().to_plain()).collect()
}

pub fn message_state(state: &Conversation, id: &str) -> Option<MessageState> {
    let message = |row: &Rc<Row>| row.message().filter(|m| m.id.as_deref() == Some(id)).map(|m| m.state);
    state.rows().iter().find_map(message)
}

pub fn state_of(state: &Conversation, id: &str) -> Option<SendState> {
    message_state(state, id).map(MessageState::send_state)
}
