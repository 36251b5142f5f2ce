// Delivery (lws.md §8) over an open link: sending once, fetching what was missed, acknowledging what was stored.

import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import { uuid7 } from './bytes.mjs';
import { decode, encode, Pushes } from './wire.mjs';

const PAGE = 500;

export class Mailbox {
    #link;
    #store;
    #hear;
    #work = Promise.resolve();

    /** @param hear called with each entry once, in order, when it is stored */
    constructor(link, store, hear) {
        this.#link = link;
        this.#store = store;
        this.#hear = hear;
        link.onPush = (method, body) => this.#push(method, body);
    }

    async conversations() {
        const all = [];
        for (let after = new Uint8Array(0); ;) {
            const { conversations, more } = await this.#link.ask('LIST_CONVERSATIONS', { after, limit: PAGE });
            all.push(...conversations);
            if (!more) {
                return all;
            }
            after = all.at(-1).conversationId;
        }
    }

    /** Gives a message its id, which is kept before the first attempt, and sends it until it has an answer. */
    async send(conversation, text, id = bytesToHex(uuid7())) {
        this.#store.addPending({ conversation, text, id });
        return await this.#sendPending({ conversation, text, id });
    }

    /** Sends what had no answer yet on earlier links. */
    async sendPending() {
        for (const message of this.#store.pending) {
            await this.#sendPending(message);
        }
    }

    /** Fetches everything this device does not have, and acknowledges it. */
    async catchUp() {
        for (const { conversationId, lastSequence } of await this.conversations()) {
            if (lastSequence > this.#store.sequence(bytesToHex(conversationId))) {
                await this.#inOrder(() => this.#fetch(conversationId));
            }
        }
    }

    async #sendPending({ conversation, text, id }) {
        const answer = await this.#link.ask('SEND', {
            conversationId: hexToBytes(conversation), clientMessageId: hexToBytes(id),
            content: encode('Content', { post: { body: { text } } }),
        });
        this.#store.removePending(id);
        return { id, ...answer };
    }

    #push(method, body) {
        if (method === Pushes.TICKET) {
            this.#store.keepTicket(decode('Ticket', body));
        } else if (method === Pushes.ENTRY_APPENDED) {
            this.#inOrder(() => this.#appended(decode('Entry', body))).catch(() => {}); // the link's end says why
        }
    }

    async #appended(entry) {
        const known = this.#store.sequence(bytesToHex(entry.conversationId));
        if (entry.sequence === known + 1) {
            await this.#keep([entry]);
        } else if (entry.sequence > known) {
            await this.#fetch(entry.conversationId);
        }
    }

    async #fetch(conversationId) {
        for (;;) {
            const after = this.#store.sequence(bytesToHex(conversationId));
            const { entries, lastSequence } = await this.#link.ask('FETCH', { conversationId, after, limit: PAGE });
            await this.#keep(entries);
            if (entries.length === 0 || entries.at(-1).sequence >= lastSequence) {
                return;
            }
        }
    }

    // Acknowledged is only what is stored: the file is written first.
    async #keep(entries) {
        if (entries.length === 0) {
            return;
        }
        const { conversationId } = entries[0];
        const kept = entries.map(readable);
        kept.forEach(entry => this.#store.addEntry(bytesToHex(conversationId), entry));
        this.#store.save();
        await this.#link.ask('ACKNOWLEDGE', { cursors: [{ conversationId, sequence: entries.at(-1).sequence }] });
        kept.forEach(entry => this.#hear({ conversation: bytesToHex(conversationId), ...entry }));
    }

    // One step after the other: a push must not overtake a fetch of the same conversation.
    #inOrder(step) {
        const done = this.#work.then(step);
        this.#work = done.catch(() => {});
        return done;
    }
}

function readable({ sequence, authorPersonId, clientMessageId, content }) {
    const text = content.length > 0 ? decode('Content', content).post?.body?.text : undefined;
    return { sequence, author: bytesToHex(authorPersonId), id: bytesToHex(clientMessageId), text };
}
