//! `POST /token`: credentials for a new visitor, or new ones for old ones.

use std::sync::Arc;

use axum::{Json, extract::State};
use chataibot_wire::token::{Features, TokenAnswer, TokenRequest, Uploads};
use http::{HeaderMap, header};

use crate::{
    app::App,
    body::JsonBody,
    config::Site,
    cors,
    error::ApiError,
    token::renewal::{self, Issued, NotIssued, Secret},
};

/// Answers with a visitor token.
///
/// # Errors
/// 403 without an origin of the site, 401 for a renewal secret that does not hold, 400 when the page must name its site.
pub async fn issue(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    JsonBody(request): JsonBody<TokenRequest>,
) -> Result<Json<TokenAnswer>, ApiError> {
    // The CORS layer has refused origins of no site; a missing one it lets pass.
    let origin = headers.get(header::ORIGIN).and_then(|origin| origin.to_str().ok());
    let origin = origin.ok_or_else(|| ApiError::origin_not_allowed().cause("a token needs an Origin header"))?;
    let site = site(&app, origin, request.site.as_deref()).inspect_err(|_| {
        if let Some(origin) = headers.get(header::ORIGIN) {
            cors::refused(&app, origin);
        }
    })?;
    let issued = match request.renewal {
        None => renewal::begin(&app, &site, origin).await.inspect(|_| app.counters.visitors_new.increment()),
        Some(secret) => match Secret::parse(&secret) {
            Some(secret) => renewal::renew(&app, &site, origin, secret).await,
            None => return Err(refused(&app, "malformed")),
        },
    };
    match issued {
        Ok(Issued { token, renewal, visitor }) => {
            app.counters.tokens_issued.increment();
            Ok(Json(TokenAnswer {
                ok: true,
                token,
                expires_in: app.tokens.lifetime_seconds(),
                renewal: renewal.expose(),
                visitor: visitor.to_string(),
                features: Some(features(&app, &site)),
            }))
        }
        Err(NotIssued::Refused(refusal)) => {
            if let crate::store::renewals::Refusal::Reused(family) = &refusal {
                app.counters.families_revoked.increment();
                tracing::warn!(%family, "a renewal secret was used twice; its visitor must begin anew");
            }
            Err(refused(&app, refusal.word()))
        }
        Err(NotIssued::Store(error)) => Err(ApiError::unavailable(error)),
        Err(NotIssued::Token(fault)) => Err(ApiError::internal(fault)),
        Err(NotIssued::Randomness(error)) => Err(ApiError::internal(error)),
    }
}

/// What the site offers beside text messages.
fn features(app: &App, site: &Site) -> Features {
    let types: Vec<String> = site.upload_types.iter().map(|kind| kind.mime.to_owned()).collect();
    let max_bytes = app.config.limits.upload_bytes;
    let uploads = (!types.is_empty()).then_some(Uploads { max_bytes, types });
    Features { uploads, typed_answers: site.typed_answers }
}

fn refused(app: &App, why: &'static str) -> ApiError {
    app.counters.renewals_refused.increment();
    ApiError::unauthorized().cause(format!("renewal refused: {why}"))
}

fn site(app: &App, origin: &str, named: Option<&str>) -> Result<Arc<Site>, ApiError> {
    let mut sites = app.config.sites.of_origin(origin);
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
