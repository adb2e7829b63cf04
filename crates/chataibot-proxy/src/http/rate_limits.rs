//! Rate-limiting middleware. [`by_visitor`] also checks the visitor token.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::Response;

use super::{middleware::ClientAddress, state::App};
use crate::concurrency::ip_prefix;
use crate::error::ApiError;
use crate::service::rate_limits::Limited;
use crate::service::token::Visitor;

/// Limits calls without a visitor token (tokens, the probe) by address. Answers 429.
pub async fn by_address(State(app): State<Arc<App>>, request: Request, next: Next) -> Result<Response, ApiError> {
    app.services.limits.check_address(ip_prefix(ClientAddress::of(request.extensions()))).await?;
    Ok(next.run(request).await)
}

/// Limits calls with a visitor token. Answers 401 and 429.
pub async fn by_visitor(
    State((app, limited)): State<(Arc<App>, Limited)>,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let (mut parts, body) = request.into_parts();
    let visitor = Visitor::from_request_parts(&mut parts, &app).await?;
    let address = ip_prefix(ClientAddress::of(&parts.extensions));
    app.services.limits.check(limited, &visitor.visitor, address).await?;
    Ok(next.run(Request::from_parts(parts, body)).await)
}
