//! What one proxy takes over from the others it shares a store with: ended families and new signing keys.

use std::{sync::Arc, time::Duration};

use tokio::{sync::mpsc, time::interval};

use crate::{
    app::App,
    clock::millis,
    store::{StoreError, StoreEvent},
};

/// How often keys and revocations are read again, in case their news got lost. A new key signs only after several of these.
const AGAIN: Duration = Duration::from_secs(10);

/// Follows the others until the shutdown. A store that is not shared has no news.
pub async fn run(app: Arc<App>, news: Option<mpsc::UnboundedReceiver<StoreEvent>>) {
    let Some(mut news) = news else { return };
    let mut again = interval(AGAIN);
    loop {
        let one = tokio::select! {
            () = app.shutdown.cancelled() => return,
            one = news.recv() => one.unwrap_or(StoreEvent::Resync),
            _ = again.tick() => StoreEvent::Resync,
        };
        match one {
            StoreEvent::Revoked(family) => app.tokens.revoke(family),
            StoreEvent::Resync => {
                if let Err(error) = read_again(&app).await {
                    tracing::debug!(%error, "keys and revocations are read again later");
                }
            }
        }
    }
}

async fn read_again(app: &App) -> Result<(), StoreError> {
    let now = app.clock.now();
    if app.config.token_keys_file.is_none() {
        app.tokens.replace_keys(app.store.signing_keys(now).await?);
    }
    let lifetime = millis(app.config.token_lifetime);
    for (family, _) in app.store.revoked_since(now.saturating_sub(lifetime)).await? {
        if !app.tokens.revocations.contains(&family) {
            app.tokens.revoke(family);
        }
    }
    Ok(())
}
