-- How teams become members, and what the network keeps on record about them.

-- What mail does not need to know of a team; a team without a row has an empty record.
CREATE TABLE membership (
    team_id TEXT NOT NULL PRIMARY KEY REFERENCES team (id),
    -- JSON
    record TEXT NOT NULL DEFAULT '{}',
    -- contact data were last confirmed, and by whom
    confirmed_at BIGINT,
    confirmed_by TEXT NOT NULL DEFAULT '',
    reminded_at BIGINT,
    -- 1: it is to be handed what a new team needs, as soon as mail can be sealed for it
    welcome BIGINT NOT NULL DEFAULT 0,
    welcomed_at BIGINT
);
CREATE INDEX membership_welcome ON membership (team_id) WHERE welcome = 1;

CREATE TABLE application (
    id TEXT NOT NULL PRIMARY KEY,
    handle TEXT NOT NULL,
    handle_key TEXT NOT NULL,
    -- waiting, admitted, rejected, withdrawn
    state TEXT NOT NULL,
    filed_at BIGINT NOT NULL,
    decided_at BIGINT,
    -- once admitted
    team_id TEXT REFERENCES team (id),
    -- form and keys, sealed
    sealed {BLOB} NOT NULL,
    -- who decided and why, sealed
    decision {BLOB}
);
CREATE INDEX application_handle ON application (handle_key, filed_at);
CREATE INDEX application_waiting ON application (filed_at) WHERE state = 'waiting';
CREATE INDEX application_team ON application (team_id);

-- What teams of the network say about an applicant, once each.
CREATE TABLE application_voice (
    id TEXT NOT NULL PRIMARY KEY,
    application_id TEXT NOT NULL REFERENCES application (id),
    team_id TEXT NOT NULL REFERENCES team (id),
    -- support, objection
    voice TEXT NOT NULL,
    at BIGINT NOT NULL,
    -- who, which statements, and a remark; sealed
    sealed {BLOB} NOT NULL,
    UNIQUE (application_id, team_id)
);

-- What others have found out about a team.
CREATE TABLE evidence (
    id TEXT NOT NULL PRIMARY KEY,
    team_id TEXT NOT NULL REFERENCES team (id),
    kind TEXT NOT NULL,
    since TEXT,
    reference TEXT NOT NULL,
    recorded_at BIGINT NOT NULL,
    UNIQUE (team_id, kind)
);

-- Versions of the code of conduct; the newest holds.
CREATE TABLE conduct (
    version TEXT NOT NULL PRIMARY KEY,
    digest TEXT NOT NULL UNIQUE,
    text TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

-- Who has accepted which version: facts, never changed.
CREATE TABLE conduct_acceptance (
    id TEXT NOT NULL PRIMARY KEY,
    -- one of the two; an applicant becomes a team when it is admitted
    team_id TEXT REFERENCES team (id),
    application_id TEXT REFERENCES application (id),
    version TEXT NOT NULL,
    digest TEXT NOT NULL,
    signed_by TEXT NOT NULL,
    signed_at BIGINT NOT NULL,
    -- openpgp, smime, login, paper
    kind TEXT NOT NULL,
    evidence TEXT NOT NULL,
    signature {BLOB}
);
CREATE INDEX conduct_acceptance_team ON conduct_acceptance (team_id);
CREATE INDEX conduct_acceptance_application ON conduct_acceptance (application_id);
