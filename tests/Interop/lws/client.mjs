// A device in a file, as a command-line program. Every line it prints is JSON.
//
//   node client.mjs --home FILE join rivet://HOST:PORT/KEY/CODE --name NAME --device NAME [--company NAME]
//   node client.mjs --home FILE whoami | conversations | catch-up | listen [--until TEXT]
//   node client.mjs --home FILE send CONVERSATION TEXT [--id HEX] [--times N]
//   node client.mjs --home FILE stream [--bytes N] [--streams N]
//   node client.mjs --home FILE ping [--times N]
//
//   --pattern known|first|ticket, --cipher aes|chacha, --binding exporter|end-point: else the best there is
//   --server-key KEY: pins another key than the invitation's
//
// Exit codes: 0 done, 1 refused by this side, 2 refused or closed by the server, 3 anything else.

import { parseArgs } from 'node:util';
import { bytesToHex, randomBytes } from '@noble/hashes/utils.js';
import { parseInvitation } from './invitation.mjs';
import { connect } from './link.mjs';
import { Mailbox } from './mailbox.mjs';
import { Closed, Refused, RequestRefused } from './refusal.mjs';
import { Store } from './store.mjs';
import { Binding, Cipher, CloseReason, nameOf, Pattern } from './wire.mjs';

const PATTERNS = { known: Pattern.KNOWN_SERVER, first: Pattern.FIRST_CONTACT, ticket: Pattern.RESUMPTION };
const CIPHERS = { aes: Cipher.AES_256_GCM, chacha: Cipher.CHACHA20_POLY1305 };
const BINDINGS = { 'exporter': Binding.TLS_EXPORTER, 'end-point': Binding.TLS_SERVER_END_POINT };

const { values: options, positionals: [command, ...given] } = parseArgs({
    allowPositionals: true,
    options: {
        'home': { type: 'string' }, 'name': { type: 'string' }, 'device': { type: 'string', default: 'node' },
        'company': { type: 'string' },
        'pattern': { type: 'string' }, 'cipher': { type: 'string', default: 'aes' }, 'binding': { type: 'string' },
        'server-key': { type: 'string' }, 'id': { type: 'string' }, 'until': { type: 'string' }, 'times': { type: 'string', default: '1' },
        'bytes': { type: 'string', default: '1000000' }, 'streams': { type: 'string', default: '1' },
    },
});

const commands = {
    join: async ({ link }) => say('joined', who(link)),
    whoami: async ({ link }) => {
        const { person, device, companyName } = await link.ask('WHO_AM_I');
        say('whoami', { ...who(link), name: person.name, deviceName: device.name, company: companyName });
    },
    conversations: async ({ mailbox }) => {
        for (const { conversationId, kind, title, lastSequence, deviceCursor } of await mailbox.conversations()) {
            say('conversation', { conversation: bytesToHex(conversationId), kind, title, lastSequence, deviceCursor });
        }
    },
    send: async ({ mailbox }) => {
        let id = options.id;
        for (let time = 0; time < Number(options.times); time++) {
            const sent = await mailbox.send(given[0], given[1], id);
            id = sent.id;
            say('sent', { id, sequence: sent.sequence, duplicate: sent.duplicate });
        }
    },
    'catch-up': async ({ mailbox, link }) => {
        await mailbox.sendPending();
        await mailbox.catchUp();
        say('caught-up', who(link));
    },
    listen: async ({ mailbox, link, heard }) => {
        await mailbox.catchUp();
        say('listening', who(link));
        await Promise.race([heard, link.closed.then(end => { throw end; })]);
    },
    stream: async ({ link }) => {
        const all = Array.from({ length: Number(options.streams) }, () => echo(link, Number(options.bytes)));
        for (const bytes of await Promise.all(all)) {
            say('echoed', { bytes });
        }
    },
    ping: async ({ link }) => {
        const times = Number(options.times);
        await Promise.all(Array.from({ length: times }, (_, number) => link.ping(number)));
        say('pong', { times });
    },
};

try {
    process.exitCode = await run();
} catch (error) {
    say('failed', { message: error.message, close: error.reason === undefined ? undefined : closeName(error), ...refusal(error) });
    process.exitCode = error instanceof Refused ? 1 : error instanceof Closed || error instanceof RequestRefused ? 2 : 3;
}

async function run() {
    const invitation = command === 'join' ? parseInvitation(given[0]) : undefined;
    const store = new Store(options.home, invitation);
    if (options['server-key']) {
        store.pin(Uint8Array.from(Buffer.from(options['server-key'], 'base64url')));
    }
    const join = invitation && {
        code: invitation.code, personName: options.name ?? '', deviceName: options.device, companyName: options.company ?? '',
    };
    const link = await connect(store, {
        join, cipher: CIPHERS[options.cipher], pattern: PATTERNS[options.pattern], binding: BINDINGS[options.binding],
    });
    let tell;
    const heard = new Promise(resolve => { tell = resolve; });
    const mailbox = new Mailbox(link, store, entry => {
        say('entry', entry);
        if (entry.text !== undefined && entry.text === options.until) {
            tell();
        }
    });
    await commands[command]({ link, mailbox, heard });
    const end = await link.close();
    if (!(end instanceof Closed)) {
        throw end;
    }
    return 0;
}

async function echo(link, count) {
    const sent = randomBytes(Math.min(count, 65_536));
    const stream = link.openStream('STREAM_ECHO');
    const writing = (async () => {
        for (let at = 0; at < count; at += sent.length) {
            await stream.write(sent.subarray(0, Math.min(sent.length, count - at)));
        }
        stream.end();
    })();
    let received = 0;
    for await (const bytes of stream) {
        // The pattern repeats: what came back is compared with where it must have come from.
        for (let at = 0; at < bytes.length;) {
            const from = (received + at) % sent.length;
            const part = Math.min(bytes.length - at, sent.length - from);
            if (Buffer.compare(bytes.subarray(at, at + part), sent.subarray(from, from + part)) !== 0) {
                throw new Refused('the echo is not what was sent');
            }
            at += part;
        }
        received += bytes.length;
    }
    await writing;
    const { bytes } = await stream.answer;
    if (bytes !== count || received !== count) {
        throw new Refused(`sent ${count} bytes, ${received} came back, the server counted ${bytes}`);
    }
    return bytes;
}

function who({ welcome, pattern, cipher, binding }) {
    return {
        pattern: nameOf(Pattern, pattern), cipher: nameOf(Cipher, cipher), binding: nameOf(Binding, binding),
        serverSaw: nameOf(Binding, welcome.binding), person: bytesToHex(welcome.personId), device: bytesToHex(welcome.deviceId),
        personName: welcome.personName, companyName: welcome.companyName,
    };
}

function closeName({ reason }) {
    return typeof reason === 'number' ? nameOf(CloseReason, reason) : undefined;
}

function refusal(error) {
    return error instanceof RequestRefused ? { code: error.code, reason: error.reason } : {};
}

function say(type, facts) {
    process.stdout.write(`${JSON.stringify({ type, ...facts })}\n`);
}
