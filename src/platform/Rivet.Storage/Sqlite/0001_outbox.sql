CREATE TABLE outbox (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    topic    TEXT NOT NULL,
    company  BLOB NOT NULL,
    payload  BLOB NOT NULL
);

CREATE TABLE outbox_cursor (
    consumer TEXT PRIMARY KEY,
    position INTEGER NOT NULL
) WITHOUT ROWID;
