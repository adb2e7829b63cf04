//! The idempotency records as rows: see [`crate::store::sends`].

use chataibot_wire::entry::{DeliveryState, Message};
use chataibot_wire::{Author, Event};

use super::send_records::{Stored, append_delivery, set_state};
use super::{Context, ConversationId, Result, StoreError, log, pending_events, query};
use crate::store::Owned;
use crate::store::sends::{BeginOutcome, Forward, MessageBody, NewSend, Outcome, SendId, SendKey, Settled};

pub fn begin_start(ctx: &mut Context, send: NewSend, alias: String) -> Result<BeginOutcome> {
    if let Some(stored) = Stored::by_key(ctx, &send.key)? {
        return repeat(ctx, &send, stored, None);
    }
    let sql = "INSERT INTO conversations (alias, site, visitor, created_at, last_at) VALUES (?1, ?2, ?3, ?4, ?4)";
    query::execute(ctx, sql, (alias, &send.key.site, &send.key.visitor, ctx.now))?;
    let conversation = ConversationId::new(ctx.last_insert_rowid());
    let send = record(ctx, send, conversation, true)?;
    Ok(BeginOutcome::Forward(Forward { send, conversation, platform_id: None }))
}

pub fn begin_send(ctx: &mut Context, send: NewSend, alias: String) -> Result<BeginOutcome> {
    let Some(owned) = log::owned_conversation(ctx, &send.key.site, &send.key.visitor, &alias)? else {
        return Ok(BeginOutcome::NotFound);
    };
    let Owned { id: conversation, platform_id, has_ended } = owned;
    let stored = Stored::by_key(ctx, &send.key)?;
    // A repeated key gets its recorded answer even after the end, but nothing is forwarded again.
    let to_forward = stored.as_ref().is_none_or(|stored| stored.record.state == DeliveryState::Failed);
    if to_forward && has_ended {
        return Ok(BeginOutcome::Ended);
    }
    if to_forward && platform_id.is_none() {
        return Ok(BeginOutcome::NotYetBound);
    }
    if let Some(stored) = stored {
        return repeat(ctx, &send, stored, platform_id);
    }
    let send = record(ctx, send, conversation, false)?;
    Ok(BeginOutcome::Forward(Forward { send, conversation, platform_id }))
}

/// Writes the message's log entry and its record.
fn record(ctx: &mut Context, send: NewSend, conversation: ConversationId, is_start: bool) -> Result<SendId> {
    let (SendKey { site, visitor, key }, MessageBody { content, echoes }) = (send.key, send.body);
    let echoes = (!echoes.is_empty()).then(|| serde_json::to_string(&echoes));
    let echoes = echoes.transpose().map_err(StoreError::corrupt)?;
    let message = Message { author: Author::Visitor, client_message_id: Some(key.clone()), content };
    let seq = ctx.append(conversation, Event::Message(message))?;
    let sql =
        "INSERT INTO sends (site, visitor, key, fingerprint, is_start, conversation, seq, forwarded_seq, forwarded_at,
                            state, created_at, echoes)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?8, 'sending', ?8, ?9)";
    let row = (site, visitor, key, send.fingerprint, is_start, conversation.row(), seq, ctx.now, echoes);
    query::execute(ctx, sql, row)?;
    Ok(SendId(ctx.last_insert_rowid()))
}

/// Handles a known key: repeats the answer, or forwards again what definitely did not arrive.
fn repeat(ctx: &mut Context, send: &NewSend, stored: Stored, platform_id: Option<String>) -> Result<BeginOutcome> {
    if stored.fingerprint != send.fingerprint {
        return Ok(BeginOutcome::KeyReused);
    }
    match stored.record.state {
        DeliveryState::Failed => {
            let seq = append_delivery(ctx, &stored, DeliveryState::Sending)?;
            let sql = "UPDATE sends SET state = 'sending', forwarded_seq = ?2, forwarded_at = ?3 WHERE id = ?1";
            query::execute(ctx, sql, (stored.id.0, seq, ctx.now))?;
            Ok(BeginOutcome::Forward(Forward { send: stored.id, conversation: stored.conversation, platform_id }))
        }
        // No task forwards it any more, and its outcome was not recorded, so it is unknown.
        DeliveryState::Sending => Ok(BeginOutcome::Known(settle(ctx, stored.id, Outcome::Unknown)?.record)),
        DeliveryState::Sent | DeliveryState::Unknown | DeliveryState::Refused => Ok(BeginOutcome::Known(stored.record)),
    }
}

pub fn settle(ctx: &mut Context, send: SendId, outcome: Outcome) -> Result<Settled> {
    let stored = Stored::by_id(ctx, send)?;
    let (mut released, mut is_foreign) = (0, false);
    match outcome {
        Outcome::Accepted { platform_id, answer } => {
            if let Some(platform_id) = &platform_id {
                is_foreign = !pending_events::bind(ctx, stored.conversation, platform_id)?;
            }
            if is_foreign {
                set_state(ctx, &stored, DeliveryState::Unknown)?;
            } else {
                query::execute(ctx, "UPDATE sends SET answer = ?2 WHERE id = ?1", (send.0, answer))?;
                set_state(ctx, &stored, DeliveryState::Sent)?;
                if let Some(platform_id) = &platform_id {
                    released = pending_events::release(ctx, stored.conversation, &stored.key.site, platform_id)?;
                }
            }
        }
        Outcome::Failed | Outcome::Refused(_) | Outcome::Unknown if stored.record.state != DeliveryState::Sending => {}
        Outcome::Failed => set_state(ctx, &stored, DeliveryState::Failed)?,
        Outcome::Refused(refusal) => {
            let sql = "UPDATE sends SET refused_status = ?2, refused_code = ?3 WHERE id = ?1";
            query::execute(ctx, sql, (send.0, refusal.status, refusal.code))?;
            set_state(ctx, &stored, DeliveryState::Refused)?;
        }
        Outcome::Unknown => {
            set_state(ctx, &stored, DeliveryState::Unknown)?;
            if stored.is_start {
                released = pending_events::claim_by_visitor(ctx, &stored.key.site, &stored.key.visitor)?;
            }
        }
    }
    Ok(Settled { record: Stored::by_id(ctx, send)?.record, released, is_foreign })
}

/// Runs at startup: messages that were in flight have lost their answers.
pub(super) fn recover(ctx: &mut Context) -> Result<()> {
    let sql = "SELECT id FROM sends WHERE state = 'sending' ORDER BY id";
    for send in query::all(ctx, sql, [], |row| row.get(0).map(SendId))? {
        settle(ctx, send, Outcome::Unknown)?;
    }
    Ok(())
}
