// Runs this implementation over the shared vectors: node vectors.mjs FOLDER (vectors/lws of the repository).
//
// Each file is { section, cases: [{ name, section, outcome: "accept" | "refuse", … }] }, its other fields in hex. The name of the
// file chooses what is done with a case; a file of another name is a failure, so that none is passed over in silence.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import { readU32, same } from './bytes.mjs';
import { checkLength, decodeFrame, decodeFrames, MAX_CLEAR_FRAME, MAX_FRAME } from './frames.mjs';
import { HandshakeState, keyPair } from './noise.mjs';
import { solves } from './puzzle.mjs';
import { checkRecordLength, Opener, Sealer } from './records.mjs';

/** What a case of each file does: it throws, or gives false, where the case is to be refused. */
export const runs = {
    // The responder's end too: every message is made anew from fixed keys and compared, and read by the other side.
    handshake({ pattern, cipher, prologue, client, server, messages, hash, keys }) {
        const [initiator, responder] = [side(true, client, server), side(false, server, client)];
        messages.forEach(({ payload, message }, index) => {
            const [writer, reader] = index % 2 === 0 ? [initiator, responder] : [responder, initiator];
            expect(message, writer.write(hexToBytes(payload)));
            expect(payload, reader.read(hexToBytes(message)));
        });
        expect(hash, initiator.hash);
        expect(keys.client, initiator.split().fromInitiator);
        expect(keys.server, responder.split().fromResponder);

        function side(isInitiator, own, other) {
            const pair = secret => (secret ? keyPair(hexToBytes(secret)) : undefined);
            return new HandshakeState({
                pattern, cipher, initiator: isInitiator, prologue: hexToBytes(prologue),
                s: pair(own.static), rs: pair(other.static)?.publicKey,
                psk: optional(own.psk), e: optional(own.ephemeral), kemSeed: optional(own.kemSeed), kemRandom: optional(own.kemRandom),
            });
        }
    },

    // Records of one direction under one key, in order; `skip` seals that many unseen records before.
    records({ cipher, key, records, from = 'server', skip = 0 }) {
        const [sealer, opener] = [new Sealer(cipher, hexToBytes(key)), new Opener(cipher, hexToBytes(key))];
        for (let number = 0; number < skip; number++) {
            const unseen = sealer.sealPlaintext(new Uint8Array(64));
            opener.open(unseen.subarray(4));
        }
        for (const { plaintext, record } of records) {
            const bytes = hexToBytes(record);
            checkRecordLength(readU32(bytes));
            const opened = opener.open(bytes.subarray(4, 4 + readU32(bytes)));
            decodeFrames(opened, from);
            if (plaintext !== undefined) {
                expect(plaintext, opened);
                expect(record, sealer.sealPlaintext(opened));
            }
        }
    },

    // One frame, as this end reads it from that sender; in clear or out of a record.
    frames({ frame, from, sealed = true, type, method, stream, body }) {
        const bytes = hexToBytes(frame);
        const length = checkLength(readU32(bytes), sealed ? MAX_FRAME : MAX_CLEAR_FRAME);
        if (bytes.length !== 4 + length) {
            throw new Error('the frame has another length than it says');
        }
        const read = decodeFrame(bytes.subarray(4), { from, sealed });
        const expected = { type, method, stream, body };
        for (const name of Object.keys(expected).filter(known => expected[known] !== undefined)) {
            const value = name === 'body' ? bytesToHex(read.body) : read[name];
            if (value !== expected[name]) {
                throw new Error(`${name} is ${value}, not ${expected[name]}`);
            }
        }
    },

    puzzle: ({ seed, bits, initiate, nonce }) => solves({ seed: hexToBytes(seed), bits }, hexToBytes(initiate), hexToBytes(nonce)),
};

/** Runs one case; gives null where it came out as it says, else a sentence. */
export function runCase(run, vector) {
    let outcome;
    let why = '';
    try {
        outcome = run(vector) === false ? 'refuse' : 'accept';
    } catch (error) {
        // A bug of this program or a field it does not know is no refusal.
        if (error instanceof TypeError) {
            return `cannot be run: ${error.message}`;
        }
        outcome = 'refuse';
        why = `: ${error.message}`;
    }
    return outcome === vector.outcome ? null : `expected ${vector.outcome}, came out as ${outcome}${why}`;
}

function expect(hex, bytes) {
    if (hex !== undefined && !same(hexToBytes(hex), bytes)) {
        throw new Error(`${bytesToHex(bytes).slice(0, 64)} and not ${hex.slice(0, 64)}`);
    }
}

function optional(hex) {
    return hex === undefined ? undefined : hexToBytes(hex);
}

function main(folder) {
    let [passed, failed] = [0, 0];
    const files = existsSync(folder) ? readdirSync(folder).filter(file => file.endsWith('.json')).sort() : [];
    for (const file of files) {
        const { cases } = JSON.parse(readFileSync(join(folder, file), 'utf8'));
        const run = runs[basename(file, '.json')];
        for (const vector of cases) {
            const wrong = run ? runCase(run, vector) : 'nothing here runs this file';
            if (wrong) {
                failed++;
                console.log(`${file}: ${vector.name} (${vector.section}): ${wrong}`);
            } else {
                passed++;
            }
        }
    }
    console.log(`${files.length} files, ${passed} passed, ${failed} failed`);
    return failed === 0 ? 0 : 1;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
    process.exitCode = main(process.argv[2]);
}
