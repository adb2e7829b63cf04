//! The idempotency records as rows: see [`crate::store::sends`].

use chataibot_wire::{
    Author, Event,
    entry::{DeliveryState, Message},
};
use rusqlite::{OptionalExtension, Row, Transaction, params};

use super::{Sqlite, WriteContext, log, pending_events};
use crate::store::{
    ConversationId, StoreError,
    sends::{
        BeginOutcome, Forward, MessageBody, NewSend, Outcome, PlatformRefusal, Record, SendId, SendKey, Settled,
        name_of, state_of,
    },
};

pub(super) mod awaiting_echo;

pub(super) const SCHEMA: &str = "
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

impl Sqlite {
    pub(in crate::store) async fn begin_start(&self, send: NewSend, alias: String) -> Result<BeginOutcome, StoreError> {
        self.work(move |work| begin_start(work, &send, &alias)).await
    }

    pub(in crate::store) async fn begin_send(&self, send: NewSend, alias: String) -> Result<BeginOutcome, StoreError> {
        self.work(move |work| begin_send(work, &send, &alias)).await
    }

    pub(in crate::store) async fn settle(&self, send: SendId, outcome: Outcome) -> Result<Settled, StoreError> {
        self.work(move |work| settle(work, send, outcome)).await
    }
}

/// A record with what only the store needs.
pub(super) struct Stored {
    pub(super) id: SendId,
    pub(super) key: SendKey,
    fingerprint: Vec<u8>,
    is_start: bool,
    pub(super) conversation: ConversationId,
    pub(super) record: Record,
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
            conversation: ConversationId(row.get(6)?),
            record: Record {
                alias: row.get(11)?,
                state: state_of(&row.get::<_, String>(7)?),
                answer: row.get(8)?,
                refusal: status.zip(code).map(|(status, code)| PlatformRefusal { status, code }),
            },
        })
    }

    /// Would an echo tell more than is known?
    pub(super) fn probe(&self) -> bool {
        match self.record.state {
            DeliveryState::Unknown | DeliveryState::Failed => true,
            DeliveryState::Sending | DeliveryState::Sent | DeliveryState::Refused => false,
        }
    }

    pub(super) fn by_id(tx: &Transaction<'_>, send: SendId) -> Result<Self, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM sends s WHERE s.id = ?1");
        Ok(tx.prepare_cached(&sql)?.query_row([send.0], Self::read)?)
    }

    fn by_key(tx: &Transaction<'_>, key: &SendKey) -> Result<Option<Self>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM sends s WHERE s.site = ?1 AND s.visitor = ?2 AND s.key = ?3");
        Ok(tx.prepare_cached(&sql)?.query_row([&key.site, &key.visitor, &key.key], Self::read).optional()?)
    }
}

fn begin_start(work: &mut WriteContext<'_>, send: &NewSend, alias: &str) -> Result<BeginOutcome, StoreError> {
    if let Some(stored) = Stored::by_key(work.transaction(), &send.key)? {
        return repeat(work, send, stored, None);
    }
    work.transaction()
        .prepare_cached(
            "INSERT INTO conversations (alias, site, visitor, created_at, last_at) VALUES (?1, ?2, ?3, ?4, ?4)",
        )?
        .execute(params![alias, send.key.site, send.key.visitor, work.now])?;
    let conversation = ConversationId(work.transaction().last_insert_rowid());
    record(work, send, conversation, true)
        .map(|send| BeginOutcome::Forward(Forward { send, conversation, platform_id: None }))
}

fn begin_send(work: &mut WriteContext<'_>, send: &NewSend, alias: &str) -> Result<BeginOutcome, StoreError> {
    let Some(owned) = log::owned(work.transaction(), &send.key.site, &send.key.visitor, alias)? else {
        return Ok(BeginOutcome::NotFound);
    };
    if let Some(stored) = Stored::by_key(work.transaction(), &send.key)? {
        // A repeated key gets its own answer even after the end, except that nothing new goes out.
        if owned.ended && stored.record.state == DeliveryState::Failed {
            return Ok(BeginOutcome::Ended);
        }
        if owned.platform_id.is_none() && stored.record.state == DeliveryState::Failed {
            return Ok(BeginOutcome::NotYetBound);
        }
        return repeat(work, send, stored, owned.platform_id);
    }
    if owned.ended {
        return Ok(BeginOutcome::Ended);
    }
    let Some(platform_id) = owned.platform_id else { return Ok(BeginOutcome::NotYetBound) };
    let conversation = owned.id;
    let send = record(work, send, conversation, false)?;
    Ok(BeginOutcome::Forward(Forward { send, conversation, platform_id: Some(platform_id) }))
}

/// Writes the entry of the message and its record.
fn record(
    work: &mut WriteContext<'_>,
    send: &NewSend,
    conversation: ConversationId,
    is_start: bool,
) -> Result<SendId, StoreError> {
    let MessageBody { content, echoes } = send.said.clone();
    let echoes = match echoes.is_empty() {
        true => None,
        false => Some(serde_json::to_string(&echoes).map_err(|error| StoreError::Corrupt(error.to_string()))?),
    };
    let message = Message { author: Author::Visitor, client_message_id: Some(send.key.key.clone()), content };
    let seq = work.append(conversation, Event::Message(message))?;
    work.transaction()
        .prepare_cached(
            "INSERT INTO sends (site, visitor, key, fingerprint, is_start, conversation, seq, forwarded_seq, forwarded_at,
                                state, created_at, echoes)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?8, 'sending', ?8, ?9)",
        )?
        .execute(params![
            send.key.site,
            send.key.visitor,
            send.key.key,
            send.fingerprint,
            is_start,
            conversation.0,
            seq,
            work.now,
            echoes
        ])?;
    Ok(SendId(work.transaction().last_insert_rowid()))
}

