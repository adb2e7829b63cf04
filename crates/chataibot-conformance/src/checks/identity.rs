//! `identity` in `POST /token`: signed-in visitors.

use std::sync::atomic::Ordering;

use reqwest::Method;
use serde_json::{Value, json};

use super::start;
use crate::{
    check::checks,
    fixture::{Answer, Fixture},
    identity::HostSite,
    outcome::{CheckError, Outcome, ensure},
    visitor::{new_key, random_hex, start_body, unique_text},
};

checks! {
    Must "identity-refused" refused:
        "POST /token with an `identity` that does not hold gives no token: 403 IDENTITY_REFUSED, or 400 BAD_REQUEST where the site takes none."
        => "Never let an anonymous visitor begin in its place: the page keeps what follows for the user it named.";
    Must "identity-visitor" visitor:
        "The same user is the same visitor in every browser, and another user is another visitor."
        => "Keep a table of users with their visitors, by site and `sub`.";
    Must "identity-renewal" renewal:
        "A sign-in lasts as long as it is renewed, without the identity coming again."
        => "Remember with the renewal secret whose it is.";
    Must "identity-swap" swap:
        "A sign-in takes over nothing: a `renewal` of somebody else that comes with it is ended, and the answer has another visitor."
        => "Compare the user of the secret with that of the identity; where they differ, end the first one's tokens and begin anew.";
    Must "identity-verified" verified:
        "At a start the verified values stand over the page's `contact`, and `variables.conversation.user_id` is the verified user."
        => "Write the identity's name, e-mail, phone and `sub` over what the page sent.";
    Must "identity-required" required:
        "Where an identity is required, POST /token without one is refused with 403 IDENTITY_REQUIRED."
        => "Refuse it before a visitor is made.";
}

fn host_site(fixture: &Fixture) -> Result<&HostSite, CheckError> {
    let why = "without --identity-secret nobody can be signed in";
    fixture.host.as_ref().ok_or_else(|| CheckError::NotApplicable(why.to_owned()))
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

async fn refused(fixture: &Fixture) -> Outcome {
    let mut identities = vec![("no JWT", "no.identity.here".to_owned()), ("nothing in it", String::new())];
    identities.extend(fixture.host.iter().flat_map(HostSite::invalid_identities));
    for (what, identity) in identities {
        let answer = fixture.token(json!({ "identity": identity })).await?;
        let refusal = (answer.status, answer.json["error"].as_str().unwrap_or_default());
        let fits = refusal == (403, "IDENTITY_REFUSED") || (fixture.host.is_none() && refusal == (400, "BAD_REQUEST"));
        // Not the summary of the answer: it may contain a token.
        ensure!(fits, "an identity with {what} is answered {} {}", refusal.0, refusal.1);
    }
    Ok("no token".to_owned())
}

async fn visitor(fixture: &Fixture) -> Outcome {
    let (ada, eve) = (new_user(), new_user());
    let (one, again, other) =
        (sign_in(fixture, &ada).await?, sign_in(fixture, &ada).await?, sign_in(fixture, &eve).await?);
    let visitor_of = |answer: &Answer| answer.json["visitor"].clone();
    ensure!(visitor_of(&one) == visitor_of(&again), "the same user is two visitors");
    ensure!(visitor_of(&one) != visitor_of(&other), "two users are one visitor");
    ensure!(accepts_token(fixture, &one).await?, "the user's first browser was thrown out by the second");
    Ok("one visitor in two browsers, another one for another user".to_owned())
}

async fn renewal(fixture: &Fixture) -> Outcome {
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

/// Starts a conversation with the token of this answer; returns the variables that reach the
/// platform.
async fn variables_at_platform(fixture: &Fixture, answer: &Answer, variables: Value) -> Result<Value, CheckError> {
    let (text, token) = (unique_text(), answer.json["token"].as_str().unwrap_or_default());
    let mut body = start_body(&text);
    body["variables"] = variables;
    let request = fixture.request(Method::POST, "/api/v1/conversations").bearer_auth(token);
    fixture.call(request.header("idempotency-key", new_key()).json(&body)).await?.expect_status(200)?;
    Ok(start::call(fixture, "start", &text).await?["body"]["variables"].clone())
}

async fn swap(fixture: &Fixture) -> Outcome {
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
        let secret = json!({ "renewal": first.json["renewal"] });
        fixture.token(secret).await?.expect_error(401, "UNAUTHORIZED")?;
    }
    Ok("another visitor, and the one before is gone".to_owned())
}

async fn verified(fixture: &Fixture) -> Outcome {
    let user = new_user();
    let page = json!({
        "contact": { "name": "Eve", "email": "eve@evil.example", "phone": "123" },
        "conversation": { "user_id": "somebody-else", "plan": "free" },
    });
    let variables = variables_at_platform(fixture, &sign_in(fixture, &user).await?, page).await?;
    let expected = [
        ("contact.name", &variables["contact"]["name"], Value::from("Ada Lovelace")),
        ("contact.email", &variables["contact"]["email"], Value::from("ada@example.com")),
        ("contact.phone", &variables["contact"]["phone"], Value::from("123")),
        ("conversation.user_id", &variables["conversation"]["user_id"], Value::from(user)),
        ("conversation.plan", &variables["conversation"]["plan"], Value::from("free")),
    ];
    for (name, seen, wanted) in expected {
        ensure!(*seen == wanted, "the platform gets {seen} as {name}, not {wanted}");
    }
    Ok("the verified name, e-mail and user; the page's own of the rest".to_owned())
}

async fn required(fixture: &Fixture) -> Outcome {
    if !fixture.identity_required.load(Ordering::SeqCst) {
        return Err(CheckError::NotApplicable("this site also takes anonymous visitors".to_owned()));
    }
    fixture.token(json!({ "identity": null })).await?.expect_error(403, "IDENTITY_REQUIRED")?;
    Ok("403 IDENTITY_REQUIRED".to_owned())
}
