// The bound profile of the transport (lws.md §2.1): TCP, TLS 1.3, and the value that ties the handshake to the channel.

import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import tls from 'node:tls';
import { Closed, Refused } from './refusal.mjs';
import { Binding } from './wire.mjs';

const ALPN = 'lws/1';
const EXPORTER_LABEL = 'EXPORTER-Channel-Binding';
const EXPORTER_SIZE = 32;
const TLS_LIMIT = 10_000;

// RFC 5929 §4.1 as lws.md §5.2 reads it: the hash of the certificate's own signature where that is SHA-384 or SHA-512.
const SIGNATURE_HASHES = {
    '06082a8648ce3d040303': 'sha384', // ecdsa-with-SHA384
    '06082a8648ce3d040304': 'sha512', // ecdsa-with-SHA512
    '06092a864886f70d01010c': 'sha384', // sha384WithRSAEncryption
    '06092a864886f70d01010d': 'sha512', // sha512WithRSAEncryption
};

/** Connects; gives the stream, and which kinds of channel binding have which value there. */
export async function connectTls(host, port) {
    const socket = tls.connect({
        host, port,
        servername: isIP(host) ? undefined : host,
        ALPNProtocols: [ALPN],
        minVersion: 'TLSv1.3',
        ciphers: 'TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256',
        ecdhCurve: 'X25519',
        // The certificate proves nothing here (§2.1); the identity key inside does.
        rejectUnauthorized: false,
        timeout: TLS_LIMIT,
    });
    await new Promise((resolve, reject) => {
        socket.once('secureConnect', resolve);
        socket.once('error', reject);
        socket.once('close', () => reject(new Closed(0, false)));
        socket.once('timeout', () => socket.destroy(new Error('the TLS handshake took too long')));
    });
    socket.setTimeout(0);
    socket.setNoDelay(true);
    if (socket.getProtocol() !== 'TLSv1.3' || socket.alpnProtocol !== ALPN || socket.getEphemeralKeyInfo().name !== 'X25519') {
        socket.destroy();
        throw new Refused('the server speaks another protocol, or took another group');
    }
    return { stream: socket, bindings: bindingsOf(socket) };
}

function bindingsOf(socket) {
    return new Map([
        [Binding.TLS_EXPORTER, () => socket.exportKeyingMaterial(EXPORTER_SIZE, EXPORTER_LABEL, Buffer.alloc(0))],
        [Binding.TLS_SERVER_END_POINT, () => endPoint(socket.getPeerX509Certificate().raw)],
    ]);
}

/** The value of `TLS_SERVER_END_POINT` for a certificate's DER. */
export function endPoint(der) {
    const algorithm = signatureAlgorithm(der).toString('hex');
    const hash = Object.entries(SIGNATURE_HASHES).find(([identifier]) => algorithm.startsWith(identifier))?.[1] ?? 'sha256';
    return createHash(hash).update(der).digest();
}

// Certificate ::= SEQUENCE { tbsCertificate SEQUENCE, signatureAlgorithm SEQUENCE { identifier, … }, … }
function signatureAlgorithm(der) {
    const certificate = element(der, 0);
    const signed = element(der, certificate.begin);
    const algorithm = element(der, signed.end);
    return der.subarray(algorithm.begin, algorithm.end);
}

function element(der, at) {
    const first = der[at + 1];
    const more = first < 0x80 ? 0 : first & 0x7f;
    const length = more === 0 ? first : der.readUIntBE(at + 2, more);
    const begin = at + 2 + more;
    return { begin, end: begin + length };
}

/** Reads a stream by counts of bytes. */
export class Reader {
    #chunks = [];
    #count = 0;
    #wake = null;
    #ended = false;

    constructor(stream) {
        stream.on('data', chunk => {
            this.#chunks.push(chunk);
            this.#count += chunk.length;
            this.#wake?.();
        });
        for (const event of ['end', 'close', 'error']) {
            stream.on(event, () => {
                this.#ended = true;
                this.#wake?.();
            });
        }
    }

    /** Exactly so many bytes; throws {@link Closed} where the stream ends before. */
    async read(count) {
        while (this.#count < count) {
            if (this.#ended) {
                throw new Closed(0, false);
            }
            await new Promise(resolve => { this.#wake = resolve; });
        }
        this.#wake = null;
        // Joined only when all is there: joining at every chunk would copy a large record many times.
        const all = this.#chunks.length === 1 ? this.#chunks[0] : Buffer.concat(this.#chunks);
        this.#chunks = all.length > count ? [all.subarray(count)] : [];
        this.#count -= count;
        return Uint8Array.from(all.subarray(0, count));
    }

    /** Until the other side has closed. What comes is forgotten. */
    async end() {
        while (!this.#ended) {
            this.#chunks = [];
            this.#count = 0;
            await new Promise(resolve => { this.#wake = resolve; });
        }
    }
}
