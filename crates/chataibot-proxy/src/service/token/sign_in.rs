//! Who gets which credentials: the rules of anonymous, returning and signed-in visitors, and of leaving.
//!
//! A sign-in never takes over what an anonymous visitor or another user said on the same machine: it ends their family and begins
//! its own. The same user is the same visitor in every browser.

use chataibot_wire::{Pairs, documented::Contact};

use super::{
    FamilyId, VisitorId,
    host_jwt::{self, IdentityFault, UserProfile},
    renewal::{IssueError, Issued, Secret, begin, renew},
};
use crate::{
    app::App,
    config::{IdentityPolicy, Site},
    store::{StoreError, signed_in},
};

/// Credentials for whoever asks.
///
/// # Errors
/// See [`IssueError`].
pub async fn issue_credentials(
    app: &App,
    site: &Site,
    origin: &str,
    renewal: Option<Secret>,
    identity: Option<&str>,
) -> Result<Issued, IssueError> {
    let person = match (identity, &site.identity) {
        (None, _) => None,
        (Some(_), IdentityPolicy::Off) => return Err(IssueError::Identity(IdentityFault::Off)),
        (Some(identity), IdentityPolicy::Optional(secrets) | IdentityPolicy::Required(secrets)) => {
            let now = app.clock.now() / 1000;
            Some(host_jwt::verify(identity, secrets, &site.id, now).map_err(IssueError::Identity)?)
        }
    };
    let anonymous = || match site.identity {
        IdentityPolicy::Required(_) => Err(IssueError::Identity(IdentityFault::Required)),
        IdentityPolicy::Off | IdentityPolicy::Optional(_) => Ok(()),
    };
    let Some(secret) = renewal else {
        return match person {
            Some(person) => sign_in(app, site, origin, person).await,
            None => {
                anonymous()?;
                begin(app, site, origin).await
            }
        };
    };
    let renewed = renew(app, site, origin, secret).await?;
    match (&renewed.user, person) {
        (None, None) => {
            anonymous()?;
            Ok(renewed)
        }
        (Some(_), None) => Ok(renewed),
        (Some(user), Some(person)) if *user == person.key(&site.id) => {
            app.store.update_profile(renewed.family.clone(), person).await?;
            Ok(renewed)
        }
        (_, Some(person)) => {
            end(app, vec![renewed.family]).await?;
            sign_in(app, site, origin, person).await
        }
    }
}

async fn sign_in(app: &App, site: &Site, origin: &str, person: UserProfile) -> Result<Issued, IssueError> {
    let (family, first) = (FamilyId::random()?, Secret::random()?);
    let new = signed_in::NewSignIn {
        site: site.id.as_str().to_owned(),
        origin: origin.to_owned(),
        user: person.key(&site.id),
        person,
        otherwise: VisitorId::random()?,
        family: family.clone(),
        first: first.clone(),
    };
    let user = Some(new.user);
    let visitor = app.store.sign_in(new).await?;
    let token = app.tokens.issue(site, origin, &visitor, &family, true)?;
    app.counters.signed_in.increment();
    Ok(Issued { token, renewal: first, visitor, family, user })
}

/// Ends the family of a renewal secret, with its tokens and streams; `everywhere`, all families of its visitor. A secret that is not
/// known ends nothing.
///
/// # Errors
/// The store's.
pub async fn leave(app: &App, presented: Secret, everywhere: bool) -> Result<(), StoreError> {
    let families = app.store.families_of(presented, everywhere).await?;
    end(app, families).await
}

async fn end(app: &App, families: Vec<FamilyId>) -> Result<(), StoreError> {
    app.store.end_families(families.clone()).await?;
    for family in families {
        app.counters.families_ended.increment();
        app.tokens.revoke(family);
    }
    Ok(())
}

/// What a signed-in visitor's conversation is told of them: verified values stand over those of the page, and cannot be changed by it.
///
/// # Errors
/// The store's; a token that says "signed in" without a record of it.
pub async fn verified(app: &App, family: &FamilyId) -> Result<UserProfile, StoreError> {
    let person = app.store.profile_of(family.clone()).await?;
    person.ok_or_else(|| StoreError::Corrupt("a signed-in visitor is not known".to_owned()))
}

impl UserProfile {
    /// The page's contact with what is verified over it.
    #[must_use]
    pub fn over(&self, page: Option<Contact>) -> Contact {
        let page = page.unwrap_or_default();
        Contact {
            name: self.name.clone().or(page.name),
            email: self.email.clone().or(page.email),
            phone: self.phone.clone().or(page.phone),
        }
    }

    /// The page's variables with the user's id among them, as `user_id`.
    #[must_use]
    pub fn among(&self, page: Option<Pairs>) -> Pairs {
        let mut pairs = page.unwrap_or_default();
        pairs.insert("user_id".to_owned(), self.user.clone());
        pairs
    }
}
