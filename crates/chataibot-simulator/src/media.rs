//! Media files that replies link to, so that a demo needs no other server.

use std::sync::Arc;

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::platform::Platform;

pub fn routes() -> Router<Arc<Platform>> {
    Router::new().route("/media/{name}", get(serve))
}

macro_rules! media {
    ($($name:literal)+) => {
        /// The files of `media/`.
        const FILES: &[(&str, &[u8])] = &[$(($name, include_bytes!(concat!("../media/", $name)))),+];
    };
}

media! {
    "port-ellery.svg" "upper-fern.svg" "glasshouse-street.svg" "night-train.svg" "noor.svg"
    "harbour-at-dusk.jpg" "valley-in-spring.jpg" "night-train-wide.jpg" "galleries.jpg" "lighthouse.jpg"
    "night-train.webm" "harbour-bell.wav" "packing-list.pdf"
}

fn find(name: &str) -> Option<(&'static str, &'static [u8])> {
    let stored = if name == "ticket.pdf" { "packing-list.pdf" } else { name };
    let kind = match name.rsplit_once('.')?.1 {
        "svg" => "image/svg+xml",
        "jpg" => "image/jpeg",
        "webm" => "video/webm",
        "wav" => "audio/wav",
        _ => "application/pdf",
    };
    let (_, bytes) = FILES.iter().find(|(file, _)| *file == stored)?;
    Some((kind, bytes))
}

async fn serve(Path(name): Path<String>, request: HeaderMap) -> Response {
    let Some((kind, bytes)) = find(&name) else { return StatusCode::NOT_FOUND.into_response() };
    // Any page may embed them, as it may embed the files of the real platform.
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "public, max-age=3600"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // Without range requests a browser plays video and audio but cannot seek.
        (header::ACCEPT_RANGES, "bytes"),
    ];
    let headers = (headers, [("cross-origin-resource-policy", "cross-origin")]);
    let range = request.get(header::RANGE).and_then(|range| range.to_str().ok());
    match range.and_then(|range| parse_range(range, bytes.len())) {
        Some((first, last)) => {
            let content_range = format!("bytes {first}-{last}/{}", bytes.len());
            let part = &bytes[first..=last];
            (StatusCode::PARTIAL_CONTENT, headers, [(header::CONTENT_RANGE, content_range)], part).into_response()
        }
        None => (headers, bytes).into_response(),
    }
}

/// Parses `bytes=<first>-<last>`, `bytes=<first>-` or `bytes=-<length>` into first and last byte.
fn parse_range(range: &str, length: usize) -> Option<(usize, usize)> {
    let (first, last) = range.strip_prefix("bytes=")?.split_once('-')?;
    let end = length.checked_sub(1)?;
    let (first, last) = match (first, last) {
        ("", last) => (length.checked_sub(last.parse().ok()?)?, end),
        (first, "") => (first.parse().ok()?, end),
        (first, last) => (first.parse().ok()?, last.parse::<usize>().ok()?.min(end)),
    };
    (first <= last).then_some((first, last))
}
