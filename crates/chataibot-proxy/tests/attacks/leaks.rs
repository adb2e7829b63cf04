//! One busy run of the real program with planted secrets, and a search for them in all its output:
//! answers, log and metrics.

use std::{net::TcpListener, process::Stdio, time::Duration};

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};

use crate::browser::{Browser, ORIGIN};
use crate::harness::{key, says};
use crate::platform::{Platform, PlatformAnswer};
use crate::socket::exchange;

const ACCOUNT_TOKEN: &str = "planted-account-token-7f3a91";
const WEBHOOK_SECRET: &str = "planted-webhook-secret-91bd42";
const WEBHOOK_TOKEN: &str = "planted-webhook-token-55ce07";
const IDENTITY_SECRET: &str = "planted-identity-secret-0f1e2d3c4b5a69";
const KEY: &str = "abadcafe00ab";

/// Secrets, which may appear in no answer, log line or metric.
fn secrets() -> Vec<String> {
    let key = KEY.repeat(6)[..64].to_owned();
    vec![
        ACCOUNT_TOKEN.into(),
        WEBHOOK_SECRET.into(),
        WEBHOOK_TOKEN.into(),
        IDENTITY_SECRET.into(),
        key,
        "staff@example.com".into(),
    ]
}

/// Personal data, which may be in no log line or metric: people's words and what identifies them.
const PRIVATE: &[&str] = &[
    "planted visitor words",
    "planted bot words",
    "planted-contact@example.com",
    "Planted Name",
    "planted file",
    "planted-variable",
    "planted unknown",
    "planted-user",
];

/// All answers.
#[derive(Default)]
struct StreamItem(Vec<String>);

impl StreamItem {
    async fn note(&mut self, answer: reqwest::Response) -> Value {
        let head = format!("{} {:?}", answer.status(), answer.headers());
        let body = answer.text().await.unwrap_or_default();
        let value = serde_json::from_str(&body).unwrap_or_default();
        self.0.push(format!("{head}\n{body}"));
        value
    }
}

