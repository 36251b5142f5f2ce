// What the client must refuse (lws.md §3 to §7), tried by a server in memory that does it. Run by `node --test`.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { concatBytes } from '@noble/hashes/utils.js';
import { keyBundle } from './agreement.mjs';
import { u32 } from './bytes.mjs';
import { encodeFrame } from './frames.mjs';
import { identityPair, Impostor } from './impostor.mjs';
import { keyPair } from './noise.mjs';
import { solves } from './puzzle.mjs';
import { paddedSize } from './records.mjs';
import { Closed } from './refusal.mjs';
import { Cipher, CloseReason, decode, encode, Pattern } from './wire.mjs';

const PING = encodeFrame('ping', undefined, { stream: 7 });

for (const pattern of Object.values(Pattern)) {
    for (const cipher of Object.values(Cipher)) {
        test(`pattern ${pattern} with cipher ${cipher}: an honest server is believed`, async () => {
            const server = new Impostor();
            const link = await server.open({ pattern, cipher });
            const answered = link.ask('ECHO', { payload: Uint8Array.of(1, 2) });
            const [request] = await server.readSealed();
            server.send(encodeFrame('response', request.body, { stream: request.stream }));
            assert.deepEqual([...(await answered).payload], [1, 2]);
        });
    }
}

test('an offered pattern 2 shows nothing of the device in its first message', async () => {
    const server = new Impostor();
    await server.open();
    assert.equal(server.offer.statement.length, 0);
});

// Answers that a client judges after it has read them, in a pattern without and one with keys behind respond.
const answers = {
    'another version than both speak best': { version: 1, versions: [2, 1] },
    'a version nobody offered': { version: 1, versions: [1] },
    'versions without the chosen one': { versions: [3] },
    'a feature that nobody offered': { features: ['x'], chosenFeatures: ['x'] },
    'features out of order': { features: ['b', 'a'] },
    'a feature twice': { features: ['a', 'a'] },
    'a feature of other letters': { features: ['A'] },
    'too many versions': { versions: [2, ...Array.from({ length: 16 }, (_, index) => 100 + index)] },
};
for (const [what, answer] of Object.entries(answers)) {
    test(`an offer with ${what} is refused`, () => refusesAnswer(answer));
}

test('an offer without the highest version ever seen is refused', () => refusesAnswer({}, { highest: 3 }));

test('another identity key than the pinned one is refused before finish', () =>
    refusesAnswer({}, { identityKey: identityPair().publicKey }));

test('no keys at all are refused', () => refusesAnswer({ keys: undefined }));

test('a static key that another identity signed is refused', async () => {
    const server = new Impostor();
    const keys = { ...keyBundle(identityPair(), server.static), identityKey: server.identity.publicKey };
    await refusesAnswer({ keys }, {}, server);
});

test('a signed static key that Noise did not receive is refused', async () => {
    const server = new Impostor();
    await refusesAnswer({ keys: keyBundle(server.identity, keyPair()) }, {}, server);
});

test('the wrong static key is not spoken to', async () => {
    const server = new Impostor();
    const shaking = server.client({ pattern: Pattern.KNOWN_SERVER, staticKey: keyPair().publicKey });
    shaking.catch(() => {});
    await assert.rejects(server.respond(), /does not open/);
    server.stream.write(close(CloseReason.REFUSED));
    await assert.rejects(shaking, error => error instanceof Closed && error.reason === CloseReason.REFUSED);
});

test('another channel binding at the other end is refused', async () => {
    const server = new Impostor();
    server.client({ pattern: Pattern.KNOWN_SERVER }).catch(() => {});
    server.channel.binding.value = new Uint8Array(32);
    await assert.rejects(server.respond(), /does not open/);
    server.stream.end();
});

for (const at of [0, 40, 1200, -1]) {
    test(`a respond changed at byte ${at} is refused`, async () => {
        const server = new Impostor();
        const shaking = server.client();
        shaking.catch(() => {});
        await server.respond({ distort: message => changed(message, at) });
        assert.equal(await server.closeReason(), 'REFUSED');
        await assert.rejects(shaking, { reason: CloseReason.REFUSED });
    });
}

