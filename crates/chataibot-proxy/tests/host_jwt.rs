//! Signed-in visitors, signing out, and reloading the configuration of a running proxy.

use std::{fs, path::Path, process::Stdio, time::Duration};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use chataibot_proxy::config::{IdentityPolicy, Site, Sites};
use chataibot_proxy::ids::VisitorId;
use chataibot_proxy::service::token::TokenFault;
use jsonwebtoken::{Algorithm, EncodingKey};
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};

#[allow(dead_code, reason = "the delivery tests use all of it")]
#[path = "delivery/browser.rs"]
mod browser;
#[allow(dead_code, reason = "the delivery tests use all of it")]
#[path = "delivery/harness.rs"]
mod harness;
#[allow(dead_code, reason = "the delivery tests use all of it")]
#[path = "delivery/platform.rs"]
mod platform;

use browser::{Browser, ORIGIN, StreamItem};
use harness::{Harness, key, says, short};

const SECRET: &str = "a-secret-of-the-host-site-0123456789";

fn optional() -> IdentityPolicy {
    IdentityPolicy::Optional(SecretString::from(SECRET))
}

async fn harness(identity: IdentityPolicy) -> Harness {
    Harness::with(|config| {
        let site = config.sites.iter().next().expect("a site").as_ref().clone();
        config.sites = Sites::new(vec![Site { identity, ..site }]);
    })
    .await
}

/// Signs a JWT by hand, as a host site in any language does.
fn signed(secret: &str, head: &Value, claims: &Value) -> String {
    let message = format!("{}.{}", BASE64.encode(head.to_string()), BASE64.encode(claims.to_string()));
    let key = EncodingKey::from_secret(secret.as_bytes());
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &key, Algorithm::HS256).expect("signed");
    format!("{message}.{signature}")
}

fn claims(harness: &Harness, user: &str) -> Value {
    let now = harness.proxy.clock.now() / 1000;
    json!({ "sub": user, "aud": "demo", "iat": now, "exp": now + 300, "name": "Ada Lovelace", "email": "ada@example.com" })
}

fn identity(harness: &Harness, user: &str) -> String {
    signed(SECRET, &json!({ "alg": "HS256", "typ": "JWT" }), &claims(harness, user))
}

async fn ask(harness: &Harness, path: &str, body: Value) -> (u16, Value) {
    let request = harness.http.post(harness.proxy.url(path)).header("origin", ORIGIN).json(&body);
    let answer = request.send().await.expect("an answer");
    (answer.status().as_u16(), answer.json().await.expect("JSON"))
}

/// Requests credentials, which must be granted: a browser with them, and the renewal secret.
async fn enter(harness: &Harness, body: Value) -> (Browser, String) {
    let (status, answer) = ask(harness, "/token", body).await;
    assert_eq!(status, 200, "{answer}");
    let text = |name: &str| answer[name].as_str().expect("a text").to_owned();
    let browser = Browser {
        http: harness.http.clone(),
        base: harness.proxy.url(""),
        token: text("token"),
        visitor: text("visitor"),
    };
    (browser, text("renewal"))
}

async fn refused(harness: &Harness, body: Value) -> (u16, String) {
    let (status, answer) = ask(harness, "/token", body).await;
    (status, answer["error"].as_str().expect("a code").to_owned())
}

#[tokio::test]
async fn the_same_user_is_the_same_visitor_in_every_browser_and_another_is_another() {
    let harness = harness(optional()).await;
    let (one, _) = enter(&harness, json!({ "identity": identity(&harness, "u-1") })).await;
    let (again, _) = enter(&harness, json!({ "identity": identity(&harness, "u-1") })).await;
    let (other, _) = enter(&harness, json!({ "identity": identity(&harness, "u-2") })).await;
    assert!(VisitorId::parse(&one.visitor).is_some());
    assert_eq!(one.visitor, again.visitor);
    assert_ne!(one.visitor, other.visitor);
    let alias = one.start(&key(1), "Hello").await;
    assert_eq!(
        short(&again.log(&alias).await),
        ["visitor: hello", "01 sent"],
        "what was said in the one is there in the other"
    );
    assert_eq!(other.get(&alias, "?wait=0", &[("accept", "application/json")]).await.status(), 404);
}

