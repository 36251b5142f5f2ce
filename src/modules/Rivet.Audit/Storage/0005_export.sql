-- Where a company's log goes beside itself. The settings are sealed. What is before next_index was taken by the receiver; until_index ends the
-- batch that it did not take, so that the next attempt brings the very same entries; again_index begins the last batch of a receiver that cannot
-- acknowledge: it is sent again when the next one fails.
CREATE TABLE audit_export (
    company          BLOB NOT NULL,
    name             TEXT NOT NULL,
    export_id        BLOB NOT NULL UNIQUE,
    kind             INTEGER NOT NULL,
    settings         BLOB NOT NULL,
    next_index       INTEGER NOT NULL,
    until_index      INTEGER,
    again_index      INTEGER,
    sent             INTEGER NOT NULL,
    failing_since_ms INTEGER,
    failure          INTEGER,
    status           INTEGER,
    added_ms         INTEGER NOT NULL,
    PRIMARY KEY (company, name)
) WITHOUT ROWID;
