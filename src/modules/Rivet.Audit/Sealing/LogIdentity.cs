using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Rivet.Audit.Entries;
using Rivet.Audit.Keys;
using Rivet.Cryptography;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Transparency;
using Rivet.Vault;

namespace Rivet.Audit.Sealing;

/// <summary>
/// The names and keys of the logs: an origin says which server, by its platform log's first key, and which company; it stays when the key is
/// replaced. Which key is the log's follows from the stored statements, so another process may have replaced it a moment ago.
/// </summary>
internal sealed class LogIdentity(IVault vault, IStore store, ISignatureVerifier signatures, TimeProvider time, IOptions<AuditOptions> options)
{
    private const string Purpose = "audit-log";
    private const int ServerDigits = 8;
    private readonly ConcurrentDictionary<CompanyId, LogSigner> known = new();

    /// <summary>The log's signer.</summary>
    /// <exception cref="LogUnavailableException">The vault does not give the key now, or what is stored of the log's keys does not hold.</exception>
    public async ValueTask<LogSigner> OfAsync(CompanyId log, CancellationToken ct)
    {
        var cached = known.GetValueOrDefault(log);
        var statements = await store.ReadAsync(session => LogKeyTable.CountOf(session, log) == cached?.Statements.Count ? null : LogKeyTable.Of(session, log), ct);
        return statements is null ? cached! : known[log] = await MakeAsync(log, statements, ct);
    }

    /// <summary>A key of the log in the vault, made at first use; the first has the number 1.</summary>
    public async ValueTask<LogKey> KeyAsync(CompanyId log, string origin, int number, CancellationToken ct)
    {
        var key = KeyOf(log, number);
        return new LogKey(vault, key, NoteKey.Of(origin, NoteKeyKind.Ed25519, await PublicKeyAsync(key, ct)));
    }

    /// <summary>The last part of a log's origin, and of its address.</summary>
    public static string NameOf(CompanyId log) => log == default ? "platform" : log.ToString();

    private async ValueTask<LogSigner> MakeAsync(CompanyId log, IReadOnlyList<SignedNote> statements, CancellationToken ct)
    {
        var server = Convert.ToHexStringLower(SHA256.HashData(await PublicKeyAsync(KeyOf(default, 1), ct)).AsSpan(0, ServerDigits));
        var origin = $"rivet/{server}/{NameOf(log)}";
        var first = await KeyAsync(log, origin, 1, ct);
        var (chain, fault, at) = await KeyChain.ReadAsync(first.Note, statements, signatures, ct);
        if (chain is null)
        {
            throw new LogUnavailableException($"Statement {at + 1} about the log's key does not hold: {fault}. Restore the store from a backup.");
        }

        var keys = new List<LogKey>();
        for (var number = 1; number <= chain.Keys.Count; number++)
        {
            keys.Add(await KeyAsync(log, origin, number, ct));
            if (!keys[^1].Note.Equals(chain.Keys[number - 1].Key))
            {
                throw new LogUnavailableException("What is stored about the log's keys is not what the vault has. Restore the store from a backup.");
            }
        }

        return new LogSigner(keys, chain, statements, options.Value.OldKeySigns, time);
    }

    private static SigningKey KeyOf(CompanyId log, int number)
        => new(log, number == 1 ? Purpose : string.Create(CultureInfo.InvariantCulture, $"{Purpose}.{number}"));

    private async ValueTask<byte[]> PublicKeyAsync(SigningKey key, CancellationToken ct)
        => (await vault.GetPublicKeyAsync(key, ct)).TryGet(out var bytes, out var why)
            ? bytes
            : throw new LogUnavailableException($"The vault does not give the log's key: {why}.");
}

/// <summary>One key of a log in the vault.</summary>
internal sealed class LogKey(IVault vault, SigningKey key, NoteKey note) : ISigner
{
    /// <summary>The key as others know it; its name is the log's origin.</summary>
    public NoteKey Note => note;

    public ReadOnlyMemory<byte> PublicKey => note.PublicKey;

    public async ValueTask<byte[]?> SignAsync(ReadOnlyMemory<byte> message, CancellationToken ct)
        => (await vault.SignAsync(key, new[] { message }, ct)).TryGet(out var signatures, out _) ? signatures[0] : null;
}
