using Rivet.Cryptography;

namespace Rivet.Lws.Tests.Noise;

/// <summary>A key that keeps what it gave away, and that may be away.</summary>
internal sealed class WatchedKey(IKeyAgreement key, List<byte[]> given) : IKeyAgreement
{
    public bool IsAway { get; init; }

    public ReadOnlyMemory<byte> PublicKey => key.PublicKey;

    public async ValueTask<byte[]?> AgreeAsync(ReadOnlyMemory<byte> peer, CancellationToken ct)
    {
        var secret = IsAway ? null : await key.AgreeAsync(peer, ct);
        if (secret is not null)
        {
            given.Add(secret);
        }

        return secret;
    }
}

/// <summary>A KEM that keeps the secrets it gave away.</summary>
internal sealed class WatchedKem(IKem kem, List<byte[]> given) : IKem
{
    public async ValueTask<IDecapsulation> CreateAsync(CancellationToken ct) => new WatchedDecapsulation(await kem.CreateAsync(ct), given);

    public async ValueTask<Encapsulated?> TryEncapsulateAsync(ReadOnlyMemory<byte> encapsulationKey, CancellationToken ct)
    {
        var made = await kem.TryEncapsulateAsync(encapsulationKey, ct);
        given.Add(made!.SharedSecret);
        return made;
    }

    private sealed class WatchedDecapsulation(IDecapsulation own, List<byte[]> given) : IDecapsulation
    {
        public ReadOnlyMemory<byte> EncapsulationKey => own.EncapsulationKey;

        public async ValueTask<byte[]?> TryDecapsulateAsync(ReadOnlyMemory<byte> ciphertext, CancellationToken ct)
        {
            var secret = await own.TryDecapsulateAsync(ciphertext, ct);
            given.Add(secret!);
            return secret;
        }

        public void Dispose() => own.Dispose();
    }
}

/// <summary>Ciphers that know which of their keys are still alive.</summary>
internal sealed class WatchedAeads(IAeadFactory aeads, List<WatchedAeads.WatchedAead> made) : IAeadFactory
{
    public IAeadKey Create(AeadSuite suite, ReadOnlySpan<byte> key)
    {
        var watched = new WatchedAead(aeads.Create(suite, key));
        made.Add(watched);
        return watched;
    }

    internal sealed class WatchedAead(IAeadKey key) : IAeadKey
    {
        public bool IsDisposed { get; private set; }

        public ValueTask SealAsync(ReadOnlyMemory<byte> nonce, ReadOnlyMemory<byte> associatedData, ReadOnlyMemory<byte> plaintext, Memory<byte> ciphertext)
            => key.SealAsync(nonce, associatedData, plaintext, ciphertext);

        public ValueTask<bool> OpenAsync(ReadOnlyMemory<byte> nonce, ReadOnlyMemory<byte> associatedData, ReadOnlyMemory<byte> ciphertext, Memory<byte> plaintext)
            => key.OpenAsync(nonce, associatedData, ciphertext, plaintext);

        public void Dispose()
        {
            IsDisposed = true;
            key.Dispose();
        }
    }
}
