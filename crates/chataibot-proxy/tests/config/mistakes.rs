//! Each mistake is reported once, with an example of the right form.

use std::path::Path;

use chataibot_proxy::config::{Arguments, read::check, settings};

use crate::{SITE, TAKES_FILES, environment};

fn problems(text: &str, more: &[(&str, &str)]) -> Vec<String> {
    let file = Some((Path::new("proxy.toml"), text));
    let found = check(file, &Arguments::default(), &environment(more)).expect_err("something is wrong");
    found.0.iter().map(ToString::to_string).collect()
}

#[test]
fn each_mistake_is_told_once_with_an_example_of_its_kind() {
    let without = |key: &str| {
        let lines = SITE.lines().filter(|line| !line.starts_with(key));
        lines.map(|line| format!("{line}\n")).collect::<String>()
    };
    for (top, site, wanted) in [
        ("trusted_proxies = \"10.0.0.7\"\n", SITE.to_owned(), "list of texts, such as [\"10.0.0.7\", \"10.0.0.0/8\"]"),
        ("", format!("{}bot_keys = \"x\"\n", without("bot_keys")), "list of texts, such as [\"key-of-your-bot\"]"),
        ("", format!("{}bot_keys = [1]\n", without("bot_keys")), "list of texts, such as [\"key-of-your-bot\"]"),
        ("", format!("{}origins = \"x\"\n", without("origins")), "such as [\"https://www.example.com\"]"),
        ("", format!("{SITE}uploads = false\nupload_types = \"x\"\n"), "such as [\"image/png\", \"application/pdf\"]"),
        (
            "public_url = 1\nuploads_directory = \"up\"\n",
            format!("{SITE}{TAKES_FILES}"),
            "`public_url` must be a text in quotes",
        ),
        ("site = 1\n", String::new(), "`site` must be tables with two brackets: [[site]]"),
        ("site = []\n", String::new(), "there is no site"),
        ("", format!("{}bot_keys = []\n", without("bot_keys")), "this site has no `bot_keys`"),
        ("", format!("{}account_token_file = 1\n", without("account_token")), "`account_token_file` must be a text"),
        ("", format!("{SITE}identity = 1\nidentity_secret_env = \"SECRET\"\n"), "`identity` must be a text in quotes"),
        ("", format!("{SITE}identity = \"optional\"\nidentity_secret_env = \"NO\"\n"), "variable NO is not set"),
        ("", format!("{SITE}identity = \"optional\"\nidentity_secret_file = 1\n"), "`identity_secret_file` must be"),
        ("", format!("{SITE}identity = \"optional\"\n"), "`identity` needs the secret"),
    ] {
        let found = problems(&format!("{top}{site}"), &[]);
        assert!(found.len() == 1 && found[0].contains(wanted), "{wanted}: {found:#?}");
    }
    let variables = [("CHATAIBOT_PROXY_PUBLIC_URL", "nowhere"), ("CHATAIBOT_PROXY_UPLOADS_DIRECTORY", "/dev/null")];
    let found = problems(&format!("{SITE}{TAKES_FILES}"), &variables);
    assert!(found.len() == 2 && found.iter().all(|said| said.contains("variable CHATAIBOT")), "{found:#?}");
}

#[test]
fn no_secret_stands_in_the_file_whichever_it_is() {
    let top = settings::SETTINGS.iter().filter(|setting| setting.table.is_empty()).map(|setting| setting.key);
    let mut seen = Vec::new();
    for (keys, is_top) in [(top.collect::<Vec<_>>(), true), (settings::SITE_KEYS.to_vec(), false)] {
        for name in keys.iter().filter_map(|key| key.strip_suffix("_file")) {
            let line = format!("{name} = \"hunter2\"\n");
            let found = problems(&if is_top { format!("{line}{SITE}") } else { format!("{SITE}{line}") }, &[]);
            let wanted = format!("secrets do not belong in this file; write `{name}_file = \"<path>\"`");
            assert!(found.len() == 1 && found[0].contains(&wanted), "{name}: {found:#?}");
            let has_variable = keys.contains(&format!("{name}_env").as_str());
            assert_eq!(found[0].contains(&format!("`{name}_env = \"<variable>\"`")), has_variable, "{found:#?}");
            assert!(!found[0].contains("hunter2"), "{found:#?}");
            seen.push(name);
        }
    }
    let all = ["token_keys", "operator_token", "account_token", "webhook_secret", "webhook_token", "identity_secret"];
    assert_eq!(seen, all);
}
