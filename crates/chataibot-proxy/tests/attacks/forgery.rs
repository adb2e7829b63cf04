//! Forged visitor tokens: each differs from a valid one in one respect, and is signed with the real
//! key unless the signature is what differs.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use chataibot_proxy::testing::{TestApp, spawn_app};
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};

use crate::browser::ORIGIN;

const HEAD: &str = r#"{"alg":"HS256","typ":"chataibot-visitor+jwt","kid":"k1"}"#;

/// A proxy whose signing key the test knows.
struct Book(TestApp);

impl Book {
    async fn open() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let file = directory.path().join("keys");
        std::fs::write(&file, format!("k1 {}\nk0 {}\n", "07".repeat(32), "08".repeat(32))).expect("written");
        Self(spawn_app(|config| config.token_keys_file = Some(file)).await.expect("a proxy"))
    }

    fn now(&self) -> u64 {
        self.0.clock.now() / 1000
    }

    fn claims(&self) -> Value {
        let now = self.now();
        json!({
            "iss": "chataibot-proxy", "aud": "demo", "sub": "0123456789abcdef0123456789abcdef", "origin": ORIGIN,
            "family": "fedcba9876543210fedcba9876543210", "iat": now, "exp": now + 600,
        })
    }

    fn with(&self, name: &str, value: Value) -> String {
        let mut claims = self.claims();
        claims[name] = value;
        sign(HEAD, &claims.to_string())
    }

    fn without(&self, name: &str) -> String {
        let mut claims = self.claims();
        claims.as_object_mut().expect("claims").remove(name);
        sign(HEAD, &claims.to_string())
    }

    fn headed(&self, head: &str) -> String {
        sign(head, &self.claims().to_string())
    }

    /// A token with the header [`HEAD`] and these further fields in it.
    fn more(&self, more: &str) -> String {
        self.headed(&HEAD.replace('}', &format!(",{more}}}")))
    }

    fn good(&self) -> String {
        self.headed(HEAD)
    }

    fn takes(&self, token: &str) -> bool {
        self.0.app.services.tokens.check(token, &self.0.app.config.sites).is_ok()
    }

    async fn status(&self, token: &str) -> u16 {
        let url = self.0.url("/api/v1/conversation/nobodys/events?wait=0");
        let request = reqwest::Client::new().get(url).header("accept", "application/json").header("origin", ORIGIN);
        request.bearer_auth(token).send().await.expect("an answer").status().as_u16()
    }
}

fn sign_with(key: &[u8], algorithm: Algorithm, head: &str, claims: &str) -> String {
    let message = format!("{}.{}", BASE64.encode(head), BASE64.encode(claims));
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &EncodingKey::from_secret(key), algorithm);
    format!("{message}.{}", signature.expect("signed"))
}

fn sign(head: &str, claims: &str) -> String {
    sign_with(&[7; 32], Algorithm::HS256, head, claims)
}

macro_rules! forged {
    ($($name:ident: |$book:ident| $token:expr,)+) => {
        $(#[tokio::test]
        async fn $name() {
            let $book = Book::open().await;
            assert_eq!($book.status(&$book.good()).await, 404, "the test's own way of signing works");
            let token: String = $token;
            assert_eq!($book.status(&token).await, 401, "{token}");
        })+
    };
}

