// What a device keeps beyond its own restart, in one JSON file that only its owner may read: its keys, what it learnt of
// servers, the messages that have no answer yet, and the entries it has.

import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { ed25519 } from '@noble/curves/ed25519.js';
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import { keyPair } from './noise.mjs';
import { Pattern } from './wire.mjs';

export class Store {
    #path;
    #kept;
    #pinned;

    /** The device of a file; with an invitation, a new one for the server that it names. */
    constructor(path, invitation) {
        this.#path = path;
        if (existsSync(path)) {
            this.#kept = JSON.parse(readFileSync(path, 'utf8'));
        } else if (!invitation) {
            throw new Error(`no device in ${path}: join first`);
        } else {
            this.#kept = {
                host: invitation.host, port: invitation.port, identityKey: bytesToHex(invitation.identityKey),
                device: { identity: bytesToHex(ed25519.utils.randomSecretKey()), static: bytesToHex(keyPair().secretKey) },
                servers: {}, pending: [], conversations: {},
            };
        }
        this.#pinned = this.#kept.identityKey;
        const identity = hexToBytes(this.#kept.device.identity);
        this.device = {
            identity: { secretKey: identity, publicKey: ed25519.getPublicKey(identity) },
            static: keyPair(hexToBytes(this.#kept.device.static)),
        };
    }

    get host() {
        return this.#kept.host;
    }

    get port() {
        return this.#kept.port;
    }

    /** What is known of the pinned server. */
    get server() {
        const { staticKey, highestVersion } = this.#known;
        return { identityKey: hexToBytes(this.#pinned), staticKey: staticKey && hexToBytes(staticKey), highestVersion };
    }

    /** Pins another identity for as long as this object lives, as if the invitation had named it. */
    pin(identityKey) {
        this.#pinned = bytesToHex(identityKey);
    }

    learn({ staticKey, highest }) {
        this.#known.highestVersion = Math.max(this.#known.highestVersion, highest);
        this.#known.staticKey = staticKey ? bytesToHex(staticKey) : this.#known.staticKey;
        this.save();
    }

    /** Forgets what a refused pattern rested on, never the highest version. */
    forget(pattern) {
        if (pattern === Pattern.KNOWN_SERVER) {
            this.#known.staticKey = null;
        } else {
            this.#known.tickets = [];
        }
        this.save();
    }

    keepTicket({ id, secret, lifetimeSeconds }) {
        const until = Date.now() + Math.min(lifetimeSeconds, 86_400) * 1000;
        this.#known.tickets.push({ id: bytesToHex(id), secret: bytesToHex(secret), until });
        this.#known.tickets = this.#known.tickets.slice(-2);
        this.save();
    }

    hasTicket() {
        return this.#known.tickets.some(({ until }) => until > Date.now());
    }

    /** The newest ticket, gone from the file before it is used: a ticket is used once. */
    takeTicket() {
        this.#known.tickets = this.#known.tickets.filter(({ until }) => until > Date.now());
        const ticket = this.#known.tickets.pop();
        this.save();
        if (!ticket) {
            throw new Error('no ticket');
        }
        return { id: hexToBytes(ticket.id), secret: hexToBytes(ticket.secret) };
    }

    forgetTickets() {
        this.#known.tickets = [];
        this.save();
    }

    /** A message that is to be sent, until it has an answer. */
    addPending(message) {
        this.#kept.pending.push(message);
        this.save();
    }

    removePending(id) {
        this.#kept.pending = this.#kept.pending.filter(message => message.id !== id);
        this.save();
    }

    get pending() {
        return [...this.#kept.pending];
    }

    /** How far this device has a conversation. */
    sequence(conversation) {
        return this.#kept.conversations[conversation]?.at(-1)?.sequence ?? 0;
    }

    addEntry(conversation, entry) {
        (this.#kept.conversations[conversation] ??= []).push(entry);
    }

    save() {
        const beside = `${this.#path}.new`;
        writeFileSync(beside, JSON.stringify(this.#kept, null, 2), { mode: 0o600, flush: true });
        renameSync(beside, this.#path);
    }

    get #known() {
        return this.#kept.servers[this.#pinned] ??= { highestVersion: 0, staticKey: null, tickets: [] };
    }
}