#[tokio::test]
async fn nothing_secret_is_said_anywhere_in_a_busy_run() {
    let platform = Platform::start().await;
    let directory = tempfile::tempdir().expect("a directory");
    let keys = directory.path().join("keys");
    std::fs::write(&keys, format!("k1 {}\n", &KEY.repeat(6)[..64])).expect("written");
    let metrics = TcpListener::bind("127.0.0.1:0").expect("a socket").local_addr().expect("an address");
    let mut program = tokio::process::Command::new(env!("CARGO_BIN_EXE_chataibot-proxy"))
        .args(["--listen", "127.0.0.1:0", "--log", "trace", "--log-format", "json"])
        .args(["--metrics-listen", &metrics.to_string(), "--platform-url", &platform.url])
        .arg("--database")
        .arg(directory.path().join("chat.sqlite"))
        .envs([
            ("CHATAIBOT_PROXY_TOKEN_KEYS_FILE", keys.to_str().expect("text")),
            ("CHATAIBOT_PROXY_CAPTURE_UNKNOWN", directory.path().to_str().expect("text")),
            ("CHATAIBOT_PROXY_UPLOADS_DIRECTORY", directory.path().join("files").to_str().expect("text")),
            ("CHATAIBOT_PROXY_PUBLIC_URL", "https://chat.shop.test"),
            ("CHATAIBOT_PROXY_SITE_ORIGINS", ORIGIN),
            ("CHATAIBOT_PROXY_SITE_BOT_KEYS", "bot"),
            ("CHATAIBOT_PROXY_SITE_ACCOUNT_TOKEN", ACCOUNT_TOKEN),
            ("CHATAIBOT_PROXY_SITE_WEBHOOK_SECRET", WEBHOOK_SECRET),
            ("CHATAIBOT_PROXY_SITE_WEBHOOK_TOKEN", WEBHOOK_TOKEN),
            ("CHATAIBOT_PROXY_SITE_UPLOADS", "true"),
            ("CHATAIBOT_PROXY_SITE_IDENTITY", "optional"),
            ("CHATAIBOT_PROXY_SITE_IDENTITY_SECRET", IDENTITY_SECRET),
            ("CHATAIBOT_PROXY_LIMITS_START_PER_MINUTE", "1000"),
        ])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("started");
    // The log is read from the beginning, or the program would block on a full pipe.
    let mut stderr = program.stderr.take().expect("stderr");
    let log = tokio::spawn(async move {
        let mut log = String::new();
        stderr.read_to_string(&mut log).await.expect("text");
        log
    });
    let mut lines = BufReader::new(program.stdout.take().expect("stdout")).lines();
    let line = lines.next_line().await.expect("text").expect("a line");
    let base = line.strip_prefix("listening on ").expect("the promised line").to_owned();

    let mut said = StreamItem::default();
    let credentials = run(&base, &platform, &mut said).await;
    let http = reqwest::Client::new();
    said.note(http.get(format!("http://{metrics}/metrics")).send().await.expect("metrics")).await;
    let id = program.id().expect("running").to_string();
    assert!(std::process::Command::new("kill").args(["-TERM", &id]).status().expect("a kill").success());
    program.wait().await.expect("ended");
    let log = log.await.expect("a log");

    assert!(log.lines().count() > 100 && said.0.len() > 30, "it was a busy run");
    for secret in secrets() {
        assert!(!log.contains(&secret), "{secret} in the log: {}", around(&log, &secret));
        for answer in &said.0 {
            assert!(!answer.contains(&secret), "{secret} in {answer}");
        }
    }
    let metrics = said.0.last().expect("metrics");
    for private in PRIVATE.iter().map(|text| (*text).to_owned()).chain(credentials) {
        assert!(!log.contains(&private), "{private} in the log: {}", around(&log, &private));
        assert!(!metrics.contains(&private), "{private} in the metrics");
    }
    assert!(!log.contains("panicked"), "{}", around(&log, "panicked"));
    let captured = std::fs::read_dir(directory.path()).expect("a directory").filter_map(Result::ok);
    for file in captured.filter(|file| file.path().extension().is_some_and(|end| end == "json")) {
        let text = std::fs::read_to_string(file.path()).expect("text");
        assert!(PRIVATE.iter().all(|private| !text.contains(private)), "{text}");
    }
}

/// The line of the log that contains `what`.
fn around<'a>(log: &'a str, what: &str) -> &'a str {
    log.lines().find(|line| line.contains(what)).unwrap_or_default()
}

