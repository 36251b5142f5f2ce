using System.Security.Cryptography;
using Rivet.Kernel;
using Rivet.Storage;
using EventId = Rivet.Kernel.EventId;

namespace Rivet.Vault;

/// <summary>
/// The root for its owner, beside the server: taken out to be split into shares, put back from them. Both are proven against the store first and
/// recorded as security events of the platform.
/// </summary>
/// <param name="store">The store whose keys are wrapped under the root.</param>
/// <param name="time">When it happened.</param>
public sealed class RootKeyCopy(IStore store, TimeProvider time)
{
    /// <summary>Length of the root in bytes.</summary>
    public const int Size = 32;

    /// <summary>Reads the root's file, once it proved to be this store's, and records why; the caller zeroes the bytes.</summary>
    /// <param name="file">The root's file.</param>
    /// <param name="seal">What opens the file, where it is sealed.</param>
    /// <param name="details">What for: numbers, never a secret.</param>
    /// <param name="ct">Gives up before anything is recorded.</param>
    /// <exception cref="RootKeyException">The root is inside a key module, or its file is missing, readable by others, or another store's.</exception>
    public async Task<byte[]> TakeAsync(string file, RootSealOptions seal, IReadOnlyDictionary<string, string> details, CancellationToken ct)
    {
        await RefuseModuleAsync(ct);
        var root = await OwnAsync(file, seal, ct);
        await RecordAsync(VaultEvents.RootSplit, details, ct);
        return root;
    }

    /// <summary>The root in a file, proven to be this store's; the caller zeroes it.</summary>
    internal async Task<byte[]> OwnAsync(string file, RootSealOptions seal, CancellationToken ct)
    {
        var opened = await RootKeyFile.TryOpenAsync(file, seal, ct) ?? throw new RootKeyException(
            $"The root key file {file} is missing. Point to the keys folder that belongs to this data folder with --keys.");
        await RequireOwnAsync(opened.Bytes, ct, () => new RootKeyException(
            $"The root key in {file} is not the one this store's keys are wrapped under. Point to the keys folder that belongs to this data folder."));
        return opened.Bytes;
    }

    /// <summary>Writes the root's file, mode 0600, whole or not at all and never over another; records it.</summary>
    /// <param name="file">The root's file, which must not exist.</param>
    /// <param name="root">The root; the caller zeroes it.</param>
    /// <param name="seal">What the new file is sealed by; nothing named, it is plain.</param>
    /// <param name="ct">Gives up before anything is written.</param>
    /// <exception cref="RootKeyException">The bytes are not this store's root, or there is a file.</exception>
    public async Task PutBackAsync(string file, ReadOnlyMemory<byte> root, RootSealOptions seal, CancellationToken ct)
    {
        RefuseExisting(file);
        await RefuseModuleAsync(ct);
        await RequireOwnAsync(root, ct, () => new RootKeyException(
            "The shares give a key, but not the one this store's keys are wrapped under. Use the shares of this server, or point to its data folder with --data. Nothing was written."));
        var bytes = seal.Wanted == RootSealKind.None ? null : await RootSeals.SealAsync(file, root, seal, ct);
        RootKeyFile.Write(file, bytes ?? root.Span);
        await RecordAsync(VaultEvents.RootRecovered, new Dictionary<string, string>(), ct);
    }

    /// <summary>Asked before anybody types anything.</summary>
    /// <exception cref="RootKeyException">There is a root key file.</exception>
    public static void RefuseExisting(string file)
    {
        if (Path.Exists(file))
        {
            throw new RootKeyException($"{file} exists already and is not written over. If it is not this server's, move it away first.");
        }
    }

    /// <summary>Asked before anybody types anything.</summary>
    /// <exception cref="RootKeyException">The root is inside a key module, which gives it to nobody.</exception>
    public async Task RefuseModuleAsync(CancellationToken ct)
    {
        if (await store.ReadAsync(session => KnownRoot.Find(session), ct) is { Kind: RootKind.Module } known)
        {
            throw new RootKeyException(
                $"This store's root key is inside a key module (its label is {ModuleRoot.LabelOf(known.Id)}) and never leaves it: it can be neither split into shares nor put together from them. "
                + "Keep a second token with the module's own tools.");
        }
    }

    private async Task RequireOwnAsync(ReadOnlyMemory<byte> root, CancellationToken ct, Func<RootKeyException> otherwise)
    {
        if (await store.ReadAsync(session => KnownRoot.Find(session), ct) is not { } known)
        {
            throw new RootKeyException("This store has no root yet: start the server once.");
        }

        using var key = root.Length == Size ? known.Prove(root.Span) : null;
        if (key is null)
        {
            throw otherwise();
        }

        // The check value says that it is the root; what is wrapped under it, that it opens what it is for.
        var rows = await store.ReadAsync(UnderRoot.FindSome, ct);
        var opens = rows.Count(row =>
        {
            if (key.TryOpen(row.Wrapped, row.Binding) is not { } secret)
            {
                return false;
            }

            CryptographicOperations.ZeroMemory(secret);
            return true;
        });
        if (rows.Count > 0 && opens == 0)
        {
            throw new RootKeyException("The key is this store's root, but no key of its ring opens: the store was changed. Restore it from a backup.");
        }
    }

    internal Task RecordAsync(EventKind kind, IReadOnlyDictionary<string, string> details, CancellationToken ct)
        => store.WriteAsync(
            transaction =>
            {
                transaction.Record(new SecurityEvent
                {
                    Id = EntityId.New<EventId>(time),
                    At = time.GetUtcNow(),
                    Kind = kind,
                    Actor = Subject.OfSystem(default),
                    Target = new("vault-root", KnownRoot.Find(transaction)!.Id, default),
                    Outcome = EventOutcome.Success,
                    Details = details,
                });
                return Done.Value;
            },
            ct);
}
