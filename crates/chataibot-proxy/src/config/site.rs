//! A site: the origins that may embed the widget, its bots, and its secrets.

use std::{fmt, sync::Arc};

use secrecy::{ExposeSecret, SecretString};
use subtle::{Choice, ConstantTimeEq};
use url::Url;

use super::origin::Origins;
use crate::file_types::FileType;

/// The name of a site: 1 to 40 of `a-z`, `0-9` and `-`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SiteId(String);

impl SiteId {
    /// Parses a site id.
    pub fn parse(text: &str) -> Result<Self, String> {
        let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        let fits = (1..=40).contains(&text.len()) && text.bytes().all(allowed);
        fits.then(|| Self(text.to_owned())).ok_or("a site id is 1 to 40 of the characters a-z, 0-9 and -".to_owned())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SiteId {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether the host site signs its visitors in, and the secrets it signs with, one per line.
#[derive(Clone, Debug, Default)]
pub enum IdentityPolicy {
    /// All visitors are anonymous.
    #[default]
    Off,
    /// Visitors are anonymous until the host site vouches for them.
    Optional(SecretString),
    /// Only visitors that the host site vouches for are admitted.
    Required(SecretString),
}

/// One site. Its secrets print as `[REDACTED]`.
#[derive(Clone, Debug)]
pub struct Site {
    /// Its name, in logs, tokens and the database.
    pub id: SiteId,
    /// The pages that may embed the widget.
    pub origins: Origins,
    /// The bot that answers when the page names none: the first of `bot_keys`.
    pub bot_key: String,
    /// Every bot the site's pages may name. Never empty.
    pub bot_keys: Vec<String>,
    /// The platform's token for the whole account. Never leaves the server.
    pub account_token: SecretString,
    /// The last part of the webhook's path, shared by the sites of one account.
    pub webhook_secret: SecretString,
    /// The token the platform sends with each event, as entered in its settings.
    pub webhook_token: SecretString,
    /// Base URL of the platform's API, without a slash at the end.
    pub platform_url: Url,
    /// How many days a conversation's log and files are kept after its last entry.
    pub retention_days: u32,
    /// Which files its visitors may send; none when empty.
    pub upload_types: Vec<&'static FileType>,
    /// Whether the platform accepts its internal forms of an answer (INT).
    pub typed_answers: bool,
    /// How visitors are signed in.
    pub identity: IdentityPolicy,
}

impl Site {
    /// Whether a page of this site may talk to this bot.
    pub fn knows_bot(&self, bot_key: &str) -> bool {
        self.bot_keys.iter().any(|known| known == bot_key)
    }

    /// Whether a visitor with this origin, signed in or not, is admitted.
    pub fn admits(&self, origin: &str, is_signed_in: bool) -> bool {
        self.origins.allow(origin) && (is_signed_in || !matches!(self.identity, IdentityPolicy::Required(_)))
    }

    /// Whether this is the webhook's secret. Takes the same time for every value of its length.
    pub fn is_webhook_secret(&self, presented: &str) -> bool {
        matches_any(&self.webhook_secret, presented)
    }

    /// Whether this is the webhook's token. Takes the same time for every value of its length.
    pub fn is_webhook_token(&self, presented: &str) -> bool {
        matches_any(&self.webhook_token, presented)
    }
}

/// Whether any of the secrets fits: while one is being replaced there are two, one per line. All
/// are compared, so the time does not reveal which one fits.
fn matches_any(secrets: &SecretString, presented: &str) -> bool {
    let lines = secrets.expose_secret().lines();
    lines.map(|secret| secret.as_bytes().ct_eq(presented.as_bytes())).fold(Choice::from(0), |any, one| any | one).into()
}

/// All sites, in the order of the configuration.
#[derive(Clone, Debug)]
pub struct Sites(Vec<Arc<Site>>);

impl Sites {
    /// Wraps the sites of a checked configuration.
    pub fn new(sites: Vec<Site>) -> Self {
        Self(sites.into_iter().map(Arc::new).collect())
    }

    /// Returns every site.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Site>> {
        self.0.iter()
    }

    /// Returns the site with this id.
    pub fn get(&self, id: &str) -> Option<&Arc<Site>> {
        self.0.iter().find(|site| site.id.as_str() == id)
    }

    /// Whether the origin is allowed for any site.
    pub fn allow(&self, origin: &str) -> bool {
        self.0.iter().any(|site| site.origins.allow(origin))
    }

    /// Returns the sites that an origin belongs to.
    pub fn of_origin<'a>(&'a self, origin: &'a str) -> impl Iterator<Item = &'a Arc<Site>> {
        self.0.iter().filter(move |site| site.origins.allow(origin))
    }

    /// The sites that share a webhook path. All are compared: the time reveals nothing.
    pub fn of_webhook_secret(&self, presented: &str) -> Vec<Arc<Site>> {
        self.0.iter().filter(|site| site.is_webhook_secret(presented)).cloned().collect()
    }
}
