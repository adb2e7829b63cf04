-- Adds signed-in visitors. `user` is a hash of the site and the site's own id of the user.

CREATE TABLE users (
    user BLOB PRIMARY KEY,
    visitor TEXT NOT NULL,
    seen_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX users_seen ON users (seen_at);
CREATE INDEX users_visitor ON users (visitor);

CREATE TABLE signed_in (
    family TEXT PRIMARY KEY REFERENCES renewal_families (id) ON DELETE CASCADE,
    user BLOB NOT NULL,
    person TEXT NOT NULL
) STRICT, WITHOUT ROWID;
