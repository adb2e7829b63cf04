//! Classification of the platform's answers, without a network. The documented error bodies are the
//! fixtures graded DOC.

use http::HeaderValue;
use proptest::prelude::*;

use super::*;

fn classify_answer(status: u16, body: &str) -> Result<SendAnswer, Fault> {
    classify(
        StatusCode::from_u16(status).expect("a status"),
        &HeaderMap::new(),
        body.as_bytes(),
        &["my words", "my-token"],
    )
}

fn kind(forwarded: &Result<SendAnswer, Fault>) -> (&'static str, &'static str, bool) {
    let Err(fault) = forwarded else { return ("accepted", "", false) };
    let kind = match fault.kind {
        FaultKind::Failed => "failed",
        FaultKind::Refused => "refused",
        FaultKind::Unknown => "unknown",
    };
    (kind, fault.code, fault.needs_operator)
}

#[test]
fn each_documented_error_is_classified_by_its_code() {
    for (file, expected) in [
        ("conversation-creation-exception", ("failed", code::CONVERSATION_CREATION_EXCEPTION, false)),
        ("channel-not-enabled", ("failed", code::UNAVAILABLE, true)),
        ("channel-token-expired", ("failed", code::UNAVAILABLE, true)),
        ("contact-is-blocked", ("refused", code::CONTACT_IS_BLOCKED, false)),
        ("bad-request", ("refused", code::BAD_REQUEST, false)),
        ("jwt-signature-exception", ("failed", code::UNAVAILABLE, true)),
        ("unauthorized-feature", ("failed", code::UNAVAILABLE, true)),
        ("account-details-not-found", ("failed", code::UNAVAILABLE, true)),
    ] {
        let path = format!("{}/../../tests/fixtures/platform/doc-error-{file}.json", env!("CARGO_MANIFEST_DIR"));
        let body = std::fs::read_to_string(&path).expect(&path);
        let status = serde_json::from_str::<ErrorBody>(&body).expect("an error body").status;
        assert_eq!(kind(&classify_answer(status, &body)), expected, "{file}");
        // The code decides, even in an answer with a success status.
        assert_eq!(kind(&classify_answer(200, &body)), expected, "{file} with 200");
    }
}

#[test]
fn an_answer_without_a_known_code_is_classified_by_what_its_status_proves() {
    let fine = r#"{"ok":true,"message_id":"m1"}"#;
    for (status, body, expected) in [
        (200, fine, ("accepted", "", false)),
        (201, fine, ("accepted", "", false)),
        (200, "", ("unknown", code::UNKNOWN_OUTCOME, false)),
        (200, "<html>sign in</html>", ("unknown", code::UNKNOWN_OUTCOME, false)),
        (200, r#"{"ok":true}"#, ("unknown", code::UNKNOWN_OUTCOME, false)),
        (200, r#"{"ok":false,"message_id":"m1"}"#, ("unknown", code::UNKNOWN_OUTCOME, false)),
        (301, "", ("failed", code::UNAVAILABLE, true)),
        (400, "", ("failed", code::UNAVAILABLE, true)),
        (413, "<html>too large</html>", ("failed", code::UNAVAILABLE, true)),
        (400, r#"{"ok":false,"error":"NEW_CODE"}"#, ("refused", code::BAD_REQUEST, false)),
        (401, "", ("failed", code::UNAVAILABLE, true)),
        (404, "", ("failed", code::UNAVAILABLE, true)),
        (404, r#"{"ok":false,"error":"NEW_CODE"}"#, ("refused", code::BAD_REQUEST, false)),
        (429, "", ("failed", code::RATE_LIMITED, false)),
        (500, "", ("unknown", code::UNKNOWN_OUTCOME, false)),
        (500, fine, ("unknown", code::UNKNOWN_OUTCOME, false)),
        (502, "", ("unknown", code::UNKNOWN_OUTCOME, false)),
        (503, "", ("failed", code::UNAVAILABLE, false)),
        (504, "", ("unknown", code::UNKNOWN_OUTCOME, false)),
    ] {
        assert_eq!(kind(&classify_answer(status, body)), expected, "{status} {body}");
    }
}

#[test]
fn the_cause_names_the_code_and_holds_neither_token_nor_words() {
    let body = r#"{"ok":false,"error":"BAD_REQUEST","message":"can't take 'my words' with my-token\n","status":400}"#;
    let fault = classify_answer(400, body).expect_err("refused");
    assert_eq!(fault.kind, FaultKind::Refused);
    assert_eq!(fault.cause, "the platform answered 400 BAD_REQUEST: can't take '…' with …");
}

#[test]
fn a_wait_is_whole_seconds_within_reason() {
    let wait = |value: &str, date: Option<&'static str>| {
        let mut headers = HeaderMap::new();
        headers.insert(header::RETRY_AFTER, HeaderValue::from_str(value).expect("a value"));
        if let Some(date) = date {
            headers.insert(header::DATE, HeaderValue::from_static(date));
        }
        retry_after(&headers)
    };
    assert_eq!(wait("7", None), Some(7));
    assert_eq!(wait("0", None), Some(1));
    assert_eq!(wait("1000000000", None), Some(LONGEST_WAIT));
    assert_eq!(wait("99999999999999999999999", None), Some(LONGEST_WAIT), "more digits than fit");
    assert_eq!((wait("+5", None), wait("-5", None), wait("", None)), (None, None, None), "digits and nothing else");
    assert_eq!(wait("soon", None), None);
    assert_eq!(wait("Sun, 06 Nov 1994 08:49:40 GMT", Some("Sun, 06 Nov 1994 08:49:37 GMT")), Some(3));
    assert_eq!(wait("Sun, 06 Nov 1994 08:49:00 GMT", Some("Sun, 06 Nov 1994 08:49:37 GMT")), Some(1));
    assert_eq!(retry_after(&HeaderMap::new()), None);
}

proptest! {
    #[test]
    fn an_id_stays_one_segment_of_the_path(id in "\\PC{1,40}") {
        prop_assume!(is_usable_id(&id));
        let url = url::Url::parse(&format!("https://host/api/v1{}", send_path(&escape_segment(&id)))).expect("a URL");
        let segments: Vec<_> = url.path_segments().expect("a path").collect();
        prop_assert_eq!(segments.len(), 5);
        prop_assert_eq!((segments[2], segments[4]), ("conversation", "messages"));
        prop_assert!(url.query().is_none() && url.fragment().is_none());
    }
}
