using System.Security.Cryptography;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Rivet.Cryptography;
using Rivet.Cryptography.Sodium;
using Rivet.Kernel;
using Rivet.Storage;
using EventId = Rivet.Kernel.EventId;

namespace Rivet.Vault;

/// <summary>Reads or makes the root and proves that it is the one that this store's keys are wrapped under.</summary>
internal sealed class VaultStart(
    RootKey root, IStore store, IOptions<VaultOptions> options, IOptions<StorageOptions> storage, TimeProvider time, ILogger<VaultStart> log)
    : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!options.Value.AllowCoreDumps)
        {
            ProcessHardening.DisableCoreDumps();
        }

        var file = options.Value.RootKeyFile;
        RefuseInside(storage.Value.Folder, file);
        var known = await store.ReadAsync(session => KnownRoot.Find(session), cancellationToken);
        var bytes = RootKeyFile.TryRead(file);

        if (known is null)
        {
            await FoundAsync(bytes, file, cancellationToken);
        }
        else if (bytes is null)
        {
            throw new RootKeyException(
                $"The root key file {file} is missing, and this store's keys are wrapped under it. Put it back from its backup "
                + "or from its shares (rivet recover combine), or point to where it is; without it nothing stored can be read. To begin anew, choose an empty data folder.");
        }
        else
        {
            Use(Prove(known, bytes, file));
            await store.WriteAsync(transaction => Incarnation.IsNewTo(transaction, "vault") ? KeyStore.EndEpochs(transaction) : 0, cancellationToken);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task FoundAsync(byte[]? bytes, string file, CancellationToken ct)
    {
        if (bytes is null)
        {
            bytes = RootKeyFile.Create(file);
            Log.RootMade(log, file);
        }

        var id = Guid.CreateVersion7(time.GetUtcNow());
        var key = KeyOf(id, bytes);
        var now = time.GetUtcNow();
        await store.WriteAsync(
            transaction =>
            {
                transaction.Record(new SecurityEvent
                {
                    Id = EntityId.New<EventId>(time),
                    At = now,
                    Kind = VaultEvents.RootAdopted,
                    Actor = Subject.OfSystem(default),
                    Target = new("vault-root", id, default),
                    Outcome = EventOutcome.Success,
                });
                return transaction.Execute(
                    "INSERT INTO vault_root (root_id, check_value, created_ms) VALUES ($1, $2, $3)",
                    id.ToByteArray(bigEndian: true), key.Seal([], Binding.OfRoot), now.ToUnixTimeMilliseconds());
            },
            ct);
        Use(key);
    }

    private static AesGcmKey Prove(KnownRoot known, byte[] bytes, string file)
    {
        var key = known.Prove(bytes);
        CryptographicOperations.ZeroMemory(bytes);
        return key ?? throw new RootKeyException(
            $"The root key in {file} is not the one this store's keys are wrapped under. Point to the keys folder that "
            + "belongs to this data folder, or put the right file back from its backup. Nothing was changed.");
    }

    private static AesGcmKey KeyOf(Guid id, byte[] bytes)
    {
        var key = new AesGcmKey(new SealedHeader(id, 1), bytes);
        CryptographicOperations.ZeroMemory(bytes);
        return key;
    }

    private void Use(AesGcmKey key) => root.Set(key);

    private static void RefuseInside(string folder, string file)
    {
        var inside = Path.GetRelativePath(Path.GetFullPath(folder), Path.GetFullPath(file));
        if (!Path.IsPathRooted(inside) && inside != ".." && !inside.StartsWith(".." + Path.DirectorySeparatorChar, StringComparison.Ordinal))
        {
            throw new RootKeyException($"The root key file {file} must lie outside the data folder {folder}: whoever copies the data must not get the key with it.");
        }
    }
}

/// <summary>What the store knows of its root: its id, and something that it alone opens.</summary>
internal sealed record KnownRoot(Guid Id, byte[] CheckValue)
{
    public static KnownRoot? Find(ReadSession session)
        => session.QueryFirst(
            "SELECT root_id, check_value FROM vault_root",
            row => new KnownRoot(new Guid((byte[])row.GetValue(0), bigEndian: true), (byte[])row.GetValue(1)));

    /// <summary>The key of these bytes; null when they are another root.</summary>
    public AesGcmKey? Prove(ReadOnlySpan<byte> root)
    {
        var key = new AesGcmKey(new SealedHeader(Id, 1), root);
        if (key.TryOpen(CheckValue, Binding.OfRoot) is not null)
        {
            return key;
        }

        key.Dispose();
        return null;
    }
}
