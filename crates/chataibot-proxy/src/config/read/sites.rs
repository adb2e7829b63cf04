//! Reads the sites, from the file's `[[site]]` tables and from the environment.

use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::file::{Located, Scalar, Table};
use super::{ConfigReader, platform_url, split_list};
use crate::config::problem::Location;
use crate::config::secret::{self, Form};
use crate::config::{IdentityPolicy, Origins, Site, SiteId, origin, placeholder, settings};
use crate::file_types::{self, FileType};

type Check = fn(&str) -> Result<(), String>;

impl ConfigReader<'_> {
    /// Returns every site without a problem.
    pub(super) fn sites(&mut self, platform_url: &Url, retention_days: u32) -> Vec<Site> {
        let before = self.problems.0.len();
        let tables = self.file.map(|file| file.tables("site", &mut self.problems)).unwrap_or_default();
        // `None` is the site of the environment: `CHATAIBOT_PROXY_SITE_…`.
        let mut sources: Vec<Option<&Table>> = tables.iter().map(Some).collect();
        if settings::SITE_VARIABLES.iter().any(|(name, _)| self.variable((*name).to_owned()).is_some()) {
            sources.push(None);
        }
        // A `site` that is not a table was already reported.
        if sources.is_empty() && self.problems.0.len() == before {
            let location = self.arguments.config.clone().map_or(Location::Nowhere, Location::File);
            self.problems.add(
                location,
                "there is no site; add a [[site]] to the file, or set CHATAIBOT_PROXY_SITE_ORIGINS and its fellows (see --help), or try --demo",
            );
        }
        let mut sites: Vec<Site> = Vec::new();
        for source in sources {
            let variable = || Location::Variable("CHATAIBOT_PROXY_SITE_ORIGINS".to_owned());
            let location = source.map_or_else(variable, Table::location);
            let Some(site) = self.site(source, &location, platform_url, retention_days) else { continue };
            if sites.iter().any(|other| other.id == site.id) {
                self.problems.add(location, format!("there are two sites called `{}`; rename one", site.id));
                continue;
            }
            // With one webhook path they must share a token: else an event's account is unknown.
            let any = |secrets: &SecretString, fits: &dyn Fn(&str) -> bool| secrets.expose_secret().lines().any(fits);
            let same_path = |other: &&Site| any(&site.webhook_secret, &|secret| other.is_webhook_secret(secret));
            let differs = |other: &&Site| !any(&site.webhook_token, &|token| other.is_webhook_token(token));
            if let Some(other) = sites.iter().find(same_path).filter(differs) {
                let what = format!(
                    "`{}` and `{}` have the same webhook secret and different webhook tokens; make them one account's (same token) or give each its own secret",
                    other.id, site.id
                );
                self.problems.add(location, what);
                continue;
            }
            sites.push(site);
        }
        sites
    }

    /// The variable of the environment's site for this key, if there is one and it is set.
    fn site_variable(&self, key: &str) -> Option<Located<String>> {
        let name = variable_name(key);
        let is_known = settings::SITE_VARIABLES.iter().any(|(known, _)| *known == name);
        is_known.then(|| self.variable(name)).flatten()
    }

    fn site_value(&mut self, source: Option<&Table>, key: &str, scalar: Scalar) -> Option<Located<String>> {
        match source {
            Some(table) => table.scalar(key, scalar, &mut self.problems),
            None => self.site_variable(key),
        }
    }

    /// `None` if the list is invalid, which was reported.
    fn site_list(&mut self, source: Option<&Table>, key: &str, example: &str) -> Option<Vec<Located<String>>> {
        let Some(table) = source else {
            let found = self.site_variable(key);
            return Some(found.map(|found| split_list(&found.value, &found.location)).unwrap_or_default());
        };
        table.list(key, example, &mut self.problems)
    }

    fn site_secret(&mut self, source: Option<&Table>, name: &str, form: Form) -> Option<SecretString> {
        let (found, location) = match source {
            Some(table) => match self.external_value(table, name) {
                Some(Located { value, location }) => {
                    (value.map(|(source, value)| (format!("the secret in {source}"), value)), location)
                }
                // The value is not a text, which was reported.
                None if is_set(table, name) => return None,
                None => (Err(format!("this site needs `{name}_file` or `{name}_env`")), table.location()),
            },
            None => {
                let missing = || "must be set too, for the site of the environment".to_owned();
                let found = self.site_variable(name).map(|found| ("it".to_owned(), found.value));
                (found.ok_or_else(missing), Location::Variable(variable_name(name)))
            }
        };
        let checked = found.and_then(|(source, value)| {
            secret::check(&value, form).map_err(|what| format!("{source} can't be used: {what}"))
        });
        self.problems.ok_or_add(location, checked)
    }

    fn site(&mut self, source: Option<&Table>, location: &Location, url: &Url, days: u32) -> Option<Site> {
        let mut id = self.site_value(source, "id", Scalar::Text);
        match source {
            Some(table) => {
                table.refuse_unknown(" in [[site]]", settings::SITE_KEYS, &mut self.problems);
                if table.key_location("id").is_none() {
                    self.problems.add(location.clone(), "this site has no `id`; add one, such as id = \"shop\"");
                }
            }
            None => id = id.or_else(|| Some(Located { value: "default".to_owned(), location: Location::Nowhere })),
        }
        let origins = self.site_list(source, "origins", "\"https://www.example.com\"");
        let bot_keys = self.site_list(source, "bot_keys", "\"key-of-your-bot\"");
        let account_token = self.site_secret(source, "account_token", Form::Header);
        let webhook_secret = self.site_secret(source, "webhook_secret", Form::Path);
        let webhook_token = self.site_secret(source, "webhook_token", Form::Token);
        let platform_address = self.site_value(source, "platform_url", Scalar::Text);
        let retention_days = self.site_value(source, "retention_days", Scalar::Number);
        let uploads = self.site_value(source, "uploads", Scalar::Flag);
        let upload_types = self.site_list(source, "upload_types", "\"image/png\", \"application/pdf\"");
        let typed_answers = self.site_value(source, "typed_answers", Scalar::Flag);
        let before = self.problems.0.len();
        let mode = self.site_value(source, "identity", Scalar::Text);
        let name = "identity_secret";
        let is_signing = source.map_or(self.site_variable(name).is_some(), |table| is_set(table, name));
        let secret = is_signing.then(|| self.site_secret(source, name, Form::Signing)).flatten();
        let is_identity_readable = self.problems.0.len() == before;

        let before = self.problems.0.len();
        let id = id.and_then(|id| self.parse("id", &id, SiteId::parse));
        let no_origins =
            "this site has no `origins`; list the pages that may embed the widget, such as https://www.example.com";
        let no_bot_keys = "this site has no `bot_keys`; add the key from the bot's trigger block";
        let lists: [(_, _, _, Check); 2] =
            [("origins", &origins, no_origins, origin::check), ("bot_keys", &bot_keys, no_bot_keys, bot_key)];
        for (key, list, missing, check) in lists {
            if list.as_ref().is_some_and(Vec::is_empty) {
                self.problems.add(location.clone(), missing);
            }
            for item in list.iter().flatten() {
                self.parse(key, item, check);
            }
        }
        let platform_url = match platform_address {
            Some(address) => self.parse("platform_url", &address, platform_url),
            None => Some(url.clone()),
        };
        let retention_days = match retention_days {
            Some(count) => self.parse("retention_days", &count, |text| super::number(text, 1, 3650)),
            None => Some(days),
        };
        let uploads = uploads.and_then(|found| self.parse("uploads", &found, flag)).unwrap_or(false);
        let upload_types = self.upload_types(uploads, &upload_types.unwrap_or_default());
        let typed_answers = typed_answers.and_then(|found| self.parse("typed_answers", &found, flag)).unwrap_or(false);
        let identity = if is_identity_readable { self.identity(mode, secret, location) } else { IdentityPolicy::Off };
        if self.problems.0.len() > before {
            return None;
        }
        let bot_keys: Vec<String> = bot_keys?.into_iter().map(|key| key.value).collect();
        Some(Site {
            id: id?,
            origins: Origins::exactly(origins?.into_iter().map(|origin| origin.value)),
            bot_key: bot_keys.first()?.clone(),
            bot_keys,
            account_token: account_token?,
            webhook_secret: webhook_secret?,
            webhook_token: webhook_token?,
            platform_url: platform_url?,
            retention_days: retention_days?,
            upload_types,
            typed_answers,
            identity,
        })
    }

    fn identity(
        &mut self,
        mode: Option<Located<String>>,
        secret: Option<SecretString>,
        location: &Location,
    ) -> IdentityPolicy {
        let (mode, location) = mode.map_or(("off".to_owned(), location.clone()), |mode| (mode.value, mode.location));
        let wrong = match (mode.as_str(), secret) {
            ("off", None) => return IdentityPolicy::Off,
            ("optional", Some(secret)) => return IdentityPolicy::Optional(secret),
            ("required", Some(secret)) => return IdentityPolicy::Required(secret),
            ("off", Some(_)) => {
                "`identity_secret` counts only with `identity`; set that to \"optional\" or \"required\""
            }
            ("optional" | "required", None) => {
                "`identity` needs the secret the host site signs with: `identity_secret_file` or `identity_secret_env`"
            }
            _ => "`identity` is \"off\", \"optional\" or \"required\"",
        };
        self.problems.add(location, wrong);
        IdentityPolicy::Off
    }

    /// Returns each type once, in the order of the list.
    fn upload_types(&mut self, uploads: bool, listed: &[Located<String>]) -> Vec<&'static FileType> {
        if let (false, Some(first)) = (uploads, listed.first()) {
            let what = "`upload_types` counts only with `uploads = true`; add that, or leave this out";
            self.problems.add(first.location.clone(), what);
        }
        let mut types: Vec<&'static FileType> = Vec::new();
        for found in listed {
            let kind = self.parse("upload_types", found, file_types::parse);
            types.extend(kind.filter(|kind| !types.contains(kind)));
        }
        match (uploads, listed.is_empty()) {
            (false, _) => Vec::new(),
            (true, true) => file_types::default_types(),
            (true, false) => types,
        }
    }
}

fn variable_name(key: &str) -> String {
    format!("CHATAIBOT_PROXY_SITE_{}", key.to_uppercase())
}

/// Whether this secret is given, by file or by variable.
fn is_set(table: &Table, name: &str) -> bool {
    ["file", "env"].iter().any(|kind| table.key_location(&format!("{name}_{kind}")).is_some())
}

fn bot_key(text: &str) -> Result<(), String> {
    if placeholder::is_placeholder(text) {
        return Err(format!("`{text}` is a placeholder; write the key from the bot's trigger block"));
    }
    let fits = !text.is_empty() && text.len() <= 200 && text.bytes().all(|b| b.is_ascii_graphic());
    if fits { Ok(()) } else { Err("a bot key has 1 to 200 characters and no spaces".to_owned()) }
}

fn flag(text: &str) -> Result<bool, String> {
    text.parse().map_err(|_| format!("`{text}` is neither `true` nor `false`"))
}
