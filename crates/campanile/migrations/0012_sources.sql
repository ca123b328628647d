-- Sources outside that the network is subscribed to, and how far each has come.

CREATE TABLE source (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    -- csaf, aggregator, archive
    kind TEXT NOT NULL,
    url TEXT NOT NULL,
    -- what to call the issuer where a document does not say it
    issuer_given TEXT NOT NULL,
    -- whose documents it may bring, one a line; *: those of everybody
    issuers TEXT NOT NULL,
    -- who sees what is not for everybody; empty: such documents are refused
    audience TEXT NOT NULL,
    -- files with certificate and key, and with the authorities of the server; may be empty
    client_certificate TEXT NOT NULL,
    ca_file TEXT NOT NULL,
    every_seconds BIGINT NOT NULL,
    -- 1: nothing is fetched
    paused BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    lease_until BIGINT NOT NULL DEFAULT 0,
    lease_owner TEXT NOT NULL DEFAULT '',
    -- the last run, and the last that came to its end
    tried_at BIGINT,
    succeeded_at BIGINT,
    -- runs in a row that failed
    failures BIGINT NOT NULL DEFAULT 0,
    -- what went wrong in the last run, and what to do; empty: nothing
    fault TEXT NOT NULL DEFAULT '',
    hint TEXT NOT NULL DEFAULT '',
    -- of the last run: documents listed, taken in, known already, refused
    listed BIGINT NOT NULL DEFAULT 0,
    stored BIGINT NOT NULL DEFAULT 0,
    known BIGINT NOT NULL DEFAULT 0,
    refused BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX source_due ON source (due_at) WHERE paused = 0;

-- Keys that a source signs with.
CREATE TABLE source_key (
    source_id TEXT NOT NULL REFERENCES source (id),
    fingerprint TEXT NOT NULL,
    url TEXT NOT NULL,
    -- pinned: signatures by it count; named: the source names it, nobody has confirmed it
    state TEXT NOT NULL,
    -- NULL: it could not be fetched yet
    certificate {BLOB},
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (source_id, fingerprint)
);

-- Lists of what a source has that were worked through, so that they are asked for when changed only.
CREATE TABLE source_listing (
    source_id TEXT NOT NULL REFERENCES source (id),
    url TEXT NOT NULL,
    etag TEXT NOT NULL,
    last_modified TEXT NOT NULL,
    PRIMARY KEY (source_id, url)
);

-- Documents that a source has listed, and what became of each.
CREATE TABLE source_document (
    id TEXT NOT NULL PRIMARY KEY,
    source_id TEXT NOT NULL REFERENCES source (id),
    -- HMAC of the address, which may tell of something restricted
    place TEXT NOT NULL,
    -- when it changed, as the source says; empty: it does not say
    updated TEXT NOT NULL,
    -- stored, known, refused
    outcome TEXT NOT NULL,
    -- 1: refused for a reason that may be over, to be tried again
    again BIGINT NOT NULL,
    at BIGINT NOT NULL,
    -- address and reason of what was refused
    sealed {BLOB},
    UNIQUE (source_id, place)
);
CREATE INDEX source_document_refused ON source_document (source_id, at) WHERE outcome = 'refused';
