//! `POST /api/v1/conversation/{alias}/files` stores a visitor's file; `GET /files/{id}/{name}`
//! serves it to any caller that knows its address.

use std::{io::SeekFrom, sync::Arc};

use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use axum::{Extension, Json};
use chataibot_wire::file::FileAnswer;
use http::{HeaderMap, StatusCode, header};
use parking_lot::Mutex;
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio_util::io::ReaderStream;

use crate::error::ApiError;
use crate::file_types;
use crate::http::body;
use crate::http::state::App;
use crate::service::files::{name, range};
use crate::service::token::Visitor;

/// The body of a request, until a handler takes it.
type SharedBody = Arc<Mutex<Body>>;

/// Wraps the upload: if it is refused, for its token, its rate or another reason, the rest of the
/// body is read afterwards. A browser whose bytes remain unread never sees the answer.
pub async fn drain_refused(request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let shared_body: SharedBody = Arc::new(Mutex::new(body));
    parts.extensions.insert(shared_body.clone());
    let response = next.run(Request::from_parts(parts, Body::empty())).await;
    if response.status().is_client_error() || response.status().is_server_error() {
        let body = std::mem::take(&mut *shared_body.lock());
        body::drain(body).await;
    }
    response
}

pub async fn upload(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(alias): Path<String>,
    Extension(shared_body): Extension<SharedBody>,
    headers: HeaderMap,
) -> Result<Json<FileAnswer>, ApiError> {
    let mut body = std::mem::take(&mut *shared_body.lock());
    let received = app.services.files.receive(&visitor, &alias, &headers, &mut body).await;
    *shared_body.lock() = body;
    received.map(|file| Json(FileAnswer { ok: true, file })).inspect_err(|_| app.metrics.files_refused.inc())
}

/// Serves a file to any caller that knows its address: 128 random bits, and the name.
pub async fn serve(
    State(app): State<Arc<App>>,
    Path((id, requested_name)): Path<(String, String)>,
    request_headers: HeaderMap,
) -> Result<Response, ApiError> {
    let path = app.services.files.path(&id).ok_or_else(ApiError::not_found)?;
    let file = app.store.file(id).await?;
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
    let mut response = Response::builder()
        .header(header::CONTENT_TYPE, content_type)
        .header(header::CONTENT_DISPOSITION, disposition)
        .header(header::CONTENT_LENGTH, length)
        .header(header::ACCEPT_RANGES, "bytes")
        // Nothing in a visitor's file may run.
        .header(header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'")
        .header("cross-origin-resource-policy", "cross-origin")
        // Only the browser's own cache: a shared one would keep it past its retention.
        .header(header::CACHE_CONTROL, "private, max-age=31536000, immutable");
    if byte_range.is_some() {
        let content_range = format!("bytes {first}-{last}/{size}");
        response = response.status(StatusCode::PARTIAL_CONTENT).header(header::CONTENT_RANGE, content_range);
    }
    response.body(Body::from_stream(ReaderStream::new(opened.take(length)))).map_err(ApiError::internal)
}
