CREATE TABLE audit_log (
    company    BLOB PRIMARY KEY,
    origin     TEXT NOT NULL,
    size       INTEGER NOT NULL,
    edge       BLOB NOT NULL,
    checkpoint TEXT NOT NULL,
    sealed_ms  INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE audit_bundle (
    company BLOB NOT NULL,
    number  INTEGER NOT NULL,
    entries BLOB NOT NULL,
    PRIMARY KEY (company, number)
);

CREATE TABLE audit_tile (
    company BLOB NOT NULL,
    level   INTEGER NOT NULL,
    number  INTEGER NOT NULL,
    hashes  BLOB NOT NULL,
    PRIMARY KEY (company, level, number)
);

CREATE TABLE audit_checkpoint (
    company  BLOB NOT NULL,
    size     INTEGER NOT NULL,
    at_ms    INTEGER NOT NULL,
    note     TEXT NOT NULL,
    cosigned INTEGER NOT NULL,
    PRIMARY KEY (company, size)
) WITHOUT ROWID;

-- The events of the first chain go into the logs, in its order, in the form in which they were announced then.
INSERT INTO outbox (topic, company, payload)
SELECT 'security-event', company, CAST(json_object(
    'Id', json_object('Value', substr(lower(hex(event_id)), 1, 8) || '-' || substr(lower(hex(event_id)), 9, 4) || '-' || substr(lower(hex(event_id)), 13, 4) || '-'
        || substr(lower(hex(event_id)), 17, 4) || '-' || substr(lower(hex(event_id)), 21)),
    'At', strftime('%Y-%m-%dT%H:%M:%S', at_ms / 1000, 'unixepoch') || printf('.%03d', at_ms % 1000) || '+00:00',
    'Kind', kind,
    'Actor', json_object(
        'Kind', actor_kind,
        'Company', json_object('Value', substr(lower(hex(company)), 1, 8) || '-' || substr(lower(hex(company)), 9, 4) || '-' || substr(lower(hex(company)), 13, 4) || '-'
            || substr(lower(hex(company)), 17, 4) || '-' || substr(lower(hex(company)), 21)),
        'Person', json_object('Value', substr(lower(hex(actor_person)), 1, 8) || '-' || substr(lower(hex(actor_person)), 9, 4) || '-' || substr(lower(hex(actor_person)), 13, 4) || '-'
            || substr(lower(hex(actor_person)), 17, 4) || '-' || substr(lower(hex(actor_person)), 21)),
        'Via', substr(lower(hex(actor_via)), 1, 8) || '-' || substr(lower(hex(actor_via)), 9, 4) || '-' || substr(lower(hex(actor_via)), 13, 4) || '-'
            || substr(lower(hex(actor_via)), 17, 4) || '-' || substr(lower(hex(actor_via)), 21)),
    'Target', json_object(
        'Kind', target_kind,
        'Id', substr(lower(hex(target_id)), 1, 8) || '-' || substr(lower(hex(target_id)), 9, 4) || '-' || substr(lower(hex(target_id)), 13, 4) || '-'
            || substr(lower(hex(target_id)), 17, 4) || '-' || substr(lower(hex(target_id)), 21),
        'Company', json_object('Value', substr(lower(hex(target_company)), 1, 8) || '-' || substr(lower(hex(target_company)), 9, 4) || '-' || substr(lower(hex(target_company)), 13, 4) || '-'
            || substr(lower(hex(target_company)), 17, 4) || '-' || substr(lower(hex(target_company)), 21))),
    'Outcome', outcome,
    'Details', json(details_json)) AS BLOB)
FROM audit_event ORDER BY sequence;

-- And the chain's end is said there, so that whoever kept a head of it can compare.
INSERT INTO outbox (topic, company, payload)
SELECT 'security-event', zeroblob(16), CAST(json_object(
    'Id', json_object('Value', substr(lower(hex(hash)), 1, 8) || '-' || substr(lower(hex(hash)), 9, 4) || '-' || substr(lower(hex(hash)), 13, 4) || '-'
        || substr(lower(hex(hash)), 17, 4) || '-' || substr(lower(hex(hash)), 21, 12)),
    'At', strftime('%Y-%m-%dT%H:%M:%S', 'now') || '.000+00:00',
    'Kind', 'audit.chain.ended',
    'Actor', json_object('Kind', 3, 'Company', json_object('Value', '00000000-0000-0000-0000-000000000000'),
        'Person', json_object('Value', '00000000-0000-0000-0000-000000000000'), 'Via', '00000000-0000-0000-0000-000000000000'),
    'Target', json_object('Kind', 'audit-chain', 'Id', '00000000-0000-0000-0000-000000000000',
        'Company', json_object('Value', '00000000-0000-0000-0000-000000000000')),
    'Outcome', 1,
    'Details', json_object('sequence', CAST(sequence AS TEXT), 'hash', lower(hex(hash)))) AS BLOB)
FROM audit_head;

DROP TABLE audit_event;
DROP TABLE audit_head;
