using System.Collections.Concurrent;
using System.Globalization;
using Rivet.Kernel;
using Rivet.Storage;

namespace Rivet.Messaging;

/// <summary>
/// The policies and stored bytes of companies, remembered: asking takes no lock and no query. A change holds from its commit on.
/// </summary>
/// <remarks>
/// Never stale after a commit: the writer sets what it committed; a reader that was overtaken only adds, and finds that there already.
/// </remarks>
internal sealed class PolicyBook(IStore store, TimeProvider time)
{
    private readonly ConcurrentDictionary<CompanyId, CompanyPolicy> policies = new();
    private readonly ConcurrentDictionary<CompanyId, long> stored = new();

    public ValueTask<CompanyPolicy> ReadAsync(CompanyId company, CancellationToken ct)
        => policies.TryGetValue(company, out var policy) && stored.ContainsKey(company) ? new(policy) : LoadAsync(company, ct);

    /// <summary>Whether a company has used up its quota; <see cref="ReadAsync"/> was asked before.</summary>
    public bool IsFull(CompanyId company, CompanyPolicy policy)
        => policy.StoredGibibytes != 0 && stored.GetValueOrDefault(company) >= policy.StoredBytes;

    public async ValueTask<long> ReadStoredAsync(CompanyId company, CancellationToken ct)
    {
        await ReadAsync(company, ct);
        return stored.GetValueOrDefault(company);
    }

    /// <summary>Counts what is stored or, negative, was emptied; gives the new sum.</summary>
    public long Count(WriteTransaction transaction, CompanyId company, long bytes)
    {
        var sum = transaction.QueryFirst(
            """
            INSERT INTO messaging_stored (company, bytes) VALUES ($1, max(0, $2))
            ON CONFLICT (company) DO UPDATE SET bytes = max(0, bytes + $2) RETURNING bytes
            """,
            row => row.GetInt64(0),
            company.ToBytes(), bytes);
        transaction.AfterCommit(() => stored[company] = sum);
        return sum;
    }

    /// <summary>Changes what is given and leaves the rest; gives what holds then.</summary>
    public async ValueTask<Result<CompanyPolicy, MessagingRefusal>> ChangeAsync(Subject actor, PolicyChange change, CancellationToken ct)
        => await store.WriteAsync(transaction => Change(transaction, actor, change), ct);

    private Result<CompanyPolicy, MessagingRefusal> Change(WriteTransaction transaction, Subject actor, PolicyChange change)
    {
        var now = time.GetUtcNow();
        var before = PolicyTable.Find(transaction, actor.Company);
        var after = before;
        if (change.KeepMonths is { } months)
        {
            if (months is < 0 or > KeptTime.Most)
            {
                return MessagingRefusal.PolicyOutOfBounds;
            }

            if (before.Kept.IsShorter(months, now) && !change.MayDestroy)
            {
                return MessagingRefusal.WouldDestroy;
            }

            after = after with { Kept = before.Kept.Decide(months, now) };
        }

        if (change.Limits is { } limits)
        {
            if (after.TryWith(limits) is not { } limited)
            {
                return MessagingRefusal.PolicyOutOfBounds;
            }

            after = limited;
        }

        if (change.Sealing is { } sealing)
        {
            if (after.Seal.TryChange(sealing, now) is not { } seal)
            {
                return MessagingRefusal.SealingOutOfBounds;
            }

            after = after with { Seal = seal };
        }

        if (after == before)
        {
            return after;
        }

        PolicyTable.Put(transaction, actor.Company, after);
        transaction.Record(new SecurityEvent
        {
            Id = EntityId.New<EventId>(time),
            At = now,
            Kind = MessagingEvents.PolicyChanged,
            Actor = actor,
            Target = Resource.Of(actor.Company),
            Outcome = EventOutcome.Success,
            Details = Differences(before, after, now),
        });
        transaction.AfterCommit(() => policies[actor.Company] = after);
        return after;
    }

    private async ValueTask<CompanyPolicy> LoadAsync(CompanyId company, CancellationToken ct)
    {
        var (policy, bytes) = await store.ReadAsync(session => (PolicyTable.Find(session, company), PolicyTable.Stored(session, company)), ct);
        stored.TryAdd(company, bytes);
        return policies.GetOrAdd(company, policy);
    }

    /// <summary>What changed, as "before → after".</summary>
    private static Dictionary<string, string> Differences(CompanyPolicy before, CompanyPolicy after, DateTimeOffset now)
    {
        var details = new Dictionary<string, string>();
        void Add(string name, long one, long other)
        {
            if (one != other)
            {
                details[name] = string.Create(CultureInfo.InvariantCulture, $"{one} → {other}");
            }
        }

        Add("keep_months", before.Kept.At(now), after.Kept.WaitsAt(now) ? after.Kept.NextMonths : after.Kept.At(now));
        if (after.Kept.WaitsAt(now))
        {
            details["effective"] = DateTimeOffset.FromUnixTimeMilliseconds(after.Kept.EffectiveMs).ToString("u", CultureInfo.InvariantCulture);
        }
        else if (before.Kept.WaitsAt(now))
        {
            details["taken_back"] = before.Kept.NextMonths.ToString(CultureInfo.InvariantCulture);
        }

        Add("messages_per_minute", before.MessagesPerMinute, after.MessagesPerMinute);
        Add("file_mebibytes_per_day", before.FileMebibytesPerDay, after.FileMebibytesPerDay);
        Add("stored_gibibytes", before.StoredGibibytes, after.StoredGibibytes);
        Add("conversations_per_day", before.ConversationsPerDay, after.ConversationsPerDay);
        if (before.Seal != after.Seal)
        {
            details["sealing"] = $"{Said(before.Seal)} → {Said(after.Seal)}";
        }

        return details;

        static string Said(CompanySeal seal) => !seal.Enabled ? "off" : $"{seal.KeyServer} {seal.Pin[..16]}{(seal.Required ? " required" : "")}";
    }
}

/// <summary>What to change of a policy; null leaves it.</summary>
internal sealed record PolicyChange
{
    public int? KeepMonths { get; init; }

    /// <summary>Whoever asks knows that a shorter time destroys.</summary>
    public bool MayDestroy { get; init; }

    public Wire.MessageLimits? Limits { get; init; }

    public Wire.CompanySealing? Sealing { get; init; }
}