/// Performs a bit of everything. Returns the credentials that were issued.
async fn run(base: &str, platform: &Platform, said: &mut StreamItem) -> Vec<String> {
    let http = reqwest::Client::new();
    let mut credentials = Vec::new();
    let ask = |body: Value| http.post(format!("{base}/token")).header("origin", ORIGIN).json(&body).send();
    let first = said.note(ask(json!({})).await.expect("an answer")).await;
    let second = said.note(ask(json!({ "renewal": first["renewal"] })).await.expect("an answer")).await;
    for answer in [&first, &second] {
        for name in ["token", "renewal"] {
            credentials.push(answer[name].as_str().expect("a text").to_owned());
        }
    }
    said.note(ask(json!({ "renewal": credentials[0] })).await.expect("an answer")).await;
    said.note(ask(json!({ "renewal": ACCOUNT_TOKEN, "planted-variable": 1 })).await.expect("an answer")).await;
    let text = |name: &str| second[name].as_str().expect("a text").to_owned();
    let browser = Browser { http: http.clone(), base: base.to_owned(), token: text("token"), visitor: text("visitor") };
    let start = json!({
        "channel": "API", "message": { "data": { "body": "planted visitor words" }, "type": "text" }, "bot_key": "",
        "variables": { "contact": { "name": "Planted Name", "email": "planted-contact@example.com" },
                       "conversation": { "planted-variable": "planted-variable" } },
        "from": { "user_external_id": "x", "type": "VISITOR" },
    });
    let started = said.note(browser.post("/api/v1/conversations", &key(1), &start).await).await;
    let alias = started["conversation"]["id"].as_str().expect("an alias").to_owned();
    said.note(browser.post_send(&alias, &key(2), "planted visitor words").await).await;
    // The platform echoes in every possible way what it was sent.
    let echo = format!("planted visitor words {ACCOUNT_TOKEN} staff@example.com planted-contact@example.com");
    for (number, (status, error)) in (3..).zip([
        (400, "BAD_REQUEST"),
        (400, "CONTACT_IS_BLOCKED"),
        (400, "CONVERSATION_CREATION_EXCEPTION"),
        (401, "JWT_SIGNATURE_EXCEPTION"),
        (404, "ACCOUNT_DETAILS_NOT_FOUND"),
        (500, &echo),
        (429, "X"),
    ]) {
        let body = json!({ "ok": false, "error": error, "message": echo, "status": status }).to_string();
        platform.next(PlatformAnswer::Answer(status, body.clone()));
        said.note(browser.post_send(&alias, &key(number), "planted visitor words").await).await;
        // A start also contains the visitor's name.
        platform.next(PlatformAnswer::Answer(status, body.replace("staff@", "Planted Name staff@")));
        said.note(browser.post("/api/v1/conversations", &key(number + 20), &start).await).await;
    }
    platform.next(PlatformAnswer::Answer(200, echo.clone()));
    said.note(browser.post_send(&alias, &key(50), "planted visitor words").await).await;
    platform.next(PlatformAnswer::HangUp);
    said.note(browser.post_send(&alias, &key(51), "planted visitor words").await).await;
    for (content_type, name, body) in [
        ("text/plain", "planted%20file.txt", "planted file"),
        ("image/png", "planted%20file.png", "planted file"),
        ("text/html", "x", "planted file"),
    ] {
        let request = http.post(format!("{base}/api/v1/conversation/{alias}/files")).header("origin", ORIGIN);
        let request = request.bearer_auth(&browser.token).header("content-type", content_type);
        said.note(request.header("x-file-name", name).body(body).send().await.expect("an answer")).await;
    }
    webhooks(base, &http, said).await;
    for (path, origin) in
        [("/planted visitor words", ORIGIN), ("/token", "https://evil.example"), ("/files/x/planted file", ORIGIN)]
    {
        said.note(
            http.post(format!("{base}{path}"))
                .header("origin", origin)
                .body("planted visitor words")
                .send()
                .await
                .expect("an answer"),
        )
        .await;
    }
    for query in ["?wait=0&after=planted-variable", "?wait=0", "?last=planted-variable"] {
        said.note(browser.get(&alias, query, &[("accept", "application/json")]).await).await;
    }
    said.note(browser.post("/api/v1/conversations", "planted-variable", &start).await).await;
    let mut broken = browser.clone();
    broken.token.push('x');
    said.note(broken.post_send(&alias, &key(60), "planted visitor words").await).await;
    let address = base.trim_start_matches("http://").parse().expect("an address");
    let raw = format!("GET /webhook/{WEBHOOK_SECRET} HTTP/1.1\nAuthorization: {WEBHOOK_TOKEN}\n\n");
    said.0.push(exchange(address, raw.as_bytes()).await);
    credentials.extend(signed_in(base, platform, said).await);
    // Opens a stream, too, so that its lines are logged.
    let mut events = browser.stream(&alias, None).await;
    tokio::time::timeout(Duration::from_secs(10), events.next()).await.expect("in time").expect("a welcome");
    credentials
}

