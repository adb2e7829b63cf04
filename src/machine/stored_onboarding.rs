//! The stored form of the onboarding progress.

use serde::{Deserialize, Serialize};

use crate::conversation::onboarding::{Consent, Progress};

/// The stored form of [`Progress`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredProgress {
    /// Version of the consent that was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<String>,
    /// When it was given.
    #[serde(default)]
    pub consent_at: u64,
    /// The values of the form: names, each followed by its value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<Vec<String>>,
    /// Whether the visitor has left the home screen.
    #[serde(default)]
    pub home_left: bool,
    /// The conversation that was rated last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rated: Option<String>,
}

impl StoredProgress {
    /// Converts the progress for storage.
    pub fn from_progress(progress: &Progress) -> Self {
        let (consent, form) = (progress.consent.as_ref(), progress.prechat.as_ref());
        Self {
            consent: consent.map(|consent| String::from(&*consent.version)),
            consent_at: consent.map_or(0, |consent| consent.at),
            form: form.map(|values| values.iter().flat_map(|(name, value)| [name.clone(), value.clone()]).collect()),
            home_left: progress.home_left,
            rated: progress.rated.as_ref().map(|id| String::from(&**id)),
        }
    }

    /// Converts it back.
    pub fn into_progress(self) -> Progress {
        let form = self.form.map(|flat| flat.chunks_exact(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect());
        Progress {
            consent: self.consent.map(|version| Consent { version: version.into(), at: self.consent_at }),
            prechat: form,
            home_left: self.home_left,
            rated: self.rated.map(Into::into),
        }
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
        let progress = Progress {
            consent: Some(Consent { version: "2".into(), at: 5 }),
            prechat: Some(form()),
            home_left: true,
            rated: Some("c1".into()),
        };
        assert_eq!(StoredProgress::from_progress(&progress).into_progress(), progress);
        assert_eq!(StoredProgress::default().into_progress(), Progress::default());
    }
}
