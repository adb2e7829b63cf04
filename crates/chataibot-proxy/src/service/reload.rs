//! What changes while the proxy runs: sites with their secrets, and the keys of visitor tokens. No request fails for it: those under
//! way go on with what they began with.

use std::{
    fmt,
    sync::{Arc, PoisonError, RwLock},
};

use crate::{
    app::{App, StartError, keys},
    config::{Config, Sites},
    service::token::Visitor,
};

/// The sites as they are now.
pub struct LiveSites(RwLock<Arc<Sites>>);

impl LiveSites {
    /// Those of the configuration.
    #[must_use]
    pub fn new(sites: Sites) -> Self {
        Self(RwLock::new(Arc::new(sites)))
    }

    /// All of them, for one request.
    #[must_use]
    pub fn now(&self) -> Arc<Sites> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn replace(&self, sites: Sites) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(sites);
    }
}

impl fmt::Debug for LiveSites {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        self.now().fmt(f)
    }
}

/// Takes over sites and keys of a configuration that was read anew. Everything else in it counts from the next start.
///
/// # Errors
/// When the key file is wrong: then nothing was changed.
pub async fn apply(app: &App, config: Config) -> Result<(), StartError> {
    let keys = keys(&config, &app.store, app.clock.now()).await?;
    app.tokens.replace_keys(keys);
    app.sites.replace(config.sites);
    // Streams of a site or an origin that is gone end now.
    app.tokens.revocations.look_again();
    Ok(())
}

/// Gives the keys in the database their successor when it is time.
///
/// # Errors
/// The database's.
pub async fn rotate(app: &App) -> Result<(), StartError> {
    if app.config.token_keys_file.is_none() {
        app.tokens.replace_keys(keys(&app.config, &app.store, app.clock.now()).await?);
    }
    Ok(())
}

/// Ends when the visitor's tokens no longer hold before their time: the family was ended, or the site is gone or no longer takes them.
pub async fn until_ended(app: &App, visitor: &Visitor) {
    let revocations = &app.tokens.revocations;
    let is_ended = || {
        let sites = app.sites.now();
        let site = sites.get(visitor.site.id.as_str());
        revocations.contains(&visitor.family)
            || !site.is_some_and(|site| site.takes(&visitor.origin, visitor.signed_in))
    };
    revocations.until(is_ended).await;
}
