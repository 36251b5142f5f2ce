-- For how many whole months what events of a class say can be read; 0 for ever. A class without a row is kept for ever; class -1 stands for all
-- classes that the product does not know. A shorter time (next_months) holds from effective_ms on.
CREATE TABLE audit_retention (
    company      BLOB NOT NULL,
    class        INTEGER NOT NULL,
    months       INTEGER NOT NULL,
    next_months  INTEGER NOT NULL,
    effective_ms INTEGER NOT NULL,
    PRIMARY KEY (company, class)
) WITHOUT ROWID;

-- What there is under each key: entries that live, when the last of them came by all the log knows, and entries whose key was destroyed.
CREATE TABLE audit_month (
    company   BLOB NOT NULL,
    class     INTEGER NOT NULL,
    month     INTEGER NOT NULL,
    entries   INTEGER NOT NULL,
    seen_ms   INTEGER NOT NULL,
    destroyed INTEGER NOT NULL,
    PRIMARY KEY (company, class, month)
) WITHOUT ROWID;

-- How far a log is counted (next_index, newest_ms), and what is known of the clock: the last time that was believed, and since when another one
-- is in doubt.
CREATE TABLE audit_keeping (
    company       BLOB PRIMARY KEY,
    next_index    INTEGER NOT NULL,
    newest_ms     INTEGER NOT NULL,
    clock_ms      INTEGER NOT NULL,
    doubt_ms      INTEGER NOT NULL,
    doubt_seen_ms INTEGER NOT NULL
) WITHOUT ROWID;
