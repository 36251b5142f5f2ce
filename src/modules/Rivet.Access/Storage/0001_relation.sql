CREATE TABLE access_relation (
    company       BLOB NOT NULL,
    resource_kind TEXT NOT NULL,
    resource_id   BLOB NOT NULL,
    person        BLOB NOT NULL,
    relation      INTEGER NOT NULL,
    PRIMARY KEY (company, resource_kind, resource_id, person, relation)
) WITHOUT ROWID;
