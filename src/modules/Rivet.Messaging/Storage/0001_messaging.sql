CREATE TABLE messaging_conversation (
    conversation_id BLOB PRIMARY KEY,
    company         BLOB NOT NULL,
    kind            INTEGER NOT NULL,
    title           BLOB,             -- sealed; null for one-to-one
    pair_key        BLOB UNIQUE,      -- one-to-one: company, lower person, higher person
    import_origin   BLOB UNIQUE,      -- imported: SHA-256 of company, source, external id
    created_ms      INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE messaging_member (
    conversation_id BLOB NOT NULL REFERENCES messaging_conversation,
    person          BLOB NOT NULL,
    joined_sequence INTEGER NOT NULL,
    joined_ms       INTEGER NOT NULL,
    PRIMARY KEY (conversation_id, person)
) WITHOUT ROWID;

CREATE INDEX messaging_member_person ON messaging_member (person, conversation_id);

-- The log. The unique sequence fences a second writer; the origin makes a repeated message one entry. Rows stand in
-- order of arrival, not of conversation: a commit then appends to a few pages instead of rewriting one a conversation.
CREATE TABLE messaging_entry (
    arrival         INTEGER PRIMARY KEY,
    conversation_id BLOB NOT NULL,
    sequence        INTEGER NOT NULL,
    origin          BLOB NOT NULL UNIQUE,
    kind            INTEGER NOT NULL, -- the field number in Content: what an edit may point at
    author_person   BLOB NOT NULL,
    author_device   BLOB,             -- null for imported entries
    appended_ms     INTEGER NOT NULL,
    own_time_ms     INTEGER NOT NULL,
    sealed          BLOB NOT NULL,
    UNIQUE (conversation_id, sequence)
);

CREATE TABLE messaging_cursor (
    device          BLOB NOT NULL,
    conversation_id BLOB NOT NULL,
    sequence        INTEGER NOT NULL,
    PRIMARY KEY (device, conversation_id)
) WITHOUT ROWID;

CREATE TABLE messaging_read (
    person          BLOB NOT NULL,
    conversation_id BLOB NOT NULL,
    sequence        INTEGER NOT NULL,
    PRIMARY KEY (person, conversation_id)
) WITHOUT ROWID;

CREATE TABLE messaging_file (
    file_id         BLOB PRIMARY KEY,
    conversation_id BLOB NOT NULL,
    person          BLOB NOT NULL,
    chunks          INTEGER NOT NULL,
    complete        INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE messaging_file_chunk (
    file_id         BLOB NOT NULL REFERENCES messaging_file,
    position        INTEGER NOT NULL,
    sealed          BLOB NOT NULL,
    PRIMARY KEY (file_id, position)
);

CREATE TABLE messaging_activity (
    company         BLOB NOT NULL,
    minute          INTEGER NOT NULL, -- Unix minutes
    messages        INTEGER NOT NULL,
    PRIMARY KEY (company, minute)
) WITHOUT ROWID;
