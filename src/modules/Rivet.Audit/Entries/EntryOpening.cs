using Rivet.Kernel;
using Rivet.Transparency;
using Rivet.Vault;

namespace Rivet.Audit.Entries;

/// <summary>Reads entries again, as far as their keys still are.</summary>
internal sealed class EntryOpening(IVault vault)
{
    /// <summary>The entries of one log, from an index on.</summary>
    public ValueTask<AuditEntry[]> OpenAsync(CompanyId log, long from, IReadOnlyList<ReadOnlyMemory<byte>> stored, CancellationToken ct)
        => OpenAsync(log, [.. Enumerable.Range(0, stored.Count).Select(at => from + at)], stored, ct);

    /// <summary>Entries of one log, each with its index.</summary>
    public async ValueTask<AuditEntry[]> OpenAsync(CompanyId log, IReadOnlyList<long> indices, IReadOnlyList<ReadOnlyMemory<byte>> stored, CancellationToken ct)
    {
        var entries = new List<AuditEntry>(stored.Count);
        var heads = stored.Select(bytes => LogEntry.TryRead(bytes, out var read) ? read : null).ToArray();
        var contents = await ContentsAsync(log, heads, ct);
        var people = await PeopleAsync(log, heads, contents, ct);
        for (var at = 0; at < heads.Length; at++)
        {
            var hash = new byte[TreeHash.Size];
            TreeHash.Leaf(stored[at].Span, hash);
            entries.Add(heads[at] is { } head
                ? Entry(log, indices[at], hash, head, contents[at], people[2 * at], people[(2 * at) + 1])
                : AuditEntry.Unreadable(indices[at], Convert.ToHexStringLower(hash)));
        }

        return [.. entries];
    }

    /// <summary>Entries of one log from an index on, as far as they say it openly.</summary>
    public static IEnumerable<AuditEntry> ReadOpenly(CompanyId log, long from, IReadOnlyList<ReadOnlyMemory<byte>> stored)
    {
        var closed = AuditContentState.Destroyed;
        for (var at = 0; at < stored.Count; at++)
        {
            yield return LogEntry.TryRead(stored[at], out var head)
                ? Entry(log, from + at, [], head, new(null, closed), new(null, closed), new(null, closed))
                : AuditEntry.Unreadable(from + at, string.Empty);
        }
    }

    /// <summary>What an entry seals and commits to, as bytes; or why not.</summary>
    public async ValueTask<Result<(byte[] Salt, byte[] Content), VaultRefusal>> DiscloseAsync(CompanyId log, LogEntry head, CancellationToken ct)
    {
        var opened = await vault.OpenAsync(log, AuditEvents.KeysOf(head.Class), new[] { ItemOf(log, head) }, ct);
        return !opened[0].TryGet(out var bytes, out var why) ? why
            : bytes.Length > EntryCommitment.SaltSize ? (bytes[..EntryCommitment.SaltSize], bytes[EntryCommitment.SaltSize..])
            : VaultRefusal.Forged;
    }

    private static Ciphertext ItemOf(CompanyId log, LogEntry head)
        => new(EntryCommitment.TrySplit(head.Sealed, out var commitment, out var ciphertext) ? ciphertext : head.Sealed, EntryContexts.Entry(log, new(head.Id), commitment is not null));

    /// <summary>The content; null when it is none, or not the one that the entry commits to.</summary>
    private static EntryContent? ContentOf(LogEntry head, byte[] bytes)
    {
        if (!EntryCommitment.TrySplit(head.Sealed, out var commitment, out _))
        {
            return EntryContent.Read(bytes);
        }

        return bytes.Length > EntryCommitment.SaltSize && bytes.AsSpan(EntryCommitment.SaltSize) is var content
            && commitment.AsSpan().SequenceEqual(EntryCommitment.Of(bytes.AsSpan(0, EntryCommitment.SaltSize), content))
                ? EntryContent.Read(bytes.AsMemory(EntryCommitment.SaltSize))
                : null;
    }

