// The puzzle of a server under load (lws.md §5.4).

import { sha256 } from '@noble/hashes/sha2.js';
import { labelled } from './bytes.mjs';
import { Refused } from './refusal.mjs';

const MOST_BITS = 20;
const SEED_SIZE = 16;
const NONCE_SIZE = 8;

/** Finds the nonce for a `Puzzle`; refuses one that is too dear, or none. */
export function solve({ seed, bits }, initiateBody) {
    if (seed.length !== SEED_SIZE || bits < 1 || bits > MOST_BITS) {
        throw new Refused(`a puzzle of ${bits} bits and a seed of ${seed.length} bytes`);
    }
    const text = puzzleText(seed, initiateBody, new Uint8Array(NONCE_SIZE));
    const counter = new DataView(text.buffer, text.length - NONCE_SIZE);
    for (let nonce = 0n; ; nonce++) {
        counter.setBigUint64(0, nonce);
        if (leadingZeros(sha256(text)) >= bits) {
            return text.slice(-NONCE_SIZE);
        }
    }
}

/** Whether a nonce solves it. */
export function solves({ seed, bits }, initiateBody, nonce) {
    return nonce.length === NONCE_SIZE && leadingZeros(sha256(puzzleText(seed, initiateBody, nonce))) >= bits;
}

function puzzleText(seed, initiateBody, nonce) {
    return labelled('rivet lws puzzle', seed, sha256(initiateBody), nonce);
}

function leadingZeros(hash) {
    const byte = hash.findIndex(value => value !== 0);
    return byte < 0 ? hash.length * 8 : byte * 8 + Math.clz32(hash[byte]) - 24;
}
