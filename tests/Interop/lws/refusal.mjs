// Why a link did not come about, or ended before its time.

import { CloseReason, nameOf } from './wire.mjs';

/** This side refuses: `reason` is what it says in its close. */
export class Refused extends Error {
    constructor(message, reason = CloseReason.PROTOCOL_ERROR) {
        super(message);
        this.reason = reason;
    }
}

/** The other side sent a close, or went without one (`reason` 0). */
export class Closed extends Error {
    constructor(reason, sealed) {
        super(reason === 0 ? 'the connection was lost' : `the server closed: ${nameOf(CloseReason, reason)}`);
        this.reason = reason;
        this.sealed = sealed;
    }
}

/** The server answered a request by an error frame. */
export class RequestRefused extends Error {
    constructor({ code, reason, detail, incident }) {
        super(`${reason}: ${detail}`);
        Object.assign(this, { code, reason, detail, incident });
    }
}
