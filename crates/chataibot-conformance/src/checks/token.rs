//! `POST /token`: visitor tokens and their renewal.

use super::prelude::*;

pub async fn answer(fixture: &Fixture) -> Outcome {
    let answer = fixture.token(json!({})).await?.expect_status(200)?;
    let json = &answer.json;
    let is_whole = json["ok"] == true
        && json["token"].as_str().is_some_and(|token| !token.is_empty())
        && json["expires_in"].as_u64().is_some_and(|seconds| seconds > 0)
        && json["renewal"].as_str().is_some_and(|renewal| !renewal.is_empty());
    let names: Vec<&String> = json.as_object().map(|fields| fields.keys().collect()).unwrap_or_default();
    ensure!(is_whole, "an answer with the fields {names:?}, of which one is missing or of another type");
    let kind = answer.header("content-type").unwrap_or("none");
    ensure!(kind.starts_with("application/json"), "the Content-Type {kind}");
    Ok(format!("a token for {} seconds", json["expires_in"]))
}

pub async fn visitor(fixture: &Fixture) -> Outcome {
    let (one, other) = (fixture.visitor().await?, fixture.visitor().await?);
    for visitor in [&one, &other] {
        let fits = visitor.id.len() == 32 && visitor.id.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        ensure!(fits, "the visitor {:?}", visitor.id);
    }
    ensure!(one.id != other.id, "two new visitors with one id");
    ensure!(one.token != other.token, "two new visitors with one token");
    Ok("two visitors, two ids".to_owned())
}

pub async fn cookie(fixture: &Fixture) -> Outcome {
    let visitor = fixture.visitor().await?;
    let started = visitor.start(&new_key(), &start_body(&unique_text())).await?;
    for answer in [&visitor.answer, &started] {
        ensure!(answer.header("set-cookie").is_none(), "{} sets a cookie", answer.call);
    }
    Ok("no cookie".to_owned())
}

pub async fn no_store(fixture: &Fixture) -> Outcome {
    let visitor = fixture.visitor().await?;
    let cache = visitor.answer.header("cache-control").unwrap_or("none");
    ensure!(cache.contains("no-store"), "Cache-Control: {cache}");
    Ok(format!("Cache-Control: {cache}"))
}

pub async fn renewal(fixture: &Fixture) -> Outcome {
    let visitor = fixture.visitor().await?;
    let old = &visitor.answer.json["renewal"];
    let renewed = fixture.token(json!({ "renewal": old })).await?.expect_status(200)?;
    ensure!(renewed.json["visitor"] == visitor.id.as_str(), "another visitor");
    ensure!(renewed.json["renewal"] != *old, "the same renewal secret again");
    ensure!(renewed.json["token"].as_str().is_some_and(|token| !token.is_empty()), "no token");
    Ok("the same visitor, a new token, a new secret".to_owned())
}

pub async fn unknown_renewal(fixture: &Fixture) -> Outcome {
    fixture.token(json!({ "renewal": random_hex(32) })).await?.expect_error(401, "UNAUTHORIZED")?;
    Ok("401 UNAUTHORIZED".to_owned())
}

fn start_without_token(fixture: &Fixture, path: &str) -> RequestBuilder {
    fixture.request(Method::POST, path).header("idempotency-key", new_key()).json(&start_body(&unique_text()))
}

pub async fn needed(fixture: &Fixture) -> Outcome {
    let visitor = fixture.visitor().await?;
    // The last characters of a signed token are its signature.
    let mut altered = visitor.token.clone();
    let last = altered.pop();
    altered.pop();
    altered.push_str(if last == Some('A') { "BB" } else { "AA" });
    for (what, token) in [("none", None), ("a made-up one", Some("nonsense")), ("an altered one", Some(&*altered))] {
        let mut request = start_without_token(fixture, "/api/v1/conversations");
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let answer = fixture.call(request).await?;
        ensure!(answer.status == 401 && answer.error() == "UNAUTHORIZED", "with {what}: {answer}");
    }
    Ok("401 UNAUTHORIZED without one, with a made-up one and with an altered one".to_owned())
}

pub async fn in_url(fixture: &Fixture) -> Outcome {
    let visitor = fixture.visitor().await?;
    for name in ["token", "access_token"] {
        let path = format!("/api/v1/conversations?{name}={}", visitor.token);
        fixture.call(start_without_token(fixture, &path)).await?.expect_status(401)?;
    }
    Ok("401".to_owned())
}

pub async fn origin(fixture: &Fixture) -> Outcome {
    let visitor = fixture.visitor().await?;
    let request = fixture.http.post(fixture.url("/api/v1/conversations")).bearer_auth(&visitor.token);
    let request = request.header("origin", "https://elsewhere.invalid").header("idempotency-key", new_key());
    let answer = fixture.call(request.json(&start_body(&unique_text()))).await?;
    ensure!(matches!(answer.status, 401 | 403), "{answer}");
    Ok(format!("{} for another origin", answer.status))
}
