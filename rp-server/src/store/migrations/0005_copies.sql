-- What tells a copy of a phone from the phone: the latest requests, and that there seems to be one.

ALTER TABLE pin_enrolment ADD COLUMN requests BLOB;     -- each: counter, time and mark, latest first
ALTER TABLE pin_enrolment ADD COLUMN copied_at INTEGER; -- null: nothing speaks for a copy
