//! `identity` in `POST /token`: signed-in visitors.

use std::sync::atomic::Ordering;

use super::prelude::*;
use crate::identity::HostSite;

fn host_site(fixture: &Fixture) -> Result<&HostSite, CheckError> {
    let skipped = || not_applicable("without --identity-secret nobody can be signed in");
    fixture.host.as_ref().map_or_else(skipped, Ok)
}

/// Returns a unique user id.
fn new_user() -> String {
    format!("user-{}", random_hex(8))
}

async fn sign_in(fixture: &Fixture, user: &str) -> Result<Answer, CheckError> {
    fixture.token(json!({ "identity": host_site(fixture)?.identity(user) })).await?.expect_status(200)
}

/// Whether the token of this answer is still accepted, tried with a call that changes nothing.
async fn accepts_token(fixture: &Fixture, answer: &Answer) -> Result<bool, CheckError> {
    let token = answer.json["token"].as_str().unwrap_or_default();
    Ok(fixture.poll_nowhere(token).await?.status != 401)
}

pub async fn refused(fixture: &Fixture) -> Outcome {
    let mut identities = vec![("no JWT", "no.identity.here".to_owned()), ("nothing in it", String::new())];
    identities.extend(fixture.host.iter().flat_map(HostSite::invalid_identities));
    for (what, identity) in identities {
        let answer = fixture.token(json!({ "identity": identity })).await?;
        let refusal = (answer.status, answer.error());
        let fits = refusal == (403, "IDENTITY_REFUSED") || (fixture.host.is_none() && refusal == (400, "BAD_REQUEST"));
        // Not the summary of the answer: it may contain a token.
        ensure!(fits, "an identity with {what} is answered {} {}", refusal.0, refusal.1);
    }
    Ok("no token".to_owned())
}

pub async fn visitor(fixture: &Fixture) -> Outcome {
    let (ada, eve) = (new_user(), new_user());
    let (one, again, other) =
        (sign_in(fixture, &ada).await?, sign_in(fixture, &ada).await?, sign_in(fixture, &eve).await?);
    let visitor_of = |answer: &Answer| answer.json["visitor"].clone();
    ensure!(visitor_of(&one) == visitor_of(&again), "the same user is two visitors");
    ensure!(visitor_of(&one) != visitor_of(&other), "two users are one visitor");
    ensure!(accepts_token(fixture, &one).await?, "the user's first browser was thrown out by the second");
    Ok("one visitor in two browsers, another one for another user".to_owned())
}

pub async fn renewal(fixture: &Fixture) -> Outcome {
    let user = new_user();
    let first = sign_in(fixture, &user).await?;
    let renewed = fixture.token(json!({ "renewal": first.json["renewal"] })).await?.expect_status(200)?;
    let body = json!({ "renewal": renewed.json["renewal"], "identity": host_site(fixture)?.identity(&user) });
    let again = fixture.token(body).await?.expect_status(200)?;
    for (how, answer) in [("without an identity", &renewed), ("with the same user's", &again)] {
        let variables = variables_at_platform(fixture, answer, json!({})).await?;
        let seen = &variables["conversation"]["user_id"];
        ensure!(*seen == user, "renewed {how}, the platform gets {seen} as the user");
    }
    Ok("still signed in, without an identity and with one".to_owned())
}

/// Starts a conversation with this answer's token; returns the variables that the platform gets.
async fn variables_at_platform(fixture: &Fixture, answer: &Answer, variables: Value) -> Result<Value, CheckError> {
    let (text, token) = (unique_text(), answer.json["token"].as_str().unwrap_or_default());
    let mut body = start_body(&text);
    body["variables"] = variables;
    let request = fixture.request(Method::POST, "/api/v1/conversations").bearer_auth(token);
    fixture.call(request.header("idempotency-key", new_key()).json(&body)).await?.expect_status(200)?;
    Ok(fixture.simulator.call_with("start", &text).await?["body"]["variables"].clone())
}

pub async fn swap(fixture: &Fixture) -> Outcome {
    host_site(fixture)?;
    let mut before = vec![("another user's", sign_in(fixture, &new_user()).await?)];
    if !fixture.identity_required.load(Ordering::SeqCst) {
        before.push(("an anonymous visitor's", fixture.token(json!({})).await?.expect_status(200)?));
    }
    for (whose, first) in before {
        let body = json!({ "renewal": first.json["renewal"], "identity": host_site(fixture)?.identity(&new_user()) });
        let second = fixture.token(body).await?.expect_status(200)?;
        ensure!(second.json["visitor"] != first.json["visitor"], "{whose} visitor was taken over");
        ensure!(!accepts_token(fixture, &first).await?, "{whose} token is still taken");
        fixture.token(json!({ "renewal": first.json["renewal"] })).await?.expect_error(401, "UNAUTHORIZED")?;
    }
    Ok("another visitor, and the one before is gone".to_owned())
}

pub async fn verified(fixture: &Fixture) -> Outcome {
    let user = new_user();
    let page = json!({
        "contact": { "name": "Eve", "email": "eve@evil.example", "phone": "123" },
        "conversation": { "user_id": "somebody-else", "plan": "free" },
    });
    let variables = variables_at_platform(fixture, &sign_in(fixture, &user).await?, page).await?;
    let expected = [
        ("contact", "name", "Ada Lovelace"),
        ("contact", "email", "ada@example.com"),
        ("contact", "phone", "123"),
        ("conversation", "user_id", user.as_str()),
        ("conversation", "plan", "free"),
    ];
    for (group, name, wanted) in expected {
        let seen = &variables[group][name];
        ensure!(seen == wanted, "the platform gets {seen} as {group}.{name}, not {wanted:?}");
    }
    Ok("the verified name, e-mail and user; the page's own of the rest".to_owned())
}

pub async fn required(fixture: &Fixture) -> Outcome {
    if !fixture.identity_required.load(Ordering::SeqCst) {
        return not_applicable("this site also takes anonymous visitors");
    }
    fixture.token(json!({ "identity": null })).await?.expect_error(403, "IDENTITY_REQUIRED")?;
    Ok("403 IDENTITY_REQUIRED".to_owned())
}
