//! The idempotency records as rows, and the only way to change their state, which keeps a row's
//! state and the log's `delivery` entries equal.

use chataibot_wire::entry::DeliveryState;
use rusqlite::{Row, Transaction};

use super::{WriteContext, query};
use crate::{
    ids::ConversationId,
    store::{
        Result,
        sends::{PlatformRefusal, Record, SendId, SendKey, parse_state, state_name},
    },
};

pub mod awaiting_echo;

pub const SCHEMA: &str = "
CREATE TABLE sends (
    id            INTEGER PRIMARY KEY,
    site          TEXT NOT NULL,
    visitor       TEXT NOT NULL,
    key           TEXT NOT NULL,
    fingerprint   BLOB NOT NULL,
    is_start      INTEGER NOT NULL,
    conversation  INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    -- The entry of the message.
    seq           INTEGER NOT NULL,
    -- The log's last number when it was forwarded (last): the order in which echoes are to be expected.
    forwarded_seq INTEGER NOT NULL,
    forwarded_at  INTEGER NOT NULL,
    state         TEXT NOT NULL,
    -- Of an accepted start `created_at`, of an accepted send the platform's message id.
    answer        TEXT,
    refused_status INTEGER,
    refused_code  TEXT,
    echoed_at     INTEGER,
    created_at    INTEGER NOT NULL,
    UNIQUE (site, visitor, key)
) STRICT;
CREATE INDEX sends_by_conversation ON sends (conversation, forwarded_seq);
CREATE INDEX sends_open ON sends (state) WHERE state = 'sending';
CREATE INDEX sends_by_age ON sends (forwarded_at);
";

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

    /// Whether an echo would tell more than is known.
    pub fn is_reconciled_by_echo(&self) -> bool {
        matches!(self.record.state, DeliveryState::Unknown | DeliveryState::Failed)
    }

    pub fn by_id(tx: &Transaction<'_>, send: SendId) -> Result<Self> {
        let sql = format!("SELECT {COLUMNS} FROM sends s WHERE s.id = ?1");
        query::one(tx, &sql, [send.0], Self::read)
    }

    pub fn by_key(tx: &Transaction<'_>, key: &SendKey) -> Result<Option<Self>> {
        let sql = format!("SELECT {COLUMNS} FROM sends s WHERE s.site = ?1 AND s.visitor = ?2 AND s.key = ?3");
        query::first(tx, &sql, [&key.site, &key.visitor, &key.key], Self::read)
    }
}

/// Records a state and logs it, unless it is so already.
pub fn set_state(ctx: &mut WriteContext<'_>, stored: &Stored, state: DeliveryState) -> Result<()> {
    let sql = "UPDATE sends SET state = ?2 WHERE id = ?1 AND state <> ?2";
    if query::execute(ctx, sql, (stored.id.0, state_name(state)))? > 0 {
        ctx.append_delivery(stored.conversation, &stored.key.key, state)?;
    }
    Ok(())
}

/// Records that the message was echoed: it arrived, whatever its state was before.
pub fn set_echoed(ctx: &mut WriteContext<'_>, stored: &Stored) -> Result<()> {
    query::execute(ctx, "UPDATE sends SET echoed_at = ?2 WHERE id = ?1", (stored.id.0, ctx.now))?;
    set_state(ctx, stored, DeliveryState::Sent)
}

/// Records that a start whose answer was lost has arrived: an event contained the platform's id of
/// its conversation.
pub fn confirm_start(ctx: &mut WriteContext<'_>, conversation: ConversationId) -> Result<()> {
    let sql = format!("SELECT {COLUMNS} FROM sends s WHERE s.conversation = ?1 AND s.is_start");
    let start = query::one(ctx, &sql, [conversation.row()], Stored::read)?;
    set_state(ctx, &start, DeliveryState::Sent)
}