    /// <summary>What the entries seal, class by class: a key of another class opens nothing.</summary>
    private async ValueTask<Opened<EntryContent>[]> ContentsAsync(CompanyId log, LogEntry?[] heads, CancellationToken ct)
    {
        var contents = new Opened<EntryContent>[heads.Length];
        foreach (var group in Enumerable.Range(0, heads.Length).Where(at => heads[at] is not null).GroupBy(at => heads[at]!.Class))
        {
            var places = group.ToArray();
            var items = places.Select(at => ItemOf(log, heads[at]!)).ToArray();
            var opened = await vault.OpenAsync(log, AuditEvents.KeysOf(group.Key), items, ct);
            for (var at = 0; at < places.Length; at++)
            {
                contents[places[at]] = opened[at].TryGet(out var bytes, out var why)
                    ? ContentOf(heads[places[at]]!, bytes) is { } read ? new(read, AuditContentState.Readable) : new(null, AuditContentState.Damaged)
                    : new(null, StateOf(why));
            }
        }

        return contents;
    }

    /// <summary>The people they name: at twice the place the actor, behind it whom it concerns.</summary>
    private async ValueTask<Opened<byte[]>[]> PeopleAsync(CompanyId log, LogEntry?[] heads, Opened<EntryContent>[] contents, CancellationToken ct)
    {
        var people = new Opened<byte[]>[2 * heads.Length];
        var (places, items) = (new List<int>(), new List<Ciphertext>());
        for (var at = 0; at < heads.Length; at++)
        {
            if (contents[at].Value is { } content)
            {
                Add(2 * at, content.Actor, EntryContexts.Actor(log, new(heads[at]!.Id)));
                Add((2 * at) + 1, content.Concerned, EntryContexts.Concerned(log, new(heads[at]!.Id)));
            }
        }

        var opened = await vault.OpenAsync(log, AuditEvents.KeysOfPeople, items.ToArray(), ct);
        for (var at = 0; at < places.Count; at++)
        {
            people[places[at]] = opened[at].TryGet(out var bytes, out var why) ? new(bytes, AuditContentState.Readable) : new(null, StateOf(why));
        }

        return people;

        void Add(int place, ReadOnlyMemory<byte> bytes, byte[] context)
        {
            if (!bytes.IsEmpty)
            {
                places.Add(place);
                items.Add(new(bytes, context));
            }
        }
    }

    private static AuditEntry Entry(CompanyId log, long index, byte[] hash, LogEntry head, Opened<EntryContent> content, Opened<byte[]> actor, Opened<byte[]> concerned)
    {
        var person = actor.Value is { Length: 2 * EntityId.Size } who ? (new PersonId(IdOf(who)), IdOf(who.AsSpan(EntityId.Size))) : default;
        var whom = concerned.Value is { Length: EntityId.Size } bytes ? new PersonId(IdOf(bytes)) : default;
        var details = content.Value?.Details ?? new Dictionary<string, string>();
        return new AuditEntry
        {
            Index = index,
            Hash = Convert.ToHexStringLower(hash),
            Event = new SecurityEvent
            {
                Id = new(head.Id),
                At = DateTimeOffset.FromUnixTimeMilliseconds(head.AtMs),
                Kind = new((head.Kind), (OcsfType)((head.Class * 100) + head.Activity), (EventSeverity)head.Severity, [.. details.Keys]) { Version = head.Version },
                Actor = new((SubjectKind)head.ActorKind, log, person.Item1, person.Item2),
                Target = content.Value is { } read
                    ? new(read.TargetKind, read.Target.Length == EntityId.Size ? IdOf(read.Target.Span) : whom.Value, CompanyOf(read.TargetCompany.Span))
                    : default,
                Concerned = whom,
                Outcome = (EventOutcome)head.Outcome,
                Details = details,
            },
            Content = content.State,
            People = actor.State > concerned.State ? actor.State : concerned.State,
        };
    }

    private static Guid IdOf(ReadOnlySpan<byte> bytes) => new(bytes[..EntityId.Size], bigEndian: true);

    private static CompanyId CompanyOf(ReadOnlySpan<byte> bytes) => bytes.Length == EntityId.Size ? new(IdOf(bytes)) : default;

    private static AuditContentState StateOf(VaultRefusal why) => why switch
    {
        VaultRefusal.Destroyed => AuditContentState.Destroyed,
        VaultRefusal.Unavailable or VaultRefusal.Withheld => AuditContentState.Unavailable,
        _ => AuditContentState.Damaged,
    };

    private readonly record struct Opened<T>(T? Value, AuditContentState State)
        where T : class;
}
