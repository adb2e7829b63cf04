//! What runs beside the servers until the shutdown: periodic sweeps of expired data, and the
//! changes of other proxies that share the store.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval};

use crate::clock::millis;
use crate::http::state::App;
use crate::store::{StoreError, StoreEvent};

/// How often expired data is looked for; some of it only after several of these ticks.
const TICK: Duration = Duration::from_secs(15);
/// How often keys and revocations are read again. A new key signs only after several of these.
const RESYNC_INTERVAL: Duration = Duration::from_secs(10);

/// Runs everything until the shutdown. A store that is not shared has no events.
pub async fn run(app: &App, events: Option<mpsc::UnboundedReceiver<StoreEvent>>) {
    tokio::join!(sweep(app), follow_peers(app, events));
}

async fn sweep(app: &App) {
    let retention = &app.services.retention;
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for tick in 0_u64.. {
        tokio::select! {
            () = app.lifecycle.shutdown.cancelled() => return,
            _ = ticks.tick() => {}
        }
        log_failure(retention.drop_pending_events().await, "can't look through the pending events");
        if tick.is_multiple_of(4) {
            sweep_expired(app).await;
        }
        if tick.is_multiple_of(40) {
            log_failure(retention.delete_old().await, "can't delete what is past its retention");
        }
        if tick % 240 == 239 && app.config.token_keys_file.is_none() {
            let keys = app.store.signing_keys(app.clock.now()).await;
            let replaced = keys.map(|keys| app.services.tokens.replace_keys(keys));
            log_failure(replaced, "can't replace the signing keys; the old ones go on");
        }
    }
}

fn log_failure(result: Result<(), StoreError>, what: &str) {
    if let Err(error) = result {
        tracing::error!(%error, "{what}");
    }
}

async fn sweep_expired(app: &App) {
    app.services.limits.sweep();
    let now = app.clock.now();
    app.services.tokens.revocations.sweep(now);
    let before = now.saturating_sub(millis(app.config.renewal_lifetime));
    log_failure(app.store.sweep_families(before).await, "can't delete visitors who have not come back");
    log_failure(app.store.sweep_users(before).await, "can't forget users who have not come back");
}

/// Takes over the revocations and signing keys of other proxies.
async fn follow_peers(app: &App, events: Option<mpsc::UnboundedReceiver<StoreEvent>>) {
    let Some(mut events) = events else { return };
    let mut resync_ticks = interval(RESYNC_INTERVAL);
    loop {
        let event = tokio::select! {
            () = app.lifecycle.shutdown.cancelled() => return,
            event = events.recv() => event.unwrap_or(StoreEvent::Resync),
            _ = resync_ticks.tick() => StoreEvent::Resync,
        };
        match event {
            StoreEvent::Revoked(family) => app.services.tokens.revoke(family),
            StoreEvent::Resync => {
                if let Err(error) = resync(app).await {
                    tracing::debug!(%error, "keys and revocations are read again later");
                }
            }
        }
    }
}

async fn resync(app: &App) -> Result<(), StoreError> {
    let (now, tokens) = (app.clock.now(), &app.services.tokens);
    if app.config.token_keys_file.is_none() {
        tokens.replace_keys(app.store.signing_keys(now).await?);
    }
    for (family, _) in app.store.revoked_since(now.saturating_sub(millis(app.config.token_lifetime))).await? {
        if !tokens.revocations.contains(&family) {
            tokens.revoke(family);
        }
    }
    Ok(())
}
