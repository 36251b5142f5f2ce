-- Names, handles and private keys are sealed by the vault; *_index columns are keyed hashes, *_hash columns plain ones
-- of random 128- or 256-bit values. Times are Unix milliseconds.
CREATE TABLE identity_company (
    company_id BLOB PRIMARY KEY,
    name       BLOB NOT NULL,
    index_key  BLOB NOT NULL,
    founded_ms INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE identity_person (
    person_id      BLOB PRIMARY KEY,
    company        BLOB NOT NULL REFERENCES identity_company (company_id),
    name           BLOB NOT NULL,
    handle         BLOB NOT NULL,
    handle_index   BLOB NOT NULL,
    external_index BLOB,
    role           INTEGER NOT NULL,
    state          INTEGER NOT NULL,
    added_ms       INTEGER NOT NULL,
    UNIQUE (company, handle_index)
) WITHOUT ROWID;

CREATE INDEX identity_person_page ON identity_person (company, person_id);
CREATE UNIQUE INDEX identity_person_external ON identity_person (company, external_index) WHERE external_index IS NOT NULL;

CREATE TABLE identity_device (
    device_id     BLOB PRIMARY KEY,
    company       BLOB NOT NULL REFERENCES identity_company (company_id),
    person        BLOB NOT NULL REFERENCES identity_person (person_id),
    identity_key  BLOB NOT NULL UNIQUE,
    static_key    BLOB NOT NULL,
    name          BLOB NOT NULL,
    enrolled_ms   INTEGER NOT NULL,
    last_seen_ms  INTEGER NOT NULL,
    signed_out_ms INTEGER
) WITHOUT ROWID;

CREATE INDEX identity_device_person ON identity_device (person, device_id);

-- kind: 1 founder, 2 a new person, 3 a device of a person who is known. device is what was enrolled with it.
CREATE TABLE identity_invitation (
    code_hash     BLOB PRIMARY KEY,
    invitation_id BLOB NOT NULL,
    kind          INTEGER NOT NULL,
    company       BLOB,
    person        BLOB,
    role          INTEGER NOT NULL,
    name          BLOB,
    made_ms       INTEGER NOT NULL,
    expires_ms    INTEGER NOT NULL,
    used_ms       INTEGER,
    device        BLOB
) WITHOUT ROWID;

CREATE TABLE identity_page_ticket (
    token_hash BLOB PRIMARY KEY,
    company    BLOB NOT NULL,
    person     BLOB NOT NULL,
    device     BLOB NOT NULL,
    expires_ms INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE identity_page_session (
    session_id BLOB PRIMARY KEY,
    token_hash BLOB NOT NULL UNIQUE,
    company    BLOB NOT NULL,
    person     BLOB NOT NULL,
    device     BLOB,
    opened_ms  INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,
    closed_ms  INTEGER
) WITHOUT ROWID;

CREATE INDEX identity_page_session_device ON identity_page_session (device) WHERE closed_ms IS NULL;

-- The server's X25519 static key, one row; its Ed25519 identity key is a signing key of the vault.
CREATE TABLE identity_server_key (
    one         INTEGER PRIMARY KEY CHECK (one = 1),
    public_key  BLOB NOT NULL,
    private_key BLOB NOT NULL,
    signature   BLOB NOT NULL
);
