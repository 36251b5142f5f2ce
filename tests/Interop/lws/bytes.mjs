// The few things about bytes that neither Node.js nor the libraries bring.

import { bytesToHex, concatBytes, randomBytes, utf8ToBytes } from '@noble/hashes/utils.js';

export function u32(number) {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, number);
    return bytes;
}

export function readU32(bytes, at = 0) {
    return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(at);
}

/** ASCII and the zero byte that ends every label of this protocol, then the rest. */
export function labelled(label, ...rest) {
    return concatBytes(utf8ToBytes(label), new Uint8Array(1), ...rest);
}

/** Compares public values; nothing secret is compared in this client. */
export function same(a, b) {
    return bytesToHex(a) === bytesToHex(b);
}

/** A UUID of version 7 (RFC 9562 §5.7) as 16 bytes. */
export function uuid7(now = Date.now()) {
    const bytes = randomBytes(16);
    const view = new DataView(bytes.buffer);
    view.setUint16(0, Math.floor(now / 2 ** 32));
    view.setUint32(2, now % 2 ** 32);
    bytes[6] = (bytes[6] & 0x0f) | 0x70;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    return bytes;
}
