using System.Runtime.InteropServices.JavaScript;

namespace Rivet.Cryptography.WebCrypto;

/// <summary>An Ed25519 key pair (RFC 8032) whose private half the browser keeps and nobody can read.</summary>
internal sealed class WebSigner(JSObject keys) : ISigner, IDisposable
{
    public ReadOnlyMemory<byte> PublicKey { get; } = WebCrypto.PublicKey(keys);

    public async ValueTask<byte[]?> SignAsync(ReadOnlyMemory<byte> message, CancellationToken ct)
    {
        var signature = new byte[KeySizes.Signature];
        var call = new BrowserCall<bool>();
        WebCrypto.Sign(keys, message.ToArray(), signature, call.Done);
        return await call.EndAsync() ? signature : null;
    }

    public void Dispose() => keys.Dispose();

    public override string ToString() => "[redacted]";
}

/// <summary>Verifies Ed25519 signatures by WebCrypto.</summary>
public sealed class WebVerifier : ISignatureVerifier
{
    /// <inheritdoc/>
    public async ValueTask<bool> VerifyAsync(
        ReadOnlyMemory<byte> publicKey, ReadOnlyMemory<byte> message, ReadOnlyMemory<byte> signature, CancellationToken ct)
    {
        var call = new BrowserCall<bool>();
        WebCrypto.Verify(publicKey.ToArray(), message.ToArray(), signature.ToArray(), call.Done);
        return await call.EndAsync();
    }
}
