import { dotnet } from './_framework/dotnet.js';

const runtime = await dotnet.create();

// Keys with known values, for vectors; the product only has keys that the browser drew.
const pkcs8 = Uint8Array.from('302e020100300506032b656e04220420'.match(/../g), byte => parseInt(byte, 16));
runtime.setModuleImports('known', {
  agreement: async key => ({
    privateKey: await crypto.subtle.importKey('pkcs8', new Uint8Array([...pkcs8, ...key]), 'X25519', false, ['deriveBits']),
    raw: new Uint8Array(32),
  }),
  kem: async seed => ({
    privateKey: await crypto.subtle.importKey('raw-seed', seed, 'ML-KEM-768', false, ['decapsulateBits']),
    raw: new Uint8Array(1184),
  }),
});

const { Rivet } = await runtime.getAssemblyExports(runtime.getConfig().mainAssemblyName);
await Rivet.Testing.Web.Page.LoadAsync(new URL('_content/Rivet.Cryptography.WebCrypto/webcrypto.js', import.meta.url).href);

// What the tests call, each an async function of strings and numbers.
globalThis.rivet = { ...Rivet.Testing.Web.Page, ...Rivet.Testing.Web.Vectors, ...Rivet.Testing.Web.Costs };
