// The browser's side of Rivet.Client.Browser: one home in IndexedDB, a journal of segments sealed with an AES-GCM key that the browser
// holds and never gives out. One tab has a home at a time: a Web Lock says which, and every write checks that it is still this one.
// Each function tells its end by calling `done`, as in webcrypto.js.
const AES = 'AES-GCM', NONCE = 12;

/** Claims the home: 'open' with it, 'taken' when another tab has it and was not to be asked, null when the browser cannot keep one. */
export function claimHome(name, ask, wanted, lost, done) {
  claim(name, ask, wanted, lost).then(done, error => done({ state: 'failed', reason: String(error?.name ?? error) }));
}

export const stateOf = claimed => claimed.state;
export const reasonOf = claimed => claimed.reason ?? '';
export const countOf = home => home.segments.length;
export const numberOf = (home, at) => home.segments[at].number;

/** The bytes of a segment, opened when the home was claimed; null when it was changed. Given once. */
export function segmentOf(home, at) {
  const bytes = home.segments[at].bytes;
  home.segments[at].bytes = null;
  return bytes;
}

/** Seals data and stores it under number; removes what is numbered below `from`. Not done when it is not on the disk: why says so. */
export function append(home, number, from, data, done) {
  const plaintext = data.slice();
  data.dispose();
  write(home, number, from, plaintext).then(() => done(''), error => done(String(error?.name ?? error)));
}

/** Lets the next tab have it. */
export function releaseHome(home) {
  home.channel.close();
  home.release();
  home.database.close();
}

/** Forgets a home: key and segments. */
export function removeHome(name, done) {
  const removing = indexedDB.deleteDatabase(databaseOf(name));
  removing.onsuccess = () => done(true);
  removing.onerror = removing.onblocked = () => done(false);
}

const databaseOf = name => `rivet-home-${name}`;

async function claim(name, ask, wanted, lost) {
  const channel = new BroadcastChannel(databaseOf(name));
  const release = await lock(name, ask ? channel : null, lost);
  if (release === null) {
    channel.close();
    return { state: 'taken' };
  }
  channel.onmessage = ({ data }) => { if (data === 'wanted') { wanted(); } };
  try {
    const database = await open(name);
    const owner = crypto.randomUUID();
    const key = await keyOf(database, owner);
    const segments = await Promise.all((await read(database)).map(async ({ number, sealed }) => ({ number, bytes: await unseal(key, number, sealed) })));
    navigator.storage?.persist?.();
    return { state: 'open', channel, release, database, owner, key, segments };
  } catch (error) {
    channel.close();
    release();
    throw error;
  }
}

/** Gives what ends the lock, or null. Whoever has it is asked to let go, and has three seconds to write what it holds. */
async function lock(name, channel, lost) {
  const tries = channel === null ? [{ ifAvailable: true }] : [{ signal: AbortSignal.timeout(3000) }, { steal: true }];
  channel?.postMessage('wanted');
  for (const options of tries) {
    const release = await new Promise(resolve => {
      navigator.locks.request(databaseOf(name), options, held => held === null ? resolve(null) : new Promise(end => resolve(end)))
        .catch(error => { resolve(null); if (options.signal === undefined || error.name !== 'TimeoutError') { lost(); } });
    });
    if (release !== null) {
      return release;
    }
  }
  return null;
}

function open(name) {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(databaseOf(name), 1);
    opening.onupgradeneeded = () => {
      opening.result.createObjectStore('head');
      opening.result.createObjectStore('segments');
    };
    opening.onerror = () => reject(opening.error);
    opening.onblocked = () => reject(new DOMException('', 'InvalidStateError'));
    opening.onsuccess = () => resolve(opening.result);
  });
}

/** The home's key, made the first time; from now on this owner writes and no other. */
async function keyOf(database, owner) {
  const fresh = await crypto.subtle.generateKey({ name: AES, length: 256 }, false, ['encrypt', 'decrypt']);
  return await transact(database, ['head'], 'readwrite', (transaction, resolve) => {
    const head = transaction.objectStore('head');
    head.put(owner, 'owner');
    head.get('key').onsuccess = ({ target }) => {
      resolve(target.result ?? fresh);
      if (target.result === undefined) {
        head.put(fresh, 'key');
      }
    };
  });
}

const read = database => transact(database, ['segments'], 'readonly', (transaction, resolve) => {
  const segments = transaction.objectStore('segments');
  segments.getAllKeys().onsuccess = ({ target: { result: numbers } }) =>
    segments.getAll().onsuccess = ({ target: { result: all } }) => resolve(numbers.map((number, at) => ({ number, sealed: all[at] })));
});

async function write(home, number, from, plaintext) {
  const sealed = await seal(home.key, number, plaintext);
  await transact(home.database, ['head', 'segments'], 'readwrite', (transaction, resolve) => {
    transaction.objectStore('head').get('owner').onsuccess = ({ target }) => {
      if (target.result !== home.owner) {
        transaction.abort();
        return;
      }
      const segments = transaction.objectStore('segments');
      segments.add(sealed, number);
      if (from > 0) {
        segments.delete(IDBKeyRange.upperBound(from, true));
      }
      resolve();
    };
  });
}

async function seal(key, number, plaintext) {
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE));
  const ciphertext = new Uint8Array(await crypto.subtle.encrypt({ name: AES, iv: nonce, additionalData: bound(number) }, key, plaintext));
  plaintext.fill(0);
  const sealed = new Uint8Array(NONCE + ciphertext.length);
  sealed.set(nonce);
  sealed.set(ciphertext, NONCE);
  return sealed;
}

async function unseal(key, number, sealed) {
  try {
    const data = { name: AES, iv: sealed.subarray(0, NONCE), additionalData: bound(number) };
    return new Uint8Array(await crypto.subtle.decrypt(data, key, sealed.subarray(NONCE)));
  } catch {
    return null;
  }
}

/** What a segment is bound to: its place in the journal. */
const bound = number => new TextEncoder().encode(`rivet home v1 ${number}`);

/** Runs a transaction that is on the disk when it completes; a full disk or another owner ends it by an error. */
function transact(database, stores, mode, work) {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(stores, mode, { durability: 'strict' });
    let result;
    transaction.oncomplete = () => resolve(result);
    transaction.onabort = () => reject(transaction.error ?? new DOMException('', 'AbortError'));
    work(transaction, value => { result = value; });
  });
}
