//! Refusals: the error body, limits and headers; and secrets, which no answer may contain.

use std::sync::PoisonError;

use super::prelude::*;

pub async fn body(fixture: &Fixture) -> Outcome {
    let visitor = fixture.visitor().await?;
    let unknown = format!("/api/v1/conversation/{}/events", random_hex(16));
    let get = |path: &str| fixture.request(Method::GET, path);
    let refusals = [
        visitor.poll(&random_hex(16), "?wait=0").await?,
        fixture.call(get(&unknown).header("accept", JSON)).await?,
        fixture.call(get("/api/v1/conversations")).await?,
        fixture.call(get("/api/v1/nothing-here").bearer_auth(&visitor.token)).await?,
        fixture.token(json!({ "renewal": random_hex(32) })).await?,
    ];
    let mut statuses = Vec::new();
    for refusal in refusals {
        ensure!(refusal.status >= 400, "{refusal}");
        let (json, code) = (&refusal.json, refusal.error());
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

fn start_request(visitor: &Visitor<'_>, media_type: &str, body: String) -> RequestBuilder {
    let request = visitor.request(Method::POST, "/api/v1/conversations").header("idempotency-key", new_key());
    request.header("content-type", media_type).body(body)
}

pub async fn not_json(fixture: &Fixture) -> Outcome {
    let visitor = fixture.visitor().await?;
    for body in ["{\"message\": planted-words", "[]", "{}"] {
        let answer = fixture.call(start_request(&visitor, JSON, body.to_owned())).await?;
        ensure!(matches!(answer.status, 400 | 422) && answer.error() == "BAD_REQUEST", "{body}: {answer}");
        ensure!(!answer.text.contains("planted-words"), "what was sent is repeated");
    }
    Ok("BAD_REQUEST".to_owned())
}

pub async fn content_type(fixture: &Fixture) -> Outcome {
    let (visitor, body) = (fixture.visitor().await?, start_body(&unique_text()).to_string());
    let answer = fixture.call(start_request(&visitor, "text/plain", body)).await?;
    ensure!((400..500).contains(&answer.status), "{answer}");
    Ok(format!("{}", answer.status))
}

pub async fn too_large(fixture: &Fixture) -> Outcome {
    let body = start_body(&"x".repeat(5 << 20));
    fixture.visitor().await?.start(&new_key(), &body).await?.expect_error(413, "TOO_LARGE")?;
    Ok("413 TOO_LARGE".to_owned())
}

pub async fn too_long(fixture: &Fixture) -> Outcome {
    let long = "long ".repeat(12_000);
    let answer = fixture.chat().await?.send(&new_key(), &long).await?;
    ensure!(matches!((answer.status, answer.error()), (400, "BAD_REQUEST") | (413, "TOO_LARGE")), "{answer}");
    fixture.simulator.expect_calls("send", &long, 0).await?;
    Ok(format!("{}", answer.status))
}

pub async fn nosniff(fixture: &Fixture) -> Outcome {
    let visitor = fixture.visitor().await?;
    let refused = visitor.poll(&random_hex(16), "?wait=0").await?;
    for answer in [&visitor.answer, &refused] {
        ensure!(answer.header("x-content-type-options") == Some("nosniff"), "{} without it", answer.call);
    }
    Ok("nosniff".to_owned())
}

/// Runs late, when many answers have been recorded; its own conversation is for when it runs alone.
pub async fn secrets(fixture: &Fixture) -> Outcome {
    let chat = fixture.settled().await?;
    let fault = json!({ "call": "send", "error": "ACCOUNT_DETAILS_NOT_FOUND", "status": 404 });
    fixture.simulator.order("fail", fault).await?;
    chat.send(&new_key(), &unique_text()).await?;
    let bodies = fixture.bodies.lock().unwrap_or_else(PoisonError::into_inner);
    for (name, secret) in &fixture.secrets {
        let leak_count = bodies.iter().filter(|text| text.contains(secret.as_str())).count();
        ensure!(leak_count == 0, "{name} in {leak_count} answers");
    }
    Ok(format!("nothing of it in {} answers", bodies.len()))
}
