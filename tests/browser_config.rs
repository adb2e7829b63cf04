//! Settings from JavaScript: the values that strings, numbers, booleans, objects and `null` become.
#![cfg(target_arch = "wasm32")]

use chataibot_widget::config::{Config, Name, from_js};
use js_sys::JSON;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

fn apply(config: &mut Config, json: &str) -> Vec<String> {
    let settings = JSON::parse(json).expect("the test's own JSON");
    let mut lines = Vec::new();
    from_js::apply(config, &settings, &mut |line| lines.push(line.to_owned()));
    lines
}

#[wasm_bindgen_test]
fn texts_numbers_and_truth_values_are_taken_by_either_name() {
    let mut config = Config::default();
    let lines =
        apply(&mut config, r#"{"bot-key": 42, "heading": "Hi", "contactPhone": 1.5, "theme": "dark", "open": true}"#);
    assert!(lines.is_empty(), "{lines:?}");
    assert_eq!(config.given(Name::BotKey).as_deref(), Some("42"));
    assert_eq!(config.given(Name::Heading).as_deref(), Some("Hi"));
    assert_eq!(config.contact(Name::ContactPhone).as_deref(), Some("1.5"));
    assert!(config.flag(Name::Open));
}

#[wasm_bindgen_test]
fn null_takes_one_setting_back_and_leaves_the_rest() {
    let mut config = Config::default();
    apply(&mut config, r#"{"heading": "Hi", "theme": "dark", "contact": {"name": "Ada"}, "open": true}"#);
    let lines = apply(&mut config, r#"{"theme": null, "contact": null, "open": false}"#);
    assert!(lines.is_empty(), "{lines:?}");
    assert_eq!(config.text(Name::Theme), "auto");
    assert_eq!(config.contact(Name::ContactName), None);
    assert_eq!(config.given(Name::Heading).as_deref(), Some("Hi"));
    assert!(!config.flag(Name::Open));
}

#[wasm_bindgen_test]
fn maps_come_as_objects_or_as_json() {
    let mut config = Config::default();
    let lines = apply(
        &mut config,
        r#"{"contact": {"name": "Ada", "email": null, "phone": 123}, "variables": "{\"plan\":\"pro\",\"seats\":3,\"trial\":true}"}"#,
    );
    assert!(lines.is_empty(), "{lines:?}");
    assert_eq!(config.contact(Name::ContactName).as_deref(), Some("Ada"));
    assert_eq!(config.contact(Name::ContactEmail), None);
    assert_eq!(config.contact(Name::ContactPhone).as_deref(), Some("123"));
    let variables: Vec<(&str, &str)> = config.variables().iter().collect();
    assert_eq!(variables, [("plan", "pro"), ("seats", "3"), ("trial", "true")]);
}

#[wasm_bindgen_test]
fn what_is_no_map_of_texts_is_named() {
    for (given, shown) in [
        (r#"{"variables": "{"}"#, "variables=\"{\""),
        (r#"{"variables": "[1]"}"#, "variables=\"1\""),
        (r#"{"variables": "3"}"#, "variables=\"3\""),
        (r#"{"variables": ["a"]}"#, "variables=\"a\""),
        (r#"{"strings": {"send": {"deep": 1}}}"#, "strings=\"send: not a text\""),
        (r#"{"heading": {"en": "Hi"}}"#, "heading=\"[object]\""),
    ] {
        let lines = apply(&mut Config::default(), given);
        assert_eq!(lines.len(), 1, "{given}: {lines:?}");
        assert!(lines[0].starts_with(&format!("[chataibot] {shown} is not allowed.")), "{}", lines[0]);
    }
}

#[wasm_bindgen_test]
fn what_is_no_object_changes_nothing() {
    let mut config = Config::default();
    for nothing in [JsValue::NULL, JsValue::UNDEFINED, JsValue::from_str("theme"), JsValue::from_f64(1.0)] {
        from_js::apply(&mut config, &nothing, &mut |line| panic!("{line}"));
    }
    assert_eq!(config, Config::default());
}

#[wasm_bindgen_test]
fn arrays_are_taken_as_such_and_from_attributes() {
    let mut config = Config::default();
    let lines = apply(
        &mut config,
        r#"{"starters": ["A | B", "two\nlines", ""], "prechatFields": [{"name": "topic", "options": ["Tea"]}]}"#,
    );
    assert!(lines.is_empty(), "{lines:?}");
    assert_eq!(config.list(Name::Starters).collect::<Vec<_>>(), ["A | B", "two lines"]);
    let fields = config.given(Name::PrechatFields);
    assert_eq!(fields.as_deref(), Some(r#"[{"name":"topic","options":["Tea"]}]"#));

    let lines = apply(&mut config, r#"{"starters": " One|Two | |Three", "prechat-fields": "[{\"name\":\"a\"}]"}"#);
    assert!(lines.is_empty(), "{lines:?}");
    assert_eq!(config.list(Name::Starters).collect::<Vec<_>>(), ["One", "Two", "Three"]);
    assert_eq!(config.given(Name::PrechatFields).as_deref(), Some(r#"[{"name":"a"}]"#));

    for wrong in [r#"{"starters": [1]}"#, r#"{"prechat-fields": "{}"}"#, r#"{"prechat-fields": "["}"#] {
        assert_eq!(apply(&mut config, wrong).len(), 1, "{wrong}");
    }
    assert_eq!(config.given(Name::PrechatFields), None);
}
