// Protobuf (proto3) by hand, for the messages this client needs. The numbers are those of
// src/foundation/Rivet.Wire/Protos; a field that is not listed here is skipped.

const schemas = {
    // agreement.proto
    Initiate: { prefix: [1, 'bytes'], noise: [2, 'bytes'] },
    Prefix: { version: [1, 'number'], pattern: [2, 'number'], cipher: [3, 'number'], binding: [4, 'number'], ticket: [5, 'bytes'] },
    ClientOffer: { versions: [1, 'number', 'repeated'], features: [2, 'string', 'repeated'], statement: [3, 'bytes'] },
    ServerAnswer: {
        versions: [1, 'number', 'repeated'], features: [2, 'string', 'repeated'], version: [3, 'number'],
        chosenFeatures: [4, 'string', 'repeated'], keys: [5, 'KeyBundle'],
    },
    KeyBundle: { identityKey: [1, 'bytes'], staticKey: [2, 'bytes'], staticSignature: [3, 'bytes'] },
    DeviceStatement: { keys: [1, 'KeyBundle'], signIn: [2, 'SignIn'], join: [3, 'Join'] },
    SignIn: {},
    Join: { code: [1, 'bytes'], personName: [2, 'string'], deviceName: [3, 'string'], companyName: [4, 'string'] },
    Puzzle: { seed: [1, 'bytes'], bits: [2, 'number'] },
    Solution: { nonce: [1, 'bytes'] },
    // link.proto
    Welcome: {
        deviceId: [1, 'bytes'], personId: [2, 'bytes'], companyId: [3, 'bytes'], serverTimeMs: [4, 'number'], maxFrame: [5, 'number'],
        companyName: [6, 'string'], personName: [7, 'string'], role: [8, 'number'], binding: [9, 'number'],
    },
    Refusal: { code: [1, 'number'], reason: [2, 'string'], detail: [3, 'string'], incident: [4, 'string'] },
    Close: { reason: [1, 'number'] },
    EchoRequest: { payload: [1, 'bytes'] },
    EchoResponse: { payload: [1, 'bytes'] },
    StreamEchoRequest: {},
    StreamEchoResponse: { bytes: [1, 'number'] },
    Credit: { bytes: [1, 'number'] },
    Ticket: { id: [1, 'bytes'], secret: [2, 'bytes'], lifetimeSeconds: [3, 'number'] },
    // identity.proto
    WhoAmIRequest: {},
    WhoAmIResponse: { person: [1, 'Person'], device: [2, 'Device'], companyName: [3, 'string'] },
    Person: { personId: [1, 'bytes'], name: [2, 'string'], role: [3, 'number'], state: [4, 'number'], handle: [5, 'string'] },
    Device: { deviceId: [1, 'bytes'], personId: [2, 'bytes'], name: [3, 'string'] },
    ListPeopleRequest: { after: [1, 'bytes'], limit: [2, 'number'] },
    ListPeopleResponse: { people: [1, 'Person', 'repeated'], more: [2, 'bool'] },
    // messaging.proto
    Entry: {
        conversationId: [1, 'bytes'], sequence: [2, 'number'], authorPersonId: [3, 'bytes'], authorDeviceId: [4, 'bytes'],
        appendedMs: [5, 'number'], ownTimeMs: [6, 'number'], clientMessageId: [7, 'bytes'], content: [8, 'bytes'],
    },
    Content: { post: [1, 'Post'] },
    Post: { body: [1, 'Body'], thread: [2, 'number'] },
    Body: { text: [1, 'string'] },
    Conversation: {
        conversationId: [1, 'bytes'], kind: [2, 'number'], title: [3, 'string'], members: [4, 'bytes', 'repeated'],
        memberCount: [5, 'number'], lastSequence: [6, 'number'], readSequence: [7, 'number'], deviceCursor: [8, 'number'],
        lastMs: [9, 'number'], removed: [10, 'bool'],
    },
    ListConversationsRequest: { after: [1, 'bytes'], limit: [2, 'number'] },
    ListConversationsResponse: { conversations: [1, 'Conversation', 'repeated'], more: [2, 'bool'] },
    CreateConversationRequest: { kind: [1, 'number'], title: [2, 'string'], members: [3, 'bytes', 'repeated'] },
    CreateConversationResponse: { conversation: [1, 'Conversation'], existed: [2, 'bool'] },
    SendRequest: { conversationId: [1, 'bytes'], clientMessageId: [2, 'bytes'], content: [3, 'bytes'] },
    SendResponse: { sequence: [1, 'number'], appendedMs: [2, 'number'], duplicate: [3, 'bool'] },
    FetchRequest: { conversationId: [1, 'bytes'], after: [2, 'number'], limit: [3, 'number'] },
    FetchResponse: { entries: [1, 'Entry', 'repeated'], lastSequence: [2, 'number'] },
    Cursor: { conversationId: [1, 'bytes'], sequence: [2, 'number'] },
    AcknowledgeRequest: { cursors: [1, 'Cursor', 'repeated'] },
    AcknowledgeResponse: {},
};

