using System.Globalization;
using System.Text;
using Rivet.Audit.Entries;
using Rivet.Audit.Sealing;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Transparency;

namespace Rivet.Audit.Keys;

/// <summary>
/// Replaces and revokes the keys of logs. A new key is made in the vault first; statement, event and the newest checkpoint signed anew are one transaction,
/// and that alone makes the key the log's: a crash before it leaves a key in the vault that the next rotation takes.
/// </summary>
internal sealed class LogKeys(IStore store, LogIdentity identity, TimeProvider time)
{
    /// <summary>The log may grow between signing and storing.</summary>
    private const int Attempts = 10;

    public async ValueTask<AuditKeys> ReadAsync(CompanyId log, CancellationToken ct) => Shown(await identity.OfAsync(log, ct));

    /// <summary>Another key signs from now on.</summary>
    public ValueTask<Result<AuditKeys, AuditRefusal>> RotateAsync(CompanyId log, Subject actor, CancellationToken ct)
        => RepeatAsync(log, signer => ReplaceAsync(log, signer, actor, isRevoked: false, ct), ct);

    /// <summary>A key counts no more.</summary>
    public ValueTask<Result<AuditKeys, AuditRefusal>> RevokeAsync(CompanyId log, Subject actor, string id, CancellationToken ct)
        => RepeatAsync(
            log,
            signer => signer.Chain.Keys.FirstOrDefault(key => IdOf(key.Key) == id) switch
            {
                null => new(AuditRefusal.KeyUnknown),
                { Revoked: not null } => new(AuditRefusal.KeyRevoked),
                { Until: null } => ReplaceAsync(log, signer, actor, isRevoked: true, ct),
                var old => RevokeOldAsync(log, signer, actor, old, ct),
            },
            ct);

    /// <summary>How a key is told from the others of its log.</summary>
    public static string IdOf(NoteKey key) => key.Id.ToString("x8", CultureInfo.InvariantCulture);

    private async ValueTask<Result<AuditKeys, AuditRefusal>> RepeatAsync(CompanyId log, Func<LogSigner, ValueTask<Result<bool, AuditRefusal>>> change, CancellationToken ct)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            if (!(await change(await identity.OfAsync(log, ct))).TryGet(out var done, out var why))
            {
                return why;
            }

