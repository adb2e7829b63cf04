//! Strict validation of the documented bodies: all of the right type, nothing missing or unknown.
//!
//! The real platform may be more lenient, but so it shows what a proxy should have left out.

use serde_json::{Map, Value};

#[derive(Debug, PartialEq, Eq)]
pub struct Start {
    pub visitor: String,
    pub bot_key: String,
    pub text: String,
}

#[derive(Debug, PartialEq, Eq)]
pub struct Send {
    /// The visitor's message as the text that a bot reads.
    pub text: String,
    /// The message itself, if it is a typed answer (INT).
    pub typed: Option<Value>,
}

/// Checks the body of "start conversation" (DOC). The error says which field is wrong and why.
pub fn start(body: &Value) -> Result<Start, String> {
    let fields = object(body, "body")?;
    only(fields, "", &["channel", "message", "variables", "bot_key", "from"])?;
    exactly(fields, "", "channel", "API")?;
    let Send { text, .. } = message(fields, false)?;
    if let Some(variables) = fields.get("variables") {
        check_variables(variables)?;
    }
    let bot_key = string(fields, "", "bot_key")?;
    if bot_key.is_empty() {
        return Err("bot_key: must not be empty".to_owned());
    }
    let from = object(fields.get("from").ok_or("from: is required")?, "from")?;
    only(from, "from.", &["user_external_id", "type"])?;
    exactly(from, "from.", "type", "VISITOR")?;
    let visitor = string(from, "from.", "user_external_id")?;
    if visitor.trim().is_empty() {
        return Err("from.user_external_id: must not be empty".to_owned());
    }
    Ok(Start { visitor: visitor.to_owned(), bot_key: bot_key.to_owned(), text })
}

/// Checks the body of "send visitor response" (DOC), or a typed answer if enabled (INT).
pub fn send(body: &Value, typed_answers: bool) -> Result<Send, String> {
    let fields = object(body, "body")?;
    only(fields, "", &["message", "user"])?;
    let said = message(fields, typed_answers)?;
    let user = object(fields.get("user").ok_or("user: is required")?, "user")?;
    only(user, "user.", &["type"])?;
    exactly(user, "user.", "type", "VISITOR")?;
    Ok(said)
}

fn message(fields: &Map<String, Value>, typed_answers: bool) -> Result<Send, String> {
    let message = object(fields.get("message").ok_or("message: is required")?, "message")?;
    only(message, "message.", &["data", "type"])?;
    let kind = string(message, "message.", "type")?;
    let data = object(message.get("data").ok_or("message.data: is required")?, "message.data")?;
    let text = match kind {
        "text" => text(data)?,
        "button.response" | "slider.response" if typed_answers => text(data)?,
        "form.response" if typed_answers => list(data, "fields", &["label", "value"])?,
        "file_upload.response" if typed_answers => {
            let names = list(data, "files", &["link", "filename", "mime_type"])?;
            links(data)?;
            names
        }
        _ if typed_answers => return Err(format!("message.type: is no type of a visitor's message: {kind:?}")),
        _ => return Err(format!("message.type: must be \"text\", is {kind:?}")),
    };
    let typed = (kind != "text").then(|| Value::Object(message.clone()));
    Ok(Send { text, typed })
}

fn text(data: &Map<String, Value>) -> Result<String, String> {
    only(data, "message.data.", &["body"])?;
    let text = string(data, "message.data.", "body")?;
    if text.trim().is_empty() { Err("message.data.body: must not be empty".to_owned()) } else { Ok(text.to_owned()) }
}

/// Checks that links are absolute: the platform must be able to fetch the files.
fn links(data: &Map<String, Value>) -> Result<(), String> {
    for (index, file) in data.get("files").and_then(Value::as_array).into_iter().flatten().enumerate() {
        let link = file["link"].as_str().unwrap_or_default();
        if !link.starts_with("https://") && !link.starts_with("http://") {
            return Err(format!("message.data.files[{index}].link: must be an absolute address, is {link:?}"));
        }
    }
    Ok(())
}

