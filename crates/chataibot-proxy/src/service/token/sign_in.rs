//! Issuing of credentials to anonymous, returning and signed-in visitors, and signing out.
//!
//! A renewal secret is a one-time refresh token: each use rotates it, and a reuse revokes its
//! family. A sign-in never takes over what another said on the same machine: it revokes their
//! family and begins its own. The same user is the same visitor in every browser.

use std::{sync::Arc, time::Duration};

use chataibot_wire::documented::{Contact, Variables};

use super::Tokens;
use super::host_jwt::{self, IdentityFault};
use crate::clock::{Clock, millis};
use crate::config::{IdentityPolicy, Site};
use crate::credentials::{Secret, UserProfile};
use crate::error::ApiError;
use crate::ids::{FamilyId, VisitorId};
use crate::metrics::Metrics;
use crate::store::renewals::{NewFamily, Presented, RenewalRefusal, Renewed, Times};
use crate::store::signed_in::NewSignIn;
use crate::store::{Store, StoreError};

/// How long a secret still works after its use, for two tabs that race and for lost answers.
pub const GRACE: Duration = Duration::from_secs(20);

/// The credentials issued to a visitor.
#[derive(Debug)]
pub struct Credentials {
    pub(crate) token: String,
    /// The secret for the next renewal.
    pub renewal: Secret,
    pub(crate) visitor: VisitorId,
    family: FamilyId,
    /// The user it belongs to; `None` for an anonymous visitor.
    user: Option<[u8; 32]>,
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
    /// Issues credentials to a new, a returning or a signed-in visitor. Errors: 401 for a refused
    /// renewal secret, 400 and 403 for a refused or missing identity, 503. A reused secret has
    /// revoked its family, and with it every token and stream, before this returns.
    pub(crate) async fn issue_credentials(
        &self,
        site: &Site,
        origin: &str,
        renewal: Option<&str>,
        identity: Option<&str>,
    ) -> Result<Credentials, ApiError> {
        let parse = |secret| Secret::parse(secret).ok_or_else(|| self.renewal_refused("malformed"));
        let secret = renewal.map(parse).transpose()?;
        let profile = match (identity, &site.identity) {
            (None, _) => None,
            (Some(_), IdentityPolicy::Off) => return Err(self.identity_refused(IdentityFault::Off)),
            (Some(identity), IdentityPolicy::Optional(secrets) | IdentityPolicy::Required(secrets)) => {
                let verified = host_jwt::verify(identity, secrets, &site.id, self.clock.now() / 1000);
                Some(verified.map_err(|fault| self.identity_refused(fault))?)
            }
        };
        let renewed = match secret {
            Some(secret) => Some(self.renew(site, origin, secret).await?),
            None => None,
        };
        let user = renewed.as_ref().and_then(|renewed| renewed.user);
        match (renewed, profile) {
            (_, None) if user.is_none() && matches!(site.identity, IdentityPolicy::Required(_)) => {
                Err(self.identity_refused(IdentityFault::Required))
            }
            (None, None) => {
                let new = new_family(site, origin)?;
                let issued = self.issue(site, new.clone(), None)?;
                self.store.begin_family(new).await?;
                Ok(issued)
            }
            (Some(renewed), None) => Ok(renewed),
            (Some(renewed), Some(profile)) if user == Some(profile.key(site.id.as_str())) => {
                self.store.update_profile(renewed.family.clone(), profile).await?;
                Ok(renewed)
            }
            (renewed, Some(profile)) => {
                if let Some(renewed) = renewed {
                    self.revoke_families(vec![renewed.family]).await?;
                }
                let (user, family) = (profile.key(site.id.as_str()), new_family(site, origin)?);
                let visitor = self.store.sign_in(NewSignIn { user, profile, family: family.clone() }).await?;
                let issued = self.issue(site, NewFamily { visitor, ..family }, Some(user))?;
                self.metrics.signed_in.inc();
                Ok(issued)
            }
        }
    }

    async fn renew(&self, site: &Site, origin: &str, secret: Secret) -> Result<Credentials, ApiError> {
        let successor = Secret::random().map_err(ApiError::internal)?;
        let times = Times { now: self.clock.now(), grace: millis(GRACE), lifetime: millis(self.renewal_lifetime) };
        let (site_id, origin) = (site.id.to_string(), origin.to_owned());
        let presented = Presented { site: site_id.clone(), origin: origin.clone(), secret, successor };
        let renewed = self.store.renew(presented, times).await?.map_err(|refusal| {
            if let RenewalRefusal::Reused(family) = &refusal {
                self.tokens.revoke(family.clone());
                self.metrics.families_revoked.inc();
                tracing::warn!(%family, "a renewal secret was used twice; its visitor must start over");
            }
            self.renewal_refused(refusal.into())
        });
        let Renewed { visitor, family, next_secret } = renewed?;
        let user = self.store.user_of(family.clone()).await?;
        self.issue(site, NewFamily { site: site_id, origin, visitor, family, first_secret: next_secret }, user)
    }

    fn issue(&self, site: &Site, family: NewFamily, user: Option<[u8; 32]>) -> Result<Credentials, ApiError> {
        let NewFamily { origin, visitor, family, first_secret: renewal, .. } = family;
        let token = self.tokens.issue(site, &origin, &visitor, &family, user.is_some()).map_err(ApiError::internal)?;
        Ok(Credentials { token, renewal, visitor, family, user })
    }

    fn renewal_refused(&self, why: &'static str) -> ApiError {
        self.metrics.renewals_refused.inc();
        ApiError::unauthorized().cause(format!("renewal refused: {why}"))
    }

    fn identity_refused(&self, fault: IdentityFault) -> ApiError {
        self.metrics.identities_refused.inc();
        let error = if fault == IdentityFault::Off {
            ApiError::bad_request("this site takes no `identity`; its operator can set `identity` in its [[site]]")
        } else if fault == IdentityFault::Required {
            ApiError::identity_required()
        } else {
            ApiError::identity_refused()
        };
        error.cause(fault)
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

fn new_family(site: &Site, origin: &str) -> Result<NewFamily, ApiError> {
    let random = || Ok((VisitorId::random()?, FamilyId::random()?, Secret::random()?));
    let (visitor, family, first_secret) = random().map_err(|error: getrandom::Error| ApiError::internal(error))?;
    Ok(NewFamily { site: site.id.to_string(), origin: origin.to_owned(), visitor, family, first_secret })
}

impl UserProfile {
    /// Adds the verified profile to the page's variables: the contact, of which its values take
    /// precedence, and the user's id as `user_id`.
    pub fn merge_into(self, page: Variables) -> Variables {
        let contact = page.contact.unwrap_or_default();
        let contact = Contact {
            name: self.name.or(contact.name),
            email: self.email.or(contact.email),
            phone: self.phone.or(contact.phone),
        };
        let mut conversation = page.conversation.unwrap_or_default();
        conversation.insert("user_id".to_owned(), self.user);
        Variables { system: page.system, contact: Some(contact), conversation: Some(conversation) }
    }
}
