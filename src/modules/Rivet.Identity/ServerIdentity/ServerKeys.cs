using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Rivet.Cryptography;
using Rivet.Cryptography.Sodium;
using Rivet.Hosting.Link;
using Rivet.Identity.Sealing;
using Rivet.Kernel;
using Rivet.Lws.Agreement;
using Rivet.Storage;
using Rivet.Vault;
using Rivet.Wire;

namespace Rivet.Identity.ServerIdentity;

/// <summary>
/// The server's keys: the Ed25519 identity key is a signing key of the vault, the X25519 static key is sealed in the
/// store. Both are made at first use and then never change.
/// </summary>
internal sealed class ServerKeys(IVault vault, IStore store, Sealer sealer, ILogger<ServerKeys> log) : IServerIdentity, IDisposable
{
    private static readonly SigningKey IdentityKey = new(default, "server-identity");
    private readonly SemaphoreSlim gate = new(1, 1);
    private volatile KeyBundle? known;
    private volatile X25519Key? agreement;

    /// <exception cref="StoreUnavailableException">The vault cannot be reached.</exception>
    public async ValueTask<KeyBundle> GetKeysAsync(CancellationToken ct)
    {
        if (known is { } bundle)
        {
            return bundle;
        }

        await gate.WaitAsync(ct);
        try
        {
            return known ??= await LoadAsync(ct);
        }
        finally
        {
            gate.Release();
        }
    }

    public async ValueTask<IKeyAgreement?> GetStaticAsync(CancellationToken ct)
    {
        if (agreement is { } opened)
        {
            return opened;
        }

        await GetKeysAsync(ct);
        await gate.WaitAsync(ct);
        try
        {
            return agreement ??= await OpenStaticAsync(ct);
        }
        finally
        {
            gate.Release();
        }
    }

    public void Dispose()
    {
        agreement?.Dispose();
        gate.Dispose();
    }

    private async ValueTask<X25519Key?> OpenStaticAsync(CancellationToken ct)
    {
        var stored = (await store.ReadAsync(Find, ct))!;
        var answer = await sealer.OpenAsync(default, new[] { new Sealed(Slot.ServerStaticKey, stored.PrivateKey) }, ct);
        if (!answer.TryGet(out var secrets, out _))
        {
            return null;
        }

        try
        {
            return X25519Key.FromPrivateKey(secrets[0]);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secrets[0]);
        }
    }

    private async ValueTask<KeyBundle> LoadAsync(CancellationToken ct)
    {
        var answer = await vault.GetPublicKeyAsync(IdentityKey, ct);
        var identityKey = answer.TryGet(out var key, out var refusal) ? key : throw Unreachable(refusal);
        var stored = await store.ReadAsync(Find, ct);
        if (stored is null)
        {
            var made = await MakeAsync(ct);
            stored = await store.WriteAsync(transaction => Keep(transaction, made), ct);
            Log.ServerKeysMade(log);
        }

        return StaticKeys.Bundle(identityKey, stored.PublicKey, stored.Signature);
    }

    private async ValueTask<StaticKeyRow> MakeAsync(CancellationToken ct)
    {
        using var key = X25519Key.Create();
        var secret = key.ExportPrivateKey();
        try
        {
            var answer = await sealer.SealAsync(default, new[] { new Clear(Slot.ServerStaticKey, secret) }, ct);
            var signature = await SignAsync(StaticKeys.ToSign(key.PublicKey.Span), ct);
            return answer.TryGet(out var sealedKey, out var refusal) && signature is not null
                ? new StaticKeyRow(key.PublicKey.ToArray(), sealedKey[0], signature)
                : throw Unreachable(refusal);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    private async ValueTask<byte[]?> SignAsync(ReadOnlyMemory<byte> message, CancellationToken ct)
    {
        var answer = await vault.SignAsync(IdentityKey, new[] { message }, ct);
        return answer.TryGet(out var signatures, out _) ? signatures[0] : null;
    }

    private static StaticKeyRow? Find(ReadSession session)
        => session.QueryFirst(
            "SELECT public_key, private_key, signature FROM identity_server_key WHERE one = 1",
            row => new StaticKeyRow(row.Bytes(0), row.Bytes(1), row.Bytes(2)));

    private static StaticKeyRow Keep(WriteTransaction transaction, StaticKeyRow made)
    {
        transaction.Execute(
            "INSERT INTO identity_server_key (one, public_key, private_key, signature) VALUES (1, $1, $2, $3) ON CONFLICT DO NOTHING",
            made.PublicKey, made.PrivateKey, made.Signature);
        return Find(transaction)!;
    }

    private static StoreUnavailableException Unreachable(VaultRefusal refusal) => new($"The vault does not give the server's keys: {refusal}.");

    private sealed record StaticKeyRow(byte[] PublicKey, byte[] PrivateKey, byte[] Signature);
}
