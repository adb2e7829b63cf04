//! The one-time secrets a browser renews its token with, and the rule of their use. Their rows are in `store::renewals`.

use std::{fmt, time::Duration};

use sha2::{Digest, Sha256};

use super::{FamilyId, TokenFault, VisitorId, hex, host_jwt::IdentityFault, keys::unhex};
use crate::{
    app::App,
    clock::millis,
    config::Site,
    store::{
        StoreError,
        renewals::{NewFamily, Presented, RenewalRefusal, Times},
    },
};

/// How long a secret that was just used still works: two tabs that race, or an answer lost on the way.
pub const GRACE: Duration = Duration::from_secs(20);

/// 256 random bits, known to one browser and stored here only as a hash.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret([u8; 32]);

impl Secret {
    /// A new one.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub fn random() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// Reads 64 lower-case hex characters.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.bytes().any(|b| b.is_ascii_uppercase()) { None } else { unhex(text).map(Self) }
    }

    /// As it goes to the browser.
    #[must_use]
    pub fn expose(&self) -> String {
        hex(&self.0)
    }

    /// As it is stored. A plain hash is enough: there is nothing to guess in 256 random bits.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.0).into()
    }

    /// The successor, readable only with this secret: the pad is used once, because a secret has one successor.
    #[must_use]
    pub fn seal(&self, successor: &Self) -> [u8; 32] {
        let mut sealed = self.pad();
        sealed.iter_mut().zip(successor.0).for_each(|(byte, plain)| *byte ^= plain);
        sealed
    }

    /// Undoes [`Secret::seal`].
    #[must_use]
    pub fn open(&self, sealed: &[u8; 32]) -> Self {
        Self(self.seal(&Self(*sealed)))
    }

    fn pad(&self) -> [u8; 32] {
        Sha256::new().chain_update(b"chataibot renewal successor\0").chain_update(self.0).finalize().into()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// A visitor's credentials, ready to be answered.
#[derive(Debug)]
pub struct Issued {
    /// The token.
    pub token: String,
    /// The secret for the next renewal.
    pub renewal: Secret,
    /// The visitor.
    pub visitor: VisitorId,
    /// Its family.
    pub family: FamilyId,
    /// The user it belongs to; `None` for an anonymous visitor.
    pub user: Option<[u8; 32]>,
}

/// Why no credentials were issued.
#[derive(Debug)]
pub enum IssueError {
    /// The secret was refused.
    Refused(RenewalRefusal),
    /// The database could not be written.
    Store(StoreError),
    /// The token could not be signed.
    Token(TokenFault),
    /// The system gave no randomness.
    Randomness(getrandom::Error),
    /// The host site's word was not believed, or is missing.
    Identity(IdentityFault),
}

impl From<StoreError> for IssueError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<TokenFault> for IssueError {
    fn from(fault: TokenFault) -> Self {
        Self::Token(fault)
    }
}

impl From<getrandom::Error> for IssueError {
    fn from(error: getrandom::Error) -> Self {
        Self::Randomness(error)
    }
}

/// Credentials for a visitor nobody has seen before.
///
/// # Errors
/// See [`IssueError`]; never [`IssueError::Refused`].
pub async fn begin(app: &App, site: &Site, origin: &str) -> Result<Issued, IssueError> {
    let (visitor, family, first) = (VisitorId::random()?, FamilyId::random()?, Secret::random()?);
    let token = app.tokens.issue(site, origin, &visitor, &family, false)?;
    let (site, origin) = (site.id.as_str().to_owned(), origin.to_owned());
    let new = NewFamily { site, origin, visitor: visitor.clone(), family: family.clone(), first: first.clone() };
    app.store.begin_family(new).await?;
    Ok(Issued { token, renewal: first, visitor, family, user: None })
}

/// New credentials for old ones.
///
/// # Errors
/// See [`IssueError`]. A reused secret has ended its family, and with it every token and stream, before this returns.
pub async fn renew(app: &App, site: &Site, origin: &str, presented: Secret) -> Result<Issued, IssueError> {
    let fresh = Secret::random()?;
    let times = Times { now: app.clock.now(), grace: millis(GRACE), lifetime: millis(app.config.renewal_lifetime) };
    let presented =
        Presented { site: site.id.as_str().to_owned(), origin: origin.to_owned(), secret: presented, fresh };
    let renewed = app.store.renew(presented, times).await?;
    match renewed {
        Ok(renewed) => {
            let user = app.store.user_of(renewed.family.clone()).await?;
            let token = app.tokens.issue(site, origin, &renewed.visitor, &renewed.family, user.is_some())?;
            Ok(Issued { token, renewal: renewed.next, visitor: renewed.visitor, family: renewed.family, user })
        }
        Err(refusal) => {
            if let RenewalRefusal::Reused(family) = &refusal {
                app.tokens.revoke(family.clone());
            }
            Err(IssueError::Refused(refusal))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_successor_is_readable_only_with_its_predecessor() {
        let [first, second, other] = [(); 3].map(|()| Secret::random().expect("randomness"));
        let sealed = first.seal(&second);
        assert_eq!(first.open(&sealed), second);
        assert_ne!(other.open(&sealed), second);
        assert_ne!(sealed, second.0);
        assert_ne!(sealed, second.hash());
    }

    #[test]
    fn a_secret_has_one_spelling_and_never_prints() {
        let secret = Secret::random().expect("randomness");
        let text = secret.expose();
        assert_eq!(text.len(), 64);
        assert_eq!(Secret::parse(&text), Some(secret.clone()));
        for bad in [String::new(), text[1..].to_owned(), format!("{text}0"), format!("g{}", &text[1..]), "é".repeat(32)]
        {
            assert_eq!(Secret::parse(&bad), None, "{bad}");
        }
        assert_eq!(Secret::parse(&format!("A{}", &text[1..])), None);
        assert!(!format!("{secret:?}").contains(&text));
    }
}