export const Pattern = { KNOWN_SERVER: 1, FIRST_CONTACT: 2, RESUMPTION: 3 };
export const Cipher = { AES_256_GCM: 1, CHACHA20_POLY1305: 2 };
export const Binding = { UNBOUND: 1, TLS_EXPORTER: 2, TLS_SERVER_END_POINT: 3 };
export const CloseReason = {
    GOODBYE: 1, SHUTTING_DOWN: 2, SIGNED_OUT: 3, REFUSED: 4, PROTOCOL_ERROR: 5, TOO_SLOW: 6, REPLACED: 7, VERSION: 8, IDLE: 9,
};

// Requests by number, with the messages they ask and answer; pushes with the message they carry.
export const Methods = {
    ECHO: { number: 0x0001, request: 'EchoRequest', response: 'EchoResponse' },
    STREAM_ECHO: { number: 0x0002, request: 'StreamEchoRequest', response: 'StreamEchoResponse' },
    WHO_AM_I: { number: 0x0100, request: 'WhoAmIRequest', response: 'WhoAmIResponse' },
    LIST_PEOPLE: { number: 0x0102, request: 'ListPeopleRequest', response: 'ListPeopleResponse' },
    LIST_CONVERSATIONS: { number: 0x0200, request: 'ListConversationsRequest', response: 'ListConversationsResponse' },
    CREATE_CONVERSATION: { number: 0x0201, request: 'CreateConversationRequest', response: 'CreateConversationResponse' },
    SEND: { number: 0x0204, request: 'SendRequest', response: 'SendResponse' },
    FETCH: { number: 0x0205, request: 'FetchRequest', response: 'FetchResponse' },
    ACKNOWLEDGE: { number: 0x0206, request: 'AcknowledgeRequest', response: 'AcknowledgeResponse' },
};
export const Pushes = { TICKET: 0x8001, ENTRY_APPENDED: 0x8200, CONVERSATION_CHANGED: 0x8201, READ_MOVED: 0x8202 };

/** The name of a number in one of the tables above; the number itself where it has none. */
export function nameOf(table, number) {
    return Object.keys(table).find(name => table[name] === number) ?? String(number);
}

export class WireError extends Error {}

/** Serialises a message. Fields at their default are left out; a message that is given, even an empty one, is written. */
export function encode(name, value) {
    const out = [];
    for (const [field, [number, type, repeated]] of Object.entries(schemas[name])) {
        const given = value[field];
        if (given === undefined) {
            continue;
        }
        if (repeated && type === 'number') {
            // Numbers are packed, as proto3 does by default.
            const packed = [];
            given.forEach(item => writeVarint(packed, item));
            writeBytes(out, number, packed);
        } else {
            (repeated ? given : [given]).forEach(item => writeField(out, number, type, item, repeated));
        }
    }
    return Uint8Array.from(out);
}

