//! The OpenAPI 3.1 document of the proxy's calls, from the wire types and one table.
//!
//! A test compares the table with the routes of `app.rs` and with the codes in the source.

use std::sync::LazyLock;

use schemars::{Schema, SchemaGenerator, generate::SchemaSettings, transform::RecursiveTransform};
use serde_json::{Map, Value, json};

use calls::{CALLS, Call, Content, Sender, Shape};

pub mod calls;
pub mod codes;

/// The document. Built once, because it does not depend on the configuration.
pub static DOCUMENT: LazyLock<Value> = LazyLock::new(document);

fn document() -> Value {
    let mut generator = SchemaSettings::draft2020_12()
        .with(|settings| settings.definitions_path = "/components/schemas".into())
        .with_transform(RecursiveTransform(strip_doc_links))
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
    json!({
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
    })
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
    let names = call.path.split('{').skip(1).filter_map(|rest| rest.split_once('}'));
    let in_path =
        names.map(|(name, _)| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }));
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
    if !call.body.is_empty() {
        operation["requestBody"] = json!({ "required": true, "content": content(call.body, generator) });
    }
    operation
}

fn responses(call: &Call, generator: &mut SchemaGenerator) -> Value {
    let mut responses = Map::new();
    let content = content(call.answers, generator);
    responses.insert("200".to_owned(), json!({ "description": call.answer_description, "content": content }));
    for (status, refusals) in call.refusals.iter().copied().flatten() {
        let mut response = json!({
            "description": refusals.join(", "),
            "content": { "application/json": { "schema": { "allOf": [
                { "$ref": "#/components/schemas/ErrorBody" },
                { "properties": { "error": { "enum": refusals }, "status": { "const": status } } },
            ] } } },
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

fn content(contents: &[Content], generator: &mut SchemaGenerator) -> Map<String, Value> {
    let mut media_type = |shape: &Shape| match shape {
        Shape::Json(schema) => json!({ "schema": Value::from(schema(generator)) }),
        Shape::Text(example) => json!({ "schema": { "type": "string" }, "example": example }),
        // In OpenAPI 3.1 raw bytes have no schema.
        Shape::Bytes => json!({}),
        Shape::Any(description) => json!({ "schema": { "type": "object", "description": description } }),
    };
    contents.iter().map(|(name, shape)| ((*name).to_owned(), media_type(shape))).collect()
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
