-- What a reader or writer of the database alone must not be able to make: chained audit entries
-- and remembered postings, both under the secret of the network, which is a file. Rows of older
-- versions are brought up to date when the data directory is opened (store/keyed.rs).

-- HMAC over the entry and the hash of the one before it.
ALTER TABLE audit ADD COLUMN hash TEXT NOT NULL DEFAULT '';
-- The hash of the newest entry; empty until the first is chained.
INSERT INTO setting (name, value) VALUES ('audit_hash', '');
-- 1: posting_seen.digest is a HMAC in every row.
INSERT INTO setting (name, value) VALUES ('replay_keyed', '0');