test('a puzzle is solved', async () => {
    const server = new Impostor();
    const shaking = server.client({ pattern: Pattern.KNOWN_SERVER });
    const puzzle = { seed: new Uint8Array(16).fill(5), bits: 11 };
    server.initiate = (await server.readClear()).body;
    server.stream.write(encodeFrame('puzzle', encode('Puzzle', puzzle)));
    const solution = await server.readClear();
    assert.equal(solution.type, 'solution');
    assert.ok(solves(puzzle, server.initiate, decode('Solution', solution.body).nonce));
    await server.respond();
    await server.hear();
    server.send(encodeFrame('welcome', encode('Welcome', {})));
    await shaking;
});

for (const [what, puzzle] of [
    ['more than 20 bits', { seed: new Uint8Array(16), bits: 21 }],
    ['no bits', { seed: new Uint8Array(16), bits: 0 }],
    ['a short seed', { seed: new Uint8Array(15), bits: 3 }],
]) {
    test(`a puzzle with ${what} is refused`, () => refusesInClear(encodeFrame('puzzle', encode('Puzzle', puzzle))));
}

test('a second puzzle is refused', async () => {
    const puzzle = encodeFrame('puzzle', encode('Puzzle', { seed: new Uint8Array(16), bits: 1 }));
    const server = new Impostor();
    const shaking = server.client();
    shaking.catch(() => {});
    await server.readClear();
    server.stream.write(puzzle);
    await server.readClear();
    server.stream.write(puzzle);
    assert.equal(await server.closeReason(), 'PROTOCOL_ERROR');
});

for (const [what, bytes] of Object.entries({
    'too short a frame': u32(7), 'too long a frame': u32(4093), 'a ping in clear': PING, 'a welcome in clear': encodeFrame('welcome'),
    'flags': changed(encodeFrame('respond', new Uint8Array(40)), 5),
    'an unknown type': changed(encodeFrame('respond', new Uint8Array(40)), 4, 99),
})) {
    test(`${what} is refused before the keys`, () => refusesInClear(bytes));
}

test('a close in clear where the welcome belongs ends it, and any other short frame is refused', async () => {
    for (const [bytes, expected] of [[close(CloseReason.REFUSED), Closed], [PING, Error]]) {
        const server = new Impostor();
        const shaking = server.client();
        shaking.catch(() => {});
        await server.respond();
        await server.hear();
        server.stream.write(bytes);
        await assert.rejects(shaking, expected);
    }
});

test('a first record that does not begin with the welcome is refused', async () => {
    const server = new Impostor();
    const shaking = server.client();
    shaking.catch(() => {});
    await server.respond();
    await server.hear();
    server.send(PING, encodeFrame('welcome'));
    assert.equal(await server.closeReason(), 'PROTOCOL_ERROR');
});

// Records of an open link that end it. Each gives the bytes to send.
const records = {
    'a record that does not open': ['REFUSED', server => changed(server.sealer.seal(PING), -1)],
    'a record whose length was changed': ['REFUSED', server => {
        const record = server.sealer.sealPlaintext(new Uint8Array(concatBytes(PING, new Uint8Array(52))));
        return concatBytes(u32(record.length - 5), record.subarray(4, -1));
    }],
    'the same record twice': ['REFUSED', server => {
        const record = server.sealer.seal(encodeFrame('pong'), PING);
        return concatBytes(record, record);
    }, true],
    'too short a record': ['PROTOCOL_ERROR', () => u32(27)],
    'too long a record': ['PROTOCOL_ERROR', () => u32(1_048_576 + 17)],
    'a frame cut by the record\'s end': ['PROTOCOL_ERROR', server => server.sealer.sealPlaintext(changed(PING, 3, 9))],
    'zeros followed by something else': ['PROTOCOL_ERROR', padded(8, 1)],
    'too few zeros for a length followed by something else': ['PROTOCOL_ERROR', padded(2, 1)],
    'a record of zeros alone': ['PROTOCOL_ERROR', server => server.sealer.sealPlaintext(new Uint8Array(64))],
    'a request from the server': ['PROTOCOL_ERROR', sealed('request', undefined, { method: 1, stream: 1 })],
    'a second welcome': ['PROTOCOL_ERROR', sealed('welcome')],
    'an answer to nothing': ['PROTOCOL_ERROR', sealed('response', undefined, { stream: 9 })],
    'a push with the number of a request': ['PROTOCOL_ERROR', sealed('push', undefined, { method: 1 })],
    'an empty credit': ['PROTOCOL_ERROR', server => server.sealer.seal(credit(0, 0))],
    'more than 2^24 bytes of credit': ['PROTOCOL_ERROR', server => server.sealer.seal(credit(0, 2 ** 24 - 1_048_576 + 1))],
    'data on a stream that is not open': ['PROTOCOL_ERROR', sealed('data', Uint8Array.of(1), { stream: 9 })],
};
for (const [what, [reason, make, answersFirst]] of Object.entries(records)) {
    test(`${what} ends the link`, async () => {
        const server = new Impostor();
        const link = await server.open();
        if (answersFirst) {
            link.ping().catch(() => {});
            await server.readSealed();
        }
        server.stream.write(make(server));
        if (answersFirst) {
            assert.equal((await server.readSealed())[0].type, 'pong');
        }
        assert.equal(await server.closeReason(), reason);
        server.stream.end();
        assert.ok(!(await link.closed instanceof Closed));
    });
}

