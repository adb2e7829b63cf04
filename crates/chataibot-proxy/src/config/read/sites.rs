//! Reads the sites, from the file's `[[site]]` tables and from the environment.

use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::{
    ConfigReader,
    file::{Located, Table},
    platform_url, split_list,
};
use crate::{
    config::{
        IdentityPolicy, Origins, Site, SiteId, origin, placeholder,
        problem::Location,
        secret::{self, Form},
        settings,
    },
    file_types::{self, FileType},
};

/// An unchecked site, every value with its location.
struct RawSite {
    place: Location,
    id: Option<Located<String>>,
    /// `None` if it is invalid, which was reported; so with all lists.
    origins: Option<Vec<Located<String>>>,
    bot_keys: Option<Vec<Located<String>>>,
    account_token: Option<SecretString>,
    webhook_secret: Option<SecretString>,
    webhook_token: Option<SecretString>,
    platform_url: Option<Located<String>>,
    retention_days: Option<Located<String>>,
    uploads: Option<Located<String>>,
    upload_types: Option<Vec<Located<String>>>,
    typed_answers: Option<Located<String>>,
    /// `None` if it is invalid, which was reported.
    identity: Option<RawIdentity>,
}

/// Unchecked settings of signed-in visitors.
struct RawIdentity {
    mode: Option<Located<String>>,
    secret: Option<SecretString>,
}

