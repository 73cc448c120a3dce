-- Enrolments of phones for an account's PIN, the PIN itself (sealed under a key that is not here),
-- its counters, and the log of every transition. Times are milliseconds since 1970-01-01T00:00:00Z.

-- What is known of an account's PIN; an account without a row never had one.
CREATE TABLE pin_account (
    account_id      BLOB    NOT NULL PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    pin_version     INTEGER NOT NULL DEFAULT 0, -- rises with every set, change and reset
    unlock_epoch    INTEGER NOT NULL DEFAULT 0, -- rises with a correct online PIN and a reset
    sealed          BLOB,                       -- hash, salt and iterations; null: no PIN is set
    history         BLOB,                       -- earlier PINs, sealed too
    set_at          INTEGER,
    extra_uses      INTEGER NOT NULL DEFAULT 0, -- of this PIN, online, after its end
    attempts        INTEGER NOT NULL DEFAULT 0, -- online, since the last correct one
    locked_at       INTEGER,
    logon_locked_at INTEGER                     -- too many wrong codes of offline workstations
) STRICT, WITHOUT ROWID;

-- One account's PIN on one device.
CREATE TABLE pin_enrolment (
    id                    TEXT    NOT NULL PRIMARY KEY,
    account_id            BLOB    NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    device_id             TEXT    NOT NULL,
    device_name           TEXT    NOT NULL,
    device_key            BLOB    NOT NULL, -- Kd, SEC1 uncompressed
    server_point          BLOB    NOT NULL, -- Ks, its public half
    server_key            BLOB    NOT NULL, -- Ks, sealed
    credential_id         BLOB,             -- the passkey whose ceremony confirmed it; null: digits
    test_iterations       INTEGER NOT NULL,
    enrolled_at           INTEGER NOT NULL,
    place                 INTEGER NOT NULL, -- among those of the account, in the order they came
    revoked_at            INTEGER,
    sync_counter          INTEGER NOT NULL DEFAULT 0,
    response_key          BLOB,             -- Kr of the last acknowledged sync, sealed
    response_key_counter  INTEGER,          -- the counter of that sync
    next_key              BLOB,             -- each Kr since that awaits its acknowledgement, latest first:
                                            -- counter, length and itself
    next_key_counter      INTEGER,          -- the latest one's
    last_sync_at          INTEGER,          -- acknowledged
    synced_pin_version    INTEGER,
    synced_policy_version INTEGER,
    failures              INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE INDEX pin_enrolment_of_account ON pin_enrolment (account_id, place);

-- Wrong codes of offline workstations, each for an hour.
CREATE TABLE pin_logon_failure (
    number     INTEGER NOT NULL PRIMARY KEY,
    account_id BLOB    NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    at         INTEGER NOT NULL
) STRICT;

CREATE INDEX pin_logon_failure_of_account ON pin_logon_failure (account_id, at);

-- Every transition, with who and why.
CREATE TABLE pin_audit (
    number     INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    at         INTEGER NOT NULL,
    account_id BLOB,
    account    TEXT,             -- the user name at that time
    who        TEXT    NOT NULL,
    what       TEXT    NOT NULL, -- a stable name
    detail     TEXT    NOT NULL  -- a JSON object
) STRICT;

CREATE INDEX pin_audit_of_account ON pin_audit (account_id, number);
