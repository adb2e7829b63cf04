//! Controls over the messages of a conversation and over its state.

use std::{sync::Arc, time::Duration};

use axum::{extract::State, response::Response};
use serde_json::{Value, json};

use super::{BadOrder, Order, Reply, Shared, ok_response};
use crate::bot::{Author, Responder, Step, agent, message};
use crate::call_log::{Content, DeliveryState};
use crate::platform::{self, Block, Platform};
use crate::{events, script, webhook};

/// The longest time that `wait` waits.
const WAIT_LIMIT: Duration = Duration::from_secs(30);

body!(ReplyOrder {
    conversation: Option<String>,
    #[serde(default)]
    by: Author,
    text: Option<String>,
    message: Option<Value>,
    payload: Option<Value>,
    event: Option<EventOrder>,
    body: Option<Value>,
    raw: Option<String>,
    times: Option<u32>,
    #[serde(default)]
    wait: bool,
});

body!(EventOrder {
    #[serde(rename = "type")]
    kind: String,
    payload: Value
});

enum ReplyContent {
    Message(Value),
    Event(String, Value),
    Raw(String),
}

pub async fn reply(State(platform): Shared, Order(order): Order<ReplyOrder>) -> Reply {
    let contents = [
        order.text.map(|html| ReplyContent::Message(message::text(html))),
        order.message.map(ReplyContent::Message),
        order.payload.map(|payload| ReplyContent::Event("message".to_owned(), payload)),
        order.event.map(|event| ReplyContent::Event(event.kind, event.payload)),
        order.body.map(|body| ReplyContent::Raw(body.to_string())),
        order.raw.map(ReplyContent::Raw),
    ];
    let mut contents = contents.into_iter().flatten();
    let (Some(content), None) = (contents.next(), contents.next()) else {
        return Err(BadOrder::new("exactly one of text, message, payload, event, raw is needed"));
    };
    let (ids, generation) = {
        let mut state = platform.write();
        let lane = order.conversation.or_else(|| state.conversation_ids.last().cloned()).unwrap_or_default();
        if lane.is_empty() && !matches!(content, ReplyContent::Raw(_)) {
            return Err(BadOrder::new("conversation: there is none yet"));
        }
        let mut ids = Vec::new();
        for n in 1..=order.times.unwrap_or(1) {
            let content = numbered(&state, &platform.base_url, &lane, order.by, &content, n);
            ids.push(webhook::push(&platform, &mut state, &lane, content));
        }
        (ids, state.generation)
    };
    if !order.wait {
        return Ok(ok_response(json!({ "deliveries": ids })));
    }
    let states = |state: &platform::State| -> Vec<DeliveryState> {
        let indices = ids.iter().filter_map(|id| super::webhooks::delivery_index(state, id));
        indices.map(|index| state.deliveries[index].state).collect()
    };
    let is_final = |state: &platform::State| {
        (state.generation != generation || states(state).into_iter().all(DeliveryState::is_final)).then_some(())
    };
    let waited = tokio::time::timeout(WAIT_LIMIT, platform.wait_for(is_final)).await;
    let states: Vec<&str> = states(&platform.read()).into_iter().map(DeliveryState::name).collect();
    if waited.is_err() {
        return Err(BadOrder::new(format!("wait: not all arrived in time: {states:?}")));
    }
    Ok(ok_response(json!({ "deliveries": ids, "states": states })))
}

/// Builds the `n`th of several replies; `{n}` in a text becomes the number.
fn numbered(state: &platform::State, base_url: &str, lane: &str, by: Author, reply: &ReplyContent, n: u32) -> Content {
    let number = |text: &str| text.replace("{n}", &n.to_string());
    let numbered = |value: &Value| message::map_texts(value.clone(), &number);
    let event = match reply {
        ReplyContent::Message(message) => {
            events::message(state, lane, by, message::with_media_from(numbered(message), base_url))
        }
        ReplyContent::Event(kind, payload) => events::envelope(state, lane, kind, numbered(payload)),
        ReplyContent::Raw(raw) => return Content::Raw(number(raw)),
    };
    Content::Events(vec![event])
}

body!(HandoverOrder { conversation: Option<String>, name: Option<String>, picture: Option<String> });

pub async fn handover(State(platform): Shared, Order(order): Order<HandoverOrder>) -> Reply {
    let name = order.name.unwrap_or_else(|| agent::NAME.to_owned());
    let step = Step::HandOver { name, picture: order.picture.unwrap_or_default() };
    perform_step(&platform, order.conversation.as_deref(), Some(Responder::Puppet), step)
}

body!(AgentOrder { conversation: Option<String>, text: String });

pub async fn agent(State(platform): Shared, Order(order): Order<AgentOrder>) -> Reply {
    let step = Step::Say(Author::Agent, message::text(order.text));
    perform_step(&platform, order.conversation.as_deref(), None, step)
}

body!(ConversationOrder { conversation: Option<String> });

pub async fn hand_back(State(platform): Shared, Order(order): Order<ConversationOrder>) -> Reply {
    perform_step(&platform, order.conversation.as_deref(), Some(Responder::Bot), Step::HandBack)
}

pub async fn close(State(platform): Shared, Order(order): Order<ConversationOrder>) -> Reply {
    perform_step(&platform, order.conversation.as_deref(), None, Step::Close)
}

pub async fn reopen(State(platform): Shared, Order(order): Order<ConversationOrder>) -> Reply {
    let mut state = platform.write();
    let id = find_conversation(&state, order.conversation.as_deref())?;
    if let Some(conversation) = state.conversations.get_mut(&id) {
        conversation.is_closed = false;
    }
    let event = events::status(&state, &id, "open");
    let delivery = webhook::push(&platform, &mut state, &id, Content::Events(vec![event]));
    Ok(ok_response(json!({ "conversation": id, "deliveries": [delivery] })))
}

body!(VisitorOrder { visitor: String });

pub async fn block(State(platform): Shared, Order(order): Order<VisitorOrder>) -> Response {
    platform.write().blocked.insert(order.visitor, Block::UntilLifted);
    ok_response(json!({}))
}

pub async fn unblock(State(platform): Shared, Order(order): Order<VisitorOrder>) -> Response {
    let was_blocked = platform.write().blocked.remove(&order.visitor).is_some();
    ok_response(json!({ "was_blocked": was_blocked }))
}

fn perform_step(platform: &Arc<Platform>, wanted_id: Option<&str>, responder: Option<Responder>, step: Step) -> Reply {
    let mut state = platform.write();
    let id = find_conversation(&state, wanted_id)?;
    if let (Some(responder), Some(conversation)) = (responder, state.conversations.get_mut(&id)) {
        conversation.flow.responder = responder;
        conversation.flow.expects = Default::default();
    }
    let first = state.deliveries.len();
    script::perform(platform, &mut state, &id, step);
    let deliveries: Vec<&str> = state.deliveries[first..].iter().map(|delivery| delivery.id.as_str()).collect();
    Ok(ok_response(json!({ "conversation": id, "deliveries": deliveries })))
}

fn find_conversation(state: &platform::State, wanted_id: Option<&str>) -> Result<String, BadOrder> {
    state.conversation_id(wanted_id).ok_or_else(|| BadOrder::new("conversation: there is no such one"))
}
