//! The visitor's credentials, and how to get or renew them. Pure: the clock is passed in.

use chataibot_wire::token::{Features, TokenAnswer, Uploads};
use serde::{Deserialize, Serialize};

/// A token with less time left than this is renewed before it is used, in milliseconds; a
/// short-lived one when a third of its life is left.
const RENEW_BEFORE: u64 = 60_000;

/// The answer of `POST /token`, with times by the visitor's clock. Shared by all tabs.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credentials {
    /// The visitor's id.
    pub visitor: String,
    /// The visitor token.
    pub token: String,
    /// The secret for the next renewal.
    pub renewal: String,
    /// When the token came, in the visitor's wall clock: milliseconds since 1970-01-01 UTC.
    pub from: u64,
    /// When it ends, in the same clock.
    pub until: u64,
    /// Which files the site takes, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uploads: Option<Uploads>,
    /// Whether the site takes typed answers.
    #[serde(default)]
    pub typed: bool,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.debug_struct("Credentials").field("visitor", &self.visitor).field("token", &"…").finish_non_exhaustive()
    }
}

impl Credentials {
    /// The credentials in an answer received at `wall`.
    pub fn new(answer: TokenAnswer, wall: u64) -> Self {
        let TokenAnswer { visitor, token, renewal, expires_in, features, .. } = answer;
        let Features { uploads, typed_answers: typed } = features.unwrap_or_default();
        Self { visitor, token, renewal, from: wall, until: wall + u64::from(expires_in) * 1_000, uploads, typed }
    }

    /// With less than this left, in milliseconds, the token is renewed before it is used.
    pub fn renew_before(&self) -> u64 {
        RENEW_BEFORE.min(self.until.saturating_sub(self.from) / 3)
    }

    /// Milliseconds the token has left; 0 before `from`: then the clock was set back.
    pub fn remaining(&self, wall: u64) -> u64 {
        if wall < self.from { 0 } else { self.until.saturating_sub(wall) }
    }
}

/// How to get a valid token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Plan {
    /// Use the one that another tab already got.
    Adopt(Credentials),
    /// Renew with this secret.
    Renew(String),
    /// Begin as a new visitor.
    NewVisitor,
}

/// Decides how to get a new token. To be called inside the lock that all tabs share.
///
/// `stored`: what storage holds; `held`: what this tab used; `refused`: a refused renewal secret.
pub fn plan(stored: Option<Credentials>, held: Option<&Credentials>, refused: Option<&str>, wall: u64) -> Plan {
    // If storage was cleared, the visitor stays the same.
    let Some(current) = stored.or_else(|| held.cloned()) else { return Plan::NewVisitor };
    let is_held = held.is_some_and(|held| held.token == current.token);
    if !is_held && current.remaining(wall) > current.renew_before() {
        return Plan::Adopt(current);
    }
    if refused == Some(current.renewal.as_str()) { Plan::NewVisitor } else { Plan::Renew(current.renewal) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(name: &str, from: u64) -> Credentials {
        Credentials {
            visitor: "v".into(),
            token: ["token ", name].concat(),
            renewal: ["secret ", name].concat(),
            from,
            until: from + 600_000,
            uploads: None,
            typed: false,
        }
    }

    #[test]
    fn nobody_known_begins_as_a_new_visitor() {
        assert_eq!(plan(None, None, None, 0), Plan::NewVisitor);
    }

    #[test]
    fn a_tab_takes_what_another_tab_has_just_renewed() {
        let (old, new) = (identity("old", 0), identity("new", 500_000));
        assert_eq!(plan(Some(new.clone()), Some(&old), None, 550_000), Plan::Adopt(new));
    }

    #[test]
    fn a_tab_renews_its_own_token_with_the_secret_in_storage() {
        let old = identity("old", 0);
        assert_eq!(plan(Some(old.clone()), Some(&old), None, 550_000), Plan::Renew("secret old".into()));
        assert_eq!(plan(Some(old), None, None, 550_000), Plan::Renew("secret old".into()), "after a reload");
    }

    #[test]
    fn a_short_lived_token_is_good_for_two_thirds_of_its_life() {
        let short = Credentials { until: 30_000, ..identity("short", 0) };
        assert_eq!(short.renew_before(), 10_000);
        assert_eq!(identity("long", 0).renew_before(), 60_000);
        let held = identity("held", 0);
        assert_eq!(plan(Some(short.clone()), Some(&held), None, 19_999), Plan::Adopt(short.clone()));
        assert_eq!(plan(Some(short), Some(&held), None, 20_000), Plan::Renew("secret short".into()));
    }

    #[test]
    fn a_refused_secret_is_not_tried_twice_but_a_newer_one_is() {
        let (old, new) = (identity("old", 0), identity("new", 0));
        assert_eq!(plan(Some(old.clone()), Some(&old), Some("secret old"), 0), Plan::NewVisitor);
        assert_eq!(plan(Some(new), Some(&old), Some("secret old"), 599_000), Plan::Renew("secret new".into()));
    }

    #[test]
    fn cleared_storage_does_not_make_another_visitor() {
        let held = identity("held", 0);
        assert_eq!(plan(None, Some(&held), None, 0), Plan::Renew("secret held".into()));
    }

    #[test]
    fn a_clock_that_was_set_back_leaves_nothing() {
        let identity = identity("a", 1_000_000);
        assert_eq!(identity.remaining(999_999), 0);
        assert_eq!(identity.remaining(1_000_000), 600_000);
        assert_eq!(identity.remaining(u64::MAX), 0);
    }
}
