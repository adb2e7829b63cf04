//! `--demo`: a complete built-in configuration, for this machine only.

use std::path::PathBuf;

use crate::config::{Arguments, Config, Origins, Problems, RedisUrl, Site, Sites, problem::Location, read};
use crate::file_types;

/// The simulator's account token.
pub const ACCOUNT_TOKEN: &str = "demo-account-token";
/// The simulator's bot.
pub const BOT_KEY: &str = "demo-bot";
/// The last part of the webhook path that the simulator calls.
pub const WEBHOOK_SECRET: &str = "demo-webhook-secret";
/// The token the simulator's events carry.
pub const WEBHOOK_TOKEN: &str = "demo-webhook-token";
/// The demo's one site.
pub const SITE: &str = "demo";
/// The simulator's API.
pub const PLATFORM_URL: &str = "http://127.0.0.1:8788/api/v1";

/// The demo's settings, as variables without `CHATAIBOT_PROXY_`; all others have their defaults.
const SETTINGS: [(&str, &str); 15] = [
    ("PLATFORM_URL", PLATFORM_URL),
    ("UPLOADS_TOTAL_MEGABYTES", "256"),
    ("DRAIN_SECONDS", "0"),
    // All tabs and tests on this machine share one address.
    ("LIMITS_TOKEN_PER_MINUTE", "6000"),
    ("LIMITS_START_PER_MINUTE", "6000"),
    ("LIMITS_SEND_PER_MINUTE", "600"),
    ("LIMITS_UPLOAD_PER_MINUTE", "600"),
    ("LIMITS_UPLOAD_BYTES", "2097152"),
    ("LIMITS_CONNECTIONS_PER_ADDRESS", "20000"),
    ("SITE_ID", SITE),
    ("SITE_ORIGINS", "http://localhost"),
    ("SITE_BOT_KEYS", BOT_KEY),
    ("SITE_ACCOUNT_TOKEN", ACCOUNT_TOKEN),
    ("SITE_WEBHOOK_SECRET", WEBHOOK_SECRET),
    ("SITE_WEBHOOK_TOKEN", WEBHOOK_TOKEN),
];

/// The demo's configuration. `directory` holds its database, unless `--database` names another.
/// Fails with `--config` or for other machines: its secrets are publicly known.
pub fn config(arguments: &Arguments, directory: PathBuf) -> Result<Config, Problems> {
    let mut problems = Problems::default();
    if arguments.config.is_some() {
        problems.add(Location::Flag("--demo"), "needs no --config; leave one of them out");
    }
    for (flag, address) in [("--listen", arguments.listen), ("--metrics-listen", arguments.metrics_listen)] {
        if address.is_some_and(|address| !address.ip().is_loopback()) {
            problems.add(
                Location::Flag(flag),
                "the demo's secrets are known to everybody, so it listens to this machine only; use 127.0.0.1 or [::1], or write a configuration",
            );
        }
    }
    // The demo has no real secrets, so its Redis address may contain a password even in a flag.
    let redis = arguments.redis.as_deref().map(RedisUrl::parse).transpose();
    let redis = redis.map_err(|what| problems.add(Location::Flag("--redis"), what));
    let environment = SETTINGS.map(|(name, value)| (format!("CHATAIBOT_PROXY_{name}"), value.to_owned())).into();
    let read = read::check(None, &Arguments { redis: None, ..arguments.clone() }, &environment);
    let read = read.map_err(|more| problems.0.extend(more.0));
    let (Ok(config), Ok(redis), true) = (read, redis, problems.0.is_empty()) else { return Err(problems) };
    let site = config.sites.get(SITE).expect("the settings above name it");
    let site = Site {
        origins: Origins::loopback(),
        upload_types: file_types::default_types(),
        typed_answers: arguments.typed_answers,
        ..Site::clone(site)
    };
    Ok(Config {
        database: arguments.database.clone().unwrap_or_else(|| directory.join("chat.sqlite")),
        redis,
        uploads_directory: Some(arguments.uploads_directory.clone().unwrap_or_else(|| directory.join("uploads"))),
        sites: Sites::new(vec![site]),
        ..config
    })
}
