//! The configuration: what is accepted and refused, and that each error names the place and what to
//! change.

mod dry_run;
mod example;
mod mistakes;

use std::{fs, path::PathBuf, time::Duration};

use chataibot_proxy::config::read::{Environment, listen, read};
use chataibot_proxy::config::{Arguments, Config, LimitSettings, Problems, settings};
use chataibot_proxy::demo;
use clap::{CommandFactory, Parser};
use secrecy::ExposeSecret;

const SECRETS: &[(&str, &str)] =
    &[("TOKEN", "an-account-token"), ("SECRET", "0123456789abcdef0123456789abcdef"), ("HOOK", "a-webhook-token")];

const SITE: &str = r#"
[[site]]
id = "shop"
origins = ["https://www.shop.test"]
bot_keys = ["one", "two"]
account_token_env = "TOKEN"
webhook_secret_env = "SECRET"
webhook_token_env = "HOOK"
"#;

const TAKES_FILES: &str = "uploads = true\n";

fn environment(more: &[(&str, &str)]) -> Environment {
    SECRETS.iter().chain(more).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn load(text: &str, more: &[(&str, &str)]) -> Result<Config, Problems> {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("proxy.toml");
    fs::write(&path, text).expect("written");
    read(&Arguments { config: Some(path), ..Arguments::default() }, &environment(more))
}

/// `(line, what)` of each problem; the line is 0 if it has none.
fn problems(text: &str) -> Vec<(usize, String)> {
    let problems = load(text, &[]).expect_err("there is something wrong");
    let line = |place: &str| place.rsplit_once("proxy.toml:").and_then(|(_, line)| line.parse().ok()).unwrap_or(0);
    problems.0.iter().map(|problem| (line(&problem.location.to_string()), problem.what.clone())).collect()
}

#[test]
fn a_site_needs_few_lines_and_the_rest_has_defaults() {
    let config = load(SITE, &[]).expect("fine");
    let site = config.sites.get("shop").expect("the site");
    assert_eq!((site.bot_key.as_str(), site.bot_keys.len()), ("one", 2));
    assert!(site.knows_bot("two") && !site.knows_bot("three"));
    assert!(site.origins.allow("https://www.shop.test") && !site.origins.allow("https://shop.test"));
    assert_eq!(site.account_token.expose_secret(), "an-account-token");
    assert_eq!(site.platform_url.as_str(), "https://app.chataibot.io/api/v1");
    assert_eq!((config.listen.to_string().as_str(), site.retention_days), ("127.0.0.1:8787", 90));
    let limits = LimitSettings {
        token_per_minute: 60,
        start_per_minute: 60,
        send_per_minute: 60,
        upload_per_minute: 10,
        upload_bytes: 10 * 1024 * 1024,
        body_bytes: 64 * 1024,
        webhook_bytes: 4 * 1024 * 1024,
        connections: 20_000,
        connections_per_address: 2_000,
        streams: 64,
        head_timeout: Duration::from_secs(15),
        body_timeout: Duration::from_secs(20),
    };
    assert_eq!(config.limits, limits);
}

#[test]
fn a_flag_stands_over_a_variable_and_a_variable_over_the_file() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("proxy.toml");
    fs::write(&path, format!("listen = \"127.0.0.1:1\"\ndatabase = \"file\"\nretention_days = 7\n{SITE}"))
        .expect("written");
    let arguments = Arguments { config: Some(path), listen: Some(([127, 0, 0, 1], 3).into()), ..Arguments::default() };
    let more = [
        ("CHATAIBOT_PROXY_LISTEN", "127.0.0.1:2"),
        ("CHATAIBOT_PROXY_DATABASE", "variable"),
        ("CHATAIBOT_PROXY_LIMITS_BODY_BYTES", "2048"),
    ];
    let config = read(&arguments, &environment(&more)).expect("fine");
    assert_eq!(config.listen.port(), 3);
    assert_eq!(config.database, PathBuf::from("variable"));
    assert_eq!(config.limits.body_bytes, 2048);
    assert_eq!(config.sites.get("shop").expect("the site").retention_days, 7);
}

