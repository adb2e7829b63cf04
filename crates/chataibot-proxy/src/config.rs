//! Validated configuration, on which the rest of the crate relies. Opens no socket or database.

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
pub use problem::{Locations, Problem, Problems};
pub use redis_url::RedisUrl;
pub use site::{IdentityPolicy, Site, SiteId, Sites};

/// Bytes per unit of `uploads_total_megabytes`.
pub const MEGABYTE: u64 = 1024 * 1024;

/// The whole validated configuration. [`settings::SETTINGS`] explains the settings.
#[expect(missing_docs, reason = "the table of settings has them")]
#[derive(Clone, Debug)]
pub struct Config {
    pub listen: SocketAddr,
    pub metrics_listen: Option<SocketAddr>,
    pub database: PathBuf,
    /// Replaces the database.
    pub redis: Option<RedisUrl>,
    pub assets: Option<PathBuf>,
    pub token_lifetime: Duration,
    pub renewal_lifetime: Duration,
    /// Signing keys of visitor tokens; kept in the database when `None`.
    pub token_keys_file: Option<PathBuf>,
    pub limits: LimitSettings,
    pub trusted_proxies: Vec<IpNet>,
    /// Set if a site accepts files; `None` in the demo, which uses the host of each request.
    pub public_url: Option<Url>,
    /// Set if a site accepts files.
    pub uploads_directory: Option<PathBuf>,
    /// Bytes, of one site.
    pub uploads_total: u64,
    pub capture_unknown: Option<PathBuf>,
    pub drain: Duration,
    pub operator_token: Option<SecretString>,
    pub shutdown_grace: Duration,
    /// The sites; at least one.
    pub sites: Sites,
    /// Locations of the settings above.
    pub locations: Locations,
    /// Values that are valid but probably not intended.
    pub warnings: Vec<Problem>,
}

/// The table `[limits]`: limits of requests, bodies and connections.
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
    /// Summarises the configuration without any secret, for `--check-config`.
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
