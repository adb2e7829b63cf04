//! `/openapi.json` is a valid OpenAPI 3.1 document, and covers all routes and codes of the source.

use std::{collections::BTreeSet, fs, path::Path};

use chataibot_proxy::demo;
use chataibot_proxy::http::openapi::DOCUMENT;
use chataibot_proxy::testing::spawn_app;
use serde_json::{Value, json};

/// The platform's codes that only the operator can act on: a page gets `UNAVAILABLE` instead.
const OPERATOR_CODES: [&str; 5] = [
    "CHANNEL_NOT_ENABLED",
    "CHANNEL_TOKEN_EXPIRED",
    "JWT_SIGNATURE_EXCEPTION",
    "UNAUTHORIZED_FEATURE",
    "ACCOUNT_DETAILS_NOT_FOUND",
];

/// Method, path and content of each call in the document.
fn calls() -> impl Iterator<Item = (String, &'static Value)> {
    let paths = DOCUMENT["paths"].as_object().expect("paths");
    paths.iter().flat_map(|(path, calls)| {
        let calls = calls.as_object().expect("calls");
        calls.iter().map(move |(method, call)| (format!("{method} {path}"), call))
    })
}

fn texts(list: &Value) -> impl Iterator<Item = &str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str)
}

fn source(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect("a source")
}

/// Every file below a folder.
fn sources(folder: &Path, all: &mut Vec<String>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, all);
        } else if path.extension().is_some_and(|end| end == "rs") {
            all.push(fs::read_to_string(path).expect("a source"));
        }
    }
}

#[test]
fn it_is_valid_openapi_3_1_with_valid_schemas() {
    let rules: Value = serde_json::from_str(include_str!("openapi/oas-3.1.schema.json")).expect("JSON");
    let validator = jsonschema::validator_for(&rules).expect("the rules of OpenAPI 3.1");
    let broken: Vec<String> =
        validator.iter_errors(&DOCUMENT).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
    // The rules for OpenAPI leave the schemas to JSON Schema, so each is checked separately.
    let schemas = DOCUMENT["components"]["schemas"].as_object().expect("schemas");
    for (name, schema) in schemas {
        assert!(jsonschema::meta::is_valid(schema), "{name}: {schema}");
    }
    let text = DOCUMENT.to_string();
    for reference in text.split("\"#/components/").skip(1) {
        let path = format!("/components/{}", reference.split('"').next().unwrap_or_default());
        assert!(DOCUMENT.pointer(&path).is_some(), "{path} leads nowhere");
    }
}

#[test]
fn every_route_of_the_code_is_in_it_and_no_other() {
    let app = source("src/app.rs");
    let mut routes = BTreeSet::new();
    for part in app.split(".route(").skip(1) {
        let path = part.split('"').nth(1).expect("a path");
        // The handlers follow, up to the next route; `post(` and `get(` name the methods.
        let method =
            if part.split("\n        .").next().is_some_and(|part| part.contains("post(")) { "post" } else { "get" };
        routes.insert(format!("{method} {path}"));
    }
    let told: BTreeSet<String> = calls().map(|(route, _)| route).collect();
    assert_eq!(told, routes);
}

#[test]
fn every_code_of_the_code_is_in_it() {
    let wire = source("../chataibot-wire/src/error.rs");
    let rows = wire.split_once("codes! {").expect("the table").1;
    let is_code = |name: &&str| name.bytes().all(|b| b.is_ascii_uppercase() || b == b'_');
    let known: BTreeSet<&str> =
        rows.lines().filter_map(|row| Some(row.trim().split_once(':')?.0)).filter(is_code).collect();
    let listed = DOCUMENT["components"]["schemas"]["ErrorCode"]["oneOf"].as_array().expect("codes");
    let told: BTreeSet<&str> = listed.iter().filter_map(|code| code["const"].as_str()).collect();
    let operators = BTreeSet::from(OPERATOR_CODES);
    assert_eq!(known, told.union(&operators).copied().collect(), "each code is a page's or the operator's business");
    assert!(told.is_disjoint(&operators));

    let mut all = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut all);
    let used: BTreeSet<String> = all
        .iter()
        .flat_map(|text| text.split("code::").skip(1))
        .map(|rest| rest.chars().take_while(|c| c.is_ascii_uppercase() || *c == '_').collect::<String>())
        .filter(|code| !code.is_empty())
        .collect();
    let responses = calls().flat_map(|(_, call)| call["responses"].as_object().expect("responses").values());
    let schemas = responses.map(|response| &response["content"]["application/json"]["schema"]["allOf"][1]);
    let of_calls: BTreeSet<&str> = schemas.flat_map(|schema| texts(&schema["properties"]["error"]["enum"])).collect();
    for code in used.iter().map(String::as_str).filter(|code| !operators.contains(code)) {
        assert!(of_calls.contains(code), "no call tells of {code}");
    }
    assert_eq!(of_calls, told, "a code of the list is one of some call");
}

#[tokio::test]
async fn it_is_served_and_real_answers_are_of_its_shapes() {
    let app = spawn_app(|_| {}).await.expect("a proxy");
    let http = reqwest::Client::builder().no_proxy().build().expect("a client");
    let served: Value = http.get(app.url("/openapi.json")).send().await.expect("an answer").json().await.expect("JSON");
    assert_eq!(served, *DOCUMENT);

    let fits = |schema: &str, value: &Value| {
        let mut rules = json!({ "$ref": format!("#/components/schemas/{schema}") });
        rules["components"] = DOCUMENT["components"].clone();
        let validator = jsonschema::validator_for(&rules).expect("a schema");
        let broken: Vec<String> = validator.iter_errors(value).map(|error| error.to_string()).collect();
        assert!(broken.is_empty(), "{schema}: {broken:?} in {value}");
    };
    let token = http.post(app.url("/token")).header("origin", "http://localhost:4711").json(&json!({})).send();
    let token: Value = token.await.expect("an answer").json().await.expect("JSON");
    fits("TokenAnswer", &token);
    let refused: Value =
        http.get(app.url("/api/v1/conversations")).send().await.expect("an answer").json().await.expect("JSON");
    fits("ErrorBody", &refused);
    fits("ErrorCode", &refused["error"]);
    let handshake = http.post(app.url(&format!("/webhook/{}", demo::WEBHOOK_SECRET)));
    let handshake = handshake.json(&json!({ "token": "wrong" })).send().await.expect("an answer");
    fits("ErrorBody", &handshake.json().await.expect("JSON"));
}

/// What the normaliser makes of every kind of message, kept as fixtures, matches the schema of
/// `Content`.
#[test]
fn every_content_of_the_fixtures_is_of_its_shape() {
    let rules = json!({ "$ref": "#/components/schemas/Content", "components": DOCUMENT["components"] });
    let validator = jsonschema::validator_for(&rules).expect("a schema");
    let mut count = 0;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/normalised");
    for entry in fs::read_dir(folder).expect("the fixtures") {
        let path = entry.expect("an entry").path();
        let fixture: Value = serde_json::from_str(&fs::read_to_string(&path).expect("a text")).expect("JSON");
        for content in contents(&fixture) {
            let broken: Vec<String> = validator.iter_errors(content).map(|error| error.to_string()).collect();
            assert!(broken.is_empty(), "{}: {broken:?}", path.display());
            count += 1;
        }
    }
    assert!(count > 20, "only {count} contents");
}

fn contents(value: &Value) -> Vec<&Value> {
    match value {
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(name, value)| if name == "content" { vec![value] } else { contents(value) })
            .collect(),
        Value::Array(items) => items.iter().flat_map(contents).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}
