//! `--check-config --online` against the simulator: reports what is right, and for what is wrong
//! what to change.

use std::{net::SocketAddr, process::Stdio, time::Duration};

use chataibot_proxy::commands::online::{Finding, Verdict, check};
use chataibot_proxy::config::{Arguments, Config, RedisUrl, Site, Sites};
use chataibot_proxy::demo;
use chataibot_proxy::testing::{RedisServer, TestApp, spawn_app};
use chataibot_simulator::Simulator;
use secrecy::SecretString;

/// `WAIT` is long enough for a handshake that must come; `SHORT` is the wait for one that does not.
const WAIT: Duration = Duration::from_secs(20);
const SHORT: Duration = Duration::from_millis(50);

/// A simulator of the platform with its webhook at this address; `none` for no webhook.
async fn platform(webhook: &str) -> Simulator {
    let config = chataibot_simulator::Config {
        listen: ([127, 0, 0, 1], 0).into(),
        webhook_url: (webhook != "none").then(|| webhook.to_owned()),
        ..chataibot_simulator::Config::default()
    };
    chataibot_simulator::spawn(config).await.expect("a simulator")
}

/// The demo's configuration for that platform, on an unused address, with its site modified by
/// `change`.
fn config(platform: &str, listen: SocketAddr, change: impl FnOnce(&mut Site)) -> Config {
    let arguments = Arguments { listen: Some(listen), ..Arguments::default() };
    let mut config = demo::config(&arguments, std::env::temp_dir()).expect("the demo's configuration");
    let mut site = Site::clone(config.sites.iter().next().expect("a site"));
    site.platform_url = format!("{platform}/api/v1").parse().expect("a URL");
    change(&mut site);
    config.sites = Sites::new(vec![site]);
    config
}

fn free() -> SocketAddr {
    std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("its address")
}

fn says(findings: &[Finding], verdict: Verdict, seen: &str, fix: &str) {
    let fits = |finding: &&Finding| {
        finding.verdict == verdict && finding.observation.contains(seen) && finding.fix.contains(fix)
    };
    let found = findings.iter().find(fits);
    assert!(found.is_some(), "{verdict:?}: {seen:?} … {fix:?} among {findings:#?}");
    assert!(verdict == Verdict::Ok || found.is_some_and(|found| !found.fix.is_empty()), "it says what to change");
}

/// A running proxy, for the simulator at that address.
async fn running(platform: &str) -> TestApp {
    spawn_app(|app| {
        let made = config(platform, app.listen, |_| {});
        app.sites = made.sites;
        app.metrics_listen = Some(([127, 0, 0, 1], 0).into());
    })
    .await
    .expect("a proxy")
}

#[tokio::test]
async fn all_is_well_where_the_platform_shakes_hands_while_no_proxy_runs() {
    let listen = free();
    let simulator = platform(&format!("http://{listen}/webhook/{}", demo::WEBHOOK_SECRET)).await;
    let findings = check(&config(&simulator.url(), listen, |_| {}), WAIT).await;
    says(&findings, Verdict::Ok, "takes the account token", "");
    says(&findings, Verdict::Ok, "the platform has completed the handshake", "");
    assert!(findings.iter().all(|finding| finding.verdict == Verdict::Ok), "{findings:#?}");
}

#[tokio::test]
async fn a_redis_that_answers_is_told_from_one_that_is_away_and_one_that_forbids_scripts() {
    let simulator = platform("none").await;
    let mut config = config(&simulator.url(), free(), |_| {});
    let redis = RedisServer::start();
    config.redis = Some(redis.url());
    says(&check(&config, SHORT).await, Verdict::Ok, "answers, and runs scripts", "");
    let keys: u64 = redis::cmd("DBSIZE").query(&mut redis.connect()).expect("asked");
    assert_eq!(keys, 0, "the check writes nothing");

    redis::cmd("ACL").arg(&["SETUSER", "default", "-@scripting"]).exec(&mut redis.connect()).expect("set");
    says(&check(&config, SHORT).await, Verdict::Failed, "no permissions", "SCRIPT LOAD");

    config.redis = Some(RedisUrl::parse("redis://someone:s3cret@127.0.0.1:9").expect("an address"));
    let findings = check(&config, SHORT).await;
    says(&findings, Verdict::Failed, "redis://…@127.0.0.1:9", "Does it run");
    assert!(!format!("{findings:?}").contains("s3cret"), "{findings:#?}");
}

