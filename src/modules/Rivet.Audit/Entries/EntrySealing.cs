using System.Security.Cryptography;
using Rivet.Kernel;
using Rivet.Transparency;
using Rivet.Vault;

namespace Rivet.Audit.Entries;

/// <summary>Makes entries of events: what names a person under the person's key, and all that an event says under the key of its class and month.</summary>
internal sealed class EntrySealing(IVault vault)
{
    /// <summary>The entries of events of one log, in their order; or why the vault does not seal them: then none is.</summary>
    public async ValueTask<Result<byte[][], VaultRefusal>> SealAsync(CompanyId log, IReadOnlyList<SecurityEvent> events, CancellationToken ct)
    {
        var people = new SealedParts(vault, events.Count * 2);
        for (var at = 0; at < events.Count; at++)
        {
            var fact = events[at];
            if (fact.Actor.Person.Value != Guid.Empty)
            {
                people.Add(2 * at, OfPerson(log, fact.Actor.Person), new(ActorBytes(fact.Actor), EntryContexts.Actor(log, fact.Id)));
            }

            if (ConcernedBy(fact) is { Value: var concerned } person && concerned != Guid.Empty)
            {
                people.Add((2 * at) + 1, OfPerson(log, person), new(person.ToBytes(), EntryContexts.Concerned(log, fact.Id)));
            }
        }

        if (await people.SealAsync(ct) is { } refusedPeople)
        {
            return refusedPeople;
        }

        var contents = new SealedParts(vault, events.Count);
        var commitments = new byte[]?[events.Count];
        for (var at = 0; at < events.Count; at++)
        {
            var fact = events[at];
            var content = new EntryContent(
                people[2 * at], fact.Target.Kind, IsPerson(fact.Target) ? default : fact.Target.Id.ToByteArray(bigEndian: true),
                fact.Target.Company.ToBytes(), people[(2 * at) + 1], fact.Details);
            var (bytes, isCommitted) = (content.ToBytes(), DestructionKinds.Contains(fact.Kind.Name));
            if (isCommitted)
            {
                var salt = RandomNumberGenerator.GetBytes(EntryCommitment.SaltSize);
                (commitments[at], bytes) = (EntryCommitment.Of(salt, bytes), [.. salt, .. bytes]);
            }

            contents.Add(at, OfClass(log, fact), new(bytes, EntryContexts.Entry(log, fact.Id, isCommitted)));
        }

        if (await contents.SealAsync(ct) is { } refused)
        {
            return refused;
        }

        return events.Select((fact, at) => EntryOf(fact, commitments[at] is { } commitment ? EntryCommitment.Join(commitment, contents[at].Span) : contents[at]).ToBytes()).ToArray();
    }

    private static LogEntry EntryOf(SecurityEvent fact, ReadOnlyMemory<byte> content) => new()
    {
        Id = fact.Id.Value,
        AtMs = Math.Max(0, fact.At.ToUnixTimeMilliseconds()),
        Kind = fact.Kind.Name,
        Version = fact.Kind.Version,
        Class = (int)fact.Kind.Type / 100,
        Activity = (int)fact.Kind.Type % 100,
        Severity = (int)fact.Kind.Severity,
        Outcome = (int)fact.Outcome,
        ActorKind = (int)fact.Actor.Kind,
        Sealed = content,
    };

    private static KeyScope OfPerson(CompanyId log, PersonId person) => new(log, AuditEvents.KeysOfPeople, KeyPeriod.Unbounded, KeyHolder.Of(person));

    private static KeyScope OfClass(CompanyId log, SecurityEvent fact)
        => KeyScope.Of(log, AuditEvents.KeysOf((int)fact.Kind.Type / 100), KeyPeriod.Of(fact.At));

    private static PersonId ConcernedBy(SecurityEvent fact) => IsPerson(fact.Target) ? new(fact.Target.Id) : fact.Concerned;

    private static bool IsPerson(Resource target) => target.Kind == "person";

    private static byte[] ActorBytes(Subject actor)
    {
        var bytes = new byte[2 * EntityId.Size];
        actor.Person.WriteTo(bytes);
        actor.Via.TryWriteBytes(bytes.AsSpan(EntityId.Size), bigEndian: true, out _);
        return bytes;
    }

    /// <summary>Things to seal, asked of the vault once a key, given back by number.</summary>
    private sealed class SealedParts(IVault vault, int count)
    {
        private readonly ReadOnlyMemory<byte>[] parts = new ReadOnlyMemory<byte>[count];
        private readonly Dictionary<KeyScope, List<(int Number, Plaintext Item)>> byKey = [];

        public ReadOnlyMemory<byte> this[int number] => parts[number];

        public void Add(int number, KeyScope key, Plaintext item)
        {
            if (!byKey.TryGetValue(key, out var items))
            {
                byKey.Add(key, items = []);
            }

            items.Add((number, item));
        }

        /// <summary>Seals everything; why not, where the vault refuses.</summary>
        public async ValueTask<VaultRefusal?> SealAsync(CancellationToken ct)
        {
            foreach (var (key, items) in byKey)
            {
                if (!(await vault.SealAsync(key, items.Select(item => item.Item).ToArray(), ct)).TryGet(out var ciphertexts, out var why))
                {
                    return why;
                }

                for (var at = 0; at < items.Count; at++)
                {
                    parts[items[at].Number] = ciphertexts[at];
                }
            }

            return null;
        }
    }
}

/// <summary>The log cannot take events now; they wait in the outbox.</summary>
internal sealed class LogUnavailableException(string message) : Exception(message);