/// Joins a typed answer with several values (INT) into one text: what people read of each item.
fn list(data: &Map<String, Value>, name: &str, keys: &[&str]) -> Result<String, String> {
    only(data, "message.data.", &[name])?;
    let items =
        data.get(name).and_then(Value::as_array).ok_or_else(|| format!("message.data.{name}: must be a list"))?;
    let mut shown = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let path = format!("message.data.{name}[{index}]");
        let item = object(item, &path)?;
        only(item, &format!("{path}."), keys)?;
        for key in keys {
            string(item, &format!("{path}."), key)?;
        }
        shown.push(string(item, &format!("{path}."), keys[1])?.to_owned());
    }
    shown.retain(|value| !value.trim().is_empty());
    if shown.is_empty() { Err(format!("message.data.{name}: must not be empty")) } else { Ok(shown.join(", ")) }
}

fn check_variables(variables: &Value) -> Result<(), String> {
    let groups = object(variables, "variables")?;
    only(groups, "variables.", &["system", "contact", "conversation"])?;
    for (group, values) in groups {
        let path = format!("variables.{group}");
        let values = object(values, &path)?;
        match group.as_str() {
            "system" => only(values, "variables.system.", &["timezone", "referrerUrl", "browserLanguage"])?,
            "contact" => only(values, "variables.contact.", &["name", "email", "phone"])?,
            // The page chooses these names.
            _ => {}
        }
        for name in values.keys() {
            string(values, &format!("{path}."), name)?;
        }
    }
    Ok(())
}

fn object<'a>(value: &'a Value, path: &str) -> Result<&'a Map<String, Value>, String> {
    value.as_object().ok_or_else(|| format!("{path}: must be an object"))
}

fn only(fields: &Map<String, Value>, path: &str, known: &[&str]) -> Result<(), String> {
    match fields.keys().find(|name| !known.contains(&name.as_str())) {
        Some(unknown) => Err(format!("{path}{unknown}: is not documented")),
        None => Ok(()),
    }
}

fn string<'a>(fields: &'a Map<String, Value>, path: &str, name: &str) -> Result<&'a str, String> {
    let value = fields.get(name).ok_or_else(|| format!("{path}{name}: is required"))?;
    value.as_str().ok_or_else(|| format!("{path}{name}: must be a string"))
}

