-- Advisories of all teams and of others: documents, versions, groups, what teams do about them.
-- What every team of the network may see stands in clear, and only that is in the indexes. What
-- is restricted is sealed under a data key (store/sealed.rs).

-- Number of the newest advisory; its row lock keeps changes of groups one after the other.
INSERT INTO setting (name, value) VALUES ('advisory_seq', '0');

-- Documents as they came.
CREATE TABLE advisory_document (
    id TEXT NOT NULL PRIMARY KEY,
    -- who brought it: a team, or empty for the operator and sources from outside
    brought_by TEXT NOT NULL,
    -- HMAC of the digest under the secret of the network: the digest alone tells who guesses
    digest TEXT NOT NULL,
    -- SHA-256 in hexadecimal; empty while something of it is restricted
    sha256 TEXT NOT NULL,
    format TEXT NOT NULL,
    -- how it came: cli, web, api, mail, feed
    channel TEXT NOT NULL,
    -- unsigned, valid, invalid
    signature TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    -- octets and findings, sealed; in front, since what is behind long columns is slow to reach
    sealed {BLOB},
    -- what is odd about the octets, and these, deflated; NULL while something is restricted
    findings TEXT,
    content {BLOB},
    UNIQUE (brought_by, digest)
);
-- For the job that seals texts anew.
CREATE INDEX advisory_document_sealed ON advisory_document (id) WHERE sealed IS NOT NULL;

CREATE TABLE advisory (
    id TEXT NOT NULL PRIMARY KEY,
    -- counts up with every advisory
    seq BIGINT NOT NULL UNIQUE,
    -- issuer and number, as grouping knows it; an HMAC of them while its existence is restricted
    advisory_key TEXT NOT NULL UNIQUE,
    -- the number in lower case, and as written; empty while its existence is restricted
    number_key TEXT NOT NULL,
    number TEXT NOT NULL,
    issuer TEXT NOT NULL,
    title TEXT NOT NULL,
    -- the team whose advisory it is; NULL: somebody outside
    team_id TEXT REFERENCES team (id),
    brought_by TEXT NOT NULL,
    -- what to call the issuer where the document does not say it
    issuer_given TEXT NOT NULL,
    kind TEXT NOT NULL,
    status TEXT NOT NULL,
    tlp TEXT NOT NULL,
    -- 1: every team sees that it exists
    minimum_open BIGINT NOT NULL,
    -- 1: every team sees all of it
    whole_open BIGINT NOT NULL,
    -- the newest version, and how many there are
    version_id TEXT NOT NULL,
    version TEXT NOT NULL,
    versions BIGINT NOT NULL,
    published_at BIGINT,
    changed_at BIGINT,
    received_at BIGINT NOT NULL,
    -- when the newest version came
    revised_at BIGINT NOT NULL,
    -- the group that it is in, and the name that it gives to a group; empty while its existence is
    -- restricted
    group_id TEXT NOT NULL,
    gives TEXT NOT NULL,
    -- 1: it names vulnerabilities
    names BIGINT NOT NULL,
    -- what grouping looks at, as JSON
    entry TEXT NOT NULL
);
CREATE INDEX advisory_number ON advisory (number_key);
CREATE INDEX advisory_group_id ON advisory (group_id);
CREATE INDEX advisory_gives ON advisory (gives);
CREATE INDEX advisory_revised ON advisory (revised_at);
-- For searching what no index holds.
CREATE INDEX advisory_restricted ON advisory (revised_at) WHERE whole_open = 0;
CREATE INDEX advisory_team ON advisory (team_id, revised_at) WHERE team_id IS NOT NULL;

-- Never changed, never removed; what is newest is decided anew with each.
CREATE TABLE advisory_version (
    id TEXT NOT NULL PRIMARY KEY,
    advisory_id TEXT NOT NULL REFERENCES advisory (id),
    document_id TEXT NOT NULL REFERENCES advisory_document (id),
    -- 1, 2, 3 … as they came
    number BIGINT NOT NULL,
    version TEXT NOT NULL,
    changed_at BIGINT,
    received_at BIGINT NOT NULL,
    -- what every team may see, as JSON; NULL: all of the document, or nothing
    shown TEXT,
    UNIQUE (advisory_id, number)
);
CREATE INDEX advisory_version_document ON advisory_version (document_id);

-- Who sees what; without a row, everybody sees everything.
CREATE TABLE advisory_disclosure (
    -- that of the advisory
    id TEXT NOT NULL PRIMARY KEY REFERENCES advisory (id),
    -- when the whole is for everybody
    release_at BIGINT,
    changed_at BIGINT NOT NULL,
    -- the rules, with the reason of an exception
    sealed {BLOB} NOT NULL
);
CREATE INDEX advisory_release ON advisory_disclosure (release_at) WHERE release_at IS NOT NULL;

