CREATE TABLE note (
    arrival INTEGER PRIMARY KEY,
    name    TEXT NOT NULL,
    weight  REAL,
    body    BLOB
);

CREATE UNIQUE INDEX note_name ON note (name);

CREATE TABLE tag (
    tag_id  BLOB PRIMARY KEY,
    note    INTEGER NOT NULL REFERENCES note
) WITHOUT ROWID;

CREATE TABLE wrapped_key (
    key_id  BLOB NOT NULL,
    wrapped BLOB NOT NULL,
    PRIMARY KEY (key_id)
);
