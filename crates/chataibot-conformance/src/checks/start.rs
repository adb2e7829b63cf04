//! `POST /api/v1/conversations`: the documented start.

use super::prelude::*;

async fn start(fixture: &Fixture, body: &Value) -> Result<Answer, CheckError> {
    fixture.visitor().await?.start(&new_key(), body).await?.expect_status(200)
}

pub async fn answer(fixture: &Fixture) -> Outcome {
    let answer = start(fixture, &start_body(&unique_text())).await?;
    let fits = answer.json["ok"] == true && answer.json["conversation"]["id"].as_str().is_some_and(|id| !id.is_empty());
    ensure!(fits, "{answer}");
    Ok("the documented answer".to_owned())
}

pub async fn private(fixture: &Fixture) -> Outcome {
    let answer = start(fixture, &start_body(&unique_text())).await?;
    ensure!(answer.json["conversation"]["assignee"].is_null(), "`conversation.assignee` in the answer");
    ensure!(answer.json["contact"].is_null(), "`contact` in the answer");
    Ok("neither of them".to_owned())
}

pub async fn alias(fixture: &Fixture) -> Outcome {
    let chat = fixture.chat().await?;
    ensure!(chat.id != chat.platform_id, "the platform's own id");
    Ok("an alias".to_owned())
}

pub async fn forwarded(fixture: &Fixture) -> Outcome {
    let text = unique_text();
    start(fixture, &start_body(&text)).await?;
    let call = fixture.simulator.call_with("start", &text).await?;
    let authorization = &call["request"]["authorization"];
    ensure!(authorization == "right", "the account token at the platform: {authorization}");
    let (channel, kind) = (&call["body"]["channel"], &call["body"]["message"]["type"]);
    ensure!(channel == "API" && kind == "text", "channel {channel} and type {kind}");
    Ok("the documented body with the account token".to_owned())
}

pub async fn visitor(fixture: &Fixture) -> Outcome {
    let (visitor, text) = (fixture.visitor().await?, unique_text());
    visitor.start(&new_key(), &start_body(&text)).await?.expect_status(200)?;
    let call = fixture.simulator.call_with("start", &text).await?;
    let from = &call["body"]["from"];
    let is_visitor = from["user_external_id"] == visitor.id.as_str() && from["type"] == "VISITOR";
    ensure!(is_visitor, "from {from}, where the token's visitor is {}", visitor.id);
    Ok("the token's visitor".to_owned())
}

pub async fn bot(fixture: &Fixture) -> Outcome {
    let text = unique_text();
    start(fixture, &start_body(&text)).await?;
    let call = fixture.simulator.call_with("start", &text).await?;
    let bot = call["body"]["bot_key"].as_str().unwrap_or_default();
    ensure!(!bot.is_empty(), "an empty bot_key at the platform");
    Ok(format!("the bot {bot}"))
}

pub async fn other_bot(fixture: &Fixture) -> Outcome {
    let text = unique_text();
    let mut body = start_body(&text);
    body["bot_key"] = "somebody-elses-bot".into();
    fixture.visitor().await?.start(&new_key(), &body).await?.expect_error(400, "BAD_REQUEST")?;
    fixture.simulator.expect_calls("start", &text, 0).await?;
    Ok("400 BAD_REQUEST".to_owned())
}

pub async fn variables(fixture: &Fixture) -> Outcome {
    let text = unique_text();
    let mut body = start_body(&text);
    let variables = json!({
        "system": { "timezone": "Asia/Calcutta", "referrerUrl": "https://example.com/", "browserLanguage": "en-GB" },
        "contact": { "name": "Ada", "email": "ada@example.com", "phone": "1234567890" },
        "conversation": { "plan": "pro" },
    });
    body["variables"] = variables.clone();
    start(fixture, &body).await?;
    let actual = &fixture.simulator.call_with("start", &text).await?["body"]["variables"];
    ensure!(*actual == variables, "{actual}");
    Ok("all of them".to_owned())
}

pub async fn unknown_fields(fixture: &Fixture) -> Outcome {
    let text = unique_text();
    let mut body = start_body(&text);
    body["is_admin"] = true.into();
    body["variables"] = json!({ "system": { "browserLanguage": "en", "ip": "192.0.2.1" } });
    let answer = fixture.visitor().await?.start(&new_key(), &body).await?;
    if (400..500).contains(&answer.status) {
        return Ok(format!("the whole start is refused with {}", answer.status));
    }
    answer.expect_status(200)?;
    let actual = &fixture.simulator.call_with("start", &text).await?["body"];
    ensure!(actual["is_admin"].is_null() && actual["variables"]["system"]["ip"].is_null(), "{actual}");
    Ok("left out".to_owned())
}