forged! {
    // Algorithms.
    no_algorithm_and_no_signature: |book| {
        let claims = book.claims().to_string();
        format!("{}.{}.", BASE64.encode(HEAD.replace("HS256", "none")), BASE64.encode(claims))
    },
    no_algorithm_with_our_signature: |book| book.headed(&HEAD.replace("HS256", "none")),
    no_algorithm_in_odd_capitals: |book| book.headed(&HEAD.replace("HS256", "nOnE")),
    a_public_key_algorithm_with_a_symmetric_signature: |book| book.headed(&HEAD.replace("HS256", "RS256")),
    an_elliptic_algorithm_with_a_symmetric_signature: |book| book.headed(&HEAD.replace("HS256", "ES256")),
    an_edwards_algorithm_with_a_symmetric_signature: |book| book.headed(&HEAD.replace("HS256", "EdDSA")),
    a_longer_hash_truly_signed: |book| {
        sign_with(&[7; 32], Algorithm::HS512, &HEAD.replace("HS256", "HS512"), &book.claims().to_string())
    },
    a_longer_hash_under_our_name: |book| sign_with(&[7; 32], Algorithm::HS384, HEAD, &book.claims().to_string()),
    our_algorithm_in_small_letters: |book| book.headed(&HEAD.replace("HS256", "hs256")),
    an_algorithm_that_is_a_list: |book| book.headed(&HEAD.replace("\"HS256\"", "[\"HS256\"]")),
    two_algorithms: |book| book.headed(&HEAD.replacen('{', r#"{"alg":"none","#, 1)),
    no_mention_of_an_algorithm: |book| book.headed(r#"{"typ":"chataibot-visitor+jwt","kid":"k1"}"#),
    // Types.
    the_type_of_any_jwt: |book| book.headed(&HEAD.replace("chataibot-visitor+jwt", "JWT")),
    the_type_of_an_access_token: |book| book.headed(&HEAD.replace("chataibot-visitor+jwt", "at+jwt")),
    no_type: |book| book.headed(r#"{"alg":"HS256","kid":"k1"}"#),
    two_types: |book| book.headed(&HEAD.replacen('{', r#"{"typ":"JWT","#, 1)),
    // Key ids.
    a_key_name_of_nobody: |book| book.headed(&HEAD.replace("k1", "k2")),
    the_name_of_another_key: |book| book.headed(&HEAD.replace("k1", "k0")),
    a_key_name_that_is_a_path: |book| book.headed(&HEAD.replace("k1", "../../../dev/null")),
    a_key_name_that_is_sql: |book| book.headed(&HEAD.replace("k1", "k1' OR '1'='1")),
    a_key_name_that_is_a_command: |book| book.headed(&HEAD.replace("k1", "k1|id")),
    a_key_name_with_a_nul: |book| book.headed(&HEAD.replace("k1", "k1\\u0000")),
    an_empty_key_name: |book| book.headed(&HEAD.replace("k1", "")),
    no_key_name: |book| book.headed(r#"{"alg":"HS256","typ":"chataibot-visitor+jwt"}"#),
    a_key_name_that_is_a_number: |book| book.headed(&HEAD.replace("\"k1\"", "1")),
    // Keys supplied by the token.
    a_key_address: |book| book.more(r#""jku":"https://evil.example/jwks.json""#),
    a_certificate_address: |book| book.more(r#""x5u":"https://evil.example/cert.pem""#),
    a_certificate: |book| book.more(r#""x5c":["MIIB"]"#),
    a_key_in_the_header: |book| book.more(r#""jwk":{"kty":"oct","k":"CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk"}"#),
    a_key_in_the_header_that_truly_signed: |book| {
        let head = HEAD.replace('}', r#","jwk":{"kty":"oct","k":"CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk"}}"#);
        sign_with(&[9; 32], Algorithm::HS256, &head, &book.claims().to_string())
    },
    a_critical_extension: |book| book.more(r#""crit":["exp"]"#),
    an_unencoded_payload: |book| book.more(r#""b64":false"#),
    a_compressed_payload: |book| book.more(r#""zip":"DEF""#),
    a_content_type: |book| book.more(r#""cty":"JWT""#),
    // Signatures and token formats.
    another_key: |book| sign_with(&[9; 32], Algorithm::HS256, HEAD, &book.claims().to_string()),
    an_empty_key: |book| sign_with(&[], Algorithm::HS256, HEAD, &book.claims().to_string()),
    a_key_in_its_written_form: |book| sign_with("07".repeat(32).as_bytes(), Algorithm::HS256, HEAD, &book.claims().to_string()),
    no_signature: |book| book.good().rsplit_once('.').map(|(rest, _)| format!("{rest}.")).expect("parts"),
    a_signature_that_is_cut: |book| { let good = book.good(); good[..good.len() - 2].to_owned() },
    a_signature_of_another_token: |book| {
        let (good, other) = (book.good(), book.with("sub", json!("f".repeat(32))));
        let (message, _) = other.rsplit_once('.').expect("parts");
        format!("{message}.{}", good.rsplit_once('.').expect("parts").1)
    },
    two_parts: |book| book.good().rsplit_once('.').expect("parts").0.to_owned(),
    four_parts: |book| format!("{}.x", book.good()),
    the_five_parts_of_an_encrypted_token: |_book| "e30.e30.e30.e30.e30".to_owned(),
    a_token_that_is_json: |book| book.claims().to_string().replace(' ', ""),
    base64_with_padding: |book| format!("{}=", book.good()),
    base64_of_the_other_alphabet: |book| {
        let (message, _) = book.good().rsplit_once('.').map(|(m, s)| (m.to_owned(), s.to_owned())).expect("parts");
        format!("{message}.++++++++++++++++++++++++++++++++++++++++++w")
    },
    a_header_that_is_no_object: |book| book.headed("[]"),
    a_payload_that_is_no_object: |_book| sign(HEAD, "[]"),
    a_payload_with_something_behind_it: |book| sign(HEAD, &format!("{}{{}}", book.claims())),
    a_payload_nested_without_end: |_book| sign(HEAD, &"[".repeat(300)),
    a_token_as_long_as_a_book: |book| book.with("origin", json!("x".repeat(4000))),
    // Claims.
    another_issuer: |book| book.with("iss", json!("evil")),
    another_audience: |book| book.with("aud", json!("other")),
    a_list_of_audiences: |book| book.with("aud", json!(["demo"])),
    no_audience: |book| book.without("aud"),
    no_visitor: |book| book.without("sub"),
    a_visitor_that_is_a_path: |book| book.with("sub", json!("../../../etc/passwd/aaaaaaaaaaaaa")),
    a_visitor_in_capitals: |book| book.with("sub", json!("0123456789ABCDEF0123456789ABCDEF")),
    no_origin_claim: |book| book.without("origin"),
    the_origin_null: |book| book.with("origin", json!("null")),
    an_origin_that_is_a_star: |book| book.with("origin", json!("*")),
    no_family: |book| book.without("family"),
    no_end: |book| book.without("exp"),
    an_end_that_is_null: |book| book.with("exp", Value::Null),
    an_end_that_is_a_text: |book| book.with("exp", json!((book.now() + 600).to_string())),
    an_end_that_is_a_fraction: |book| book.with("exp", json!(book.now() as f64 + 600.5)),
    a_negative_end: |book| book.with("exp", json!(-1)),
    an_end_in_the_past: |book| book.with("exp", json!(book.now() - 1)),
    an_end_right_now: |book| book.with("exp", json!(book.now())),
    an_end_too_far_away: |book| book.with("exp", json!(book.now() + 601)),
    an_end_beyond_all_numbers: |book| book.with("exp", json!(u64::MAX)),
    an_end_in_another_notation: |book| sign(HEAD, &book.claims().to_string().replace(&(book.now() + 600).to_string(), "1e99")),
    a_beginning_in_the_future: |book| book.with("iat", json!(book.now() + 3600)),
    no_beginning: |book| book.without("iat"),
    a_claim_that_is_not_ours: |book| book.with("admin", json!(true)),
    two_visitors: |book| sign(HEAD, &book.claims().to_string().replacen('{', r#"{"sub":"ffffffffffffffffffffffffffffffff","#, 1)),
    two_ends: |book| sign(HEAD, &book.claims().to_string().replacen('{', r#"{"exp":99999999999,"#, 1)),
    two_audiences_one_of_them_escaped: |book| sign(HEAD, &book.claims().to_string().replacen('{', r#"{"\u0061ud":"other","#, 1)),
}

#[tokio::test]
async fn a_token_with_any_one_byte_changed() {
    let book = Book::open().await;
    let good = book.good();
    assert!(book.takes(&good));
    for index in 0..good.len() {
        for bit in 0..7 {
            let mut bytes = good.clone().into_bytes();
            bytes[index] ^= 1 << bit;
            let changed = String::from_utf8(bytes).expect("ASCII");
            assert!(!book.takes(&changed), "byte {index}, bit {bit}");
        }
    }
}