#[tokio::test]
async fn a_wrong_account_token_is_told_from_a_platform_that_is_away_and_from_a_wrong_address() {
    let simulator = platform("none").await;
    let wrong = config(&simulator.url(), free(), |site| site.account_token = SecretString::from("another"));
    says(&check(&wrong, SHORT).await, Verdict::Failed, "401 JWT_SIGNATURE_EXCEPTION", "account_token_file");
    let away = config("http://127.0.0.1:9", free(), |_| {});
    says(&check(&away, SHORT).await, Verdict::Failed, "did not answer", "Does this machine reach the platform");
    let other = running(&simulator.url()).await;
    let elsewhere = config(&other.url(""), free(), |site| {
        site.platform_url = other.url("/nothing").parse().expect("a URL");
    });
    let findings = check(&elsewhere, SHORT).await;
    assert!(findings.iter().any(|finding| finding.observation.contains("nothing")), "{findings:#?}");
}

#[tokio::test]
async fn a_webhook_that_does_not_come_or_comes_with_another_token_or_path_is_told_so() {
    let simulator = platform("none").await;
    says(
        &check(&config(&simulator.url(), free(), |_| {}), SHORT).await,
        Verdict::Failed,
        "no handshake came",
        "Press \"save\"",
    );
    for (path, token, seen, fix) in [
        (demo::WEBHOOK_SECRET, "another", "with another token", "webhook_token the same"),
        ("another-webhook-secret", demo::WEBHOOK_TOKEN, "for another path", "not the webhook secret"),
    ] {
        let listen = free();
        let config = config(&simulator.url(), listen, |_| {});
        let checking = tokio::spawn(async move { check(&config, Duration::from_secs(3)).await });
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        let url = format!("http://{listen}/webhook/{path}");
        let body = serde_json::json!({ "token": token });
        while http.post(&url).json(&body).send().await.is_err() {
            tokio::task::yield_now().await;
        }
        says(&checking.await.expect("it ends"), Verdict::Failed, seen, fix);
    }
}

#[tokio::test]
async fn a_proxy_that_runs_is_asked_and_its_own_check_is_no_sign_of_the_platform() {
    let simulator = platform("none").await;
    let proxy = running(&simulator.url()).await;
    let mut asked = config(&simulator.url(), proxy.address, |_| {});
    says(&check(&asked, SHORT).await, Verdict::Unknown, "no metrics_listen", "Set metrics_listen");
    asked.metrics_listen = proxy.metrics;
    let findings = check(&asked, SHORT).await;
    says(&findings, Verdict::Ok, "takes the platform's handshake", "");
    says(&findings, Verdict::Failed, "has not called since", "press \"save\"");
    let _platform = platform(&proxy.url(&format!("/webhook/{}", demo::WEBHOOK_SECRET))).await;
    while proxy.app.metrics.webhook_handshakes.get() == 0 {
        tokio::task::yield_now().await;
    }
    says(&check(&asked, SHORT).await, Verdict::Ok, "1 handshakes", "");
    let other = config(&simulator.url(), proxy.address, |site| site.webhook_token = SecretString::from("another"));
    says(&check(&other, SHORT).await, Verdict::Failed, "answered 401", "SIGHUP");
}

#[tokio::test]
async fn the_program_prints_a_line_for_each_and_no_secret_and_ends_with_a_code() {
    let listen = free();
    let simulator = platform(&format!("http://{listen}/webhook/{}", demo::WEBHOOK_SECRET)).await;
    let run = |platform: String| async move {
        let mut program = tokio::process::Command::new(env!("CARGO_BIN_EXE_chataibot-proxy"));
        program.args(["--demo", "--check-config", "--online", "--wait", "10", "--listen", &listen.to_string()]);
        program.args(["--platform-url", &platform]).stdin(Stdio::null());
        let output = program.output().await.expect("it runs");
        (output.status.code(), String::from_utf8(output.stdout).expect("text"))
    };
    let (code, text) = run(format!("{}/api/v1", simulator.url())).await;
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("ok      site demo"), "{text}");
    for secret in [demo::ACCOUNT_TOKEN, demo::WEBHOOK_SECRET, demo::WEBHOOK_TOKEN] {
        assert!(!text.contains(secret), "{text}");
    }
    let (code, text) = run("http://127.0.0.1:9".to_owned()).await;
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("FAILED  site demo") && text.contains("→ Does this machine"), "{text}");
}
