//! Applies an event of a known conversation to its log: see [`crate::store::incoming`].

use chataibot_wire::entry::{Assignee, DeliveryState, Message, Status};
use chataibot_wire::{Author, Content, Event};

use super::{Context, ConversationId, Result, StoreError, query, send_records};
use crate::normalise::{EventKind, Incoming};
use crate::store::incoming::{ECHO_WINDOW, ReceiveStats};

pub fn apply(
    ctx: &mut Context,
    conversation: ConversationId,
    event: &Incoming,
    stats: &mut ReceiveStats,
) -> Result<()> {
    let logged = match &event.kind {
        EventKind::Message { author, content } => {
            if *author == Author::Visitor && is_echo(ctx, conversation, event.id.as_deref(), content, stats)? {
                return Ok(());
            }
            let message = Message { author: *author, client_message_id: None, content: content.clone() };
            ctx.append(conversation, Event::Message(message))?;
            true
        }
        EventKind::Status(status) => ctx.set_status(conversation, *status)?,
        EventKind::Assignee(assignee) => set_assignee(ctx, conversation, assignee)?,
        EventKind::Created { closed } => *closed && ctx.set_status(conversation, Status::Closed)?,
    };
    stats.entries += u64::from(logged);
    Ok(())
}

/// Whether a visitor's message is the echo of one that was sent here. Records and counts it if so.
fn is_echo(
    ctx: &mut Context,
    conversation: ConversationId,
    id: Option<&str>,
    content: &Content,
    stats: &mut ReceiveStats,
) -> Result<bool> {
    let words = content.to_plain();
    let waiting = send_records::messages_awaiting_echo(ctx, conversation)?;
    let by_id = id.and_then(|id| waiting.iter().find(|send| send.stored.record.answer.as_deref() == Some(id)));
    if let Some(send) = by_id.or_else(|| waiting.iter().find(|send| send.is_echoed_by(&words))) {
        stats.echoes += 1;
        let state = send.stored.record.state;
        stats.reconciled += u64::from(matches!(state, DeliveryState::Unknown | DeliveryState::Failed));
        send_records::set_echoed(ctx, &send.stored)?;
        return Ok(true);
    }
    // No message awaits this echo: more likely a repetition than the same words from elsewhere.
    let since = ctx.now.saturating_sub(ECHO_WINDOW);
    let echoed = send_records::echoed_since(ctx, conversation, since)?;
    let is_repeated = echoed.iter().any(|send| send.is_echoed_by(&words));
    stats.redelivered += u64::from(is_repeated);
    Ok(is_repeated)
}

/// Logs a new assignee, unless it is so already. True if it was logged.
fn set_assignee(ctx: &mut Context, conversation: ConversationId, assignee: &Assignee) -> Result<bool> {
    let json = serde_json::to_string(assignee).map_err(StoreError::corrupt)?;
    let sql = "UPDATE conversations SET assignee = ?2 WHERE id = ?1 AND assignee IS NOT ?2";
    if query::execute(ctx, sql, (conversation.row(), json))? == 0 {
        return Ok(false);
    }
    ctx.append(conversation, Event::Assignee(assignee.clone()))?;
    Ok(true)
}
