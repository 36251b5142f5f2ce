-- A company's dashboard over its log, sealed; none is the built-in one. `version` tells a change from another made meanwhile.
CREATE TABLE audit_board (
    company BLOB NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    content BLOB NOT NULL
) WITHOUT ROWID;
