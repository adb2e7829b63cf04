//! Media files that replies link to (images, video, audio, PDF), so that a demo needs no other
//! server.

use std::{f64::consts::TAU, sync::Arc};

use axum::{
    Router,
    extract::Path,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};

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
    "night-train.webm" "packing-list.pdf"
}

fn find(name: &str) -> Option<(&'static str, Vec<u8>)> {
    let stored = match name {
        "harbour-bell.wav" => return Some(("audio/wav", bell_wav())),
        "ticket.pdf" => "packing-list.pdf",
        other => other,
    };
    let kind = match name.rsplit_once('.')?.1 {
        "svg" => "image/svg+xml",
        "jpg" => "image/jpeg",
        "webm" => "video/webm",
        _ => "application/pdf",
    };
    let (_, bytes) = FILES.iter().find(|(file, _)| *file == stored)?;
    Some((kind, bytes.to_vec()))
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
            let part = bytes[first..=last].to_vec();
            (StatusCode::PARTIAL_CONTENT, headers, [(header::CONTENT_RANGE, content_range)], part).into_response()
        }
        None => (headers, bytes).into_response(),
    }
}

/// Parses `bytes=<first>-<last>`, `bytes=<first>-` or `bytes=-<length>` into the first and last
/// byte; for anything else the whole file is sent.
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

/// A small bell: two seconds, 8 bit, mono.
fn bell_wav() -> Vec<u8> {
    const RATE: u32 = 11_025;
    const LENGTH: u32 = RATE * 2;
    let (rate, size, length) = (RATE.to_le_bytes(), (36 + LENGTH).to_le_bytes(), LENGTH.to_le_bytes());
    // PCM, one channel, one byte per sample (so the byte rate is the sample rate), 8 bits.
    let format = [[16, 0, 0, 0], [1, 0, 1, 0], rate, rate, [1, 0, 8, 0]].concat();
    let mut wav = [b"RIFF".as_slice(), &size, b"WAVEfmt ", &format, b"data", &length].concat();
    // The partials of a bell: frequency, loudness, and how fast it fades.
    let partials: [(f64, f64, f64); 4] =
        [(587.0, 0.5, 2.2), (1174.7, 0.25, 3.5), (1411.0, 0.15, 5.0), (2350.0, 0.1, 8.0)];
    wav.extend((0..LENGTH).map(|sample| {
        let time = f64::from(sample) / f64::from(RATE);
        let sum: f64 =
            partials.iter().map(|(pitch, loud, fade)| loud * (-fade * time).exp() * (TAU * pitch * time).sin()).sum();
        // Between 28 and 228, so the cast cannot overflow.
        (128.0 + 100.0 * sum) as u8
    }));
    wav
}
