//! Visitor tokens and renewal secrets, over real HTTP: what is issued, what is accepted, and every
//! way to cheat that we could think of.

use std::{fs, time::Duration};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use chataibot_proxy::ids::VisitorId;
use chataibot_proxy::service::token::claims::Claims;
use chataibot_proxy::testing::{TestApp, spawn_app};
use chataibot_wire::token::TokenAnswer;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use reqwest::{Client, Response, StatusCode};
use serde_json::{Value, json};

const ORIGIN: &str = "http://localhost:4711";
const KEY: [u8; 32] = [7; 32];

async fn ask(app: &TestApp, origin: Option<&str>, body: Value) -> Response {
    let mut request = Client::new().post(app.url("/token")).json(&body);
    if let Some(origin) = origin {
        request = request.header("origin", origin);
    }
    request.send().await.expect("an answer")
}

async fn credentials(app: &TestApp, body: Value) -> TokenAnswer {
    let answer = ask(app, Some(ORIGIN), body).await;
    assert_eq!(answer.status(), StatusCode::OK);
    answer.json().await.expect("a token answer")
}

/// Status of a poll: 404 for a visitor, as there is no such conversation; 401 for anyone else.
async fn status_of(app: &TestApp, token: &str, origin: &str) -> StatusCode {
    let request = Client::new().get(app.url("/api/v1/conversation/nobodys/events?wait=0"));
    let request = request.header("accept", "application/json").header("origin", origin).bearer_auth(token);
    request.send().await.expect("an answer").status()
}

/// A proxy whose signing key the test knows.
async fn open_book() -> TestApp {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("keys");
    fs::write(&file, format!("# the test's\nk1 {}\nk0 {}\n", "07".repeat(32), "08".repeat(32))).expect("written");
    spawn_app(|config| config.token_keys_file = Some(file)).await.expect("a proxy")
}

fn claims(app: &TestApp) -> Value {
    let now = app.clock.now() / 1000;
    json!({
        "iss": "chataibot-proxy", "aud": "demo", "sub": "0123456789abcdef0123456789abcdef", "origin": ORIGIN,
        "family": "fedcba9876543210fedcba9876543210", "iat": now, "exp": now + 600,
    })
}

fn header() -> Header {
    let mut header = Header::new(Algorithm::HS256);
    header.typ = Some("chataibot-visitor+jwt".to_owned());
    header.kid = Some("k1".to_owned());
    header
}

fn sign(header: &Header, claims: &Value) -> String {
    jsonwebtoken::encode(header, claims, &EncodingKey::from_secret(&KEY)).expect("signed")
}

/// Signs any header and any claims, however malformed.
fn sign_text(header: &str, claims: &str) -> String {
    let message = format!("{}.{}", BASE64.encode(header), BASE64.encode(claims));
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &EncodingKey::from_secret(&KEY), Algorithm::HS256);
    format!("{message}.{}", signature.expect("signed"))
}

#[tokio::test]
async fn a_new_visitor_gets_an_id_a_token_and_a_secret() {
    let app = spawn_app(|_| {}).await.expect("a proxy");
    let (one, two) = (credentials(&app, json!({})).await, credentials(&app, json!({ "site": "demo" })).await);
    for answer in [&one, &two] {
        assert!(answer.ok && VisitorId::parse(&answer.visitor).is_some());
        assert_eq!((answer.expires_in, answer.renewal.len()), (600, 64));
        assert_eq!(status_of(&app, &answer.token, ORIGIN).await, StatusCode::NOT_FOUND);
    }
    assert_ne!(one.visitor, two.visitor);
    assert_ne!(one.renewal, two.renewal);
}

