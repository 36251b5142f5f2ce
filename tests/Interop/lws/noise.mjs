// The Noise Protocol Framework, revision 34, as far as LWS needs it: three patterns with the hybrid tokens e1 and ekem1
// (lws.md §5.1), X25519, ML-KEM-768, SHA-256 and two ciphers. Both roles, so that a test can play the server.

import { gcm } from '@noble/ciphers/aes.js';
import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { x25519 } from '@noble/curves/ed25519.js';
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { ml_kem768 } from '@noble/post-quantum/ml-kem.js';

const DH_SIZE = 32;
const TAG_SIZE = 16;
const KEM_KEY_SIZE = 1184;
const KEM_CIPHERTEXT_SIZE = 1088;
const MAX_MESSAGE = 65_535;

const patterns = {
    'IKhfs': { known: ['s'], messages: [['e', 'es', 'e1', 's', 'ss'], ['e', 'ee', 'ekem1', 'se']] },
    'XXhfs': { known: [], messages: [['e', 'e1'], ['e', 'ee', 'ekem1', 's', 'es'], ['s', 'se']] },
    'NNpsk0+hfs': { known: [], messages: [['psk', 'e', 'e1'], ['e', 'ee', 'ekem1']] },
};

/** A cipher by its Noise name: sealing under a key and a Noise counter (§12: they differ in how the counter is written). */
export const ciphers = {
    AESGCM: {
        seal: (key, n, ad, text) => gcm(key, nonce(n, false), ad).encrypt(text),
        open: (key, n, ad, box) => gcm(key, nonce(n, false), ad).decrypt(box),
    },
    ChaChaPoly: {
        seal: (key, n, ad, text) => chacha20poly1305(key, nonce(n, true), ad).encrypt(text),
        open: (key, n, ad, box) => chacha20poly1305(key, nonce(n, true), ad).decrypt(box),
    },
};

/** Noise §4.2 REKEY. */
export function rekey(cipher, key) {
    return cipher.seal(key, 2n ** 64n - 1n, new Uint8Array(0), new Uint8Array(32)).subarray(0, 32);
}

export class NoiseError extends Error {}

export function keyPair(secretKey = x25519.utils.randomSecretKey()) {
    return { secretKey, publicKey: x25519.getPublicKey(secretKey) };
}

class SymmetricState {
    constructor(name, cipher) {
        const bytes = utf8ToBytes(name);
        this.cipher = cipher;
        this.h = bytes.length > 32 ? sha256(bytes) : concatBytes(bytes, new Uint8Array(32 - bytes.length));
        this.ck = this.h;
        this.k = null;
        this.n = 0n;
    }

    mixHash(data) {
        this.h = sha256(concatBytes(this.h, data));
    }

    mixKey(material) {
        const [ck, k] = this.#derive(material, 2);
        this.ck = ck;
        this.#setKey(k);
    }

    mixKeyAndHash(material) {
        const [ck, h, k] = this.#derive(material, 3);
        this.ck = ck;
        this.mixHash(h);
        this.#setKey(k);
    }

    encryptAndHash(plaintext) {
        const data = this.k ? this.cipher.seal(this.k, this.n++, this.h, plaintext) : plaintext;
        this.mixHash(data);
        return data;
    }

    decryptAndHash(data) {
        let plaintext = data;
        if (this.k) {
            try {
                plaintext = this.cipher.open(this.k, this.n++, this.h, data);
            } catch {
                throw new NoiseError('a handshake message does not open');
            }
        }
        this.mixHash(data);
        return plaintext;
    }

    split() {
        return this.#derive(new Uint8Array(0), 2);
    }

    #setKey(k) {
        this.k = k;
        this.n = 0n;
    }

    // Noise's HKDF is RFC 5869's with the chaining key as salt and an empty info.
    #derive(material, count) {
        const out = hkdf(sha256, material, this.ck, new Uint8Array(0), count * 32);
        return Array.from({ length: count }, (_, index) => out.slice(index * 32, index * 32 + 32));
    }
}

/**
 * One side of a handshake.
 *
 * @param {object} options pattern and cipher by name, initiator, prologue; `s` the own static pair, `rs` the other's static key
 *   where the pattern knows it, `psk`. Only vectors give `e` (a secret key), `kemSeed` (64 bytes) and `kemRandom` (32).
 */
