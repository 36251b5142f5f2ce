// The hybrid handshakes of the link, written a second time from the published documents (Noise revision 34, its hybrid
// forward secrecy extension, FIPS 203) over another library. It shares nothing with the product but the rules.
import { gcm } from '@noble/ciphers/aes.js';
import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { x25519 } from '@noble/curves/ed25519.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { ml_kem768 } from '@noble/post-quantum/ml-kem.js';

const EMPTY = new Uint8Array(0);
const LAST = 0xffffffffffffffffn;

/** What the three patterns of the link are, spelled out. `known`: the responder's static key is known beforehand. */
const PATTERNS = {
  'IKhfs': { known: true, psk: false, messages: [['e', 'es', 'e1', 's', 'ss'], ['e', 'ee', 'ekem1', 'se']] },
  'XXhfs': { known: false, psk: false, messages: [['e', 'e1'], ['e', 'ee', 'ekem1', 's', 'es'], ['s', 'se']] },
  'NNpsk0+hfs': { known: false, psk: true, messages: [['psk', 'e', 'e1'], ['e', 'ee', 'ekem1']] },
};

export const PROTOCOLS = Object.keys(PATTERNS).flatMap(
  pattern => ['AESGCM', 'ChaChaPoly'].map(cipher => `Noise_${pattern}_25519+MLKEM768_${cipher}_SHA256`));

export class Key {
  constructor(cipher, bytes) {
    this.cipher = cipher;
    this.bytes = bytes;
    this.number = 0n;
  }

  at(number, associated) {
    const nonce = new Uint8Array(12);
    new DataView(nonce.buffer).setBigUint64(4, number, this.cipher === 'ChaChaPoly');
    return this.cipher === 'ChaChaPoly'
      ? chacha20poly1305(this.bytes, nonce, associated)
      : gcm(this.bytes, nonce, associated);
  }

  seal(plaintext, associated = EMPTY) {
    return this.at(this.number++, associated).encrypt(plaintext);
  }

  open(ciphertext, associated = EMPTY) {
    return this.at(this.number++, associated).decrypt(ciphertext);
  }

  rekey() {
    this.bytes = this.at(LAST, EMPTY).encrypt(new Uint8Array(32)).slice(0, 32);
  }
}

/**
 * One side. `own` holds its secrets: static, ephemeral (32 bytes each), kemSeed (64), kemRandom (32), psk (32);
 * `remoteStatic` is the responder's public key where the pattern knows it.
 */
export class Handshake {
  constructor(name, initiator, prologue, own, remoteStatic) {
    const [, patternName, , cipher] = name.split('_');
    this.pattern = PATTERNS[patternName];
    this.cipher = cipher;
    this.initiator = initiator;
    this.own = own;
    this.peer = { static: remoteStatic };
    const label = utf8ToBytes(name);
    this.h = label.length > 32 ? sha256(label) : concatBytes(label, new Uint8Array(32 - label.length));
    this.ck = this.h;
    this.key = null;
    this.turn = 0;
    this.mixHash(prologue);
    if (this.pattern.known) {
      this.mixHash(initiator ? remoteStatic : x25519.getPublicKey(own.static));
    }
  }

  write(payload) {
    const parts = this.pattern.messages[this.turn++].map(token => this.send(token));
    return concatBytes(...parts, this.encryptAndHash(payload));
  }

  read(message) {
    let rest = message;
    const take = length => {
      if (rest.length < length) throw new Error('too short');
      const field = rest.slice(0, length);
      rest = rest.slice(length);
      return field;
    };
    const takeSealed = length => this.decryptAndHash(take(this.key ? length + 16 : length));
    this.pattern.messages[this.turn++].forEach(token => this.receive(token, take, takeSealed));
    return this.decryptAndHash(rest);
  }

  split() {
    const [first, second] = this.expand(EMPTY, 2);
    return { hash: this.h, there: new Key(this.cipher, first), back: new Key(this.cipher, second) };
  }

  send(token) {
    switch (token) {
      case 'e': return this.mixEphemeral(x25519.getPublicKey(this.own.ephemeral));
      case 's': return this.encryptAndHash(x25519.getPublicKey(this.own.static));
      case 'e1':
        this.kem = ml_kem768.keygen(this.own.kemSeed);
        return this.encryptAndHash(this.kem.publicKey);
      case 'ekem1': {
        const { cipherText, sharedSecret } = ml_kem768.encapsulate(this.peer.kem, this.own.kemRandom);
        const sealed = this.encryptAndHash(cipherText);
        this.mixKey(sharedSecret);
        return sealed;
      }
      default: return this.agree(token);
    }
  }

  receive(token, take, takeSealed) {
    switch (token) {
      case 'e': this.peer.ephemeral = this.mixEphemeral(take(32)); break;
      case 's': this.peer.static = takeSealed(32); break;
      case 'e1': this.peer.kem = takeSealed(1184); break;
      case 'ekem1': this.mixKey(ml_kem768.decapsulate(takeSealed(1088), this.kem.secretKey)); break;
      default: this.agree(token);
    }
  }

  agree(token) {
    if (token === 'psk') {
      this.mixKeyAndHash(this.own.psk);
      return EMPTY;
    }
    const kinds = { e: 'ephemeral', s: 'static' };
    const [initiators, responders] = [kinds[token[0]], kinds[token[1]]];
    const [mine, theirs] = this.initiator ? [initiators, responders] : [responders, initiators];
    this.mixKey(x25519.getSharedSecret(this.own[mine], this.peer[theirs]));
    return EMPTY;
  }

  mixEphemeral(key) {
    this.mixHash(key);
    if (this.pattern.psk) this.mixKey(key);
    return key;
  }

  mixHash(data) {
    this.h = sha256(concatBytes(this.h, data));
  }

  mixKey(secret) {
    const [ck, key] = this.expand(secret, 2);
    this.ck = ck;
    this.key = new Key(this.cipher, key);
  }

  mixKeyAndHash(secret) {
    const [ck, hash, key] = this.expand(secret, 3);
    this.ck = ck;
    this.mixHash(hash);
    this.key = new Key(this.cipher, key);
  }

  expand(secret, count) {
    const extracted = hmac(sha256, this.ck, secret);
    const outputs = [];
    for (let index = 1, last = EMPTY; index <= count; index++) {
      last = hmac(sha256, extracted, concatBytes(last, Uint8Array.of(index)));
      outputs.push(last);
    }
    return outputs;
  }

  encryptAndHash(plaintext) {
    const sealed = this.key ? this.key.seal(plaintext, this.h) : plaintext;
    this.mixHash(sealed);
    return sealed;
  }

  decryptAndHash(sealed) {
    const plaintext = this.key ? this.key.open(sealed, this.h) : sealed;
    this.mixHash(sealed);
    return plaintext;
  }
}
