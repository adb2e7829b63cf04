//! Reads the configuration: a flag overrides a variable, and a variable overrides the file.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use ipnet::IpNet;
use secrecy::SecretString;
use url::Url;

use super::problem::Location;
use super::settings::{self, Setting};
use super::{Arguments, Config, LimitSettings, Locations, MEGABYTE, Problem, Problems, Sites, placeholder, secret};
use crate::credentials::KeyRing;

mod file;
mod redis;
mod sites;

use file::{Located, Scalar, Table};

/// Environment variables, as a value so that tests can supply their own.
pub type Environment = BTreeMap<String, String>;

/// The process's environment, as far as it is Unicode, as all settings are.
pub fn process_environment() -> Environment {
    let unicode = |(name, value): (OsString, OsString)| Some((name.into_string().ok()?, value.into_string().ok()?));
    std::env::vars_os().filter_map(unicode).collect()
}

/// Reads and checks the whole configuration.
pub fn read(arguments: &Arguments, environment: &Environment) -> Result<Config, Problems> {
    let Some(path) = &arguments.config else { return check(None, arguments, environment) };
    check(Some((path, &read_text(path)?)), arguments, environment)
}

fn read_text(path: &Path) -> Result<String, Problems> {
    std::fs::read_to_string(path).map_err(|error| {
        Problems(vec![Problem { location: Location::File(path.to_owned()), what: format!("can't be read: {error}") }])
    })
}

/// Reads only the listening address, for a running proxy whose configuration is being changed.
pub fn listen(arguments: &Arguments, environment: &Environment) -> Result<SocketAddr, Problems> {
    let in_variable = environment.get("CHATAIBOT_PROXY_LISTEN").is_some_and(|value| !value.is_empty());
    let is_in_file = arguments.listen.is_none() && !in_variable;
    let path = arguments.config.as_ref().filter(|_| is_in_file);
    let text = path.map(|path| read_text(path)).transpose()?;
    let mut problems = Problems::default();
    let table = path.zip(text.as_ref()).map(|(path, text)| Table::parse(path, text, &mut problems));
    let mut reader = ConfigReader::new(arguments, environment, table.as_ref(), problems);
    let listen = reader.setting("", "listen", address);
    if reader.problems.0.is_empty() { Ok(listen) } else { Err(reader.problems) }
}

/// Like [`read`], for a file that was already read: its path, for problems to name, and its text.
pub fn check(
    file: Option<(&Path, &str)>,
    arguments: &Arguments,
    environment: &Environment,
) -> Result<Config, Problems> {
    let mut problems = Problems::default();
    let table = file.map(|(path, text)| Table::parse(path, text, &mut problems));
    // After a syntax error, half of the file may be missing, and more problems would only confuse.
    if !problems.0.is_empty() {
        return Err(problems);
    }
    let mut reader = ConfigReader::new(arguments, environment, table.as_ref(), problems);
    let config = reader.config();
    let mut problems = reader.problems;
    if problems.0.is_empty() {
        return Ok(config);
    }
    problems.0.extend(config.warnings);
    problems.0.sort_by_key(|problem| match &problem.location {
        Location::Line(_, line) => (0, *line),
        Location::File(_) | Location::Variable(_) | Location::Flag(_) | Location::Nowhere => (1, 0),
    });
    Err(problems)
}

struct ConfigReader<'a> {
    arguments: &'a Arguments,
    environment: &'a Environment,
    file: Option<&'a Table<'a>>,
    locations: Locations,
    problems: Problems,
    warnings: Problems,
}

impl<'a> ConfigReader<'a> {
    fn new(
        arguments: &'a Arguments,
        environment: &'a Environment,
        file: Option<&'a Table>,
        problems: Problems,
    ) -> Self {
        Self { arguments, environment, file, locations: Locations::default(), problems, warnings: Problems::default() }
    }

