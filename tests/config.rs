//! The settings table: allowed values, messages about others, and that the loader's lists agree.

use std::collections::BTreeSet;

use chataibot_widget::config::{Config, Name, RawValue, SETTINGS, Setting, SettingKind};

/// Sets one value; returns the lines that would be logged to the console.
fn set(config: &mut Config, name: &str, value: &str) -> Vec<String> {
    let mut lines = Vec::new();
    config.set(name, RawValue::Text(value.into()), &mut |line| lines.push(line.to_owned()));
    lines
}

fn map(entries: &[(&str, &str)]) -> RawValue {
    RawValue::Map(entries.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect())
}

#[test]
fn rows_stand_in_the_order_of_their_names() {
    for (index, setting) in SETTINGS.iter().enumerate() {
        assert_eq!(setting.name as usize, index, "{:?}", setting.name);
    }
}

#[test]
fn no_two_settings_share_a_name() {
    let mut seen = BTreeSet::new();
    for setting in SETTINGS {
        let names: BTreeSet<&str> =
            [setting.attribute, setting.property].into_iter().filter(|name| !name.is_empty()).collect();
        assert!(!names.is_empty());
        for name in names {
            assert!(seen.insert(name), "{name} twice");
        }
    }
}

#[test]
fn every_setting_is_explained_in_a_sentence_and_has_a_default() {
    for setting in SETTINGS {
        assert!(setting.doc.ends_with('.') && setting.doc.len() > 10, "{:?}: {}", setting.name, setting.doc);
        assert!(!setting.default.is_empty(), "{:?}", setting.name);
        if let SettingKind::Choice(choices) = setting.kind {
            assert!(choices.contains(&setting.default), "{:?} defaults to something it does not allow", setting.name);
        }
    }
}

#[test]
fn properties_are_the_attributes_in_camel_case() {
    for setting in SETTINGS.iter().filter(|setting| !setting.attribute.is_empty() && !setting.property.is_empty()) {
        let mut camel = String::new();
        let mut upper = false;
        for c in setting.attribute.chars() {
            match (c, upper) {
                ('-', _) => upper = true,
                (_, true) => {
                    camel.extend(c.to_uppercase());
                    upper = false;
                }
                (_, false) => camel.push(c),
            }
        }
        assert_eq!(setting.property, camel);
    }
}

#[test]
fn the_loader_knows_the_same_settings() {
    let loader = include_str!("../loader/settings.js");
    // `NAME = 'one two';`, or with `.split(' ')`, or in several quoted pieces.
    let list = |name: &str| -> BTreeSet<&str> {
        let body = loader.split_once(&format!("const {name} =")).expect("the list is there").1;
        let body = body.split_once(';').expect("its end").0.trim_end_matches(".split(' ')");
        body.split('\'').skip(1).step_by(2).flat_map(str::split_ascii_whitespace).collect()
    };
    let of_kind = |wanted: fn(SettingKind) -> bool| SETTINGS.iter().filter(move |setting| wanted(setting.kind));
    // A property without an attribute is listed by its own name.
    let name = |setting: &'static Setting| {
        if setting.attribute.is_empty() { setting.property } else { setting.attribute }
    };
    let switches: BTreeSet<&str> =
        of_kind(|kind| matches!(kind, SettingKind::Choice(["on", "off"]))).map(name).collect();
    let texts: BTreeSet<&str> =
        of_kind(|kind| !matches!(kind, SettingKind::Map | SettingKind::Flag | SettingKind::List | SettingKind::Json))
            .map(name)
            .filter(|name| !switches.contains(name))
            .collect();
    let objects: BTreeSet<&str> =
        of_kind(|kind| matches!(kind, SettingKind::Map | SettingKind::List | SettingKind::Json)).map(name).collect();
    let flags: BTreeSet<&str> =
        of_kind(|kind| kind == SettingKind::Flag).filter(|s| !s.property.is_empty()).map(name).collect();
    assert_eq!(list("TEXTS"), texts);
    assert_eq!(list("SWITCHES"), switches);
    assert_eq!(list("OBJECTS"), objects);
    assert_eq!(list("FLAGS"), flags);
}

#[test]
fn defaults_hold_until_something_is_given() {
    let mut config = Config::default();
    assert_eq!(config.text(Name::Theme), "auto");
    assert_eq!(config.given(Name::Heading), None);
    assert!(!config.flag(Name::Open));
    assert!(set(&mut config, "theme", "dark").is_empty());
    assert!(set(&mut config, "heading", " Hi ").is_empty());
    assert!(set(&mut config, "open", "").is_empty());
    assert_eq!(config.text(Name::Theme), "dark");
    assert_eq!(config.given(Name::Heading).as_deref(), Some("Hi"));
    assert!(config.flag(Name::Open));
}

