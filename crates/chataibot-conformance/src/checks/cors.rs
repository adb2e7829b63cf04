//! CORS: what a browser requires before it lets a page of another origin call.

use reqwest::Method;
use serde_json::json;

use crate::{
    check::checks,
    fixture::{Answer, Fixture},
    outcome::{CheckError, Outcome, ensure},
    visitor::random_hex,
};

checks! {
    Must "cors-preflight" preflight:
        "The preflights of all calls are answered with 2xx and allow the page's origin, the method and the headers authorization, content-type, idempotency-key and last-event-id."
        => "Answer OPTIONS for each path with Access-Control-Allow-Origin, -Methods and -Headers, without asking for a token.";
    Must "cors-answers" answers:
        "Answers carry Access-Control-Allow-Origin, refusals too."
        => "Add the header in the outermost layer: without it on a 401 the widget can't see that it is one.";
    Must "cors-foreign" foreign:
        "A page of an origin that is not the site's gets no token: 403 ORIGIN_NOT_ALLOWED."
        => "Keep a list of exact origins for each site and compare the Origin header with it.";
    Must "cors-no-credentials" credentials:
        "Access-Control-Allow-Credentials is not sent."
        => "Leave it out: nothing here rests on cookies, and with it other pages could use those of your domain.";
    Should "cors-vary" vary:
        "Where Access-Control-Allow-Origin names one origin, Vary names Origin."
        => "Send Vary: Origin, so that a cache does not give one page's answer to another page.";
    Should "cors-expose" expose:
        "Refusals let a page read Retry-After."
        => "Send Access-Control-Expose-Headers: retry-after.";
}

const HEADERS: [&str; 4] = ["authorization", "content-type", "idempotency-key", "last-event-id"];

/// Not a token: calls with it are refused.
const NO_TOKEN: &str = "nonsense";

async fn preflight(fixture: &Fixture) -> Outcome {
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
        ensure!((200..300).contains(&answer.status), "{answer}");
        ensure_origin_allowed(fixture, &answer)?;
        let is_listed = |name: &str, wanted: &str| {
            let list = answer.header(name).unwrap_or_default();
            list.split(',').any(|item| item.trim().eq_ignore_ascii_case(wanted))
        };
        // CORS always allows the methods POST and GET.
        for header in HEADERS {
            let is_allowed = is_listed("access-control-allow-headers", header);
            ensure!(is_allowed, "the preflight for {path} does not allow the header {header}");
        }
    }
    Ok("four preflights that allow what the widget sends".to_owned())
}

fn ensure_origin_allowed(fixture: &Fixture, answer: &Answer) -> Result<(), CheckError> {
    let allowed = answer.header("access-control-allow-origin").unwrap_or("none");
    let is_allowed = allowed == "*" || allowed == fixture.origin;
    ensure!(is_allowed, "{} ({}) with Access-Control-Allow-Origin: {allowed}", answer.call, answer.status);
    Ok(())
}

async fn answers(fixture: &Fixture) -> Outcome {
    ensure_origin_allowed(fixture, &fixture.token(json!({})).await?)?;
    ensure_origin_allowed(fixture, &fixture.poll_nowhere(NO_TOKEN).await?)?;
    Ok("on a token and on a refusal".to_owned())
}

async fn foreign(fixture: &Fixture) -> Outcome {
    let request = fixture.http.post(fixture.url("/token")).header("origin", "https://elsewhere.invalid");
    let answer = fixture.call(request.json(&json!({}))).await?.expect_error(403, "ORIGIN_NOT_ALLOWED")?;
    ensure!(answer.json["token"].is_null(), "a token for a page of https://elsewhere.invalid");
    Ok("403 ORIGIN_NOT_ALLOWED for a page of https://elsewhere.invalid".to_owned())
}

async fn credentials(fixture: &Fixture) -> Outcome {
    for answer in [fixture.token(json!({})).await?, fixture.poll_nowhere(NO_TOKEN).await?] {
        let is_sent = answer.header("access-control-allow-credentials").is_some();
        ensure!(!is_sent, "{} allows credentials", answer.call);
    }
    Ok("not sent".to_owned())
}

async fn vary(fixture: &Fixture) -> Outcome {
    let answer = fixture.token(json!({})).await?;
    if answer.header("access-control-allow-origin") == Some("*") {
        return Ok("every origin is allowed by *".to_owned());
    }
    let values = answer.headers.get_all("vary").iter().filter_map(|value| value.to_str().ok());
    let names_origin = values.flat_map(|line| line.split(',')).any(|name| name.trim().eq_ignore_ascii_case("origin"));
    ensure!(names_origin, "no Vary: Origin");
    Ok("Vary: Origin".to_owned())
}

async fn expose(fixture: &Fixture) -> Outcome {
    let answer = fixture.poll_nowhere(NO_TOKEN).await?;
    let exposed = answer.header("access-control-expose-headers").unwrap_or("none");
    ensure!(exposed.to_ascii_lowercase().contains("retry-after"), "Access-Control-Expose-Headers: {exposed}");
    Ok(exposed.to_owned())
}
