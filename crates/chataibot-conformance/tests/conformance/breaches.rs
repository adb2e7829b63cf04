//! Table of small contract breaches, each with the one check that must find it.

use std::collections::HashMap;

use axum::http::{StatusCode, header};
use chataibot_conformance::checks;
use futures_util::{StreamExt, stream};
use serde_json::json;

use crate::harness::{Harness, broken};
use crate::middle::Breach;

/// A breach: its name, the one check that must find it, and the change that causes it.
type Row = (&'static str, &'static str, Breach);

macro_rules! breaches {
    ($($what:ident: $check:literal by $field:ident $breach:expr;)+) => {
        /// Returns the table; each row breaks one check and no other.
        fn breaches() -> Vec<Row> {
            vec![$((stringify!($what), $check, Breach { $field: $breach, ..Breach::default() }),)+]
        }
    };
}

breaches! {
    seconds_as_a_text: "token-answer" by told |asked, told| if asked.is("POST", "/token") && told.status == 200 {
        told.edit(|json| json["expires_in"] = "600".into());
    };
    a_cookie: "token-no-cookie" by told |asked, told| if asked.is("POST", "/conversations") {
        told.set("set-cookie", "session=1");
    };
    a_renewed_visitor_is_another: "token-renewal" by told |asked, told| if asked.is("POST", "/token") && told.status == 200 && asked.json()["renewal"].is_string() {
        told.edit(|json| json["visitor"] = "0".repeat(32).into());
    };
    a_wrong_identity_is_anybody: "identity-refused" by asked |asked| if asked.is("POST", "/token") && asked.json()["identity"] == "no.identity.here" {
        asked.body = "{}".into();
    };
    a_user_is_another_in_each_browser: "identity-visitor" by told |asked, told| if asked.is("POST", "/token") && asked.json()["identity"].is_string() && asked.json()["renewal"].is_null() && told.status == 200 {
        told.edit(|json| json["visitor"] = format!("{:032x}", asked.number).into());
    };
    leaving_may_fail: "end-answer" by told |asked, told| if asked.is("POST", "/token/end") {
        told.edit(|json| json["ok"] = false.into());
    };
    leaving_ends_nothing: "end-tokens" by asked |asked| if asked.is("POST", "/token/end") && asked.json()["everywhere"].is_null() {
        asked.body = json!({ "renewal": "0".repeat(64) }).to_string().into();
    };
    everywhere_is_here: "end-everywhere" by asked |asked| if asked.is("POST", "/token/end") {
        let renewal = asked.json()["renewal"].clone();
        asked.body = json!({ "renewal": renewal }).to_string().into();
    };
    refusals_without_an_origin: "cors-answers" by told |asked, told| if told.status == 401 && !asked.is("POST", "/token") {
        told.headers.remove(header::ACCESS_CONTROL_ALLOW_ORIGIN);
    };
    a_preflight_that_forgets_a_header: "cors-preflight" by told |asked, told| if asked.method == "OPTIONS" {
        told.set("access-control-allow-headers", "authorization, content-type, idempotency-key");
    };
    a_foreign_page_gets_a_token: "cors-foreign" by asked |asked| if asked.is("POST", "/token") && asked.header("origin").contains("elsewhere") {
        asked.headers.insert(header::ORIGIN, "http://localhost:1".parse().expect("a value"));
    };
    a_contact_in_the_answer: "start-private" by told |asked, told| if asked.is("POST", "/conversations") && told.status == 200 {
        told.edit(|json| json["contact"] = json!({ "name": "Ada" }));
    };
    another_bot_is_taken: "start-other-bot" by asked |asked| if asked.is("POST", "/conversations") && asked.json()["bot_key"] == "somebody-elses-bot" {
        let mut json = asked.json();
        json["bot_key"] = "".into();
        asked.body = json.to_string().into();
    };
    another_answer_the_second_time: "again-send" by told |asked, told| if asked.is("POST", "/messages") && told.status == 200 {
        // The message id stays the same; only an additional field makes the two answers differ.
        told.edit(|json| json["try"] = asked.number.into());
    };
    a_reused_key_with_another_code: "again-other-body" by told |_, told| if told.json()["error"] == "KEY_REUSED" {
        told.edit(|json| json["error"] = "BAD_REQUEST".into());
    };
    an_entry_without_bounds: "entry-size" by told |asked, told| if asked.is("GET", "/events") && String::from_utf8_lossy(&told.body).matches(r#"{"bold":[{"text":"x"}]}"#).count() > 100 {
        told.edit(|json| json["entries"].as_array_mut().into_iter().flatten().for_each(|entry| {
            if entry["event"]["message"]["author"] == "bot" {
                entry["event"]["message"]["padding"] = "x".repeat(1 << 20).into();
            }
        }));
    };
    no_retry_after: "trouble-busy" by told |_, told| if told.status == 429 {
        told.headers.remove(header::RETRY_AFTER);
    };
    the_operators_trouble_is_told: "trouble-operator" by told |_, told| if told.json()["retry_after"] == 60 {
        told.edit(|json| json["message"] = "the platform says JWT_SIGNATURE_EXCEPTION or CHANNEL_NOT_ENABLED".into());
    };
    ids_are_missing_on_streams: "stream-entries" by blocks |asked| {
        let resumes = !asked.header("last-event-id").is_empty() || asked.path.contains('?');
        Box::new(move |block| Some(if resumes { block } else { without_line(&block, "id:") }))
    };
    a_resumed_stream_misses_one: "stream-resume" by blocks |asked| {
        let resumes = !asked.header("last-event-id").is_empty();
        let (mut reset, mut had) = (false, false);
        Box::new(move |block| {
            reset |= block.starts_with("event: reset");
            let is_entry = block.contains("\nid: ");
            let misses = resumes && !reset && is_entry && !had;
            had |= is_entry;
            (!misses).then_some(block)
        })
    };
    a_reset_is_not_said: "stream-reset" by blocks |_| Box::new(|block| (!block.starts_with("event: reset")).then_some(block));
    the_beginning_is_not_said: "stream-last" by blocks |_| Box::new(|block| (!block.starts_with("event: begin")).then_some(block));
    a_poll_does_not_wait: "poll-waits" by asked |asked| asked.path = asked.path.replace("wait=1", "wait=0");
    a_page_upside_down: "page-before" by told |asked, told| if asked.path.contains("?before=") && told.status == 200 {
        told.edit(|json| if let Some(entries) = json["entries"].as_array_mut() { entries.reverse() });
    };
    html_in_a_text: "reply-rich-text" by told |asked, told| if asked.is("GET", "/events") {
        let text = String::from_utf8_lossy(&told.body).replace(r#"{"bold":[{"text":"there"}]}"#, r#"{"text":"<b>there</b>"}"#);
        told.body = text.into_bytes();
    };
    a_webhook_for_everybody: "webhook-wrong-token" by told |asked, told| if asked.path.starts_with("/webhook/") && told.status == 401 {
        told.status = StatusCode::OK;
    };
    not_yours_is_said: "owner-poll" by told |asked, told| if asked.path.ends_with("?wait=0") && told.status == 404 {
        told.edit(|json| json["message"] = format!("not found: {}", asked.path).into());
    };
    too_large_is_a_fault_of_the_server: "error-too-large" by told |_, told| if told.status == 413 {
        told.status = StatusCode::INTERNAL_SERVER_ERROR;
    };
    a_refusal_of_the_framework: "error-body" by told |_, told| if told.status == 405 {
        told.body = b"Method Not Allowed".to_vec();
    };
    a_file_that_may_run: "file-headers" by told |asked, told| if asked.path.starts_with("/files/") {
        told.headers.remove(header::CONTENT_SECURITY_POLICY);
    };
    sniffing: "error-nosniff" by told |asked, told| if !asked.path.starts_with("/files/") {
        told.headers.remove(header::X_CONTENT_TYPE_OPTIONS);
    };
}

fn without_line(block: &str, begin: &str) -> String {
    let kept: Vec<&str> = block.lines().filter(|line| !line.starts_with(begin)).collect();
    format!("{}\n\n", kept.join("\n"))
}

/// Wrong in polls and streams alike, so that only the entry itself shows the mistake.
fn seconds_in_place_of_milliseconds() -> Row {
    fn seconds(text: &str) -> String {
        let mut parts = text.split("\"at\":");
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |out, part| format!("{out}\"at\":{}{}", &part[..10], &part[13..]))
    }
    let breach = Breach {
        told: |asked, told| {
            if asked.is("GET", "/events") {
                told.body = seconds(&String::from_utf8_lossy(&told.body)).into_bytes();
            }
        },
        blocks: |_| Box::new(|block| Some(seconds(&block))),
        ..Breach::default()
    };
    ("seconds_in_place_of_milliseconds", "log-entries", breach)
}

