-- How a company sends mail: one sealed text.
CREATE TABLE mail_setting (
    company    BLOB PRIMARY KEY,
    sealed     BLOB NOT NULL,
    changed_ms INTEGER NOT NULL
) WITHOUT ROWID;

-- What waits to be sent, and what could not be sent. sealed: whom to, and the text; null once nobody will send it any more.
CREATE TABLE mail_outgoing (
    mail_id  BLOB PRIMARY KEY,
    company  BLOB NOT NULL,
    sealed   BLOB,
    made_ms  INTEGER NOT NULL,
    next_ms  INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    failure  INTEGER             -- why it was given up; null while it waits
) WITHOUT ROWID;

CREATE INDEX mail_outgoing_due ON mail_outgoing (next_ms) WHERE failure IS NULL;
