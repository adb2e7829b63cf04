//! The accept loop, on raw sockets: framing, slow peers, too many of them, and graceful shutdown;
//! and the program itself.

use std::{net::SocketAddr, process::Stdio, time::Duration};

use chataibot_proxy::testing::{TestApp, spawn_app};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Long enough for a busy machine; a test that waits this long has failed.
const PATIENCE: Duration = Duration::from_secs(20);

/// Sends bytes and reads until the peer hangs up.
async fn exchange(address: SocketAddr, bytes: &[u8]) -> String {
    let mut socket = TcpStream::connect(address).await.expect("connected");
    socket.write_all(bytes).await.expect("sent");
    read_all(&mut socket).await
}

async fn read_all(socket: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    timeout(PATIENCE, socket.read_to_end(&mut answer)).await.expect("the proxy hangs up").expect("an orderly end");
    String::from_utf8(answer).expect("text")
}

async fn proxy() -> TestApp {
    spawn_app(|_| {}).await.expect("a proxy")
}

#[tokio::test]
async fn an_unclear_request_is_refused_in_json_and_the_connection_ends() {
    let app = proxy().await;
    for request in [
        "GET /healthz HTTP/1.1\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET /healthz HTTP/1.1\nHost: a\n\n",
        "POST /token HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}",
        "POST /token HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
        "GET http://evil.example/ HTTP/1.1\r\nHost: a\r\n\r\n",
        "CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: a\r\nX : y\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: a\r\n folded: x\r\n\r\n",
        "\x16\x03\x01\x02\0\x01\0\x01\x7e\x03\x03",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ] {
        let answer = exchange(app.address, request.as_bytes()).await;
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
        assert!(head.starts_with("HTTP/1.1 400 "), "{request:?}: {answer}");
        assert!(head.to_lowercase().contains("connection: close"), "{head}");
        let body: Value = serde_json::from_str(body).expect("JSON");
        assert_eq!(body["error"], "BAD_REQUEST", "{request:?}");
    }
    let long = format!("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", "a".repeat(20_000));
    assert!(exchange(app.address, long.as_bytes()).await.starts_with("HTTP/1.1 431 "));
    assert_eq!(app.app.metrics.framing_refused.get(), 12);
}

#[tokio::test]
async fn a_smuggled_request_is_never_answered() {
    let app = proxy().await;
    // The first request is valid and answered; the second is ambiguous; the third is smuggled.
    let bytes = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n\
        POST /token HTTP/1.1\r\nHost: a\r\nContent-Length: 44\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n\
        GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n";
    let answer = exchange(app.address, bytes.as_bytes()).await;
    let statuses: Vec<&str> = answer.split("HTTP/1.1 ").skip(1).map(|one| &one[..3]).collect();
    assert_eq!(statuses, ["200", "400"], "{answer}");
}

#[tokio::test]
async fn honest_requests_follow_each_other_on_one_connection() {
    let app = proxy().await;
    let chunked = "POST /token HTTP/1.1\r\nHost: a\r\nOrigin: http://localhost:1\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n";
    let plain = "POST /token HTTP/1.1\r\nHost: a\r\nOrigin: http://localhost:1\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
    let last = "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    let mut socket = TcpStream::connect(app.address).await.expect("connected");
    for byte in [chunked, plain, chunked, last].concat().bytes() {
        socket.write_all(&[byte]).await.expect("sent");
    }
    let answer = read_all(&mut socket).await;
    assert_eq!(answer.matches("HTTP/1.1 200 OK").count(), 4, "{answer}");
}

#[tokio::test]
async fn raw_dots_lead_nowhere() {
    let directory = tempfile::tempdir().expect("a directory");
    let dist = directory.path().join("dist");
    std::fs::create_dir(&dist).expect("made");
    std::fs::write(dist.join("index.html"), "x").expect("written");
    std::fs::write(directory.path().join("secret.txt"), "outside").expect("written");
    let app = spawn_app(|config| config.assets = Some(dist)).await.expect("a proxy");
    for path in [
        "/../secret.txt",
        "/./../secret.txt",
        "/..%2fsecret.txt",
        "/%2e%2e/secret.txt",
        "/..\\secret.txt",
        "//secret.txt",
        "/index.html/../../secret.txt",
    ] {
        let answer =
            exchange(app.address, format!("GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").as_bytes())
                .await;
        assert!(answer.starts_with("HTTP/1.1 404 ") && !answer.contains("outside"), "{path}: {answer}");
    }
}

