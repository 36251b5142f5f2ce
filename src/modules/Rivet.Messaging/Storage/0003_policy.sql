-- What a company decided; a company without a row has the defaults. A shorter time waits beside the one in force.
CREATE TABLE messaging_policy (
    company                BLOB PRIMARY KEY,
    keep_months            INTEGER NOT NULL, -- 0: for ever
    next_keep_months       INTEGER NOT NULL, -- holds from effective_ms on
    effective_ms           INTEGER NOT NULL, -- 0: nothing waits
    messages_per_minute    INTEGER NOT NULL,
    file_mebibytes_per_day INTEGER NOT NULL,
    stored_gibibytes       INTEGER NOT NULL, -- 0: no quota
    conversations_per_day  INTEGER NOT NULL
) WITHOUT ROWID;

-- One row a month whose key was destroyed: how far its rows are emptied, and what was found in them.
CREATE TABLE messaging_retention (
    company BLOB NOT NULL,
    month   INTEGER NOT NULL, -- year * 12 + month - 1
    state   INTEGER NOT NULL, -- 1: key destroyed, rows being emptied; 2: done
    arrival INTEGER NOT NULL, -- the log is emptied up to here
    entries INTEGER NOT NULL,
    files   INTEGER NOT NULL,
    PRIMARY KEY (company, month)
) WITHOUT ROWID;

-- What a person used up of a day (UTC, days since 1970).
CREATE TABLE messaging_usage (
    company       BLOB NOT NULL,
    person        BLOB NOT NULL,
    day           INTEGER NOT NULL,
    file_bytes    INTEGER NOT NULL,
    conversations INTEGER NOT NULL,
    PRIMARY KEY (company, person, day)
) WITHOUT ROWID;

-- Sealed bytes of entries and chunks.
CREATE TABLE messaging_stored (
    company BLOB PRIMARY KEY,
    bytes   INTEGER NOT NULL
) WITHOUT ROWID;

INSERT INTO messaging_stored (company, bytes)
SELECT company, sum(bytes) FROM (
    SELECT c.company AS company, sum(length(e.sealed)) AS bytes
    FROM messaging_entry e JOIN messaging_conversation c ON c.conversation_id = e.conversation_id GROUP BY c.company
    UNION ALL
    SELECT c.company, sum(length(k.sealed))
    FROM messaging_file_chunk k JOIN messaging_file f ON f.file_id = k.file_id
    JOIN messaging_conversation c ON c.conversation_id = f.conversation_id GROUP BY c.company
) GROUP BY company;

-- A file is as old as its first chunk. Of files from before this column that is not known: they count from this upgrade on.
ALTER TABLE messaging_file ADD COLUMN begun_ms INTEGER NOT NULL DEFAULT 0;
UPDATE messaging_file SET begun_ms = CAST(strftime('%s', 'now') AS INTEGER) * 1000;

-- Complete without a chunk: its month was destroyed.
CREATE INDEX messaging_file_begun ON messaging_file (begun_ms) WHERE NOT (complete = 1 AND chunks = 0);
