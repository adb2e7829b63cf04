//! `POST /api/v1/conversation/{id}/messages`: the documented send.

use super::prelude::*;

pub async fn answer(fixture: &Fixture) -> Outcome {
    let answer = fixture.chat().await?.send(&new_key(), &unique_text()).await?.expect_status(200)?;
    let fits = answer.json["ok"] == true && answer.json["message_id"].as_str().is_some_and(|id| !id.is_empty());
    ensure!(fits, "{answer}");
    Ok("the documented answer".to_owned())
}

pub async fn forwarded(fixture: &Fixture) -> Outcome {
    let (chat, text) = (fixture.chat().await?, unique_text());
    chat.send_text(&text).await?;
    let call = fixture.simulator.call_with("send", &text).await?;
    let authorization = &call["request"]["authorization"];
    ensure!(authorization == "right", "the account token at the platform: {authorization}");
    let (platform_id, body) = (&call["conversation"], &call["body"]);
    ensure!(*platform_id == chat.platform_id.as_str(), "for the conversation {platform_id}");
    ensure!(*body == send_body(&text), "the body {body}");
    Ok("the documented body".to_owned())
}

pub async fn order(fixture: &Fixture) -> Outcome {
    let chat = fixture.chat().await?;
    let (one, other) = (unique_text(), unique_text());
    let hold = fixture.simulator.order("hold", json!({ "call": "send" })).await?;
    let (first_key, second_key) = (new_key(), new_key());
    let second = async {
        // Sent only once the first is on its way, and before it is answered.
        fixture.simulator.wait_for_held_call("send").await?;
        // By then the second is logged or waiting; in both cases the first must stay first.
        let release = fixture.simulator.order("release", json!({ "hold": hold["hold"] }));
        let (sent, released) = tokio::join!(chat.send(&second_key, &other), release);
        released?;
        sent?.expect_status(200)
    };
    let (first, second) = tokio::join!(chat.send(&first_key, &one), second);
    first?.expect_status(200)?;
    second?;
    let calls = fixture.simulator.calls("send").await?;
    let texts: Vec<&str> = calls.iter().filter_map(|call| call["body"]["message"]["data"]["body"].as_str()).collect();
    ensure!(texts == [one.as_str(), other.as_str()], "{} calls at the platform, in another order", texts.len());
    let log = chat.read_log().await?;
    let keys = log.iter().filter_map(|entry| entry["event"]["message"]["client_message_id"].as_str());
    ensure!(keys.eq([&*chat.first_key, &*first_key, &*second_key]), "another order in the log");
    Ok("in order".to_owned())
}

pub async fn unknown_fields(fixture: &Fixture) -> Outcome {
    let (chat, text) = (fixture.chat().await?, unique_text());
    let mut body = send_body(&text);
    body["is_admin"] = true.into();
    let answer = fixture.call(chat.visitor.send(&chat.id, &new_key(), &body)).await?;
    if (400..500).contains(&answer.status) {
        return Ok(format!("the whole send is refused with {}", answer.status));
    }
    answer.expect_status(200)?;
    let actual = &fixture.simulator.call_with("send", &text).await?["body"];
    ensure!(actual["is_admin"].is_null(), "{actual}");
    Ok("left out".to_owned())
}
