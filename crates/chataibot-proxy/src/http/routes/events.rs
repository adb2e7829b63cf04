//! `GET …/events`: a conversation's log as an event stream, as a long poll, or in pages backwards.

use std::{sync::Arc, time::Duration};

use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use chataibot_wire::Cursor;
use chataibot_wire::entry::{BadCursor, LONGEST_PAGE};
use http::{HeaderMap, HeaderName, header};
use serde::Deserialize;

use crate::error::ApiError;
use crate::http::state::App;
use crate::http::{EVENT_STREAM, LongLived};
use crate::service::token::{TokenFault, Visitor};
use crate::service::{header_text, owned_conversation};
use crate::store::ReadFrom;

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// Default number of entries of a page.
const PAGE: u32 = 50;
const PARAMETERS: &str = "`after` and `before` are cursors, `wait` whole seconds from 0 to 25, `last` and `limit` whole numbers from 1 to 200";

#[derive(Debug, Deserialize)]
pub struct Parameters {
    /// Cursor of the last entry that the reader has.
    after: Option<String>,
    wait: Option<u32>,
    /// Without a valid cursor: return only this many of the last entries.
    last: Option<u32>,
    /// Cursor of the first entry that the reader has.
    before: Option<String>,
    limit: Option<u32>,
}

/// Returns the log after the reader's cursor, or a page before it. Errors: 404 if the conversation
/// does not exist or is not the visitor's, 400 for a malformed cursor or number, 503.
pub async fn events(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(alias): Path<String>,
    parameters: Result<Query<Parameters>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let Query(parameters) = parameters.map_err(|_| ApiError::bad_request(PARAMETERS))?;
    let conversation = owned_conversation(&app.store, &visitor, &alias).await?.id;
    let streams = &app.services.streams;
    let from =
        ReadFrom { after: cursor_after(&headers, parameters.after.as_deref())?, last: check_count(parameters.last)? };
    if let Some(before) = parameters.before.as_deref() {
        if from != ReadFrom::default() || !wants_json(&headers) {
            return Err(ApiError::bad_request(
                "`before` asks for a page: with `Accept: application/json`, and without `last` and any other cursor",
            ));
        }
        let limit = check_count(parameters.limit)?.unwrap_or(PAGE);
        let page = streams.page(conversation, parse_cursor(before)?, limit).await?;
        return Ok(Json(page).into_response());
    }
    if wants_json(&headers) {
        let wait = Duration::from_secs(parameters.wait.unwrap_or(0).into());
        let poll = streams.poll(&visitor, conversation, from, wait).await?;
        let poll = poll.ok_or_else(|| ApiError::unauthorized().cause(TokenFault::Revoked))?;
        return Ok(Json(poll).into_response());
    }
    let stream = Body::from_stream(streams.events(visitor, conversation, from));
    Ok((Extension(LongLived), EVENT_STREAM, stream).into_response())
}

fn cursor_after(headers: &HeaderMap, parameter: Option<&str>) -> Result<Option<Cursor>, ApiError> {
    let header = headers.get(&LAST_EVENT_ID).map(|value| value.to_str().unwrap_or("not a text"));
    match header.or(parameter) {
        None | Some("") => Ok(None),
        Some(text) => parse_cursor(text).map(Some),
    }
}

fn parse_cursor(text: &str) -> Result<Cursor, ApiError> {
    text.parse().map_err(|error: BadCursor| ApiError::bad_request(error.to_string()))
}

fn check_count(number: Option<u32>) -> Result<Option<u32>, ApiError> {
    let fits = number.is_none_or(|number| (1..=LONGEST_PAGE).contains(&number));
    if fits { Ok(number) } else { Err(ApiError::bad_request(PARAMETERS)) }
}

fn wants_json(headers: &HeaderMap) -> bool {
    let accept = header_text(headers, header::ACCEPT);
    let named =
        |kind: &str| accept.split(',').any(|range| range.split(';').next().is_some_and(|name| name.trim() == kind));
    named("application/json") && !named("text/event-stream")
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn only_who_asks_for_json_gets_a_poll() {
        for (accept, json) in [
            ("application/json", true),
            ("application/json;q=0.9, */*;q=0.1", true),
            ("text/event-stream", false),
            ("text/event-stream, application/json", false),
            ("*/*", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
            assert_eq!(wants_json(&headers), json, "{accept}");
        }
        assert!(!wants_json(&HeaderMap::new()));
    }
}
