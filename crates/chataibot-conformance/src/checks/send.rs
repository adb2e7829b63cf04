//! `POST /api/v1/conversation/{id}/messages`: the documented send.

use crate::{
    check::checks,
    checks::start::call,
    fixture::Fixture,
    outcome::{Outcome, ensure},
    visitor::{new_key, send_body, unique_text},
};

checks! {
    Must "send-answer" answer:
        "A send answers {\"ok\":true,\"message_id\":…}."
        => "Forward the send and answer with the documented body.";
    Must "send-forwarded" forwarded:
        "The platform gets the documented body, for its own id of the conversation, with the account token."
        => "Translate the alias into the platform's id and add Authorization: Bearer <account token>.";
    Must "send-order" order:
        "Two sends that come one after the other reach the platform and the log in that order."
        => "Forward the messages of one conversation one at a time.";
    Must "send-unknown-fields" unknown_fields:
        "Fields that are not documented do not reach the platform."
        => "Rebuild the body from the documented fields instead of passing it through.";
}

async fn answer(fixture: &Fixture) -> Outcome {
    let (visitor, conversation) = fixture.conversation().await?;
    let answer = fixture
        .call(visitor.send(&conversation.id, &new_key(), &send_body(&unique_text())))
        .await?
        .expect_status(200)?;
    let fits = answer.json["ok"] == true && answer.json["message_id"].as_str().is_some_and(|id| !id.is_empty());
    ensure!(fits, "{answer}");
    Ok("the documented answer".to_owned())
}

async fn forwarded(fixture: &Fixture) -> Outcome {
    let ((visitor, conversation), text) = (fixture.conversation().await?, unique_text());
    visitor.send_text(&conversation.id, &text).await?;
    let call = call(fixture, "send", &text).await?;
    let authorization = &call["request"]["authorization"];
    ensure!(authorization == "right", "the account token at the platform: {authorization}");
    let (platform_id, body) = (&call["conversation"], &call["body"]);
    ensure!(*platform_id == conversation.platform_id.as_str(), "for the conversation {platform_id}");
    ensure!(*body == send_body(&text), "the body {body}");
    Ok("the documented body".to_owned())
}

async fn order(fixture: &Fixture) -> Outcome {
    let (visitor, conversation) = fixture.conversation().await?;
    let (one, other) = (unique_text(), unique_text());
    let hold_answer = fixture.simulator.order("hold", serde_json::json!({ "call": "send" })).await?;
    let (first_key, second_key) = (new_key(), new_key());
    let first = fixture.call(visitor.send(&conversation.id, &first_key, &send_body(&one)));
    let second = async {
        // Sent only once the first is on its way, and before it is answered.
        fixture.simulator.wait_for_held_call("send").await?;
        let release = async {
            // By now the second is logged or waiting; in both cases the first must stay first.
            fixture.simulator.order("release", serde_json::json!({ "hold": hold_answer["hold"] })).await
        };
        let (sent, released) =
            tokio::join!(fixture.call(visitor.send(&conversation.id, &second_key, &send_body(&other))), release);
        released?;
        sent?.expect_status(200)
    };
    let (first, second) = tokio::join!(first, second);
    first?.expect_status(200)?;
    second?;
    let calls = fixture.simulator.calls("send").await?;
    let texts: Vec<&str> = calls.iter().filter_map(|call| call["body"]["message"]["data"]["body"].as_str()).collect();
    ensure!(texts == [one.as_str(), other.as_str()], "{} calls at the platform, in another order", texts.len());
    let log = visitor.log(&conversation.id).await?;
    let keys: Vec<&str> = log
        .iter()
        .filter_map(|entry| entry["event"]["message"]["client_message_id"].as_str())
        .filter(|key| *key != conversation.first_key)
        .collect();
    ensure!(keys == [first_key.as_str(), second_key.as_str()], "another order in the log");
    Ok("in order".to_owned())
}

async fn unknown_fields(fixture: &Fixture) -> Outcome {
    let ((visitor, conversation), text) = (fixture.conversation().await?, unique_text());
    let mut body = send_body(&text);
    body["is_admin"] = true.into();
    let answer = fixture.call(visitor.send(&conversation.id, &new_key(), &body)).await?;
    if (400..500).contains(&answer.status) {
        return Ok(format!("the whole send is refused with {}", answer.status));
    }
    answer.expect_status(200)?;
    let actual = &call(fixture, "send", &text).await?["body"];
    ensure!(actual["is_admin"].is_null(), "{actual}");
    Ok("left out".to_owned())
}