/// Signs a visitor in, sends, and signs out; also tries forged identities.
async fn signed_in(base: &str, platform: &Platform, said: &mut StreamItem) -> Vec<String> {
    let http = reqwest::Client::new();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_secs();
    let claims = json!({ "sub": "planted-user", "aud": "default", "iat": now, "exp": now + 300,
        "name": "Planted Name", "email": "planted-contact@example.com" });
    let sign = |secret: &str| {
        let key = jsonwebtoken::EncodingKey::from_secret(secret.as_bytes());
        jsonwebtoken::encode(&jsonwebtoken::Header::default(), &claims, &key).expect("signed")
    };
    let (good, forged) = (sign(IDENTITY_SECRET), sign("another"));
    let ask = |path: &str, body: Value| http.post(format!("{base}{path}")).header("origin", ORIGIN).json(&body).send();
    for identity in [&forged, &format!("{good}x"), &"planted-user".to_owned()] {
        said.note(ask("/token", json!({ "identity": identity })).await.expect("an answer")).await;
    }
    let answer = said.note(ask("/token", json!({ "identity": good })).await.expect("an answer")).await;
    let text = |name: &str| answer[name].as_str().expect("a text").to_owned();
    let browser = Browser { http: http.clone(), base: base.to_owned(), token: text("token"), visitor: text("visitor") };
    let error =
        json!({ "ok": false, "error": "BAD_REQUEST", "message": format!("{claims}"), "status": 400 }).to_string();
    platform.next(PlatformAnswer::Answer(400, error));
    said.note(browser.post_start(&key(70), "planted visitor words").await).await;
    said.note(browser.post_start(&key(71), "planted visitor words").await).await;
    said.note(ask("/token/end", json!({ "renewal": text("renewal"), "everywhere": true })).await.expect("an answer"))
        .await;
    said.note(browser.post_start(&key(72), "planted visitor words").await).await;
    vec![good, forged, text("token"), text("renewal")]
}

async fn webhooks(base: &str, http: &reqwest::Client, said: &mut StreamItem) {
    let bot = says("bot", "conversation-1", "planted bot words");
    let unknown = json!({
        "event": { "type": "message", "payload": {
            "message": { "type": "planted unknown", "title": "planted unknown", "planted unknown": ["planted unknown"] },
            "message_by": { "type": "bot" } } },
        "conversation": { "key": "conversation-1" },
    });
    let created = json!({
        "event": { "type": "conversation_create", "payload": { "external_key": "conversation-1", "ip": "203.0.113.7",
            "variables": [{ "name": "email", "value": "planted-contact@example.com" }] } },
    });
    for (secret, body) in [
        (WEBHOOK_SECRET, json!({ "token": WEBHOOK_TOKEN, "events": [bot, unknown, created] }).to_string()),
        (WEBHOOK_SECRET, json!({ "token": ACCOUNT_TOKEN, "events": [bot] }).to_string()),
        (WEBHOOK_SECRET, json!({ "events": [bot] }).to_string()),
        (WEBHOOK_SECRET, "planted bot words".to_owned()),
        (WEBHOOK_SECRET, "\"planted bot words".to_owned()),
        (WEBHOOK_TOKEN, json!({ "token": WEBHOOK_TOKEN, "events": [bot] }).to_string()),
        (ACCOUNT_TOKEN, "planted bot words".to_owned()),
    ] {
        let request = http.post(format!("{base}/webhook/{secret}")).body(body);
        said.note(request.send().await.expect("an answer")).await;
    }
}

#[tokio::test]
async fn nothing_secret_is_in_the_debug_form_of_the_settings_or_what_is_made_of_them() {
    let harness = crate::harness::Harness::open().await;
    let browser = harness.browser().await;
    let app = harness.app();
    let visitor = harness.visitor(&browser);
    let printed = format!("{app:?} {:?} {:?} {visitor:?} {:#?}", app.config, app.services.tokens, app.config.sites);
    for secret in ["demo-account-token", "demo-webhook-secret", "demo-webhook-token", &browser.token] {
        assert!(!printed.contains(secret), "{secret} in {printed}");
    }
}