    /// A setting with a problem gets its default; the result is then not used.
    fn config(&mut self) -> Config {
        self.refuse_unknown();
        let platform_url = self.setting("", "platform_url", platform_url);
        let retention_days = self.number("", "retention_days", 1, 3650);
        let days = |count: u32| Duration::from_secs(u64::from(count) * 24 * 3600);
        let seconds = |count: u32| Duration::from_secs(u64::from(count));
        let config = Config {
            listen: self.setting("", "listen", address),
            metrics_listen: self.optional("", "metrics_listen", address),
            database: self.setting("", "database", path),
            redis: self.redis(),
            assets: self.optional("", "assets", directory),
            token_lifetime: seconds(self.number("", "token_lifetime_seconds", 60, 3600)),
            renewal_lifetime: days(self.number("", "renewal_lifetime_days", 1, 3650)),
            token_keys_file: self.optional("", "token_keys_file", keys_file),
            limits: LimitSettings {
                token_per_minute: self.number("limits", "token_per_minute", 1, 1_000_000),
                start_per_minute: self.number("limits", "start_per_minute", 1, 1_000_000),
                send_per_minute: self.number("limits", "send_per_minute", 1, 1_000_000),
                upload_per_minute: self.number("limits", "upload_per_minute", 1, 1_000_000),
                upload_bytes: self.number("limits", "upload_bytes", 1024, 256 * 1024 * 1024),
                body_bytes: self.number("limits", "body_bytes", 1024, 16 * 1024 * 1024) as usize,
                webhook_bytes: self.number("limits", "webhook_bytes", 64 * 1024, 64 * 1024 * 1024) as usize,
                connections: self.number("limits", "connections", 1, 10_000_000) as usize,
                connections_per_address: self.number("limits", "connections_per_address", 1, 10_000_000) as usize,
                streams: self.number("limits", "streams", 1, 10_000) as usize,
                head_timeout: seconds(self.number("limits", "head_timeout_seconds", 1, 600)),
                body_timeout: seconds(self.number("limits", "body_timeout_seconds", 1, 600)),
            },
            trusted_proxies: self.trusted_proxies(),
            public_url: self.optional("", "public_url", public_url),
            uploads_directory: self.optional("", "uploads_directory", creatable_directory),
            uploads_total: u64::from(self.number("", "uploads_total_megabytes", 1, 10_000_000)) * MEGABYTE,
            capture_unknown: self.optional("", "capture_unknown", directory),
            drain: seconds(self.number("", "drain_seconds", 0, 600)),
            operator_token: self.optional("", "operator_token_file", operator_token),
            shutdown_grace: seconds(self.number("", "shutdown_grace_seconds", 0, 600)),
            sites: Sites::new(self.sites(&platform_url, retention_days)),
            // After everything that adds to them.
            locations: std::mem::take(&mut self.locations),
            warnings: std::mem::take(&mut self.warnings.0),
        };
        if config.metrics_listen == Some(config.listen) && config.listen.port() != 0 {
            let what = "`metrics_listen` must differ from `listen`, so that visitors can't read the metrics";
            self.problems.add(config.locations.location("metrics_listen"), what);
        }
        self.check_uploads(&config);
        config
    }

    /// Sites that accept files need a directory and an address that the platform reaches.
    fn check_uploads(&mut self, config: &Config) {
        let Some(site) = config.sites.iter().find(|site| !site.upload_types.is_empty()) else { return };
        let needed = [
            ("public_url", config.public_url.is_none(), "https://chat.example.com"),
            ("uploads_directory", config.uploads_directory.is_none(), "/var/lib/chataibot/uploads"),
        ];
        for (key, is_missing, example) in needed {
            // If it is present and wrong, that was already reported.
            if is_missing && config.locations.location(key) == Location::Nowhere {
                let what =
                    format!("the site `{}` takes files, so `{key}` is needed, such as {key} = \"{example}\"", site.id);
                let location = self.arguments.config.clone().map_or(Location::Nowhere, Location::File);
                self.problems.add(location, what);
            }
        }
        let total = config.uploads_total;
        if u64::from(config.limits.upload_bytes) > total {
            let location = config.locations.location("uploads_total_megabytes");
            self.problems
                .add(location, "`uploads_total_megabytes` is less than one file of `limits.upload_bytes` takes");
        }
    }

    fn refuse_unknown(&mut self) {
        let Some(file) = self.file else { return };
        let keys = |table: &str| -> Vec<&str> {
            settings::SETTINGS.iter().filter(|setting| setting.table == table).map(|setting| setting.key).collect()
        };
        let top = [keys(""), vec!["store", "limits", "site"]].concat();
        file.refuse_unknown("", &top, &mut self.problems);
        if let Some(store) = file.table("store", &mut self.problems) {
            store.refuse_unknown(" in [store]", settings::STORE_KEYS, &mut self.problems);
        }
        if let Some(limits) = file.table("limits", &mut self.problems) {
            limits.refuse_unknown(" in [limits]", &keys("limits"), &mut self.problems);
        }
    }

