using System.Collections.Concurrent;
using System.Security.Cryptography;
using Rivet.Audit.Entries;
using Rivet.Cryptography;
using Rivet.Kernel;
using Rivet.Transparency;
using Rivet.Vault;

namespace Rivet.Audit.Sealing;

/// <summary>The names and keys of the logs: an origin says which server, by its platform log's key, and which company.</summary>
internal sealed class LogIdentity(IVault vault)
{
    private const string Purpose = "audit-log";
    private const int ServerDigits = 8;
    private readonly ConcurrentDictionary<CompanyId, LogSigner> known = new();

    /// <summary>The log's signer.</summary>
    /// <exception cref="LogUnavailableException">The vault does not give the key now.</exception>
    public async ValueTask<LogSigner> OfAsync(CompanyId log, CancellationToken ct)
    {
        if (known.TryGetValue(log, out var signer))
        {
            return signer;
        }

        var platform = await KeyAsync(default, ct);
        var server = Convert.ToHexStringLower(SHA256.HashData(platform).AsSpan(0, ServerDigits));
        var origin = $"rivet/{server}/{NameOf(log)}";
        return known.GetOrAdd(log, new LogSigner(vault, new(log, Purpose), NoteKey.Of(origin, NoteKeyKind.Ed25519, log == default ? platform : await KeyAsync(log, ct))));
    }

    /// <summary>The last part of a log's origin, and of its address.</summary>
    public static string NameOf(CompanyId log) => log == default ? "platform" : log.ToString();

    private async ValueTask<byte[]> KeyAsync(CompanyId log, CancellationToken ct)
        => (await vault.GetPublicKeyAsync(new(log, Purpose), ct)).TryGet(out var key, out var why)
            ? key
            : throw new LogUnavailableException($"The vault does not give the log's key: {why}.");
}

/// <summary>Signs a log's checkpoints with its key in the vault.</summary>
internal sealed class LogSigner(IVault vault, SigningKey key, NoteKey note) : ISigner
{
    /// <summary>The key as others know it; its name is the log's origin.</summary>
    public NoteKey Note => note;

    public ReadOnlyMemory<byte> PublicKey => note.PublicKey;

    public async ValueTask<byte[]?> SignAsync(ReadOnlyMemory<byte> message, CancellationToken ct)
        => (await vault.SignAsync(key, new[] { message }, ct)).TryGet(out var signatures, out _) ? signatures[0] : null;

    /// <summary>The signed checkpoint of a tree.</summary>
    /// <exception cref="LogUnavailableException">The vault does not sign now.</exception>
    public async ValueTask<string> SignAsync(CompactTree tree, CancellationToken ct)
    {
        var checkpoint = new Checkpoint { Origin = note.Name, Size = tree.Count, Root = tree.Root() };
        return (await checkpoint.SignAsync(this, ct) ?? throw new LogUnavailableException("The vault does not sign the log's checkpoint.")).ToString();
    }
}
