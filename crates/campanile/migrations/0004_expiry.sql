-- Warnings that a key, trust anchor or revocation list ends: each is given once. A renewed one
-- has another end, and is warned of anew.
CREATE TABLE expiry_warning (
    -- key, anchor or crl, and the fingerprint
    subject TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    days BIGINT NOT NULL,
    warned_at BIGINT NOT NULL,
    PRIMARY KEY (subject, expires_at, days)
);
