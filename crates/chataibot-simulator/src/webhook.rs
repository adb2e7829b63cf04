//! The Events webhook: handshake, and deliveries in order per conversation until answered by 2xx.

use std::{collections::VecDeque, iter::successors, sync::Arc};

use reqwest::header::AUTHORIZATION;
use serde_json::{Value, json};
use tracing::{info, warn};

use crate::call_log::{Content, DeliveryState, WebhookCall};
use crate::config::TokenIn;
use crate::platform::{Platform, State, Webhook};

/// Only the newest handshakes are kept, because a receiver may be away for days.
const HANDSHAKES_KEPT: usize = 100;

/// Queues a delivery behind the others of its lane. Returns its id.
pub fn push(platform: &Arc<Platform>, state: &mut State, lane: &str, content: Content) -> String {
    let index = state.deliveries.len();
    let (id, lane) = (format!("d{}", index + 1), lane.to_owned());
    enqueue(platform, state, &lane, index);
    let delivery = WebhookCall { id: id.clone(), lane, content, state: DeliveryState::Waiting, attempts: Vec::new() };
    state.deliveries.push(delivery);
    id
}

/// Puts a delivery at its place in its lane, with a task that drains the lane if there is none.
pub fn enqueue(platform: &Arc<Platform>, state: &mut State, lane: &str, index: usize) {
    if let Some(waiting) = state.lanes.get_mut(lane) {
        let place = waiting.partition_point(|other| *other < index);
        if waiting.get(place) != Some(&index) {
            waiting.insert(place, index);
        }
    } else {
        state.lanes.insert(lane.to_owned(), [index].into());
        platform.spawn(drain(Arc::clone(platform), lane.to_owned(), state.generation));
    }
}

/// Sets where events are sent and starts the handshake, unless `handshake` is false: then it counts
/// as done. A `url` of `None` keeps events waiting.
pub fn set_target(platform: &Arc<Platform>, state: &mut State, url: Option<String>, token: String, handshake: bool) {
    let webhook = &mut state.webhook;
    webhook.version += 1;
    webhook.handshake_done = !handshake && url.is_some();
    webhook.handshakes.clear();
    webhook.token = token;
    webhook.url = url;
    if handshake && webhook.url.is_some() {
        platform.spawn(handshake_until_done(Arc::clone(platform), webhook.version));
    }
}

/// Empties one lane, then ends.
async fn drain(platform: Arc<Platform>, lane: String, generation: u64) {
    loop {
        let ready = platform.wait_for(|state| {
            let is_finished = state.generation != generation || state.lanes.get(&lane).is_none_or(VecDeque::is_empty);
            (is_finished || state.webhook.is_open()).then_some(())
        });
        ready.await;
        let index = {
            let Some(mut state) = platform.write_unless_reset(generation) else { return };
            let Some(index) = state.lanes.get_mut(&lane).and_then(|waiting| waiting.pop_front()) else {
                state.lanes.remove(&lane);
                return;
            };
            // A control may have sent or discarded it while it waited.
            if state.deliveries[index].state != DeliveryState::Waiting {
                continue;
            }
            if !state.webhook.is_open() {
                state.lanes.entry(lane.clone()).or_default().push_front(index);
                continue;
            }
            state.deliveries[index].state = DeliveryState::InFlight;
            index
        };
        deliver(&platform, index, generation).await;
    }
}

/// Tries one delivery until it is answered with 2xx, or given up.
async fn deliver(platform: &Platform, index: usize, generation: u64) {
    let retry = platform.config.retry;
    for failed in 1..=retry.attempts.max(1) {
        if attempt(platform, index, generation).await.is_ok() || platform.read().generation != generation {
            return;
        }
        if failed < retry.attempts {
            let version = platform.read().webhook.version;
            tokio::select! {
                () = tokio::time::sleep(retry.pause(failed)) => {}
                () = platform.wait_for(|state| (state.webhook.version != version).then_some(())) => {}
            }
            platform.wait_for(|state| (state.webhook.is_open() || state.generation != generation).then_some(())).await;
        }
    }
    if let Some(mut state) = platform.write_unless_reset(generation) {
        let delivery = &mut state.deliveries[index];
        delivery.state = DeliveryState::GivenUp;
        warn!(delivery = %delivery.id, attempts = delivery.attempts.len(), "webhook given up");
    }
}