/** Reads a message; throws {@link WireError} where the bytes are none. */
export function decode(name, bytes) {
    const schema = schemas[name];
    const fields = new Map(Object.entries(schema).map(([field, [number, type, repeated]]) => [number, { field, type, repeated }]));
    const value = {};
    for (const [field, [, type, repeated]] of Object.entries(schema)) {
        value[field] = repeated ? [] : defaultOf(type);
    }
    const reader = { bytes, at: 0 };
    while (reader.at < bytes.length) {
        const tag = Number(readVarint(reader));
        const known = fields.get(tag >>> 3);
        const raw = readRaw(reader, tag & 7, tag >>> 3);
        if (known) {
            keep(value, known, tag & 7, raw);
        }
    }
    return value;
}

function writeField(out, number, type, item, always) {
    if (schemas[type]) {
        writeBytes(out, number, encode(type, item));
    } else if (type === 'bytes' || type === 'string') {
        const bytes = type === 'string' ? new TextEncoder().encode(item) : item;
        if (bytes.length > 0 || always) {
            writeBytes(out, number, bytes);
        }
    } else if (item) {
        writeVarint(out, number << 3);
        writeVarint(out, Number(item));
    }
}

function writeBytes(out, number, bytes) {
    writeVarint(out, (number << 3) | 2);
    writeVarint(out, bytes.length);
    for (const byte of bytes) {
        out.push(byte);
    }
}

function writeVarint(out, number) {
    let rest = BigInt(number);
    while (rest > 0x7fn) {
        out.push(Number(rest & 0x7fn) | 0x80);
        rest >>= 7n;
    }
    out.push(Number(rest));
}

function readVarint(reader) {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
        if (reader.at >= reader.bytes.length) {
            throw new WireError('a number is cut');
        }
        const byte = reader.bytes[reader.at++];
        value |= BigInt(byte & 0x7f) << shift;
        if (byte < 0x80) {
            return BigInt.asUintN(64, value);
        }
    }
    throw new WireError('a number is too long');
}

function readRaw(reader, wireType, number) {
    if (number === 0) {
        throw new WireError('field 0');
    }
    switch (wireType) {
        case 0: return readVarint(reader);
        case 1: return take(reader, 8);
        case 2: return take(reader, Number(readVarint(reader)));
        case 5: return take(reader, 4);
        default: throw new WireError(`wire type ${wireType}`);
    }
}

function take(reader, count) {
    if (count > reader.bytes.length - reader.at) {
        throw new WireError('a field is cut');
    }
    reader.at += count;
    return reader.bytes.subarray(reader.at - count, reader.at);
}

function keep(value, { field, type, repeated }, wireType, raw) {
    if (wireType !== wireTypeOf(type) && !(repeated && type === 'number' && wireType === 2)) {
        return; // the same number with another type is an unknown field
    }
    if (!repeated) {
        value[field] = convert(type, raw);
    } else if (type === 'number' && wireType === 2) {
        const packed = { bytes: raw, at: 0 };
        while (packed.at < raw.length) {
            value[field].push(convert(type, readVarint(packed)));
        }
    } else {
        value[field].push(convert(type, raw));
    }
}

function wireTypeOf(type) {
    return type === 'number' || type === 'bool' ? 0 : 2;
}

function convert(type, raw) {
    switch (type) {
        case 'bytes': return Uint8Array.from(raw);
        case 'bool': return raw !== 0n;
        case 'string':
            try {
                return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(raw);
            } catch {
                throw new WireError('a text is not UTF-8');
            }
        case 'number':
            if (raw > BigInt(Number.MAX_SAFE_INTEGER)) {
                throw new WireError('a number is larger than this client can hold');
            }
            return Number(raw);
        default: return decode(type, raw);
    }
}

function defaultOf(type) {
    return { bytes: new Uint8Array(0), string: '', number: 0, bool: false }[type];
}