#[tokio::test]
async fn what_is_verified_stands_over_what_the_page_says() {
    let harness = harness(optional()).await;
    let (browser, _) = enter(&harness, json!({ "identity": identity(&harness, "u-1") })).await;
    let body = json!({
        "channel": "API", "message": { "data": { "body": "Hi" }, "type": "text" }, "bot_key": "",
        "variables": {
            "contact": { "name": "Eve", "email": "eve@evil.example", "phone": "123" },
            "conversation": { "user_id": "u-2", "plan": "free" },
        },
        "from": { "user_external_id": "x", "type": "VISITOR" },
    });
    assert_eq!(browser.post("/api/v1/conversations", &key(1), &body).await.status(), 200);
    let sent = harness.platform.called(1).await.body;
    assert_eq!(
        sent["variables"],
        json!({
            "contact": { "name": "Ada Lovelace", "email": "ada@example.com", "phone": "123" },
            "conversation": { "user_id": "u-1", "plan": "free" },
        })
    );
    assert_eq!(sent["from"]["user_external_id"], browser.visitor.as_str());
}

#[tokio::test]
async fn a_sign_in_outlives_the_hosts_short_word_and_takes_its_newer_one() {
    let harness = harness(optional()).await;
    let (first, renewal) = enter(&harness, json!({ "identity": identity(&harness, "u-1") })).await;
    harness.proxy.clock.advance(Duration::from_secs(3600));
    let (second, renewal) = enter(&harness, json!({ "renewal": renewal })).await;
    assert_eq!(second.visitor, first.visitor);
    assert!(harness.visitor(&second).is_signed_in);
    let mut newer = claims(&harness, "u-1");
    newer["email"] = "countess@example.com".into();
    let newer = signed(SECRET, &json!({ "alg": "HS256" }), &newer);
    let (third, _) = enter(&harness, json!({ "renewal": renewal, "identity": newer })).await;
    assert_eq!(third.visitor, first.visitor);
    third.start(&key(1), "Hello").await;
    let sent = harness.platform.called(1).await.body;
    assert_eq!(sent["variables"]["contact"]["email"], "countess@example.com");
}

#[tokio::test]
async fn a_sign_in_takes_over_nothing_from_who_was_there_before() {
    let harness = harness(optional()).await;
    let (anonymous, renewal) = enter(&harness, json!({})).await;
    let alias = anonymous.start(&key(1), "Hello").await;
    let (ada, renewal) = enter(&harness, json!({ "renewal": renewal, "identity": identity(&harness, "u-1") })).await;
    assert_ne!(ada.visitor, anonymous.visitor);
    let events = async |browser: &Browser| {
        browser.get(&alias, "?wait=0", &[("accept", "application/json")]).await.status().as_u16()
    };
    assert_eq!((events(&anonymous).await, events(&ada).await), (401, 404));
    let (eve, _) = enter(&harness, json!({ "renewal": renewal, "identity": identity(&harness, "u-2") })).await;
    assert_ne!(eve.visitor, ada.visitor);
    assert_eq!(events(&ada).await, 401, "the first user's tokens have ended");
}