impl ConfigReader<'_> {
    /// Returns every site without a problem.
    pub(super) fn sites(&mut self, platform_url: &Url, retention_days: u32) -> Vec<Site> {
        let before = self.problems.0.len();
        let tables = self.file.map(|file| file.tables("site", &mut self.problems)).unwrap_or_default();
        let mut raw: Vec<RawSite> = tables.iter().map(|table| self.site_from_table(table)).collect();
        raw.extend(self.site_from_environment());
        // A `site` that is not a table was already reported.
        if raw.is_empty() && self.problems.0.len() == before {
            let place = self.arguments.config.clone().map_or(Location::Nowhere, Location::File);
            self.problems.add(
                place,
                "there is no site; add a [[site]] to the file, or set CHATAIBOT_PROXY_SITE_ORIGINS and its fellows (see --help), or try --demo",
            );
        }
        let mut sites: Vec<Site> = Vec::new();
        for one in raw {
            let place = one.place.clone();
            let Some(site) = self.check(one, platform_url, retention_days) else { continue };
            if sites.iter().any(|other| other.id == site.id) {
                self.problems.add(place, format!("there are two sites called `{}`; rename one", site.id));
                continue;
            }
            // Sites with the same webhook path must share a token, or an event's account could not
            // be determined.
            let any = |secrets: &SecretString, fits: &dyn Fn(&str) -> bool| secrets.expose_secret().lines().any(fits);
            let same_path =
                sites.iter().find(|other| any(&site.webhook_secret, &|secret| other.is_webhook_secret(secret)));
            if let Some(other) =
                same_path.filter(|other| !any(&site.webhook_token, &|token| other.is_webhook_token(token)))
            {
                self.problems.add(
                    place,
                    format!(
                        "`{}` and `{}` have the same webhook secret and different webhook tokens; make them one account's (same token) or give each its own secret",
                        other.id, site.id
                    ),
                );
                continue;
            }
            sites.push(site);
        }
        sites
    }

    fn site_from_table(&mut self, table: &Table) -> RawSite {
        table.refuse_unknown(" in [[site]]", settings::SITE_KEYS, &mut self.problems);
        if table.place("id").is_none() {
            self.problems.add(table.location(), "this site has no `id`; add one, such as id = \"shop\"");
        }
        RawSite {
            place: table.location(),
            id: table.text("id", &mut self.problems),
            origins: table.list("origins", "\"https://www.example.com\"", &mut self.problems),
            bot_keys: table.list("bot_keys", "\"key-of-your-bot\"", &mut self.problems),
            account_token: self.secret(table, "account_token", Form::Header),
            webhook_secret: self.secret(table, "webhook_secret", Form::Path),
            webhook_token: self.secret(table, "webhook_token", Form::Token),
            platform_url: table.text("platform_url", &mut self.problems),
            retention_days: table.number("retention_days", &mut self.problems),
            uploads: table.flag("uploads", &mut self.problems),
            upload_types: table.list("upload_types", "\"image/png\", \"application/pdf\"", &mut self.problems),
            typed_answers: table.flag("typed_answers", &mut self.problems),
            identity: self.identity_from_table(table),
        }
    }

    fn identity_from_table(&mut self, table: &Table) -> Option<RawIdentity> {
        let before = self.problems.0.len();
        let mode = table.text("identity", &mut self.problems);
        let secret = is_set(table, "identity_secret");
        let secret = secret.then(|| self.secret(table, "identity_secret", Form::Signing)).flatten();
        (self.problems.0.len() == before).then_some(RawIdentity { mode, secret })
    }

    fn secret(&mut self, table: &Table, name: &str, form: Form) -> Option<SecretString> {
        let (found, place) = match self.external_value(table, name) {
            Some(Located { value, place }) => (value, place),
            // The value is not a text, which was reported.
            None if is_set(table, name) => return None,
            None => (Err(format!("this site needs `{name}_file` or `{name}_env`")), table.location()),
        };
        let checked = found.and_then(|(source, value)| {
            secret::check(&value, form).map_err(|what| format!("the secret in {source} can't be used: {what}"))
        });
        self.problems.ok_or_add(place, checked)
    }

    fn site_from_environment(&mut self) -> Option<RawSite> {
        let get = |name: &str| {
            let name = format!("CHATAIBOT_PROXY_SITE_{name}");
            let value = self.environment.get(&name).filter(|value| !value.is_empty()).cloned()?;
            Some(Located { value, place: Location::Variable(name) })
        };
        let list = |name: &str| Some(get(name).map(|found| split_list(&found.value, &found.place)).unwrap_or_default());
        let is_any_set =
            settings::SITE_VARIABLES.iter().any(|(name, _)| self.environment.get(*name).is_some_and(|v| !v.is_empty()));
        if !is_any_set {
            return None;
        }
        let default_id = || Located { value: "default".to_owned(), place: Location::Nowhere };
        let (id, origins, bot_keys) = (get("ID").unwrap_or_else(default_id), list("ORIGINS"), list("BOT_KEYS"));
        let secrets = [("ACCOUNT_TOKEN", Form::Header), ("WEBHOOK_SECRET", Form::Path), ("WEBHOOK_TOKEN", Form::Token)];
        let secrets = secrets.map(|(name, form)| (format!("CHATAIBOT_PROXY_SITE_{name}"), get(name), form));
        let [account_token, webhook_secret, webhook_token] = secrets.map(|(name, found, form)| {
            let checked = match &found {
                Some(found) => secret::check(&found.value, form).map_err(|what| format!("it can't be used: {what}")),
                None => Err("must be set too, for the site of the environment".to_owned()),
            };
            self.problems.ok_or_add(Location::Variable(name), checked)
        });
        let identity_secret = get("IDENTITY_SECRET").map(|found| {
            let checked = secret::check(&found.value, Form::Signing);
            self.problems.ok_or_add(found.place, checked.map_err(|what| format!("it can't be used: {what}")))
        });
        let identity = match identity_secret {
            Some(None) => None,
            secret => Some(RawIdentity { mode: get("IDENTITY"), secret: secret.flatten() }),
        };
        Some(RawSite {
            place: Location::Variable("CHATAIBOT_PROXY_SITE_ORIGINS".to_owned()),
            id: Some(id),
            origins,
            bot_keys,
            account_token,
            webhook_secret,
            webhook_token,
            platform_url: None,
            retention_days: None,
            uploads: get("UPLOADS"),
            upload_types: list("UPLOAD_TYPES"),
            typed_answers: get("TYPED_ANSWERS"),
            identity,
        })
    }

    fn check(&mut self, raw: RawSite, default_url: &Url, default_days: u32) -> Option<Site> {
        let before = self.problems.0.len();
        let id = raw.id.and_then(|id| self.parse("id", &id, SiteId::parse));
        if raw.origins.as_ref().is_some_and(Vec::is_empty) {
            let what =
                "this site has no `origins`; list the pages that may embed the widget, such as https://www.example.com";
            self.problems.add(raw.place.clone(), what);
        }
        for origin in raw.origins.iter().flatten() {
            self.parse("origins", origin, origin::check);
        }
        if raw.bot_keys.as_ref().is_some_and(Vec::is_empty) {
            let what = "this site has no `bot_keys`; add the key from the bot's trigger block";
            self.problems.add(raw.place.clone(), what);
        }
        for key in raw.bot_keys.iter().flatten() {
            self.parse("bot_keys", key, bot_key);
        }
        let platform_url = match &raw.platform_url {
            Some(url) => self.parse("platform_url", url, platform_url),
            None => Some(default_url.clone()),
        };
        let retention_days = match &raw.retention_days {
            Some(days) => self.parse("retention_days", days, |text| super::number(text, 1, 3650)),
            None => Some(default_days),
        };
        let uploads = raw.uploads.as_ref().and_then(|found| self.parse("uploads", found, flag)).unwrap_or(false);
        let upload_types = self.upload_types(uploads, &raw.upload_types.unwrap_or_default());
        let typed = raw.typed_answers.as_ref();
        let typed_answers = typed.and_then(|found| self.parse("typed_answers", found, flag)).unwrap_or(false);
        let identity = self.identity(raw.identity, &raw.place);
        if self.problems.0.len() > before {
            return None;
        }
        let bot_keys: Vec<String> = raw.bot_keys?.into_iter().map(|key| key.value).collect();
        Some(Site {
            id: id?,
            origins: Origins::exactly(raw.origins?.into_iter().map(|origin| origin.value)),
            bot_key: bot_keys.first()?.clone(),
            bot_keys,
            account_token: raw.account_token?,
            webhook_secret: raw.webhook_secret?,
            webhook_token: raw.webhook_token?,
            platform_url: platform_url?,
            retention_days: retention_days?,
            upload_types,
            typed_answers,
            identity,
        })
    }

    fn identity(&mut self, raw_identity: Option<RawIdentity>, place: &Location) -> IdentityPolicy {
        let Some(RawIdentity { mode, secret }) = raw_identity else { return IdentityPolicy::Off };
        let (mode, place) = mode.map_or(("off".to_owned(), place.clone()), |mode| (mode.value, mode.place));
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
        self.problems.add(place, wrong);
        IdentityPolicy::Off
    }

    /// Returns each type once, in the order of the list.
    fn upload_types(&mut self, uploads: bool, listed: &[Located<String>]) -> Vec<&'static FileType> {
        if let (false, Some(first)) = (uploads, listed.first()) {
            let what = "`upload_types` counts only with `uploads = true`; add that, or leave this out";
            self.problems.add(first.place.clone(), what);
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

/// Whether this secret is given, by file or by variable.
fn is_set(table: &Table, name: &str) -> bool {
    ["file", "env"].iter().any(|kind| table.place(&format!("{name}_{kind}")).is_some())
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
