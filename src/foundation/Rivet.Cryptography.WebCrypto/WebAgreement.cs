using System.Runtime.InteropServices.JavaScript;

namespace Rivet.Cryptography.WebCrypto;

/// <summary>An X25519 key pair (RFC 7748) whose private half the browser keeps and nobody can read.</summary>
public sealed class WebAgreement : IKeyAgreement, IDisposable
{
    private readonly JSObject keys;

    internal WebAgreement(JSObject keys)
    {
        this.keys = keys;
        PublicKey = WebCrypto.PublicKey(keys);
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> PublicKey { get; }

    /// <summary>Makes a key pair for one handshake.</summary>
    public static async ValueTask<IKeyAgreement> CreateEphemeralAsync(CancellationToken ct)
    {
        var call = new BrowserCall<JSObject?>();
        WebCrypto.CreateAgreement(call.Done);
        return new WebAgreement(await call.EndAsync() ?? throw new PlatformNotSupportedException("This browser has no X25519."));
    }

    /// <inheritdoc/>
    public async ValueTask<byte[]?> AgreeAsync(ReadOnlyMemory<byte> peer, CancellationToken ct)
    {
        var secret = new byte[KeySizes.StaticKey];
        var call = new BrowserCall<bool>();
        WebCrypto.Agree(keys, peer.ToArray(), secret, call.Done);
        return await call.EndAsync() ? secret : null;
    }

    /// <summary>Lets go of the pair.</summary>
    public void Dispose() => keys.Dispose();

    /// <summary>Never the key.</summary>
    public override string ToString() => "[redacted]";
}
