//! Typed answers: refused where they are off; where they are on, checked, forwarded field by field,
//! and logged in the visitor's words.

use chataibot_wire::{Content, Event, content::MediaKind};
use serde_json::{Value, json};

use crate::browser::{Browser, refusal};
use crate::files::{change_site, upload};
use crate::harness::{Harness, key, says, short};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";

async fn harness() -> Harness {
    Harness::with(|config| change_site(config, |site| site.typed_answers = true)).await
}

async fn say(browser: &Browser, alias: &str, number: u8, kind: &str, data: Value) -> reqwest::Response {
    let body = json!({ "message": { "type": kind, "data": data, "spy": 1 }, "user": { "type": "VISITOR", "spy": 1 } });
    browser.post(&format!("/api/v1/conversation/{alias}/messages"), &key(number), &body).await
}

fn echo(message: Value) -> Value {
    let payload = json!({ "message": message, "message_by": { "type": "visitor" } });
    json!({ "event": { "type": "message", "payload": payload }, "conversation": { "key": "conversation-1" } })
}

#[tokio::test]
async fn where_they_are_off_only_text_is_taken_and_the_setting_is_named() {
    let harness = Harness::open().await;
    let browser = harness.browser().await;
    let alias = browser.start(&key(1), "Hello").await;
    for (kind, data) in [
        ("button.response", json!({ "body": "Yes" })),
        ("slider.response", json!({ "body": "4" })),
        ("form.response", json!({ "fields": [{ "label": "Name", "value": "Ada" }] })),
        ("file_upload.response", json!({ "files": [{ "link": "x", "filename": "y", "mime_type": "z" }] })),
    ] {
        let answer = say(&browser, &alias, 2, kind, data).await;
        assert_eq!(answer.status(), 400, "{kind}");
        let body: Value = answer.json().await.expect("JSON");
        assert!(
            body["error"] == "BAD_REQUEST" && body["message"].as_str().is_some_and(|m| m.contains("typed_answers"))
        );
    }
    assert_eq!(say(&browser, &alias, 2, "text", json!({ "body": "Yes" })).await.status(), 200);
    assert_eq!(harness.platform.calls().len(), 2, "nothing of it was forwarded");
}

#[tokio::test]
async fn each_is_forwarded_as_it_is_documented_and_logged_as_it_reads() {
    let harness = harness().await;
    let browser = harness.browser().await;
    let alias = browser.start(&key(1), "Hello").await;
    let file = upload(&browser, &alias, "image/png", "cat.png", PNG).await;
    let form = json!({ "fields": [
        { "label": "Name", "value": "Ada" }, { "label": "Phone", "value": "" }, { "label": "Anything else?", "value": "No" },
    ] });
    let lie = json!({ "files": [{ "link": file.url, "filename": "evil.exe", "mime_type": "text/html" }] });
    let truth = json!({ "files": [{ "link": file.url, "filename": "cat.png", "mime_type": "image/png" }] });
    let mut words = vec!["visitor: hello".to_owned(), "01 sent".to_owned()];
    for (number, kind, data, forwarded, logged) in [
        (2, "button.response", json!({ "body": "Yes, please" }), json!({ "body": "Yes, please" }), "yes, please"),
        (3, "slider.response", json!({ "body": "4" }), json!({ "body": "4" }), "4"),
        (4, "form.response", form.clone(), form, "name: ada\nanything else? no"),
        (5, "file_upload.response", lie, truth, "cat.png"),
    ] {
        let answer = say(&browser, &alias, number, kind, data).await;
        assert_eq!(answer.status(), 200, "{kind}");
        let call = harness.platform.called(usize::from(number)).await;
        let wanted = json!({ "message": { "type": kind, "data": forwarded }, "user": { "type": "VISITOR" } });
        assert_eq!(call.body, wanted, "nothing unknown goes out");
        words.extend([format!("visitor: {logged}"), format!("0{number} sent")]);
    }
    let log = browser.log(&alias).await;
    assert_eq!(short(&log), words);
    let Event::Message(message) = &log[8].event else { panic!("a message") };
    let Content::Media(media) = &message.content else { panic!("the file itself, not only its name") };
    assert_eq!((media.kind, media.url.as_str(), media.size), (MediaKind::Image, file.url.as_str(), Some(16)));
}

