//! Erasing one visitor, by the operator's call and by the command; and the backup command's copy of
//! the database.

use std::{fs, path::Path, process::Output};

use chataibot_proxy::config::Config;
use serde_json::{Value, json};

use crate::browser::{Browser, refusal};
use crate::files::upload;
use crate::harness::{Harness, key};
use crate::several::Pair;

const TOKEN: &str = "an-operator-token-of-some-length";
const WORDS: &str = "Planted words of one visitor";

fn with_operator(config: &mut Config) {
    config.metrics_listen = Some(([127, 0, 0, 1], 0).into());
    config.operator_token = Some(TOKEN.into());
}

async fn erase(harness: &Harness, token: &str, visitor: &str) -> reqwest::Response {
    let url = format!("http://{}/erase", harness.proxy.metrics.expect("an operator's listener"));
    let request = harness.http.post(url).bearer_auth(token).json(&json!({ "visitor": visitor }));
    request.send().await.expect("an answer")
}

/// Whether the proxy still stores this text anywhere.
fn is_kept(harness: &Harness, text: &str) -> bool {
    match &harness.redis {
        Some(redis) => redis.contains_text(text),
        None => is_left(&harness.app().config.database, text),
    }
}

/// Whether this text is in the database file or its journal.
fn is_left(database: &Path, text: &str) -> bool {
    ["", "-wal", "-shm"].iter().any(|end| {
        let path = format!("{}{end}", database.display());
        // A database that is not open has no journal files.
        let bytes = fs::read(path).unwrap_or_default();
        bytes.windows(text.len()).any(|window| window == text.as_bytes())
    })
}

#[tokio::test]
async fn an_erased_visitor_is_gone_from_disk_streams_and_tokens_and_nobody_else_is() {
    let harness = Harness::with(with_operator).await;
    let (gone, other) = (harness.browser().await, harness.browser().await);
    let alias = gone.start(&key(1), WORDS).await;
    let kept = other.start(&key(2), "Hello").await;
    let file = upload(&gone, &alias, "text/plain", "secret.txt", b"Planted file of one visitor").await;
    let mut stream = gone.stream(&alias, None).await;
    stream.entries(2).await;
    assert!(is_kept(&harness, WORDS), "this test can find what is there");

    let answer: Value = erase(&harness, TOKEN, &gone.visitor).await.json().await.expect("JSON");
    assert_eq!(answer, json!({ "ok": true, "conversations": 1, "tokens": 1 }));
    while stream.next().await.is_some() {}
    assert_eq!(refusal(gone.get(&alias, "", &[("accept", "application/json")]).await).await.0, 401);
    assert_eq!(harness.http.get(&file.url).send().await.expect("an answer").status(), 404);
    for text in [WORDS, gone.visitor.as_str(), "secret.txt"] {
        assert!(!is_kept(&harness, text), "{text}");
    }
    let uploads = harness.app().config.uploads_directory.clone().expect("the demo takes files");
    assert_eq!(fs::read_dir(uploads).expect("a directory").count(), 0);

    assert!(!other.log(&kept).await.is_empty());
    let again: Value = erase(&harness, TOKEN, &gone.visitor).await.json().await.expect("JSON");
    assert_eq!(again, json!({ "ok": true, "conversations": 0, "tokens": 0 }), "asking twice is no error");
    assert_eq!(harness.app().metrics.visitors_erased.get(), 2);
}

#[tokio::test]
async fn only_the_operator_may_erase_and_only_where_there_is_one() {
    let harness = Harness::with(with_operator).await;
    let browser = harness.browser().await;
    assert_eq!(refusal(erase(&harness, "wrong", &browser.visitor).await).await, (401, "UNAUTHORIZED".to_owned()));
    assert_eq!(refusal(erase(&harness, &browser.token, &browser.visitor).await).await.0, 401);
    assert_eq!(refusal(erase(&harness, TOKEN, "somebody").await).await, (400, "BAD_REQUEST".to_owned()));
    let public = harness.http.post(harness.proxy.url("/erase")).bearer_auth(TOKEN).json(&json!({})).send().await;
    assert_eq!(public.expect("an answer").status(), 404, "visitors have no such call");
    let without = Harness::with(|config| config.metrics_listen = Some(([127, 0, 0, 1], 0).into())).await;
    assert_eq!(refusal(erase(&without, TOKEN, &browser.visitor).await).await.0, 404);
}

