CREATE TABLE audit_witness (
    company          BLOB NOT NULL,
    name             TEXT NOT NULL,
    key              TEXT NOT NULL,
    url              TEXT NOT NULL,
    certificate      TEXT,
    added_ms         INTEGER NOT NULL,
    size             INTEGER NOT NULL,
    cosigned_ms      INTEGER,
    failing_since_ms INTEGER,
    failure          INTEGER,
    disagreed_size   INTEGER NOT NULL,
    clock_off_ms     INTEGER NOT NULL,
    PRIMARY KEY (company, name)
) WITHOUT ROWID;
