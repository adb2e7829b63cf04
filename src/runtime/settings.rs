//! The settings of a runtime: its proxy, its visitor, and what the start call contains.

use std::rc::Rc;

use chataibot_wire::{Pairs, documented::Contact};

use crate::conversation::onboarding::Requirements;

/// The settings of a session; the element makes them from attributes and properties.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings {
    /// Full address of `POST /token`.
    pub token_url: Rc<str>,
    /// Base of the documented calls: `https://chat.example.com/api/v1`, no trailing slash.
    pub api_url: Rc<str>,
    /// Base of `…/conversation/{id}/events`; `None` when the host page receives replies itself.
    pub events_url: Option<Rc<str>>,
    /// Which site, when one origin serves several.
    pub site: Option<Rc<str>>,
    /// The host page's own id of the signed-in user.
    pub user: Option<Rc<str>>,
    /// The JWT that the host's server signed for that user.
    pub identity: Option<Rc<str>>,
    /// The key of the bot's trigger block; may be empty for a proxy that knows its bot.
    pub bot_key: Rc<str>,
    /// The contact variables of the start call.
    pub contact: Contact,
    /// Whether the contact data of the host page takes precedence over what the visitor writes.
    pub contact_locked: bool,
    /// What the host page requires of the visitor before, between and after chats.
    pub requirements: Requirements,
    /// The conversation variables of the start call.
    pub variables: Pairs,
    /// Keep everything in memory only: nothing survives a reload.
    pub memory_only: bool,
}

impl Settings {
    /// The prefix of all storage keys: it separates sites, proxies and users.
    pub fn storage_prefix(&self) -> String {
        let scope = self.site.as_deref().unwrap_or_else(|| origin(&self.token_url));
        match self.user.as_deref() {
            Some(user) => ["chataibot:@", user, ":", scope, ":"].concat(),
            None => ["chataibot:", scope, ":"].concat(),
        }
    }

    /// Contact and variables of the start request. What the visitor wrote in the form takes
    /// precedence, unless the host page has locked its contact.
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

/// The origin of an absolute address; the whole address if it has none.
fn origin(url: &str) -> &str {
    let Some(host) = url.find(':').filter(|&at| url[at..].starts_with("://")).map(|at| at + 3) else { return url };
    url[host..].find('/').map_or(url, |at| &url[..host + at])
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
