-- Columns of the logs, 16,384 entries a segment, by class and month as the entries' keys are. They follow from the entries and can be made anew.
CREATE TABLE audit_segment (
    company BLOB NOT NULL,
    segment INTEGER NOT NULL,
    PRIMARY KEY (company, segment)
) WITHOUT ROWID;

CREATE TABLE audit_column (
    company BLOB NOT NULL,
    segment INTEGER NOT NULL,
    part    INTEGER NOT NULL,
    class   INTEGER NOT NULL,
    month   INTEGER NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (company, segment, part, class, month)
);

CREATE TABLE audit_column_person (
    company BLOB NOT NULL,
    number  INTEGER NOT NULL,
    person  BLOB NOT NULL,
    PRIMARY KEY (company, number)
) WITHOUT ROWID;
