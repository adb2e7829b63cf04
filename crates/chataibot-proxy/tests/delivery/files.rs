//! A visitor's files over real HTTP: what is accepted, what is refused, how it is served and when
//! it is deleted.

use std::time::Duration;

use chataibot_proxy::config::{Config, Site, Sites};
use chataibot_proxy::file_types;
use chataibot_wire::{ErrorBody, file::FileAnswer, file::StoredFile};
use reqwest::Response;
use serde_json::Value;

use crate::browser::{Browser, ORIGIN, refusal};
use crate::harness::{Harness, closes, key};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0";

async fn send(browser: &Browser, alias: &str, kind: &str, name: &str, bytes: impl Into<reqwest::Body>) -> Response {
    browser
        .http
        .post(format!("{}/api/v1/conversation/{alias}/files", browser.base))
        .header("origin", ORIGIN)
        .bearer_auth(&browser.token)
        .header("content-type", kind)
        .header("x-file-name", name)
        .body(bytes)
        .send()
        .await
        .expect("an answer")
}

pub async fn upload(browser: &Browser, alias: &str, kind: &str, name: &str, bytes: &'static [u8]) -> StoredFile {
    let answer = send(browser, alias, kind, name, bytes).await;
    assert_eq!(answer.status(), 200);
    let answer: FileAnswer = answer.json().await.expect("the answer");
    assert!(answer.ok);
    answer.file
}

/// Changes the demo's site.
pub fn change_site(config: &mut Config, change: impl FnOnce(&mut Site)) {
    let mut site: Site = Site::clone(config.sites.iter().next().expect("the demo has a site"));
    change(&mut site);
    config.sites = Sites::new(vec![site]);
}

fn stored(harness: &Harness) -> Vec<String> {
    let directory = harness.app().config.uploads_directory.clone().expect("the demo takes files");
    let names = std::fs::read_dir(directory).expect("a directory");
    names.map(|name| name.expect("a file").file_name().into_string().expect("ASCII")).collect()
}

fn header<'a>(answer: &'a Response, name: &str) -> &'a str {
    answer.headers().get(name).map_or("", |value| value.to_str().expect("text"))
}

#[tokio::test]
async fn a_picture_is_kept_and_shown_to_whoever_knows_its_address() {
    let harness = Harness::open().await;
    let browser = harness.browser().await;
    let alias = browser.start(&key(1), "Hello").await;
    let file = upload(&browser, &alias, "image/png", "My%20caf%C3%A9.PNG", PNG).await;
    assert_eq!(
        (file.name.as_str(), file.mime_type.as_str(), file.size),
        ("My café.png", "image/png", PNG.len() as u32)
    );
    let path = file.url.strip_prefix(&browser.base).expect("an absolute address of this proxy");
    let id = path.strip_prefix("/files/").and_then(|rest| rest.strip_suffix("/My%20caf%C3%A9.png")).expect("its form");
    assert_eq!(stored(&harness), [id], "under its random name and nothing else");
    assert_eq!(id.len(), 32);

    // No token, no origin: an `<img>` sends neither.
    let answer = harness.http.get(&file.url).send().await.expect("an answer");
    assert_eq!(answer.status(), 200);
    for (name, value) in [
        ("content-type", "image/png"),
        ("content-length", PNG.len().to_string().as_str()),
        ("content-disposition", "inline; filename=\"My caf_.png\"; filename*=UTF-8''My%20caf%C3%A9.png"),
        ("content-security-policy", "sandbox; default-src 'none'"),
        ("cross-origin-resource-policy", "cross-origin"),
        ("x-content-type-options", "nosniff"),
        ("cache-control", "private, max-age=31536000, immutable"),
    ] {
        assert_eq!(header(&answer, name), value, "{name}");
    }
    assert_eq!(answer.bytes().await.expect("bytes"), PNG);
    let head = harness.http.head(&file.url).send().await.expect("an answer");
    assert_eq!((head.status().as_u16(), header(&head, "content-type")), (200, "image/png"));

    let part = harness.http.get(&file.url).header("range", "bytes=1-3").send().await.expect("an answer");
    assert_eq!((part.status().as_u16(), header(&part, "content-length")), (206, "3"));
    assert_eq!(header(&part, "content-range"), format!("bytes 1-3/{}", PNG.len()));
    assert_eq!(part.bytes().await.expect("bytes"), "PNG");

    let other = upload(&browser, &alias, "application/pdf", "a.pdf", b"%PDF-1.4\n").await;
    let answer = harness.http.get(&other.url).send().await.expect("an answer");
    assert!(header(&answer, "content-disposition").starts_with("attachment; filename=\"a.pdf\""));
    let text = upload(&browser, &alias, "text/plain;charset=utf-8", "page.html", b"not <b>HTML</b>").await;
    assert_eq!(text.name, "page.html.txt");
    let answer = harness.http.get(&text.url).send().await.expect("an answer");
    assert_eq!(header(&answer, "content-type"), "text/plain; charset=utf-8");
    assert!(header(&answer, "content-disposition").starts_with("attachment"));
    assert_eq!(harness.app().metrics.files_stored.get(), 3);
}