#[test]
fn every_problem_is_found_at_once_with_its_line_and_what_to_write() {
    let text = r#"listen = "nowhere"
retention_days = 0
orgins = []
limits = { token_per_minut = 1 }

[[site]]
id = "Shop"
origins = ["https://example.com/", "*"]
bot_keys = []
account_token = "oops-a-secret"
webhook_secret_env = "NOT_SET"
webhook_token_file = "/does/not/exist"
bot_key = "x"

[[site]]
origins = "https://example.com"
"#;
    let found = problems(text);
    for (line, what) in [
        (1, "`listen`: `nowhere` is not an address with a port; write one such as 127.0.0.1:8787"),
        (2, "`retention_days`: `0` does not fit; write a whole number from 1 to 3650"),
        (3, "unknown setting `orgins`; known are"),
        (4, "unknown setting `token_per_minut` in [limits]; did you mean `token_per_minute`?"),
        (6, "this site has no `bot_keys`"),
        (6, "this site needs `account_token_file` or `account_token_env`"),
        (7, "`id`: a site id is 1 to 40 of the characters a-z, 0-9 and -"),
        (8, "`origins`: `https://example.com/` is not written as a browser does; write `https://example.com`"),
        (8, "`origins`: `*` has a wildcard; list every origin by name"),
        (
            10,
            "secrets do not belong in this file; write `account_token_file = \"<path>\"` or `account_token_env = \"<variable>\"`",
        ),
        (11, "the environment variable NOT_SET is not set"),
        (12, "the file /does/not/exist can't be read"),
        (13, "unknown setting `bot_key` in [[site]]; did you mean `bot_keys`?"),
        (15, "this site has no `id`"),
        (16, "`origins` must be a list of texts"),
    ] {
        assert!(
            found.iter().any(|(at, said)| *at == line && said.starts_with(what)),
            "line {line}: {what}\nfound {found:#?}"
        );
    }
    assert!(!format!("{found:?}").contains("oops-a-secret"));
    assert!(found.is_sorted_by_key(|(line, _)| *line), "{found:?}");
}

#[test]
fn mistakes_of_syntax_are_named_with_their_lines() {
    let found = problems("listen = \"a\"\n[[site]\nid = = 1\n");
    assert!(found.iter().all(|(_, what)| what.starts_with("this is not TOML")), "{found:?}");
    assert_eq!(found.first().map(|(line, _)| *line), Some(2));
    let twice = problems("database = \"a\"\ndatabase = \"b\"\n");
    assert_eq!(twice.first().map(|(line, _)| *line), Some(2), "{twice:?}");
}

#[test]
fn what_would_be_unsafe_or_ambiguous_is_refused() {
    let with = |from: &str, to: &str| problems(&SITE.replace(from, to));
    let said = |found: Vec<(usize, String)>, what: &str| {
        assert!(found.iter().any(|(_, said)| said.contains(what)), "{what}: {found:?}")
    };
    said(problems(&format!("{SITE}{SITE}")), "two sites called `shop`");
    let other_token = SITE.replace("shop", "blog").replace("\"HOOK\"", "\"TOKEN\"");
    said(problems(&format!("{SITE}{other_token}")), "same webhook secret and different webhook tokens");
    said(with("\"SECRET\"", "\"HOOK\""), "fewer than 16 characters");
    said(with("webhook_token_env = \"HOOK\"", "webhook_token_env = \"HOOK\"\nwebhook_token_file = \"x\""), "keep one");
    said(problems(&format!("platform_url = \"ftp://x\"\n{SITE}")), "must begin with https:// or http://");
    said(problems(&format!("platform_url = \"https://u:p@x\"\n{SITE}")), "no user, password");
    said(problems(&format!("trusted_proxies = [\"all\"]\n{SITE}")), "neither an address nor a network");
    said(problems(&format!("metrics_listen = \"127.0.0.1:8787\"\n{SITE}")), "must differ from `listen`");
    said(problems(&format!("assets = \"/does/not/exist\"\n{SITE}")), "is not a directory");
    said(problems(&format!("retention_days = \"7\"\n{SITE}")), "must be a whole number, without quotes");
    said(problems(""), "there is no site");
    said(problems("site = 1"), "[[site]]");
}

