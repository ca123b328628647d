-- The registry: teams, their credentials, lists, trust anchors; and the audit log.
-- Column types are those that SQLite and PostgreSQL share: TEXT, BIGINT and {BLOB}.
-- Times are microseconds since 1970-01-01T00:00:00Z, JSON and TOML are TEXT.

CREATE TABLE setting (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);
-- Counts up with every change of the registry; whoever caches the registry compares it.
INSERT INTO setting (name, value) VALUES ('registry_version', '1');
-- Number of the newest audit entry; its row lock keeps the log in order and free of gaps.
INSERT INTO setting (name, value) VALUES ('audit_seq', '0');

CREATE TABLE team (
    id TEXT NOT NULL PRIMARY KEY,
    handle TEXT NOT NULL,
    handle_key TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    fqdn TEXT NOT NULL,
    standing TEXT NOT NULL,
    state TEXT NOT NULL,
    phone TEXT,
    fax TEXT,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);

CREATE TABLE team_address (
    address_key TEXT NOT NULL PRIMARY KEY,
    address TEXT NOT NULL,
    team_id TEXT NOT NULL REFERENCES team (id),
    position BIGINT NOT NULL
);
CREATE INDEX team_address_team ON team_address (team_id);

CREATE TABLE person (
    id TEXT NOT NULL PRIMARY KEY,
    team_id TEXT NOT NULL REFERENCES team (id),
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    role TEXT NOT NULL,
    phone TEXT,
    created_at BIGINT NOT NULL
);
CREATE INDEX person_team ON person (team_id);

CREATE TABLE credential (
    id TEXT NOT NULL PRIMARY KEY,
    team_id TEXT NOT NULL REFERENCES team (id),
    protocol TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    state TEXT NOT NULL,
    certificate {BLOB} NOT NULL,
    algorithms TEXT NOT NULL,
    can_sign BIGINT NOT NULL,
    can_encrypt BIGINT NOT NULL,
    expires_at BIGINT,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    UNIQUE (protocol, fingerprint)
);
CREATE INDEX credential_team ON credential (team_id);

CREATE TABLE trust_anchor (
    id TEXT NOT NULL PRIMARY KEY,
    subject TEXT NOT NULL,
    fingerprint TEXT NOT NULL UNIQUE,
    certificate {BLOB} NOT NULL,
    crl {BLOB},
    created_at BIGINT NOT NULL
);

CREATE TABLE list (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    address TEXT NOT NULL,
    address_key TEXT NOT NULL UNIQUE,
    policy TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE list_key (
    id TEXT NOT NULL PRIMARY KEY,
    list_id TEXT NOT NULL REFERENCES list (id),
    protocol TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    certificate {BLOB} NOT NULL,
    algorithms TEXT NOT NULL,
    expires_at BIGINT,
    position BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (list_id, protocol, fingerprint)
);

CREATE TABLE subscription (
    list_id TEXT NOT NULL REFERENCES list (id),
    team_id TEXT NOT NULL REFERENCES team (id),
    created_at BIGINT NOT NULL,
    PRIMARY KEY (list_id, team_id)
);
CREATE INDEX subscription_team ON subscription (team_id);

CREATE TABLE audit (
    seq BIGINT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    object TEXT NOT NULL,
    detail TEXT NOT NULL
);
