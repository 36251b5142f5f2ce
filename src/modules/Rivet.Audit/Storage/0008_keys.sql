-- What was said of a log's key, oldest first: notes signed by the old key and the new. Which key is the log's follows from them alone.
CREATE TABLE audit_key_statement (
    company BLOB NOT NULL,
    number  INTEGER NOT NULL,
    note    TEXT NOT NULL,
    PRIMARY KEY (company, number)
) WITHOUT ROWID;
