-- One row a restore of the store: the last entry that was restored. What anybody holds beyond it is lost, and its numbers are given again.
CREATE TABLE messaging_restored (
    incarnation  INTEGER PRIMARY KEY,
    last_arrival INTEGER NOT NULL
);
