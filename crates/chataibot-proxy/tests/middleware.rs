//! What every request passes through: origins, bodies, limits, error format, headers, files,
//! health; over real HTTP.

use std::{fs, path::Path};

use chataibot_proxy::testing::{TestApp, spawn_app};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};

const ORIGIN: &str = "http://localhost:4711";

async fn send(request: RequestBuilder) -> Response {
    request.send().await.expect("an answer")
}

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().expect("a plain header"))
}

async fn error(response: Response) -> (u16, String) {
    let status = response.status().as_u16();
    assert_eq!(header(&response, "content-type"), "application/json");
    let body: Value = response.json().await.expect("an error body");
    assert_eq!((&body["ok"], &body["status"]), (&json!(false), &json!(status)));
    assert!(body["message"].as_str().is_some_and(|message| !message.is_empty()));
    (status, body["error"].as_str().expect("a code").to_owned())
}

fn calls(app: &TestApp) -> [(Method, String); 5] {
    [
        (Method::POST, app.url("/token")),
        (Method::POST, app.url("/api/v1/conversations")),
        (Method::POST, app.url("/api/v1/conversation/x/messages")),
        (Method::POST, app.url("/api/v1/conversation/x/files")),
        (Method::GET, app.url("/api/v1/conversation/x/events")),
    ]
}

#[tokio::test]
async fn an_allowed_page_may_ask_and_is_told_so_exactly() {
    let app = spawn_app(|_| {}).await.expect("a proxy");
    for (method, url) in calls(&app) {
        let preflight = Client::new().request(Method::OPTIONS, &url).header("origin", ORIGIN);
        let preflight = preflight.header("access-control-request-method", method.as_str());
        let answer = send(preflight.header("access-control-request-headers", "authorization,content-type")).await;
        assert_eq!(answer.status(), StatusCode::NO_CONTENT, "{url}");
        assert_eq!(header(&answer, "access-control-allow-origin"), ORIGIN);
        assert_eq!(header(&answer, "access-control-allow-methods"), "GET, POST");
        assert_eq!(
            header(&answer, "access-control-allow-headers"),
            "authorization, content-type, idempotency-key, last-event-id, x-file-name"
        );
        assert_eq!(header(&answer, "vary"), "Origin");
        assert_eq!(header(&answer, "access-control-allow-credentials"), "", "there are no cookies to send");

        // A page can also read the errors.
        let answer = send(Client::new().request(method, &url).header("origin", ORIGIN)).await;
        assert!(answer.status().is_client_error());
        assert_eq!(header(&answer, "access-control-allow-origin"), ORIGIN, "{url}");
        assert_eq!(header(&answer, "access-control-expose-headers"), "retry-after");
        assert_eq!(header(&answer, "vary"), "Origin");
    }
}

#[tokio::test]
async fn any_other_page_is_refused_before_anything_is_done() {
    let app = spawn_app(|_| {}).await.expect("a proxy");
    let mut refused = 0;
    for (method, url) in calls(&app) {
        for origin in [
            "https://evil.example",
            "http://localhost.evil.example",
            "null",
            "http://LOCALHOST:4711",
            "http://localhost:4711/",
        ] {
            let preflight =
                Client::new().request(Method::OPTIONS, &url).header("access-control-request-method", method.as_str());
            for request in [preflight, Client::new().request(method.clone(), &url).json(&json!({}))] {
                let answer = send(request.header("origin", origin)).await;
                assert_eq!(header(&answer, "access-control-allow-origin"), "", "{origin}");
                assert_eq!(header(&answer, "vary"), "Origin");
                assert_eq!(error(answer).await, (403, "ORIGIN_NOT_ALLOWED".to_owned()), "{origin}");
                refused += 1;
            }
        }
    }
    assert_eq!(app.app.metrics.origins_refused.get(), refused);
}

