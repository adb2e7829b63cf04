-- Adds the records of files, and to a send the other texts its echo may have.

CREATE TABLE files (
    -- 128 random bits as hex; the name on the disk.
    id           TEXT PRIMARY KEY,
    site         TEXT NOT NULL,
    -- NULL: the conversation is deleted, and the file is to be.
    conversation INTEGER REFERENCES conversations (id) ON DELETE SET NULL,
    url          TEXT NOT NULL,
    name         TEXT NOT NULL,
    mime_type    TEXT NOT NULL,
    size         INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    -- The visitor has sent it in a message.
    sent         INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX files_unsent ON files (created_at) WHERE NOT sent;
CREATE INDEX files_by_conversation ON files (conversation);
CREATE INDEX files_by_site ON files (site, size);

ALTER TABLE sends ADD COLUMN echoes TEXT;