#[tokio::test]
async fn nothing_else_of_the_disk_can_be_read() {
    let harness = Harness::open().await;
    let browser = harness.browser().await;
    let alias = browser.start(&key(1), "Hello").await;
    let file = upload(&browser, &alias, "image/png", "a.png", PNG).await;
    let id = file.url.rsplit('/').nth(1).expect("an id");
    for path in [
        format!("/files/{id}/b.png"),
        format!("/files/{id}"),
        format!("/files/{id}/"),
        format!("/files/{}/a.png", id.to_uppercase()),
        format!("/files/{}/a.png", "0".repeat(32)),
        "/files/..%2Fchat.sqlite/a.png".to_owned(),
        "/files/..%2F..%2F..%2Fetc%2Fpasswd/a.png".to_owned(),
        format!("/files/{id}%2F..%2F{id}/a.png"),
        format!("/files/{id}%00/a.png"),
        "/files/unfinished-x/a.png".to_owned(),
    ] {
        let answer = harness.http.get(format!("{}{path}", browser.base)).send().await.expect("an answer");
        assert_eq!(answer.status(), 404, "{path}");
    }
}

#[tokio::test]
async fn only_what_is_allowed_declared_and_proved_is_taken() {
    let harness = Harness::open().await;
    let browser = harness.browser().await;
    let alias = browser.start(&key(1), "Hello").await;
    for (kind, bytes) in [
        ("text/html", &b"<h1>x</h1>"[..]),
        ("image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("text/plain", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("text/plain", b"\xef\xbb\xbf <!DOCTYPE html>"),
        ("image/png", b"<html><script>1</script>"),
        ("image/png", b"GIF89a\x01\0"),
        ("application/pdf", PNG),
        ("application/octet-stream", PNG),
        ("image/*", PNG),
        ("", PNG),
        ("application/zip", b"PK\x03\x04"),
    ] {
        let refused = refusal(send(&browser, &alias, kind, "a.png", bytes).await).await;
        assert_eq!(refused, (415, "TYPE_NOT_ALLOWED".to_owned()), "{kind}: {bytes:?}");
    }
    let empty = refusal(send(&browser, &alias, "text/plain", "a.txt", "").await).await;
    assert_eq!(empty, (400, "BAD_REQUEST".to_owned()));
    let unreadable = refusal(send(&browser, &alias, "image/png", "%ff.png", PNG).await).await;
    assert_eq!(unreadable, (400, "BAD_REQUEST".to_owned()));
    assert_eq!(stored(&harness), [] as [&str; 0], "nothing of a refused file stays");
    assert_eq!(harness.app().metrics.files_refused.get(), 13);
}

#[tokio::test]
async fn a_file_that_is_too_large_is_refused_by_its_length_and_while_it_is_read() {
    let harness = Harness::with(|config| config.limits.upload_bytes = 100_000).await;
    let browser = harness.browser().await;
    let alias = browser.start(&key(1), "Hello").await;
    let text = "x".repeat(100_001);
    let chunk = text.clone();
    let chunks = futures_util::stream::iter((0..20).map(move |_| Ok::<_, std::io::Error>(chunk.clone())));
    for body in [reqwest::Body::from(text.clone()), reqwest::Body::wrap_stream(chunks)] {
        let answer = send(&browser, &alias, "text/plain", "a.txt", body).await;
        assert_eq!(answer.status(), 413);
        let body: ErrorBody = answer.json().await.expect("an error body");
        assert_eq!((body.error.as_str(), body.message.as_str()), ("TOO_LARGE", "a file may hold 100000 bytes"));
    }
    let exact = send(&browser, &alias, "text/plain", "a.txt", text[1..].to_owned()).await;
    assert_eq!(exact.status(), 200);
    assert_eq!(stored(&harness).len(), 1);
}

#[tokio::test]
async fn only_the_owner_of_a_conversation_that_goes_on_may_add_to_it() {
    let harness = Harness::open().await;
    let (browser, other) = (harness.browser().await, harness.browser().await);
    let alias = browser.start(&key(1), "Hello").await;
    for (who, conversation) in [(&other, alias.as_str()), (&browser, "0123456789abcdef0123456789abcdef")] {
        let refused = refusal(send(who, conversation, "image/png", "a.png", PNG).await).await;
        assert_eq!(refused, (404, "NOT_FOUND".to_owned()));
    }
    let nobody = Browser { token: "x".to_owned(), ..browser.clone() };
    assert_eq!(refusal(send(&nobody, &alias, "image/png", "a.png", vec![0; 1_500_000]).await).await.0, 401);
    harness.tell(vec![closes("conversation-1")]).await;
    let refused = refusal(send(&browser, &alias, "image/png", "a.png", PNG).await).await;
    assert_eq!(refused, (409, "CONVERSATION_ENDED".to_owned()));
}

#[tokio::test]
async fn a_site_that_takes_no_files_says_which_setting_that_is() {
    let harness = Harness::with(|config| change_site(config, |site| site.upload_types.clear())).await;
    let browser = harness.browser().await;
    let alias = browser.start(&key(1), "Hello").await;
    let answer = send(&browser, &alias, "image/png", "a.png", PNG).await;
    assert_eq!(answer.status(), 400);
    let body: ErrorBody = answer.json().await.expect("an error body");
    assert!(body.error == "BAD_REQUEST" && body.message.contains("`uploads`"), "{}", body.message);
}

#[tokio::test]
async fn a_visitor_may_not_send_files_without_end() {
    let harness = Harness::with(|config| config.limits.upload_per_minute = 2).await;
    let (browser, other) = (harness.browser().await, harness.browser().await);
    let alias = browser.start(&key(1), "Hello").await;
    for _ in 0..2 {
        upload(&browser, &alias, "image/png", "a.png", PNG).await;
    }
    let refused = refusal(send(&browser, &alias, "image/png", "a.png", PNG).await).await;
    assert_eq!(refused, (429, "RATE_LIMITED".to_owned()));
    let theirs = other.start(&key(1), "Hello").await;
    upload(&other, &theirs, "image/png", "a.png", PNG).await;
}

#[tokio::test]
async fn the_files_of_a_site_have_so_much_room_and_no_more() {
    let harness = Harness::with(|config| config.uploads_total = 2 * PNG.len() as u64 + 3).await;
    let browser = harness.browser().await;
    let alias = browser.start(&key(1), "Hello").await;
    for _ in 0..2 {
        upload(&browser, &alias, "image/png", "a.png", PNG).await;
    }
    upload(&browser, &alias, "text/plain", "a.txt", b"abc").await;
    let full = refusal(send(&browser, &alias, "text/plain", "a.txt", "d").await).await;
    assert_eq!(full, (503, "UNAVAILABLE".to_owned()));
    // A file of unknown length.
    let chunks = futures_util::stream::iter(vec![Ok::<_, std::io::Error>("d")]);
    let body = reqwest::Body::wrap_stream(chunks);
    assert_eq!(refusal(send(&browser, &alias, "text/plain", "a.txt", body).await).await.0, 503);
    assert_eq!((stored(&harness).len(), harness.app().metrics.files_quota.get()), (3, 2));
}

#[tokio::test]
async fn a_file_whose_conversation_is_deleted_during_the_upload_is_not_found_and_no_quota_is_blamed() {
    let harness = Harness::open().await;
    let browser = harness.browser().await;
    let alias = browser.start(&key(1), "Hello").await;
    let (sender, receiver) = tokio::sync::mpsc::channel(1);
    let chunks = futures_util::stream::unfold(receiver, async |mut receiver| {
        Some((Ok::<_, std::io::Error>(receiver.recv().await?), receiver))
    });
    sender.send("begun, ").await.expect("it is read");
    let uploading =
        tokio::spawn(
            async move { send(&browser, &alias, "text/plain", "a.txt", reqwest::Body::wrap_stream(chunks)).await },
        );
    while stored(&harness).is_empty() {
        tokio::task::yield_now().await;
    }
    let days = harness.app().config.sites.iter().next().expect("a site").retention_days;
    harness.proxy.clock.advance(Duration::from_secs(u64::from(days + 1) * 86_400));
    harness.app().services.retention.delete_old().await.expect("swept");
    assert_eq!(harness.app().metrics.conversations_deleted.get(), 1);
    sender.send("ended").await.expect("it is read");
    drop(sender);
    let refused = refusal(uploading.await.expect("no panic")).await;
    assert_eq!(refused, (404, "NOT_FOUND".to_owned()));
    assert_eq!((stored(&harness).len(), harness.app().metrics.files_quota.get()), (0, 0));
}

#[tokio::test]
async fn files_go_with_their_conversation_and_strays_at_the_next_start() {
    let harness = Harness::open().await;
    let browser = harness.browser().await;
    let alias = browser.start(&key(1), "Hello").await;
    let file = upload(&browser, &alias, "image/png", "a.png", PNG).await;
    let in_passing = upload(&browser, &alias, "text/plain", "b.txt", b"x").await;
    let unsent = upload(&browser, &alias, "image/png", "c.png", PNG).await;
    browser.send(&alias, &key(3), &file.url).await;
    browser.send(&alias, &key(4), &format!("Look here ({}), please", in_passing.url)).await;
    harness.proxy.clock.advance(Duration::from_secs(23 * 3600));
    harness.app().services.retention.delete_old().await.expect("swept");
    assert_eq!(stored(&harness).len(), 3, "somebody may still be writing");
    harness.proxy.clock.advance(Duration::from_secs(2 * 3600));
    harness.app().services.retention.delete_old().await.expect("swept");
    assert_eq!(stored(&harness).len(), 2, "nobody has sent the third");
    assert_eq!(harness.http.get(&unsent.url).send().await.expect("an answer").status(), 404);
    harness.proxy.clock.advance(Duration::from_secs(88 * 24 * 3600));
    harness.app().services.retention.delete_old().await.expect("swept");
    assert_eq!(stored(&harness).len(), 2, "not yet");
    harness.proxy.clock.advance(Duration::from_secs(2 * 24 * 3600));
    harness.app().services.retention.delete_old().await.expect("swept");
    assert_eq!(stored(&harness), [] as [&str; 0]);
    assert_eq!(harness.http.get(&file.url).send().await.expect("an answer").status(), 404);

    let alias = harness.browser().await.start(&key(2), "Hello").await;
    assert!(!alias.is_empty());
    let directory = harness.app().config.uploads_directory.clone().expect("a directory");
    for name in ["unfinished-abc", "00112233445566778899aabbccddeeff", "somebody-elses.txt"] {
        std::fs::write(directory.join(name), "x").expect("written");
        // Old enough to be deleted: another proxy may still be writing a recent one.
        let file = std::fs::File::options().write(true).open(directory.join(name)).expect("opened");
        file.set_modified(std::time::UNIX_EPOCH).expect("an old one");
    }
    chataibot_proxy::service::files::Files::open(
        &harness.app().config,
        harness.app().store.clone(),
        harness.app().metrics.clone(),
    )
    .await
    .expect("opened");
    assert_eq!(stored(&harness), ["somebody-elses.txt"], "what is not ours stays");
}

#[tokio::test]
async fn a_token_comes_with_what_the_site_offers() {
    let token = async |harness: &Harness| -> Value {
        let url = harness.proxy.url("/token");
        let request = harness.http.post(url).header("origin", ORIGIN).json(&serde_json::json!({}));
        request.send().await.expect("an answer").json().await.expect("JSON")
    };
    let features = token(&Harness::open().await).await["features"].clone();
    let types = ["image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf", "text/plain"];
    assert_eq!(features, serde_json::json!({ "uploads": { "max_bytes": 2_097_152, "types": types } }));
    let harness = Harness::with(|config| {
        change_site(config, |site| {
            site.upload_types = vec![file_types::by_mime("image/png").expect("known")];
            site.typed_answers = true;
        });
    });
    let features = token(&harness.await).await["features"].clone();
    let wanted =
        serde_json::json!({ "uploads": { "max_bytes": 2_097_152, "types": ["image/png"] }, "typed_answers": true });
    assert_eq!(features, wanted);
    let harness = Harness::with(|config| change_site(config, |site| site.upload_types.clear()));
    assert_eq!(token(&harness.await).await["features"], serde_json::json!({}));
}