#[tokio::test]
async fn a_head_that_never_comes_costs_a_socket_only_for_a_while() {
    let app = spawn_app(|config| config.limits.head_timeout = Duration::from_millis(50)).await.expect("a proxy");
    for begun in ["", "GET /healthz HT", "GET /healthz HTTP/1.1\r\nHost: a\r\n"] {
        assert!(!exchange(app.address, begun.as_bytes()).await.contains("200"), "{begun:?}");
    }
    // An idle connection is kept for the same time after an answer, and no longer.
    let answer = exchange(app.address, b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
}

#[tokio::test]
async fn a_body_that_never_comes_is_answered_408() {
    let app = spawn_app(|config| config.limits.body_timeout = Duration::from_millis(50)).await.expect("a proxy");
    let head = "POST /token HTTP/1.1\r\nHost: a\r\nOrigin: http://localhost:1\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{";
    let answer = exchange(app.address, head.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 408 ") && answer.contains(r#""error":"TIMEOUT""#), "{answer}");
    assert!(answer.contains("access-control-allow-origin: http://localhost:1"), "the page can read it: {answer}");
}

#[tokio::test]
async fn a_connection_too_many_is_told_to_come_back() {
    let app = spawn_app(|config| config.limits.connections = 2).await.expect("a proxy");
    let ok = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n";
    let mut held = Vec::new();
    for _ in 0..2 {
        let mut socket = TcpStream::connect(app.address).await.expect("connected");
        socket.write_all(ok).await.expect("sent");
        let mut first = [0; 12];
        socket.read_exact(&mut first).await.expect("answered");
        assert_eq!(&first, b"HTTP/1.1 200");
        held.push(socket);
    }
    let mut socket = TcpStream::connect(app.address).await.expect("connected");
    let answer = read_all(&mut socket).await;
    assert!(answer.starts_with("HTTP/1.1 503 ") && answer.contains("retry-after: 5"), "{answer}");
    let body: Value = serde_json::from_str(answer.split_once("\r\n\r\n").expect("a body").1).expect("JSON");
    assert_eq!((&body["error"], &body["retry_after"]), (&"UNAVAILABLE".into(), &5.into()));
    assert_eq!(app.app.metrics.connections_refused.get(), 1);
}

#[tokio::test]
async fn the_end_is_orderly_idle_connections_close_and_running_requests_finish() {
    let app = proxy().await;
    let mut idle = TcpStream::connect(app.address).await.expect("connected");
    idle.write_all(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").await.expect("sent");
    let mut first = [0; 12];
    idle.read_exact(&mut first).await.expect("answered");
    let mut running = TcpStream::connect(app.address).await.expect("connected");
    let head = "POST /token HTTP/1.1\r\nHost: a\r\nOrigin: http://localhost:1\r\nContent-Type: application/json\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n";
    running.write_all(head.as_bytes()).await.expect("sent");
    let mut go_on = [0; 25];
    running.read_exact(&mut go_on).await.expect("the request is running");
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");

    let address = app.address;
    let stopping = tokio::spawn(app.stop());
    read_all(&mut idle).await;
    running.write_all(b"{}").await.expect("sent");
    let answer = read_all(&mut running).await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    assert_eq!(timeout(PATIENCE, stopping).await.expect("in time").expect("no panic"), 0, "nothing was cut");
    assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");
}

#[tokio::test]
async fn what_does_not_finish_in_time_is_cut() {
    let app = spawn_app(|config| config.shutdown_grace = Duration::from_millis(50)).await.expect("a proxy");
    let mut socket = TcpStream::connect(app.address).await.expect("connected");
    let head = "POST /token HTTP/1.1\r\nHost: a\r\nOrigin: http://localhost:1\r\nContent-Type: application/json\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n";
    socket.write_all(head.as_bytes()).await.expect("sent");
    let mut go_on = [0; 25];
    socket.read_exact(&mut go_on).await.expect("the request is running");
    assert_eq!(timeout(PATIENCE, app.stop()).await.expect("in time"), 1);
}

#[tokio::test]
async fn the_program_says_where_it_listens_answers_and_ends_with_zero_on_a_signal() {
    for signal in ["-TERM", "-INT"] {
        let mut program = tokio::process::Command::new(env!("CARGO_BIN_EXE_chataibot-proxy"))
            .args(["--demo", "--listen", "127.0.0.1:0", "--log-format", "json"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("started");
        let mut lines = BufReader::new(program.stdout.take().expect("stdout")).lines();
        let line = timeout(PATIENCE, lines.next_line()).await.expect("in time").expect("text").expect("a line");
        let url = line.strip_prefix("listening on ").expect("the promised line").to_owned();
        assert_eq!(reqwest::get(format!("{url}/readyz")).await.expect("an answer").status(), 200);
        let id = program.id().expect("running").to_string();
        assert!(std::process::Command::new("kill").args([signal, &id]).status().expect("a kill").success());
        let output = timeout(PATIENCE, program.wait_with_output()).await.expect("in time").expect("ended");
        assert_eq!(output.status.code(), Some(0), "{signal}");
        let log = String::from_utf8(output.stderr).expect("text");
        assert!(log.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()), "{log}");
        assert!(!log.contains("demo-account-token") && !log.contains("demo-webhook-secret"), "{log}");
        assert!(timeout(PATIENCE, lines.next_line()).await.expect("in time").expect("text").is_none(), "one line only");
    }
}

#[tokio::test]
async fn the_program_checks_a_configuration_and_says_by_its_code_whether_it_is_right() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("proxy.toml");
    let run = |text: &str| {
        std::fs::write(&file, text).expect("written");
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_chataibot-proxy"))
            .args(["--check-config", "--config"])
            .arg(&file)
            .env("SECRET", "0123456789abcdef")
            .output()
            .expect("run");
        (
            output.status.code(),
            String::from_utf8(output.stdout).expect("text"),
            String::from_utf8(output.stderr).expect("text"),
        )
    };
    let site = "[[site]]\nid = \"shop\"\norigins = [\"https://www.shop.test\"]\nbot_keys = [\"one\"]\n\
        account_token_env = \"SECRET\"\nwebhook_secret_env = \"SECRET\"\nwebhook_token_env = \"SECRET\"\n";
    let (code, out, _) = run(site);
    assert_eq!(code, Some(0));
    assert!(
        out.contains("1 site") && out.contains("https://www.shop.test") && !out.contains("0123456789abcdef"),
        "{out}"
    );
    let (code, _, err) = run(&site.replace("origins", "orgins").replace("\"one\"", "\"\""));
    assert_eq!(code, Some(1));
    assert!(err.contains("proxy.toml:3: unknown setting `orgins` in [[site]]; did you mean `origins`?"), "{err}");
    assert!(err.contains("proxy.toml:4: `bot_keys`: a bot key has 1 to 200 characters and no spaces"), "{err}");
    assert!(err.contains("3 problems to repair"), "{err}");
    let (code, _, err) = run("listen = \n");
    assert_eq!(code, Some(1));
    assert!(err.contains("proxy.toml:1: this is not TOML"), "{err}");
}

#[tokio::test]
async fn the_program_tells_whether_a_proxy_answers_where_it_is_to_listen() {
    let health = async |listen: String| {
        let mut program = tokio::process::Command::new(env!("CARGO_BIN_EXE_chataibot-proxy"));
        let output = program.args(["health", "--listen", &listen]).output().await.expect("run");
        let text = String::from_utf8([output.stdout, output.stderr].concat()).expect("text");
        (output.status.code(), text)
    };
    let proxy = proxy().await;
    let (code, text) = health(proxy.address.to_string()).await;
    assert_eq!((code, text), (Some(0), format!("{}\n", proxy.url("/healthz answers"))));
    let everywhere = format!("0.0.0.0:{}", proxy.address.port());
    assert_eq!(health(everywhere).await.0, Some(0), "what listens everywhere is asked here");

    let nobody = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("its address");
    let (code, text) = health(nobody.to_string()).await;
    assert_eq!(code, Some(1));
    assert!(text.contains("does not answer: ") && text.contains("with this `listen`"), "{text}");

    let other = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = other.local_addr().expect("its address").to_string();
    let serving = tokio::spawn(async move {
        let (mut stream, _) = other.accept().await.expect("a connection");
        stream.write_all(b"SSH-2.0-other\r\n").await.expect("written");
        stream
    });
    let (code, text) = health(address).await;
    assert_eq!(code, Some(1));
    assert!(text.contains("does not answer as a proxy does, but: SSH-2.0-other"), "{text}");
    drop(serving.await.expect("it ends"));
}
