//! `identity` in `POST /token`: signed-in visitors.

use std::sync::atomic::Ordering;

use serde_json::{Value, json};

use super::start;
use crate::{
    check::{Check, Fault, Outcome, check, hold},
    identity::HostSite,
    stage::{Answer, Stage},
    visitor::{key, random, start_body, text},
};

pub(super) const CHECKS: &[Check] = &[
    check!(
        "identity-refused",
        Must,
        "POST /token with an `identity` that does not hold gives no token: 403 IDENTITY_REFUSED, or 400 BAD_REQUEST where the site takes none.",
        "Never let an anonymous visitor begin in its place: the page keeps what follows for the user it named.",
        refused
    ),
    check!(
        "identity-visitor",
        Must,
        "The same user is the same visitor in every browser, and another user is another visitor.",
        "Keep a table of users with their visitors, by site and `sub`.",
        visitor
    ),
    check!(
        "identity-renewal",
        Must,
        "A sign-in lasts as long as it is renewed, without the identity coming again.",
        "Remember with the renewal secret whose it is.",
        renewal
    ),
    check!(
        "identity-swap",
        Must,
        "A sign-in takes over nothing: a `renewal` of somebody else that comes with it is ended, and the answer has another visitor.",
        "Compare the user of the secret with that of the identity; where they differ, end the first one's tokens and begin anew.",
        swap
    ),
    check!(
        "identity-verified",
        Must,
        "At a start the verified values stand over the page's `contact`, and `variables.conversation.user_id` is the verified user.",
        "Write the identity's name, e-mail, phone and `sub` over what the page sent.",
        verified
    ),
    check!(
        "identity-required",
        Must,
        "Where an identity is required, POST /token without one is refused with 403 IDENTITY_REQUIRED.",
        "Refuse it before a visitor is made.",
        required
    ),
];

fn host(stage: &Stage) -> Result<&HostSite, Fault> {
    let why = "without --identity-secret nobody can be signed in";
    stage.host.as_ref().ok_or_else(|| Fault::Skipped(why.to_owned()))
}

/// A user nobody else is.
fn user() -> String {
    format!("user-{}", random(8))
}

async fn sign_in(stage: &Stage, user: &str) -> Result<Answer, Fault> {
    stage.token(json!({ "identity": host(stage)?.identity(user) })).await?.with(200)
}

/// Is the token of this answer still taken? It is used for what changes nothing.
async fn is_taken(stage: &Stage, answer: &Answer) -> Result<bool, Fault> {
    let token = answer.json["token"].as_str().unwrap_or_default();
    let path = format!("/api/v1/conversation/{}/events?wait=0", random(16));
    let request = stage.http.get(stage.url(&path)).header("origin", &stage.origin).bearer_auth(token);
    Ok(stage.call(request.header("accept", "application/json")).await?.status != 401)
}

async fn refused(stage: &Stage) -> Outcome {
    let mut identities = vec![("no JWT", "no.identity.here".to_owned()), ("nothing in it", String::new())];
    identities.extend(stage.host.iter().flat_map(HostSite::forgeries));
    for (what, identity) in identities {
        let answer = stage.token(json!({ "identity": identity })).await?;
        let told = (answer.status, answer.json["error"].as_str().unwrap_or_default());
        let fits = told == (403, "IDENTITY_REFUSED") || (stage.host.is_none() && told == (400, "BAD_REQUEST"));
        // The answer may hold a token.
        hold(fits, || format!("an identity with {what} is answered {} {}", told.0, told.1))?;
    }
    Ok("no token".to_owned())
}

async fn visitor(stage: &Stage) -> Outcome {
    let (ada, eve) = (user(), user());
    let (one, again, other) = (sign_in(stage, &ada).await?, sign_in(stage, &ada).await?, sign_in(stage, &eve).await?);
    let of = |answer: &Answer| answer.json["visitor"].clone();
    hold(of(&one) == of(&again), || "the same user is two visitors".to_owned())?;
    hold(of(&one) != of(&other), || "two users are one visitor".to_owned())?;
    hold(is_taken(stage, &one).await?, || "the user's first browser was thrown out by the second".to_owned())?;
    Ok("one visitor in two browsers, another one for another user".to_owned())
}

