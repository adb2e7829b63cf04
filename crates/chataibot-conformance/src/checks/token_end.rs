//! `POST /token/end`: the visitor leaves.

use super::prelude::*;

async fn end(fixture: &Fixture, body: Value) -> Result<Answer, CheckError> {
    fixture.call(fixture.request(Method::POST, "/token/end").json(&body)).await
}

pub async fn answer(fixture: &Fixture) -> Outcome {
    let visitor = fixture.visitor().await?;
    for secret in [visitor.answer.json["renewal"].clone(), random_hex(32).into()] {
        let answer = end(fixture, json!({ "renewal": secret })).await?.expect_status(200)?;
        ensure!(answer.json["ok"] == true, "{answer}");
    }
    Ok("200, twice".to_owned())
}

pub async fn tokens(fixture: &Fixture) -> Outcome {
    let chat = fixture.settled().await?;
    let mut stream = chat.stream("", None).await?;
    let secret = json!({ "renewal": chat.visitor.answer.json["renewal"] });
    end(fixture, secret.clone()).await?;
    chat.visitor.poll(&chat.id, "?wait=0").await?.expect_error(401, "UNAUTHORIZED")?;
    fixture.token(secret).await?.expect_error(401, "UNAUTHORIZED")?;
    let until = tokio::time::Instant::now() + fixture.timeout;
    while stream.next(until).await.map_err(|_| violation("the stream goes on"))?.is_some() {}
    Ok("401, and the stream ended".to_owned())
}

pub async fn everywhere(fixture: &Fixture) -> Outcome {
    let Some(host) = &fixture.host else {
        return not_applicable("without --identity-secret nobody has two browsers");
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
