//! The OpenAPI 3.1 document of the proxy's calls: `document.json`, completed here by the schemas of
//! the wire types. There, a refusal is only a status with its codes; here it becomes a response.
//!
//! A test compares the file with the routes of `app.rs` and with the codes in the source.

use std::sync::LazyLock;

use chataibot_wire::ErrorBody;
use chataibot_wire::documented::{SendAnswer, StartAnswer, StartConversation};
use chataibot_wire::entry::Poll;
use chataibot_wire::file::FileAnswer;
use chataibot_wire::token::{EndRequest, Ended, TokenAnswer, TokenRequest};
use chataibot_wire::typed::SendTyped;
use schemars::{Schema, generate::SchemaSettings, transform::RecursiveTransform};
use serde_json::{Map, Value, json};

use crate::http::routes::erase::{EraseAnswer, EraseRequest};

/// The JSON bodies of all calls.
type Requests = (TokenRequest, EndRequest, StartConversation, SendTyped, EraseRequest);
type Answers = (TokenAnswer, Ended, StartAnswer, SendAnswer, Poll, FileAnswer, EraseAnswer, ErrorBody);

/// The document. Built once, because it does not depend on the configuration.
pub static DOCUMENT: LazyLock<Value> = LazyLock::new(document);

fn document() -> Value {
    let mut document: Value = serde_json::from_str(include_str!("openapi/document.json")).expect("the file is JSON");
    document["info"]["version"] = env!("CARGO_PKG_VERSION").into();
    for operation in values(&mut document["paths"]).flat_map(values) {
        for (status, response) in operation["responses"].as_object_mut().into_iter().flatten() {
            if let Value::Array(codes) = response {
                *response = refusal(status, codes);
            }
        }
        operation["responses"]["default"] = json!({ "$ref": "#/components/responses/Error" });
    }
    let mut generator = SchemaSettings::draft2020_12()
        .with(|settings| settings.definitions_path = "/components/schemas".into())
        .with_transform(RecursiveTransform(strip_doc_links))
        .into_generator();
    // The tuple's own schema is of no use; those of its types become definitions.
    generator.subschema_for::<(Requests, Answers)>();
    for (name, schema) in generator.take_definitions(true) {
        document["components"]["schemas"][name] = schema;
    }
    document
}

fn values(object: &mut Value) -> impl Iterator<Item = &mut Value> {
    object.as_object_mut().into_iter().flat_map(Map::values_mut)
}

fn refusal(status: &str, codes: &[Value]) -> Value {
    let names: Vec<&str> = codes.iter().filter_map(Value::as_str).collect();
    let mut response = json!({
        "description": names.join(", "),
        "content": { "application/json": { "schema": { "allOf": [
            { "$ref": "#/components/schemas/ErrorBody" },
            { "properties": { "error": { "enum": codes }, "status": { "const": status.parse::<u16>().ok() } } },
        ] } } },
    });
    if matches!(status, "429" | "503") {
        let schema = json!({ "type": "integer", "minimum": 1 });
        response["headers"] = json!({ "Retry-After": { "description": "Whole seconds.", "schema": schema } });
    }
    response
}

/// Removes intra-doc links from descriptions: they mean nothing outside of Rust.
fn strip_doc_links(schema: &mut Schema) {
    if let Some(Value::String(text)) = schema.get_mut("description") {
        *text = without_links(text);
    }
}

/// ``[`Name`](path)`` and ``[`Name`]`` become `` `Name` ``.
fn without_links(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("[`") {
        let Some((name, tail)) = after.split_once("`]") else { break };
        out.push_str(before);
        out.push_str(&format!("`{name}`"));
        rest = tail.strip_prefix('(').and_then(|tail| tail.split_once(')')).map_or(tail, |(_, tail)| tail);
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_between_rust_items_become_their_names() {
        assert_eq!(without_links("a [`B::C`] d [`E`](crate::e) f [g]"), "a `B::C` d `E` f [g]");
    }
}