export class HandshakeState {
    constructor({ pattern, cipher, initiator, prologue, s, rs, psk, e, kemSeed, kemRandom }) {
        this.pattern = patterns[pattern];
        this.symmetric = new SymmetricState(`Noise_${pattern}_25519+MLKEM768_${cipher}_SHA256`, ciphers[cipher]);
        Object.assign(this, { initiator, s, rs, psk, fixed: { e, kemSeed, kemRandom }, turn: 0 });
        this.usesPsk = this.pattern.messages[0].includes('psk');
        this.symmetric.mixHash(prologue);
        if (this.pattern.known.includes('s')) {
            this.symmetric.mixHash(initiator ? rs : s.publicKey);
        }
    }

    get done() {
        return this.turn === this.pattern.messages.length;
    }

    get hash() {
        return this.symmetric.h;
    }

    write(payload) {
        const parts = this.#tokens(true).map(token => this.#writeToken(token));
        parts.push(this.symmetric.encryptAndHash(payload));
        const message = concatBytes(...parts);
        if (message.length > MAX_MESSAGE) {
            throw new NoiseError('a handshake message is too long');
        }
        return message;
    }

    /** Reads a message and gives its payload; throws {@link NoiseError} where it does not open. */
    read(message) {
        const reader = { message, at: 0 };
        for (const token of this.#tokens(false)) {
            this.#readToken(token, reader);
        }
        return this.symmetric.decryptAndHash(message.subarray(reader.at));
    }

    /** The keys of both directions: what the initiator sends, what the responder sends. */
    split() {
        if (!this.done) {
            throw new NoiseError('the handshake is not over');
        }
        const [fromInitiator, fromResponder] = this.symmetric.split();
        return { fromInitiator, fromResponder };
    }

    #tokens(writing) {
        if (this.done || (this.turn % 2 === 0) !== (this.initiator === writing)) {
            throw new NoiseError('it is not this side\'s turn');
        }
        return this.pattern.messages[this.turn++];
    }

    #writeToken(token) {
        switch (token) {
            case 'e':
                this.e = keyPair(this.fixed.e);
                this.#mixEphemeral(this.e.publicKey);
                return this.e.publicKey;
            case 's':
                return this.symmetric.encryptAndHash(this.s.publicKey);
            case 'e1':
                this.e1 = ml_kem768.keygen(this.fixed.kemSeed);
                return this.symmetric.encryptAndHash(this.e1.publicKey);
            case 'ekem1': {
                const { cipherText, sharedSecret } = ml_kem768.encapsulate(this.re1, this.fixed.kemRandom);
                const sent = this.symmetric.encryptAndHash(cipherText);
                this.symmetric.mixKey(sharedSecret);
                return sent;
            }
            default:
                this.#mixToken(token);
                return new Uint8Array(0);
        }
    }

    #readToken(token, reader) {
        const sealed = this.symmetric.k ? TAG_SIZE : 0;
        switch (token) {
            case 'e':
                this.re = take(reader, DH_SIZE);
                this.#mixEphemeral(this.re);
                break;
            case 's':
                this.rs = this.symmetric.decryptAndHash(take(reader, DH_SIZE + sealed));
                break;
            case 'e1':
                this.re1 = this.symmetric.decryptAndHash(take(reader, KEM_KEY_SIZE + sealed));
                break;
            case 'ekem1': {
                const cipherText = this.symmetric.decryptAndHash(take(reader, KEM_CIPHERTEXT_SIZE + sealed));
                this.symmetric.mixKey(ml_kem768.decapsulate(cipherText, this.e1.secretKey));
                break;
            }
            default:
                this.#mixToken(token);
        }
    }

    #mixEphemeral(publicKey) {
        this.symmetric.mixHash(publicKey);
        if (this.usesPsk) {
            this.symmetric.mixKey(publicKey);
        }
    }

    // The first letter is the initiator's key, the second the responder's.
    #mixToken(token) {
        if (token === 'psk') {
            this.symmetric.mixKeyAndHash(this.psk);
            return;
        }
        const [own, other] = this.initiator ? [token[0], token[1]] : [token[1], token[0]];
        this.symmetric.mixKey(agree(this[own].secretKey, this[`r${other}`]));
    }
}

function agree(secretKey, publicKey) {
    let shared;
    try {
        shared = x25519.getSharedSecret(secretKey, publicKey);
    } catch {
        throw new NoiseError('an X25519 key is of no use');
    }
    if (shared.every(byte => byte === 0)) {
        throw new NoiseError('an X25519 key is of no use');
    }
    return shared;
}

function take(reader, count) {
    if (reader.message.length - reader.at < count) {
        throw new NoiseError('a handshake message is cut');
    }
    reader.at += count;
    return reader.message.slice(reader.at - count, reader.at);
}

function nonce(n, littleEndian) {
    const bytes = new Uint8Array(12);
    new DataView(bytes.buffer).setBigUint64(4, BigInt(n), littleEndian);
    return bytes;
}
