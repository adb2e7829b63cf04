//! Table of every setting: key in the file, environment variable, default and meaning.

/// One setting.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// The TOML table that holds it; empty for the top level.
    pub table: &'static str,
    /// Its key.
    pub key: &'static str,
    /// Its default, as an operator would write it; empty if there is none.
    pub default: &'static str,
    /// What it does.
    pub help: &'static str,
}

impl Setting {
    /// Returns the environment variable that overrides the file: `CHATAIBOT_PROXY_…`.
    pub fn variable(&self) -> String {
        let table = if self.table.is_empty() { String::new() } else { format!("{}_", self.table) };
        format!("CHATAIBOT_PROXY_{table}{}", self.key).to_uppercase()
    }
}

macro_rules! settings {
    ($($table:literal { $($key:literal [$default:literal] $help:literal)+ })+) => {
        /// All settings except the sites.
        pub const SETTINGS: &[Setting] =
            &[$($(Setting { table: $table, key: $key, default: $default, help: $help },)+)+];
    };
}

// Key, default and meaning, by table.
settings! {
    "" {
        "listen" ["127.0.0.1:8787"] "Address and port for visitors and the platform."
        "metrics_listen" [""] "Address and port for Prometheus. Off when not set."
        "database" ["chataibot-proxy.sqlite"] "The database file; created if missing."
        "assets" [""] "Directory of the widget's bundle, served at `/`. Off when not set."
        "platform_url" ["https://app.chataibot.io/api/v1"] "Base URL of the platform's API. A site can have its own."
        "retention_days" ["90"] "A conversation is deleted this many days after its last entry. A site can have its own value."
        "token_lifetime_seconds" ["600"] "Lifetime of a visitor token, 60 to 3600."
        "renewal_lifetime_days" ["90"] "How long a visitor may stay away and still be the same visitor."
        "token_keys_file" [""] "Signing keys of visitor tokens, one `<id> <64 hex characters>` per line; the first one signs. Stored in the database when not set."
        "public_url" [""] "Address at which browsers and the platform reach the proxy, such as https://chat.example.com. Needed if a site accepts files."
        "uploads_directory" [""] "Directory for the files visitors send. Needed if a site accepts files."
        "uploads_total_megabytes" ["1024"] "Largest total size of the files of one site."
        "trusted_proxies" [""] "Addresses or networks of reverse proxies whose X-Forwarded-For is trusted."
        "capture_unknown" [""] "Directory for messages of unknown kinds, with every word replaced by its length. Off when not set."
        "operator_token_file" [""] "File with the token for the operator's own calls on `metrics_listen`, such as `POST /erase`. These calls are off when not set."
        "drain_seconds" ["5"] "How long to keep serving after the signal to stop, with a 503 at /readyz, so that load balancers choose another proxy."
        "shutdown_grace_seconds" ["10"] "How long running requests may take after that."
    }
    "store" {
        "redis" [""] "The Redis that several proxies share, instead of a database file: redis://…, rediss://… or redis+unix://…. An address with a password belongs in redis_file or redis_env in [store], or in this variable."
    }
    "limits" {
        "token_per_minute" ["60"] "`POST /token`, per minute and address."
        "start_per_minute" ["60"] "New conversations, per minute and address; one visitor gets a tenth."
        "send_per_minute" ["60"] "Messages, per minute and visitor; one address gets ten times that."
        "upload_per_minute" ["10"] "Files, per minute and visitor; one address gets ten times that."
        "upload_bytes" ["10485760"] "Largest file of a visitor in bytes, up to 268435456."
        "body_bytes" ["65536"] "Largest body of a visitor's other requests, in bytes."
        "webhook_bytes" ["4194304"] "Largest body of a webhook, in bytes."
        "connections" ["20000"] "Largest number of simultaneous connections."
        "connections_per_address" ["2000"] "Largest number of simultaneous connections of one address. The addresses of `trusted_proxies` are not counted."
        "streams" ["64"] "Streams and long polls of one visitor; one more closes the oldest."
        "head_timeout_seconds" ["15"] "How long a request's head may take, and how long an idle connection is kept."
        "body_timeout_seconds" ["20"] "How long a request's body may take."
    }
}

/// The keys of `[store]`.
pub const STORE_KEYS: &[&str] = &["redis", "redis_file", "redis_env"];

/// The keys of a `[[site]]`.
pub const SITE_KEYS: &[&str] = &[
    "id",
    "origins",
    "bot_keys",
    "account_token_file",
    "account_token_env",
    "webhook_secret_file",
    "webhook_secret_env",
    "webhook_token_file",
    "webhook_token_env",
    "platform_url",
    "retention_days",
    "uploads",
    "upload_types",
    "typed_answers",
    "identity",
    "identity_secret_file",
    "identity_secret_env",
];

/// Variables that define one site without a file; with a file, an additional one.
pub const SITE_VARIABLES: &[(&str, &str)] = &[
    ("CHATAIBOT_PROXY_SITE_ID", "Its name; `default` when not set."),
    ("CHATAIBOT_PROXY_SITE_ORIGINS", "Its origins, separated by commas."),
    ("CHATAIBOT_PROXY_SITE_BOT_KEYS", "Keys of its bots, separated by commas; the first is the default."),
    ("CHATAIBOT_PROXY_SITE_ACCOUNT_TOKEN", "The platform's account token. Secret."),
    ("CHATAIBOT_PROXY_SITE_WEBHOOK_SECRET", "The last part of the webhook's path, at least 16 characters. Secret."),
    ("CHATAIBOT_PROXY_SITE_WEBHOOK_TOKEN", "The token entered in the platform's Events settings. Secret."),
    ("CHATAIBOT_PROXY_SITE_UPLOADS", "`true` if visitors may send files; off when not set."),
    (
        "CHATAIBOT_PROXY_SITE_UPLOAD_TYPES",
        "Accepted MIME types, separated by commas; pictures, PDF and text when not set.",
    ),
    (
        "CHATAIBOT_PROXY_SITE_TYPED_ANSWERS",
        "`true` if the platform accepts its internal forms of an answer; off when not set.",
    ),
    (
        "CHATAIBOT_PROXY_SITE_IDENTITY",
        "`optional` or `required` if the host site signs its visitors in; off when not set.",
    ),
    ("CHATAIBOT_PROXY_SITE_IDENTITY_SECRET", "The secret for signing identities, at least 32 characters. Secret."),
];

/// Returns the setting with this key.
pub fn find(table: &str, key: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.table == table && setting.key == key)
}

/// Formats the table for the end of `--help`.
pub fn help() -> String {
    let mut text = String::from(
        "Settings are in the file given with --config. Each can be overridden by an environment variable, and some by a flag.\n",
    );
    for setting in SETTINGS {
        let path = if setting.table.is_empty() { String::new() } else { format!("{}.", setting.table) };
        let default = if setting.default.is_empty() { String::new() } else { format!(" [{}]", setting.default) };
        text += &format!("\n  {path}{}{default}\n    {}\n    {}\n", setting.key, setting.help, setting.variable());
    }
    text += "\nSites are [[site]] tables in the file (see chataibot-proxy.example.toml). One site can be defined without a file:\n";
    for (variable, help) in SITE_VARIABLES {
        text += &format!("\n  {variable}\n    {help}\n");
    }
    text
}
