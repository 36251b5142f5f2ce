// Frames (lws.md §3): length u32 · type u8 · flags u8 · method u16 · stream u32 · body.

import { concatBytes } from '@noble/hashes/utils.js';
import { readU32, u32 } from './bytes.mjs';
import { Refused } from './refusal.mjs';

export const HEADER_SIZE = 12;
export const MAX_CLEAR_FRAME = 4096;
export const MAX_FRAME = 1_048_576;
export const MAX_DATA = 65_536;

const LEAST_LENGTH = 8;
const ANY = () => true;
const NONE = number => number === 0;
const SOME = number => number !== 0;

// Who sends a type, and what its method, stream and count of body bytes may be. `clear` travels outside records, `any` in both.
const types = new Map([
    [4, { name: 'welcome', sender: 'server', method: NONE, stream: NONE, body: ANY }],
    [5, { name: 'request', sender: 'client', method: number => number >= 1 && number <= 0x7fff, stream: SOME, body: ANY }],
    [6, { name: 'response', sender: 'server', method: NONE, stream: SOME, body: ANY }],
    [7, { name: 'error', sender: 'server', method: NONE, stream: SOME, body: ANY }],
    [8, { name: 'push', sender: 'server', method: number => number >= 0x8000, stream: NONE, body: ANY }],
    [9, { name: 'ping', method: NONE, stream: ANY, body: NONE }],
    [10, { name: 'pong', method: NONE, stream: ANY, body: NONE }],
    [11, { name: 'close', method: NONE, stream: NONE, body: ANY, travels: 'any' }],
    [12, { name: 'ready', sender: 'client', method: NONE, stream: NONE, body: NONE }],
    [13, { name: 'initiate', sender: 'client', method: NONE, stream: NONE, body: ANY, travels: 'clear' }],
    [14, { name: 'respond', sender: 'server', method: NONE, stream: NONE, body: ANY, travels: 'clear' }],
    [15, { name: 'finish', sender: 'client', method: NONE, stream: NONE, body: ANY, travels: 'clear' }],
    [16, { name: 'puzzle', sender: 'server', method: NONE, stream: NONE, body: ANY, travels: 'clear' }],
    [17, { name: 'solution', sender: 'client', method: NONE, stream: NONE, body: ANY, travels: 'clear' }],
    [18, { name: 'data', method: NONE, stream: SOME, body: count => count >= 1 && count <= MAX_DATA }],
    [19, { name: 'end', sender: 'client', method: NONE, stream: SOME, body: NONE }],
    [20, { name: 'credit', method: NONE, stream: ANY, body: SOME }],
    [21, { name: 'stop', sender: 'client', method: NONE, stream: SOME, body: NONE }],
]);
const numbers = new Map([...types].map(([number, { name }]) => [name, number]));

/** A frame's bytes. */
export function encodeFrame(type, body = new Uint8Array(0), { method = 0, stream = 0 } = {}) {
    const header = new Uint8Array(8);
    const view = new DataView(header.buffer);
    view.setUint8(0, numbers.get(type));
    view.setUint16(2, method);
    view.setUint32(4, stream);
    return concatBytes(u32(LEAST_LENGTH + body.length), header, body);
}

/** Judges a frame's length as soon as it is known; gives it. */
export function checkLength(length, limit) {
    if (length < LEAST_LENGTH || length + 4 > limit) {
        throw new Refused(`a frame's length of ${length}`);
    }
    return length;
}

/**
 * Reads what lies behind a frame's length, which `checkLength` has seen.
 *
 * @param {Uint8Array} rest as many bytes as the length says
 * @param {{from: 'client'|'server', sealed: boolean}} where who sent it, and whether it came in a record
 */
export function decodeFrame(rest, { from, sealed }) {
    const view = new DataView(rest.buffer, rest.byteOffset, rest.byteLength);
    const type = types.get(view.getUint8(0));
    const frame = { type: type?.name, method: view.getUint16(2), stream: view.getUint32(4), body: rest.subarray(8) };
    const travels = type?.travels ?? 'sealed';
    if (!type) {
        throw new Refused(`an unknown type of frame: ${view.getUint8(0)}`);
    }
    if (view.getUint8(1) !== 0) {
        throw new Refused('flags');
    }
    if ((type.sender ?? from) !== from || (travels !== 'any' && (travels === 'sealed') !== sealed)) {
        throw new Refused(`a frame that does not belong there: ${type.name}`);
    }
    if (!type.method(frame.method) || !type.stream(frame.stream) || !type.body(frame.body.length)) {
        throw new Refused(`a method, stream or body that ${type.name} does not have`);
    }
    return frame;
}

/** The frames of a record's plaintext; refuses a cut frame, and zeros followed by something else. */
export function decodeFrames(plaintext, from) {
    const frames = [];
    let at = 0;
    // Fewer than four bytes cannot be a length: they can only be padding, which the loop behind this one judges.
    while (plaintext.length - at >= 4) {
        const length = readU32(plaintext, at);
        if (length === 0) {
            break;
        }
        const end = at + 4 + checkLength(length, MAX_FRAME);
        if (end > plaintext.length) {
            throw new Refused('a frame is cut by its record\'s end');
        }
        frames.push(decodeFrame(plaintext.subarray(at + 4, end), { from, sealed: true }));
        at = end;
    }
    if (plaintext.subarray(at).some(byte => byte !== 0)) {
        throw new Refused('zeros followed by something else');
    }
    if (frames.length === 0) {
        throw new Refused('a record without a frame');
    }
    return frames;
}
