//! `POST /token/end`: the visitor leaves.

use serde_json::{Value, json};

use crate::{
    check::checks,
    fixture::{Answer, Fixture},
    outcome::{CheckError, Outcome, ensure, violation},
    visitor::random_hex,
};

checks! {
    Should "end-answer" answer:
        "POST /token/end answers 200 {\"ok\":true}, also for a secret that is none."
        => "Answer the same in every case: leaving never fails, and tells nobody whether a secret is one.";
    Should "end-tokens" tokens:
        "After POST /token/end the visitor's token and `renewal` are refused with 401, and an open stream ends."
        => "Forget the secret and all tokens that go back to it, and end their streams; without it they last until the token ends.";
    Should "end-everywhere" everywhere:
        "POST /token/end with `everywhere` ends the visitor's other browsers, too, and nobody else's."
        => "Look for all secrets of the same visitor.";
}

async fn end(fixture: &Fixture, body: Value) -> Result<Answer, CheckError> {
    fixture.call(fixture.request(reqwest::Method::POST, "/token/end").json(&body)).await
}

async fn answer(fixture: &Fixture) -> Outcome {
    let visitor = fixture.visitor().await?;
    for secret in [visitor.answer.json["renewal"].clone(), random_hex(32).into()] {
        let answer = end(fixture, json!({ "renewal": secret })).await?.expect_status(200)?;
        ensure!(answer.json["ok"] == true, "{answer}");
    }
    Ok("200, twice".to_owned())
}

async fn tokens(fixture: &Fixture) -> Outcome {
    let (visitor, conversation, _) = fixture.settled().await?;
    let mut stream = visitor.stream(&conversation.id, "", None).await?;
    end(fixture, json!({ "renewal": visitor.answer.json["renewal"] })).await?;
    fixture.call(visitor.events(&conversation.id, "?wait=0")).await?.expect_error(401, "UNAUTHORIZED")?;
    let secret = json!({ "renewal": visitor.answer.json["renewal"] });
    fixture.token(secret).await?.expect_error(401, "UNAUTHORIZED")?;
    let until = tokio::time::Instant::now() + fixture.timeout;
    while stream.next(until).await.map_err(|_| violation("the stream goes on"))?.is_some() {}
    Ok("401, and the stream ended".to_owned())
}

async fn everywhere(fixture: &Fixture) -> Outcome {
    let Some(host) = &fixture.host else {
        return Err(CheckError::NotApplicable("without --identity-secret nobody has two browsers".to_owned()));
    };
    let (ada, eve) = (random_hex(8), random_hex(8));
    let sign_in =
        async |user: &str| fixture.token(json!({ "identity": host.identity(user) })).await?.expect_status(200);
    let (here, there, other) = (sign_in(&ada).await?, sign_in(&ada).await?, sign_in(&eve).await?);
    end(fixture, json!({ "renewal": here.json["renewal"], "everywhere": true })).await?;
    let renew = async |answer: &Answer| fixture.token(json!({ "renewal": answer.json["renewal"] })).await;
    for browser in [&here, &there] {
        renew(browser).await?.expect_error(401, "UNAUTHORIZED")?;
    }
    renew(&other).await?.expect_status(200)?;
    Ok("both browsers, and nobody else".to_owned())
}