#[tokio::test]
async fn a_token_needs_an_origin_of_the_site() {
    let app = spawn_app(|_| {}).await.expect("a proxy");
    for origin in [None, Some("https://evil.example"), Some("null"), Some("")] {
        let answer = ask(&app, origin, json!({})).await;
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{origin:?}");
        assert!(answer.headers().get("access-control-allow-origin").is_none());
        assert_eq!(answer.json::<Value>().await.expect("JSON")["error"], "ORIGIN_NOT_ALLOWED");
    }
    assert_eq!(ask(&app, Some(ORIGIN), json!({ "site": "other" })).await.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_token_is_for_one_origin_only() {
    let app = spawn_app(|_| {}).await.expect("a proxy");
    let token = credentials(&app, json!({})).await.token;
    assert_eq!(status_of(&app, &token, ORIGIN).await, StatusCode::NOT_FOUND);
    for origin in ["http://localhost:4712", "http://127.0.0.1:4711", "http://localhost"] {
        assert_eq!(status_of(&app, &token, origin).await, StatusCode::UNAUTHORIZED, "{origin}");
    }
    let without_origin = Client::new().get(app.url("/api/v1/conversation/nobodys/events?wait=0"));
    let without_origin = without_origin.header("accept", "application/json").bearer_auth(&token);
    assert_eq!(without_origin.send().await.expect("an answer").status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_same_origin_get_needs_no_origin_header() {
    let app = spawn_app(|_| {}).await.expect("a proxy");
    let own = format!("http://{}", app.address);
    let answer: TokenAnswer = ask(&app, Some(&own), json!({})).await.json().await.expect("a token");
    let get = Client::new().get(app.url("/api/v1/conversation/nobodys/events?wait=0"));
    let get = get.header("accept", "application/json").bearer_auth(&answer.token);
    assert_eq!(get.send().await.expect("an answer").status(), StatusCode::NOT_FOUND);
    let post = Client::new().post(app.url("/api/v1/conversation/nobodys/messages")).bearer_auth(&answer.token);
    assert_eq!(
        post.json(&json!({})).send().await.expect("an answer").status(),
        StatusCode::UNAUTHORIZED,
        "a POST always has one"
    );
}

#[tokio::test]
async fn a_token_ends_with_its_time_and_a_renewal_brings_the_same_visitor_back() {
    let app = spawn_app(|_| {}).await.expect("a proxy");
    let first = credentials(&app, json!({})).await;
    app.clock.advance(Duration::from_secs(599));
    assert_eq!(status_of(&app, &first.token, ORIGIN).await, StatusCode::NOT_FOUND);
    app.clock.advance(Duration::from_secs(1));
    assert_eq!(status_of(&app, &first.token, ORIGIN).await, StatusCode::UNAUTHORIZED);
    let second = credentials(&app, json!({ "renewal": first.renewal })).await;
    assert_eq!(second.visitor, first.visitor);
    assert_ne!(second.renewal, first.renewal);
    assert_eq!(status_of(&app, &second.token, ORIGIN).await, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn two_tabs_that_race_stay_the_same_visitor() {
    let app = spawn_app(|_| {}).await.expect("a proxy");
    let first = credentials(&app, json!({})).await;
    let renew = |secret: String| credentials(&app, json!({ "renewal": secret }));
    let (one, other) = tokio::join!(renew(first.renewal.clone()), renew(first.renewal.clone()));
    assert_eq!(one.renewal, other.renewal, "both go on with one secret");
    // One tab is ahead, and the other comes last with the oldest secret: it gets the newest.
    let ahead = renew(one.renewal).await;
    app.clock.advance(Duration::from_secs(20));
    assert_eq!(renew(first.renewal).await.renewal, ahead.renewal);
    app.clock.advance(Duration::from_secs(3600));
    assert_eq!(renew(ahead.renewal).await.visitor, first.visitor);
}

#[tokio::test]
async fn a_secret_used_again_later_ends_the_whole_family_at_once() {
    let app = spawn_app(|_| {}).await.expect("a proxy");
    let bystander = credentials(&app, json!({})).await;
    let first = credentials(&app, json!({})).await;
    let second = credentials(&app, json!({ "renewal": first.renewal })).await;
    let visitor = app.app.services.tokens.check(&second.token, &app.app.config.sites).expect("a good token");
    let revocations = &app.app.services.tokens.revocations;
    let cut = revocations.wait_until(|| revocations.contains(&visitor.family));
    app.clock.advance(Duration::from_millis(20_001));
    let reused = ask(&app, Some(ORIGIN), json!({ "renewal": first.renewal })).await;
    assert_eq!(reused.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(reused.json::<Value>().await.expect("JSON")["error"], "UNAUTHORIZED");
    tokio::time::timeout(Duration::from_secs(5), cut).await.expect("streams are told");
    for token in [&first.token, &second.token] {
        assert_eq!(status_of(&app, token, ORIGIN).await, StatusCode::UNAUTHORIZED);
    }
    let heir = ask(&app, Some(ORIGIN), json!({ "renewal": second.renewal })).await;
    assert_eq!(heir.status(), StatusCode::UNAUTHORIZED, "the thief's or the visitor's: nobody can tell");
    assert_eq!(status_of(&app, &bystander.token, ORIGIN).await, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_renewal_secret_that_does_not_fit_is_refused_and_changes_nothing() {
    let app = spawn_app(|_| {}).await.expect("a proxy");
    let first = credentials(&app, json!({})).await;
    let wrong_case = first.renewal.replace(|c: char| c.is_ascii_lowercase(), "A");
    for (origin, secret) in [
        ("http://localhost:4712", first.renewal.as_str()),
        (ORIGIN, &"0".repeat(64)),
        (ORIGIN, &first.renewal[1..]),
        (ORIGIN, ""),
        (ORIGIN, &first.token),
        (ORIGIN, &wrong_case),
    ] {
        let answer = ask(&app, Some(origin), json!({ "renewal": secret })).await;
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{origin} {secret}");
    }
    assert_eq!(credentials(&app, json!({ "renewal": first.renewal })).await.visitor, first.visitor);
}

#[tokio::test]
async fn a_visitor_who_stays_away_too_long_is_a_new_one() {
    let app = spawn_app(|_| {}).await.expect("a proxy");
    let first = credentials(&app, json!({})).await;
    app.clock.advance(Duration::from_secs(90 * 24 * 3600));
    let second = credentials(&app, json!({ "renewal": first.renewal })).await;
    app.clock.advance(Duration::from_secs(90 * 24 * 3600 + 1));
    let answer = ask(&app, Some(ORIGIN), json!({ "renewal": second.renewal })).await;
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn keys_secrets_and_revocations_survive_a_restart() {
    let directory = tempfile::tempdir().expect("a directory");
    let database = directory.path().join("chat.sqlite");
    let start = async || spawn_app(|config| config.database.clone_from(&database)).await.expect("a proxy");
    let app = start().await;
    let (kept, stolen) = (credentials(&app, json!({})).await, credentials(&app, json!({})).await);
    credentials(&app, json!({ "renewal": stolen.renewal })).await;
    app.clock.advance(Duration::from_secs(21));
    assert_eq!(ask(&app, Some(ORIGIN), json!({ "renewal": stolen.renewal })).await.status(), StatusCode::UNAUTHORIZED);
    app.stop().await;

    let app = start().await;
    assert_eq!(status_of(&app, &kept.token, ORIGIN).await, StatusCode::NOT_FOUND);
    assert_eq!(status_of(&app, &stolen.token, ORIGIN).await, StatusCode::UNAUTHORIZED);
    assert_eq!(credentials(&app, json!({ "renewal": kept.renewal })).await.visitor, kept.visitor);
    app.stop().await;
    // The database contains no secret.
    let stored = fs::read(&database).expect("the database");
    for secret in [&kept.renewal, &kept.token] {
        assert!(!stored.windows(secret.len()).any(|window| window == secret.as_bytes()));
    }
}

#[tokio::test]
async fn a_key_signs_for_a_month_and_checks_a_little_longer() {
    let app = spawn_app(|_| {}).await.expect("a proxy");
    let kid = |token: &str| jsonwebtoken::decode_header(token).expect("a header").kid.expect("a kid");
    let (first, now) = (kid(&credentials(&app, json!({})).await.token), app.clock.now());
    let ring = |days: u64| app.app.store.signing_keys(now + days * 24 * 3600 * 1000);
    assert_eq!(ring(29).await.expect("keys").newest.id, first);
    let after = ring(31).await.expect("keys");
    assert_ne!(after.newest.id, first);
    assert!(after.get(&first).is_some());
    assert!(ring(33).await.expect("keys").get(&first).is_none());
}

#[tokio::test]
async fn a_forged_token_is_refused_whatever_was_forged() {
    let app = open_book().await;
    let good = sign(&header(), &claims(&app));
    assert_eq!(status_of(&app, &good, ORIGIN).await, StatusCode::NOT_FOUND, "the test's own way of signing works");

    let now = app.clock.now() / 1000;
    let with = |key: &str, value: Value| {
        let mut claims = claims(&app);
        claims[key] = value;
        sign(&header(), &claims)
    };
    let without = |key: &str| {
        let mut claims = claims(&app);
        claims.as_object_mut().expect("claims").remove(key);
        sign(&header(), &claims)
    };
    let with_header = |change: &dyn Fn(&mut Header)| {
        let mut header = header();
        change(&mut header);
        sign(&header, &claims(&app))
    };
    let good_head = r#"{"alg":"HS256","typ":"chataibot-visitor+jwt","kid":"k1"}"#;
    let good_claims = claims(&app).to_string();
    let duplicate = good_claims.replacen('{', r#"{"sub":"ffffffffffffffffffffffffffffffff","#, 1);
    let head = |head: &str| sign_text(head, &good_claims);
    let parts: Vec<&str> = good.split('.').collect();

    let forged = [
        ("alg none, no signature", format!("{}.{}.", BASE64.encode(good_head.replace("HS256", "none")), parts[1])),
        ("alg none, our signature", head(&good_head.replace("HS256", "none"))),
        ("alg NONE", head(&good_head.replace("HS256", "NONE"))),
        ("alg HS512", head(&good_head.replace("HS256", "HS512"))),
        ("alg RS256", head(&good_head.replace("HS256", "RS256"))),
        ("alg EdDSA", head(&good_head.replace("HS256", "EdDSA"))),
        ("alg hs256", head(&good_head.replace("HS256", "hs256"))),
        ("typ JWT", with_header(&|header| header.typ = Some("JWT".to_owned()))),
        ("no typ", with_header(&|header| header.typ = None)),
        ("no kid", with_header(&|header| header.kid = None)),
        ("a kid of nobody", with_header(&|header| header.kid = Some("k2".to_owned()))),
        ("another key's kid", with_header(&|header| header.kid = Some("k0".to_owned()))),
        ("a path as kid", with_header(&|header| header.kid = Some("../../dev/null".to_owned()))),
        ("SQL as kid", with_header(&|header| header.kid = Some("' OR 1=1 --".to_owned()))),
        ("an empty kid", with_header(&|header| header.kid = Some(String::new()))),
        ("jku", with_header(&|header| header.jku = Some("https://evil.example/jwks".to_owned()))),
        ("x5u", with_header(&|header| header.x5u = Some("https://evil.example/cert".to_owned()))),
        ("cty", with_header(&|header| header.cty = Some("JWT".to_owned()))),
        ("jwk", head(&good_head.replace('}', r#","jwk":{"kty":"oct","k":"AA"}}"#))),
        ("crit", head(&good_head.replace('}', r#","crit":["exp"]}"#))),
        ("b64", head(&good_head.replace('}', r#","b64":false}"#))),
        ("alg twice", head(&good_head.replacen('{', r#"{"alg":"none","#, 1))),
        ("a header that is no object", head("[]")),
        (
            "another key",
            jsonwebtoken::encode(&header(), &claims(&app), &EncodingKey::from_secret(&[9; 32])).expect("signed"),
        ),
        (
            "an empty key",
            jsonwebtoken::encode(&header(), &claims(&app), &EncodingKey::from_secret(&[])).expect("signed"),
        ),
        ("no signature", format!("{}.{}.", parts[0], parts[1])),
        ("two parts", format!("{}.{}", parts[0], parts[1])),
        ("four parts", format!("{good}.x")),
        ("five parts", "a.b.c.d.e".to_owned()),
        ("padding", format!("{good}=")),
        ("swapped parts", format!("{}.{}.{}", parts[1], parts[0], parts[2])),
        ("another issuer", with("iss", json!("evil"))),
        ("another site", with("aud", json!("other"))),
        ("a list of sites", with("aud", json!(["demo"]))),
        ("no site", without("aud")),
        ("no issuer", without("iss")),
        ("no visitor", without("sub")),
        ("no origin", without("origin")),
        ("no family", without("family")),
        ("no start", without("iat")),
        ("no end", without("exp")),
        ("an end in the past", with("exp", json!(now - 1))),
        ("an end right now", with("exp", json!(now))),
        ("an end too far away", with("exp", json!(now + 601))),
        ("an end beyond all numbers", with("exp", json!(u64::MAX))),
        ("an end as text", with("exp", json!((now + 600).to_string()))),
        ("an end as a float", with("exp", json!(now as f64 + 600.5))),
        ("a negative end", with("exp", json!(-1))),
        ("an end that is null", with("exp", Value::Null)),
        ("a start in the future", with("iat", json!(now + 61))),
        ("an unknown claim", with("admin", json!(true))),
        ("nbf", with("nbf", json!(now))),
        ("a claim twice", sign_text(good_head, &duplicate)),
        ("an origin off the list", with("origin", json!("https://evil.example"))),
        ("a malformed visitor", with("sub", json!("0123456789ABCDEF0123456789ABCDEF"))),
        ("an empty visitor", with("sub", json!(""))),
        ("a malformed family", with("family", json!("x"))),
        ("claims that are no object", sign_text(good_head, "[]")),
        ("claims that are no JSON", sign_text(good_head, "{")),
        ("nothing", String::new()),
        ("dots", "..".to_owned()),
        ("very much", "a".repeat(5_000)),
    ];
    for (what, token) in &forged {
        assert_eq!(status_of(&app, token, ORIGIN).await, StatusCode::UNAUTHORIZED, "{what}");
    }
    let _: Claims = serde_json::from_value(claims(&app)).expect("the forger knows our claims");
}

#[tokio::test]
async fn no_byte_of_a_token_can_be_changed() {
    let app = open_book().await;
    let good = sign(&header(), &claims(&app));
    let sites = &app.app.config.sites;
    assert!(app.app.services.tokens.check(&good, sites).is_ok());
    for index in 0..good.len() {
        for other in ['A', 'B', 'w', '_', '-', '.', '=', '+', ' '] {
            let mut bytes = good.clone().into_bytes();
            if bytes[index] == other as u8 {
                continue;
            }
            bytes[index] = other as u8;
            let changed = String::from_utf8(bytes).expect("ASCII");
            assert!(app.app.services.tokens.check(&changed, sites).is_err(), "byte {index} as {other}");
        }
    }
}

#[tokio::test]
async fn the_header_is_read_in_one_way_only() {
    let app = open_book().await;
    let good = sign(&header(), &claims(&app));
    let get = || {
        Client::new()
            .get(app.url("/api/v1/conversation/nobodys/events?wait=0"))
            .header("accept", "application/json")
            .header("origin", ORIGIN)
    };
    let status = async |request: reqwest::RequestBuilder| request.send().await.expect("an answer").status();
    assert_eq!(
        status(get().header("authorization", format!("bearer {good}"))).await,
        StatusCode::NOT_FOUND,
        "schemes have no case"
    );
    for value in [
        good.clone(),
        format!("Basic {good}"),
        format!("Bearer  {good}"),
        format!("Bearer {good}, Bearer {good}"),
        "Bearer".to_owned(),
    ] {
        assert_eq!(status(get().header("authorization", &value)).await, StatusCode::UNAUTHORIZED, "{value}");
    }
    let twice =
        get().header("authorization", format!("Bearer {good}")).header("authorization", format!("Bearer {good}"));
    assert_eq!(status(twice).await, StatusCode::UNAUTHORIZED);
    let two_origins = get().header("origin", "http://localhost:1").bearer_auth(&good);
    assert_eq!(status(two_origins).await, StatusCode::FORBIDDEN);
    let in_url = Client::new()
        .get(app.url(&format!("/api/v1/conversation/nobodys/events?wait=0&token={good}&access_token={good}")));
    assert_eq!(status(in_url.header("origin", ORIGIN)).await, StatusCode::UNAUTHORIZED, "never a token in a URL");
    let cookie = get().header("cookie", format!("token={good}"));
    assert_eq!(status(cookie).await, StatusCode::UNAUTHORIZED);
}
