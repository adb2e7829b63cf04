//! `POST /token`: issues credentials for a new visitor, or renews those of a known one.

use std::sync::Arc;

use axum::{Json, extract::State};
use chataibot_wire::token::{EndRequest, Ended, Features, TokenAnswer, TokenRequest, Uploads};
use http::{HeaderMap, header};

use crate::{
    config::Site,
    credentials::Secret,
    error::ApiError,
    http::{body::JsonBody, cors, state::App},
};

/// Answers with a visitor token. Errors: 403 without an origin of the site, 401 for an invalid
/// renewal secret, 400 when the page must name its site.
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
    let (renewal, identity) = (request.renewal.as_deref(), request.identity.as_deref());
    let issued = app.services.credentials.issue_credentials(&site, origin, renewal, identity).await?;
    if renewal.is_none() {
        app.metrics.visitors_new.inc();
    }
    app.metrics.tokens_issued.inc();
    Ok(Json(TokenAnswer {
        ok: true,
        token: issued.token,
        expires_in: app.services.tokens.lifetime_seconds,
        renewal: issued.renewal.expose(),
        visitor: issued.visitor.to_string(),
        features: Some(features(&app, &site)),
    }))
}

/// `POST /token/end`: tokens and streams end at once; an unknown secret gets the same answer.
pub async fn end(
    State(app): State<Arc<App>>,
    JsonBody(request): JsonBody<EndRequest>,
) -> Result<Json<Ended>, ApiError> {
    if let Some(secret) = Secret::parse(&request.renewal) {
        app.services.credentials.sign_out(secret, request.everywhere).await?;
    }
    Ok(Json(Ended { ok: true }))
}

fn features(app: &App, site: &Site) -> Features {
    let types: Vec<String> = site.upload_types.iter().map(|kind| kind.mime.to_owned()).collect();
    let max_bytes = app.config.limits.upload_bytes;
    let uploads = (!types.is_empty()).then_some(Uploads { max_bytes, types });
    Features { uploads, typed_answers: site.typed_answers }
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