#[tokio::test]
async fn every_refusal_has_the_one_form() {
    let app = spawn_app(|config| config.limits.body_bytes = 1024).await.expect("a proxy");
    let client = Client::new();
    let post = |path: &str| client.post(app.url(path)).header("origin", ORIGIN);
    let json_post = |path: &str| post(path).header("content-type", "application/json");
    for (request, status, code) in [
        (client.get(app.url("/nothing/here")), 404, "NOT_FOUND"),
        (client.get(app.url("/../../etc/passwd")), 404, "NOT_FOUND"),
        (client.get(app.url("/%2e%2e/%2e%2e/etc/passwd")), 404, "NOT_FOUND"),
        (client.get(app.url("/api/v1/conversations/%ff")), 404, "NOT_FOUND"),
        (client.get(app.url("/api/v1/conversation/%ff/events")), 401, "UNAUTHORIZED"),
        (client.get(app.url("/token")), 405, "METHOD_NOT_ALLOWED"),
        (client.delete(app.url("/api/v1/conversations")), 405, "METHOD_NOT_ALLOWED"),
        (client.post(app.url("/healthz")), 405, "METHOD_NOT_ALLOWED"),
        (client.get(app.url("/webhook/x")), 405, "METHOD_NOT_ALLOWED"),
        (client.post(app.url("/webhook/wrong-secret")).body("{}"), 404, "NOT_FOUND"),
        (client.post(app.url("/webhook/%ff")).body("{}"), 400, "BAD_REQUEST"),
        (post("/token").body("{}"), 415, "BAD_REQUEST"),
        (post("/token").header("content-type", "text/plain").body("{}"), 415, "BAD_REQUEST"),
        (json_post("/token").header("content-encoding", "gzip").body("{}"), 415, "BAD_REQUEST"),
        (json_post("/token").body("{"), 400, "BAD_REQUEST"),
        (json_post("/token").body(""), 400, "BAD_REQUEST"),
        (json_post("/token").body("[".repeat(900)), 422, "BAD_REQUEST"),
        (json_post("/token").body(r#"{"renewal":1}"#), 422, "BAD_REQUEST"),
        (json_post("/token").body(r#"{"site":"demo","site":"demo"}"#), 422, "BAD_REQUEST"),
        (json_post("/token").body("x".repeat(1025)), 413, "TOO_LARGE"),
        (json_post("/token").body("x".repeat(3_000_000)), 413, "TOO_LARGE"),
        (json_post("/token").body(reqwest::Body::wrap_stream(many())), 413, "TOO_LARGE"),
        (json_post("/api/v1/conversations").body("{}"), 401, "UNAUTHORIZED"),
        (json_post("/api/v1/conversation/x/messages").body("{}"), 401, "UNAUTHORIZED"),
        (client.get(app.url("/api/v1/conversation/x/events")), 401, "UNAUTHORIZED"),
    ] {
        let request = request.build().expect("a request");
        let what = format!("{} {}", request.method(), request.url());
        let answer = client.execute(request).await.expect("an answer");
        assert_eq!(header(&answer, "x-content-type-options"), "nosniff", "{what}");
        assert_eq!(header(&answer, "cache-control"), "no-store", "{what}");
        assert_eq!(header(&answer, "content-security-policy"), "default-src 'none'; frame-ancestors 'none'", "{what}");
        assert_eq!(error(answer).await, (status, code.to_owned()), "{what}");
    }
    let not_allowed = send(client.get(app.url("/token"))).await;
    assert_eq!(header(&not_allowed, "allow"), "POST");
}

/// A body of unknown length.
fn many() -> impl futures_util::Stream<Item = Result<Vec<u8>, std::io::Error>> {
    futures_util::stream::iter((0..5).map(|_| Ok(vec![b'x'; 500])))
}

#[tokio::test]
async fn whoever_asks_too_often_is_told_when_to_come_back() {
    let app = spawn_app(|config| config.limits.token_per_minute = 2).await.expect("a proxy");
    let ask = async |origin: &str| {
        send(Client::new().post(app.url("/token")).header("origin", origin).json(&json!({}))).await
    };
    assert_eq!(ask(ORIGIN).await.status(), StatusCode::OK);
    assert_eq!(ask(ORIGIN).await.status(), StatusCode::OK);
    let refused = ask("http://localhost:1").await;
    let seconds: u32 = header(&refused, "retry-after").parse().expect("whole seconds");
    assert!((1..=60).contains(&seconds), "{seconds}");
    assert_eq!(error(refused).await, (429, "RATE_LIMITED".to_owned()));
    assert_eq!(app.app.metrics.rate_limited.get(), 1);
}

#[tokio::test]
async fn one_visitor_cannot_use_up_what_belongs_to_the_others() {
    let app = spawn_app(|config| config.limits.send_per_minute = 3).await.expect("a proxy");
    let mut tokens = Vec::new();
    for _ in 0..2 {
        let answer = send(Client::new().post(app.url("/token")).header("origin", ORIGIN).json(&json!({}))).await;
        tokens.push(answer.json::<Value>().await.expect("JSON")["token"].as_str().expect("a token").to_owned());
    }
    let message = json!({ "message": { "data": { "body": "Hello" }, "type": "text" }, "user": { "type": "VISITOR" } });
    let say = async |token: &str, number: u32| {
        let request =
            Client::new().post(app.url("/api/v1/conversation/x/messages")).header("origin", ORIGIN).bearer_auth(token);
        send(request.header("idempotency-key", format!("01890a5d-ac96-774b-bcce-b302099a{number:04}")).json(&message))
            .await
            .status()
    };
    for number in 0..3 {
        assert_eq!(say(&tokens[0], number).await, StatusCode::NOT_FOUND, "nobody's conversation");
    }
    assert_eq!(say(&tokens[0], 3).await, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(say(&tokens[1], 4).await, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn behind_a_reverse_proxy_each_client_is_counted_by_itself() {
    let app = spawn_app(|config| {
        config.limits.token_per_minute = 1;
        config.trusted_proxies = vec!["127.0.0.1/32".parse().expect("a network")];
    })
    .await
    .expect("a proxy");
    let ask = async |client: &str| {
        let request = Client::new().post(app.url("/token")).header("origin", ORIGIN).header("x-forwarded-for", client);
        send(request.json(&json!({}))).await.status()
    };
    assert_eq!(ask("203.0.113.1").await, StatusCode::OK);
    assert_eq!(ask("203.0.113.2").await, StatusCode::OK);
    assert_eq!(
        ask("6.6.6.6, 203.0.113.1").await,
        StatusCode::TOO_MANY_REQUESTS,
        "what a client writes itself counts for nothing"
    );
}

#[tokio::test]
async fn health_and_readiness_answer() {
    let app = spawn_app(|_| {}).await.expect("a proxy");
    for path in ["/healthz", "/readyz"] {
        let answer = send(Client::new().get(app.url(path))).await;
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(answer.json::<Value>().await.expect("JSON"), json!({ "ok": true }));
    }
}

#[tokio::test]
async fn metrics_have_their_own_door() {
    let app = spawn_app(|config| config.metrics_listen = Some(([127, 0, 0, 1], 0).into())).await.expect("a proxy");
    send(Client::new().post(app.url("/token")).header("origin", ORIGIN).json(&json!({}))).await;
    assert_eq!(send(Client::new().get(app.url("/metrics"))).await.status(), StatusCode::NOT_FOUND);
    let address = app.metrics.expect("a second address");
    let text = send(Client::new().get(format!("http://{address}/metrics"))).await.text().await.expect("text");
    for line in [
        "chataibot_proxy_visitors_new_total 1",
        "# TYPE chataibot_proxy_visitors_new_total counter",
        "# TYPE chataibot_proxy_connections gauge",
    ] {
        assert!(text.lines().any(|one| one == line), "{line}\n{text}");
    }
    assert_eq!(send(Client::new().get(format!("http://{address}/token"))).await.status(), StatusCode::NOT_FOUND);
}

fn bundle(directory: &Path) {
    for (name, bytes) in [
        ("chataibot.js", "plain script"),
        ("chataibot.js.br", "brotli script"),
        ("chataibot.js.gz", "gzip script"),
        ("chataibot-widget_bg.wasm", "\0asm"),
        ("index.html", "<!doctype html>"),
        ("integrity.json", r#"{"version":"1.2.3"}"#),
        (".secret", "hidden"),
    ] {
        fs::write(directory.join(name), bytes).expect("written");
    }
    fs::create_dir(directory.join("themes")).expect("made");
    fs::write(directory.join("themes/dark.css"), "x").expect("written");
    fs::write(directory.parent().expect("a parent").join("outside.txt"), "outside").expect("written");
    std::os::unix::fs::symlink(directory.parent().expect("a parent").join("outside.txt"), directory.join("link.txt"))
        .expect("linked");
}

#[tokio::test]
async fn the_bundle_is_served_with_the_right_headers() {
    let directory = tempfile::tempdir().expect("a directory");
    let dist = directory.path().join("dist");
    fs::create_dir(&dist).expect("made");
    bundle(&dist);
    let app = spawn_app(|config| config.assets = Some(dist)).await.expect("a proxy");
    let client = Client::builder().build().expect("a client");
    let get = |path: &str| client.get(app.url(path));

    for (path, mime) in [
        ("/", "text/html; charset=utf-8"),
        ("/index.html", "text/html; charset=utf-8"),
        ("/chataibot.js", "text/javascript; charset=utf-8"),
        ("/chataibot-widget_bg.wasm", "application/wasm"),
        ("/themes/dark.css", "text/css; charset=utf-8"),
        ("/integrity.json", "application/json"),
        ("/v/1.2.3/chataibot.js", "text/javascript; charset=utf-8"),
    ] {
        let answer = send(get(path).header("origin", "https://any.example")).await;
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        assert_eq!(header(&answer, "content-type"), mime, "{path}");
        assert_eq!(header(&answer, "access-control-allow-origin"), "*");
        assert_eq!(header(&answer, "cross-origin-resource-policy"), "cross-origin");
        assert_eq!(header(&answer, "timing-allow-origin"), "*");
        assert_eq!(header(&answer, "x-content-type-options"), "nosniff");
        assert_eq!(header(&answer, "vary"), "Accept-Encoding");
        assert_eq!(header(&answer, "content-security-policy"), "", "pages of the bundle run scripts");
        let lasting = if path.starts_with("/v/") { "public, max-age=31536000, immutable" } else { "no-cache" };
        assert_eq!(header(&answer, "cache-control"), lasting, "{path}");
    }
    for path in [
        "/v/1.2.4/chataibot.js",
        "/v/chataibot.js",
        "/v/1.2.3",
        "/.secret",
        "/link.txt",
        "/themes",
        "/chataibot.js.br",
        "/chataibot.js/",
        "//chataibot.js",
        "/%63hataibot.js",
        "/themes/../index.html%00",
    ] {
        // The client's URL parser resolves dots itself; another test sends raw dots on a raw
        // socket.
        assert_eq!(error(send(get(path)).await).await, (404, "NOT_FOUND".to_owned()), "{path}");
    }
    assert_eq!(error(send(client.post(app.url("/chataibot.js"))).await).await.0, 405);
}

#[tokio::test]
async fn releases_beside_each_other_are_kept_for_ever_and_what_leads_to_the_newest_for_minutes() {
    const FOR_EVER: &str = "public, max-age=31536000, immutable";
    const FOR_MINUTES: &str = "public, max-age=300";
    let directory = tempfile::tempdir().expect("a directory");
    let write = |path: &str| {
        let path = directory.path().join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("made");
        fs::write(&path, path.to_str().expect("text")).expect("written");
    };
    for release in ["0.9.1", "1.2.3", "1.10.0"] {
        write(&format!("{release}/chataibot.js"));
        write(&format!("{release}/chataibot-shell.js"));
    }
    for moving in ["0.9", "1"] {
        write(&format!("{moving}/chataibot.js"));
    }
    write("chataibot.js");
    write("1.2/chataibot.js");
    fs::write(directory.path().join("integrity.json"), r#"{"version":"1.10.0"}"#).expect("written");
    let app = spawn_app(|config| config.assets = Some(directory.path().to_owned())).await.expect("a proxy");
    let client = Client::builder().build().expect("a client");
    for (path, found, lasting) in [
        ("/0.9.1/chataibot.js", "0.9.1/chataibot.js", FOR_EVER),
        ("/1.2.3/chataibot-shell.js", "1.2.3/chataibot-shell.js", FOR_EVER),
        ("/1.10.0/chataibot.js", "1.10.0/chataibot.js", FOR_EVER),
        ("/0.9/chataibot.js", "0.9/chataibot.js", FOR_MINUTES),
        ("/1/chataibot.js", "1/chataibot.js", FOR_MINUTES),
        ("/1.2/chataibot.js", "1.2/chataibot.js", "no-cache"),
        ("/chataibot.js", "chataibot.js", "no-cache"),
        // A release without a folder of its own is found by its version, too.
        ("/v/1.10.0/chataibot.js", "chataibot.js", FOR_EVER),
        ("/1.10.0/integrity.json", "", FOR_EVER),
        ("/1/integrity.json", "", FOR_MINUTES),
    ] {
        let answer = send(client.get(app.url(path))).await;
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        assert_eq!(header(&answer, "cache-control"), lasting, "{path}");
        let text = answer.text().await.expect("text");
        assert!(text.ends_with(found), "{path} is {text}");
    }
    for path in
        ["/1.2.4/chataibot.js", "/1.2.3/chataibot-widget.js", "/2/chataibot.js", "/0.9/integrity.json", "/1.2.3"]
    {
        assert_eq!(error(send(client.get(app.url(path))).await).await, (404, "NOT_FOUND".to_owned()), "{path}");
    }
}

#[tokio::test]
async fn each_coding_has_its_own_bytes_and_tag_and_is_not_sent_twice() {
    let directory = tempfile::tempdir().expect("a directory");
    let dist = directory.path().join("dist");
    fs::create_dir(&dist).expect("made");
    bundle(&dist);
    let app = spawn_app(|config| config.assets = Some(dist)).await.expect("a proxy");
    let get = |accept: &str| Client::new().get(app.url("/chataibot.js")).header("accept-encoding", accept);
    let mut tags = Vec::new();
    for (accept, coding, bytes) in [
        ("gzip, deflate, br, zstd", "br", "brotli script"),
        ("gzip;q=1.0, br;q=0", "gzip", "gzip script"),
        ("GZIP", "gzip", "gzip script"),
        ("identity", "", "plain script"),
        ("gzip;q=0, br;q=0.0", "", "plain script"),
        ("", "", "plain script"),
    ] {
        let answer = send(get(accept)).await;
        assert_eq!(header(&answer, "content-encoding"), coding, "{accept}");
        let tag = header(&answer, "etag").to_owned();
        assert!(tag.starts_with('"') && tag.ends_with('"'), "strong: {tag}");
        assert_eq!(answer.text().await.expect("text"), bytes);
        for known in [tag.clone(), format!("\"other\", {tag}"), format!("W/{tag}"), "*".to_owned()] {
            let again = send(get(accept).header("if-none-match", known)).await;
            assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
            assert_eq!(header(&again, "etag"), tag);
            assert_eq!(header(&again, "content-security-policy"), "");
            assert_eq!(again.bytes().await.expect("bytes").len(), 0);
        }
        assert_eq!(send(get(accept).header("if-none-match", "\"other\"")).await.status(), StatusCode::OK);
        tags.push(tag);
    }
    tags.sort();
    tags.dedup();
    assert_eq!(tags.len(), 3);
    let head = send(Client::new().head(app.url("/chataibot.js")).header("accept-encoding", "identity")).await;
    assert_eq!((head.status(), header(&head, "content-length")), (StatusCode::OK, "12"));
    assert_eq!(head.bytes().await.expect("bytes").len(), 0);
}

#[tokio::test]
async fn a_message_of_an_unknown_kind_is_written_down_once_and_without_its_words() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().to_owned();
    let app = spawn_app(|config| config.capture_unknown = Some(path.clone())).await.expect("a proxy");
    let event = |title: &str| {
        json!({ "token": "demo-webhook-token", "events": [{
            "event": { "type": "message", "payload": { "message": { "type": "hologram", "title": title } } },
            "conversation": { "key": "nobodys" },
        }] })
    };
    for title in ["Ada Lovelace", "Ada Lovelace", "Grace Hopper"] {
        let answer = send(Client::new().post(app.url("/webhook/demo-webhook-secret")).json(&event(title))).await;
        assert_eq!(answer.status(), StatusCode::OK);
    }
    let written = async {
        loop {
            let file = fs::read_dir(&path).expect("the directory").next().map(|file| file.expect("a file").path());
            if let Some(text) = file.and_then(|file| fs::read_to_string(file).ok()).filter(|text| text.ends_with('}')) {
                return text;
            }
            tokio::task::yield_now().await;
        }
    };
    let text = tokio::time::timeout(std::time::Duration::from_secs(20), written).await.expect("written in time");
    assert_eq!(
        serde_json::from_str::<Value>(&text).expect("JSON"),
        json!({ "type": "hologram", "title": "text of 12" })
    );
    assert_eq!(fs::read_dir(&path).expect("the directory").count(), 1, "the same shape is written once");
    assert_eq!(app.app.metrics.kinds_unknown.get(), 3);
}

/// `doctor()` uses the probe to find out whether something on the way buffers streams.
#[tokio::test]
async fn the_probe_tells_the_time_event_by_event_to_the_pages_of_a_site_alone() {
    let app = spawn_app(|_| {}).await.expect("a proxy");
    let url = app.url("/api/v1/conversation/probe/events");
    let mut answer = send(Client::new().get(&url).header("origin", ORIGIN)).await;
    assert_eq!((answer.status(), header(&answer, "content-type")), (StatusCode::OK, "text/event-stream"));
    assert_eq!(header(&answer, "access-control-allow-origin"), ORIGIN);
    assert_eq!(header(&answer, "x-accel-buffering"), "no");
    let mut pieces = Vec::new();
    while let Some(piece) = answer.chunk().await.expect("a piece") {
        pieces.push((std::time::Instant::now(), String::from_utf8(piece.to_vec()).expect("text")));
    }
    assert_eq!(pieces.len(), 3, "each event is a piece of its own: {pieces:?}");
    let times = pieces.iter().map(|(_, event)| {
        let data = event.strip_prefix("event: probe\ndata: ").expect("an event");
        serde_json::from_str::<Value>(data.trim()).expect("JSON")["now"].as_u64().expect("a time")
    });
    assert!(times.is_sorted());
    let span = pieces[2].0.duration_since(pieces[0].0);
    assert!(span.as_millis() >= 400, "they are apart: {span:?}");

    let refused = send(Client::new().get(&url).header("origin", "https://elsewhere.example")).await;
    assert_eq!(error(refused).await, (403, "ORIGIN_NOT_ALLOWED".to_owned()));
}

/// Distinguishes a proxy that is down from one that refuses the page's origin.
#[tokio::test]
async fn a_page_of_any_origin_can_know_that_the_process_answers_and_no_more() {
    let app = spawn_app(|_| {}).await.expect("a proxy");
    let policy = |path: &str| {
        let url = app.url(path);
        async move { header(&send(Client::new().get(url)).await, "cross-origin-resource-policy").to_owned() }
    };
    assert_eq!(policy("/healthz").await, "cross-origin");
    assert_eq!(policy("/readyz").await, "same-origin");
}
