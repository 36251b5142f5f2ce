// The browser's side of Rivet.Cryptography.WebCrypto: keys stay in the browser's own CryptoKey objects, none of them extractable.
// Views of .NET memory (`data`, `output`) are read before the first await and written at the end. What fails, fails by a return value.
const subtle = globalThis.crypto.subtle;
const AES = 'AES-GCM', DH = 'X25519', SIGN = 'Ed25519', KEM = 'ML-KEM-768';
const NONCE = 12, TAG = 16;

/** Whether this browser makes ML-KEM-768 keys. */
export async function hasKem() {
  return await tried(subtle.generateKey(KEM, false, ['encapsulateBits', 'decapsulateBits'])) !== null;
}

/** A holder of an AES-256-GCM key; what imports it may still be under way. */
export function importAead(raw) {
  const key = subtle.importKey('raw', raw, AES, false, ['encrypt', 'decrypt']);
  raw.fill(0);
  return { key };
}

/** Seals in place: data is plaintext with room for the tag behind it, head is nonce and associated data. */
export async function seal(holder, head, data) {
  const plaintext = data.slice(0, data.length - TAG);
  const sealed = await subtle.encrypt(gcm(head), await holder.key, plaintext);
  data.set(new Uint8Array(sealed));
  data.dispose();
}

/** Opens in place; false when anything was changed. */
export async function open(holder, head, data) {
  const opened = await tried(subtle.decrypt(gcm(head), await holder.key, data.slice()));
  if (opened !== null) {
    data.set(new Uint8Array(opened));
  }
  data.dispose();
  return opened !== null;
}

/** A fresh X25519 key pair. */
export const createAgreement = () => pair(DH, ['deriveBits']);

/** The shared secret into output; false when the peer's key is no usable point. */
export async function agree(keys, peer, output) {
  const other = await tried(subtle.importKey('raw', peer, DH, true, []));
  const secret = other && await tried(subtle.deriveBits({ name: DH, public: other }, keys.privateKey, 256));
  return give(secret, output);
}

export async function sign(keys, message, output) {
  give(await subtle.sign(SIGN, keys.privateKey, message), output);
}

export async function verify(publicKey, message, signature) {
  const key = await tried(subtle.importKey('raw', publicKey, SIGN, true, ['verify']));
  return key !== null && await tried(subtle.verify(SIGN, key, signature, message)) === true;
}

/** A fresh ML-KEM-768 key pair. */
export const createKem = () => pair(KEM, ['encapsulateBits', 'decapsulateBits'], 'raw-public');

/** The ciphertext, then the shared secret, into output; false when the key is none. */
export async function encapsulate(publicKey, output) {
  const key = await tried(subtle.importKey('raw-public', publicKey, KEM, true, ['encapsulateBits']));
  const made = key && await tried(subtle.encapsulateBits(KEM, key));
  if (!made) {
    return give(null, output);
  }
  const both = new Uint8Array(made.ciphertext.byteLength + made.sharedKey.byteLength);
  both.set(new Uint8Array(made.ciphertext));
  both.set(new Uint8Array(made.sharedKey), made.ciphertext.byteLength);
  return give(both.buffer, output);
}

export async function decapsulate(keys, ciphertext, output) {
  return give(await tried(subtle.decapsulateBits(KEM, keys.privateKey, ciphertext)), output);
}

/** The public half of a pair, as it is sent. */
export const publicKey = keys => keys.raw;

/** The keys of the device of that name in this browser, made the first time; null where the browser lacks what keeps them. */
export async function openDevice(name) {
  const found = await inStore('readonly', store => store.get(name));
  if (found !== undefined) {
    return found;
  }
  const identity = await tried(pair(SIGN, ['sign', 'verify']));
  const agreement = await tried(createAgreement());
  if (identity === null || agreement === null) {
    return null;
  }
  // Another tab may have been quicker: its keys are the device's then.
  await tried(inStore('readwrite', store => store.add({ identity, agreement }, name)));
  return await inStore('readonly', store => store.get(name));
}

export const identityOf = device => device.identity;
export const agreementOf = device => device.agreement;

/** Forgets the device of that name. */
export const removeDevice = name => inStore('readwrite', store => store.delete(name));

const gcm = head => ({ name: AES, iv: head.subarray(0, NONCE), additionalData: head.subarray(NONCE), tagLength: TAG * 8 });

async function pair(algorithm, usages, format = 'raw') {
  const { publicKey, privateKey } = await subtle.generateKey(algorithm, false, usages);
  return { privateKey, raw: new Uint8Array(await subtle.exportKey(format, publicKey)) };
}

function give(bytes, output) {
  if (bytes !== null) {
    output.set(new Uint8Array(bytes));
    new Uint8Array(bytes).fill(0);
  }
  output.dispose();
  return bytes !== null;
}

async function tried(work) {
  try {
    return await work;
  } catch {
    return null;
  }
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
