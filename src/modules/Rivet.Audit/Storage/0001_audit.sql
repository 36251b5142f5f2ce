CREATE TABLE audit_event (
    sequence       INTEGER PRIMARY KEY,
    event_id       BLOB NOT NULL UNIQUE,
    company        BLOB NOT NULL,
    at_ms          INTEGER NOT NULL,
    kind           TEXT NOT NULL,
    actor_kind     INTEGER NOT NULL,
    actor_person   BLOB NOT NULL,
    actor_via      BLOB NOT NULL,
    target_kind    TEXT NOT NULL,
    target_id      BLOB NOT NULL,
    target_company BLOB NOT NULL,
    outcome        INTEGER NOT NULL,
    details_json   TEXT NOT NULL,
    previous_hash  BLOB NOT NULL,
    hash           BLOB NOT NULL
);

CREATE INDEX audit_event_company ON audit_event (company, sequence);

CREATE TABLE audit_head (
    one      INTEGER PRIMARY KEY CHECK (one = 1),
    sequence INTEGER NOT NULL,
    hash     BLOB NOT NULL
);
