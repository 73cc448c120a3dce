-- Accounts, their passkeys and sessions, and what became of each ceremony.
-- Times are milliseconds since 1970-01-01T00:00:00Z.

CREATE TABLE account (
    id           BLOB    NOT NULL PRIMARY KEY, -- the user handle: 32 random bytes
    username     TEXT    NOT NULL,
    username_key TEXT    NOT NULL UNIQUE,      -- the name as it is compared
    display_name TEXT    NOT NULL,
    created_at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- A credential record (WebAuthn L3 §4).
CREATE TABLE passkey (
    id              BLOB    NOT NULL PRIMARY KEY,
    account_id      BLOB    NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    public_key      BLOB    NOT NULL, -- COSE_Key
    algorithm       INTEGER NOT NULL, -- COSE algorithm identifier
    sign_count      INTEGER NOT NULL,
    backup_eligible INTEGER NOT NULL,
    backed_up       INTEGER NOT NULL,
    uv_initialized  INTEGER NOT NULL,
    aaguid          BLOB    NOT NULL,
    transports      TEXT    NOT NULL, -- a JSON array
    label           TEXT    NOT NULL,
    created_at      INTEGER NOT NULL,
    last_used_at    INTEGER,
    version         INTEGER NOT NULL DEFAULT 1 -- rises with every change
) STRICT, WITHOUT ROWID;

CREATE INDEX passkey_of_account ON passkey (account_id, created_at);

CREATE TABLE session (
    token_hash BLOB    NOT NULL PRIMARY KEY, -- SHA-256 of the token; the token is nowhere
    account_id BLOB    NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    passkey_id BLOB    REFERENCES passkey (id) ON DELETE SET NULL,
    since      INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX session_of_account ON session (account_id, since);
CREATE INDEX session_of_passkey ON session (passkey_id);

-- A ceremony that was finished, verified or not: its row is what makes its challenge used.
CREATE TABLE ceremony (
    number      INTEGER NOT NULL PRIMARY KEY,
    id          BLOB    NOT NULL UNIQUE,
    kind        TEXT    NOT NULL,
    verified    INTEGER NOT NULL,
    finished_at INTEGER NOT NULL,
    report      TEXT    NOT NULL -- the ladder, as JSON
) STRICT;

CREATE TABLE setting (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