            if (done)
            {
                // What is done is done: this is not withdrawn.
                return await ReadAsync(log, CancellationToken.None);
            }
        }

        return AuditRefusal.Unavailable;
    }

    /// <summary>False when the log grew meanwhile, or somebody else said something of its keys.</summary>
    private async ValueTask<Result<bool, AuditRefusal>> ReplaceAsync(CompanyId log, LogSigner signer, Subject actor, bool isRevoked, CancellationToken ct)
    {
        if (await store.ReadAsync(session => LogTable.Find(session, log), ct) is not { } row)
        {
            return AuditRefusal.LogEmpty;
        }

        if (signer.Statements.Count + 2 > KeyStatementFile.Most)
        {
            return AuditRefusal.KeyTooMany;
        }

        var old = signer.Keys[^1];
        var next = await identity.KeyAsync(log, signer.Note.Name, signer.Keys.Count + 1, ct);
        if (!SignedNote.TryParse(Encoding.UTF8.GetBytes(row.Checkpoint), out var note) || !Checkpoint.TryParse(note.Text, out var checkpoint) || checkpoint.Size != row.Size)
        {
            throw new LogUnavailableException("The log's checkpoint is damaged. Restore the store from a backup.");
        }

        var rotation = Statement(KeyStatementKind.Rotated, old.Note, next.Note, checkpoint.Size, checkpoint.Root);
        var statements = new List<SignedNote> { await SignAsync(rotation, old, next, ct) };
        if (isRevoked)
        {
            statements.Add(await SignAsync(rotation with { Kind = KeyStatementKind.Revoked }, old, next, ct));
        }

        var fresh = await LogSigner.SignAsync(checkpoint, next, ct);
        var signed = row with { Checkpoint = (note with { Signatures = [.. fresh.Signatures, .. note.Signatures] }).ToString() };
        return await store.WriteAsync(
            transaction =>
            {
                if (!IsSame(LogTable.Find(transaction, log), row))
                {
                    return false;
                }

                for (var at = 0; at < statements.Count; at++)
                {
                    if (!LogKeyTable.Add(transaction, log, signer.Statements.Count + at, statements[at]))
                    {
                        return false;
                    }
                }

                LogTable.PutCheckpoint(transaction, log, row.Size, signed.Checkpoint);
                LogTable.Keep(transaction, signed, cosigned: note.Signatures.Any(line => line.Name != note.Text.Split('\n')[0]));
                Record(transaction, AuditEvents.KeyRotated, log, actor, ("old", old.Note.ToString()), ("new", next.Note.ToString()), ("size", Number(row.Size)));
                if (isRevoked)
                {
                    RecordRevoked(transaction, log, actor, old.Note, row.Size);
                }

                return true;
            },
            ct);
    }

    private async ValueTask<Result<bool, AuditRefusal>> RevokeOldAsync(CompanyId log, LogSigner signer, Subject actor, ChainedKey old, CancellationToken ct)
    {
        if (signer.Statements.Count + 1 > KeyStatementFile.Most)
        {
            return AuditRefusal.KeyTooMany;
        }

        var key = signer.Keys.First(one => one.Note.Equals(old.Key));
        var statement = Statement(KeyStatementKind.Revoked, old.Key, signer.Note, old.Until!.Size, old.Until.Root);
        var note = await SignAsync(statement, key, signer.Keys[^1], ct);
        return await store.WriteAsync(
            transaction =>
            {
                if (!LogKeyTable.Add(transaction, log, signer.Statements.Count, note))
                {
                    return false;
                }

                RecordRevoked(transaction, log, actor, old.Key, statement.Size);
                return true;
            },
            ct);
    }

    private KeyStatement Statement(KeyStatementKind kind, NoteKey key, NoteKey other, long size, ReadOnlyMemory<byte> root) => new()
    {
        Kind = kind, Key = key, Other = other, Size = size, Root = root, At = DateTimeOffset.FromUnixTimeSeconds(time.GetUtcNow().ToUnixTimeSeconds()),
    };

    private static async ValueTask<SignedNote> SignAsync(KeyStatement statement, LogKey key, LogKey other, CancellationToken ct)
        => await statement.SignAsync(key, other, ct) ?? throw new LogUnavailableException("The vault does not sign the statement about the log's key.");

    /// <summary>The checkpoint too: what a witness said of it meanwhile must not be lost.</summary>
    private static bool IsSame(LogRow? one, LogRow other) => one is not null && one.Size == other.Size && one.Checkpoint == other.Checkpoint;

    private void RecordRevoked(WriteTransaction transaction, CompanyId log, Subject actor, NoteKey key, long size)
        => Record(transaction, AuditEvents.KeyRevoked, log, actor, ("key", key.ToString()), ("size", Number(size)));

    private void Record(WriteTransaction transaction, EventKind kind, CompanyId log, Subject actor, params ReadOnlySpan<(string Name, string Value)> details)
    {
        var all = new Dictionary<string, string>();
        foreach (var (name, value) in details)
        {
            all[name] = value;
        }

        transaction.Record(new SecurityEvent
        {
            Id = EntityId.New<EventId>(time),
            At = time.GetUtcNow(),
            Kind = kind,
            Actor = actor,
            Target = Resource.Of(log),
            Outcome = EventOutcome.Success,
            Details = all,
        });
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static AuditKeys Shown(LogSigner signer) => new(
        [.. signer.Chain.Keys.Select(key => new AuditKey
        {
            Id = IdOf(key.Key),
            Line = key.Key.ToString(),
            From = key.From,
            Until = key.Until?.Size,
            ReplacedAt = key.Until?.At,
            RevokedAt = key.Revoked?.At,
        })],
        KeyStatementFile.Write(signer.Statements));
}
