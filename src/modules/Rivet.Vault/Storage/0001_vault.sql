CREATE TABLE vault_root (
    root_id     BLOB PRIMARY KEY,
    check_value BLOB NOT NULL,
    created_ms  INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE vault_key (
    key_id      BLOB NOT NULL,
    epoch       INTEGER NOT NULL,
    company     BLOB NOT NULL,
    application TEXT NOT NULL,
    period      INTEGER NOT NULL,
    holder_kind INTEGER NOT NULL,
    holder_id   BLOB NOT NULL,
    wrapped     BLOB NOT NULL,
    state       INTEGER NOT NULL,
    reserved    INTEGER NOT NULL,
    created_ms  INTEGER NOT NULL,
    PRIMARY KEY (key_id, epoch)
);

CREATE UNIQUE INDEX vault_key_active
    ON vault_key (company, application, holder_kind, holder_id, period, epoch) WHERE state = 1;

CREATE TABLE vault_signing_key (
    company    BLOB NOT NULL,
    purpose    TEXT NOT NULL,
    wrapped    BLOB NOT NULL,
    created_ms INTEGER NOT NULL,
    PRIMARY KEY (company, purpose)
) WITHOUT ROWID;
