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
    public static async ValueTask<IKeyAgreement> CreateEphemeralAsync(CancellationToken ct) => new WebAgreement(await WebCrypto.CreateAgreementAsync());

    /// <inheritdoc/>
    public async ValueTask<byte[]?> AgreeAsync(ReadOnlyMemory<byte> peer, CancellationToken ct)
    {
        var secret = new byte[KeySizes.StaticKey];
        return await WebCrypto.AgreeAsync(keys, peer.ToArray(), secret) ? secret : null;
    }

    /// <summary>Lets go of the pair.</summary>
    public void Dispose() => keys.Dispose();

    /// <summary>Never the key.</summary>
    public override string ToString() => "[redacted]";
}
