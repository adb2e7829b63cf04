//! The housekeeping of the log: what waited in vain, what is past its retention. Ends with the proxy.

use std::{sync::Arc, time::Duration};

use tokio::time::{MissedTickBehavior, interval};

use crate::{app::App, store::StoreError};

/// How often the waiting room is looked through.
const OFTEN: Duration = Duration::from_secs(15);
/// Every how many of those the rest is.
const SELDOM: u32 = 40;

/// Sweeps until the shutdown.
pub async fn run(app: Arc<App>) {
    let mut ticks = interval(OFTEN);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut round: u32 = 0;
    loop {
        tokio::select! {
            () = app.shutdown.cancelled() => return,
            _ = ticks.tick() => {}
        }
        if let Err(error) = waiting(&app).await {
            tracing::error!(%error, "can't look through the waiting room");
        }
        if round.is_multiple_of(SELDOM)
            && let Err(error) = old(&app).await
        {
            tracing::error!(%error, "can't delete what is past its retention");
        }
        round = round.wrapping_add(1);
    }
}

/// Drops the events that waited in vain.
///
/// # Errors
/// When the database fails.
pub async fn waiting(app: &App) -> Result<(), StoreError> {
    let dropped = app.store.sweep_pending_events().await?;
    app.counters.waiting_dropped.add(dropped);
    Ok(())
}

/// Deletes old records, and each site's conversations past its retention with their files; whoever still listens to one is cut.
///
/// # Errors
/// When the database fails.
pub async fn old(app: &App) -> Result<(), StoreError> {
    app.store.sweep_records().await?;
    for site in app.sites.now().iter() {
        loop {
            let deleted = app.store.sweep_conversations(site.id.as_str(), site.retention_days).await?;
            if deleted.is_empty() || app.shutdown.is_cancelled() {
                break;
            }
            app.counters.conversations_deleted.add(deleted.len() as u64);
            deleted.into_iter().for_each(|conversation| app.hub.end(conversation));
        }
    }
    app.files.sweep(&app.store).await
}
