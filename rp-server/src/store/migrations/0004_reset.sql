-- An administrator's reset is followed by a sign-in before another PIN is set.

ALTER TABLE pin_account ADD COLUMN reset_at INTEGER; -- null: none, or somebody has signed in since

UPDATE pin_account SET reset_at = 0 WHERE sealed IS NULL AND pin_version > 0;
