-- How programs of the teams read and are told: tokens and webhooks.

CREATE TABLE token (
    id TEXT NOT NULL PRIMARY KEY,
    team_id TEXT NOT NULL REFERENCES team (id),
    -- whose it is, for people
    name TEXT NOT NULL,
    -- api, feed
    kind TEXT NOT NULL,
    -- what it is good for, separated by blanks
    scopes TEXT NOT NULL,
    -- HMAC of the token under the secret of the network; the token itself is nowhere
    digest TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT
);
CREATE INDEX token_team ON token (team_id);

CREATE TABLE webhook (
    id TEXT NOT NULL PRIMARY KEY,
    team_id TEXT NOT NULL REFERENCES team (id),
    url TEXT NOT NULL,
    -- 1: the operator lets it lead to addresses that are not public
    private BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    removed_at BIGINT
);
CREATE INDEX webhook_team ON webhook (team_id);

-- What a webhook is told: that a revision is there. The id is the same in every try.
CREATE TABLE webhook_event (
    id TEXT NOT NULL PRIMARY KEY,
    webhook_id TEXT NOT NULL REFERENCES webhook (id),
    alert_id TEXT NOT NULL REFERENCES alert (id),
    revision BIGINT NOT NULL,
    -- waiting, delivered, failed
    state TEXT NOT NULL,
    attempts BIGINT NOT NULL DEFAULT 0,
    due_at BIGINT NOT NULL,
    lease_until BIGINT NOT NULL DEFAULT 0,
    lease_owner TEXT NOT NULL DEFAULT '',
    -- status of the last answer, or what went wrong; never content
    reply TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    UNIQUE (webhook_id, alert_id, revision)
);
CREATE INDEX webhook_event_due ON webhook_event (due_at) WHERE state = 'waiting';
