//! Bodies of our own calls: exactly the JSON of docs/contract.md, and what an older or smaller
//! proxy omits.

use chataibot_wire::entry::{Begin, Poll};
use chataibot_wire::file::FileAnswer;
use chataibot_wire::token::TokenAnswer;
use chataibot_wire::typed::SendTyped;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

fn comes_back_the_same<T: Serialize + DeserializeOwned>(written: Value) -> T {
    let read: T = serde_json::from_value(written.clone()).unwrap_or_else(|error| panic!("{written}: {error}"));
    assert_eq!(serde_json::to_value(&read).expect("wire types are JSON"), written);
    read
}

#[test]
fn a_page_of_the_log_says_whether_there_is_more_and_a_poll_need_not() {
    let page: Poll = comes_back_the_same(json!({ "ok": true, "earlier": true, "entries": [] }));
    assert_eq!(page.earlier, Some(true));
    let poll: Poll = comes_back_the_same(json!({ "ok": true, "entries": [] }));
    assert_eq!((poll.earlier, poll.reset), (None, None));
    assert!(comes_back_the_same::<Begin>(json!({ "earlier": true })).earlier);
}

#[test]
fn what_a_token_does_not_offer_is_off() {
    let token = json!({ "ok": true, "token": "t", "expires_in": 600, "renewal": "r", "visitor": "v" });
    assert_eq!(comes_back_the_same::<TokenAnswer>(token.clone()).features, None);
    for (features, uploads, typed) in [
        (json!({}), None, false),
        (json!({ "typed_answers": true }), None, true),
        (json!({ "uploads": { "max_bytes": 2_097_152, "types": ["image/png"] } }), Some(2_097_152), false),
    ] {
        let mut token = token.clone();
        token["features"] = features;
        let found = comes_back_the_same::<TokenAnswer>(token).features.expect("they are there");
        assert_eq!((found.uploads.map(|uploads| uploads.max_bytes), found.typed_answers), (uploads, typed));
    }
}

#[test]
fn a_stored_file_comes_back_field_for_field() {
    let file = json!({ "url": "https://chat.example.com/files/0/a.png", "name": "a.png", "mime_type": "image/png", "size": 24 });
    assert_eq!(comes_back_the_same::<FileAnswer>(json!({ "ok": true, "file": file })).file.size, 24);
}

#[test]
fn typed_answers_have_the_form_of_the_internal_clients_and_a_text_the_documented_one() {
    let folder = std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/platform");
    for (name, kind) in [
        ("doc-send-request", "text"),
        ("guess-send-request-button-response", "button.response"),
        ("guess-send-request-slider-response", "slider.response"),
        ("guess-send-request-form-response", "form.response"),
        ("guess-send-request-file-upload-response", "file_upload.response"),
    ] {
        let text = std::fs::read_to_string(folder.join(format!("{name}.json"))).expect("a fixture");
        let sent: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(sent["message"]["type"], kind);
        comes_back_the_same::<SendTyped>(sent);
    }
    assert!(
        serde_json::from_value::<SendTyped>(json!({ "message": { "type": "x", "data": {} }, "user": {} })).is_err()
    );
}
