-- The place of a passkey among those of its account: passkeys of one millisecond come in the order
-- in which they were stored.

ALTER TABLE passkey ADD COLUMN place INTEGER NOT NULL DEFAULT 0;

DROP INDEX passkey_of_account;
CREATE INDEX passkey_of_account ON passkey (account_id, created_at, place);
