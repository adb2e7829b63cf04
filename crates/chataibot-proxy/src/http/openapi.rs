//! Generator of the OpenAPI 3.1 document of the proxy's calls: schemas come from the wire types,
//! the rest from one table.
//!
//! - [`calls`]: every call, with its parameters, answers and refusals
//! - [`codes`]: every error code
//!
//! A test compares the table with the routes of `app.rs` and with the codes in the source, so that
//! none can be forgotten.

use std::sync::LazyLock;

use schemars::{SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};

use calls::{CALLS, Call, Sender, Shape};

pub mod calls;
pub mod codes;

/// The document. Built once, because it does not depend on the configuration.
pub static DOCUMENT: LazyLock<Value> = LazyLock::new(document);

fn document() -> Value {
    let mut generator = SchemaSettings::draft2020_12()
        .with(|settings| settings.definitions_path = "/components/schemas".into())
        .into_generator();
    let mut paths = Map::new();
    for call in CALLS {
        let operation = operation(call, &mut generator);
        let path = paths.entry(call.path).or_insert_with(|| json!({}));
        path[call.method] = operation;
    }
    let error = generator.subschema_for::<chataibot_wire::ErrorBody>();
    let mut schemas = generator.take_definitions(true);
    schemas.insert("ErrorCode".to_owned(), codes::schema());
    let mut document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "chataibot-proxy",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "What the ChatAIBot chat widget and its proxy say to each other.",
            "description": "The shapes of the calls. What they mean, and in which order things happen, is said in docs/contract.md; `chataibot-conformance` tells whether a proxy keeps it.",
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "tags": [
            { "name": "widget", "description": "Called by pages." },
            { "name": "platform", "description": "Called by ChatAIBot." },
            { "name": "operation", "description": "Called by those who run the proxy." },
        ],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": { "Error": {
                "description": "Any other refusal: the same body.",
                "content": { "application/json": { "schema": Value::from(error) } },
            } },
            "securitySchemes": {
                "visitor": {
                    "type": "http", "scheme": "bearer",
                    "description": "The visitor token of `POST /token`. Never in an address, never in a cookie.",
                },
                "operator": {
                    "type": "http", "scheme": "bearer",
                    "description": "The token of `operator_token_file`, on the metrics listener alone.",
                },
            },
        },
    });
    strip_doc_links(&mut document);
    document
}

fn operation(call: &Call, generator: &mut SchemaGenerator) -> Value {
    let tag = match call.sender {
        Sender::Page | Sender::Visitor => "widget",
        Sender::Platform => "platform",
        Sender::Anybody | Sender::Collector | Sender::Operator => "operation",
    };
    let mut operation = json!({
        "operationId": call.id,
        "tags": [tag],
        "summary": call.summary,
        "description": call.description,
        "security": match call.sender {
            Sender::Visitor => json!([{ "visitor": [] }]),
            Sender::Operator => json!([{ "operator": [] }]),
            Sender::Page | Sender::Platform | Sender::Anybody | Sender::Collector => json!([]),
        },
        "responses": responses(call, generator),
    });
    if matches!(call.sender, Sender::Collector | Sender::Operator) {
        operation["servers"] =
            json!([{ "url": "/", "description": "The listener of `metrics_listen`, never that of visitors." }]);
    }
    let in_path = call
        .path
        .split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(name, _)| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }));
    let others = call.parameters.iter().map(|parameter| {
        json!({
            "name": parameter.name, "in": parameter.location, "required": parameter.is_required,
            "description": parameter.description, "schema": parameter.schema(),
        })
    });
    let parameters: Vec<Value> = in_path.chain(others).collect();
    if !parameters.is_empty() {
        operation["parameters"] = parameters.into();
    }
    if let Some((content_type, shape)) = call.body {
        let content = json!({ content_type: media_type(shape, generator) });
        operation["requestBody"] = json!({ "required": true, "content": content });
    }
    operation
}

fn responses(call: &Call, generator: &mut SchemaGenerator) -> Value {
    let mut responses = Map::new();
    let mut content = Map::new();
    for (content_type, shape) in call.answers {
        content.insert((*content_type).to_owned(), media_type(*shape, generator));
    }
    responses.insert("200".to_owned(), json!({ "description": call.answer_description, "content": content }));
    for (status, refusals) in call.refusals.iter().copied().flatten() {
        let codes: Vec<&str> = refusals.to_vec();
        let mut response = json!({
            "description": codes.join(", "),
            "content": { "application/json": { "schema": {
                "allOf": [
                    { "$ref": "#/components/schemas/ErrorBody" },
                    { "properties": { "error": { "enum": codes }, "status": { "const": status } } },
                ],
            } } },
        });
        if matches!(status, 429 | 503) {
            let schema = json!({ "type": "integer", "minimum": 1 });
            response["headers"] = json!({ "Retry-After": { "description": "Whole seconds.", "schema": schema } });
        }
        responses.insert(status.to_string(), response);
    }
    responses.insert("default".to_owned(), json!({ "$ref": "#/components/responses/Error" }));
    Value::Object(responses)
}

fn media_type(shape: Shape, generator: &mut SchemaGenerator) -> Value {
    match shape {
        Shape::Json(schema) => json!({ "schema": Value::from(schema(generator)) }),
        Shape::Text(example) => json!({ "schema": { "type": "string" }, "example": example }),
        // In OpenAPI 3.1 raw bytes have no schema.
        Shape::Bytes => json!({}),
        Shape::Any(description) => json!({ "schema": { "type": "object", "description": description } }),
    }
}

/// Removes intra-doc links from descriptions, which come from doc comments: they mean nothing
/// outside of Rust.
fn strip_doc_links(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            if let Some(Value::String(text)) = fields.get_mut("description") {
                *text = without_links(text);
            }
            fields.values_mut().for_each(strip_doc_links);
        }
        Value::Array(items) => items.iter_mut().for_each(strip_doc_links),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
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
        rest = match tail.strip_prefix('(').and_then(|tail| tail.split_once(')')) {
            Some((_, tail)) => tail,
            None => tail,
        };
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
