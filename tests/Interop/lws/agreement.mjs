// What both ends agree on inside the handshake (lws.md §5.2 and §5.3): prefix, prologue, offers, key bundles, downgrade rule.

import { ed25519 } from '@noble/curves/ed25519.js';
import { labelled, same, u32 } from './bytes.mjs';
import { Refused } from './refusal.mjs';
import { CloseReason, encode, Pattern } from './wire.mjs';

export const VERSION = 2;

/** All this client speaks, best first, and has. */
export const offer = { versions: [VERSION], features: [] };

export const patternNames = {
    [Pattern.KNOWN_SERVER]: 'IKhfs', [Pattern.FIRST_CONTACT]: 'XXhfs', [Pattern.RESUMPTION]: 'NNpsk0+hfs',
};
export const cipherNames = { 1: 'AESGCM', 2: 'ChaChaPoly' };

const MOST_VERSIONS = 16;
const MOST_FEATURES = 32;
const FEATURE = /^[a-z0-9.-]{1,64}$/;

export function prologue(prefix, bindingValue) {
    return labelled('rivet lws 2', u32(prefix.length), prefix, u32(bindingValue.length), bindingValue);
}

export function keyBundle(identity, staticPair) {
    return {
        identityKey: identity.publicKey,
        staticKey: staticPair.publicKey,
        staticSignature: ed25519.sign(staticKeyText(staticPair.publicKey), identity.secretKey),
    };
}

/** A device's statement, serialised; `join` is null to sign in. */
export function deviceStatement(identity, staticPair, join) {
    return encode('DeviceStatement', { keys: keyBundle(identity, staticPair), ...(join ? { join } : { signIn: {} }) });
}

/** Refuses a bundle that is not this identity's, or not of the static key that Noise received. */
export function checkBundle(bundle, identityKey, staticKey) {
    if (!bundle) {
        throw new Refused('the server shows no keys', CloseReason.REFUSED);
    }
    if (!same(bundle.identityKey, identityKey)) {
        throw new Refused('another server: its identity key is not the pinned one', CloseReason.REFUSED);
    }
    if (!same(bundle.staticKey, staticKey) || !holds(bundle)) {
        throw new Refused('the server\'s static key is not signed by its identity', CloseReason.REFUSED);
    }
}

/**
 * Judges a server's answer by the client's own offer.
 *
 * @param answer a `ServerAnswer`
 * @param own what this client offered
 * @param used the version in the prefix
 * @param highest the highest version this server was ever seen to speak
 * @returns the highest version it was seen to speak from now on
 */
export function checkAnswer(answer, own, used, highest) {
    checkOffer(answer);
    const version = own.versions.find(candidate => answer.versions.includes(candidate));
    const features = own.features.filter(candidate => answer.features.includes(candidate));
    if (highest > 0 && !answer.versions.includes(highest)) {
        throw new Refused(`a downgrade: the server spoke version ${highest} before`, CloseReason.REFUSED);
    }
    if (version !== answer.version || features.join() !== answer.chosenFeatures.join()) {
        throw new Refused('a downgrade: the server chose what the offers do not give', CloseReason.REFUSED);
    }
    if (version !== used) {
        // It would begin again with the better version, if it spoke another.
        throw new Refused('a downgrade: both speak a better version than the prefix names', CloseReason.REFUSED);
    }
    return Math.max(highest, ...answer.versions);
}

function checkOffer({ versions, features }) {
    const sorted = features.every((feature, index) => FEATURE.test(feature) && (index === 0 || features[index - 1] < feature));
    if (versions.length > MOST_VERSIONS || features.length > MOST_FEATURES || !sorted) {
        throw new Refused('an offer out of its bounds', CloseReason.REFUSED);
    }
}

function holds({ identityKey, staticKey, staticSignature }) {
    try {
        return ed25519.verify(staticSignature, staticKeyText(staticKey), identityKey, { zip215: false });
    } catch {
        return false; // sizes that no key or signature has
    }
}

function staticKeyText(staticKey) {
    return labelled('rivet lws v1 static key', staticKey);
}
