//! Queries for messages that still wait for their echo, or for the platform's id of the
//! conversation they started.

use chataibot_wire::Event;
use rusqlite::Transaction;

use super::{COLUMNS, Stored, query};
use crate::{
    ids::ConversationId,
    store::{Result, StoreError, incoming},
};

/// A message whose echo has not come yet.
pub struct AwaitingEcho {
    pub stored: Stored,
    /// The message's text.
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

/// The messages of a conversation whose echo may still come, in the order in which they were
/// forwarded.
pub fn messages_awaiting_echo(tx: &Transaction<'_>, conversation: ConversationId) -> Result<Vec<AwaitingEcho>> {
    let condition = "WHERE s.conversation = ?1 AND s.echoed_at IS NULL AND s.state <> 'refused'
         ORDER BY s.forwarded_seq DESC LIMIT ?2";
    let mut newest_first = collect_texts(tx, condition, (conversation.row(), incoming::MAX_CANDIDATES))?;
    newest_first.reverse();
    Ok(newest_first)
}

/// The messages of a conversation whose echo came at or after `since`.
pub fn echoed_since(tx: &Transaction<'_>, conversation: ConversationId, since: u64) -> Result<Vec<AwaitingEcho>> {
    let condition = "WHERE s.conversation = ?1 AND s.echoed_at >= ?2 ORDER BY s.forwarded_seq";
    collect_texts(tx, condition, (conversation.row(), since))
}

/// The starts of a visitor that may have reached the platform, and whose platform id is unknown.
pub fn unbound_starts(tx: &Transaction<'_>, site: &str, visitor: &str) -> Result<Vec<AwaitingEcho>> {
    let condition = "JOIN conversations c ON c.id = s.conversation
         WHERE c.site = ?1 AND c.visitor = ?2 AND c.platform_id IS NULL AND s.is_start AND s.state IN ('sending', 'unknown')
         ORDER BY s.id";
    collect_texts(tx, condition, (site, visitor))
}

/// Whether the site has a start forwarded at or after `since`, by this visitor if one is given,
/// that the platform may know and whose platform id is unknown.
pub fn has_unbound_start(tx: &Transaction<'_>, site: &str, visitor: Option<&str>, since: u64) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM conversations c JOIN sends s ON s.conversation = c.id
         WHERE c.site = ?1 AND c.platform_id IS NULL AND (?2 IS NULL OR c.visitor = ?2)
           AND s.is_start AND s.state IN ('sending', 'unknown') AND s.forwarded_at >= ?3)";
    query::one(tx, sql, (site, visitor, since), |row| row.get(0))
}

/// Reads sends with their texts; `condition` says which, and in which order.
fn collect_texts(tx: &Transaction<'_>, condition: &str, params: impl rusqlite::Params) -> Result<Vec<AwaitingEcho>> {
    let sql = format!(
        "SELECT {COLUMNS}, e.event, s.echoes FROM sends s
         JOIN entries e ON e.conversation = s.conversation AND e.seq = s.seq {condition}"
    );
    let rows = query::all(tx, &sql, params, |row| {
        Ok((Stored::read(row)?, row.get::<_, String>(12)?, row.get::<_, Option<String>>(13)?))
    })?;
    rows.into_iter()
        .map(|(stored, json, echoes)| {
            let echoes = echoes.map(|json| serde_json::from_str(&json)).transpose().map_err(StoreError::corrupt)?;
            let echoes = echoes.unwrap_or_default();
            match serde_json::from_str(&json) {
                Ok(Event::Message(message)) => Ok(AwaitingEcho { stored, text: message.content.to_plain(), echoes }),
                Ok(Event::Delivery(_) | Event::Status(_) | Event::Assignee(_)) | Err(_) => {
                    Err(StoreError::corrupt("a send whose entry is not a message"))
                }
            }
        })
        .collect()
}
