//! The queue of events of unknown conversations as rows: see [`crate::store::pending_events`].

use chataibot_wire::Author;
use chataibot_wire::entry::{DeliveryState, Status};
use rusqlite::Params;

use super::send_records::{self, confirm_start};
use super::{Context, ConversationId, Result, StoreError, apply, query};
use crate::normalise::{EventKind, Incoming};
use crate::store::incoming::{ReceiveStats, to_json};
use crate::store::pending_events::{MAX_BYTES, MAX_EVENTS, MAX_WAIT, visitor_of};

/// Whether a start in flight, or with a lost answer, may be the start of this conversation.
pub(super) fn may_be_ours(ctx: &Context, sites: &[String], event: &Incoming) -> Result<bool> {
    let visitor = event.visitor_key.as_deref().map(visitor_of);
    // Without a visitor key it could be anyone's, and is queued only if there is a recent start.
    let since = if visitor.is_some() { 0 } else { ctx.now.saturating_sub(2 * MAX_WAIT) };
    for site in sites {
        if send_records::has_unbound_start(ctx, site, visitor, since)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The conversation that an event with an unknown platform id must belong to: its visitor has
/// exactly one start that matches it, and that start's answer was lost. The answer of a start that
/// is still in flight will tell, so nothing is guessed then.
pub(super) fn matching_start(ctx: &Context, sites: &[String], event: &Incoming) -> Result<Option<ConversationId>> {
    let Some(visitor) = event.visitor_key.as_deref().map(visitor_of) else { return Ok(None) };
    let mut starts = Vec::new();
    for site in sites {
        starts.extend(send_records::unbound_starts(ctx, site, visitor)?);
    }
    if let EventKind::Message { author: Author::Visitor, content } = &event.kind {
        let words = content.to_plain();
        starts.retain(|start| start.is_echoed_by(&words));
    }
    Ok(match starts.as_slice() {
        [only] if only.stored.record.state == DeliveryState::Unknown => Some(only.stored.conversation),
        _ => None,
    })
}

/// Queues an event. False if the queue is full.
pub(super) fn enqueue(ctx: &Context, sites: &[String], event: &Incoming) -> Result<bool> {
    let sites = format!(",{},", sites.join(","));
    let what = to_json(&event.kind)?;
    let sql = "SELECT count(*), coalesce(sum(length(what)), 0) FROM waiting WHERE sites = ?1";
    let (count, bytes): (u32, u64) = query::one(ctx, sql, [&sites], |row| row.try_into())?;
    if count >= MAX_EVENTS || bytes + what.len() as u64 > MAX_BYTES {
        return Ok(false);
    }
    let sql =
        "INSERT INTO waiting (sites, platform_id, visitor_key, event_id, what, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    query::execute(ctx, sql, (sites, &event.conversation, &event.visitor_key, &event.id, what, ctx.now))?;
    Ok(true)
}

/// Binds the platform's id to a conversation. If the platform continues an older conversation of
/// the same visitor under a new start, the newer one takes the id over and the older one ends.
/// False if the id is bound to another visitor's conversation, which keeps it.
pub(super) fn bind(ctx: &mut Context, conversation: ConversationId, platform_id: &str) -> Result<bool> {
    let sql = "SELECT old.id, old.visitor = new.visitor FROM conversations old, conversations new
         WHERE new.id = ?1 AND old.site = new.site AND old.platform_id = ?2 AND old.id <> new.id";
    let holder: Option<(i64, bool)> = query::first(ctx, sql, (conversation.row(), platform_id), |row| row.try_into())?;
    if let Some((old, is_visitors)) = holder {
        if !is_visitors {
            return Ok(false);
        }
        query::execute(ctx, "UPDATE conversations SET platform_id = NULL WHERE id = ?1", [old])?;
        ctx.set_status(ConversationId::new(old), Status::Closed)?;
    }
    let sql = "UPDATE conversations SET platform_id = ?2 WHERE id = ?1";
    query::execute(ctx, sql, (conversation.row(), platform_id))?;
    Ok(true)
}

/// Releases the pending events of a newly bound conversation, in order. Returns how many.
pub(super) fn release(ctx: &mut Context, conversation: ConversationId, site: &str, platform_id: &str) -> Result<u64> {
    let pending = select_pending(ctx, "platform_id = ?1 AND instr(sites, ?2) > 0", (platform_id, format!(",{site},")))?;
    let mut stats = ReceiveStats::default();
    for (id, event) in &pending {
        query::execute(ctx, "DELETE FROM waiting WHERE id = ?1", [id])?;
        apply::apply(ctx, conversation, event, &mut stats)?;
    }
    Ok(pending.len() as u64)
}

/// [`bind`] and [`release`] after a lost answer: the event confirms that the start arrived.
pub(super) fn bind_and_release(ctx: &mut Context, conversation: ConversationId, platform_id: &str) -> Result<u64> {
    let sql = "SELECT site FROM conversations WHERE id = ?1";
    let site: String = query::one(ctx, sql, [conversation.row()], |row| row.get(0))?;
    if !bind(ctx, conversation, platform_id)? {
        // Callers pass only ids that no conversation of these sites has.
        return Err(StoreError::corrupt("a platform id is bound twice"));
    }
    confirm_start(ctx, conversation)?;
    release(ctx, conversation, &site, platform_id)
}

/// After a start's answer was lost: a pending event may already contain the conversation's id.
/// Returns how many events were released.
pub(super) fn claim_by_visitor(ctx: &mut Context, site: &str, visitor: &str) -> Result<u64> {
    let of_visitor = "substr(visitor_key, 1, length(?1) + 1) = ?1 || '_' AND instr(sites, ?2) > 0";
    let sites = [site.to_owned()];
    for (_, event) in select_pending(ctx, of_visitor, (visitor, format!(",{site},")))? {
        if let Some(conversation) = matching_start(ctx, &sites, &event)? {
            return bind_and_release(ctx, conversation, &event.conversation);
        }
    }
    Ok(0)
}

/// The pending events that meet a condition, with their row numbers, in order of arrival.
fn select_pending(ctx: &Context, condition: &str, params: impl Params) -> Result<Vec<(i64, Incoming)>> {
    let sql = format!("SELECT id, platform_id, visitor_key, event_id, what FROM waiting WHERE {condition} ORDER BY id");
    let rows: Vec<(i64, String, _, _, String)> = query::all(ctx, &sql, params, |row| row.try_into())?;
    let events = rows.into_iter().map(|(row, conversation, visitor_key, id, what)| {
        let kind = serde_json::from_str(&what);
        let kind = kind.map_err(|_| StoreError::corrupt("a pending event that can't be read"))?;
        Ok((row, Incoming { conversation, visitor_key, id, kind }))
    });
    events.collect()
}
