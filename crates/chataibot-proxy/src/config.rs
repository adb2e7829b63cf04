//! Every setting of the proxy, checked: what the rest of the crate may rely on.
//!
//! - [`site`]: one site, its secrets and its bots
//! - [`origin`]: exact web origins
//! - [`settings`]: every setting with its name, variable, default and meaning, in one table
//! - [`redis_url`]: where the Redis is that several proxies share
//! - [`read`]: file, environment and command line to a [`Config`], with every problem found
//! - [`placeholder`]: values that examples have in the place of somebody's own
//! - [`problem`]: what is wrong, where, and what to change
//!
//! Nothing here opens a socket or a database.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use ipnet::IpNet;
use secrecy::SecretString;
use url::Url;

pub mod command_line;
pub mod origin;
mod placeholder;
pub mod problem;
pub mod read;
pub mod redis_url;
pub mod secret;
pub mod settings;
pub mod site;

pub use command_line::Arguments;
pub use origin::Origins;
pub use problem::{Places, Problem, Problems};
pub use redis_url::RedisUrl;
pub use site::{IdentityPolicy, Site, SiteId, Sites};

/// What `uploads_total_megabytes` counts in.
pub const MEGABYTE: u64 = 1024 * 1024;

/// The whole configuration, checked.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where visitors and the platform reach the proxy.
    pub listen: SocketAddr,
    /// Where a metrics collector reaches it; nowhere when `None`.
    pub metrics_listen: Option<SocketAddr>,
    /// The database file.
    pub database: PathBuf,
    /// The Redis that several proxies share; the database is not used then.
    pub redis: Option<RedisUrl>,
    /// The widget's bundle, served at `/`.
    pub assets: Option<PathBuf>,
    /// How long a visitor token lives.
    pub token_lifetime: Duration,
    /// How long a visitor may stay away and still come back as the same visitor.
    pub renewal_lifetime: Duration,
    /// Signing keys of visitor tokens; kept in the database when `None`.
    pub token_keys_file: Option<PathBuf>,
    /// What one visitor and one address may ask for.
    pub limits: LimitSettings,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// How browsers and the platform reach the proxy, without a slash at the end. Set where a site
    /// takes files; `None` in the demo, which is reached as its requests say.
    pub public_url: Option<Url>,
    /// Where files of visitors are kept; set where a site takes files.
    pub uploads_directory: Option<PathBuf>,
    /// How many bytes the files of one site may have together.
    pub uploads_total: u64,
    /// Where messages of unknown kinds are written, redacted.
    pub capture_unknown: Option<PathBuf>,
    /// How long the proxy serves on after the signal to stop, saying that it is not ready.
    pub drain: Duration,
    /// What the operator's own calls must bring; there are none when `None`.
    pub operator_token: Option<SecretString>,
    /// How long running requests may take after that.
    pub shutdown_grace: Duration,
    /// The sites; at least one.
    pub sites: Sites,
    /// Where the settings above stand.
    pub places: Places,
    /// What can be used, but probably was not meant.
    pub warnings: Vec<Problem>,
}

/// Limits of requests, bodies and connections: the table `[limits]`, whose keys are explained in
/// [`settings::SETTINGS`].
#[expect(missing_docs, reason = "the table of settings has them")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimitSettings {
    pub token_per_minute: u32,
    pub start_per_minute: u32,
    pub send_per_minute: u32,
    pub upload_per_minute: u32,
    pub upload_bytes: u32,
    pub body_bytes: usize,
    pub webhook_bytes: usize,
    pub connections: usize,
    pub connections_per_address: usize,
    pub streams: usize,
    pub head_timeout: Duration,
    pub body_timeout: Duration,
}

impl Config {
    /// The configuration in a few lines, without any secret: what `--check-config` prints when all
    /// is well.
    pub fn summary(&self) -> String {
        let count = self.sites.iter().count();
        let mut text = format!("The configuration is fine: {count} {}.", if count == 1 { "site" } else { "sites" });
        text += &match &self.redis {
            Some(redis) => format!("\n\n  store       {redis}, shared by several proxies"),
            None => format!("\n\n  store       {}, of this proxy alone", self.database.display()),
        };
        for site in self.sites.iter() {
            text += &format!(
                "\n\n  {}\n    origins   {}\n    bots      {}\n    platform  {}\n    webhook   <public address of this proxy>/webhook/… (the secret)\n    kept for  {} days",
                site.id,
                site.origins,
                site.bot_keys.join(", "),
                site.platform_url,
                site.retention_days
            );
            if !site.upload_types.is_empty() {
                let types: Vec<&str> = site.upload_types.iter().map(|kind| kind.mime).collect();
                let (most, total) = (self.limits.upload_bytes, self.uploads_total / MEGABYTE);
                text += &format!("\n    files     {}; up to {most} bytes, {total} megabytes in all", types.join(", "));
            }
            match site.identity {
                IdentityPolicy::Off => {}
                IdentityPolicy::Optional(_) => text += "\n    visitors  may be signed in",
                IdentityPolicy::Required(_) => text += "\n    visitors  must be signed in",
            }
            if site.typed_answers {
                text += "\n    answers   typed, too";
            }
        }
        text
    }
}
