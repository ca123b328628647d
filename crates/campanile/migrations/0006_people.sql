-- People, what they log in with, and the certification authority of the network.

-- active, removed: kept for the record, since logins and the audit log name it.
ALTER TABLE person ADD COLUMN state TEXT NOT NULL DEFAULT 'active';
ALTER TABLE person ADD COLUMN changed_at BIGINT NOT NULL DEFAULT 0;

-- 1: certificates below it may be registered for logging in, and are let in by the handshake.
ALTER TABLE trust_anchor ADD COLUMN logins BIGINT NOT NULL DEFAULT 0;

-- The network's own CA: one row; its secret key is a file.
CREATE TABLE authority (
    id TEXT NOT NULL PRIMARY KEY,
    fingerprint TEXT NOT NULL UNIQUE,
    certificate {BLOB} NOT NULL,
    -- the newest revocation list, DER, with its number and when the next is due
    crl {BLOB} NOT NULL,
    crl_number BIGINT NOT NULL,
    crl_next_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);

-- Every certificate that the CA has ever signed: what the revocation list is made from.
CREATE TABLE issued (
    -- upper-case hexadecimal
    serial TEXT NOT NULL PRIMARY KEY,
    authority_id TEXT NOT NULL REFERENCES authority (id),
    fingerprint TEXT NOT NULL UNIQUE,
    -- SHA-256 of the public key: a key is certified for one team only
    key_digest TEXT NOT NULL,
    -- client, server
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    issued_at BIGINT NOT NULL,
    revoked_at BIGINT,
    reason TEXT
);
CREATE INDEX issued_key ON issued (key_digest);

-- Certificates that open the web pages, own or of registered foreign CAs.
CREATE TABLE login (
    id TEXT NOT NULL PRIMARY KEY,
    -- none for an operator who belongs to no team
    team_id TEXT REFERENCES team (id),
    -- none for a tool, an operator, or the certificate of the team as such
    person_id TEXT REFERENCES person (id),
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    role TEXT NOT NULL,
    -- SHA-256 of the DER certificate
    fingerprint TEXT NOT NULL UNIQUE,
    -- name of the issuer, for people
    issuer TEXT NOT NULL,
    serial TEXT NOT NULL,
    key_digest TEXT NOT NULL,
    certificate {BLOB} NOT NULL,
    -- active, revoked, replaced
    state TEXT NOT NULL,
    not_before BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE INDEX login_team ON login (team_id);
CREATE INDEX login_person ON login (person_id);
CREATE INDEX login_key ON login (key_digest);
