//! CORS: what a browser requires before it lets a page of another origin call.

use super::prelude::*;

const HEADERS: [&str; 4] = ["authorization", "content-type", "idempotency-key", "last-event-id"];

/// Not a token: calls with it are refused.
const NO_TOKEN: &str = "nonsense";

pub async fn preflight(fixture: &Fixture) -> Outcome {
    let conversation = format!("/api/v1/conversation/{}", random_hex(16));
    let paths = [
        ("POST", "/token".to_owned()),
        ("POST", "/api/v1/conversations".to_owned()),
        ("POST", format!("{conversation}/messages")),
        ("GET", format!("{conversation}/events")),
    ];
    for (method, path) in paths {
        let request = fixture.request(Method::OPTIONS, &path).header("access-control-request-method", method);
        let answer = fixture.call(request.header("access-control-request-headers", HEADERS.join(","))).await?;
        ensure!(answer.is_success(), "{answer}");
        ensure_origin_allowed(fixture, &answer)?;
        // CORS always allows the methods POST and GET.
        let allowed = answer.header("access-control-allow-headers").unwrap_or_default();
        for header in HEADERS {
            let is_allowed = allowed.split(',').any(|item| item.trim().eq_ignore_ascii_case(header));
            ensure!(is_allowed, "the preflight for {path} does not allow the header {header}");
        }
    }
    Ok("four preflights that allow what the widget sends".to_owned())
}

fn ensure_origin_allowed(fixture: &Fixture, answer: &Answer) -> Result<(), CheckError> {
    let allowed = answer.header("access-control-allow-origin").unwrap_or("none");
    let is_allowed = allowed == "*" || allowed == fixture.options.origin;
    ensure!(is_allowed, "{} ({}) with Access-Control-Allow-Origin: {allowed}", answer.call, answer.status);
    Ok(())
}

pub async fn answers(fixture: &Fixture) -> Outcome {
    ensure_origin_allowed(fixture, &fixture.token(json!({})).await?)?;
    ensure_origin_allowed(fixture, &fixture.poll_nowhere(NO_TOKEN).await?)?;
    Ok("on a token and on a refusal".to_owned())
}

pub async fn foreign(fixture: &Fixture) -> Outcome {
    let request = fixture.http.post(fixture.url("/token")).header("origin", "https://elsewhere.invalid");
    let answer = fixture.call(request.json(&json!({}))).await?.expect_error(403, "ORIGIN_NOT_ALLOWED")?;
    ensure!(answer.json["token"].is_null(), "a token for a page of https://elsewhere.invalid");
    Ok("403 ORIGIN_NOT_ALLOWED for a page of https://elsewhere.invalid".to_owned())
}

pub async fn credentials(fixture: &Fixture) -> Outcome {
    for answer in [fixture.token(json!({})).await?, fixture.poll_nowhere(NO_TOKEN).await?] {
        let is_sent = answer.header("access-control-allow-credentials").is_some();
        ensure!(!is_sent, "{} allows credentials", answer.call);
    }
    Ok("not sent".to_owned())
}

pub async fn vary(fixture: &Fixture) -> Outcome {
    let answer = fixture.token(json!({})).await?;
    if answer.header("access-control-allow-origin") == Some("*") {
        return Ok("every origin is allowed by *".to_owned());
    }
    let values = answer.headers.get_all("vary").iter().filter_map(|value| value.to_str().ok());
    let names_origin = values.flat_map(|line| line.split(',')).any(|name| name.trim().eq_ignore_ascii_case("origin"));
    ensure!(names_origin, "no Vary: Origin");
    Ok("Vary: Origin".to_owned())
}

pub async fn expose(fixture: &Fixture) -> Outcome {
    let answer = fixture.poll_nowhere(NO_TOKEN).await?;
    let exposed = answer.header("access-control-expose-headers").unwrap_or("none");
    ensure!(exposed.to_ascii_lowercase().contains("retry-after"), "Access-Control-Expose-Headers: {exposed}");
    Ok(exposed.to_owned())
}
