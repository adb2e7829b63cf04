//! Controls over the webhook: its address, and the order, delay and repetition of deliveries.

use std::{sync::Arc, time::Duration};

use axum::extract::{Query, State};
use axum::response::Response;
use futures_util::{StreamExt, stream};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use super::{BadOrder, Nothing, Order, Reply, Shared, ok_response, waited_response};
use crate::call_log::{self, DeliveryState};
use crate::config::{Echo, TimeStyle, TokenIn};
use crate::platform::{self, Platform};
use crate::webhook;

body!(AimOrder {
    /// A missing `url` keeps the address, `null` removes it.
    #[serde(default, deserialize_with = "even_null")]
    url: Option<Option<String>>,
    token: Option<String>,
    handshake: Option<bool>,
});

fn even_null<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

pub async fn set_target(State(platform): Shared, Order(order): Order<AimOrder>) -> Reply {
    if let Some(Some(url)) = &order.url
        && !reqwest::Url::parse(url).is_ok_and(|url| url.scheme() == "http")
    {
        return Err(BadOrder::new("url: must begin with http://"));
    }
    let mut state = platform.write();
    let url = order.url.unwrap_or_else(|| state.webhook.url.clone());
    let token = order.token.unwrap_or_else(|| state.webhook.token.clone());
    webhook::set_target(&platform, &mut state, url, token, order.handshake.unwrap_or(true));
    Ok(ok_response(json!({})))
}

body!(TargetQuery { timeout_ms: Option<u64> });

pub async fn get_target(State(platform): Shared, Query(query): Query<TargetQuery>) -> Response {
    let handshake = platform.wait_for(|state| state.webhook.handshake_done.then_some(()));
    let wait = Duration::from_millis(query.timeout_ms.unwrap_or(0));
    let in_time = tokio::time::timeout(wait, handshake).await.is_ok();
    let webhook = &platform.read().webhook;
    let handshakes: Vec<Value> = webhook.handshakes.iter().map(describe_handshake).collect();
    let fields = json!({
        "aimed": webhook.url.is_some(), "greeted": webhook.handshake_done, "paused": webhook.paused,
        "handshakes": handshakes,
    });
    waited_response(in_time || query.timeout_ms.is_none(), fields)
}

pub async fn handshake(State(platform): Shared, Order(Nothing {}): Order<Nothing>) -> Response {
    let outcome = webhook::perform_handshake(&platform).await;
    let mut state = platform.write();
    state.webhook.handshake_done |= outcome.is_ok();
    state.webhook.handshakes.push(outcome.clone());
    ok_response(json!({ "handshake": describe_handshake(&outcome) }))
}

fn describe_handshake(outcome: &Result<(), String>) -> Value {
    outcome.as_ref().map_or_else(|error| json!({ "ok": false, "error": error }), |()| json!({ "ok": true }))
}

body!(StyleOrder { token_in: Option<TokenIn>, echo: Option<Echo>, ids: Option<bool>, time: Option<TimeStyle> });

pub async fn style(State(platform): Shared, Order(order): Order<StyleOrder>) -> Response {
    let style = &mut platform.write().style;
    style.token_in = order.token_in.unwrap_or(style.token_in);
    style.echo = order.echo.unwrap_or(style.echo);
    style.time = order.time.unwrap_or(style.time);
    style.ids = order.ids.unwrap_or(style.ids);
    ok_response(json!({}))
}

pub async fn set_paused(State(platform): Shared, Order(Nothing {}): Order<Nothing>, paused: bool) -> Response {
    platform.write().webhook.paused = paused;
    ok_response(json!({}))
}

body!(DeliveriesOrder { deliveries: Vec<String> });

