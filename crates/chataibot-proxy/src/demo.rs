//! `--demo`: a whole configuration without any, for this machine only.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use secrecy::SecretString;

use crate::config::{
    Arguments, Config, IdentityPolicy, LimitSettings, MEGABYTE, Origins, Problems, RedisUrl, Site, SiteId, Sites,
    problem::Location, read::platform_url, settings,
};
use crate::file_types;

/// The simulator's account token.
pub const ACCOUNT_TOKEN: &str = "demo-account-token";
/// The simulator's bot.
pub const BOT_KEY: &str = "demo-bot";
/// The last part of the webhook's path the simulator calls.
pub const WEBHOOK_SECRET: &str = "demo-webhook-secret";
/// The token the simulator's events carry.
pub const WEBHOOK_TOKEN: &str = "demo-webhook-token";
/// The demo's one site.
pub const SITE: &str = "demo";
/// Where the simulator answers.
pub const PLATFORM_URL: &str = "http://127.0.0.1:8788/api/v1";

/// The demo's configuration. The directory holds the database while the demo runs, unless `--database` names another.
///
/// # Errors
/// When it is asked to listen to other machines, or together with `--config`: its secrets are known to everybody.
pub fn config(arguments: &Arguments, directory: PathBuf) -> Result<Config, Problems> {
    let mut problems = Problems::default();
    if arguments.config.is_some() {
        problems.add(Location::Flag("--demo"), "needs no --config; leave one of them out");
    }
    let default: SocketAddr = ([127, 0, 0, 1], 8787).into();
    let listen = arguments.listen.unwrap_or(default);
    for (flag, address) in [("--listen", Some(listen)), ("--metrics-listen", arguments.metrics_listen)] {
        if address.is_some_and(|address| !address.ip().is_loopback()) {
            problems.add(
                Location::Flag(flag),
                "the demo's secrets are known to everybody, so it listens to this machine only; use 127.0.0.1 or [::1], or write a configuration",
            );
        }
    }
    let platform_url = platform_url(arguments.platform_url.as_deref().unwrap_or(PLATFORM_URL))
        .map_err(|what| problems.add(Location::Flag("--platform-url"), what));
    if let Some(assets) = arguments.assets.as_ref().filter(|assets| !assets.is_dir()) {
        problems.add(Location::Flag("--assets"), format!("`{}` is not a directory", assets.display()));
    }
    let redis = arguments.redis.as_deref().map(RedisUrl::parse).transpose();
    let redis = redis.map_err(|what| problems.add(Location::Flag("--redis"), what));
    let id = SiteId::parse(SITE).map_err(|what| problems.add(Location::Flag("--demo"), what));
    let (Ok(platform_url), Ok(id), Ok(redis), true) = (platform_url, id, redis, problems.0.is_empty()) else {
        return Err(problems);
    };
    let site = Site {
        id,
        origins: Origins::loopback(),
        bot_key: BOT_KEY.to_owned(),
        bot_keys: vec![BOT_KEY.to_owned()],
        account_token: SecretString::from(ACCOUNT_TOKEN),
        webhook_secret: SecretString::from(WEBHOOK_SECRET),
        webhook_token: SecretString::from(WEBHOOK_TOKEN),
        platform_url,
        retention_days: default_number("retention_days"),
        upload_types: file_types::usual(),
        typed_answers: arguments.typed_answers,
        identity: IdentityPolicy::Off,
    };
    Ok(Config {
        listen,
        metrics_listen: arguments.metrics_listen,
        database: arguments.database.clone().unwrap_or_else(|| directory.join("chat.sqlite")),
        redis,
        assets: arguments.assets.clone(),
        token_lifetime: Duration::from_secs(u64::from(default_number("token_lifetime_seconds"))),
        renewal_lifetime: Duration::from_secs(u64::from(default_number("renewal_lifetime_days")) * 24 * 3600),
        token_keys_file: None,
        // Every tab and every test of this machine comes from one address.
        limits: LimitSettings {
            token_per_minute: 6_000,
            start_per_minute: 6_000,
            send_per_minute: 600,
            upload_per_minute: 600,
            upload_bytes: 2 * 1024 * 1024,
            connections_per_address: 20_000,
            ..LimitSettings::default()
        },
        trusted_proxies: Vec::new(),
        public_url: None,
        uploads_directory: Some(arguments.uploads_directory.clone().unwrap_or_else(|| directory.join("uploads"))),
        uploads_total: 256 * MEGABYTE,
        capture_unknown: None,
        drain: Duration::ZERO,
        operator_token: None,
        shutdown_grace: Duration::from_secs(u64::from(default_number("shutdown_grace_seconds"))),
        sites: Sites::new(vec![site]),
    })
}

fn default_number(key: &str) -> u32 {
    let setting = settings::find("", key).expect("the key stands in the table of settings");
    setting.default.parse().expect("the default of a number is a number")
}
