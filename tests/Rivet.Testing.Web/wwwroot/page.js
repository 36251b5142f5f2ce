import { dotnet } from './_framework/dotnet.js';

const runtime = await dotnet.create();
const assembly = runtime.getConfig().mainAssemblyName;
const { Rivet } = await runtime.getAssemblyExports(assembly);
await Rivet.Testing.Web.Page.LoadAsync(new URL('_content/Rivet.Cryptography.WebCrypto/webcrypto.js', import.meta.url).href);

// What the tests call, each an async function of strings and numbers.
globalThis.rivet = Rivet.Testing.Web.Page;
