-- Questions of teams about how another team rates, and what teams say about their own ratings.

CREATE TABLE rating_question (
    id TEXT NOT NULL PRIMARY KEY,
    advisory_id TEXT NOT NULL REFERENCES advisory (id),
    -- whose advisory it is: who answers
    team_id TEXT NOT NULL REFERENCES team (id),
    -- who asks; NULL where the team explains by itself
    asked_by TEXT REFERENCES team (id),
    -- column of the comparison
    field TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    -- who, and the words
    question {BLOB},
    answered_at BIGINT,
    answer {BLOB}
);
CREATE INDEX rating_question_advisory ON rating_question (advisory_id, asked_at);
CREATE INDEX rating_question_waits ON rating_question (team_id, answered_at);
CREATE INDEX rating_question_asked ON rating_question (asked_by, answered_at);