    fn setting<T>(&mut self, table: &str, key: &str, parse: impl Fn(&str) -> Result<T, String>) -> T {
        self.optional(table, key, &parse).unwrap_or_else(|| {
            let default = settings::find(table, key).map_or("", |setting| setting.default);
            parse(default).unwrap_or_else(|what| unreachable!("the default of {key} is valid: {what}"))
        })
    }

    fn number(&mut self, table: &str, key: &str, least: u32, most: u32) -> u32 {
        self.setting(table, key, |text| number(text, least, most))
    }

    fn optional<T>(&mut self, table: &str, key: &str, parse: impl Fn(&str) -> Result<T, String>) -> Option<T> {
        let setting = settings::find(table, key)?;
        let found = self.raw_value(setting);
        if table.is_empty() {
            // A value of the wrong type has a location, too.
            let location = found.as_ref().map(|found| found.location.clone()).or_else(|| self.file?.key_location(key));
            if let Some(location) = location {
                self.locations.record(setting.key, location);
            }
        }
        self.parse(key, &found?, parse)
    }

    /// Parses a value; a problem is recorded.
    fn parse<T>(&mut self, key: &str, found: &Located<String>, parse: impl Fn(&str) -> Result<T, String>) -> Option<T> {
        let parsed = parse(&found.value).map_err(|what| format!("`{key}`: {what}"));
        let value = self.problems.ok_or_add(found.location.clone(), parsed)?;
        if let Some(what) = placeholder::warning(key, &found.value) {
            self.warnings.add(found.location.clone(), format!("`{key}`: {what}"));
        }
        Some(value)
    }

    /// An environment variable; an empty one counts as not set.
    fn variable(&self, name: String) -> Option<Located<String>> {
        let value = self.environment.get(&name).filter(|value| !value.is_empty())?.clone();
        Some(Located { value, location: Location::Variable(name) })
    }

    /// Returns the setting's text, from the source with the highest precedence.
    fn raw_value(&mut self, setting: &Setting) -> Option<Located<String>> {
        if let Some(found) = flag(self.arguments, setting) {
            return Some(found);
        }
        if let Some(found) = self.variable(setting.variable()) {
            return Some(found);
        }
        let file = self.file?;
        let is_number = !setting.default.is_empty() && setting.default.bytes().all(|b| b.is_ascii_digit());
        let scalar = if is_number { Scalar::Number } else { Scalar::Text };
        if setting.table.is_empty() {
            return file.scalar(setting.key, scalar, &mut self.problems);
        }
        // A `limits` that is not a table was already reported.
        file.table(setting.table, &mut Problems::default())?.scalar(setting.key, scalar, &mut self.problems)
    }

    /// Resolves `<name>_file` or `<name>_env`: returns the source and its content.
    fn external_value(&mut self, table: &Table, name: &str) -> Option<Located<Result<(String, String), String>>> {
        let [file, variable] =
            ["file", "env"].map(|kind| table.scalar(&format!("{name}_{kind}"), Scalar::Text, &mut self.problems));
        let (value, location) = match (file, variable) {
            (Some(_), Some(variable)) => {
                (Err(format!("`{name}_file` and `{name}_env` are both set; keep one")), variable.location)
            }
            (Some(Located { value: path, location }), None) => match std::fs::read_to_string(&path) {
                Ok(text) => (Ok((path, text)), location),
                Err(error) => (Err(format!("the file {path} can't be read: {error}")), location),
            },
            (None, Some(Located { value: name, location })) => match self.environment.get(&name) {
                Some(value) => (Ok((name, value.clone())), location),
                None => (Err(format!("the environment variable {name} is not set")), location),
            },
            (None, None) => return None,
        };
        Some(Located { value, location })
    }

