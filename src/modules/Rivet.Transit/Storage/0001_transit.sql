CREATE TABLE transit_application (
    application  BLOB PRIMARY KEY,
    company      BLOB NOT NULL,
    name         TEXT NOT NULL,
    token_hash   BLOB NOT NULL UNIQUE,
    grants       TEXT NOT NULL,
    created_ms   INTEGER NOT NULL,
    expires_ms   INTEGER NOT NULL,
    last_used_ms INTEGER NOT NULL,
    removed_ms   INTEGER NOT NULL
) WITHOUT ROWID;

CREATE UNIQUE INDEX transit_application_name ON transit_application (company, name) WHERE removed_ms = 0;

CREATE TABLE transit_key (
    key_id            BLOB PRIMARY KEY,
    company           BLOB NOT NULL,
    name              TEXT NOT NULL,
    type              INTEGER NOT NULL,
    owner             BLOB NOT NULL,
    derived           INTEGER NOT NULL,
    imported          INTEGER NOT NULL,
    allow_rotation    INTEGER NOT NULL,
    deletion_allowed  INTEGER NOT NULL,
    latest            INTEGER NOT NULL,
    min_decryption    INTEGER NOT NULL,
    min_encryption    INTEGER NOT NULL,
    min_available     INTEGER NOT NULL,
    rotate_every_s    INTEGER NOT NULL,
    revision          INTEGER NOT NULL,
    created_ms        INTEGER NOT NULL,
    UNIQUE (company, name)
) WITHOUT ROWID;

CREATE TABLE transit_version (
    key_id       BLOB NOT NULL,
    version      INTEGER NOT NULL,
    sealed       BLOB NOT NULL,
    public       TEXT NOT NULL,
    seals        INTEGER NOT NULL,
    uses         INTEGER NOT NULL,
    created_ms   INTEGER NOT NULL,
    last_used_ms INTEGER NOT NULL,
    PRIMARY KEY (key_id, version)
) WITHOUT ROWID;

CREATE TABLE transit_wrapping (
    application BLOB PRIMARY KEY,
    wrapping_id BLOB NOT NULL,
    sealed      BLOB NOT NULL,
    public      TEXT NOT NULL,
    created_ms  INTEGER NOT NULL
) WITHOUT ROWID;