-- Who sees more than everybody.
CREATE TABLE advisory_audience (
    advisory_id TEXT NOT NULL REFERENCES advisory (id),
    -- team, list: the subscribers of a list are a sharing group
    kind TEXT NOT NULL,
    party_id TEXT NOT NULL,
    PRIMARY KEY (advisory_id, kind, party_id)
);

CREATE TABLE advisory_identifier (
    -- system and number, as `cve CVE-2003-0252`
    identifier TEXT NOT NULL,
    -- vulnerability, own, cites, upstream, related
    role TEXT NOT NULL,
    advisory_id TEXT NOT NULL REFERENCES advisory (id),
    PRIMARY KEY (identifier, role, advisory_id)
);
CREATE INDEX advisory_identifier_advisory ON advisory_identifier (advisory_id);

-- Ratings of newest versions.
CREATE TABLE advisory_rating (
    advisory_id TEXT NOT NULL REFERENCES advisory (id),
    position BIGINT NOT NULL,
    -- the vulnerability, as in advisory_identifier; empty: the whole advisory
    identifier TEXT NOT NULL,
    rater TEXT NOT NULL,
    scheme TEXT NOT NULL,
    value TEXT NOT NULL,
    -- a hundred times the score, computed where only a vector is given; NULL: there is none
    score BIGINT,
    -- for what it stands on the common scale: none, low, medium, high, critical; empty: no rule
    -- knows it
    band TEXT NOT NULL,
    -- stated, mapped, derived
    obtained TEXT NOT NULL,
    PRIMARY KEY (advisory_id, position)
);
CREATE INDEX advisory_rating_identifier ON advisory_rating (identifier) WHERE identifier <> '';

-- What full-text search looks at: letters and digits in lower case, of what everybody may see.
CREATE TABLE advisory_words (
    advisory_id TEXT NOT NULL PRIMARY KEY REFERENCES advisory (id),
    seq BIGINT NOT NULL UNIQUE,
    -- of these three alone, with | between names
    title TEXT NOT NULL,
    products TEXT NOT NULL,
    vendors TEXT NOT NULL,
    -- of everything; what is indexed
    words TEXT NOT NULL
);
{WORDS_INDEX}

-- What a list of groups shows; made from the advisories in it, the same for every viewer.
CREATE TABLE advisory_group (
    id TEXT NOT NULL PRIMARY KEY,
    title TEXT NOT NULL,
    members BIGINT NOT NULL,
    -- of how many teams of the network
    teams BIGINT NOT NULL,
    -- in how many fields the ratings differ
    differs BIGINT NOT NULL,
    -- 1: known to be exploited, as somebody states
    exploited BIGINT NOT NULL,
    first_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    -- identifiers, who issued what and how it is rated, as JSON
    summary TEXT NOT NULL
);
CREATE INDEX advisory_group_changed ON advisory_group (changed_at);
CREATE INDEX advisory_group_first ON advisory_group (first_at);
CREATE INDEX advisory_group_teams ON advisory_group (changed_at) WHERE teams > 0;
CREATE INDEX advisory_group_differs ON advisory_group (changed_at) WHERE differs > 0;

-- Decisions of people about groups; they hold until they are undone.
CREATE TABLE group_decision (
    id TEXT NOT NULL PRIMARY KEY,
    -- join, never, detach
    kind TEXT NOT NULL,
    -- keys of advisories; the second is empty for detach
    one TEXT NOT NULL,
    other TEXT NOT NULL,
    at BIGINT NOT NULL,
    -- whose people; NULL: the operator
    team_id TEXT REFERENCES team (id),
    undone_at BIGINT,
    -- who, and why
    sealed {BLOB} NOT NULL
);
CREATE INDEX group_decision_one ON group_decision (one);
CREATE INDEX group_decision_other ON group_decision (other) WHERE other <> '';
CREATE INDEX group_decision_at ON group_decision (at);

-- What a team does about a group.
CREATE TABLE group_state (
    id TEXT NOT NULL PRIMARY KEY,
    team_id TEXT NOT NULL REFERENCES team (id),
    -- the group as it was called then, and where the advisory that gave that name is now
    named TEXT NOT NULL,
    group_id TEXT NOT NULL,
    -- unread, watching, irrelevant, corroborate, act, done
    state TEXT NOT NULL,
    -- what came later has changed since
    assessed_at BIGINT NOT NULL,
    -- who, and why
    sealed {BLOB} NOT NULL,
    UNIQUE (team_id, named)
);
CREATE INDEX group_state_group ON group_state (team_id, group_id);
CREATE INDEX group_state_state ON group_state (team_id, state, assessed_at);
CREATE INDEX group_state_named ON group_state (named);

-- Who is at it; ends by itself.
CREATE TABLE group_claim (
    id TEXT NOT NULL PRIMARY KEY,
    named TEXT NOT NULL UNIQUE,
    group_id TEXT NOT NULL,
    team_id TEXT NOT NULL REFERENCES team (id),
    at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    -- who
    sealed {BLOB} NOT NULL
);
CREATE INDEX group_claim_group ON group_claim (group_id);