/// The key is known: the same answer again, or a second try of what definitely did not arrive.
fn repeat(
    work: &mut WriteContext<'_>,
    send: &NewSend,
    stored: Stored,
    platform_id: Option<String>,
) -> Result<BeginOutcome, StoreError> {
    if stored.fingerprint != send.fingerprint {
        return Ok(BeginOutcome::KeyReused);
    }
    match stored.record.state {
        DeliveryState::Failed => {
            let seq = work.append_delivery(stored.conversation, &stored.key.key, DeliveryState::Sending)?;
            work.transaction()
                .prepare_cached(
                    "UPDATE sends SET state = 'sending', forwarded_seq = ?2, forwarded_at = ?3 WHERE id = ?1",
                )?
                .execute(params![stored.id.0, seq, work.now])?;
            Ok(BeginOutcome::Forward(Forward { send: stored.id, conversation: stored.conversation, platform_id }))
        }
        // Whoever forwarded it could not record how it ended, or this would not be asked: nobody knows.
        DeliveryState::Sending => Ok(BeginOutcome::Known(settle(work, stored.id, Outcome::Unknown)?.record)),
        DeliveryState::Sent | DeliveryState::Unknown | DeliveryState::Refused => Ok(BeginOutcome::Known(stored.record)),
    }
}

fn settle(work: &mut WriteContext<'_>, send: SendId, outcome: Outcome) -> Result<Settled, StoreError> {
    let stored = Stored::by_id(work.transaction(), send)?;
    let mut settled = Settled { record: stored.record.clone(), released: 0, foreign: false };
    let conversation = stored.conversation;
    match outcome {
        Outcome::Accepted { platform_id, answer } => {
            if let Some(platform_id) = platform_id {
                match pending_events::bind(work, conversation, &platform_id)? {
                    pending_events::Bound::Yes => {}
                    pending_events::Bound::Foreign => {
                        settled.foreign = true;
                        set_state(work, &stored, DeliveryState::Unknown)?;
                        settled.record.state = DeliveryState::Unknown;
                        return Ok(settled);
                    }
                }
                work.transaction()
                    .prepare_cached("UPDATE sends SET answer = ?2 WHERE id = ?1")?
                    .execute(params![send.0, answer])?;
                set_state(work, &stored, DeliveryState::Sent)?;
                settled.released = pending_events::release(work, conversation, &stored.key.site, &platform_id)?;
            } else {
                work.transaction()
                    .prepare_cached("UPDATE sends SET answer = ?2 WHERE id = ?1")?
                    .execute(params![send.0, answer])?;
                set_state(work, &stored, DeliveryState::Sent)?;
            }
            settled.record.state = DeliveryState::Sent;
            settled.record.answer = answer;
        }
        Outcome::Failed | Outcome::Refused(_) | Outcome::Unknown if stored.record.state != DeliveryState::Sending => {}
        Outcome::Failed => {
            set_state(work, &stored, DeliveryState::Failed)?;
            settled.record.state = DeliveryState::Failed;
        }
        Outcome::Refused(refusal) => {
            work.transaction()
                .prepare_cached("UPDATE sends SET refused_status = ?2, refused_code = ?3 WHERE id = ?1")?
                .execute(params![send.0, refusal.status, refusal.code])?;
            set_state(work, &stored, DeliveryState::Refused)?;
            settled.record.state = DeliveryState::Refused;
            settled.record.refusal = Some(refusal);
        }
        Outcome::Unknown => {
            set_state(work, &stored, DeliveryState::Unknown)?;
            settled.record.state = DeliveryState::Unknown;
            if stored.is_start {
                settled.released = pending_events::claim(work, &stored.key.site, &stored.key.visitor)?;
                settled.record = Stored::by_id(work.transaction(), send)?.record;
            }
        }
    }
    Ok(settled)
}

/// Records a state and logs it, unless it is so already.
pub(super) fn set_state(work: &mut WriteContext<'_>, stored: &Stored, state: DeliveryState) -> Result<(), StoreError> {
    let changed = work
        .transaction()
        .prepare_cached("UPDATE sends SET state = ?2 WHERE id = ?1 AND state <> ?2")?
        .execute(params![stored.id.0, name_of(state)])?;
    if changed > 0 {
        work.append_delivery(stored.conversation, &stored.key.key, state)?;
    }
    Ok(())
}

/// After a start of the program: what was on its way has lost its answer.
pub(super) fn recover(work: &mut WriteContext<'_>) -> Result<(), StoreError> {
    let tx = work.transaction();
    let open = tx
        .prepare("SELECT id FROM sends WHERE state = 'sending' ORDER BY id")?
        .query_map([], |row| row.get(0).map(SendId))?
        .collect::<Result<Vec<_>, _>>()?;
    for send in open {
        settle(work, send, Outcome::Unknown)?;
    }
    Ok(())
}

/// An echo of the message came: it arrived, whatever was known of it before.
pub(super) fn set_echoed(work: &mut WriteContext<'_>, stored: &Stored) -> Result<(), StoreError> {
    work.transaction()
        .prepare_cached("UPDATE sends SET echoed_at = ?2 WHERE id = ?1")?
        .execute(params![stored.id.0, work.now])?;
    set_state(work, stored, DeliveryState::Sent)
}

/// An event told the platform's id of a conversation whose start had lost its answer: the start arrived.
pub(super) fn confirm_start(work: &mut WriteContext<'_>, conversation: ConversationId) -> Result<(), StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM sends s WHERE s.conversation = ?1 AND s.is_start");
    let start = work.transaction().prepare_cached(&sql)?.query_row([conversation.0], Stored::read)?;
    set_state(work, &start, DeliveryState::Sent)
}
