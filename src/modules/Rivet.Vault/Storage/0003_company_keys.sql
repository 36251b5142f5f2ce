-- The key of each company between the root and its data keys: standing, and its versions.
CREATE TABLE vault_company (
    company     BLOB PRIMARY KEY,
    key_id      BLOB NOT NULL,
    version     INTEGER NOT NULL,
    minimum     INTEGER NOT NULL,
    state       INTEGER NOT NULL,
    destroy_ms  INTEGER,
    returns_to  INTEGER, -- while it waits for its destruction: the state that cancelling gives back
    withheld_ms INTEGER,
    changed_ms  INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE vault_company_key (
    company      BLOB NOT NULL,
    version      INTEGER NOT NULL,
    custody      INTEGER NOT NULL,
    wrapped      BLOB NOT NULL,
    place        BLOB,
    state        INTEGER NOT NULL,
    created_ms   INTEGER NOT NULL,
    destroyed_ms INTEGER,
    PRIMARY KEY (company, version)
) WITHOUT ROWID;

-- Which version of the company's key wraps a data key; 0 is the root itself.
ALTER TABLE vault_key ADD COLUMN wrapped_by INTEGER NOT NULL DEFAULT 0;
CREATE INDEX vault_key_wrapped ON vault_key (company, wrapped_by, key_id, epoch) WHERE state = 1;

-- What one administrator asked for and another must approve. The reason and what was prepared are under the root.
CREATE TABLE vault_request (
    request_id BLOB PRIMARY KEY,
    company    BLOB NOT NULL,
    action     INTEGER NOT NULL,
    version    INTEGER NOT NULL,
    wrapped    BLOB NOT NULL,
    state      INTEGER NOT NULL,
    asked_by   BLOB NOT NULL,
    asked_ms   INTEGER NOT NULL,
    decided_by BLOB,
    decided_ms INTEGER
) WITHOUT ROWID;

CREATE INDEX vault_request_company ON vault_request (company, asked_ms);