#[test]
fn sites_of_one_account_share_one_webhook() {
    let blog = SITE.replace("shop", "blog").replace("www.", "blog.");
    let config = load(&format!("{SITE}{blog}"), &[]).expect("fine");
    assert_eq!(config.sites.of_webhook_secret("0123456789abcdef0123456789abcdef").len(), 2);
    assert!(config.sites.of_webhook_secret("0123456789abcdef0123456789abcdeX").is_empty());
}

#[test]
fn secrets_come_from_files_too_and_never_print() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("token");
    fs::write(&file, "from-a-file\n").expect("written");
    let text = SITE
        .replace("account_token_env = \"TOKEN\"", &format!("account_token_file = {:?}", file.display().to_string()));
    let config = load(&text, &[]).expect("fine");
    assert_eq!(config.sites.get("shop").expect("the site").account_token.expose_secret(), "from-a-file");
    let printed = format!("{config:?} {config:#?} {}", config.summary());
    for secret in ["from-a-file", "0123456789abcdef", "a-webhook-token"] {
        assert!(!printed.contains(secret), "{secret}");
    }
    for visible in ["shop", "https://www.shop.test", "one"] {
        assert!(printed.contains(visible), "{visible}");
    }
}

#[test]
fn one_site_needs_no_file_at_all() {
    let mut environment: Environment = [
        ("CHATAIBOT_PROXY_SITE_ORIGINS", "https://a.example, https://b.example"),
        ("CHATAIBOT_PROXY_SITE_BOT_KEYS", "one,two"),
        ("CHATAIBOT_PROXY_SITE_ACCOUNT_TOKEN", "an-account-token"),
        ("CHATAIBOT_PROXY_SITE_WEBHOOK_SECRET", "0123456789abcdef"),
        ("CHATAIBOT_PROXY_SITE_WEBHOOK_TOKEN", "a-webhook-token"),
        ("CHATAIBOT_PROXY_TRUSTED_PROXIES", "127.0.0.1, fd00::/8"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    let config = read(&Arguments::default(), &environment).expect("fine");
    assert_eq!(config.sites.get("default").expect("the site").bot_keys, ["one", "two"]);
    assert_eq!(config.trusted_proxies.len(), 2);
    environment.remove("CHATAIBOT_PROXY_SITE_ACCOUNT_TOKEN");
    let problems = read(&Arguments::default(), &environment).expect_err("a secret is missing").to_string();
    assert!(
        problems.contains("environment variable CHATAIBOT_PROXY_SITE_ACCOUNT_TOKEN: must be set too"),
        "{problems}"
    );
    let none = read(&Arguments::default(), &Environment::new()).expect_err("no site").to_string();
    assert!(none.contains("--demo"), "{none}");
}

#[test]
fn where_it_listens_is_read_alone_from_wherever_it_stands() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("proxy.toml");
    fs::write(&path, "listen = \"127.0.0.1:1\"\nretention_days = 0\n").expect("written");
    let read = |flag: Option<u16>, variable: &str| {
        let listen_flag = flag.map(|port| ([127, 0, 0, 1], port).into());
        let arguments = Arguments { config: Some(path.clone()), listen: listen_flag, ..Arguments::default() };
        listen(&arguments, &environment(&[("CHATAIBOT_PROXY_LISTEN", variable)])).map(|address| address.port())
    };
    assert_eq!(read(None, ""), Ok(1), "whatever else is wrong in the file");
    assert_eq!(read(None, "127.0.0.1:2"), Ok(2));
    assert_eq!(read(Some(3), "127.0.0.1:2"), Ok(3));
    assert!(read(None, "nowhere").expect_err("no address").to_string().contains("CHATAIBOT_PROXY_LISTEN"));
    fs::write(&path, "listen = ").expect("written");
    assert!(read(None, "").expect_err("no TOML").to_string().contains("proxy.toml:1: this is not TOML"));
    assert_eq!(read(Some(3), ""), Ok(3), "the file is not asked");
    assert_eq!(listen(&Arguments::default(), &Environment::new()).map(|address| address.port()), Ok(8787));
}

#[test]
fn the_help_lists_every_setting_and_every_variable() {
    Arguments::command().debug_assert();
    let help = Arguments::command().render_long_help().to_string();
    for setting in settings::SETTINGS {
        assert!(help.contains(setting.key) && help.contains(&setting.variable()), "{}", setting.key);
    }
    for (variable, _) in settings::SITE_VARIABLES {
        assert!(help.contains(variable), "{variable}");
    }
}

#[test]
fn the_demo_needs_nothing_and_stays_on_this_machine() {
    let arguments =
        |line: &str| Arguments::try_parse_from(format!("chataibot-proxy {line}").split(' ')).expect("flags");
    let config = demo::config(&arguments("--demo"), PathBuf::from("/tmp/demo")).expect("nothing is needed");
    let site = config.sites.get("demo").expect("the demo's site");
    assert_eq!(config.listen.to_string(), "127.0.0.1:8787");
    assert_eq!((site.bot_key.as_str(), site.account_token.expose_secret()), ("demo-bot", "demo-account-token"));
    assert!(site.is_webhook_secret("demo-webhook-secret") && site.is_webhook_token("demo-webhook-token"));
    assert_eq!(site.platform_url.as_str(), "http://127.0.0.1:8788/api/v1");
    assert!(config.sites.allow("http://localhost:4711") && !config.sites.allow("https://example.com"));
    assert_eq!(config.database, PathBuf::from("/tmp/demo/chat.sqlite"));
    let config = demo::config(
        &arguments("--demo --listen [::1]:0 --database x --platform-url http://127.0.0.1:1/api/v1/"),
        PathBuf::new(),
    )
    .expect("fine");
    assert_eq!(config.database, PathBuf::from("x"));
    assert_eq!(config.sites.get("demo").expect("the site").platform_url.as_str(), "http://127.0.0.1:1/api/v1");
    for (line, what) in [
        ("--demo --listen 0.0.0.0:8787", "this machine only"),
        ("--demo --metrics-listen 192.0.2.1:1", "this machine only"),
        ("--demo --config x", "needs no --config"),
        ("--demo --platform-url x", "is not a URL"),
        ("--demo --assets /does/not/exist", "is not a directory"),
    ] {
        let problems = demo::config(&arguments(line), PathBuf::new()).expect_err(line).to_string();
        assert!(problems.contains(what), "{line}: {problems}");
    }
}

const FILES: &str = "public_url = \"https://chat.shop.test/proxy/\"\nuploads_directory = \"/tmp/not-there\"\nuploads_total_megabytes = 5\n";

#[test]
fn a_site_takes_files_and_typed_answers_only_when_it_says_so() {
    let config = load(SITE, &[]).expect("fine");
    let site = config.sites.get("shop").expect("the site");
    assert!(site.upload_types.is_empty() && !site.typed_answers, "off when nobody says");

    let limits = "[limits]\nupload_bytes = 5242880\n";
    let text = format!("{FILES}{limits}{SITE}uploads = true\ntyped_answers = true\n");
    let config = load(&text, &[]).expect("fine");
    let site = config.sites.get("shop").expect("the site");
    let types: Vec<&str> = site.upload_types.iter().map(|kind| kind.mime).collect();
    assert_eq!(types, ["image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf", "text/plain"]);
    assert!(site.typed_answers);
    assert_eq!((config.uploads_total, config.limits.upload_bytes), (5_242_880, 5_242_880));
    let summary = config.summary();
    for said in ["files     image/png, ", "; up to 5242880 bytes, 5 megabytes in all", "answers   typed"] {
        assert!(summary.contains(said), "{summary}");
    }

    let types = "upload_types = [\"image/png\", \"text/csv\", \"image/png\"]\n";
    let config = load(&format!("{FILES}{limits}{SITE}uploads = true\n{types}"), &[]).expect("fine");
    let types: Vec<&str> = config.sites.get("shop").expect("the site").upload_types.iter().map(|t| t.mime).collect();
    assert_eq!(types, ["image/png", "text/csv"]);
}

#[test]
fn what_is_wrong_about_files_is_explained() {
    let of = |text: &str| problems(text).into_iter().map(|(_, what)| what).collect::<Vec<_>>().join("\n");
    let missing = of(&format!("{SITE}uploads = true\n"));
    assert!(
        missing.contains("`shop` takes files, so `public_url` is needed, such as public_url = \"https://"),
        "{missing}"
    );
    assert!(missing.contains("so `uploads_directory` is needed"), "{missing}");
    for (line, said) in [
        ("uploads = \"yes\"", "`uploads` must be true or false, without quotes"),
        ("typed_answers = 1", "`typed_answers` must be true or false, without quotes"),
        ("uploads = true\nupload_types = [\"image/svg+xml\"]", "`image/svg+xml` can run scripts and is never taken"),
        ("uploads = true\nupload_types = [\"text/html\"]", "`text/html` can run scripts and is never taken"),
        ("uploads = true\nupload_types = [\"image/*\"]", "known are image/png, "),
        ("uploads = true\nupload_types = \"image/png\"", "`upload_types` must be a list of texts"),
        ("upload_types = [\"image/png\"]", "`upload_types` counts only with `uploads = true`"),
        ("upload = true", "did you mean `uploads`?"),
    ] {
        let found = of(&format!("{SITE}{line}\n"));
        assert!(found.contains(said), "{line}: {found}");
    }
    for (line, said) in [
        ("public_url = \"chat.example.com\"", "`chat.example.com` is not a URL"),
        ("public_url = \"ftp://chat.example.com\"", "must be an address such as https://chat.example.com"),
        ("public_url = \"https://a:b@chat.example.com\"", "must be an address such as"),
        ("uploads_directory = \"/dev/null\"", "`/dev/null` is not a directory"),
        ("uploads_total_megabytes = 0", "write a whole number from 1 to"),
        ("uploads_total_megabytes = 5", "is less than one file of `limits.upload_bytes` takes"),
    ] {
        let kept: String = FILES
            .lines()
            .filter(|one| one.split(' ').next() != line.split(' ').next())
            .map(|one| format!("{one}\n"))
            .collect();
        let found = of(&format!("{kept}{line}\n{SITE}uploads = true\n"));
        assert!(found.contains(said), "{line}: {found}");
    }
}

#[test]
fn the_environment_gives_files_and_typed_answers_to_its_site() {
    let more = [
        ("CHATAIBOT_PROXY_PUBLIC_URL", "https://chat.shop.test"),
        ("CHATAIBOT_PROXY_UPLOADS_DIRECTORY", "/tmp/not-there"),
        ("CHATAIBOT_PROXY_SITE_ORIGINS", "https://a.example"),
        ("CHATAIBOT_PROXY_SITE_BOT_KEYS", "bot"),
        ("CHATAIBOT_PROXY_SITE_ACCOUNT_TOKEN", "an-account-token"),
        ("CHATAIBOT_PROXY_SITE_WEBHOOK_SECRET", "0123456789abcdef0123456789abcdef"),
        ("CHATAIBOT_PROXY_SITE_WEBHOOK_TOKEN", "a-webhook-token"),
        ("CHATAIBOT_PROXY_SITE_UPLOADS", "true"),
        ("CHATAIBOT_PROXY_SITE_UPLOAD_TYPES", "image/png, application/pdf"),
        ("CHATAIBOT_PROXY_SITE_TYPED_ANSWERS", "true"),
    ];
    let config = read(&Arguments::default(), &environment(&more)).expect("fine");
    let site = config.sites.get("default").expect("the site");
    assert_eq!((site.upload_types.len(), site.typed_answers), (2, true));
    let wrong = more.map(|(name, value)| (name, if name.ends_with("SITE_UPLOADS") { "yes" } else { value }));
    let what = read(&Arguments::default(), &environment(&wrong)).expect_err("not a flag").to_string();
    assert!(what.contains("CHATAIBOT_PROXY_SITE_UPLOADS") && what.contains("neither `true` nor `false`"), "{what}");
}

#[test]
fn several_proxies_share_a_redis_and_its_password_is_never_shown() {
    let config = load(SITE, &[]).expect("fine");
    assert!(config.redis.is_none());
    assert!(config.summary().contains("chataibot-proxy.sqlite, of this proxy alone"), "{}", config.summary());

    let directory = tempfile::tempdir().expect("a directory");
    let kept = directory.path().join("redis-url");
    fs::write(&kept, "rediss://:hunter2@cache.example.com/1\n").expect("written");
    let secret = ("REDIS", "rediss://:hunter2@cache.example.com/1");
    for (text, more) in [
        (format!("[store]\nredis_file = {:?}\n", kept.display().to_string()), vec![]),
        ("[store]\nredis_env = \"REDIS\"\n".to_owned(), vec![secret]),
        (String::new(), vec![("CHATAIBOT_PROXY_STORE_REDIS", secret.1)]),
        ("[store]\nredis = \"redis://other\"\n".to_owned(), vec![("CHATAIBOT_PROXY_STORE_REDIS", secret.1)]),
    ] {
        let config = load(&format!("{text}{SITE}"), &more).expect("fine");
        let redis = config.redis.as_ref().expect("a Redis");
        assert_eq!(redis.secret.expose_secret(), secret.1, "{text}");
        let shown = [config.summary(), format!("{config:?}")];
        assert!(shown.iter().all(|shown| !shown.contains("hunter2")), "{shown:?}");
        assert!(
            shown[0].contains("store       rediss://…@cache.example.com/1, shared by several proxies"),
            "{}",
            shown[0]
        );
    }
    let config = load(&format!("[store]\nredis = \"redis+unix:///run/redis.sock\"\n{SITE}"), &[]).expect("no password");
    assert_eq!(config.redis.expect("a Redis").to_string(), "redis+unix:///run/redis.sock");
}

#[test]
fn what_is_wrong_about_a_redis_is_explained_with_its_line() {
    for (line, said) in [
        ("redis = \"redis://:hunter2@cache\"", "has a password, which others can read here"),
        ("redis = \"127.0.0.1:6379\"", "write an address such as redis://127.0.0.1:6379"),
        ("redis_env = \"NOWHERE\"", "the environment variable NOWHERE is not set"),
        ("redis_file = \"/does/not/exist\"", "can't be read"),
        ("redis = \"redis://a\"\nredis_env = \"TOKEN\"", "keep one of redis, redis_file and redis_env"),
        ("redis_file = \"/dev/null\"\nredis_env = \"TOKEN\"", "are both set; keep one"),
        ("rediss = \"redis://a\"", "did you mean `redis`?"),
    ] {
        let found = problems(&format!("[store]\n{line}\n{SITE}"));
        let (at, what) =
            found.iter().find(|(_, what)| what.contains(said)).unwrap_or_else(|| panic!("{line}: {found:?}"));
        assert!((2..=3).contains(at), "line {at}: {what}");
        assert!(found.iter().all(|(_, what)| !what.contains("hunter2")), "{found:?}");
    }
}
