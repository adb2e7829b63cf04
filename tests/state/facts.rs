//! Actions and entries for tests of a conversation, and queries on one.

use std::rc::Rc;

use chataibot_widget::conversation::{Action, Conversation, Delivery, RawEntry, Row, SendState};
use chataibot_wire::content::Text;
use chataibot_wire::entry::{Delivery as LoggedDelivery, DeliveryState, Message};
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
    Event::Delivery(LoggedDelivery { client_message_id: id.into(), state })
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

pub fn delivery_of(state: &Conversation, id: &str) -> Option<Delivery> {
    let message = |row: &Rc<Row>| row.message().filter(|m| m.id.as_deref() == Some(id)).map(|m| m.delivery);
    state.rows().iter().find_map(message)
}

pub fn state_of(state: &Conversation, id: &str) -> Option<SendState> {
    delivery_of(state, id).map(Delivery::state)
}
