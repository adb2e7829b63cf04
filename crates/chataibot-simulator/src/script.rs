//! Plays a conversation: the visitor's message, its echo, and the bot's steps at its pace.

use std::{sync::Arc, time::Duration};

use serde_json::Value;

use crate::bot::{self, Author, Step, message};
use crate::call_log::Content;
use crate::platform::{Platform, State};
use crate::{clock, events, webhook};

/// Processes a visitor's message: echo at once, reply at the bot's pace. Returns the message's id.
pub fn receive(
    platform: &Arc<Platform>,
    state: &mut State,
    id: &str,
    text: &str,
    typed: Option<Value>,
    is_first: bool,
) -> String {
    let message_id = clock::message_id();
    if let Some(event) = events::echo(state, id, text, typed, &message_id) {
        webhook::push(platform, state, id, Content::Events(vec![event]));
    }
    if let Some(conversation) = state.conversations.get_mut(id) {
        conversation.visitor_messages += 1;
        let flow = &mut conversation.flow;
        let steps = if is_first { bot::greet(flow, text) } else { bot::answer(flow, text) };
        conversation.script.extend(steps);
    }
    advance(platform, state, id);
    message_id
}

/// Performs the script up to its next pause. With a pace of zero it runs to its end before the call
/// that caused it is answered, so the order of events never depends on the scheduler.
pub fn advance(platform: &Arc<Platform>, state: &mut State, id: &str) {
    loop {
        let Some(conversation) = state.conversations.get_mut(id) else { return };
        if conversation.is_paused {
            return;
        }
        let Some(step) = conversation.script.pop_front() else { return };
        let Step::Wait(times) = step else {
            perform(platform, state, id, step);
            continue;
        };
        // A real bot is not a metronome.
        let pause = clock::with_jitter(state.pace).saturating_mul(times);
        if pause.is_zero() {
            continue;
        }
        conversation.is_paused = true;
        let (platform, id, generation) = (Arc::clone(platform), id.to_owned(), state.generation);
        platform.clone().spawn(async move {
            tokio::time::sleep(pause).await;
            let Some(mut state) = platform.write_unless_reset(generation) else { return };
            if let Some(conversation) = state.conversations.get_mut(&id) {
                conversation.is_paused = false;
            }
            advance(&platform, &mut state, &id);
        });
        return;
    }
}

/// Performs one step at once; `advance` handles the pauses.
pub fn perform(platform: &Arc<Platform>, state: &mut State, id: &str, step: Step) {
    let message_event = |state: &State, author, message: Value| {
        events::message(state, id, author, message::with_media_from(with_current_dates(message), &platform.base_url))
    };
    let deliveries = match step {
        Step::Wait(_) => Vec::new(),
        Step::Say(author, message) => vec![vec![message_event(state, author, message)]],
        Step::Batch(messages) => {
            vec![messages.into_iter().map(|message| message_event(state, Author::Bot, message)).collect::<Vec<_>>()]
        }
        Step::Twice(message) => {
            let event = message_event(state, Author::Bot, message);
            vec![vec![event.clone()], vec![event]]
        }
        Step::HandOver { name, picture } => {
            let picture = picture.replace(message::MEDIA_HOST, &format!("{}/media/", platform.base_url));
            vec![vec![events::assigned_to_agent(state, id, &name, &picture)]]
        }
        Step::HandBack => vec![vec![events::assigned_to_bot(state, id)]],
        Step::Close => {
            if let Some(conversation) = state.conversations.get_mut(id) {
                conversation.is_closed = true;
            }
            vec![vec![events::status(state, id, "closed")]]
        }
    };
    for events in deliveries {
        webhook::push(platform, state, id, Content::Events(events));
    }
}

/// Moves a calendar's limits from the fixture's year to the year that begins today.
fn with_current_dates(mut message: Value) -> Value {
    let limits = [("min", Duration::ZERO), ("max", Duration::from_secs(365 * 86_400))];
    if message["type"] == "calendar" {
        for (name, later) in limits {
            if let Some(day) = message["validation"].get_mut(name) {
                *day = clock::write_day(clock::now() + later).into();
            }
        }
    }
    message
}
