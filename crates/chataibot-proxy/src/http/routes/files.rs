//! `POST /api/v1/conversation/{alias}/files` stores a visitor's file; `GET /files/{id}/{name}`
//! serves it to any caller that knows its address.

use std::{io::SeekFrom, sync::Arc};

use axum::{
    Extension, Json,
    body::Body,
    extract::{Path, Request, State},
    middleware::Next,
    response::Response,
};
use chataibot_wire::file::FileAnswer;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use parking_lot::Mutex;
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio_util::io::ReaderStream;

use crate::{
    error::ApiError,
    file_types,
    http::{body, header_text, state::App},
    service::{
        files::{Upload, name, range},
        token::Visitor,
    },
};

/// The body of a request, until a handler takes it.
#[derive(Clone, Debug)]
pub struct SharedBody(Arc<Mutex<Body>>);

impl SharedBody {
    fn take(&self) -> Body {
        std::mem::take(&mut *self.0.lock())
    }
}

/// Wraps the upload: if it is refused, for its token, its rate or another reason, the rest of the
/// body is read afterwards. A browser whose bytes remain unread never sees the answer.
pub async fn drain_refused(request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let shared_body = SharedBody(Arc::new(Mutex::new(body)));
    parts.extensions.insert(shared_body.clone());
    let response = next.run(Request::from_parts(parts, Body::empty())).await;
    if response.status().is_client_error() || response.status().is_server_error() {
        body::drain(shared_body.take()).await;
    }
    response
}

/// Stores a file and answers with its address.
pub async fn upload(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(alias): Path<String>,
    Extension(shared_body): Extension<SharedBody>,
    headers: HeaderMap,
) -> Result<Json<FileAnswer>, ApiError> {
    let mut body = shared_body.take();
    let upload = Upload {
        declared: header_text(&headers, header::CONTENT_TYPE),
        name: header_text(&headers, chataibot_wire::file::NAME_HEADER),
        host: header_text(&headers, header::HOST),
        is_compressed: body::is_compressed(&headers),
        body: &mut body,
    };
    let received = app.services.files.receive(&visitor, &alias, upload).await;
    *shared_body.0.lock() = body;
    received.map(|file| Json(FileAnswer { ok: true, file })).inspect_err(|_| app.metrics.files_refused.inc())
}

/// Serves a file to any caller that knows its address: 128 random bits, and the name.
pub async fn serve(
    State(app): State<Arc<App>>,
    Path((id, requested_name)): Path<(String, String)>,
    request_headers: HeaderMap,
) -> Result<Response, ApiError> {
    let path = app.services.files.path(&id).ok_or_else(ApiError::not_found)?;
    let file = app.store.file(id).await.map_err(ApiError::unavailable)?;
    let file = file.filter(|file| file.name == requested_name).ok_or_else(ApiError::not_found)?;
    let unreadable = |error: std::io::Error| ApiError::unavailable(format!("a stored file can't be read: {error}"));
    let mut opened = tokio::fs::File::open(&path).await.map_err(unreadable)?;
    let size = u64::from(file.size);
    let byte_range = range::requested(&request_headers, size);
    let (first, last) = byte_range.unwrap_or((0, size.saturating_sub(1)));
    if first > 0 {
        opened.seek(SeekFrom::Start(first)).await.map_err(unreadable)?;
    }
    let length = last - first + 1;
    let kind = file_types::by_mime(&file.mime_type);
    let content_type = kind.map_or_else(|| "application/octet-stream".to_owned(), file_types::FileType::content_type);
    let disposition = name::content_disposition(&file.name, kind.is_some_and(|kind| kind.is_inline));
    let mut response = Response::new(Body::from_stream(ReaderStream::new(opened.take(length))));
    if byte_range.is_some() {
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
        let content_range =
            HeaderValue::try_from(format!("bytes {first}-{last}/{size}")).map_err(ApiError::internal)?;
        response.headers_mut().insert(header::CONTENT_RANGE, content_range);
    }
    let headers = response.headers_mut();
    for (name, value) in [(header::CONTENT_TYPE, content_type), (header::CONTENT_DISPOSITION, disposition)] {
        headers.insert(name, HeaderValue::try_from(value).map_err(ApiError::internal)?);
    }
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    for (name, value) in [
        (header::ACCEPT_RANGES, "bytes"),
        // Nothing in a visitor's file may run.
        (header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'"),
        (HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"),
        // Only the browser's own cache: a shared one would keep it past its retention.
        (header::CACHE_CONTROL, "private, max-age=31536000, immutable"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    Ok(response)
}
