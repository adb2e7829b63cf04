//! Issuing of credentials: the rules for anonymous, returning and signed-in visitors, and for
//! signing out.
//!
//! A renewal secret is a one-time refresh token: each use rotates it, and a reuse revokes its
//! family. A sign-in never takes over what an anonymous visitor or another user said on the same
//! machine: it revokes their family and begins its own. The same user is the same visitor in every
//! browser.

use std::{sync::Arc, time::Duration};

use chataibot_wire::{Pairs, documented::Contact};

use super::{
    Tokens,
    claims::TokenFault,
    host_jwt::{self, IdentityFault},
};
use crate::{
    clock::{Clock, millis},
    config::{IdentityPolicy, Site},
    credentials::{Secret, UserProfile},
    ids::{FamilyId, VisitorId},
    metrics::Metrics,
    store::{
        Store, StoreError,
        renewals::{NewFamily, Presented, RenewalRefusal, Renewed, Times},
        signed_in::NewSignIn,
    },
};

/// How long a secret still works after its use, for two tabs that race and for lost answers.
pub const GRACE: Duration = Duration::from_secs(20);

/// The credentials issued to a visitor.
#[derive(Debug)]
pub struct Credentials {
    pub(crate) token: String,
    /// The secret for the next renewal.
    pub renewal: Secret,
    pub(crate) visitor: VisitorId,
    pub(crate) family: FamilyId,
    /// The user it belongs to; `None` for an anonymous visitor.
    pub user: Option<[u8; 32]>,
}

/// Why no credentials were issued.
#[derive(Debug, thiserror::Error)]
pub enum IssueError {
    /// The secret was refused.
    #[error("renewal refused: {}", <&str>::from(.0))]
    Refused(RenewalRefusal),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The token could not be signed.
    #[error(transparent)]
    Token(#[from] TokenFault),
    /// The system gave no randomness.
    #[error(transparent)]
    Randomness(#[from] getrandom::Error),
    /// The JWT of the host site was refused, or is missing.
    #[error(transparent)]
    Identity(#[from] IdentityFault),
}

/// Issues, renews and ends credentials.
pub struct CredentialIssuer {
    pub(crate) tokens: Arc<Tokens>,
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) metrics: Arc<Metrics>,
    /// How long a family lives without use.
    pub renewal_lifetime: Duration,
}

impl CredentialIssuer {
    /// Issues credentials to a new, a returning or a signed-in visitor.
    ///
    /// # Errors
    /// See [`IssueError`]. A reused secret has revoked its family, and with it every token and
    /// stream, before this returns.
    pub async fn issue_credentials(
        &self,
        site: &Site,
        origin: &str,
        renewal: Option<Secret>,
        identity: Option<&str>,
    ) -> Result<Credentials, IssueError> {
        let profile = match (identity, &site.identity) {
            (None, _) => None,
            (Some(_), IdentityPolicy::Off) => return Err(IdentityFault::Off.into()),
            (Some(identity), IdentityPolicy::Optional(secrets) | IdentityPolicy::Required(secrets)) => {
                Some(host_jwt::verify(identity, secrets, &site.id, self.clock.now() / 1000)?)
            }
        };
        let renewed = match renewal {
            Some(secret) => Some(self.renew(site, origin, secret).await?),
            None => None,
        };
        let user = renewed.as_ref().and_then(|renewed| renewed.user);
        match (renewed, profile) {
            (_, None) if user.is_none() && matches!(site.identity, IdentityPolicy::Required(_)) => {
                Err(IdentityFault::Required.into())
            }
            (None, None) => self.begin_anonymous(site, origin).await,
            (Some(renewed), None) => Ok(renewed),
            (Some(renewed), Some(profile)) if user == Some(profile.key(site.id.as_str())) => {
                self.store.update_profile(renewed.family.clone(), profile).await?;
                Ok(renewed)
            }
            (renewed, Some(profile)) => {
                if let Some(renewed) = renewed {
                    self.revoke_families(vec![renewed.family]).await?;
                }
                self.sign_in(site, origin, profile).await
            }
        }
    }

    /// Issues credentials to a new visitor.
    async fn begin_anonymous(&self, site: &Site, origin: &str) -> Result<Credentials, IssueError> {
        let new = new_family(site, origin)?;
        let token = self.tokens.issue(site, origin, &new.visitor, &new.family, false)?;
        self.store.begin_family(new.clone()).await?;
        Ok(Credentials { token, renewal: new.first_secret, visitor: new.visitor, family: new.family, user: None })
    }

    async fn renew(&self, site: &Site, origin: &str, secret: Secret) -> Result<Credentials, IssueError> {
        let successor = Secret::random()?;
        let times = Times { now: self.clock.now(), grace: millis(GRACE), lifetime: millis(self.renewal_lifetime) };
        let presented = Presented { site: site.id.as_str().to_owned(), origin: origin.to_owned(), secret, successor };
        let renewed = self.store.renew(presented, times).await?.inspect_err(|refusal| {
            if let RenewalRefusal::Reused(family) = refusal {
                self.tokens.revoke(family.clone());
            }
        });
        let Renewed { visitor, family, next_secret } = renewed.map_err(IssueError::Refused)?;
        let user = self.store.user_of(family.clone()).await?;
        let token = self.tokens.issue(site, origin, &visitor, &family, user.is_some())?;
        Ok(Credentials { token, renewal: next_secret, visitor, family, user })
    }

    async fn sign_in(&self, site: &Site, origin: &str, profile: UserProfile) -> Result<Credentials, IssueError> {
        let (user, new) = (profile.key(site.id.as_str()), new_family(site, origin)?);
        let visitor = self.store.sign_in(NewSignIn { user, profile, family: new.clone() }).await?;
        let token = self.tokens.issue(site, origin, &visitor, &new.family, true)?;
        self.metrics.signed_in.inc();
        Ok(Credentials { token, renewal: new.first_secret, visitor, family: new.family, user: Some(user) })
    }

    /// Revokes the family of a renewal secret, with its tokens and streams; with `everywhere`, all
    /// families of its visitor. An unknown secret revokes nothing.
    pub async fn sign_out(&self, presented: Secret, everywhere: bool) -> Result<(), StoreError> {
        let families = self.store.families_of(presented, everywhere).await?;
        self.revoke_families(families).await
    }

    async fn revoke_families(&self, families: Vec<FamilyId>) -> Result<(), StoreError> {
        self.store.end_families(families.clone()).await?;
        for family in families {
            self.metrics.families_ended.inc();
            self.tokens.revoke(family);
        }
        Ok(())
    }
}

/// Creates a family for a new visitor.
fn new_family(site: &Site, origin: &str) -> Result<NewFamily, IssueError> {
    let (visitor, family, first_secret) = (VisitorId::random()?, FamilyId::random()?, Secret::random()?);
    Ok(NewFamily { site: site.id.as_str().to_owned(), origin: origin.to_owned(), visitor, family, first_secret })
}

impl UserProfile {
    /// Merges the page's contact with the verified profile, which takes precedence.
    pub fn merge_contact(&self, page: Option<Contact>) -> Contact {
        let page = page.unwrap_or_default();
        Contact {
            name: self.name.clone().or(page.name),
            email: self.email.clone().or(page.email),
            phone: self.phone.clone().or(page.phone),
        }
    }

    /// Adds the user's id to the page's variables, as `user_id`.
    pub fn merge_variables(&self, page: Option<Pairs>) -> Pairs {
        let mut pairs = page.unwrap_or_default();
        pairs.insert("user_id".to_owned(), self.user.clone());
        pairs
    }
}