fn exactly(fields: &Map<String, Value>, path: &str, name: &str, expected: &str) -> Result<(), String> {
    let value = string(fields, path, name)?;
    if value == expected { Ok(()) } else { Err(format!("{path}{name}: must be {expected:?}, is {value:?}")) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;

    fn documented_start() -> Value {
        serde_json::from_str(include_str!("../../../../tests/fixtures/platform/doc-start-request.json")).unwrap()
    }

    #[test]
    fn the_documented_bodies_are_accepted() {
        let wanted = Start { visitor: "<visitor_id>".into(), bot_key: "<bot_key>".into(), text: "Hello".into() };
        assert_eq!(start(&documented_start()), Ok(wanted));
        let body = include_str!("../../../../tests/fixtures/platform/doc-start-request-without-variables.json");
        assert!(start(&serde_json::from_str(body).unwrap()).is_ok());
        let body = include_str!("../../../../tests/fixtures/platform/doc-send-request.json");
        let said = Send { text: "Hello".to_owned(), typed: None };
        assert_eq!(send(&serde_json::from_str(body).unwrap(), false), Ok(said));
    }

    #[test]
    fn every_fault_is_named() {
        let faults: &[(&str, Value, &str)] = &[
            ("/channel", json!("WEB"), "channel: must be \"API\", is \"WEB\""),
            ("/message", json!("Hello"), "message: must be an object"),
            ("/message/type", json!("html"), "message.type: must be \"text\", is \"html\""),
            ("/message/type", json!("button.response"), "message.type: must be \"text\", is \"button.response\""),
            ("/message/data/body", json!(42), "message.data.body: must be a string"),
            ("/message/data/body", json!("  "), "message.data.body: must not be empty"),
            ("/message/data", json!({}), "message.data.body: is required"),
            ("/variables", json!([]), "variables: must be an object"),
            ("/variables/system/timezone", json!(null), "variables.system.timezone: must be a string"),
            ("/variables/contact", json!({ "vip": "yes" }), "variables.contact.vip: is not documented"),
            ("/variables/conversation/variable", json!({}), "variables.conversation.variable: must be a string"),
            ("/bot_key", json!(""), "bot_key: must not be empty"),
            ("/from/type", json!("AGENT"), "from.type: must be \"VISITOR\", is \"AGENT\""),
            ("/from/user_external_id", json!(7), "from.user_external_id: must be a string"),
            ("/from/user_external_id", json!(""), "from.user_external_id: must not be empty"),
        ];
        for (pointer, value, wanted) in faults {
            let mut body = documented_start();
            *body.pointer_mut(pointer).unwrap() = value.clone();
            assert_eq!(start(&body), Err((*wanted).to_owned()), "{pointer}");
        }
        for (name, wanted) in
            [("channel", "channel: is required"), ("bot_key", "bot_key: is required"), ("from", "from: is required")]
        {
            let mut body = documented_start();
            body.as_object_mut().unwrap().remove(name);
            assert_eq!(start(&body), Err(wanted.to_owned()));
        }
        let mut body = documented_start();
        body["site"] = json!("demo");
        assert_eq!(start(&body), Err("site: is not documented".to_owned()));
    }

    #[test]
    fn typed_answers_are_read_when_they_are_on() {
        let samples = [
            (
                include_str!("../../../../tests/fixtures/platform/guess-send-request-button-response.json"),
                "Yes, please",
            ),
            (include_str!("../../../../tests/fixtures/platform/guess-send-request-slider-response.json"), "4"),
            (
                include_str!("../../../../tests/fixtures/platform/guess-send-request-form-response.json"),
                "Ada, ada@example.com",
            ),
            (
                include_str!("../../../../tests/fixtures/platform/guess-send-request-file-upload-response.json"),
                "ticket.pdf",
            ),
        ];
        for (sample, wanted) in samples {
            let body: Value = serde_json::from_str(sample).unwrap();
            let typed = Some(body["message"].clone());
            assert_eq!(send(&body, true), Ok(Send { text: wanted.to_owned(), typed }));
            assert!(send(&body, false).is_err());
        }
        let text = include_str!("../../../../tests/fixtures/platform/doc-send-request.json");
        assert_eq!(send(&serde_json::from_str(text).unwrap(), true).map(|said| said.text), Ok("Hello".to_owned()));
    }

    #[test]
    fn a_start_is_always_text() {
        let mut body = documented_start();
        body["message"]["type"] = json!("button.response");
        assert_eq!(start(&body), Err("message.type: must be \"text\", is \"button.response\"".to_owned()));
    }

    #[test]
    fn faults_of_typed_answers_are_named() {
        let file = |link: &str| json!({ "files": [{ "link": link, "filename": "a.png", "mime_type": "image/png" }] });
        for (kind, data, wanted) in [
            (
                "carousel.response",
                json!({ "body": "x" }),
                "message.type: is no type of a visitor's message: \"carousel.response\"",
            ),
            ("button.response", json!({ "body": "" }), "message.data.body: must not be empty"),
            ("button.response", json!({ "body": "x", "id": "1" }), "message.data.id: is not documented"),
            ("form.response", json!({ "fields": {} }), "message.data.fields: must be a list"),
            (
                "form.response",
                json!({ "fields": [{ "label": "Name", "value": " " }] }),
                "message.data.fields: must not be empty",
            ),
            ("form.response", json!({ "fields": [{ "label": "Name" }] }), "message.data.fields[0].value: is required"),
            (
                "file_upload.response",
                file("/a.png"),
                "message.data.files[0].link: must be an absolute address, is \"/a.png\"",
            ),
        ] {
            let body = json!({ "message": { "type": kind, "data": data }, "user": { "type": "VISITOR" } });
            assert_eq!(send(&body, true), Err(wanted.to_owned()), "{kind}");
        }
    }
}
