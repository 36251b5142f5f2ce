using System.Runtime.InteropServices.JavaScript;

namespace Rivet.Cryptography.WebCrypto;

/// <summary>The script beside this code (<c>webcrypto.js</c>), which speaks to the browser's <c>SubtleCrypto</c> (W3C Web Cryptography).</summary>
public static partial class WebCrypto
{
    private const string Module = "rivet-webcrypto";

    /// <summary>Loads the script; once, before anything else here.</summary>
    /// <param name="address">Its address, absolute or from the runtime's own folder.</param>
    /// <param name="ct">Ends the attempt by an exception.</param>
    public static async Task LoadAsync(string address, CancellationToken ct) => (await JSHost.ImportAsync(Module, address, ct)).Dispose();

    /// <summary>Whether this browser has ML-KEM-768 (<see cref="WebKem"/>).</summary>
    public static async Task<bool> HasKemAsync()
    {
        var call = new BrowserCall<bool>();
        HasKem(call.Done);
        return await call.EndAsync();
    }

    [JSImport("importAead", Module)]
    internal static partial JSObject ImportAead(byte[] raw);

    [JSImport("seal", Module)]
    internal static partial void Seal(
        JSObject key, byte[] head, [JSMarshalAs<JSType.MemoryView>] ArraySegment<byte> data, [JSMarshalAs<JSType.Function<JSType.Boolean>>] Action<bool> done);

    [JSImport("open", Module)]
    internal static partial void Open(
        JSObject key, byte[] head, [JSMarshalAs<JSType.MemoryView>] ArraySegment<byte> data, [JSMarshalAs<JSType.Function<JSType.Boolean>>] Action<bool> done);

    [JSImport("createAgreement", Module)]
    internal static partial void CreateAgreement([JSMarshalAs<JSType.Function<JSType.Object>>] Action<JSObject?> done);

    [JSImport("agree", Module)]
    internal static partial void Agree(
        JSObject keys, byte[] peer, [JSMarshalAs<JSType.MemoryView>] ArraySegment<byte> secret, [JSMarshalAs<JSType.Function<JSType.Boolean>>] Action<bool> done);

    [JSImport("sign", Module)]
    internal static partial void Sign(
        JSObject keys, byte[] message, [JSMarshalAs<JSType.MemoryView>] ArraySegment<byte> signature, [JSMarshalAs<JSType.Function<JSType.Boolean>>] Action<bool> done);

    [JSImport("verify", Module)]
    internal static partial void Verify(
        byte[] publicKey, byte[] message, byte[] signature, [JSMarshalAs<JSType.Function<JSType.Boolean>>] Action<bool> done);

    [JSImport("verifyP256", Module)]
    internal static partial void VerifyP256(
        byte[] publicKey, byte[] message, byte[] signature, [JSMarshalAs<JSType.Function<JSType.Boolean>>] Action<bool> done);

    [JSImport("createKem", Module)]
    internal static partial void CreateKem([JSMarshalAs<JSType.Function<JSType.Object>>] Action<JSObject?> done);

    [JSImport("encapsulate", Module)]
    internal static partial void Encapsulate(
        byte[] publicKey, [JSMarshalAs<JSType.MemoryView>] ArraySegment<byte> both, [JSMarshalAs<JSType.Function<JSType.Boolean>>] Action<bool> done);

    [JSImport("decapsulate", Module)]
    internal static partial void Decapsulate(
        JSObject keys, byte[] ciphertext, [JSMarshalAs<JSType.MemoryView>] ArraySegment<byte> secret, [JSMarshalAs<JSType.Function<JSType.Boolean>>] Action<bool> done);

    [JSImport("publicKey", Module)]
    internal static partial byte[] PublicKey(JSObject keys);

    [JSImport("openDevice", Module)]
    internal static partial void OpenDevice(string name, [JSMarshalAs<JSType.Function<JSType.Object>>] Action<JSObject?> done);

    [JSImport("removeDevice", Module)]
    internal static partial void RemoveDevice(string name, [JSMarshalAs<JSType.Function<JSType.Boolean>>] Action<bool> done);

    [JSImport("identityOf", Module)]
    internal static partial JSObject IdentityOf(JSObject device);

    [JSImport("agreementOf", Module)]
    internal static partial JSObject AgreementOf(JSObject device);

    [JSImport("hasKem", Module)]
    private static partial void HasKem([JSMarshalAs<JSType.Function<JSType.Boolean>>] Action<bool> done);
}
