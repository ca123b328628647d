-- What a team did about many groups at once, and what was there before, so that it can be undone.

CREATE TABLE group_bulk (
    id TEXT NOT NULL PRIMARY KEY,
    team_id TEXT NOT NULL REFERENCES team (id),
    -- the state that was said, or claim
    kind TEXT NOT NULL,
    -- how many groups
    touched BIGINT NOT NULL,
    at BIGINT NOT NULL,
    undone_at BIGINT,
    -- who, by which query, and why
    sealed {BLOB} NOT NULL,
    -- each group with what was there before
    previous {BLOB} NOT NULL
);
CREATE INDEX group_bulk_team ON group_bulk (team_id, at);
