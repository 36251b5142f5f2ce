using System.Globalization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Rivet.Audit.Aside;
using Rivet.Audit.Sealing;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Vault;

namespace Rivet.Audit.Retention;

/// <summary>
/// Destroys the keys of months that are over by their company's retention. The key goes first, then it is noted: killed between the two, the
/// next run destroys what is destroyed already and notes it. Nothing is destroyed while the clock is in doubt or the log is not counted whole.
/// </summary>
internal sealed class RetentionKeeper(
    IStore store, IVault vault, LogCensus census, IOptions<AuditOptions> options, TimeProvider time, ILogger<RetentionKeeper> log) : BackgroundService
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(15);
    private volatile IReadOnlyList<RetentionHold> holds = [];

    /// <summary>Where the last run could not do its work.</summary>
    public IReadOnlyList<RetentionHold> Holds => holds;

    /// <summary>Destroys what is over now; gives how many months.</summary>
    internal async Task<int> RunOnceAsync(CancellationToken ct)
    {
        var destroyed = 0;
        var held = new List<RetentionHold>();
        foreach (var company in await store.ReadAsync(Kept, ct))
        {
            var (count, hold) = await TryKeepAsync(company, ct);
            destroyed += count;
            if (hold is not null)
            {
                held.Add(hold with { Since = holds.FirstOrDefault(before => before.Company == company && before.Why == hold.Why)?.Since ?? hold.Since });
            }
        }

        holds = held;
        return destroyed;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            // Witnesses are asked first: they may know the time.
            await Task.Delay(First, time, stoppingToken);
            while (true)
            {
                try
                {
                    await RunOnceAsync(stoppingToken);
                }
                catch (Exception exception) when (exception is StoreUnavailableException or InvalidDataException)
                {
                    Log.KeepingFailed(log, "all", exception);
                }

                await Task.Delay(options.Value.KeepEvery, time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    /// <summary>All companies' logs but those that have ended: their keys are destroyed already. A key that is withheld is no reason to keep longer.</summary>
    private static List<CompanyId> Kept(ReadSession session)
    {
        var ended = AsideTable.All(session).Where(standing => standing.HasEnded).Select(standing => standing.Company).ToHashSet();
        return [.. LogTable.All(session).Select(row => row.Log).Where(company => company != default && !ended.Contains(company))];
    }

    private async Task<(int Destroyed, RetentionHold? Hold)> TryKeepAsync(CompanyId company, CancellationToken ct)
    {
        var destroyed = 0;
        try
        {
            var now = time.GetUtcNow();
            if (await store.WriteAsync(transaction => Look(transaction, company, now), ct) is { IsDoubted: true } clock)
            {
                return (0, new(company, RetentionHoldReason.Clock, now, clock));
            }

            if (!await census.CountAsync(company, now, long.MaxValue, ct))
            {
                return (0, new(company, RetentionHoldReason.Log, now, default));
            }

            while (await store.ReadAsync(session => FindDue(session, company, now), ct) is { } due)
            {
                if (!await DestroyAsync(company, due, ct))
                {
                    return (destroyed, new(company, RetentionHoldReason.Vault, now, default));
                }

                destroyed++;
            }

            return (destroyed, null);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // A row that was edited into none ends this company's turn, never the server.
            Log.KeepingFailed(log, LogIdentity.NameOf(company), exception);
            return (destroyed, new(company, RetentionHoldReason.Store, time.GetUtcNow(), default));
        }
    }

    /// <summary>Looks at the clock, and remembers it.</summary>
    private ClockState Look(WriteTransaction transaction, CompanyId company, DateTimeOffset now)
    {
        var keeping = RetentionTable.Find(transaction, company);
        var clock = ClockOf(transaction, company, keeping.Clock).Look(now, RetentionTable.Witnessed(transaction, company), options.Value);
        if (clock.IsDoubted && !keeping.Clock.IsDoubted)
        {
            var hours = (long)clock.Leap.TotalHours;
            Record(transaction, AuditEvents.ClockDoubted, company, now, new() { ["hours"] = hours.ToString(CultureInfo.InvariantCulture) });
            transaction.AfterCommit(() => Log.ClockDoubted(log, LogIdentity.NameOf(company), hours));
        }

        if (clock != keeping.Clock)
        {
            RetentionTable.Put(transaction, company, keeping with { Clock = clock });
        }

        return clock;
    }

    /// <summary>What the clock was before the first look: when the log was sealed last.</summary>
    internal static ClockState ClockOf(ReadSession session, CompanyId company, ClockState known)
        => known == default && LogTable.Find(session, company) is { } row ? new(row.SealedMs, 0, 0) : known;

    /// <summary>What is over and still there, read anew for every month: what was lengthened meanwhile stays.</summary>
    private static DueMonth? FindDue(ReadSession session, CompanyId company, DateTimeOffset now)
    {
        var kept = RetentionTable.Kept(session, company);
        return kept.Count == 0 ? null : RetentionTable.Months(session, company)
            .Select(month => new DueMonth(month, kept.GetValueOrDefault(RetentionClasses.Of(month.Class)).At(now)))
            .FirstOrDefault(due => due.Month.DueAt(due.Kept) <= now);
    }

    internal async Task<bool> DestroyAsync(CompanyId company, DueMonth due, CancellationToken ct)
    {
        var scope = KeyScope.Of(company, AuditEvents.KeysOf(due.Month.Class), due.Month.Month);
        if (!(await vault.DestroyAsync(scope, ct)).TryGet(out _, out _))
        {
            Log.KeepingFailed(log, LogIdentity.NameOf(company), null);
            return false;
        }

        return await store.WriteAsync(transaction => Note(transaction, company, due), CancellationToken.None);
    }

    private bool Note(WriteTransaction transaction, CompanyId company, DueMonth due)
    {
        if (!RetentionTable.End(transaction, company, due.Month))
        {
            return false;
        }

        var month = ClassMonth.NameOf(due.Month.Month);
        Record(transaction, AuditEvents.RetentionDestroyed, company, time.GetUtcNow(), new()
        {
            ["class"] = due.Month.Class.ToString(CultureInfo.InvariantCulture),
            ["month"] = month,
            ["events"] = due.Month.Entries.ToString(CultureInfo.InvariantCulture),
            ["kept"] = due.Kept.ToString(CultureInfo.InvariantCulture),
        });
        transaction.AfterCommit(() => Log.MonthDestroyed(log, LogIdentity.NameOf(company), due.Month.Entries, due.Month.Class, month));
        return true;
    }

    private void Record(WriteTransaction transaction, EventKind kind, CompanyId company, DateTimeOffset now, Dictionary<string, string> details)
        => transaction.Record(new SecurityEvent
        {
            Id = EntityId.New<Rivet.Kernel.EventId>(time),
            At = now,
            Kind = kind,
            Actor = Subject.OfSystem(company),
            Target = Resource.Of(company),
            Outcome = EventOutcome.Success,
            Details = details,
        });
}

/// <summary>A month that is over, and for how many months its class is kept.</summary>
internal sealed record DueMonth(ClassMonth Month, int Kept);

/// <summary>Where nothing is destroyed now, and why.</summary>
internal sealed record RetentionHold(CompanyId Company, RetentionHoldReason Why, DateTimeOffset Since, ClockState Clock);

/// <summary>Why nothing is destroyed now.</summary>
internal enum RetentionHoldReason
{
    Clock = 1,
    Log = 2,
    Vault = 3,
    Store = 4,
}
