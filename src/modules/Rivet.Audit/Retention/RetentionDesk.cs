using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Rivet.Kernel;
using Rivet.Storage;

namespace Rivet.Audit.Retention;

/// <summary>Where a company decides for how long what its events say can be read, class by class.</summary>
internal sealed class RetentionDesk(IStore store, LogCensus census, IOptions<AuditOptions> options, TimeProvider time, ILogger<RetentionDesk> log)
{
    /// <summary>What looking takes.</summary>
    public static readonly Permission Look = new("audit.read");

    /// <summary>What deciding takes.</summary>
    public static readonly Permission Decide = new("audit.retain");

    /// <summary>So many entries are counted at most before somebody is answered.</summary>
    private const long CountedWhileWaiting = 100_000;

    /// <summary>What holds, what there is, and what is destroyed next.</summary>
    /// <param name="permit">For <c>audit.read</c> on the company.</param>
    /// <param name="ct">Withdraws the request.</param>
    public async ValueTask<Result<RetentionView, AuditRefusal>> ReadAsync(Permit permit, CancellationToken ct)
        => IsFor(permit, Look) ? await SafelyAsync(async () => await ShowAsync(permit.Company, ct)) : AuditRefusal.WrongPermit;

    /// <summary>Decides for some classes; all hold or none. Longer holds at once, shorter after <see cref="AuditOptions.RetentionWaits"/>.</summary>
    /// <param name="permit">For <c>audit.retain</c> on the company.</param>
    /// <param name="wanted">Months by class; 0 is for ever.</param>
    /// <param name="mayDestroy">Whoever asks knows that a shorter time destroys.</param>
    /// <param name="ct">Withdraws the request.</param>
    public async ValueTask<Result<RetentionView, AuditRefusal>> ChangeAsync(Permit permit, IReadOnlyDictionary<int, int> wanted, bool mayDestroy, CancellationToken ct)
    {
        if (!IsFor(permit, Decide))
        {
            return AuditRefusal.WrongPermit;
        }

        if (wanted.Keys.Any(ocsfClass => !RetentionClasses.All.Contains(ocsfClass)))
        {
            return AuditRefusal.RetentionClass;
        }

        if (wanted.Any(one => !RetentionClasses.Allows(one.Key, one.Value)))
        {
            return AuditRefusal.RetentionMonths;
        }

        return await SafelyAsync(async () =>
            await store.WriteAsync(transaction => Change(transaction, permit, wanted, mayDestroy), ct) is { } refusal ? refusal : await ShowAsync(permit.Company, ct));
    }

    /// <summary>Says that the server's clock is right, which ends the doubt.</summary>
    /// <param name="permit">For <c>audit.retain</c> on the company.</param>
    /// <param name="at">The time as whoever confirms knows it: it must be the server's, give or take an hour.</param>
    /// <param name="ct">Withdraws the request.</param>
    public async ValueTask<Result<RetentionView, AuditRefusal>> ConfirmClockAsync(Permit permit, DateTimeOffset at, CancellationToken ct)
    {
        if (!IsFor(permit, Decide))
        {
            return AuditRefusal.WrongPermit;
        }

        if ((at - time.GetUtcNow()).Duration() > TimeSpan.FromHours(1))
        {
            return AuditRefusal.ClockDiffers;
        }

        return await SafelyAsync(async () =>
        {
            await store.WriteAsync(transaction => Confirm(transaction, permit), ct);
            return await ShowAsync(permit.Company, ct);
        });
    }

    private async Task<Result<RetentionView, AuditRefusal>> ShowAsync(CompanyId company, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        if (!(await store.ReadAsync(session => ClockNow(session, company, now), ct)).IsDoubted)
        {
            await census.CountAsync(company, now, CountedWhileWaiting, ct);
        }

        return await store.ReadAsync(session => Show(session, company, now), ct);
    }