async fn command(arguments: &[&str]) -> Output {
    let program = tokio::process::Command::new(env!("CARGO_BIN_EXE_chataibot-proxy")).args(arguments).output();
    program.await.expect("it ran")
}

#[tokio::test]
async fn the_commands_work_on_a_database_file_beside_a_running_proxy() {
    let harness = Harness::with(|config| config.redis = None).await;
    let (browser, other) = (harness.browser().await, harness.browser().await);
    let alias = browser.start(&key(1), WORDS).await;
    let kept = other.start(&key(2), "Hello").await;
    let database = harness.app().config.database.clone();
    let path = database.to_str().expect("ASCII").to_owned();
    let copy = format!("{path}.copy");

    let made = command(&["backup", "--to", &copy, "--database", &path]).await;
    assert!(made.status.success(), "{made:?}");
    assert!(is_left(Path::new(&copy), WORDS));
    assert!(!command(&["backup", "--to", &copy, "--database", &path]).await.status.success(), "it replaces nothing");

    let erased = command(&["erase", "--visitor", &browser.visitor, "--database", &path]).await;
    assert!(erased.status.success(), "{erased:?}");
    assert!(String::from_utf8_lossy(&erased.stdout).contains("1 conversations, 1 families of tokens"));
    assert_eq!(refusal(browser.get(&alias, "", &[("accept", "application/json")]).await).await.0, 404);
    assert!(!is_left(&database, WORDS));
    assert!(!other.log(&kept).await.is_empty());
    let wrong = command(&["erase", "--visitor", "nobody", "--database", &path]).await;
    assert!(!wrong.status.success() && String::from_utf8_lossy(&wrong.stderr).contains("32 lower-case hex"));

    // The copy can be served from, and a reader that had read more than it contains gets a reset.
    let last = other.log(&kept).await.last().expect("an entry").cursor;
    let restored = Harness::with(|config| {
        config.redis = None;
        config.database = copy.into();
    })
    .await;
    let renewed = Browser { base: restored.proxy.url(""), ..other.clone() };
    let poll = renewed.poll(&kept, Some(last), 0).await;
    assert_eq!(poll.reset.map(|reset| reset.reason), Some("epoch".to_owned()));
    assert_eq!(poll.entries.len(), 2);
}

#[tokio::test]
async fn the_command_erases_in_redis_and_every_proxy_ends_what_the_visitor_has_there() {
    let pair = Pair::open().await;
    let [one, other] = pair.browsers().await;
    let alias = one.start(&key(1), WORDS).await;
    let mut streams = [one.stream(&alias, None).await, other.stream(&alias, None).await];
    for stream in &mut streams {
        stream.entries(2).await;
    }
    let run = async |arguments: &[&str]| {
        let mut program = tokio::process::Command::new(env!("CARGO_BIN_EXE_chataibot-proxy"));
        program.args(arguments).env("CHATAIBOT_PROXY_STORE_REDIS", pair.redis.url().to_string());
        for (name, value) in [
            ("ORIGINS", "https://www.shop.test"),
            ("BOT_KEYS", "bot"),
            ("ACCOUNT_TOKEN", "an-account-token"),
            ("WEBHOOK_SECRET", "a-webhook-secret-of-32-characters"),
            ("WEBHOOK_TOKEN", "a-webhook-token"),
        ] {
            program.env(format!("CHATAIBOT_PROXY_SITE_{name}"), value);
        }
        program.output().await.expect("it ran")
    };
    let erased = run(&["erase", "--visitor", &one.visitor]).await;
    assert!(erased.status.success(), "{erased:?}");
    assert!(String::from_utf8_lossy(&erased.stdout).contains("1 conversations, 1 families of tokens"));
    for (stream, browser) in streams.iter_mut().zip([&one, &other]) {
        while stream.next().await.is_some() {}
        assert_eq!(refusal(browser.get(&alias, "", &[("accept", "application/json")]).await).await.0, 401);
    }
    assert!(!pair.redis.contains_text(WORDS));
    let backup = run(&["backup", "--to", "/nowhere"]).await;
    assert!(!backup.status.success() && String::from_utf8_lossy(&backup.stderr).contains("backed up by Redis"));
}