pub async fn release(State(platform): Shared, Order(order): Order<DeliveriesOrder>) -> Reply {
    let (indices, generation) = {
        let mut state = platform.write();
        let indices = waiting_indices(&state, &order.deliveries)?;
        for index in &indices {
            state.deliveries[*index].state = DeliveryState::InFlight;
        }
        (indices, state.generation)
    };
    let mut results = Vec::new();
    for (id, index) in order.deliveries.iter().zip(indices) {
        let outcome = webhook::attempt(&platform, index, generation).await;
        if outcome.is_err() {
            requeue(&platform, index, generation);
        }
        results.push(describe_attempt(id, &outcome));
    }
    Ok(ok_response(json!({ "results": results })))
}

/// Puts a released webhook that was not accepted back at its place in the queue.
fn requeue(platform: &Arc<Platform>, index: usize, generation: u64) {
    let Some(mut state) = platform.write_unless_reset(generation) else { return };
    state.deliveries[index].state = DeliveryState::Waiting;
    let lane = state.deliveries[index].lane.clone();
    webhook::enqueue(platform, &mut state, &lane, index);
}

pub async fn discard(State(platform): Shared, Order(order): Order<DeliveriesOrder>) -> Reply {
    let mut state = platform.write();
    for index in waiting_indices(&state, &order.deliveries)? {
        state.deliveries[index].state = DeliveryState::Discarded;
    }
    Ok(ok_response(json!({})))
}

body!(RedeliverOrder {
    conversation: Option<String>,
    deliveries: Option<Vec<String>>,
    last: Option<usize>,
    times: Option<u32>,
    #[serde(default)]
    together: bool,
});

pub async fn redeliver(State(platform): Shared, Order(order): Order<RedeliverOrder>) -> Reply {
    let (ids, generation) = {
        let state = platform.read();
        let ids = match (order.deliveries, order.last) {
            (Some(_), Some(_)) => return Err(BadOrder::new("deliveries, last: only one of them")),
            (Some(ids), None) => ids,
            (None, last) => {
                let is_wanted = |lane: &String| order.conversation.as_ref().is_none_or(|wanted| wanted == lane);
                let delivered = state.deliveries.iter().filter(|one| one.state == DeliveryState::Delivered);
                let ids: Vec<_> = delivered.filter(|one| is_wanted(&one.lane)).map(|one| one.id.clone()).collect();
                ids[ids.len().saturating_sub(last.unwrap_or(1))..].to_vec()
            }
        };
        (ids, state.generation)
    };
    let mut calls = Vec::new();
    for _ in 0..order.times.unwrap_or(1) {
        for id in &ids {
            let index = delivery_index(&platform.read(), id).ok_or_else(|| unknown_delivery(id))?;
            calls.push((id.clone(), index));
        }
    }
    let attempts = calls.into_iter().map(|(id, index)| {
        let platform = Arc::clone(&platform);
        async move { describe_attempt(&id, &webhook::attempt(&platform, index, generation).await) }
    });
    let concurrency = if order.together { usize::MAX } else { 1 };
    let results: Vec<Value> = stream::iter(attempts).buffered(concurrency).collect().await;
    Ok(ok_response(json!({ "results": results })))
}

fn describe_attempt(id: &str, outcome: &Result<u16, String>) -> Value {
    let mut described = call_log::describe_attempt(outcome);
    described["delivery"] = id.into();
    described
}

pub fn delivery_index(state: &platform::State, id: &str) -> Option<usize> {
    let index = id.strip_prefix('d')?.parse::<usize>().ok()?.checked_sub(1)?;
    (index < state.deliveries.len()).then_some(index)
}

fn waiting_indices(state: &platform::State, ids: &[String]) -> Result<Vec<usize>, BadOrder> {
    ids.iter()
        .map(|id| match delivery_index(state, id) {
            None => Err(unknown_delivery(id)),
            Some(index) if state.deliveries[index].state == DeliveryState::Waiting => Ok(index),
            Some(index) => Err(BadOrder::new(format!("deliveries: {id} is {}", state.deliveries[index].state.name()))),
        })
        .collect()
}

fn unknown_delivery(id: &str) -> BadOrder {
    BadOrder::new(format!("deliveries: {id:?} is not one"))
}
