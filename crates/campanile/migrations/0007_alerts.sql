-- Alerts, what teams do about them, and who is told when nobody answers. Texts are sealed under a
-- data key (store/sealed.rs); what stands in clear says that, when and between whom, never what.

-- 1: data keys were made; from then on, an empty folder of keys is a loss and not a beginning.
INSERT INTO setting (name, value) VALUES ('data_keyed', '0');

CREATE TABLE alert (
    id TEXT NOT NULL PRIMARY KEY,
    -- the incident ID in lower case, and as written
    alert_key TEXT NOT NULL UNIQUE,
    alert_id TEXT NOT NULL,
    team_id TEXT NOT NULL REFERENCES team (id),
    list_id TEXT NOT NULL REFERENCES list (id),
    -- 1: only the teams of alert_audience see it; 0: all subscribers of the list
    restricted BIGINT NOT NULL,
    exercise BIGINT NOT NULL,
    -- open, closed, withdrawn, superseded
    state TEXT NOT NULL,
    -- number of the newest revision
    revision BIGINT NOT NULL,
    -- what the acknowledge link ends with
    token TEXT NOT NULL UNIQUE,
    sent_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    ended_at BIGINT,
    -- the next look of the jobs that remind and escalate; NULL: never
    due_at BIGINT
);
CREATE INDEX alert_sent ON alert (sent_at);
CREATE INDEX alert_due ON alert (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE alert_revision (
    id TEXT NOT NULL PRIMARY KEY,
    alert_id TEXT NOT NULL REFERENCES alert (id),
    number BIGINT NOT NULL,
    -- issue, amend, supersede, withdraw, close
    kind TEXT NOT NULL,
    -- how it came: web, mail, api, cli
    channel TEXT NOT NULL,
    -- the row of message that its copies belong to, and their Message-ID
    message_id TEXT NOT NULL,
    mail_id TEXT NOT NULL,
    sent_at BIGINT NOT NULL,
    -- the alert as JSON
    sealed {BLOB} NOT NULL,
    -- the content of the mail; NULL when it came by mail and lies in the spool
    content {BLOB},
    UNIQUE (alert_id, number)
);
CREATE INDEX alert_revision_message ON alert_revision (message_id);
CREATE INDEX alert_revision_mail ON alert_revision (mail_id);

-- The teams that are asked: those that a copy was made for, or that have answered.
CREATE TABLE alert_audience (
    alert_id TEXT NOT NULL REFERENCES alert (id),
    team_id TEXT NOT NULL REFERENCES team (id),
    asked_at BIGINT NOT NULL,
    PRIMARY KEY (alert_id, team_id)
);
CREATE INDEX alert_audience_team ON alert_audience (team_id);

-- Every statement of a team; the first counts for reaction times, the newest says what it does.
CREATE TABLE acknowledgement (
    id TEXT NOT NULL PRIMARY KEY,
    alert_id TEXT NOT NULL REFERENCES alert (id),
    team_id TEXT NOT NULL REFERENCES team (id),
    at BIGINT NOT NULL,
    channel TEXT NOT NULL,
    response TEXT NOT NULL,
    -- the newest revision at that time
    revision BIGINT NOT NULL,
    -- who, and the remark
    sealed {BLOB} NOT NULL
);
CREATE INDEX acknowledgement_alert ON acknowledgement (alert_id, team_id, at);

CREATE TABLE alert_draft (
    id TEXT NOT NULL PRIMARY KEY,
    team_id TEXT NOT NULL REFERENCES team (id),
    changed_at BIGINT NOT NULL,
    -- the form as it was typed, and by whom
    sealed {BLOB} NOT NULL
);
CREATE INDEX alert_draft_team ON alert_draft (team_id, changed_at);

-- Who takes the calls of an alert; one at a time.
CREATE TABLE call_claim (
    id TEXT NOT NULL PRIMARY KEY,
    alert_id TEXT NOT NULL UNIQUE REFERENCES alert (id),
    -- NULL: the operator
    team_id TEXT,
    at BIGINT NOT NULL,
    -- who
    sealed {BLOB} NOT NULL
);

CREATE TABLE call_log (
    id TEXT NOT NULL PRIMARY KEY,
    alert_id TEXT NOT NULL REFERENCES alert (id),
    -- who was called, and whose people called; NULL: the operator
    team_id TEXT NOT NULL REFERENCES team (id),
    caller_team_id TEXT,
    at BIGINT NOT NULL,
    result TEXT NOT NULL,
    -- who called, and a note
    sealed {BLOB} NOT NULL
);
CREATE INDEX call_log_alert ON call_log (alert_id, team_id, at);

-- What was done about silence. A row is written before the act: a step happens once or, when the
-- machine stops in between, not at all.
CREATE TABLE escalation (
    alert_id TEXT NOT NULL REFERENCES alert (id),
    -- remind-30, call-90, page-90, …
    step TEXT NOT NULL,
    team_id TEXT NOT NULL REFERENCES team (id),
    at BIGINT NOT NULL,
    -- begun, done, failed
    state TEXT NOT NULL,
    -- what the program or the other side said; never content
    detail TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (alert_id, step, team_id)
);

-- What a team has used besides the pick lists of the form.
CREATE TABLE pick_entry (
    id TEXT NOT NULL PRIMARY KEY,
    team_id TEXT NOT NULL REFERENCES team (id),
    -- system, software
    kind TEXT NOT NULL,
    -- HMAC of the entry in lower case
    entry_key TEXT NOT NULL,
    used_at BIGINT NOT NULL,
    sealed {BLOB} NOT NULL,
    UNIQUE (team_id, kind, entry_key)
);

-- With what a team acknowledges by telephone.
CREATE TABLE phone_login (
    team_id TEXT NOT NULL PRIMARY KEY REFERENCES team (id),
    uid TEXT NOT NULL UNIQUE,
    -- HMAC of UID and PIN
    pin TEXT NOT NULL,
    failures BIGINT NOT NULL DEFAULT 0,
    locked_until BIGINT NOT NULL DEFAULT 0,
    changed_at BIGINT NOT NULL
);

-- A board asks for the copy of each team.
DROP INDEX delivery_message;
CREATE INDEX delivery_message ON delivery (message_id, team_id);
