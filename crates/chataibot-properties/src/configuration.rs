//! Property: the proxy takes any configuration file with values that are in range, or refuses it
//! and says what to fix; neither reveals a secret.

use std::{collections::BTreeSet, path::Path};

use chataibot_proxy::config::problem::Location;
use chataibot_proxy::config::read::{Environment, check};
use chataibot_proxy::config::{Arguments, Config, Problems, origin};

use crate::text_of;

const SECRETS: &[(&str, &str)] = &[
    ("TOKEN", "an-account-token-7c9e"),
    ("SECRET", "0123456789abcdef0123456789abcdef"),
    ("HOOK", "a-webhook-token-41aa"),
    ("SIGNS", "signs-visitors-in-0123456789abcdef"),
];

/// Checks that a file is taken or refused, each for good reasons.
pub fn holds(data: &[u8]) {
    let text = text_of(data);
    // Skips files that name files or directories of this machine: a test must not read `/dev/zero`.
    if text.contains("_file") || text.contains("/dev") {
        return;
    }
    match check(Some((Path::new("proxy.toml"), &text)), &Arguments::default(), &environment()) {
        Ok(config) => is_sound(&config),
        Err(problems) => are_of_use(&problems, text.bytes().filter(|b| *b == b'\n').count() + 1),
    }
}

/// Returns the environment with the secrets that a file may name.
pub fn environment() -> Environment {
    SECRETS.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn is_sound(config: &Config) {
    assert!(config.sites.iter().count() > 0, "a proxy without a site");
    let mut ids = BTreeSet::new();
    for site in config.sites.iter() {
        assert!(ids.insert(site.id.as_str().to_owned()), "{} stands there twice", site.id);
        assert!(site.origins.iter().count() > 0, "nobody may embed {}", site.id);
        site.origins.iter().for_each(|listed| assert_eq!(origin::check(listed), Ok(()), "{listed:?}"));
        assert!(!site.origins.allow("null") && !site.origins.allow(""), "a page without an origin is let in");
        assert!(site.bot_keys.contains(&site.bot_key) && site.knows_bot(&site.bot_key));
        assert!(matches!(site.platform_url.scheme(), "https" | "http"), "{}", site.platform_url);
        assert!(site.platform_url.username().is_empty() && site.platform_url.password().is_none());
        assert!((1..=3650).contains(&site.retention_days), "{} days", site.retention_days);
        assert!(!site.is_webhook_secret("") && !site.is_webhook_token(""), "an empty secret opens the webhook");
    }
    let limits = config.limits;
    let per_minute =
        [limits.token_per_minute, limits.start_per_minute, limits.send_per_minute, limits.upload_per_minute];
    assert!(per_minute.iter().all(|limit| *limit > 0), "{limits:?}");
    assert!(limits.connections > 0 && limits.streams > 0 && limits.body_bytes >= 1024, "{limits:?}");
    assert!((60..=3600).contains(&config.token_lifetime.as_secs()), "{:?}", config.token_lifetime);
    assert!(config.drain.as_secs() <= 600 && config.shutdown_grace.as_secs() <= 600);
    assert!(config.metrics_listen.is_none_or(|metrics| metrics != config.listen || metrics.port() == 0));
    let takes_files = config.sites.iter().any(|site| !site.upload_types.is_empty());
    assert!(!takes_files || (config.public_url.is_some() && config.uploads_directory.is_some()), "files go nowhere");
    tells_no_secret(&config.summary());
    tells_no_secret(&format!("{config:?}"));
}

fn are_of_use(problems: &Problems, lines: usize) {
    assert!(!problems.0.is_empty(), "refused without a reason");
    for problem in &problems.0 {
        assert!(!problem.what.is_empty(), "{problem:?}");
        if let Location::Line(_, line) = problem.location {
            assert!((1..=lines).contains(&line), "line {line} of {lines}: {}", problem.what);
        }
    }
    tells_no_secret(&problems.to_string());
}

fn tells_no_secret(text: &str) {
    for (name, secret) in SECRETS {
        assert!(!text.contains(secret), "the secret in {name} is told");
    }
}
