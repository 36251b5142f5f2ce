using Rivet.Cryptography;
using Rivet.Wire;

namespace Rivet.Hosting.Link.Connections;

/// <summary>The server's identity as the handshake signs with it.</summary>
internal sealed class ServerSigner(IServerIdentity identity)
{
    public async ValueTask<(KeyBundle Keys, ISigner Signer)> GetAsync(CancellationToken ct)
    {
        var keys = await identity.GetKeysAsync(ct);
        return (keys, new Signer(identity, keys.IdentityKey.Memory));
    }

    /// <summary>What the handshake of version 2 needs; null while the vault is unavailable.</summary>
    public async ValueTask<(KeyBundle Keys, IKeyAgreement Static)?> GetStaticAsync(CancellationToken ct)
        => await identity.GetStaticAsync(ct) is { } agreement ? (await identity.GetKeysAsync(ct), agreement) : null;

    private sealed class Signer(IServerIdentity identity, ReadOnlyMemory<byte> publicKey) : ISigner
    {
        public ReadOnlyMemory<byte> PublicKey => publicKey;

        public ValueTask<byte[]?> SignAsync(ReadOnlyMemory<byte> message, CancellationToken ct) => identity.SignAsync(message, ct);
    }
}
