// Sealed records (lws.md §6): length u32 · ciphertext · tag. One object seals or opens one direction.

import { concatBytes } from '@noble/hashes/utils.js';
import { u32 } from './bytes.mjs';
import { HEADER_SIZE, MAX_FRAME } from './frames.mjs';
import { ciphers, rekey } from './noise.mjs';
import { Refused } from './refusal.mjs';
import { CloseReason } from './wire.mjs';

export const TAG_SIZE = 16;
export const LEAST_RECORD = HEADER_SIZE + TAG_SIZE;

const MAX_RECORD = MAX_FRAME + TAG_SIZE;
const RECORDS_OF_A_KEY = 65_536;
const BYTES_OF_A_KEY = 2 ** 30;
const STEPS = [384, 512, 768, 1024, 1536, 2048, 3072, 4096];

/** The size a plaintext is padded to. */
export function paddedSize(size) {
    if (size <= 256) {
        return Math.ceil(size / 64) * 64;
    }
    return STEPS.find(step => size <= step) ?? (size <= 16_384 ? Math.ceil(size / 1024) * 1024 : size);
}

/** Judges a record's length as soon as it is known; gives it. */
export function checkRecordLength(length) {
    if (length < LEAST_RECORD || length > MAX_RECORD) {
        throw new Refused(`a record's length of ${length}`);
    }
    return length;
}

class Direction {
    #key;
    #number = 0n;
    #records = 0;
    #bytes = 0;

    constructor(cipher, key) {
        this.cipher = ciphers[cipher];
        this.#key = key;
    }

    /** The key and number for the next record, which holds so many bytes of plaintext. */
    next(size) {
        if (this.#records === RECORDS_OF_A_KEY || this.#bytes + size > BYTES_OF_A_KEY) {
            this.#key = rekey(this.cipher, this.#key);
            this.#records = 0;
            this.#bytes = 0;
        }
        this.#records++;
        this.#bytes += size;
        return { key: this.#key, number: this.#number++ };
    }
}

export class Sealer {
    #direction;

    constructor(cipher, key) {
        this.#direction = new Direction(cipher, key);
    }

    /** One record of these frames, padded. */
    seal(...frames) {
        const content = concatBytes(...frames);
        const plaintext = new Uint8Array(paddedSize(content.length));
        plaintext.set(content);
        return this.sealPlaintext(plaintext);
    }

    /** One record of exactly these bytes: what tests and vectors need. */
    sealPlaintext(plaintext) {
        const length = u32(plaintext.length + TAG_SIZE);
        const { key, number } = this.#direction.next(plaintext.length);
        return concatBytes(length, this.#direction.cipher.seal(key, number, length, plaintext));
    }
}

export class Opener {
    #direction;

    constructor(cipher, key) {
        this.#direction = new Direction(cipher, key);
    }

    /** The plaintext of a record, given what lies behind its length. */
    open(box) {
        const { key, number } = this.#direction.next(box.length - TAG_SIZE);
        try {
            return this.#direction.cipher.open(key, number, u32(box.length), box);
        } catch {
            throw new Refused('a record does not open', CloseReason.REFUSED);
        }
    }
}
