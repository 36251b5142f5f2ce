// The client's states up to the welcome (lws.md §5.5).

import { checkAnswer, checkBundle, cipherNames, deviceStatement, offer, patternNames, prologue, VERSION } from './agreement.mjs';
import { readU32 } from './bytes.mjs';
import { checkLength, decodeFrame, decodeFrames, encodeFrame, MAX_CLEAR_FRAME } from './frames.mjs';
import { HandshakeState, NoiseError } from './noise.mjs';
import { solve } from './puzzle.mjs';
import { checkRecordLength, LEAST_RECORD, Opener, Sealer } from './records.mjs';
import { Closed, Refused } from './refusal.mjs';
import { CloseReason, decode, encode, Pattern } from './wire.mjs';

const LIMIT = 10_000;

/**
 * Runs the handshake over a stream that TLS, or a test, gives.
 *
 * @param {object} channel `stream`, `reader`, and `binding` with its `kind` and `value`
 * @param {object} wish `pattern`, `cipher`, `identityKey` (pinned), `staticKey` (pattern 1), `ticket` (pattern 3), `device` with its
 *   two key pairs, `join` or null, `highest` version seen of this server
 * @returns what an open link needs: sealer, opener, the welcome, the first record's further frames; and what the client learnt
 */
export async function shakeHands(channel, wish) {
    const timer = setTimeout(() => channel.stream.destroy(new Error('the handshake took too long')), LIMIT);
    const run = { channel, wish, sealer: null };
    try {
        return await openLink(run);
    } catch (error) {
        if (error instanceof Closed) {
            channel.stream.destroy();
        } else {
            refuse(run, error);
        }
        throw error instanceof NoiseError ? new Refused(error.message, CloseReason.REFUSED) : error;
    } finally {
        clearTimeout(timer);
    }
}

async function openLink(run) {
    const { channel, wish } = run;
    const { state, initiateBody } = begin(channel, wish);
    channel.stream.write(encodeFrame('initiate', initiateBody));
    const answer = decode('ServerAnswer', state.read(await awaitRespond(channel, initiateBody)));
    if (state.done) {
        setKeys(run, state); // from here a refusal is sealed
    }
    const learnt = judge(answer, state, wish);
    if (!state.done) {
        channel.stream.write(encodeFrame('finish', state.write(deviceStatement(wish.device.identity, wish.device.static, wish.join))));
        setKeys(run, state);
    }
    channel.stream.write(run.sealer.seal(encodeFrame('ready')));
    const [welcome, ...further] = await awaitWelcome(run);
    return { sealer: run.sealer, opener: run.opener, welcome: decode('Welcome', welcome.body), further, learnt };
}

function begin(channel, { pattern, cipher, device, join, staticKey, ticket }) {
    const prefix = encode('Prefix', { version: VERSION, pattern, cipher, binding: channel.binding.kind, ticket: ticket?.id });
    const state = new HandshakeState({
        pattern: patternNames[pattern], cipher: cipherNames[cipher], initiator: true, prologue: prologue(prefix, channel.binding.value),
        s: device.static, rs: staticKey, psk: ticket?.secret,
    });
    const statement = pattern === Pattern.KNOWN_SERVER ? deviceStatement(device.identity, device.static, join) : undefined;
    return { state, initiateBody: encode('Initiate', { prefix, noise: state.write(encode('ClientOffer', { ...offer, statement })) }) };
}

async function awaitRespond(channel, initiateBody) {
    let puzzled = false;
    for (;;) {
        const frame = await readClearFrame(channel, readU32(await channel.reader.read(4)));
        if (frame.type === 'respond') {
            return frame.body;
        }
        if (frame.type !== 'puzzle' || puzzled) {
            throw new Refused(`not a respond but ${frame.type}`);
        }
        puzzled = true;
        channel.stream.write(encodeFrame('solution', encode('Solution', { nonce: solve(decode('Puzzle', frame.body), initiateBody) })));
    }
}

function judge(answer, state, { pattern, identityKey, highest }) {
    const learnt = { highest: 0, staticKey: null };
    if (pattern === Pattern.FIRST_CONTACT) {
        checkBundle(answer.keys, identityKey, state.rs);
        learnt.staticKey = state.rs;
    }
    learnt.highest = checkAnswer(answer, offer, VERSION, highest);
    return learnt;
}

async function awaitWelcome(run) {
    const { channel } = run;
    const length = readU32(await channel.reader.read(4));
    if (length < LEAST_RECORD) {
        // No record is that short: a frame in clear, which can only be a close (§5.6).
        throw new Refused(`not a welcome but ${(await readClearFrame(channel, length)).type}`);
    }
    const frames = decodeFrames(run.opener.open(await channel.reader.read(checkRecordLength(length))), 'server');
    if (frames[0].type === 'close') {
        throw new Closed(decode('Close', frames[0].body).reason, true);
    }
    if (frames[0].type !== 'welcome') {
        throw new Refused(`not a welcome but ${frames[0].type}`);
    }
    return frames;
}

async function readClearFrame(channel, length) {
    const frame = decodeFrame(await channel.reader.read(checkLength(length, MAX_CLEAR_FRAME)), { from: 'server', sealed: false });
    if (frame.type === 'close') {
        throw new Closed(decode('Close', frame.body).reason, false);
    }
    return frame;
}

function setKeys(run, state) {
    const { fromInitiator, fromResponder } = state.split();
    const cipher = cipherNames[run.wish.cipher];
    run.sealer = new Sealer(cipher, fromInitiator);
    run.opener = new Opener(cipher, fromResponder);
}

// The reason is said under the own key where there is one, else in clear.
function refuse({ channel, sealer }, error) {
    const reason = error instanceof NoiseError ? CloseReason.REFUSED : error.reason ?? CloseReason.PROTOCOL_ERROR;
    const close = encodeFrame('close', encode('Close', { reason }));
    channel.stream.end(sealer ? sealer.seal(close) : close);
}
