// An open link (lws.md §7): requests, pushes, streams, pings, close.

import { randomInt } from 'node:crypto';
import { readU32 } from './bytes.mjs';
import { decodeFrames, encodeFrame } from './frames.mjs';
import { shakeHands } from './handshake.mjs';
import { checkRecordLength } from './records.mjs';
import { Closed, Refused, RequestRefused } from './refusal.mjs';
import { Streams } from './streams.mjs';
import { connectTls, Reader } from './transport.mjs';
import { Binding, CloseReason, decode, encode, Methods, Pattern } from './wire.mjs';

const CLOSE_LIMIT = 5_000;
const QUIET_LIMIT = 60_000;
const PONG_LIMIT = 30_000;
const MOST_STREAMS = 2 ** 32 - 1;

/**
 * Connects and signs in, or joins.
 *
 * @param {object} memory what the device keeps: see store.mjs
 * @param {object} wish `cipher`; and, where the caller insists, `pattern`, `binding`, `join`
 */
export async function connect(memory, wish) {
    const pattern = wish.pattern ?? bestPattern(memory, wish);
    try {
        return await connectBy(memory, wish, pattern);
    } catch (error) {
        if (!(error instanceof Closed) || error.reason !== CloseReason.REFUSED || pattern === Pattern.FIRST_CONTACT || wish.pattern) {
            throw error;
        }
        // §5.6: what was used is forgotten, and the identity is proven anew, once.
        memory.forget(pattern);
        return await connectBy(memory, wish, Pattern.FIRST_CONTACT);
    }
}

function bestPattern(memory, wish) {
    if (wish.join || !memory.server.staticKey) {
        return Pattern.FIRST_CONTACT;
    }
    return memory.hasTicket() ? Pattern.RESUMPTION : Pattern.KNOWN_SERVER;
}

async function connectBy(memory, wish, pattern) {
    const { stream, bindings } = await connectTls(memory.host, memory.port);
    const kind = wish.binding ?? Binding.TLS_EXPORTER;
    const channel = { stream, reader: new Reader(stream), binding: { kind, value: bindings.get(kind)() } };
    const opened = await shakeHands(channel, {
        pattern, cipher: wish.cipher, join: wish.join, device: memory.device,
        identityKey: memory.server.identityKey, staticKey: memory.server.staticKey, highest: memory.server.highestVersion,
        ticket: pattern === Pattern.RESUMPTION ? memory.takeTicket() : undefined,
    });
    memory.learn(opened.learnt);
    return new Link(channel, opened, { pattern, cipher: wish.cipher });
}

export class Link {
    #channel;
    #sealer;
    #opener;
    #streams;
    #requests = new Map();
    #pings = [];
    #lastStream = 0;
    #closing = false;
    #timer;

    #early = [];
    #onPush;

    constructor(channel, { sealer, opener, welcome, further }, { pattern, cipher }) {
        this.#channel = channel;
        this.#sealer = sealer;
        this.#opener = opener;
        this.#streams = new Streams(frame => this.#send(frame), channel.stream);
        Object.assign(this, { welcome, pattern, cipher, binding: channel.binding.kind });
        /** When the link has ended: why, a {@link Closed} or {@link Refused}. */
        this.closed = this.#run(further);
    }

    /** Called for each push with its method and body; what came before it was set is told at once: a push may share the welcome's record. */
    set onPush(hear) {
        this.#onPush = hear;
        this.#early.splice(0).forEach(([method, body]) => hear(method, body));
    }

