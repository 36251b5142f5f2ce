using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Rivet.Audit.Entries;
using Rivet.Audit.Sealing;
using Rivet.Cryptography;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Transparency;

namespace Rivet.Audit.Watching;

/// <summary>
/// Verifies what was added to the logs every few seconds, and everything anew every few hours: entries against tiles, and the tree against the
/// checkpoint and its signature. It remembers the trees it saw, so that a log written anew while the server runs is found; what an owner does
/// while it is down, only somebody outside finds.
/// </summary>
internal sealed class LogWatch(
    IStore store, LogIdentity identity, ISignatureVerifier signatures, IOptions<AuditOptions> options, TimeProvider time, ILogger<LogWatch> log)
    : BackgroundService
{
    private readonly Dictionary<CompanyId, CompactTree> seen = [];
    private DateTimeOffset passBegan;
    private volatile WatchState state = new(0, [], IsComplete: false);

    /// <summary>What is known of the logs.</summary>
    public WatchState State => state;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                while (await RunOnceAsync(stoppingToken))
                {
                    await Task.Yield();
                }

                await Task.Delay(options.Value.LookEvery, time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    /// <summary>One look; true while there is more to verify.</summary>
    internal async Task<bool> RunOnceAsync(CancellationToken ct)
    {
        try
        {
            if (state.Faults.Count > 0 || time.GetUtcNow() - passBegan >= options.Value.VerifyAllEvery)
            {
                // A fault found once stays said until a whole pass finds none.
                seen.Clear();
                passBegan = time.GetUtcNow();
            }

            var (more, faults) = (false, new List<LogFault>());
            foreach (var row in await store.ReadAsync(LogTable.All, ct))
            {
                var (fault, rest) = await LookAsync(row, ct);
                more |= rest;
                if (fault is not null)
                {
                    faults.Add(fault);
                }
            }

            foreach (var fault in faults.Except(state.Faults))
            {
                Log.Broken(log, fault.Log, fault.Index, fault.Kind);
            }

            var kept = more && faults.Count == 0 ? state.Faults : faults;
            state = new(seen.Values.Sum(tree => tree.Count), kept, IsComplete: state.IsComplete || !more);
            return more && faults.Count == 0;
        }
        catch (Exception exception) when (exception is StoreUnavailableException or LogUnavailableException or InvalidDataException)
        {
            Log.ReadFailed(log, exception);
            state = exception is InvalidDataException ? state with { Faults = [new LogFault("audit_log", 0, LogFaultKind.Unreadable)] } : state;
            return false;
        }
    }

    private async ValueTask<(LogFault? Fault, bool More)> LookAsync(LogRow row, CancellationToken ct)
    {
        var name = LogIdentity.NameOf(row.Log);

        // The key may have been replaced since the row was read: what counts is who might sign at its size.
        var chain = (await identity.OfAsync(row.Log, ct)).Chain;
        if (!SignedNote.TryParse(System.Text.Encoding.UTF8.GetBytes(row.Checkpoint), out var note) || !Checkpoint.TryParse(note.Text, out var checkpoint)
            || checkpoint.Origin != chain.Last.Name || !await chain.HasSignedAsync(note, checkpoint.Size, signatures, ct))
        {
            return (new LogFault(name, row.Size, LogFaultKind.NotSigned), false);
        }

        if (!seen.TryGetValue(row.Log, out var tree))
        {
            seen.Add(row.Log, tree = new CompactTree());
        }

        if (checkpoint.Size < tree.Count || checkpoint.Size != row.Size)
        {
            return (new LogFault(name, checkpoint.Size, LogFaultKind.Cut), false);
        }

        var to = Math.Min(row.Size, tree.Count + options.Value.EventsPerLook);
        var fault = await store.ReadAsync(session => Extend(session, row.Log, tree, to), ct);
        return fault is not null ? (fault, false)
            : tree.Count < row.Size ? (null, true)
            : tree.Root().AsSpan().SequenceEqual(checkpoint.Root.Span) ? (null, false)
            : (new LogFault(name, tree.Count, LogFaultKind.Forked), false);
    }

    /// <summary>Goes on with the tree, entry by entry, each compared with the hash in its tile.</summary>
    private static LogFault? Extend(ReadSession session, CompanyId company, CompactTree tree, long to)
    {
        var leaf = new byte[TreeHash.Size];
        byte[]? hashes = null;
        foreach (var entry in LogTable.Entries(session, company, tree.Count, to))
        {
            var (number, at) = Math.DivRem(tree.Count, TilePath.FullWidth);
            if (hashes is null || at == 0)
            {
                hashes = LogTable.FindTile(session, company, 0, number) ?? [];
            }

            TreeHash.Leaf(entry.Span, leaf);
            if (hashes.Length < (at + 1) * TreeHash.Size || !hashes.AsSpan((int)at * TreeHash.Size, TreeHash.Size).SequenceEqual(leaf))
            {
                return new LogFault(LogIdentity.NameOf(company), tree.Count, LogFaultKind.Changed);
            }

            tree.Append(leaf);
        }

        return tree.Count < to ? new LogFault(LogIdentity.NameOf(company), tree.Count, LogFaultKind.Cut) : null;
    }
}

/// <summary>What the watch knows.</summary>
/// <param name="Verified">Entries verified in this pass, over all logs.</param>
/// <param name="Faults">What it found.</param>
/// <param name="IsComplete">Whether a whole pass was made since the start.</param>
internal sealed record WatchState(long Verified, IReadOnlyList<LogFault> Faults, bool IsComplete);