    fn trusted_proxies(&mut self) -> Vec<IpNet> {
        let Some(setting) = settings::find("", "trusted_proxies") else { return Vec::new() };
        let listed = match (self.variable(setting.variable()), self.file) {
            (Some(found), _) => split_list(&found.value, &found.location),
            (None, Some(file)) => {
                file.list(setting.key, "\"10.0.0.7\", \"10.0.0.0/8\"", &mut self.problems).unwrap_or_default()
            }
            (None, None) => Vec::new(),
        };
        let mut networks = Vec::new();
        for Located { value, location } in listed {
            let network =
                IpNet::from_str(&value).or_else(|_| IpAddr::from_str(&value).map(IpNet::from)).map_err(|_| {
                    format!("`{value}` is neither an address nor a network; write one such as 10.0.0.7 or 10.0.0.0/8")
                });
            networks.extend(self.problems.ok_or_add(location, network));
        }
        networks
    }
}

fn flag(arguments: &Arguments, setting: &Setting) -> Option<Located<String>> {
    let path = |path: &PathBuf| path.display().to_string();
    let (flag, value) = match (setting.table, setting.key) {
        ("", "listen") => ("--listen", arguments.listen.map(|address| address.to_string())),
        ("", "metrics_listen") => ("--metrics-listen", arguments.metrics_listen.map(|address| address.to_string())),
        ("store", "redis") => ("--redis", arguments.redis.clone()),
        ("", "database") => ("--database", arguments.database.as_ref().map(path)),
        ("", "assets") => ("--assets", arguments.assets.as_ref().map(path)),
        ("", "uploads_directory") => ("--uploads-directory", arguments.uploads_directory.as_ref().map(path)),
        ("", "platform_url") => ("--platform-url", arguments.platform_url.clone()),
        _ => return None,
    };
    Some(Located { value: value?, location: Location::Flag(flag) })
}

fn split_list(text: &str, location: &Location) -> Vec<Located<String>> {
    let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
    items.map(|item| Located { value: item.to_owned(), location: location.clone() }).collect()
}

fn number(text: &str, least: u32, most: u32) -> Result<u32, String> {
    let number = text.parse().ok().filter(|number| (least..=most).contains(number));
    number.ok_or_else(|| format!("`{text}` does not fit; write a whole number from {least} to {most}"))
}

fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| format!("`{text}` is not an address with a port; write one such as 127.0.0.1:8787"))
}

fn path(text: &str) -> Result<PathBuf, String> {
    if text.is_empty() { Err("the path is empty".to_owned()) } else { Ok(PathBuf::from(text)) }
}

fn directory(text: &str) -> Result<PathBuf, String> {
    let path = Some(PathBuf::from(text)).filter(|path| path.is_dir());
    path.ok_or_else(|| format!("`{text}` is not a directory; make it, or name another"))
}

/// Checks that a key file can be read; a start and a SIGHUP read it again.
fn keys_file(text: &str) -> Result<PathBuf, String> {
    let path = path(text)?;
    KeyRing::read_file(&path).map(|_| path)
}

fn operator_token(text: &str) -> Result<SecretString, String> {
    let raw =
        std::fs::read_to_string(path(text)?).map_err(|error| format!("the file {text} can't be read: {error}"))?;
    secret::check(&raw, secret::Form::Path).map_err(|what| format!("the secret in {text} can't be used: {what}"))
}

fn creatable_directory(text: &str) -> Result<PathBuf, String> {
    let path = path(text)?;
    let is_other = path.exists() && !path.is_dir();
    if is_other { Err(format!("`{text}` is not a directory; name another")) } else { Ok(path) }
}

fn public_url(text: &str) -> Result<Url, String> {
    let example = "https://chat.example.com";
    let url = Url::parse(text).map_err(|_| format!("`{text}` is not a URL; write one such as {example}"))?;
    if is_web(&url) && is_plain(&url) {
        return Ok(url);
    }
    Err(format!("`{text}` must be an address such as {example}, perhaps with a path"))
}

fn platform_url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text.trim_end_matches('/'))
        .map_err(|_| format!("`{text}` is not a URL; write one such as https://app.chataibot.io/api/v1"))?;
    if !is_web(&url) {
        return Err(format!("`{text}` must begin with https:// or http://"));
    }
    if !is_plain(&url) {
        return Err("the platform's URL may have no user, password, query or fragment".to_owned());
    }
    Ok(url)
}

fn is_web(url: &Url) -> bool {
    matches!(url.scheme(), "https" | "http") && url.host().is_some()
}

fn is_plain(url: &Url) -> bool {
    url.username().is_empty() && url.password().is_none() && url.query().is_none() && url.fragment().is_none()
}
