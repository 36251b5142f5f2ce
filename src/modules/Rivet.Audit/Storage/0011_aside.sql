-- Events of a company whose key is withheld, in the outbox's order, sealed under the platform's key; and how its log stands while it does not grow.
CREATE TABLE audit_aside (
    company  BLOB NOT NULL,
    position INTEGER NOT NULL,
    payload  BLOB NOT NULL,
    PRIMARY KEY (company, position)
) WITHOUT ROWID;

CREATE TABLE audit_standing (
    company     BLOB NOT NULL PRIMARY KEY,
    has_ended   INTEGER NOT NULL,
    since_ms    INTEGER NOT NULL,
    aside       INTEGER NOT NULL,
    total       INTEGER NOT NULL,
    elsewhere   INTEGER NOT NULL,
    first_index INTEGER NOT NULL,
    last_index  INTEGER NOT NULL
) WITHOUT ROWID;
