//! Uploads of visitors' files; skipped if the site accepts none (`features.uploads` is absent).

use super::prelude::*;

/// An image of one pixel.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\0\x05\0\x01\xff\x89\x99=\x1d\0\0\0\0IEND\xaeB`\x82";

async fn chat(fixture: &Fixture) -> Result<Chat<'_>, CheckError> {
    let visitor = fixture.visitor().await?;
    let types = &visitor.answer.json["features"]["uploads"]["types"];
    let accepts_png = types.as_array().is_some_and(|types| types.iter().any(|kind| kind == "image/png"));
    if accepts_png { visitor.chat().await } else { not_applicable("the site takes no files, or no PNG") }
}

fn upload_request(visitor: &Visitor<'_>, id: &str, kind: &str, body: &'static [u8]) -> RequestBuilder {
    let request = visitor.request(Method::POST, &format!("/api/v1/conversation/{id}/files"));
    request.header("content-type", kind).header("x-file-name", "My%20caf%C3%A9.png").body(body)
}

async fn upload_png(fixture: &Fixture) -> Result<(Answer, String), CheckError> {
    let chat = chat(fixture).await?;
    let answer = fixture.call(upload_request(&chat.visitor, &chat.id, "image/png", PNG)).await?.expect_status(200)?;
    let url = answer.json["file"]["url"].as_str().unwrap_or_default().to_owned();
    ensure!(url.starts_with("http"), "{answer}");
    Ok((answer, url))
}

pub async fn upload(fixture: &Fixture) -> Outcome {
    let (answer, url) = upload_png(fixture).await?;
    let file = &answer.json["file"];
    let fits = file["mime_type"] == "image/png" && file["size"] == PNG.len() && file["name"].is_string();
    ensure!(answer.json["ok"] == true && fits, "{answer}");
    let fault = |error: reqwest::Error| violation(format!("GET of the url: {error}"));
    let bytes = fixture.http.get(&url).send().await.map_err(fault)?.bytes().await.map_err(fault)?;
    ensure!(bytes == PNG, "{} other bytes at the url", bytes.len());
    Ok("stored and served".to_owned())
}

pub async fn kind(fixture: &Fixture) -> Outcome {
    let chat = chat(fixture).await?;
    for declared in ["text/html", "image/png"] {
        let request = upload_request(&chat.visitor, &chat.id, declared, b"<!doctype html><script>steal()</script>");
        fixture.call(request).await?.expect_error(415, "TYPE_NOT_ALLOWED")?;
    }
    Ok("415 TYPE_NOT_ALLOWED".to_owned())
}

pub async fn headers(fixture: &Fixture) -> Outcome {
    let (_, url) = upload_png(fixture).await?;
    let answer = fixture.call(fixture.http.get(&url)).await?;
    let header = |name: &str| answer.header(name).unwrap_or("none");
    let (sniff, policy) = (header("x-content-type-options"), header("content-security-policy"));
    ensure!(sniff == "nosniff", "X-Content-Type-Options: {sniff}");
    ensure!(policy.contains("sandbox"), "Content-Security-Policy: {policy}");
    Ok(policy.to_owned())
}

pub async fn owner(fixture: &Fixture) -> Outcome {
    let (chat, other) = (chat(fixture).await?, fixture.visitor().await?);
    fixture.call(upload_request(&other, &chat.id, "image/png", PNG)).await?.expect_error(404, "NOT_FOUND")?;
    Ok("404 NOT_FOUND".to_owned())
}
