//! Refusals: the error body, limits and headers; and secrets, which no answer may contain.

use std::sync::PoisonError;

use serde_json::json;

use crate::{
    check::checks,
    fixture::Fixture,
    outcome::{Outcome, ensure},
    visitor::{new_key, random_hex, send_body, start_body, unique_text},
};

checks! {
    Must "error-body" body:
        "Every refusal is {\"ok\":false,\"error\":\"CODE\",\"message\":\"…\",\"status\":N} as JSON, N being the status."
        => "Answer all refusals from one place, those of your framework too.";
    Must "error-not-json" not_json:
        "A body that is not JSON, or other JSON than the call takes, is refused with 400 or 422 BAD_REQUEST."
        => "Parse strictly, and do not repeat what was sent.";
    Should "error-content-type" content_type:
        "A body that does not say that it is JSON is refused."
        => "Ask for Content-Type: application/json: a page can send text/plain anywhere without a preflight.";
    Must "error-too-large" too_large:
        "A body of 5 MiB is refused with 413 TOO_LARGE."
        => "Limit bodies, and take what is still coming before you answer.";
    Must "error-too-long" too_long:
        "A message of 60,000 characters is refused with 400 BAD_REQUEST or 413 TOO_LARGE, and is not forwarded."
        => "Limit a message; chataibot-proxy takes 4,000 characters.";
    Should "error-nosniff" nosniff:
        "Answers carry X-Content-Type-Options: nosniff."
        => "Add the header to everything.";
    Must "error-secrets" secrets:
        "No answer to a page in this whole run holds the account token or a staff e-mail address."
        => "Build answers from what a visitor may see; never pass the platform's own through.";
}

async fn body(fixture: &Fixture) -> Outcome {
    let visitor = fixture.visitor().await?;
    let unknown = format!("/api/v1/conversation/{}", random_hex(16));
    let get = |path: &str| fixture.request(reqwest::Method::GET, path);
    let refusals = [
        fixture.call(visitor.events(&random_hex(16), "?wait=0")).await?,
        fixture.call(get(&format!("{unknown}/events")).header("accept", "application/json")).await?,
        fixture.call(get("/api/v1/conversations")).await?,
        fixture.call(get("/api/v1/nothing-here").bearer_auth(&visitor.token)).await?,
        fixture.token(json!({ "renewal": random_hex(32) })).await?,
    ];
    let mut statuses = Vec::new();
    for refusal in refusals {
        ensure!(refusal.status >= 400, "{refusal}");
        let json = &refusal.json;
        let code = json["error"].as_str().unwrap_or_default();
        let fits = json["ok"] == false
            && !code.is_empty()
            && code.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
            && json["message"].is_string()
            && json["status"] == refusal.status;
        ensure!(fits, "{refusal}");
        statuses.push(refusal.status);
    }
    Ok(format!("one body for {statuses:?}"))
}

async fn not_json(fixture: &Fixture) -> Outcome {
    let visitor = fixture.visitor().await?;
    for body in ["{\"message\": planted-words", "[]", "{}"] {
        let request = visitor.request(reqwest::Method::POST, "/api/v1/conversations");
        let request = request.header("idempotency-key", new_key()).header("content-type", "application/json");
        let answer = fixture.call(request.body(body)).await?;
        ensure!(matches!(answer.status, 400 | 422) && answer.json["error"] == "BAD_REQUEST", "{body}: {answer}");
        ensure!(!answer.text.contains("planted-words"), "what was sent is repeated");
    }
    Ok("BAD_REQUEST".to_owned())
}

async fn content_type(fixture: &Fixture) -> Outcome {
    let visitor = fixture.visitor().await?;
    let request = visitor.request(reqwest::Method::POST, "/api/v1/conversations");
    let request = request.header("idempotency-key", new_key()).header("content-type", "text/plain");
    let answer = fixture.call(request.body(start_body(&unique_text()).to_string())).await?;
    ensure!((400..500).contains(&answer.status), "{answer}");
    Ok(format!("{}", answer.status))
}

async fn too_large(fixture: &Fixture) -> Outcome {
    let visitor = fixture.visitor().await?;
    let body = start_body(&"x".repeat(5 << 20));
    fixture.call(visitor.start(&new_key(), &body)).await?.expect_error(413, "TOO_LARGE")?;
    Ok("413 TOO_LARGE".to_owned())
}

async fn too_long(fixture: &Fixture) -> Outcome {
    let (visitor, conversation) = fixture.conversation().await?;
    let long = "long ".repeat(12_000);
    let answer = fixture.call(visitor.send(&conversation.id, &new_key(), &send_body(&long))).await?;
    let fits = [(400, "BAD_REQUEST"), (413, "TOO_LARGE")]
        .contains(&(answer.status, answer.json["error"].as_str().unwrap_or_default()));
    ensure!(fits, "{answer}");
    fixture.simulator.expect_calls("send", &long, 0).await?;
    Ok(format!("{}", answer.status))
}

async fn nosniff(fixture: &Fixture) -> Outcome {
    let visitor = fixture.visitor().await?;
    let refused = fixture.call(visitor.events(&random_hex(16), "?wait=0")).await?;
    for answer in [&visitor.answer, &refused] {
        ensure!(answer.header("x-content-type-options") == Some("nosniff"), "{} without it", answer.call);
    }
    Ok("nosniff".to_owned())
}

/// Runs late, when many answers have been recorded; if it runs alone, its own short conversation is
/// checked.
async fn secrets(fixture: &Fixture) -> Outcome {
    let (visitor, conversation, _) = fixture.settled().await?;
    fixture
        .simulator
        .order("fail", json!({ "call": "send", "error": "ACCOUNT_DETAILS_NOT_FOUND", "status": 404 }))
        .await?;
    fixture.call(visitor.send(&conversation.id, &new_key(), &send_body(&unique_text()))).await?;
    let bodies = fixture.bodies.lock().unwrap_or_else(PoisonError::into_inner);
    for (name, secret) in &fixture.secrets {
        let leak_count = bodies.iter().filter(|text| text.contains(secret.as_str())).count();
        ensure!(leak_count == 0, "{name} in {leak_count} answers");
    }
    Ok(format!("nothing of it in {} answers", bodies.len()))
}
