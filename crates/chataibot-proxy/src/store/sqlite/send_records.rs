//! The idempotency records as rows: queries, and the only way to change their state, which keeps a
//! row's state and the log's `delivery` entries equal.

use chataibot_wire::Event;
use chataibot_wire::entry::{Delivery, DeliveryState};
use rusqlite::{Params, Row};

use super::{Context, ConversationId, Result, StoreError, query};
use crate::store::incoming;
use crate::store::sends::{PlatformRefusal, Record, SendId, SendKey, parse_state, state_name};

/// A record, with fields that only the store needs.
pub struct Stored {
    pub id: SendId,
    pub key: SendKey,
    pub fingerprint: Vec<u8>,
    pub is_start: bool,
    pub conversation: ConversationId,
    pub record: Record,
}

const COLUMNS: &str = "s.id, s.site, s.visitor, s.key, s.fingerprint, s.is_start, s.conversation, s.state, s.answer,
    s.refused_status, s.refused_code, (SELECT alias FROM conversations c WHERE c.id = s.conversation)";

impl Stored {
    fn read(row: &Row<'_>) -> Result<Self, rusqlite::Error> {
        let status: Option<u16> = row.get(9)?;
        let code: Option<String> = row.get(10)?;
        Ok(Self {
            id: SendId(row.get(0)?),
            key: SendKey { site: row.get(1)?, visitor: row.get(2)?, key: row.get(3)? },
            fingerprint: row.get(4)?,
            is_start: row.get(5)?,
            conversation: ConversationId::new(row.get(6)?),
            record: Record {
                alias: row.get(11)?,
                state: parse_state(&row.get::<_, String>(7)?),
                answer: row.get(8)?,
                refusal: status.zip(code).map(|(status, code)| PlatformRefusal { status, code }),
            },
        })
    }

    pub fn by_id(ctx: &Context, send: SendId) -> Result<Self> {
        query::one(ctx, &select("s.id = ?1"), [send.0], Self::read)
    }

    pub fn by_key(ctx: &Context, key: &SendKey) -> Result<Option<Self>> {
        let sql = select("s.site = ?1 AND s.visitor = ?2 AND s.key = ?3");
        query::first(ctx, &sql, [&key.site, &key.visitor, &key.key], Self::read)
    }
}

fn select(condition: &str) -> String {
    format!("SELECT {COLUMNS} FROM sends s WHERE {condition}")
}

/// Logs the current delivery state of a visitor's message.
pub fn append_delivery(ctx: &mut Context, stored: &Stored, state: DeliveryState) -> Result<u32> {
    let delivery = Delivery { client_message_id: stored.key.key.clone(), state };
    ctx.append(stored.conversation, Event::Delivery(delivery))
}

/// Records a state and logs it, unless it is so already.
pub fn set_state(ctx: &mut Context, stored: &Stored, state: DeliveryState) -> Result<()> {
    let sql = "UPDATE sends SET state = ?2 WHERE id = ?1 AND state <> ?2";
    if query::execute(ctx, sql, (stored.id.0, state_name(state)))? > 0 {
        append_delivery(ctx, stored, state)?;
    }
    Ok(())
}

/// Records that the message was echoed: it arrived, whatever its state was before.
pub fn set_echoed(ctx: &mut Context, stored: &Stored) -> Result<()> {
    query::execute(ctx, "UPDATE sends SET echoed_at = ?2 WHERE id = ?1", (stored.id.0, ctx.now))?;
    set_state(ctx, stored, DeliveryState::Sent)
}

/// Records that a start arrived whose answer was lost: an event has its conversation's id.
pub fn confirm_start(ctx: &mut Context, conversation: ConversationId) -> Result<()> {
    let start = query::one(ctx, &select("s.conversation = ?1 AND s.is_start"), [conversation.row()], Stored::read)?;
    set_state(ctx, &start, DeliveryState::Sent)
}

/// A message whose echo has not come yet.
pub struct AwaitingEcho {
    pub stored: Stored,
    text: String,
    /// Other texts the echo may have.
    echoes: Vec<String>,
}

impl AwaitingEcho {
    /// Whether an echo with these words can be this message's.
    pub fn is_echoed_by(&self, words: &str) -> bool {
        incoming::same_words(&self.text, words)
            || (!self.echoes.is_empty() && incoming::same_letters(&self.text, words))
            || self.echoes.iter().any(|echo| incoming::same_letters(echo, words))
    }
}

/// The messages of a conversation whose echo may still come, in the order of forwarding.
pub fn messages_awaiting_echo(ctx: &Context, conversation: ConversationId) -> Result<Vec<AwaitingEcho>> {
    let condition = "WHERE s.conversation = ?1 AND s.echoed_at IS NULL AND s.state <> 'refused'
         ORDER BY s.forwarded_seq DESC LIMIT ?2";
    let mut newest_first = collect_texts(ctx, condition, (conversation.row(), incoming::MAX_CANDIDATES))?;
    newest_first.reverse();
    Ok(newest_first)
}

/// The messages of a conversation whose echo came at or after `since`.
pub fn echoed_since(ctx: &Context, conversation: ConversationId, since: u64) -> Result<Vec<AwaitingEcho>> {
    let condition = "WHERE s.conversation = ?1 AND s.echoed_at >= ?2 ORDER BY s.forwarded_seq";
    collect_texts(ctx, condition, (conversation.row(), since))
}

/// The starts of a visitor that may have reached the platform, and whose platform id is unknown.
pub fn unbound_starts(ctx: &Context, site: &str, visitor: &str) -> Result<Vec<AwaitingEcho>> {
    let condition = "JOIN conversations c ON c.id = s.conversation
         WHERE c.site = ?1 AND c.visitor = ?2 AND c.platform_id IS NULL AND s.is_start AND s.state IN ('sending', 'unknown')
         ORDER BY s.id";
    collect_texts(ctx, condition, (site, visitor))
}

/// Whether the site has a start forwarded at or after `since`, by this visitor if one is given,
/// that the platform may know and whose platform id is unknown.
pub fn has_unbound_start(ctx: &Context, site: &str, visitor: Option<&str>, since: u64) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM conversations c JOIN sends s ON s.conversation = c.id
         WHERE c.site = ?1 AND c.platform_id IS NULL AND (?2 IS NULL OR c.visitor = ?2)
           AND s.is_start AND s.state IN ('sending', 'unknown') AND s.forwarded_at >= ?3)";
    query::one(ctx, sql, (site, visitor, since), |row| row.get(0))
}

/// Reads sends with their texts; `condition` says which, and in which order.
fn collect_texts(ctx: &Context, condition: &str, params: impl Params) -> Result<Vec<AwaitingEcho>> {
    let sql = format!(
        "SELECT {COLUMNS}, e.event, s.echoes FROM sends s
         JOIN entries e ON e.conversation = s.conversation AND e.seq = s.seq {condition}"
    );
    let rows = query::all(ctx, &sql, params, |row| Ok((Stored::read(row)?, row.get(12)?, row.get(13)?)))?;
    let sends = rows.into_iter().map(|(stored, json, echoes): (_, String, Option<String>)| {
        let echoes = echoes.map_or(Ok(Vec::new()), |json| serde_json::from_str(&json));
        let Ok(Event::Message(message)) = serde_json::from_str(&json) else {
            return Err(StoreError::corrupt("a send whose entry is not a message"));
        };
        Ok(AwaitingEcho { stored, text: message.content.to_plain(), echoes: echoes.map_err(StoreError::corrupt)? })
    });
    sends.collect()
}