async fn renewal(stage: &Stage) -> Outcome {
    let user = user();
    let first = sign_in(stage, &user).await?;
    let renewed = stage.token(json!({ "renewal": first.json["renewal"] })).await?.with(200)?;
    let body = json!({ "renewal": renewed.json["renewal"], "identity": host(stage)?.identity(&user) });
    let again = stage.token(body).await?.with(200)?;
    for (how, answer) in [("without an identity", &renewed), ("with the same user's", &again)] {
        let told = start_of(stage, answer, json!({})).await?;
        let seen = &told["conversation"]["user_id"];
        hold(*seen == user, || format!("renewed {how}, the platform gets {seen} as the user"))?;
    }
    Ok("still signed in, without an identity and with one".to_owned())
}

/// The variables that reach the platform when a conversation starts with the token of this answer.
async fn start_of(stage: &Stage, answer: &Answer, variables: Value) -> Result<Value, Fault> {
    let (text, token) = (text(), answer.json["token"].as_str().unwrap_or_default());
    let mut body = start_body(&text);
    body["variables"] = variables;
    let request =
        stage.http.post(stage.url("/api/v1/conversations")).header("origin", &stage.origin).bearer_auth(token);
    stage.call(request.header("idempotency-key", key()).json(&body)).await?.with(200)?;
    Ok(start::call(stage, "start", &text).await?["body"]["variables"].clone())
}

async fn swap(stage: &Stage) -> Outcome {
    host(stage)?;
    let mut before = vec![("another user's", sign_in(stage, &user()).await?)];
    if !stage.asks_who.load(Ordering::SeqCst) {
        before.push(("an anonymous visitor's", stage.token(json!({})).await?.with(200)?));
    }
    for (whose, first) in before {
        let body = json!({ "renewal": first.json["renewal"], "identity": host(stage)?.identity(&user()) });
        let second = stage.token(body).await?.with(200)?;
        hold(second.json["visitor"] != first.json["visitor"], || format!("{whose} visitor was taken over"))?;
        hold(!is_taken(stage, &first).await?, || format!("{whose} token is still taken"))?;
        let secret = json!({ "renewal": first.json["renewal"] });
        stage.token(secret).await?.refusal(401, "UNAUTHORIZED")?;
    }
    Ok("another visitor, and the one before is gone".to_owned())
}

async fn verified(stage: &Stage) -> Outcome {
    let user = user();
    let page = json!({
        "contact": { "name": "Eve", "email": "eve@evil.example", "phone": "123" },
        "conversation": { "user_id": "somebody-else", "plan": "free" },
    });
    let told = start_of(stage, &sign_in(stage, &user).await?, page).await?;
    let expected = [
        ("contact.name", &told["contact"]["name"], Value::from("Ada Lovelace")),
        ("contact.email", &told["contact"]["email"], Value::from("ada@example.com")),
        ("contact.phone", &told["contact"]["phone"], Value::from("123")),
        ("conversation.user_id", &told["conversation"]["user_id"], Value::from(user)),
        ("conversation.plan", &told["conversation"]["plan"], Value::from("free")),
    ];
    for (name, seen, wanted) in expected {
        hold(*seen == wanted, || format!("the platform gets {seen} as {name}, not {wanted}"))?;
    }
    Ok("the verified name, e-mail and user; the page's own of the rest".to_owned())
}

async fn required(stage: &Stage) -> Outcome {
    if !stage.asks_who.load(Ordering::SeqCst) {
        return Err(Fault::Skipped("this site also takes anonymous visitors".to_owned()));
    }
    stage.token(json!({ "identity": null })).await?.refusal(403, "IDENTITY_REQUIRED")?;
    Ok("403 IDENTITY_REQUIRED".to_owned())
}