/// Breaches tested at one time: they mostly wait for disks and timers.
const TOGETHER: usize = 8;

/// Names of the checks to run for a breach: the expected one and, to save time, every third of the
/// others; with CHATAIBOT_BREACHES_EVERYWHERE all of them.
fn beside(at: usize, meant: &str) -> Vec<&'static str> {
    let everywhere = std::env::var_os("CHATAIBOT_BREACHES_EVERYWHERE").is_some();
    let all = checks::all().iter().filter(|check| !check.slow).enumerate();
    all.filter(|(number, check)| everywhere || check.name == meant || number % 3 == at % 3)
        .map(|(_, check)| check.name)
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_breach_is_found_by_the_check_that_is_meant_and_by_no_other() {
    let all = breaches().into_iter().chain([seconds_in_place_of_milliseconds()]).enumerate();
    let wrong: Vec<String> = stream::iter(all)
        .map(async |(at, (what, check, breach))| {
            let found = Harness::open(Some(breach), |_| {}).await.run(&beside(at, check)).await;
            let names: Vec<&str> =
                found.iter().filter(|found| found.is_broken()).map(|found| found.check.name).collect();
            (names != [check]).then(|| format!("{what} must break {check} alone: {:#?}", broken(&found)))
        })
        .buffer_unordered(TOGETHER)
        .filter_map(async |wrong| wrong)
        .collect()
        .await;
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn what_should_be_and_is_not_breaks_no_contract() {
    let breach = Breach {
        told: |_, told| {
            told.headers.remove(header::VARY);
        },
        ..Breach::default()
    };
    let all = Harness::open(Some(breach), |_| {}).await.run(&["cors-vary", "token-answer"]).await;
    let outcomes: HashMap<&str, bool> = all.iter().map(|found| (found.check.name, found.outcome.is_ok())).collect();
    assert_eq!(outcomes, HashMap::from([("cors-vary", false), ("token-answer", true)]));
    assert!(chataibot_conformance::run::holds(&all));
    let lines: Vec<String> = all.iter().map(chataibot_conformance::report::found).collect();
    assert!(
        lines.iter().any(|line| line.contains("should") && line.contains("asked") && line.contains("mend")),
        "{lines:?}"
    );
}
