// The browser's side of Rivet.Cryptography.WebCrypto: keys stay in the browser's own CryptoKey objects, none of them extractable.
// Each function tells its end by calling `done`, with null or false for failure. A promise would do, but what .NET does after it waits for
// a timer, and browsers let timers wait for milliseconds: a hundred times what sealing takes.
// Views of .NET's memory (`data`, `output`) are read before a function returns and written just before `done`.
const subtle = globalThis.crypto.subtle;
const AES = 'AES-GCM', DH = 'X25519', SIGN = 'Ed25519', KEM = 'ML-KEM-768';
const P256 = { name: 'ECDSA', namedCurve: 'P-256' };
const NONCE = 12, TAG = 16;

/** Whether this browser makes ML-KEM-768 keys. */
export const hasKem = done => answer(kemPair().then(() => true), done);

/** A holder of an AES-256-GCM key; what imports it may still be under way. */
export function importAead(raw) {
  const key = subtle.importKey('raw', raw, AES, false, ['encrypt', 'decrypt']);
  raw.fill(0);
  return { key };
}

/** Seals in place: data is plaintext with room for the tag behind it, head is nonce and associated data. */
export function seal(holder, head, data, done) {
  const plaintext = data.slice(0, data.length - TAG);
  give(holder.key.then(key => subtle.encrypt(gcm(head), key, plaintext)), data, done);
}

/** Opens in place; not done when anything was changed. */
export function open(holder, head, data, done) {
  const ciphertext = data.slice();
  give(holder.key.then(key => subtle.decrypt(gcm(head), key, ciphertext)), data, done);
}

/** A fresh X25519 key pair. */
export const createAgreement = done => answer(agreementPair(), done);

/** The shared secret into output; not done when the peer's key is no usable point. */
export function agree(keys, peer, output, done) {
  give(subtle.importKey('raw', peer, DH, true, []).then(key => subtle.deriveBits({ name: DH, public: key }, keys.privateKey, 256)), output, done);
}

export const sign = (keys, message, output, done) => give(subtle.sign(SIGN, keys.privateKey, message), output, done);

export function verify(publicKey, message, signature, done) {
  answer(subtle.importKey('raw', publicKey, SIGN, true, ['verify']).then(key => subtle.verify(SIGN, key, signature, message)), done);
}

/** ECDSA with P-256 and SHA-256; the key is a SubjectPublicKeyInfo. */
export function verifyP256(spki, message, signature, done) {
  answer(subtle.importKey('spki', spki, P256, true, ['verify']).then(key => subtle.verify({ name: P256.name, hash: 'SHA-256' }, key, signature, message)), done);
}

/** A fresh ML-KEM-768 key pair. */
export const createKem = done => answer(kemPair(), done);

/** The ciphertext, then the shared secret, into output; not done when the key is none. */
export function encapsulate(publicKey, output, done) {
  give(subtle.importKey('raw-public', publicKey, KEM, true, ['encapsulateBits']).then(key => subtle.encapsulateBits(KEM, key)).then(made => {
    const both = new Uint8Array(made.ciphertext.byteLength + made.sharedKey.byteLength);
    both.set(new Uint8Array(made.ciphertext));
    both.set(new Uint8Array(made.sharedKey), made.ciphertext.byteLength);
    return both.buffer;
  }), output, done);
}

export const decapsulate = (keys, ciphertext, output, done) => give(subtle.decapsulateBits(KEM, keys.privateKey, ciphertext), output, done);

/** The public half of a pair, as it is sent. */
export const publicKey = keys => keys.raw;

/** The keys of the device of that name in this browser, made the first time; nothing where the browser lacks what keeps them. */
export const openDevice = (name, done) => answer(deviceOf(name), done);

export const identityOf = device => device.identity;
export const agreementOf = device => device.agreement;

/** Forgets the device of that name. */
export const removeDevice = (name, done) => answer(inStore('readwrite', store => store.delete(name)).then(() => true), done);

async function deviceOf(name) {
  const found = await inStore('readonly', store => store.get(name));
  if (found !== undefined) {
    return found;
  }
  const device = { identity: await pair(SIGN, ['sign', 'verify']), agreement: await agreementPair() };
  // Another tab may have been quicker: its keys are the device's then.
  await inStore('readwrite', store => store.add(device, name)).catch(() => {});
  return await inStore('readonly', store => store.get(name));
}

const agreementPair = () => pair(DH, ['deriveBits']);
const kemPair = () => pair(KEM, ['encapsulateBits', 'decapsulateBits'], 'raw-public');

const gcm = head => ({ name: AES, iv: head.subarray(0, NONCE), additionalData: head.subarray(NONCE), tagLength: TAG * 8 });

async function pair(algorithm, usages, format = 'raw') {
  const { publicKey, privateKey } = await subtle.generateKey(algorithm, false, usages);
  return { privateKey, raw: new Uint8Array(await subtle.exportKey(format, publicKey)) };
}

/** Tells what came of work; null when it failed. */
function answer(work, done) {
  work.then(done, () => done(null));
}

/** Puts the bytes that work makes into .NET's memory, and tells whether there were any. */
function give(work, output, done) {
  work.then(bytes => {
    output.set(new Uint8Array(bytes));
    new Uint8Array(bytes).fill(0);
    return true;
  }, () => false).then(isDone => {
    output.dispose();
    done(isDone);
  });
}

function inStore(mode, work) {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open('rivet-device', 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore('keys');
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const database = opening.result;
      const transaction = database.transaction('keys', mode);
      const request = work(transaction.objectStore('keys'));
      const end = settle => { database.close(); settle(); };
      transaction.oncomplete = () => end(() => resolve(request.result));
      transaction.onabort = () => end(() => reject(transaction.error));
    };
  });
}