#[test]
fn a_flag_is_on_by_being_there_and_off_by_saying_so() {
    let mut config = Config::default();
    for on in ["", "true", "TRUE", "home", "yes"] {
        assert!(set(&mut config, "home", on).is_empty());
        assert!(config.flag(Name::Home), "{on}");
        for off in ["false", "FALSE", " False ", "null", "undefined", "0", "off", "no"] {
            assert!(set(&mut config, "home", on).is_empty());
            assert!(set(&mut config, "home", off).is_empty());
            assert!(!config.flag(Name::Home), "{on}, then {off}");
        }
    }
}

#[test]
fn what_is_on_or_off_understands_booleans() {
    for (given, expected) in
        [("", "on"), ("true", "on"), ("1", "on"), ("false", "off"), ("0", "off"), (" off ", "off"), ("null", "on")]
    {
        let mut config = Config::default();
        assert!(set(&mut config, "sound", given).is_empty());
        assert_eq!(config.text(Name::Sound), expected, "{given}");
    }
}

#[test]
fn what_templates_and_frameworks_write_for_a_missing_value_is_not_given() {
    let mut config = Config::default();
    for setting in SETTINGS.iter().filter(|setting| setting.kind != SettingKind::Flag) {
        let name = if setting.attribute.is_empty() { setting.property } else { setting.attribute };
        if matches!(setting.kind, SettingKind::Choice(["on", ..])) {
            continue;
        }
        for missing in ["", " \n", "false", "null", "undefined"] {
            assert!(set(&mut config, name, missing).is_empty(), "{name}={missing}");
            assert_eq!(config.given(setting.name), None, "{name}={missing}");
        }
    }
    // Somebody's name.
    assert!(set(&mut config, "contact-name", "Null").is_empty());
    assert_eq!(config.contact(Name::ContactName).as_deref(), Some("Null"));
}

#[test]
fn an_address_that_is_rejected_leaves_the_one_before() {
    let mut config = Config::default();
    assert!(set(&mut config, "proxyUrl", "https://chat.example.com").is_empty());
    assert_eq!(set(&mut config, "proxy-url", "chat.example.org").len(), 1);
    assert_eq!(config.origin(), "https://chat.example.com");
}

#[test]
fn language_tags_of_other_systems_are_taken_in_the_form_of_the_web() {
    let mut config = Config::default();
    for (given, taken) in
        [("pt_BR", "pt-BR"), ("de_AT.UTF-8", "de-AT"), ("sr_RS@latin", "sr-RS"), (" zh_Hant_TW ", "zh-Hant-TW")]
    {
        for name in ["locale", "bot-locale"] {
            assert!(set(&mut config, name, given).is_empty());
        }
        assert_eq!(config.given(Name::Locale).as_deref(), Some(taken));
        assert_eq!(config.given(Name::BotLocale).as_deref(), Some(taken));
    }
    assert_eq!(set(&mut config, "locale", "C").len(), 1);
    assert_eq!(config.given(Name::Locale), None);
}

#[test]
fn a_value_that_is_not_allowed_is_named_with_what_is_and_the_default_stands() {
    let mut config = Config::default();
    assert!(set(&mut config, "position", "top-start").is_empty());
    let lines = set(&mut config, "position", "middle");
    assert_eq!(
        lines,
        [
            "[chataibot] position=\"middle\" is not allowed. Allowed: bottom-end, bottom-start, top-end, top-start. Now: bottom-end."
        ]
    );
    assert_eq!(config.text(Name::Position), "bottom-end");
}

#[test]
fn an_unknown_setting_is_named() {
    let lines = set(&mut Config::default(), "colour", "red");
    assert_eq!(lines, ["[chataibot] there is no setting \"colour\". See docs/reference.md."]);
    assert_eq!(set(&mut Config::default(), "", "red").len(), 1, "an empty name is no setting either");
}

#[test]
fn the_console_never_gets_a_long_value_whole() {
    let lines = set(&mut Config::default(), "theme", &"ü".repeat(500));
    assert!(lines[0].contains(&format!("\"{}…\"", "ü".repeat(40))), "{}", lines[0]);
}

#[test]
fn addresses_are_https_or_this_machine_or_a_path() {
    for good in [
        "https://chat.example.com",
        "HTTPS://chat.example.com/base/",
        "http://localhost:8787",
        "http://app.localhost",
        "http://127.0.0.1:8787/",
        "http://[::1]:8787",
        "/chat",
    ] {
        let mut config = Config::default();
        assert_eq!(set(&mut config, "proxy-url", good), Vec::<String>::new(), "{good}");
        assert!(config.given(Name::ProxyUrl).is_some(), "{good}");
    }
    for bad in [
        "chat.example.com",
        "javascript:alert(1)",
        "ftp://chat.example.com",
        "//chat.example.com",
        "https://",
        "https:///path",
        "https://user:secret@chat.example.com",
        "https://chat.example.com\\@evil.example",
        "https://chat example.com",
        "/\\evil.example",
    ] {
        let mut config = Config::default();
        assert_eq!(set(&mut config, "proxy-url", bad).len(), 1, "{bad}");
        assert_eq!(config.given(Name::ProxyUrl), None, "{bad}");
    }
}

