-- One row a life of this store: the first when it was made, a further one whenever it was restored from a backup.
CREATE TABLE storage_incarnation (
    number   INTEGER PRIMARY KEY,
    id       BLOB NOT NULL UNIQUE,
    begun_ms INTEGER NOT NULL
);

-- Which incarnation a module has taken note of.
CREATE TABLE storage_incarnation_seen (
    owner  TEXT PRIMARY KEY,
    number INTEGER NOT NULL
) WITHOUT ROWID;
