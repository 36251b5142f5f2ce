using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rivet.Audit.Aside;
using Rivet.Audit.Entries;
using Rivet.Audit.Sealing;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Vault;

namespace Rivet.Audit.Columns;

/// <summary>
/// Makes the columns of each full segment of the logs, and takes people out of them whose keys were destroyed. Nothing depends on it being in
/// time: what has no columns yet is counted entry by entry.
/// </summary>
internal sealed class ColumnKeeper(IStore store, IVault vault, ColumnVault columns, SegmentReader segments, OutboxLag lag, TimeProvider time, ILogger<ColumnKeeper> log)
    : BackgroundService
{
    private const int Busy = 1000;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan EraseEvery = TimeSpan.FromMinutes(10);
    private DateTimeOffset erased;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                // Sealing comes first: while events wait for it, columns do.
                while (lag.Behind < Busy && await RunOnceAsync(stoppingToken))
                {
                    await Task.Yield();
                }

                await Task.Delay(Pause, time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    /// <summary>At most one segment of each log; true while there is more to do.</summary>
    internal async Task<bool> RunOnceAsync(CancellationToken ct)
    {
        var more = false;
        var isTimeToErase = time.GetUtcNow() - erased >= EraseEvery;
        foreach (var (company, size) in await LogsAsync(ct))
        {
            more |= await KeepAsync(company, size, isTimeToErase, ct);
        }

        erased = isTimeToErase ? time.GetUtcNow() : erased;
        return more;
    }

    /// <summary>Those whose keys can be had: of the others nothing can be opened, and once a key was destroyed there is nothing to make.</summary>
    private async ValueTask<IReadOnlyList<(CompanyId Company, long Size)>> LogsAsync(CancellationToken ct)
    {
        try
        {
            return await store.ReadAsync(
                session =>
                {
                    var still = AsideTable.All(session).Select(standing => standing.Company).ToHashSet();
                    return LogTable.All(session).Where(row => !still.Contains(row.Log)).Select(row => (row.Log, row.Size)).ToArray();
                },
                ct);
        }
        catch (Exception exception) when (exception is StoreUnavailableException or InvalidDataException)
        {
            Log.ColumnsWait(log, exception);
            return [];
        }
    }

    private async ValueTask<bool> KeepAsync(CompanyId company, long size, bool isTimeToErase, CancellationToken ct)
    {
        try
        {
            var stored = await store.ReadAsync(session => ColumnTable.Segments(session, company), ct);
            var missing = Enumerable.Range(0, (int)(size / ColumnBlock.SegmentSize)).FirstOrDefault(number => !stored.Contains(number), -1);
            if (missing < 0 && !isTimeToErase)
            {
                return false;
            }

            var people = await PeopleNumbers.ReadAsync(store, vault, company, ct);
            if (isTimeToErase && people.Erased.Count > 0)
            {
                await EraseAsync(people, stored, ct);
            }

            return missing >= 0 && await MakeAsync(people, missing, ct);
        }
        catch (InvalidDataException exception)
        {
            return await BeginAnewAsync(company, exception, ct);
        }
        catch (Exception exception) when (exception is StoreUnavailableException or LogUnavailableException)
        {
            Log.ColumnsWait(log, exception);
            return false;
        }
    }

    private async ValueTask<bool> MakeAsync(PeopleNumbers people, long segment, CancellationToken ct)
    {
        var blocks = await segments.MakeAsync(people.Company, segment, (segment + 1) * ColumnBlock.SegmentSize, isOpened: true, people.NumberOf, ct);
        var sealedColumns = await columns.SealAsync(people.Company, blocks, ct);
        var putPeople = await people.PrepareAsync(vault, ct);
        return await store.WriteAsync(
            transaction =>
            {
                // Where another server was first, its columns are as good.
                if (people.IsNewest(transaction) && ColumnTable.Begin(transaction, people.Company, segment))
                {
                    putPeople(transaction);
                    ColumnTable.Put(transaction, people.Company, sealedColumns);
                }

                return true;
            },
            ct);
    }

    /// <summary>Rewrites every block that names an erased person, and then forgets the numbers.</summary>
    private async ValueTask EraseAsync(PeopleNumbers people, HashSet<long> stored, CancellationToken ct)
    {
        foreach (var segment in stored)
        {
            var blocks = await segments.ReadAsync(people.Company, segment, (_, _) => ColumnParts.All.Where(part => !part.IsOpen()), ct);
            var changed = blocks.Where(block => ColumnErasure.TryErase(block, people.Erased)).ToArray();
            var sealedColumns = await columns.SealAsync(people.Company, changed, ct);
            await store.WriteAsync(
                transaction =>
                {
                    ColumnTable.Put(transaction, people.Company, sealedColumns);
                    transaction.ForgetOverwritten();
                    return Done.Value;
                },
                ct);
        }

        await store.WriteAsync(
            transaction =>
            {
                foreach (var number in people.Erased)
                {
                    ColumnTable.RemovePerson(transaction, people.Company, number);
                }

                return Done.Value;
            },
            ct);
    }

    /// <summary>Columns follow from the entries: what was changed is thrown away and made again. True when that was done.</summary>
    private async ValueTask<bool> BeginAnewAsync(CompanyId company, Exception why, CancellationToken ct)
    {
        Log.ColumnsDamaged(log, LogIdentity.NameOf(company), -1, why);
        try
        {
            await store.WriteAsync(
                transaction =>
                {
                    ColumnTable.RemoveAll(transaction, company);
                    return Done.Value;
                },
                ct);
            return true;
        }
        catch (StoreUnavailableException exception)
        {
            Log.ColumnsWait(log, exception);
            return false;
        }
    }
}
