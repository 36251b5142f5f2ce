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
    [JSImport("hasKem", Module)]
    public static partial Task<bool> HasKemAsync();

    [JSImport("importAead", Module)]
    internal static partial JSObject ImportAead(byte[] raw);

    [JSImport("seal", Module)]
    internal static partial Task SealAsync(JSObject key, byte[] head, [JSMarshalAs<JSType.MemoryView>] ArraySegment<byte> data);

    [JSImport("open", Module)]
    internal static partial Task<bool> OpenAsync(JSObject key, byte[] head, [JSMarshalAs<JSType.MemoryView>] ArraySegment<byte> data);

    [JSImport("createAgreement", Module)]
    internal static partial Task<JSObject> CreateAgreementAsync();

    [JSImport("agree", Module)]
    internal static partial Task<bool> AgreeAsync(JSObject keys, byte[] peer, [JSMarshalAs<JSType.MemoryView>] ArraySegment<byte> secret);

    [JSImport("sign", Module)]
    internal static partial Task SignAsync(JSObject keys, byte[] message, [JSMarshalAs<JSType.MemoryView>] ArraySegment<byte> signature);

    [JSImport("verify", Module)]
    internal static partial Task<bool> VerifyAsync(byte[] publicKey, byte[] message, byte[] signature);

    [JSImport("createKem", Module)]
    internal static partial Task<JSObject> CreateKemAsync();

    [JSImport("encapsulate", Module)]
    internal static partial Task<bool> EncapsulateAsync(byte[] publicKey, [JSMarshalAs<JSType.MemoryView>] ArraySegment<byte> both);

    [JSImport("decapsulate", Module)]
    internal static partial Task<bool> DecapsulateAsync(JSObject keys, byte[] ciphertext, [JSMarshalAs<JSType.MemoryView>] ArraySegment<byte> secret);

    [JSImport("publicKey", Module)]
    internal static partial byte[] PublicKey(JSObject keys);

    [JSImport("openDevice", Module)]
    internal static partial Task<JSObject?> OpenDeviceAsync(string name);

    [JSImport("removeDevice", Module)]
    internal static partial Task RemoveDeviceAsync(string name);

    [JSImport("identityOf", Module)]
    internal static partial JSObject IdentityOf(JSObject device);

    [JSImport("agreementOf", Module)]
    internal static partial JSObject AgreementOf(JSObject device);
}
