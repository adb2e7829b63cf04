-- The tables of version 1. Never changed: databases of every version exist.

CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE conversations (
    -- AUTOINCREMENT: a number is never used twice, so a late reader of a deleted conversation never sees another one.
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    alias       TEXT NOT NULL UNIQUE,
    site        TEXT NOT NULL,
    visitor     TEXT NOT NULL,
    platform_id TEXT,
    created_at  INTEGER NOT NULL,
    last_at     INTEGER NOT NULL,
    last_seq    INTEGER NOT NULL DEFAULT 0,
    ended       INTEGER NOT NULL DEFAULT 0,
    assignee    TEXT
) STRICT;
CREATE UNIQUE INDEX conversations_by_platform_id ON conversations (platform_id, site) WHERE platform_id IS NOT NULL;
CREATE INDEX conversations_unbound ON conversations (site, visitor) WHERE platform_id IS NULL;
CREATE INDEX conversations_by_age ON conversations (site, last_at);

CREATE TABLE entries (
    conversation INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    seq          INTEGER NOT NULL,
    at           INTEGER NOT NULL,
    event        TEXT NOT NULL,
    PRIMARY KEY (conversation, seq)
) STRICT, WITHOUT ROWID;

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

CREATE TABLE received (
    digest   BLOB NOT NULL,
    delivery INTEGER NOT NULL,
    has_id   INTEGER NOT NULL,
    -- Its delivery ended without our acknowledgement.
    lost     INTEGER NOT NULL DEFAULT 0,
    at       INTEGER NOT NULL,
    PRIMARY KEY (digest, delivery)
) STRICT, WITHOUT ROWID;
CREATE INDEX received_by_delivery ON received (delivery);
CREATE INDEX received_by_age ON received (at);

CREATE TABLE waiting (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    -- The ids of the sites behind the webhook it came through, each between commas: no other site's start may claim it.
    sites       TEXT NOT NULL,
    platform_id TEXT NOT NULL,
    visitor_key TEXT,
    event_id    TEXT,
    what        TEXT NOT NULL,
    at          INTEGER NOT NULL
) STRICT;
CREATE INDEX waiting_by_platform_id ON waiting (platform_id);
CREATE INDEX waiting_by_sites ON waiting (sites);
CREATE INDEX waiting_by_age ON waiting (at);

CREATE TABLE token_keys (
    kid TEXT PRIMARY KEY,
    secret BLOB NOT NULL,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE renewal_families (
    id TEXT PRIMARY KEY,
    site TEXT NOT NULL,
    visitor TEXT NOT NULL,
    origin TEXT NOT NULL,
    used_at INTEGER NOT NULL,
    revoked_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX renewal_families_used ON renewal_families (used_at);
CREATE INDEX renewal_families_visitor ON renewal_families (visitor);

-- `successor` is the next secret, readable only with this row's own secret, which is not here.
CREATE TABLE renewals (
    hash BLOB PRIMARY KEY,
    family TEXT NOT NULL REFERENCES renewal_families (id) ON DELETE CASCADE,
    used_at INTEGER,
    successor BLOB
) STRICT, WITHOUT ROWID;
CREATE INDEX renewals_family ON renewals (family);