#[test]
fn an_insecure_address_works_and_is_remarked_upon() {
    for insecure in ["http://chat.example.com", "http://127.0.0.1.evil.example", "http://localhost.evil.example:80"] {
        let mut config = Config::default();
        let lines = set(&mut config, "api-url", insecure);
        assert!(lines.len() == 1 && lines[0].contains("not encrypted"), "{insecure}: {lines:?}");
        assert_eq!(config.given(Name::ApiUrl).as_deref(), Some(insecure));
    }
}

#[test]
fn addresses_that_are_not_given_follow_from_those_that_are() {
    let mut config = Config::default();
    set(&mut config, "proxyUrl", "https://chat.example.com/");
    let address = config.address();
    assert_eq!(address.token, "https://chat.example.com/token");
    assert_eq!(address.api, "https://chat.example.com/api/v1");
    assert_eq!(address.events.as_deref(), Some("https://chat.example.com/api/v1"));

    set(&mut config, "token-url", "https://id.example.com/chat-token");
    set(&mut config, "api-url", "/backend/");
    set(&mut config, "events-url", "none");
    let address = config.address();
    assert_eq!(address.token, "https://id.example.com/chat-token");
    assert_eq!(address.api, "/backend");
    assert_eq!(address.events, None);
}

#[test]
fn language_tags_have_the_shape_of_language_tags() {
    for good in ["en", "pt-BR", "zh-Hant-TW", "sr-Latn", "ca-valencia", "en_GB"] {
        assert!(set(&mut Config::default(), "locale", good).is_empty(), "{good}");
    }
    for bad in ["e", "english please", "12"] {
        assert_eq!(set(&mut Config::default(), "locale", bad).len(), 1, "{bad}");
    }
}

#[test]
fn contact_facts_of_the_property_go_before_the_attributes() {
    let mut config = Config::default();
    set(&mut config, "contact-name", "Ada");
    set(&mut config, "contact-phone", "123");
    config.set("contact", map(&[("name", "Grace"), ("email", "grace@example.com")]), &mut |line| panic!("{line}"));
    assert_eq!(config.contact(Name::ContactName).as_deref(), Some("Grace"));
    assert_eq!(config.contact(Name::ContactEmail).as_deref(), Some("grace@example.com"));
    assert_eq!(config.contact(Name::ContactPhone).as_deref(), Some("123"));
    config.set("contact", RawValue::Nothing, &mut |line| panic!("{line}"));
    assert_eq!(config.contact(Name::ContactName).as_deref(), Some("Ada"));
    assert_eq!(config.contact(Name::ContactEmail), None);
}

#[test]
fn a_map_wants_a_map_and_a_text_wants_a_text() {
    let mut config = Config::default();
    config.set("variables", map(&[("plan", "pro")]), &mut |line| panic!("{line}"));
    assert_eq!(config.variables().iter().collect::<Vec<_>>(), [("plan", "pro")]);
    assert_eq!(
        set(&mut config, "variables", "plan=pro"),
        ["[chataibot] variables=\"plan=pro\" is not allowed. Allowed: an object of texts. Now: (none)."]
    );
    assert!(config.variables().is_empty(), "the default stands");

    let mut lines = Vec::new();
    config.set("heading", map(&[]), &mut |line| lines.push(line.to_owned()));
    assert_eq!(
        lines,
        ["[chataibot] heading=\"[object]\" is not allowed. Allowed: any text. Now: (in the visitor's language)."]
    );
}

#[test]
fn a_partial_change_leaves_the_rest() {
    let mut config = Config::default();
    set(&mut config, "heading", "Hello");
    set(&mut config, "theme", "dark");
    config.set("theme", RawValue::Nothing, &mut |line| panic!("{line}"));
    assert_eq!(config.text(Name::Theme), "auto");
    assert_eq!(config.given(Name::Heading).as_deref(), Some("Hello"));
}

#[test]
fn the_types_for_pages_know_every_property_and_choice() {
    let types = include_str!("../loader/chataibot.d.ts");
    for setting in SETTINGS.iter().filter(|setting| !setting.property.is_empty()) {
        let line = types.lines().find(|line| line.trim_start().starts_with(&format!("{}: ", setting.property)));
        let line = line.unwrap_or_else(|| panic!("{} has no type", setting.property));
        if let SettingKind::Choice(choices) = setting.kind {
            let wanted = choices.iter().map(|choice| format!("'{choice}' | ")).collect::<String>();
            assert_eq!(line.trim(), format!("{}: {wanted}null;", setting.property));
        }
    }
}
