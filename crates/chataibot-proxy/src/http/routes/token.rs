//! `POST /token`: issues credentials for a new visitor, or renews those of a known one.

use std::sync::Arc;

use axum::{Json, extract::State};
use chataibot_wire::{
    error::code,
    token::{EndRequest, Ended, Features, TokenAnswer, TokenRequest, Uploads},
};
use http::{HeaderMap, StatusCode, header};

use crate::{
    config::Site,
    credentials::Secret,
    error::ApiError,
    http::{body::JsonBody, cors, state::App},
    service::token::{
        host_jwt::IdentityFault,
        sign_in::{Credentials, IssueError},
    },
    store::renewals::RenewalRefusal,
};

/// Answers with a visitor token.
///
/// # Errors
/// 403 without an origin of the site, 401 for an invalid renewal secret, 400 when the page must
/// name its site.
pub async fn issue(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    JsonBody(request): JsonBody<TokenRequest>,
) -> Result<Json<TokenAnswer>, ApiError> {
    // The CORS layer has refused unknown origins, but lets a missing one pass.
    let origin = headers.get(header::ORIGIN).and_then(|origin| origin.to_str().ok());
    let origin = origin.ok_or_else(|| ApiError::origin_not_allowed().cause("a token needs an Origin header"))?;
    let site = find_site(&app, origin, request.site.as_deref()).inspect_err(|_| {
        if let Some(origin) = headers.get(header::ORIGIN) {
            cors::record_refusal(&app, origin);
        }
    })?;
    let is_new = request.renewal.is_none();
    let parse = |secret| Secret::parse(secret).ok_or_else(|| renewal_refused(&app, "malformed"));
    let secret = request.renewal.as_deref().map(parse).transpose()?;
    let issued = app.services.credentials.issue_credentials(&site, origin, secret, request.identity.as_deref()).await;
    match issued {
        Ok(Credentials { token, renewal, visitor, family: _, user: _ }) => {
            if is_new {
                app.metrics.visitors_new.inc();
            }
            app.metrics.tokens_issued.inc();
            Ok(Json(TokenAnswer {
                ok: true,
                token,
                expires_in: app.services.tokens.lifetime_seconds,
                renewal: renewal.expose(),
                visitor: visitor.to_string(),
                features: Some(features(&app, &site)),
            }))
        }
        Err(IssueError::Refused(refusal)) => {
            if let RenewalRefusal::Reused(family) = &refusal {
                app.metrics.families_revoked.inc();
                tracing::warn!(%family, "a renewal secret was used twice; its visitor must start over");
            }
            Err(renewal_refused(&app, refusal.into()))
        }
        Err(IssueError::Identity(fault)) => Err(identity_refused(&app, fault)),
        Err(IssueError::Store(error)) => Err(ApiError::unavailable(error)),
        Err(error @ (IssueError::Token(_) | IssueError::Randomness(_))) => Err(ApiError::internal(error)),
    }
}

/// `POST /token/end`: the visitor signs out. Tokens and streams end at once; an unknown secret gets
/// the same answer.
pub async fn end(
    State(app): State<Arc<App>>,
    JsonBody(request): JsonBody<EndRequest>,
) -> Result<Json<Ended>, ApiError> {
    if let Some(secret) = Secret::parse(&request.renewal) {
        app.services.credentials.sign_out(secret, request.everywhere).await.map_err(ApiError::unavailable)?;
    }
    Ok(Json(Ended { ok: true }))
}

fn identity_refused(app: &App, fault: IdentityFault) -> ApiError {
    app.metrics.identities_refused.inc();
    let (status, code, message) = match fault {
        IdentityFault::Off => (
            StatusCode::BAD_REQUEST,
            code::BAD_REQUEST,
            "this site takes no `identity`; its operator can set `identity` in its [[site]]",
        ),
        IdentityFault::Required => (
            StatusCode::FORBIDDEN,
            code::IDENTITY_REQUIRED,
            "this site talks to signed-in visitors only; send the `identity` your server signed",
        ),
        IdentityFault::Form
        | IdentityFault::Signature
        | IdentityFault::Claims
        | IdentityFault::Audience
        | IdentityFault::Lifetime => {
            (StatusCode::FORBIDDEN, code::IDENTITY_REFUSED, "the `identity` does not hold; sign a new one")
        }
    };
    ApiError::new(status, code, message).cause(fault)
}

/// Returns the features that the site offers besides text messages.
fn features(app: &App, site: &Site) -> Features {
    let types: Vec<String> = site.upload_types.iter().map(|kind| kind.mime.to_owned()).collect();
    let max_bytes = app.config.limits.upload_bytes;
    let uploads = (!types.is_empty()).then_some(Uploads { max_bytes, types });
    Features { uploads, typed_answers: site.typed_answers }
}

fn renewal_refused(app: &App, why: &'static str) -> ApiError {
    app.metrics.renewals_refused.inc();
    ApiError::unauthorized().cause(format!("renewal refused: {why}"))
}

fn find_site(app: &App, origin: &str, named: Option<&str>) -> Result<Arc<Site>, ApiError> {
    let live = app.sites.current();
    let mut sites = live.of_origin(origin);
    match named {
        Some(id) => sites.find(|site| site.id.as_str() == id).cloned().ok_or_else(ApiError::origin_not_allowed),
        None => match (sites.next(), sites.next()) {
            (Some(site), None) => Ok(Arc::clone(site)),
            (Some(_), Some(_)) => {
                Err(ApiError::bad_request("this origin belongs to several sites; name one with `site`"))
            }
            (None, _) => Err(ApiError::origin_not_allowed()),
        },
    }
}