    private RetentionView Show(ReadSession session, CompanyId company, DateTimeOffset now)
    {
        var kept = RetentionTable.Kept(session, company);
        var months = RetentionTable.Months(session, company).ToLookup(month => RetentionClasses.Of(month.Class));
        return new(
            [.. RetentionClasses.All.Select(ocsfClass => new ClassRetention
            {
                Class = ocsfClass,
                Kept = kept.GetValueOrDefault(ocsfClass),
                Months = [.. months[ocsfClass].Where(month => month.Entries > 0)],
                Destroyed = months[ocsfClass].Sum(month => month.Destroyed),
            })],
            ClockNow(session, company, now),
            now,
            now + options.Value.RetentionWaits);
    }

    private AuditRefusal? Change(WriteTransaction transaction, Permit permit, IReadOnlyDictionary<int, int> wanted, bool mayDestroy)
    {
        var now = time.GetUtcNow();
        var known = RetentionTable.Kept(transaction, permit.Company);
        var changes = wanted.Select(one => (Class: one.Key, Before: known.GetValueOrDefault(one.Key), Months: one.Value))
            .Where(one => one.Months != one.Before.DecidedAt(now))
            .ToArray();
        if (changes.Any(one => one.Before.IsShorter(one.Months, now)))
        {
            if (ClockNow(transaction, permit.Company, now).IsDoubted)
            {
                return AuditRefusal.ClockInDoubt;
            }

            if (!mayDestroy)
            {
                return AuditRefusal.RetentionDestroys;
            }
        }

        foreach (var (ocsfClass, before, months) in changes)
        {
            var after = before.Decide(months, now, options.Value.RetentionWaits);
            RetentionTable.Put(transaction, permit.Company, ocsfClass, after);
            Record(transaction, permit, AuditEvents.RetentionChanged, now, new()
            {
                ["class"] = RetentionClasses.NameOf(ocsfClass),
                ["before"] = Said(before.DecidedAt(now)),
                ["after"] = Said(months),
                ["effective"] = (after.WaitsAt(now) ? DateTimeOffset.FromUnixTimeMilliseconds(after.EffectiveMs) : now).ToString("u", CultureInfo.InvariantCulture),
            });
        }

        return null;
    }

    private Done Confirm(WriteTransaction transaction, Permit permit)
    {
        var now = time.GetUtcNow();
        var keeping = RetentionTable.Find(transaction, permit.Company);
        if (ClockNow(transaction, permit.Company, now) is { IsDoubted: true } clock)
        {
            RetentionTable.Put(transaction, permit.Company, keeping with { Clock = ClockState.Believed(now) });
            Record(transaction, permit, AuditEvents.ClockConfirmed, now, new() { ["hours"] = ((long)clock.Leap.TotalHours).ToString(CultureInfo.InvariantCulture) });
        }

        return Done.Value;
    }

    private ClockState ClockNow(ReadSession session, CompanyId company, DateTimeOffset now)
        => RetentionKeeper.ClockOf(session, company, RetentionTable.Find(session, company).Clock).Look(now, RetentionTable.Witnessed(session, company), options.Value);

    private void Record(WriteTransaction transaction, Permit permit, EventKind kind, DateTimeOffset now, Dictionary<string, string> details)
        => transaction.Record(new SecurityEvent
        {
            Id = EntityId.New<Rivet.Kernel.EventId>(time),
            At = now,
            Kind = kind,
            Actor = permit.Subject,
            Target = permit.Question.Resource,
            Outcome = EventOutcome.Success,
            Details = details,
        });

    private static string Said(int months) => months == 0 ? "for-ever" : months.ToString(CultureInfo.InvariantCulture);

    private static bool IsFor(Permit permit, Permission permission)
        => permit.Question.Permission.Name == permission.Name && permit.Question.Resource == Resource.Of(permit.Company);

    private async ValueTask<Result<RetentionView, AuditRefusal>> SafelyAsync(Func<Task<Result<RetentionView, AuditRefusal>>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception exception) when (exception is (StoreUnavailableException and not LogBehindException) or InvalidDataException)
        {
            Log.ReadFailed(log, exception);
            return AuditRefusal.Unavailable;
        }
    }
}
