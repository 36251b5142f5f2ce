CREATE TABLE audit_saved_query (
    company BLOB NOT NULL,
    id      BLOB NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (company, id)
) WITHOUT ROWID;
