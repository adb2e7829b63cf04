//! Synchronises a proxy with the others that share its store: revoked families and new signing
//! keys.

use std::{sync::Arc, time::Duration};

use tokio::{sync::mpsc, time::interval};
use tokio_util::sync::CancellationToken;

use super::token::Tokens;
use crate::{
    clock::{Clock, millis},
    store::{Store, StoreError, StoreEvent},
};

/// How often keys and revocations are read again, in case an event got lost. A new key signs only
/// after several of these.
const RESYNC_INTERVAL: Duration = Duration::from_secs(10);

pub struct Peers {
    pub tokens: Arc<Tokens>,
    pub store: Store,
    pub clock: Clock,
    /// How long a revocation matters.
    pub token_lifetime: Duration,
    /// Whether the keys are in the store, not in a file.
    pub are_keys_shared: bool,
    pub shutdown: CancellationToken,
}

impl Peers {
    /// Follows the other proxies until the shutdown. A store that is not shared has no events.
    pub async fn follow(&self, events: Option<mpsc::UnboundedReceiver<StoreEvent>>) {
        let Some(mut events) = events else { return };
        let mut resync = interval(RESYNC_INTERVAL);
        loop {
            let event = tokio::select! {
                () = self.shutdown.cancelled() => return,
                event = events.recv() => event.unwrap_or(StoreEvent::Resync),
                _ = resync.tick() => StoreEvent::Resync,
            };
            match event {
                StoreEvent::Revoked(family) => self.tokens.revoke(family),
                StoreEvent::Resync => {
                    if let Err(error) = self.resync().await {
                        tracing::debug!(%error, "keys and revocations are read again later");
                    }
                }
            }
        }
    }

    async fn resync(&self) -> Result<(), StoreError> {
        let now = self.clock.now();
        if self.are_keys_shared {
            self.tokens.replace_keys(self.store.signing_keys(now).await?);
        }
        for (family, _) in self.store.revoked_since(now.saturating_sub(millis(self.token_lifetime))).await? {
            if !self.tokens.revocations.contains(&family) {
                self.tokens.revoke(family);
            }
        }
        Ok(())
    }
}
