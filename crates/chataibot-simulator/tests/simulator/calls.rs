//! The two documented calls and every documented error.

use serde_json::{Value, json};

use crate::harness::{Harness, VISITOR};

#[tokio::test]
async fn starting_a_conversation_is_answered_as_documented() {
    let harness = Harness::new().await;
    let mut body = Harness::start_body("Hello");
    body["variables"] = json!({
        "system": { "timezone": "Asia/Calcutta", "referrerUrl": "https://chataibot.io", "browserLanguage": "en-GB" },
        "contact": { "name": "User Name", "email": "example@domain.com", "phone": "1234567890" },
        "conversation": { "variable": "value" },
    });
    let started = harness.call("/api/v1/conversations", &body).await.unwrap();

    assert_eq!(started.status, 200);
    assert_eq!(started.headers["content-type"], "application/json");
    let sample: Value =
        serde_json::from_str(include_str!("../../../../tests/fixtures/platform/doc-start-answer.json")).unwrap();
    assert_eq!(shape(&started.body), shape(&sample));
    assert_eq!(started.body["contact"]["visitor_key"], format!("{VISITOR}_103039226478"));
    assert_eq!(started.body["contact"]["name"], "User Name");
    let id = started.body["conversation"]["id"].as_str().unwrap();
    assert_eq!(id.len(), 42);
    assert!(id[..32].bytes().all(|b| b.is_ascii_hexdigit()) && id[32..].bytes().all(|b| b.is_ascii_digit()));
    let created = started.body["conversation"]["created_at"].as_str().unwrap();
    assert_eq!((created.len(), &created[10..11]), (26, " "), "{created}");
}

#[tokio::test]
async fn sending_a_message_is_answered_as_documented() {
    let harness = Harness::new().await;
    let id = harness.start().await;
    let sent = harness.try_send(&id, "Hello").await.unwrap();

    assert_eq!(sent.status, 200);
    let sample: Value =
        serde_json::from_str(include_str!("../../../../tests/fixtures/platform/doc-send-answer.json")).unwrap();
    assert_eq!(shape(&sent.body), shape(&sample));
    assert_eq!(sent.body["message_id"].as_str().unwrap().len(), 32);
}

#[tokio::test]
async fn an_anonymous_visitor_has_a_contact_without_a_name() {
    let harness = Harness::new().await;
    let started = harness.try_start("Hello").await.unwrap();
    let key = format!("{VISITOR}_103039226478");
    let wanted = json!({ "name": null, "email": null, "phone": null, "visitor_key": key });
    assert_eq!(started.body["contact"], wanted);
}

#[tokio::test]
async fn a_wrong_or_missing_account_token_is_refused_and_nothing_is_processed() {
    let harness = Harness::new().await;
    let documented = documented_error("jwt-signature-exception");
    for authorization in [None, Some("Bearer wrong"), Some("demo-account-token"), Some("Basic demo-account-token")] {
        let mut request = harness.client.post(harness.url("/api/v1/conversations")).json(&Harness::start_body("Hello"));
        if let Some(value) = authorization {
            request = request.header("authorization", value);
        }
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 401);
        assert_eq!(answer.json::<Value>().await.unwrap(), documented);
    }
    let calls = harness.look("calls?call=start").await;
    let seen: Vec<&str> =
        list(&calls["calls"]).iter().map(|call| call["request"]["authorization"].as_str().unwrap()).collect();
    assert_eq!(seen, ["missing", "wrong", "wrong", "wrong"]);
    assert!(list(&calls["calls"]).iter().all(|call| call["processed"] == false));
    assert!(!calls.to_string().contains("demo-account-token"));
}

#[tokio::test]
async fn a_bad_request_says_what_is_wrong() {
    let harness = Harness::new().await;
    let mut body = Harness::start_body("Hello");
    body["from"]["user_external_id"] = json!("");
    let refused = harness.call("/api/v1/conversations", &body).await.unwrap();
    let wanted = json!({
        "ok": false, "error": "BAD_REQUEST", "code": "BAD_REQUEST", "status": 400,
        "message": "from.user_external_id: must not be empty",
    });
    assert_eq!((refused.status, refused.body), (400, wanted));

    let id = harness.start().await;
    let mut body = Harness::send_body("Hello");
    body["visitor"] = json!(VISITOR);
    let refused = harness.call(&format!("/api/v1/conversation/{id}/messages"), &body).await.unwrap();
    assert_eq!((refused.status, &refused.body["message"]), (400, &json!("visitor: is not documented")));

    let refused = harness.try_send("no-such-conversation", "Hello").await.unwrap();
    let message = json!("conversation: there is none with this id");
    assert_eq!((&refused.body["error"], &refused.body["message"]), (&json!("BAD_REQUEST"), &message));
}

#[tokio::test]
async fn what_is_not_json_is_a_bad_request() {
    let harness = Harness::new().await;
    let post = |kind: &'static str, body: &'static str| {
        let request = harness.client.post(harness.url("/api/v1/conversations")).bearer_auth("demo-account-token");
        async move { request.header("content-type", kind).body(body).send().await.unwrap().json::<Value>().await.unwrap() }
    };
    let message = post("application/json", "{").await["message"].as_str().unwrap().to_owned();
    assert!(message.starts_with("body: is not JSON"), "{message}");
    assert_eq!(post("text/plain", "{}").await["message"], "Content-Type: must be application/json");
    assert_eq!(post("application/json; charset=utf-8", "{}").await["message"], "channel: is required");
}