#[tokio::test]
async fn an_identity_that_does_not_hold_is_refused_whatever_is_wrong_with_it() {
    let harness = harness(optional()).await;
    let now = harness.proxy.clock.now() / 1000;
    let head = json!({ "alg": "HS256", "typ": "JWT" });
    let with = |name: &str, value: Value| {
        let mut claims = claims(&harness, "u-1");
        claims[name] = value;
        signed(SECRET, &head, &claims)
    };
    let without = |name: &str| {
        let mut claims = claims(&harness, "u-1");
        claims.as_object_mut().expect("claims").remove(name);
        signed(SECRET, &head, &claims)
    };
    let headed = |head: Value| signed(SECRET, &head, &claims(&harness, "u-1"));
    let good = identity(&harness, "u-1");
    let anonymous = enter(&harness, json!({})).await.0;
    let duplicate = claims(&harness, "u-1").to_string().replacen('{', r#"{"sub":"u-2","#, 1);
    let message = format!("{}.{}", BASE64.encode(head.to_string()), BASE64.encode(duplicate));
    let signature =
        jsonwebtoken::crypto::sign(message.as_bytes(), &EncodingKey::from_secret(SECRET.as_bytes()), Algorithm::HS256);
    for (what, identity) in [
        ("another secret", signed("another-secret-of-somebody-0123456789", &head, &claims(&harness, "u-1"))),
        ("no secret", signed("", &head, &claims(&harness, "u-1"))),
        ("no algorithm", headed(json!({ "alg": "none" }))),
        ("a public-key algorithm", headed(json!({ "alg": "RS256" }))),
        ("a longer hash", headed(json!({ "alg": "HS512" }))),
        ("the type of our own tokens", headed(json!({ "alg": "HS256", "typ": "chataibot-visitor+jwt" }))),
        ("a key address", headed(json!({ "alg": "HS256", "jku": "https://evil.example" }))),
        ("a key", headed(json!({ "alg": "HS256", "jwk": {} }))),
        ("another site", with("aud", json!("other"))),
        ("no site", without("aud")),
        ("no user", without("sub")),
        ("an empty user", with("sub", json!(""))),
        ("a user that is a number", with("sub", json!(1))),
        ("a user with a line feed", with("sub", json!("u\n1"))),
        ("a user that is too long", with("sub", json!("u".repeat(201)))),
        ("a name that is too long", with("name", json!("u".repeat(201)))),
        ("an e-mail with a control", with("email", json!("a\0@example.com"))),
        ("no end", without("exp")),
        ("no beginning", without("iat")),
        ("over", with("exp", json!(now))),
        ("a life of an hour", with("exp", json!(now + 3600))),
        ("from the future", with("iat", json!(now + 120))),
        ("an end before its beginning", with("exp", json!(now - 100))),
        ("two users", format!("{message}.{}", signature.expect("signed"))),
        ("a visitor token", anonymous.token.clone()),
        ("cut", good[..good.len() - 1].to_owned()),
        ("two parts", good.rsplit_once('.').expect("parts").0.to_owned()),
        ("nothing", String::new()),
        ("long", with("phone", json!("1".repeat(5000)))),
    ] {
        assert_eq!(
            refused(&harness, json!({ "identity": identity })).await,
            (403, "IDENTITY_REFUSED".to_owned()),
            "{what}"
        );
    }
    enter(&harness, json!({ "identity": good })).await;
}

#[tokio::test]
async fn an_identity_is_no_visitor_token() {
    let harness = harness(optional()).await;
    let token = identity(&harness, "u-1");
    let sites = harness.app().sites.current();
    assert_eq!(harness.app().services.tokens.check(&token, &sites).expect_err("refused"), TokenFault::Form);
}

#[tokio::test]
async fn a_site_that_takes_no_identities_says_so() {
    let harness = Harness::open().await;
    assert_eq!(refused(&harness, json!({ "identity": "a.b.c" })).await, (400, "BAD_REQUEST".to_owned()));
}

#[tokio::test]
async fn where_an_identity_is_required_nobody_speaks_without_one() {
    let harness = harness(optional()).await;
    let (anonymous, renewal) = enter(&harness, json!({})).await;
    let alias = anonymous.start(&key(1), "Hello").await;
    let mut events = anonymous.stream(&alias, None).await;
    events.entries(2).await;
    // The operator changes the site's settings while the anonymous visitor is connected.
    let mut config = harness.app().config.clone();
    let site = Site::clone(harness.app().sites.current().get("demo").expect("the site"));
    config.sites = Sites::new(vec![Site { identity: IdentityPolicy::Required(SecretString::from(SECRET)), ..site }]);
    harness.app().reload(config).await.expect("applied");
    assert_eq!(refused(&harness, json!({})).await, (403, "IDENTITY_REQUIRED".to_owned()));
    assert_eq!(refused(&harness, json!({ "renewal": renewal })).await, (403, "IDENTITY_REQUIRED".to_owned()));
    assert_eq!(anonymous.post_send(&alias, &key(2), "Hi").await.status(), 401);
    assert_eq!(anonymous.post_start(&key(3), "Hi").await.status(), 401);
    assert_eq!(events.next().await, Some(StreamItem::Reauth), "and reads nothing more");
    let (ada, _) = enter(&harness, json!({ "identity": identity(&harness, "u-1") })).await;
    ada.start(&key(4), "Hello").await;
}

async fn is_cut(mut events: browser::Events) {
    while let Some(said) = events.next().await {
        assert!(matches!(said, StreamItem::Reauth | StreamItem::Comment), "{said:?}");
    }
}

#[tokio::test]
async fn who_leaves_is_gone_within_a_second() {
    let harness = harness(optional()).await;
    let (here, renewal) = enter(&harness, json!({ "identity": identity(&harness, "u-1") })).await;
    let (there, _) = enter(&harness, json!({ "identity": identity(&harness, "u-1") })).await;
    let alias = here.start(&key(1), "Hello").await;
    let (mut events, mut elsewhere) = (here.stream(&alias, None).await, there.stream(&alias, None).await);
    events.entries(2).await;
    elsewhere.entries(2).await;
    let began = std::time::Instant::now();
    assert_eq!(ask(&harness, "/token/end", json!({ "renewal": renewal })).await, (200, json!({ "ok": true })));
    is_cut(events).await;
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    assert_eq!(here.post_send(&alias, &key(2), "Hi").await.status(), 401);
    assert_eq!(refused(&harness, json!({ "renewal": renewal })).await, (401, "UNAUTHORIZED".to_owned()));
    // The other browser stays signed in, and may end all sessions, including this one.
    harness.tell(vec![says("bot", "conversation-1", "Still there?")]).await;
    elsewhere.entries(1).await;
}

#[tokio::test]
async fn who_leaves_everywhere_is_gone_everywhere() {
    let harness = harness(optional()).await;
    let (_, renewal) = enter(&harness, json!({ "identity": identity(&harness, "u-1") })).await;
    let (there, other) = enter(&harness, json!({ "identity": identity(&harness, "u-1") })).await;
    let (eve, _) = enter(&harness, json!({ "identity": identity(&harness, "u-2") })).await;
    ask(&harness, "/token/end", json!({ "renewal": renewal, "everywhere": true })).await;
    assert_eq!(there.post_start(&key(1), "Hi").await.status(), 401);
    assert_eq!(refused(&harness, json!({ "renewal": other })).await.0, 401);
    eve.start(&key(2), "Hello").await;
    // The conversation stays the user's, for when they sign in again.
    let (back, _) = enter(&harness, json!({ "identity": identity(&harness, "u-1") })).await;
    assert_eq!(back.visitor, there.visitor);
}

#[tokio::test]
async fn leaving_with_a_secret_of_nobody_ends_nothing_and_tells_nothing() {
    let harness = harness(optional()).await;
    let (browser, _) = enter(&harness, json!({})).await;
    for secret in ["0".repeat(64), String::new(), browser.token.clone(), "x".to_owned()] {
        assert_eq!(
            ask(&harness, "/token/end", json!({ "renewal": secret, "everywhere": true })).await,
            (200, json!({ "ok": true }))
        );
    }
    browser.start(&key(1), "Hello").await;
}

#[tokio::test]
async fn a_site_or_an_origin_that_is_taken_away_ends_its_streams() {
    let harness = Harness::open().await;
    let browser = harness.browser().await;
    let alias = browser.start(&key(1), "Hello").await;
    let mut events = browser.stream(&alias, None).await;
    events.entries(2).await;
    let mut config = harness.app().config.clone();
    let site = Site::clone(harness.app().sites.current().get("demo").expect("the site"));
    let origins = chataibot_proxy::config::Origins::exactly(["https://elsewhere.example".to_owned()]);
    config.sites = Sites::new(vec![Site { origins, ..site }]);
    harness.app().reload(config).await.expect("applied");
    is_cut(events).await;
    assert_eq!(browser.post_send(&alias, &key(2), "Hi").await.status(), 403);
}

fn write(path: &Path, text: &str) {
    fs::write(path, text).expect("written");
}

#[tokio::test]
async fn keys_secrets_and_the_account_token_are_replaced_while_it_runs_and_no_request_fails() {
    let platform = platform::Platform::start().await;
    let directory = tempfile::tempdir().expect("a directory");
    let at = |name: &str| directory.path().join(name);
    write(&at("keys"), &format!("k1 {}\n", "07".repeat(32)));
    write(&at("account"), "old-account-token\n");
    write(&at("secret"), "old-webhook-secret\n");
    write(&at("token"), "old-webhook-token\n");
    write(&at("identity"), &format!("{SECRET}\n"));
    let path = |name: &str| at(name).display().to_string();
    write(
        &at("proxy.toml"),
        &format!(
            "token_keys_file = \"{}\"\nplatform_url = \"{}\"\ndatabase = \"{}\"\n[[site]]\nid = \"shop\"\norigins = [\"{ORIGIN}\"]\nbot_keys = [\"b\"]\naccount_token_file = \"{}\"\nwebhook_secret_file = \"{}\"\nwebhook_token_file = \"{}\"\nidentity = \"optional\"\nidentity_secret_file = \"{}\"\n",
            path("keys"),
            platform.url,
            path("chat.sqlite"),
            path("account"),
            path("secret"),
            path("token"),
            path("identity"),
        ),
    );
    let mut program = tokio::process::Command::new(env!("CARGO_BIN_EXE_chataibot-proxy"))
        .args(["--listen", "127.0.0.1:0", "--log-format", "json", "--config"])
        .arg(at("proxy.toml"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("started");
    let mut lines = BufReader::new(program.stdout.take().expect("stdout")).lines();
    let mut log = BufReader::new(program.stderr.take().expect("stderr")).lines();
    let line = lines.next_line().await.expect("text").expect("a line");
    let base = line.strip_prefix("listening on ").expect("the promised line").to_owned();
    let http = reqwest::Client::new();
    let browser = Browser::open(http.clone(), base.clone()).await;
    let alias = browser.start(&key(1), "Hello").await;
    let hook = async |secret: &str, token: &str| {
        let body = json!({ "token": token, "events": [says("bot", "conversation-1", "Hi")] });
        http.post(format!("{base}/webhook/{secret}")).json(&body).send().await.expect("an answer").status().as_u16()
    };
    assert_eq!(hook("old-webhook-secret", "old-webhook-token").await, 200);

    write(&at("keys"), &format!("k2 {}\nk1 {}\n", "08".repeat(32), "07".repeat(32)));
    write(&at("account"), "new-account-token\n");
    write(&at("secret"), "new-webhook-secret\nold-webhook-secret\n");
    write(&at("token"), "new-webhook-token\nold-webhook-token\n");
    let id = program.id().expect("running").to_string();
    let mut hang_up = async |sign: &str| {
        assert!(std::process::Command::new("kill").args(["-HUP", &id]).status().expect("a kill").success());
        loop {
            let line = log.next_line().await.expect("text").expect("a line");
            assert!(!line.contains("account-token") && !line.contains("webhook-secret"), "{line}");
            if line.contains(sign) {
                return;
            }
        }
    };
    hang_up("were reloaded").await;
    for (secret, token) in [
        ("new-webhook-secret", "new-webhook-token"),
        ("old-webhook-secret", "old-webhook-token"),
        ("new-webhook-secret", "old-webhook-token"),
    ] {
        assert_eq!(hook(secret, token).await, 200, "while it is being replaced both hold");
    }
    browser.send(&alias, &key(2), "With the old key").await;
    assert_eq!(platform.called(2).await.headers["authorization"], "Bearer new-account-token");
    let newer = Browser::open(http.clone(), base.clone()).await;
    let head = newer.token.split('.').next().expect("a head").to_owned();
    assert!(String::from_utf8(BASE64.decode(head).expect("base64")).expect("text").contains("\"k2\""));

    // An invalid file changes nothing.
    write(&at("keys"), "nonsense\n");
    hang_up("`token_keys_file`: ").await;
    write(&at("keys"), &format!("k2 {}\n", "08".repeat(32)));
    write(&at("secret"), "short\n");
    hang_up("the configuration is wrong").await;
    assert_eq!(hook("new-webhook-secret", "new-webhook-token").await, 200);
    browser.send(&alias, &key(3), "Still with the old key").await;

    // The old secrets are removed.
    write(&at("secret"), "new-webhook-secret\n");
    write(&at("token"), "new-webhook-token\n");
    hang_up("were reloaded").await;
    assert_eq!(hook("old-webhook-secret", "new-webhook-token").await, 404);
    assert_eq!(hook("new-webhook-secret", "old-webhook-token").await, 401);
    assert_eq!(browser.post_send(&alias, &key(4), "With a key that is gone").await.status(), 401);
    assert_eq!(newer.post_start(&key(5), "Hello").await.status(), 200);
}
