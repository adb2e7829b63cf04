//! The example configuration: its values are the defaults, and its placeholders are recognized.

use std::{fs, path::PathBuf};

use chataibot_proxy::config::read::{Environment, check};
use chataibot_proxy::config::{Arguments, settings};

use crate::{SITE, load};

/// The example configuration, and all environment variables it refers to.
fn example() -> (String, Environment) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("chataibot-proxy.example.toml");
    let mut environment = Environment::new();
    for site in ["SHOP", "BLOG"] {
        environment.insert(format!("{site}_ACCOUNT_TOKEN"), "an-account-token".to_owned());
        environment.insert(format!("{site}_WEBHOOK_SECRET"), format!("0123456789abcdef-{site}"));
        environment.insert(format!("{site}_WEBHOOK_TOKEN"), "a-webhook-token".to_owned());
    }
    (fs::read_to_string(path).expect("the example"), environment)
}

#[test]
fn every_value_of_the_example_that_is_nobodys_is_named_with_its_line_and_what_belongs_there() {
    let (text, environment) = example();
    let path = PathBuf::from("proxy.toml");
    let found = check(Some((&path, &text)), &Arguments::default(), &environment).expect_err("placeholders");
    let named: Vec<String> = found.0.iter().map(ToString::to_string).collect();
    // One problem for each placeholder, also if a line has several.
    let wanted: Vec<usize> = text
        .lines()
        .zip(1..)
        .filter(|(line, _)| !line.starts_with('#'))
        .flat_map(|(line, at)| {
            let values = line.split('"').skip(1).step_by(2);
            values.filter(|value| value.contains("example.") || value.contains("replace-with")).map(move |_| at)
        })
        .collect();
    let lines: Vec<usize> = named.iter().filter_map(|said| said.split(':').nth(1)?.parse().ok()).collect();
    assert_eq!(lines, wanted, "{named:#?}");
    for what in [
        "`https://chat.example.com` is a placeholder; write the address by which browsers reach this proxy",
        "`https://shop.example.com` is a placeholder; write scheme and host of the pages",
        "`replace-with-your-bot-key` is a placeholder; write the key from the bot's trigger block",
    ] {
        assert!(named.iter().any(|said| said.contains(what)), "{what}: {named:#?}");
    }
}

#[test]
fn an_address_of_an_example_is_warned_of_and_used() {
    let text = "platform_url = \"https://api.example.com/v1\"\npublic_url = \"https://chat.example.org\"\n".to_owned()
        + &SITE.replace("www.shop.test", "www.example.com");
    let config = load(&text, &[]).expect("it can be used");
    let warnings: Vec<String> = config.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(warnings.len(), 3, "{warnings:#?}");
    for what in [
        "proxy.toml:1: `platform_url`: `https://api.example.com/v1` is a placeholder; write the platform's, such as",
        "proxy.toml:2: `public_url`: ",
        "proxy.toml:6: `origins`: ",
    ] {
        assert!(warnings.iter().any(|said| said.contains(what)), "{what}: {warnings:#?}");
    }
    let site = config.sites.get("shop").expect("the site");
    assert!(site.origins.allow("https://www.example.com"));
    assert!(load(SITE, &[]).expect("it is right").warnings.is_empty());
}

#[test]
fn secrets_that_stand_for_others_are_refused_with_what_belongs_there() {
    for (name, value, said) in [
        ("TOKEN", "replace-with-your-token", "put the account token of Settings › Account Settings there"),
        ("TOKEN", "…", "put the account token"),
        ("SECRET", "<your-webhook-secret>", "put one made with `openssl rand -hex 32` there"),
        ("HOOK", "one\nreplace-with-another", "put the token that is entered beside the webhook's URL there"),
    ] {
        let found = load(SITE, &[(name, value)]).expect_err(value).to_string();
        assert!(found.contains("it is a placeholder") && found.contains(said), "{value}: {found}");
        assert!(!found.contains(value), "{found}");
    }
}

#[test]
fn the_example_is_right_but_for_them_and_its_comments_show_the_defaults() {
    let (text, environment) = example();
    let own = text.replace("example.", "shop-").replace("replace-with-", "");
    let path = PathBuf::from("proxy.toml");
    let config = check(Some((&path, &own)), &Arguments::default(), &environment).expect("the example is right");
    assert_eq!(config.sites.iter().count(), 2);
    for setting in settings::SETTINGS.iter().filter(|setting| !setting.default.is_empty() && setting.key != "database")
    {
        let quoted = if setting.default.bytes().all(|b| b.is_ascii_digit()) {
            setting.default.to_owned()
        } else {
            format!("{:?}", setting.default)
        };
        let line = format!("# {} = {quoted}", setting.key);
        assert!(text.lines().any(|one| one.starts_with(&line)), "{line}");
    }
}