    #pushed(method, body) {
        if (this.#onPush) {
            this.#onPush(method, body);
        } else {
            this.#early.push([method, body]);
        }
    }

    /** Asks; gives the answer, or throws {@link RequestRefused}, or {@link Closed} where nobody knows whether it was done. */
    ask(method, request = {}) {
        const { number, request: type } = Methods[method];
        return this.askRaw(number, encode(type, request), body => decode(Methods[method].response, body));
    }

    askRaw(method, body, read = answer => answer) {
        return new Promise((resolve, reject) => this.#request(method, body, answer => resolve(read(answer)), reject));
    }

    /** Opens a stream of data; its `answer` is the response. */
    openStream(method, request = {}) {
        const { number, request: type, response } = Methods[method];
        let stream;
        this.#request(
            number, encode(type, request), answer => stream.answered(decode(response, answer)), error => stream.refused(error),
            frame => { stream = this.#streams.open(frame); });
        return stream;
    }

    /** Resolves with the pong. */
    ping(stream = 0) {
        return new Promise((resolve, reject) => {
            this.#pings.push({ stream, resolve, reject });
            this.#send(encodeFrame('ping', undefined, { stream }));
        });
    }

    /** A clean end: says goodbye, and reads on until the server has closed too. */
    async close(reason = CloseReason.GOODBYE) {
        this.#closing = true;
        this.#end(reason);
        return await this.closed;
    }

    /** Drops the connection, as a lost network does. */
    destroy() {
        this.#channel.stream.destroy();
    }

    #request(method, body, resolve, reject, opening = () => {}) {
        if (this.#lastStream === MOST_STREAMS) {
            throw new Error('the numbers of this link are used up: connect again');
        }
        const stream = ++this.#lastStream;
        this.#requests.set(stream, { resolve, reject });
        // The stream is there before anything on it can be answered.
        opening(stream);
        this.#send(encodeFrame('request', body, { method, stream }));
    }

    async #run(further) {
        let end;
        try {
            this.#heard();
            further.forEach(frame => this.#take(frame));
            for (;;) {
                const length = checkRecordLength(readU32(await this.#channel.reader.read(4)));
                const plaintext = this.#opener.open(await this.#channel.reader.read(length));
                this.#heard();
                decodeFrames(plaintext, 'server').forEach(frame => this.#take(frame));
            }
        } catch (error) {
            end = error;
        }
        clearTimeout(this.#timer);
        const lost = end instanceof Closed ? end : new Closed(0, false);
        this.#requests.forEach(({ reject }) => reject(lost));
        this.#pings.forEach(({ reject }) => reject(lost));
        this.#streams.closeAll(lost);
        this.#closing = true;
        if (end instanceof Closed) {
            this.#channel.stream.end();
        } else {
            this.#end(end.reason ?? CloseReason.PROTOCOL_ERROR);
        }
        await this.#channel.reader.end();
        return end;
    }

    #take(frame) {
        switch (frame.type) {
            case 'response': return this.#answer(frame).resolve(frame.body);
            case 'error': return this.#answer(frame).reject(new RequestRefused(decode('Refusal', frame.body)));
            case 'push': return this.#pushed(frame.method, frame.body);
            case 'data': return this.#streams.data(frame);
            case 'credit': return this.#streams.credit(frame, decode('Credit', frame.body).bytes);
            case 'ping': return this.#send(encodeFrame('pong', undefined, { stream: frame.stream }));
            case 'pong': return this.#pong(frame);
            case 'close': throw new Closed(decode('Close', frame.body).reason, true);
            default: throw new Refused(`a frame that does not belong there: ${frame.type}`);
        }
    }

    #answer({ stream }) {
        const request = this.#requests.get(stream);
        if (!request) {
            throw new Refused('an answer to no request');
        }
        this.#requests.delete(stream);
        this.#streams.close(stream);
        return request;
    }

    #pong({ stream }) {
        // In order of arrival: another number than the oldest ping's is no answer to anything.
        if (this.#pings[0]?.stream !== stream) {
            throw new Refused('a pong to no ping');
        }
        this.#pings.shift().resolve();
    }

    #send(frame) {
        if (!this.#closing) {
            this.#channel.stream.write(this.#sealer.seal(frame));
        }
    }

    #end(reason) {
        this.#channel.stream.end(this.#sealer.seal(encodeFrame('close', encode('Close', { reason }))));
        setTimeout(() => this.#channel.stream.destroy(), CLOSE_LIMIT).unref();
    }

    // Something came: the next ping is a minute away, with some chance so that a thousand devices do not ping together.
    #heard() {
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => {
            this.ping().catch(() => {});
            this.#timer = setTimeout(() => this.destroy(), PONG_LIMIT);
        }, QUIET_LIMIT + randomInt(QUIET_LIMIT / 5)).unref();
    }
}
