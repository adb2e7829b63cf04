//! Signed-in visitors at two proxies on one Redis: the same user at either, signed out at both.

use std::time::{Duration, Instant};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use chataibot_proxy::config::{IdentityPolicy, Site, Sites};
use chataibot_wire::token::TokenAnswer;
use jsonwebtoken::{Algorithm, EncodingKey};
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::browser::{Browser, ORIGIN};
use crate::harness::{key, short};
use crate::several::Pair;

const SECRET: &str = "a-secret-of-the-host-site-0123456789";

async fn pair() -> Pair {
    Pair::with(|config| {
        let site = Site::clone(config.sites.iter().next().expect("a site"));
        config.sites =
            Sites::new(vec![Site { identity: IdentityPolicy::Optional(SecretString::from(SECRET)), ..site }]);
    })
    .await
}

fn identity(pair: &Pair, user: &str) -> String {
    let now = pair.proxies[0].clock.now() / 1000;
    let (head, claims) =
        (json!({ "alg": "HS256" }), json!({ "sub": user, "aud": "demo", "iat": now, "exp": now + 300 }));
    let message = format!("{}.{}", BASE64.encode(head.to_string()), BASE64.encode(claims.to_string()));
    let key = EncodingKey::from_secret(SECRET.as_bytes());
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &key, Algorithm::HS256).expect("signed");
    format!("{message}.{signature}")
}

async fn post(pair: &Pair, at: usize, path: &str, body: Value) -> reqwest::Response {
    let request = pair.http.post(pair.proxies[at].url(path)).header("origin", ORIGIN).json(&body);
    request.send().await.expect("an answer")
}

/// Signs a browser in at one of the proxies; returns it with its renewal secret.
async fn enter(pair: &Pair, at: usize, user: &str) -> (Browser, String) {
    let answer = post(pair, at, "/token", json!({ "identity": identity(pair, user) })).await;
    let answer: TokenAnswer = answer.json().await.expect("a token");
    let (base, token, visitor) = (pair.proxies[at].url(""), answer.token, answer.visitor);
    (Browser { http: pair.http.clone(), base, token, visitor }, answer.renewal)
}

async fn is_cut_within_a_second(mut stream: crate::browser::Events) {
    let began = Instant::now();
    while stream.next().await.is_some() {}
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_user_is_the_same_visitor_at_both_and_who_leaves_at_one_is_gone_at_the_other() {
    let pair = pair().await;
    let ((here, secret), (there, other)) = (enter(&pair, 0, "u-1").await, enter(&pair, 1, "u-1").await);
    let (eve, _) = enter(&pair, 1, "u-2").await;
    assert_eq!(here.visitor, there.visitor);
    assert_ne!(here.visitor, eve.visitor);
    let alias = here.start(&key(1), "Hello").await;
    assert_eq!(short(&there.log(&alias).await), ["visitor: hello", "01 sent"]);

    // The first browser's token is accepted at both proxies, and ends at both.
    let moved = Browser { base: there.base.clone(), ..here.clone() };
    let mut stream = moved.stream(&alias, None).await;
    stream.entries(2).await;
    assert_eq!(post(&pair, 0, "/token/end", json!({ "renewal": secret })).await.status(), 200);
    is_cut_within_a_second(stream).await;
    assert_eq!(moved.post_send(&alias, &key(2), "Hi").await.status(), 401);
    assert_eq!(there.post_send(&alias, &key(3), "Hi").await.status(), 200, "the other browser stays");

    let mut stream = there.stream(&alias, None).await;
    stream.entries(4).await;
    let (again, _) = enter(&pair, 0, "u-1").await;
    assert_eq!(again.visitor, here.visitor);
    assert_eq!(post(&pair, 0, "/token/end", json!({ "renewal": other, "everywhere": true })).await.status(), 200);
    is_cut_within_a_second(stream).await;
    for browser in [&there, &again] {
        assert_eq!(browser.post_start(&key(4), "Hi").await.status(), 401);
    }
    eve.start(&key(5), "Hello").await;
}

#[tokio::test]
async fn another_user_on_the_same_machine_ends_the_first_one_at_both() {
    let pair = pair().await;
    let (ada, secret) = enter(&pair, 0, "u-1").await;
    let alias = ada.start(&key(1), "Hello").await;
    let moved = Browser { base: pair.proxies[1].url(""), ..ada.clone() };
    let mut stream = moved.stream(&alias, None).await;
    stream.entries(2).await;
    let body = json!({ "renewal": secret, "identity": identity(&pair, "u-2") });
    let eve: TokenAnswer = post(&pair, 0, "/token", body).await.json().await.expect("a token");
    assert_ne!(eve.visitor, ada.visitor);
    is_cut_within_a_second(stream).await;
    assert_eq!(moved.post_send(&alias, &key(2), "Hi").await.status(), 401);
}