/// Makes one webhook call, regardless of the queue, and records it. `Ok` is an answer with 2xx.
pub async fn attempt(platform: &Platform, index: usize, generation: u64) -> Result<u16, String> {
    let request = {
        let state = platform.read();
        if state.generation != generation {
            return Err("the simulator was reset".to_owned());
        }
        build_request(platform, &state, &state.deliveries[index].content)
    };
    let outcome = match request {
        None => Err("no webhook address".to_owned()),
        Some(request) => request.send().await.map(|answer| answer.status().as_u16()).map_err(describe_error),
    };
    let reset = || "the simulator was reset".to_owned();
    let mut state = platform.write_unless_reset(generation).ok_or_else(reset)?;
    let delivery = &mut state.deliveries[index];
    delivery.attempts.push(outcome.clone());
    let error = match outcome {
        Ok(status @ 200..=299) => {
            delivery.state = DeliveryState::Delivered;
            return Ok(status);
        }
        Ok(status) => format!("status {status}"),
        Err(error) => error,
    };
    let attempt = delivery.attempts.len();
    // Ever more rarely, so that a stopped proxy doesn't fill the terminal.
    if attempt.is_power_of_two() {
        warn!(delivery = %delivery.id, attempt, error, "webhook not accepted, trying again");
    }
    Err(error)
}

fn build_request(platform: &Platform, state: &State, content: &Content) -> Option<reqwest::RequestBuilder> {
    let Webhook { url, token, .. } = &state.webhook;
    let request = platform.client.post(url.as_deref()?);
    let request = match state.style.token_in {
        TokenIn::Body => request,
        TokenIn::Bearer => request.bearer_auth(token),
        TokenIn::Raw => request.header(AUTHORIZATION, token),
    };
    Some(match content {
        Content::Raw(body) => request.header("content-type", "application/json").body(body.clone()),
        Content::Events(events) if state.style.token_in == TokenIn::Body => {
            request.json(&json!({ "token": token, "events": events }))
        }
        Content::Events(events) => request.json(&json!({ "events": events })),
    })
}

/// POSTs the token until the same token comes back (DOC), or the address changes.
async fn handshake_until_done(platform: Arc<Platform>, version: u64) {
    let mut failed = 0;
    loop {
        let outcome = perform_handshake(&platform).await;
        {
            let mut state = platform.write();
            if state.webhook.version != version {
                return;
            }
            let handshakes = &mut state.webhook.handshakes;
            if handshakes.len() == HANDSHAKES_KEPT {
                handshakes.drain(..1);
            }
            handshakes.push(outcome.clone());
            if outcome.is_ok() {
                state.webhook.handshake_done = true;
                info!("webhook handshake done, events go out from now on");
                return;
            }
        }
        failed += 1;
        if let Err(error) = outcome
            && u32::is_power_of_two(failed)
        {
            warn!(attempt = failed, error, "webhook handshake failed, trying again");
        }
        tokio::time::sleep(platform.config.retry.pause(failed)).await;
    }
}

/// Makes one handshake: the token without events (OBS), answered by 200 and the token (DOC).
pub async fn perform_handshake(platform: &Platform) -> Result<(), String> {
    let (url, token) = {
        let webhook = &platform.read().webhook;
        (webhook.url.clone().ok_or("no webhook address")?, webhook.token.clone())
    };
    let answer = platform.client.post(url).json(&json!({ "token": token })).send().await.map_err(describe_error)?;
    let status = answer.status().as_u16();
    if status != 200 {
        return Err(format!("status {status}"));
    }
    let body: Value = answer.json().await.map_err(|_| "the answer is not JSON".to_owned())?;
    if body["token"] == token { Ok(()) } else { Err("the answer does not hold the same token".to_owned()) }
}

/// Describes why a call got no answer, without the URL: its path contains a secret.
fn describe_error(error: reqwest::Error) -> String {
    let error = error.without_url();
    let causes = successors(std::error::Error::source(&error), |cause| cause.source());
    causes.last().map_or_else(|| error.to_string(), ToString::to_string)
}
