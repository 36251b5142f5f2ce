// An invitation: rivet://HOST:PORT/KEY/CODE. The key is base64url without padding; the code is in Crockford's alphabet, 26
// letters for its 128 bits with two zero bits in front, and hyphens for the eye.

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const CODE_LETTERS = 26;

export function parseInvitation(text) {
    const [, host, port, key, code] = /^rivet:\/\/(\[[0-9a-f:.]+\]|[^/:]+):(\d+)\/([\w-]+)\/([\w-]+)$/i.exec(text) ?? [];
    const identityKey = Uint8Array.from(Buffer.from(key ?? '', 'base64url'));
    if (identityKey.length !== 32) {
        throw new Error('that is no invitation: rivet://HOST:PORT/KEY/CODE');
    }
    return { host: host.replace(/^\[|\]$/g, ''), port: Number(port), identityKey, code: parseCode(code) };
}

function parseCode(text) {
    const letters = [...text.toUpperCase().replaceAll('-', '')].map(letter => ALPHABET.indexOf(letter));
    const number = letters.reduce((sum, letter) => sum * 32n + BigInt(letter), 0n);
    if (letters.length !== CODE_LETTERS || letters.includes(-1) || number >= 2n ** 128n) {
        throw new Error('the code of that invitation is none');
    }
    return Uint8Array.from(Buffer.from(number.toString(16).padStart(32, '0'), 'hex'));
}