test('more data than a stream was granted ends the link', async () => {
    const server = new Impostor();
    const link = await server.open();
    link.openStream('STREAM_ECHO');
    const [{ stream }] = await server.readSealed();
    // Nobody reads from the stream: nothing is granted anew.
    for (let count = 0; count < 4; count++) {
        server.send(encodeFrame('data', new Uint8Array(65_536), { stream }));
    }
    server.send(encodeFrame('data', Uint8Array.of(1), { stream }));
    assert.equal(await server.closeReason(), 'PROTOCOL_ERROR');
});

test('a sender keeps to its credit and goes on when it is granted', async () => {
    const server = new Impostor();
    const link = await server.open();
    const writing = link.openStream('STREAM_ECHO').write(new Uint8Array(300_000));
    const [{ stream }] = await server.readSealed();
    assert.equal(await received(server, 262_144), 262_144);
    link.ping(1).catch(() => {}); // what comes next is not data: the window is full
    assert.equal((await server.readSealed())[0].type, 'ping');
    server.send(credit(stream, 100_000));
    assert.equal(await received(server, 300_000 - 262_144), 300_000 - 262_144);
    await writing;
});

test('plaintexts are padded to the sizes of the table', () => {
    const sizes = [[1, 64], [64, 64], [65, 128], [256, 256], [257, 384], [385, 512], [4096, 4096],
        [4097, 5120], [16_384, 16_384], [16_385, 16_385]];
    sizes.forEach(([size, expected]) => assert.equal(paddedSize(size), expected));
});

async function received(server, count) {
    let sum = 0;
    while (sum < count) {
        const [frame] = await server.readSealed();
        assert.equal(frame.type, 'data');
        sum += frame.body.length;
    }
    return sum;
}

async function refusesAnswer(answer, wish = {}, server = new Impostor()) {
    const shaking = server.client(wish);
    shaking.catch(() => {});
    await server.respond({ answer });
    assert.equal(await server.closeReason(), 'REFUSED');
    await assert.rejects(shaking, { reason: CloseReason.REFUSED });
}

async function refusesInClear(bytes) {
    const server = new Impostor();
    const shaking = server.client();
    shaking.catch(() => {});
    await server.readClear();
    server.stream.write(bytes);
    assert.equal(await server.closeReason(), 'PROTOCOL_ERROR');
    await assert.rejects(shaking, { reason: CloseReason.PROTOCOL_ERROR });
}

function sealed(...frame) {
    return server => server.sealer.seal(encodeFrame(...frame));
}

function padded(zeros, byte) {
    return server => server.sealer.sealPlaintext(concatBytes(PING, new Uint8Array(zeros), Uint8Array.of(byte)));
}

function changed(bytes, at, value) {
    const copy = Uint8Array.from(bytes);
    const index = at < 0 ? copy.length + at : at;
    copy[index] = value ?? copy[index] ^ 1;
    return copy;
}

function close(reason) {
    return encodeFrame('close', encode('Close', { reason }));
}

function credit(stream, bytes) {
    return encodeFrame('credit', concatBytes(Uint8Array.of(8), varint(bytes)), { stream });
}

// An empty credit has a body all the same: the number zero, written out.
function varint(number) {
    const out = [];
    for (let rest = number; ; rest >>>= 7) {
        out.push(rest > 127 ? (rest & 127) | 128 : rest);
        if (rest <= 127) {
            return Uint8Array.from(out);
        }
    }
}
