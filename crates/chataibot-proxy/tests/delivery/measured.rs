//! What `/metrics` reports during an operation, and how the proxy announces its shutdown.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use chataibot_proxy::config::settings::SETTINGS;

use crate::browser::ORIGIN;
use crate::harness::{Harness, key, says};

/// Each sample by name and labels.
async fn samples(harness: &Harness) -> BTreeMap<String, f64> {
    let url = format!("http://{}/metrics", harness.proxy.metrics.expect("a collector's listener"));
    let text = harness.http.get(url).send().await.expect("an answer").text().await.expect("text");
    let mut kinds = BTreeMap::new();
    let mut samples = BTreeMap::new();
    for line in text.lines() {
        if let Some(kind) = line.strip_prefix("# TYPE ") {
            let (name, kind) = kind.split_once(' ').expect("a kind");
            assert!(kinds.insert(name.to_owned(), kind.to_owned()).is_none(), "{name} has one kind");
        } else if !line.starts_with("# HELP ") {
            let (name, value) = line.rsplit_once(' ').expect("a value");
            samples.insert(name.to_owned(), value.parse().expect("a number"));
        }
    }
    for name in samples.keys() {
        let bare = name.split('{').next().unwrap_or_default();
        let family = ["_bucket", "_sum", "_count"].iter().find_map(|end| bare.strip_suffix(end)).unwrap_or(bare);
        let kind = kinds.get(bare).or_else(|| kinds.get(family)).expect("each sample belongs to a family");
        assert!(
            bare.starts_with("chataibot_proxy_")
                && bare.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        );
        assert_eq!(kind == "counter", bare.ends_with("_total"), "{bare}: counters, and they alone, end in _total");
        assert_eq!(
            kind == "histogram",
            family.ends_with("_seconds") && family != "chataibot_proxy_start_time_seconds",
            "{bare}"
        );
    }
    samples
}

#[tokio::test]
async fn latencies_and_open_streams_are_measured() {
    let harness = Harness::with(|config| config.metrics_listen = Some(([127, 0, 0, 1], 0).into())).await;
    let browser = harness.browser().await;
    let alias = browser.start(&key(1), "Hello").await;
    let platform =
        harness.app().store.owned_conversation("demo", &browser.visitor, &alias).await.expect("read").expect("owned");
    let platform = platform.platform_id.expect("bound");
    let mut stream = browser.stream(&alias, None).await;
    stream.entries(2).await;
    let before = samples(&harness).await;
    assert_eq!(before["chataibot_proxy_streams"], 1.0);
    assert_eq!(before["chataibot_proxy_forward_seconds_count"], 1.0);
    assert!(before["chataibot_proxy_commit_seconds_count"] >= 2.0, "the message, and its outcome");
    assert_eq!(before["chataibot_proxy_reply_to_stream_seconds_count"], 0.0, "a visitor's own message is no reply");

    harness.tell(vec![says("bot", &platform, "Hi")]).await;
    stream.entry().await;
    let after = samples(&harness).await;
    assert_eq!(after["chataibot_proxy_reply_to_stream_seconds_count"], 1.0);
    assert_eq!(after["chataibot_proxy_reply_to_stream_seconds_bucket{le=\"+Inf\"}"], 1.0);
    assert!(after["chataibot_proxy_request_seconds_count"] > before["chataibot_proxy_request_seconds_count"]);
    assert_eq!(after["chataibot_proxy_draining"], 0.0);
    assert!(after.keys().any(|name| name.starts_with("chataibot_proxy_build_info{version=\"")));
    drop(stream);
    harness.until(|harness| harness.app().metrics.streams.get() == 0).await;
}

#[tokio::test]
async fn the_page_for_the_night_names_only_what_there_is() {
    let harness = Harness::with(|config| config.metrics_listen = Some(([127, 0, 0, 1], 0).into())).await;
    let samples = samples(&harness).await;
    let page = include_str!("../../../../docs/operations.md");
    let words = page.split('`').skip(1).step_by(2);
    let names: Vec<&str> = words
        .flat_map(|code| code.split(|c: char| !c.is_ascii_alphanumeric() && c != '_'))
        .filter(|word| word.ends_with("_total") || word.ends_with("_seconds"))
        .filter(|word| !["_total", "_seconds"].contains(word))
        .collect();
    assert!(names.len() > 15, "{names:?}");
    for name in names {
        let is_setting = SETTINGS.iter().any(|setting| setting.key == name);
        let full = format!("chataibot_proxy_{name}");
        let is_metric = samples.keys().any(|sample| {
            [full.as_str(), &format!("{full}_count")].contains(&sample.split('{').next().unwrap_or(sample))
        });
        assert!(is_setting || is_metric, "{name} is neither a setting nor a metric");
    }
}

#[tokio::test]
async fn before_it_goes_it_says_so_and_serves_on_and_what_runs_is_finished() {
    let harness = Harness::with(|config| config.drain = Duration::from_secs(2)).await;
    let browser = harness.browser().await;
    let alias = browser.start(&key(1), "Hello").await;
    let mut stream = browser.stream(&alias, None).await;
    stream.entries(2).await;
    let held = harness.platform.hold();
    let sending = tokio::spawn({
        let (browser, alias) = (browser.clone(), alias.clone());
        async move { browser.post_send(&alias, &key(2), "On its way").await.status() }
    });
    harness.platform.called(2).await;

    let app = Arc::clone(harness.app());
    let draining = tokio::spawn(async move { app.drain().await });
    harness.until(|harness| harness.app().is_draining()).await;
    let get = |path: &str| harness.http.get(harness.proxy.url(path)).send();
    let ready = get("/readyz").await.expect("an answer");
    assert_eq!(ready.status(), 503);
    assert!(ready.headers().contains_key("retry-after"));
    assert_eq!(get("/healthz").await.expect("an answer").status(), 200, "a restart would not help");
    let token = harness.http.post(harness.proxy.url("/token")).header("origin", ORIGIN).json(&serde_json::json!({}));
    assert_eq!(token.send().await.expect("an answer").status(), 200, "nobody is turned away yet");
    assert!(!harness.app().lifecycle.shutdown.is_cancelled(), "streams stand");

    draining.await.expect("it ends");
    // Only after the drain are readers told to go: the stream ends, and the reader reconnects to a
    // proxy that is ready.
    while stream.next().await.is_some() {}
    held.send(crate::platform::PlatformAnswer::Accept).expect("it waits");
    assert_eq!(sending.await.expect("sent"), 200, "what was on its way is finished");
    assert_eq!(harness.proxy.stop().await, 0, "nothing was cut");
}
