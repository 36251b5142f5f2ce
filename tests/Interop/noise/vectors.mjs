// node vectors.mjs verify FILE    plays every vector from both sides and compares every byte
// node vectors.mjs generate       prints vectors of its own, with fresh random values
// node vectors.mjs respond NAME   answers one handshake, line by line in hexadecimal, as the responder
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { x25519 } from '@noble/curves/ed25519.js';
import { bytesToHex, hexToBytes, randomBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { Handshake, PROTOCOLS } from './noise.mjs';

const bytes = hex => hex === undefined ? undefined : hexToBytes(hex);

const open = (vector, initiator) => {
  const side = initiator ? 'init' : 'resp';
  const own = {
    static: bytes(vector[`${side}_static`]),
    ephemeral: bytes(vector[`${side}_ephemeral`]),
    kemSeed: bytes(vector.init_kem_seed),
    kemRandom: bytes(vector.resp_kem_random),
    psk: bytes(vector[`${side}_psks`]?.[0]),
  };
  return new Handshake(vector.protocol_name, initiator, bytes(vector[`${side}_prologue`]), own, bytes(vector[`${side}_remote_static`]));
};

/** Fills in hash and ciphertexts; every reader gets what the writer wrote. */
const play = vector => {
  const sides = [open(vector, true), open(vector, false)];
  const count = sides[0].pattern.messages.length;
  const messages = vector.messages.slice(0, count).map(({ payload }, turn) => {
    const written = sides[turn % 2].write(bytes(payload));
    assert.equal(bytesToHex(sides[1 - turn % 2].read(written)), payload);
    return { payload, ciphertext: bytesToHex(written) };
  });
  const [left, right] = sides.map(side => side.split());
  assert.deepEqual(left.hash, right.hash);
  const carry = ({ payload }, turn) => {
    const direction = turn % 2 === 0 ? 'there' : 'back';
    const sealed = left[direction].seal(bytes(payload));
    assert.equal(bytesToHex(right[direction].open(sealed)), payload);
    return { payload, ciphertext: bytesToHex(sealed) };
  };
  vector.messages.slice(count).forEach((message, index) => messages.push(carry(message, count + index)));
  [left.there, left.back, right.there, right.back].forEach(key => key.rekey());
  return { ...vector, handshake_hash: bytesToHex(left.hash), messages, rekeyed: vector.rekeyed.map(carry) };
};

const prescribe = name => {
  const random = size => bytesToHex(randomBytes(size));
  const said = count => Array.from({ length: count }, () => ({ payload: random(Math.floor(Math.random() * 40)), ciphertext: '' }));
  const [prologue, serverStatic, psk] = [random(24), random(32), random(32)];
  const [known, statics, ticket] = [name.includes('_IK'), !name.includes('_NN'), name.includes('psk0')];
  return {
    protocol_name: name,
    init_prologue: prologue,
    resp_prologue: prologue,
    ...(ticket && { init_psks: [psk], resp_psks: [psk] }),
    ...(statics && { init_static: random(32), resp_static: serverStatic }),
    ...(known && { init_remote_static: bytesToHex(x25519.getPublicKey(bytes(serverStatic))) }),
    init_ephemeral: random(32),
    resp_ephemeral: random(32),
    init_kem_seed: random(64),
    resp_kem_random: random(32),
    messages: said(6),
    rekeyed: said(2),
  };
};

/** Says its static key; then reads, answers with the same payload, and ends with hash and one sealed message. */
const respond = async name => {
  const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  const next = async () => bytes((await lines.next()).value);
  const say = value => console.log(bytesToHex(value));
  const own = { static: randomBytes(32), ephemeral: randomBytes(32), kemRandom: randomBytes(32), psk: new Uint8Array(32).fill(7) };
  say(x25519.getPublicKey(own.static));
  const side = new Handshake(name, false, utf8ToBytes('prologue'), own);
  for (let turn = 0, payload; turn < side.pattern.messages.length; turn++) {
    if (turn % 2 === 0) payload = side.read(await next());
    else say(side.write(payload));
  }
  const { hash, there, back } = side.split();
  say(hash);
  say(back.seal(there.open(await next())));
  process.exit(0);
};

const [command, argument] = process.argv.slice(2);
switch (command) {
  case 'verify': {
    const { vectors } = JSON.parse(readFileSync(argument, 'utf8'));
    assert.deepEqual(vectors.map(vector => vector.protocol_name).sort(), [...PROTOCOLS].sort());
    vectors.forEach(vector => assert.deepEqual(play(vector), vector));
    console.log(`${vectors.length} vectors agree`);
    break;
  }
  case 'generate':
    console.log(JSON.stringify({ section: '', outcome: '', vectors: PROTOCOLS.map(name => play(prescribe(name))) }));
    break;
  case 'respond':
    await respond(argument);
    break;
  default:
    throw new Error(`unknown command ${command}`);
}
