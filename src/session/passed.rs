//! What a visitor has passed at the gate, as it is stored, and what of it goes along with the start of a conversation.

use chataibot_wire::{Pairs, documented::Contact};
use serde::{Deserialize, Serialize};

use super::Settings;
use crate::conversation::gate::{Consent, Passed};

/// [`Passed`] as it is stored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredPassed {
    /// Version of the consent that was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<String>,
    /// When it was given.
    #[serde(default)]
    pub consent_at: u64,
    /// What the form was filled with: names, each followed by its value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<Vec<String>>,
    /// Was the home screen left?
    #[serde(default)]
    pub home_left: bool,
    /// The conversation that was rated last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rated: Option<String>,
}

impl StoredPassed {
    /// Ready to be stored.
    #[must_use]
    pub fn of(passed: &Passed) -> Self {
        let form = passed.prechat.as_ref().map(|values| {
            let flat = values.iter().flat_map(|(name, value)| [name.clone(), value.clone()]);
            flat.collect()
        });
        Self {
            consent: passed.consent.as_ref().map(|consent| String::from(&*consent.version)),
            consent_at: passed.consent.as_ref().map_or(0, |consent| consent.at),
            form,
            home_left: passed.home_left,
            rated: passed.rated.as_ref().map(|id| String::from(&**id)),
        }
    }

    /// What was stored.
    #[must_use]
    pub fn into_passed(self) -> Passed {
        let at = self.consent_at;
        let form = self.form.map(|flat| flat.chunks_exact(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect());
        Passed {
            consent: self.consent.map(|version| Consent { version: version.into(), at }),
            prechat: form,
            home_left: self.home_left,
            rated: self.rated.map(Into::into),
        }
    }
}

impl Settings {
    /// Contact and variables of the start call: what the page knows, and what the visitor wrote in the form. The visitor's goes
    /// before the page's, unless the page has locked what it knows.
    #[must_use]
    pub fn with_form(&self, form: Option<&[(String, String)]>) -> (Contact, Pairs) {
        let (mut contact, mut variables) = (self.contact.clone(), self.variables.clone());
        for (name, value) in form.unwrap_or_default() {
            let fact = match name.as_str() {
                "name" => &mut contact.name,
                "email" => &mut contact.email,
                "phone" => &mut contact.phone,
                _ => {
                    variables.insert(name.clone(), value.clone());
                    continue;
                }
            };
            if fact.is_none() || !self.contact_locked {
                *fact = Some(value.clone());
            }
        }
        (contact, variables)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> Vec<(String, String)> {
        [("name", "Ada"), ("email", "ada@example.com"), ("topic", "Tea")].map(|(a, b)| (a.into(), b.into())).into()
    }

    #[test]
    fn what_is_stored_comes_back() {
        let passed = Passed {
            consent: Some(Consent { version: "2".into(), at: 5 }),
            prechat: Some(form()),
            home_left: true,
            rated: Some("c1".into()),
        };
        assert_eq!(StoredPassed::of(&passed).into_passed(), passed);
        assert_eq!(StoredPassed::default().into_passed(), Passed::default());
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
