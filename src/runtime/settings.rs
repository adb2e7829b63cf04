//! The settings of a runtime: where its proxy is, who the visitor is, and what is sent when a
//! conversation starts.

use std::rc::Rc;

use chataibot_wire::{Pairs, documented::Contact};

use crate::conversation::onboarding::Requirements;

/// What a session needs to know; made by the element from attributes and properties.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings {
    /// Full address of `POST /token`.
    pub token_url: Rc<str>,
    /// Base of the two documented calls, such as `https://chat.example.com/api/v1`, without a slash
    /// at the end.
    pub api_url: Rc<str>,
    /// Base of `…/conversation/{id}/events`; `None` when replies are the page's affair.
    pub events_url: Option<Rc<str>>,
    /// Which site, when one origin serves several.
    pub site: Option<Rc<str>>,
    /// The page's own id of the signed-in user.
    pub user: Option<Rc<str>>,
    /// What the page's server signed about that user.
    pub identity: Option<Rc<str>>,
    /// Stands on the bot's trigger block; may be empty towards a proxy that knows its bot.
    pub bot_key: Rc<str>,
    /// The contact variables of the start call.
    pub contact: Contact,
    /// Does what the page knows of the contact go before what the visitor writes?
    pub contact_locked: bool,
    /// What is asked of the visitor before, between and after.
    pub requirements: Requirements,
    /// The conversation variables of the start call.
    pub variables: Pairs,
    /// Keep everything in memory only: nothing survives a reload.
    pub memory_only: bool,
}

impl Settings {
    /// What everything stored begins with: other sites, other proxies and other users see nothing
    /// of it.
    #[must_use]
    pub fn storage_prefix(&self) -> String {
        let place = self.site.as_deref().unwrap_or_else(|| origin(&self.token_url));
        match self.user.as_deref() {
            Some(user) => ["chataibot:@", user, ":", place, ":"].concat(),
            None => ["chataibot:", place, ":"].concat(),
        }
    }
}

/// The origin of an absolute address, or whatever stands in its place.
fn origin(url: &str) -> &str {
    let Some(host) = url.find(':').filter(|&at| url[at..].starts_with("://")).map(|at| at + 3) else { return url };
    url[host..].find('/').map_or(url, |at| &url[..host + at])
}

impl Settings {
    /// Contact and variables of the start call: what the page knows, and what the visitor wrote in
    /// the form. The visitor's goes before the page's, unless the page has locked what it knows.
    #[must_use]
    pub fn with_form(&self, form: Option<&[(String, String)]>) -> (Contact, Pairs) {
        let (mut contact, mut variables) = (self.contact.clone(), self.variables.clone());
        for (name, value) in form.unwrap_or_default() {
            let input = match name.as_str() {
                "name" => &mut contact.name,
                "email" => &mut contact.email,
                "phone" => &mut contact.phone,
                _ => {
                    variables.insert(name.clone(), value.clone());
                    continue;
                }
            };
            if input.is_none() || !self.contact_locked {
                *input = Some(value.clone());
            }
        }
        (contact, variables)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stored_is_kept_apart_by_site_or_else_by_proxy() {
        let mut settings =
            Settings { token_url: Rc::from("https://chat.example.com:8443/token"), ..Settings::default() };
        assert_eq!(settings.storage_prefix(), "chataibot:https://chat.example.com:8443:");
        settings.site = Some(Rc::from("shop"));
        assert_eq!(settings.storage_prefix(), "chataibot:shop:");
        settings.user = Some(Rc::from("42"));
        assert_eq!(settings.storage_prefix(), "chataibot:@42:shop:");
        assert_eq!(origin("https://chat.example.com"), "https://chat.example.com");
    }

    fn form() -> Vec<(String, String)> {
        [("name", "Ada"), ("email", "ada@example.com"), ("topic", "Tea")].map(|(a, b)| (a.into(), b.into())).into()
    }

    #[test]
    fn the_form_fills_contact_and_variables() {
        let mut settings = Settings::default();
        settings.contact.email = Some("page@example.com".into());
        settings.variables.insert("plan".into(), "free".into());
        let (contact, variables) = settings.with_form(Some(&form()));
        assert_eq!(contact.name.as_deref(), Some("Ada"));
        assert_eq!(contact.email.as_deref(), Some("ada@example.com"));
        assert_eq!(variables.get("topic"), Some("Tea"));
        assert_eq!(variables.get("plan"), Some("free"));

        settings.contact_locked = true;
        let (contact, _) = settings.with_form(Some(&form()));
        assert_eq!(contact.email.as_deref(), Some("page@example.com"), "the page has locked it");
        assert_eq!(contact.name.as_deref(), Some("Ada"), "the page does not know it");
        assert_eq!(settings.with_form(None).0, settings.contact);
    }
}
