-- Queries that teams have saved, and what their digests have told.

CREATE TABLE watch (
    id TEXT NOT NULL PRIMARY KEY,
    team_id TEXT NOT NULL REFERENCES team (id),
    created_at BIGINT NOT NULL,
    -- name, query, and whose person made it
    sealed {BLOB} NOT NULL
);
CREATE INDEX watch_team ON watch (team_id);

CREATE TABLE watch_digest (
    team_id TEXT NOT NULL PRIMARY KEY REFERENCES team (id),
    -- what changed until then was looked at
    told_until BIGINT NOT NULL,
    -- when the next digest is due
    due_at BIGINT NOT NULL
);
CREATE INDEX watch_digest_due ON watch_digest (due_at);

-- What the last digests told: a change that was committed late is told once.
CREATE TABLE watch_told (
    team_id TEXT NOT NULL REFERENCES team (id),
    group_id TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (team_id, group_id)
);