#[tokio::test]
async fn however_the_platform_echoes_them_they_are_not_shown_twice() {
    let harness = harness().await;
    let browser = harness.browser().await;
    let alias = browser.start(&key(1), "Hello").await;
    harness.tell(vec![says("visitor", "conversation-1", "Hello")]).await;
    let file = upload(&browser, &alias, "image/png", "my cat.png", PNG).await;
    let form =
        json!({ "fields": [{ "label": "Name", "value": "Ada" }, { "label": "Any wish?", "value": "A window" }] });
    let files = json!({ "files": [{ "link": file.url, "filename": "my cat.png", "mime_type": "image/png" }] });
    let text = |text: &str| json!({ "type": "text", "text": text });
    let mut number = 1;
    for (kind, data, echoes) in [
        ("button.response", json!({ "body": "Yes" }), vec![text("<p>Yes</p>")]),
        ("slider.response", json!({ "body": "4" }), vec![text("4")]),
        (
            "form.response",
            form.clone(),
            vec![
                text("Ada, A window"),
                text("<p>Name: Ada</p><p>Any wish?: A window</p>"),
                json!({ "type": "form.response", "data": form }),
            ],
        ),
        (
            "file_upload.response",
            files.clone(),
            vec![text("my cat.png"), text(&file.url), json!({ "type": "file_upload.response", "data": files })],
        ),
        ("text", json!({ "body": file.url }), vec![text(&format!("<p>{}</p>", file.url))]),
    ] {
        for echoed in echoes {
            number += 1;
            assert_eq!(say(&browser, &alias, number, kind, data.clone()).await.status(), 200);
            let before = browser.log(&alias).await.len();
            harness.tell(vec![echo(echoed.clone())]).await;
            assert_eq!(browser.log(&alias).await.len(), before, "{echoed}");
        }
    }
    harness
        .tell(vec![echo(json!({ "type": "form.response", "data": { "fields": [{ "label": "A", "value": "b" }] } }))])
        .await;
    assert_eq!(short(&browser.log(&alias).await).last().map(String::as_str), Some("visitor: a: b"), "said elsewhere");
}

#[tokio::test]
async fn a_text_that_is_a_files_address_is_logged_as_the_file() {
    let harness = Harness::open().await;
    let browser = harness.browser().await;
    let alias = browser.start(&key(1), "Hello").await;
    let file = upload(&browser, &alias, "application/pdf", "ticket.pdf", b"%PDF-1.4").await;
    browser.send(&alias, &key(2), &file.url).await;
    assert_eq!(harness.platform.called(2).await.text(), file.url);
    assert_eq!(short(&browser.log(&alias).await)[2], "visitor: ticket.pdf");
    // In another conversation the file's address is plain text.
    let other = harness.browser().await;
    let theirs = other.start(&key(1), "Hello").await;
    other.send(&theirs, &key(2), &file.url).await;
    assert_eq!(short(&other.log(&theirs).await)[2], format!("visitor: {}", file.url));
}

#[tokio::test]
async fn what_is_wrong_with_one_is_refused_before_anything_is_logged() {
    let harness = harness().await;
    let (browser, other) = (harness.browser().await, harness.browser().await);
    let alias = browser.start(&key(1), "Hello").await;
    let theirs = other.start(&key(1), "Hello").await;
    let foreign = upload(&other, &theirs, "image/png", "a.png", PNG).await.url;
    let file = |link: &str| json!({ "files": [{ "link": link, "filename": "a.png", "mime_type": "image/png" }] });
    for (kind, data, status) in [
        ("button.response", json!({ "body": " " }), 400),
        ("slider.response", json!({ "body": "x".repeat(4_001) }), 400),
        ("form.response", json!({ "fields": [] }), 400),
        ("form.response", json!({ "fields": [{ "label": "Name", "value": "" }] }), 400),
        ("form.response", json!({ "fields": [{ "label": "Name", "value": 1 }] }), 422),
        ("form.response", json!({ "body": "x" }), 422),
        ("file_upload.response", json!({ "files": [] }), 400),
        ("file_upload.response", file(&foreign), 400),
        ("file_upload.response", file("https://evil.example/a.png"), 400),
        ("carousel.response", json!({ "body": "x" }), 422),
    ] {
        let refused = refusal(say(&browser, &alias, 2, kind, data.clone()).await).await;
        assert_eq!(refused, (status, "BAD_REQUEST".to_owned()), "{kind} {data}");
    }
    assert_eq!(browser.log(&alias).await.len(), 2);
    let refused = refusal(say(&other, &alias, 2, "button.response", json!({ "body": "x" })).await).await;
    assert_eq!(refused, (404, "NOT_FOUND".to_owned()));
}

#[tokio::test]
async fn the_same_key_with_another_answer_is_another_message() {
    let harness = harness().await;
    let browser = harness.browser().await;
    let alias = browser.start(&key(1), "Hello").await;
    for _ in 0..2 {
        assert_eq!(say(&browser, &alias, 2, "button.response", json!({ "body": "Yes" })).await.status(), 200);
    }
    assert_eq!(harness.platform.calls().len(), 2, "the same key never goes out twice");
    for (kind, body) in [("button.response", "No"), ("text", "Yes")] {
        let refused = refusal(say(&browser, &alias, 2, kind, json!({ "body": body })).await).await;
        assert_eq!(refused, (409, "KEY_REUSED".to_owned()), "{kind}");
    }
}
