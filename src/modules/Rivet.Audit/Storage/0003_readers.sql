CREATE TABLE audit_reader (
    token_hash BLOB PRIMARY KEY,
    company    BLOB NOT NULL,
    name       TEXT NOT NULL,
    added_ms   INTEGER NOT NULL,
    UNIQUE (company, name)
) WITHOUT ROWID;
