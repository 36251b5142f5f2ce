// Streams of data on an open link, and the credit that bounds them (lws.md §7.2).

import { encodeFrame, MAX_DATA } from './frames.mjs';
import { Refused } from './refusal.mjs';
import { encode } from './wire.mjs';

const STREAM_WINDOW = 262_144;
const LINK_WINDOW = 1_048_576;
const MOST_CREDIT = 2 ** 24;

/** What may still be sent in one direction; the same rules for a stream and for the whole link. */
class Window {
    constructor(size) {
        this.half = size / 2;
        this.toSend = size;
        this.toReceive = size;
        this.consumed = 0;
    }

    received(count) {
        this.toReceive -= count;
        if (this.toReceive < 0) {
            throw new Refused('more data than granted');
        }
    }

    granted(count) {
        this.toSend += count;
        if (count === 0 || this.toSend > MOST_CREDIT) {
            throw new Refused(`a credit of ${count} bytes`);
        }
    }

    /** Notes what was consumed; gives how much to grant anew, half a window or more at a time. */
    consume(count) {
        this.consumed += count;
        if (this.consumed < this.half) {
            return 0;
        }
        const grant = this.consumed;
        this.toReceive += grant;
        this.consumed = 0;
        return grant;
    }
}

/** One stream: bytes both ways until the server's answer. Asynchronously iterable: what the server sends. */
export class DataStream {
    #all;
    #incoming = [];
    #forgotten = false;
    #wake = null;

    constructor(all, number) {
        this.#all = all;
        this.number = number;
        this.window = new Window(STREAM_WINDOW);
        this.outgoing = [];
        this.ended = false;
        this.answer = new Promise((resolve, reject) => {
            this.answered = resolve;
            this.refused = reject;
        });
        this.answer.catch(() => {}); // whoever asks for the answer learns of it
    }

    /** Sends bytes, as credit allows; ends when they are on their way, or are no longer wanted since the server has answered. */
    async write(bytes) {
        for (let at = 0; at < bytes.length && !this.ended; at += MAX_DATA) {
            await new Promise(sent => {
                this.outgoing.push({ bytes: bytes.subarray(at, at + MAX_DATA), sent });
                this.#all.pump();
            });
        }
    }

    /** No more data from this side. */
    end() {
        if (this.ended) {
            return;
        }
        this.outgoing.push({ bytes: null, sent: () => {} });
        this.#all.pump();
    }

    /** No more data wanted from the other side. */
    stop() {
        if (this.ended) {
            return;
        }
        this.#all.send(encodeFrame('stop', undefined, { stream: this.number }));
    }

    async *[Symbol.asyncIterator]() {
        try {
            for (;;) {
                while (this.#incoming.length > 0) {
                    const bytes = this.#incoming.shift();
                    this.#all.consumed(this, bytes.length);
                    yield bytes;
                }
                if (this.ended) {
                    return;
                }
                await new Promise(resolve => { this.#wake = resolve; });
            }
        } finally {
            this.#forget();
        }
    }

    receive(bytes) {
        if (this.#forgotten) {
            this.#all.consumed(this, bytes.length);
        } else {
            this.#incoming.push(bytes);
            this.#wake?.();
        }
    }

    // Whoever stops reading must not keep the link's credit, which all streams share.
    #forget() {
        this.#forgotten = true;
        this.#incoming.splice(0).forEach(bytes => this.#all.consumed(this, bytes.length));
    }

    finish() {
        this.ended = true;
        this.outgoing.splice(0).forEach(({ sent }) => sent());
        this.#wake?.();
    }
}

/** All streams of a link. */
export class Streams {
    #open = new Map();
    #past = new Set();
    #window = new Window(LINK_WINDOW);
    #writable;
    #waiting = false;

    /** @param send sends a frame; @param writable the stream under the link, for its back-pressure */
    constructor(send, writable) {
        this.send = send;
        this.#writable = writable;
    }

    open(number) {
        const stream = new DataStream(this, number);
        this.#open.set(number, stream);
        return stream;
    }

    /** The server answered on it: its last frame there. */
    close(number) {
        if (this.#open.has(number)) {
            this.#open.get(number).finish();
            this.#open.delete(number);
            this.#past.add(number);
        }
    }

    closeAll(error) {
        for (const [number, stream] of this.#open) {
            stream.refused(error);
            this.close(number);
        }
    }

    data({ stream: number, body }) {
        const stream = this.#open.get(number);
        if (!stream && !this.#past.has(number)) {
            throw new Refused('data on no open stream');
        }
        this.#window.received(body.length);
        if (!stream) {
            this.#grant(0, this.#window.consume(body.length)); // answered meanwhile: ignored, but counted
            return;
        }
        stream.window.received(body.length);
        stream.receive(body.slice());
    }

    credit({ stream: number }, count) {
        if (number === 0) {
            this.#window.granted(count);
        } else if (this.#open.has(number)) {
            this.#open.get(number).window.granted(count);
        } else if (!this.#past.has(number)) {
            throw new Refused('credit for no open stream');
        }
        this.pump();
    }

    consumed(stream, count) {
        this.#grant(0, this.#window.consume(count));
        if (!stream.ended) {
            this.#grant(stream.number, stream.window.consume(count));
        }
    }

    /** Sends what credit and the transport allow, a frame of each stream in turn. */
    pump() {
        while (!this.#writable.writableNeedDrain) {
            const stream = [...this.#open.values()].find(candidate => this.#maySend(candidate));
            if (!stream) {
                return;
            }
            this.#sendOne(stream);
            // To the end of the row: it is the others' turn.
            this.#open.delete(stream.number);
            this.#open.set(stream.number, stream);
        }
        if (!this.#waiting) {
            this.#waiting = true;
            this.#writable.once('drain', () => {
                this.#waiting = false;
                this.pump();
            });
        }
    }

    #maySend({ outgoing, window }) {
        return outgoing.length > 0 && (outgoing[0].bytes === null || (window.toSend > 0 && this.#window.toSend > 0));
    }

    #sendOne({ outgoing, window, number }) {
        const { bytes, sent } = outgoing[0];
        if (bytes === null) {
            this.send(encodeFrame('end', undefined, { stream: number }));
        } else {
            const count = Math.min(bytes.length, window.toSend, this.#window.toSend);
            window.toSend -= count;
            this.#window.toSend -= count;
            this.send(encodeFrame('data', bytes.subarray(0, count), { stream: number }));
            if (count < bytes.length) {
                outgoing[0].bytes = bytes.subarray(count);
                return;
            }
        }
        outgoing.shift();
        sent();
    }

    #grant(stream, count) {
        if (count > 0) {
            this.send(encodeFrame('credit', encode('Credit', { bytes: count }), { stream }));
        }
    }
}
