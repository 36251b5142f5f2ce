// An application over node-vault. It prints what it did, a line of JSON for each step, and fails at the first surprise.
// ADDRESS of the server and the file of its authority are arguments; the token comes in VAULT_TOKEN.
import assert from 'node:assert/strict';
import { createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import nodeVault from 'node-vault';

const [endpoint, authority] = process.argv.slice(2);
const vault = nodeVault({ endpoint, token: process.env.VAULT_TOKEN, requestOptions: { ca: readFileSync(authority) } });
const base64 = text => Buffer.from(text).toString('base64');
const text = encoded => Buffer.from(encoded, 'base64').toString();
const done = (step, facts = {}) => console.log(JSON.stringify({ step, ...facts }));
const refused = async (promise, status, words) => {
  const error = await promise.then(() => assert.fail('not refused'), error => error);
  assert.equal(error.response?.statusCode, status, error.message);
  assert.match(error.message, words);
};

// What it asks first.
assert.equal((await vault.health()).sealed, false);
const self = await vault.tokenLookupSelf();
done('known', { name: self.data.display_name });

// A key, by the client's own helpers.
await vault.transitCreateKey({ name: 'orders' });
assert.equal((await vault.transitReadKey({ name: 'orders' })).data.type, 'aes256-gcm96');
assert.deepEqual((await vault.transitListKeys()).data.keys, ['orders']);
const first = (await vault.encryptData({ name: 'orders', plaintext: base64('4111 1111') })).data.ciphertext;
assert.match(first, /^vault:v1:/);
assert.equal(text((await vault.decryptData({ name: 'orders', ciphertext: first })).data.plaintext), '4111 1111');
await vault.write('transit/keys/orders/rotate', {});
const second = (await vault.rewrapData({ name: 'orders', ciphertext: first })).data.ciphertext;
assert.match(second, /^vault:v2:/);
assert.equal(text((await vault.decryptData({ name: 'orders', ciphertext: second })).data.plaintext), '4111 1111');
done('encrypted');

// Batches, data keys, MACs, hashes and random bytes through its generic calls.
const batch = (await vault.write('transit/encrypt/orders', { batch_input: ['a', 'b', 'c'].map(item => ({ plaintext: base64(item) })) })).data.batch_results;
const opened = (await vault.write('transit/decrypt/orders', { batch_input: batch.map(({ ciphertext }) => ({ ciphertext })) })).data.batch_results;
assert.deepEqual(opened.map(({ plaintext }) => text(plaintext)), ['a', 'b', 'c']);
const dataKey = (await vault.write('transit/datakey/plaintext/orders', {})).data;
assert.equal((await vault.decryptData({ name: 'orders', ciphertext: dataKey.ciphertext })).data.plaintext, dataKey.plaintext);
const mac = (await vault.write('transit/hmac/orders', { input: base64('x') })).data.hmac;
assert.equal((await vault.write('transit/verify/orders', { input: base64('x'), hmac: mac })).data.valid, true);
assert.equal((await vault.write('transit/hash', { input: base64('abc') })).data.sum.slice(0, 8), 'ba7816bf');
assert.equal(Buffer.from((await vault.write('transit/random/16', {})).data.random_bytes, 'base64').length, 16);
done('worked');

// A signature that Node's own OpenSSL judges with the key that the server shows.
await vault.write('transit/keys/release', { type: 'ecdsa-p256' });
const { public_key: pem } = (await vault.read('transit/keys/release')).data.keys['1'];
const signature = (await vault.write('transit/sign/release', { input: base64('release 1') })).data.signature;
assert.equal(verify('sha256', Buffer.from('release 1'), createPublicKey(pem), Buffer.from(signature.split(':')[2], 'base64')), true);
assert.equal((await vault.write('transit/verify/release', { input: base64('release 2'), signature })).data.valid, false);
done('signed');

// What it may not.
await refused(vault.read('transit/export/encryption-key/orders'), 400, /never leave/);
await refused(vault.decryptData({ name: 'orders', ciphertext: 'vault:v9:AAAA' }), 400, /no such version/);
await refused(vault.transitDeleteKey({ name: 'orders' }), 400, /deletion is not allowed/);
await refused(vault.encryptData({ name: 'nothing', plaintext: '' }), 400, /encryption key not found/);
await vault.write('transit/keys/release/config', { deletion_allowed: true });
await vault.transitDeleteKey({ name: 'release' });
await refused(vault.transitReadKey({ name: 'release' }), 404, /404/);
vault.token = 'rivet-app-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
await refused(vault.transitListKeys(), 403, /permission denied/);
done('refused');
