//! `POST /api/v1/conversations`: the documented start.

use serde_json::{Value, json};

use crate::{
    check::checks,
    fixture::Fixture,
    outcome::{CheckError, Outcome, ensure, violation},
    visitor::{new_key, start_body, unique_text},
};

checks! {
    Must "start-answer" answer:
        "A start answers {\"ok\":true,\"conversation\":{\"id\":…}}."
        => "Forward the start and answer with the documented body.";
    Must "start-private" private:
        "The answer holds neither `assignee` nor `contact`."
        => "Build the answer from `id` and `created_at` alone: the platform's own holds staff e-mail addresses and contacts.";
    Should "start-alias" alias:
        "The conversation's id in the browser is another one than the platform's."
        => "Hand out a random alias and keep the platform's id on the server.";
    Must "start-forwarded" forwarded:
        "The platform gets the documented body with the account token: channel API, the visitor's words, type text."
        => "Add Authorization: Bearer <account token> and forward channel, message, variables, bot_key and from.";
    Must "start-visitor" visitor:
        "`from.user_external_id` is the token's visitor, whatever the browser wrote."
        => "Overwrite the field: a browser must not speak as somebody else.";
    Must "start-bot" bot:
        "An empty `bot_key` becomes the site's own."
        => "Fill it in before forwarding: the platform refuses an empty one.";
    Must "start-other-bot" other_bot:
        "A `bot_key` that is not the site's is refused with 400 BAD_REQUEST and not forwarded."
        => "Compare it with the bots of the site: the account token opens all bots of the account.";
    Must "start-variables" variables:
        "The documented variables reach the platform: system, contact and conversation."
        => "Forward `variables` with its documented fields.";
    Must "start-unknown-fields" unknown_fields:
        "Fields that are not documented do not reach the platform."
        => "Rebuild the body from the documented fields instead of passing it through.";
}

/// Returns the one call that brought this text to the platform.
pub(super) async fn call(fixture: &Fixture, kind: &str, text: &str) -> Result<Value, CheckError> {
    let mut calls = fixture.simulator.calls_with(kind, text).await?;
    match (calls.pop(), calls.is_empty()) {
        (Some(call), true) => Ok(call),
        (Some(_), false) => Err(violation("it reached the platform more than once")),
        (None, _) => Err(violation("it did not reach the platform as it was said")),
    }
}

async fn start(fixture: &Fixture, body: &Value) -> Result<crate::fixture::Answer, CheckError> {
    let visitor = fixture.visitor().await?;
    fixture.call(visitor.start(&new_key(), body)).await?.expect_status(200)
}

async fn answer(fixture: &Fixture) -> Outcome {
    let answer = start(fixture, &start_body(&unique_text())).await?;
    let fits = answer.json["ok"] == true && answer.json["conversation"]["id"].as_str().is_some_and(|id| !id.is_empty());
    ensure!(fits, "{answer}");
    Ok("the documented answer".to_owned())
}

async fn private(fixture: &Fixture) -> Outcome {
    let answer = start(fixture, &start_body(&unique_text())).await?;
    ensure!(answer.json["conversation"]["assignee"].is_null(), "`conversation.assignee` in the answer");
    ensure!(answer.json["contact"].is_null(), "`contact` in the answer");
    Ok("neither of them".to_owned())
}

async fn alias(fixture: &Fixture) -> Outcome {
    let (_, conversation) = fixture.conversation().await?;
    ensure!(conversation.id != conversation.platform_id, "the platform's own id");
    Ok("an alias".to_owned())
}

async fn forwarded(fixture: &Fixture) -> Outcome {
    let text = unique_text();
    start(fixture, &start_body(&text)).await?;
    let call = call(fixture, "start", &text).await?;
    let authorization = &call["request"]["authorization"];
    ensure!(authorization == "right", "the account token at the platform: {authorization}");
    let (channel, kind) = (&call["body"]["channel"], &call["body"]["message"]["type"]);
    ensure!(channel == "API" && kind == "text", "channel {channel} and type {kind}");
    Ok("the documented body with the account token".to_owned())
}

async fn visitor(fixture: &Fixture) -> Outcome {
    let (visitor, text) = (fixture.visitor().await?, unique_text());
    fixture.call(visitor.start(&new_key(), &start_body(&text))).await?.expect_status(200)?;
    let call = call(fixture, "start", &text).await?;
    let from = &call["body"]["from"];
    ensure!(
        from["user_external_id"] == visitor.id.as_str() && from["type"] == "VISITOR",
        "from {from}, where the token's visitor is {}",
        visitor.id
    );
    Ok("the token's visitor".to_owned())
}

async fn bot(fixture: &Fixture) -> Outcome {
    let text = unique_text();
    start(fixture, &start_body(&text)).await?;
    let call = call(fixture, "start", &text).await?;
    let bot = call["body"]["bot_key"].as_str().unwrap_or_default();
    ensure!(!bot.is_empty(), "an empty bot_key at the platform");
    Ok(format!("the bot {bot}"))
}

async fn other_bot(fixture: &Fixture) -> Outcome {
    let (visitor, text) = (fixture.visitor().await?, unique_text());
    let mut body = start_body(&text);
    body["bot_key"] = "somebody-elses-bot".into();
    fixture.call(visitor.start(&new_key(), &body)).await?.expect_error(400, "BAD_REQUEST")?;
    fixture.simulator.expect_calls("start", &text, 0).await?;
    Ok("400 BAD_REQUEST".to_owned())
}

async fn variables(fixture: &Fixture) -> Outcome {
    let text = unique_text();
    let mut body = start_body(&text);
    let variables = json!({
        "system": { "timezone": "Asia/Calcutta", "referrerUrl": "https://example.com/", "browserLanguage": "en-GB" },
        "contact": { "name": "Ada", "email": "ada@example.com", "phone": "1234567890" },
        "conversation": { "plan": "pro" },
    });
    body["variables"] = variables.clone();
    start(fixture, &body).await?;
    let actual = &call(fixture, "start", &text).await?["body"]["variables"];
    ensure!(*actual == variables, "{actual}");
    Ok("all of them".to_owned())
}

async fn unknown_fields(fixture: &Fixture) -> Outcome {
    let text = unique_text();
    let mut body = start_body(&text);
    body["is_admin"] = true.into();
    body["variables"] = json!({ "system": { "browserLanguage": "en", "ip": "192.0.2.1" } });
    let visitor = fixture.visitor().await?;
    let answer = fixture.call(visitor.start(&new_key(), &body)).await?;
    if (400..500).contains(&answer.status) {
        return Ok(format!("the whole start is refused with {}", answer.status));
    }
    answer.expect_status(200)?;
    let actual = &call(fixture, "start", &text).await?["body"];
    ensure!(actual["is_admin"].is_null() && actual["variables"]["system"]["ip"].is_null(), "{actual}");
    Ok("left out".to_owned())
}
