// The server's end of a link, in memory and without TLS, for tests of what the client must refuse. It does what it is told,
// right or wrong.

import { duplexPair } from 'node:stream';
import { ed25519 } from '@noble/curves/ed25519.js';
import { randomBytes } from '@noble/hashes/utils.js';
import { cipherNames, keyBundle, patternNames, prologue, VERSION } from './agreement.mjs';
import { readU32 } from './bytes.mjs';
import { decodeFrame, decodeFrames, encodeFrame } from './frames.mjs';
import { shakeHands } from './handshake.mjs';
import { Link } from './link.mjs';
import { HandshakeState, keyPair } from './noise.mjs';
import { Opener, Sealer } from './records.mjs';
import { Reader } from './transport.mjs';
import { Binding, Cipher, CloseReason, decode, encode, nameOf, Pattern } from './wire.mjs';

export function identityPair() {
    const secretKey = ed25519.utils.randomSecretKey();
    return { secretKey, publicKey: ed25519.getPublicKey(secretKey) };
}

export class Impostor {
    constructor() {
        const [clientEnd, serverEnd] = duplexPair();
        this.identity = identityPair();
        this.static = keyPair();
        this.ticket = { id: randomBytes(16), secret: randomBytes(32) };
        const binding = { kind: Binding.TLS_EXPORTER, value: randomBytes(32) };
        this.channel = { stream: clientEnd, reader: new Reader(clientEnd), binding };
        this.stream = serverEnd;
        this.reader = new Reader(serverEnd);
    }

    /** Lets a client that knows this server shake hands with it. */
    client(wish = {}) {
        return shakeHands(this.channel, {
            pattern: Pattern.FIRST_CONTACT, cipher: Cipher.AES_256_GCM, join: null, highest: 0, identityKey: this.identity.publicKey,
            staticKey: this.static.publicKey, ticket: wish.pattern === Pattern.RESUMPTION ? this.ticket : undefined,
            device: { identity: identityPair(), static: keyPair() }, ...wish,
        });
    }

    async readClear() {
        const frame = decodeFrame(await this.reader.read(readU32(await this.reader.read(4))), { from: 'client', sealed: false });
        return frame;
    }

    async readSealed() {
        return decodeFrames(this.opener.open(await this.reader.read(readU32(await this.reader.read(4)))), 'client');
    }

    send(...frames) {
        this.stream.write(this.sealer.seal(...frames));
    }

    /**
     * Reads initiate and answers it.
     *
     * @param answer fields of `ServerAnswer` that differ from the honest ones
     * @param distort changes the Noise message of respond
     */
    async respond({ answer = {}, distort = message => message } = {}) {
        this.initiate ??= (await this.readClear()).body;
        const { prefix, noise } = decode('Initiate', this.initiate);
        const { pattern, cipher, binding, version } = decode('Prefix', prefix);
        this.state = new HandshakeState({
            pattern: patternNames[pattern], cipher: cipherNames[cipher], initiator: false,
            prologue: prologue(prefix, this.channel.binding.value), s: this.static, psk: this.ticket.secret,
        });
        Object.assign(this, { cipher: cipherNames[cipher], pattern, binding, version });
        this.offer = decode('ClientOffer', this.state.read(noise));
        const keys = pattern === Pattern.FIRST_CONTACT ? keyBundle(this.identity, this.static) : undefined;
        const honest = { versions: [VERSION], features: [], version: VERSION, chosenFeatures: [], keys };
        this.stream.write(encodeFrame('respond', distort(this.state.write(encode('ServerAnswer', { ...honest, ...answer })))));
    }

    /** Behind respond: reads finish, if any, and ready. */
    async hear() {
        this.statement = decode('DeviceStatement', this.state.done ? this.offer.statement : this.state.read((await this.readClear()).body));
        const { fromInitiator, fromResponder } = this.state.split();
        this.opener = new Opener(this.cipher, fromInitiator);
        this.sealer = new Sealer(this.cipher, fromResponder);
        return await this.readSealed();
    }

    /** The reason of the close that the client sends next: in clear before there are keys, else sealed. */
    async closeReason() {
        const frame = this.opener ? (await this.readSealed())[0] : await this.readClear();
        return frame.type === 'close' ? nameOf(CloseReason, decode('Close', frame.body).reason) : frame.type;
    }

    /** An open link between an honest pair; gives the client's end. */
    async open(wish) {
        const shaking = this.client(wish);
        await this.respond();
        await this.hear();
        this.send(encodeFrame('welcome', encode('Welcome', { maxFrame: 1_048_576, binding: this.binding })));
        return new Link(this.channel, await shaking, { pattern: this.pattern, cipher: this.cipher });
    }
}
