-- Mail on its way: received, sealed, delivered. Bodies are spool files, never columns.

-- One message to one list, as received (a mail to two lists is two rows).
CREATE TABLE message (
    id TEXT PRIMARY KEY,
    list_id TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    mail_from TEXT NOT NULL,
    peer TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    -- received, distributed, held, refused, discarded, dropped
    state TEXT NOT NULL,
    -- names of conditions, separated by blanks
    reasons TEXT NOT NULL DEFAULT '',
    team_id TEXT,
    -- Message-ID of the copies
    message_id TEXT,
    decided_at BIGINT,
    -- 1: an operator has released it, so that hold counts as accept
    released BIGINT NOT NULL DEFAULT 0,
    attempts BIGINT NOT NULL DEFAULT 0,
    lease_until BIGINT NOT NULL DEFAULT 0,
    lease_owner TEXT NOT NULL DEFAULT ''
);
CREATE INDEX message_state ON message (state, received_at);

-- Postings that were distributed: the replay cache.
CREATE TABLE posting_seen (
    list_id TEXT NOT NULL,
    signer TEXT NOT NULL,
    digest TEXT NOT NULL,
    message_id TEXT NOT NULL,
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (list_id, signer, digest)
);

-- The shared part of all copies of a posting in one container.
CREATE TABLE sealed_body (
    id TEXT PRIMARY KEY,
    message_id TEXT NOT NULL,
    container TEXT NOT NULL,
    prefix {BLOB} NOT NULL,
    suffix {BLOB} NOT NULL,
    bytes BIGINT NOT NULL
);
CREATE INDEX sealed_body_message ON sealed_body (message_id);

-- One copy (or content-free notice) for one team.
CREATE TABLE delivery (
    id TEXT PRIMARY KEY,
    message_id TEXT NOT NULL,
    list_id TEXT NOT NULL,
    team_id TEXT NOT NULL,
    recipient TEXT NOT NULL,
    mail_from TEXT NOT NULL,
    -- copy, notice
    kind TEXT NOT NULL,
    -- waiting, delivered, held, failed, bounced, dropped
    state TEXT NOT NULL,
    sealed_id TEXT,
    -- the recipient's own part of the ciphertext; for a notice all of it
    head {BLOB},
    attempts BIGINT NOT NULL DEFAULT 0,
    due_at BIGINT NOT NULL,
    lease_until BIGINT NOT NULL DEFAULT 0,
    lease_owner TEXT NOT NULL DEFAULT '',
    reply TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);
-- Partial: a row costs an entry only while it is looked for this way.
CREATE INDEX delivery_due ON delivery (due_at) WHERE state = 'waiting';
CREATE INDEX delivery_held ON delivery (id) WHERE state = 'held';
CREATE INDEX delivery_notice ON delivery (team_id, created_at) WHERE kind = 'notice';
CREATE INDEX delivery_message ON delivery (message_id);