#[tokio::test]
async fn every_documented_error_can_be_ordered_with_its_documented_body() {
    let harness = Harness::new().await;
    let errors = [
        ("CONVERSATION_CREATION_EXCEPTION", 400),
        ("CHANNEL_NOT_ENABLED", 400),
        ("CHANNEL_TOKEN_EXPIRED", 400),
        ("CONTACT_IS_BLOCKED", 400),
        ("JWT_SIGNATURE_EXCEPTION", 401),
        ("UNAUTHORIZED_FEATURE", 401),
        ("ACCOUNT_DETAILS_NOT_FOUND", 404),
    ];
    for (error, status) in errors {
        harness.order("fail", json!({ "call": "start", "error": error })).await;
        let refused = harness.try_start("Hello").await.unwrap();
        assert_eq!(refused.status, status, "{error}");
        assert_eq!(refused.body, documented_error(&error.to_lowercase().replace('_', "-")));
    }
    let order = json!({ "error": "BAD_REQUEST", "message": "bot_key: is required" });
    harness.order("fail", order).await;
    assert_eq!(harness.try_start("Hello").await.unwrap().body, documented_error("bad-request"));
    assert_eq!(harness.try_start("Hello").await.unwrap().status, 200);
}

#[tokio::test]
async fn an_unknown_bot_is_refused() {
    let harness = Harness::new().await;
    let mut body = Harness::start_body("Hello");
    body["bot_key"] = json!("another-bot");
    let refused = harness.call("/api/v1/conversations", &body).await.unwrap();
    assert_eq!(refused.body, documented_error("channel-not-enabled"));

    let harness = Harness::with(|config| config.bot_key = None).await;
    assert_eq!(harness.call("/api/v1/conversations", &body).await.unwrap().status, 200);
}

#[tokio::test]
async fn other_paths_and_methods_are_refused_and_recorded() {
    let harness = Harness::new().await;
    for path in ["/api/v1/conversation", "/api/v1/accounts", "/"] {
        let refused = harness.call(path, &json!({})).await.unwrap();
        assert_eq!(refused.status, 404, "{path}");
    }
    let answer =
        harness.client.get(harness.url("/api/v1/conversations")).bearer_auth("demo-account-token").send().await;
    assert_eq!(answer.unwrap().status(), 404);
    let calls = harness.look("calls").await;
    let paths: Vec<String> = list(&calls["calls"])
        .iter()
        .map(|call| {
            format!("{} {} {}", call["call"].as_str().unwrap(), call["request"]["method"], call["request"]["path"])
        })
        .collect();
    assert_eq!(paths.len(), 4);
    assert_eq!(paths[3], r#"other "GET" "/api/v1/conversations""#);
}

#[tokio::test]
async fn typed_answers_are_accepted_only_when_they_are_on() {
    let body: Value = serde_json::from_str(include_str!(
        "../../../../tests/fixtures/platform/guess-send-request-slider-response.json"
    ))
    .unwrap();
    for (on, status) in [(false, 400), (true, 200)] {
        let harness = Harness::with(|config| config.typed_answers = on).await;
        let id = harness.start().await;
        let got = harness.call(&format!("/api/v1/conversation/{id}/messages"), &body).await.unwrap();
        assert_eq!(got.status, status);
    }
}

#[tokio::test]
async fn the_bot_understands_an_answer_as_text_and_typed() {
    let harness = Harness::with(|config| config.typed_answers = true).await;
    let id = harness.start().await;
    let field = |label: &str, value: &str| json!({ "label": label, "value": value });
    let link = "http://127.0.0.1:8787/files/00/My%20ticket.pdf";
    let file = json!({ "link": link, "filename": "My ticket.pdf", "mime_type": "application/pdf" });
    for (word, kind, data, text, reply) in [
        ("buttons", "button.response", json!({ "body": "Yes, please" }), "Yes, please", "a good choice"),
        ("slider", "slider.response", json!({ "body": "4" }), "4 nights", "<b>4</b> nights it is"),
        (
            "form",
            "form.response",
            json!({ "fields": [field("Name", "Ada"), field("Phone", "")] }),
            "Name: Ada",
            "on hold",
        ),
        ("upload", "file_upload.response", json!({ "files": [file] }), link, "My ticket.pdf"),
    ] {
        for typed in [true, false] {
            harness.send(&id, word).await;
            harness.receiver.next_message().await;
            if typed {
                let message = json!({ "type": kind, "data": data });
                let body = json!({ "message": message, "user": { "type": "VISITOR" } });
                let got = harness.call(&format!("/api/v1/conversation/{id}/messages"), &body).await.unwrap();
                assert_eq!(got.status, 200, "{kind}");
                assert_eq!(harness.receiver.next_message().await, message, "it comes back as it went out");
            } else {
                harness.send(&id, text).await;
            }
            let said = harness.receiver.next_message().await;
            assert!(said["text"].as_str().unwrap().contains(reply), "{kind} {typed}: {said}");
        }
    }
}

pub fn list(value: &Value) -> &Vec<Value> {
    value.as_array().unwrap()
}

fn documented_error(name: &str) -> Value {
    let path = format!("{}/../../tests/fixtures/platform/doc-error-{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// The keys and types of a JSON value.
fn shape(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            fields.iter().map(|(name, value)| (name.clone(), shape(value))).collect::<serde_json::Map<_, _>>().into()
        }
        Value::Array(items) => items.iter().map(shape).collect(),
        Value::String(_) => "string".into(),
        Value::Number(_) => "number".into(),
        Value::Bool(_) => "bool".into(),
        Value::Null => Value::Null,
    }
}
