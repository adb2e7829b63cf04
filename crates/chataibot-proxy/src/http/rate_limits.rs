//! Rate limiting as middleware, in front of the handlers. All but that of tokens also check the visitor token.

use std::sync::Arc;

use axum::{
    extract::{FromRequestParts, Request, State},
    middleware::Next,
    response::Response,
};

use super::{middleware::ClientAddress, state::App};
use crate::{
    concurrency::ip_prefix,
    error::ApiError,
    service::{rate_limits::Limited, token::Visitor},
};

type Answer = Result<Response, ApiError>;

/// In front of `POST /token`. 429.
pub async fn token(State(app): State<Arc<App>>, request: Request, next: Next) -> Answer {
    app.services.limits.check_token(ip_prefix(ClientAddress::of(request.extensions()))).await?;
    Ok(next.run(request).await)
}

/// In front of the start of a conversation. 401 and 429.
pub async fn start(State(app): State<Arc<App>>, request: Request, next: Next) -> Answer {
    of_visitor(&app, Limited::Start, request, next).await
}

/// In front of the sending of a message. 401 and 429.
pub async fn send(State(app): State<Arc<App>>, request: Request, next: Next) -> Answer {
    of_visitor(&app, Limited::Send, request, next).await
}

/// In front of the sending of a file. 401 and 429.
pub async fn upload(State(app): State<Arc<App>>, request: Request, next: Next) -> Answer {
    of_visitor(&app, Limited::Upload, request, next).await
}

async fn of_visitor(app: &Arc<App>, limited: Limited, request: Request, next: Next) -> Answer {
    let (mut parts, body) = request.into_parts();
    let visitor = Visitor::from_request_parts(&mut parts, app).await?;
    let address = ip_prefix(ClientAddress::of(&parts.extensions));
    app.services.limits.check(limited, &visitor.visitor, address).await?;
    Ok(next.run(Request::from_parts(parts, body)).await)
}
