//! Each documented sample of the platform is parsed into its type and written back, and must be
//! unchanged.

use std::{fs, path::PathBuf};

use chataibot_wire::ErrorBody;
use chataibot_wire::documented::{SendAnswer, SendMessage, StartAnswer, StartConversation, send_path};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

fn sample(name: &str) -> Value {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/platform").join(name);
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn comes_back_the_same<T: Serialize + DeserializeOwned>(name: &str) -> T {
    let written = sample(name);
    let read: T = serde_json::from_value(written.clone()).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(serde_json::to_value(&read).expect("wire types are JSON"), written, "{name}");
    read
}

#[test]
fn the_two_documented_calls_and_answers_come_back_field_for_field() {
    let start: StartConversation = comes_back_the_same("doc-start-request.json");
    assert_eq!(start.message.data.body, "Hello");
    comes_back_the_same::<StartConversation>("doc-start-request-without-variables.json");
    comes_back_the_same::<StartAnswer>("doc-start-answer.json");
    comes_back_the_same::<SendMessage>("doc-send-request.json");
    comes_back_the_same::<SendAnswer>("doc-send-answer.json");
}

#[test]
fn every_documented_error_body_comes_back_field_for_field() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/platform");
    let names: Vec<String> = fs::read_dir(folder)
        .expect("the fixtures stand in tests/fixtures/platform")
        .map(|file| file.expect("a readable folder").file_name().to_string_lossy().into_owned())
        .filter(|name| name.starts_with("doc-error-"))
        .collect();
    assert_eq!(names.len(), 8, "the table of platform errors has 8 rows: {names:?}");
    for name in names {
        let error: ErrorBody = comes_back_the_same(&name);
        assert!(!error.ok, "{name}");
    }
}

#[test]
fn an_error_body_without_code_message_or_status_is_still_read() {
    let error: ErrorBody = serde_json::from_value(json!({"ok": false, "error": "X"})).expect("only `error` is needed");
    assert_eq!((error.error.as_str(), error.status, error.retry_after), ("X", 0, None));
}

#[test]
fn a_conversation_id_may_be_a_number() {
    let answer: StartAnswer =
        serde_json::from_value(json!({"ok": true, "conversation": {"id": 90_071_992_547_409_910_u64}}))
            .expect("a number is an id too");
    assert_eq!(answer.conversation.id, "90071992547409910");
}

#[test]
fn the_path_of_a_send_is_singular_as_documented() {
    assert_eq!(send_path("abc"), "/conversation/abc/messages");
}
