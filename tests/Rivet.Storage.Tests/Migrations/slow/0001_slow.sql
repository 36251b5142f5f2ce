-- Long enough to be killed in.
CREATE TABLE slow (body BLOB NOT NULL);
INSERT INTO slow WITH RECURSIVE number (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM number WHERE i < 3000000) SELECT randomblob(100) FROM number;
