using Microsoft.Extensions.Logging;
using Rivet.Audit.Entries;
using Rivet.Audit.Sealing;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Transparency;

namespace Rivet.Audit.Searching;

/// <summary>Looks through a log from its end, some bundles at a time: headers first, and only what is left is opened.</summary>
internal sealed class AuditSearch(IStore store, EntryOpening opening, ILogger<AuditSearch> log) : IAuditSearch
{
    /// <summary>Most entries looked at in one call.</summary>
    internal const int MostLooked = 20 * AtATime;

    /// <summary>Entries read and opened at once: whole bundles.</summary>
    internal const int AtATime = 4 * TilePath.FullWidth;

    private const int MostFound = 1000;
    private const string Permission = "audit.read";

    public async ValueTask<Result<AuditFound, AuditRefusal>> FindAsync(Permit permit, AuditQuery query, long? before, int count, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(permit);
        ArgumentNullException.ThrowIfNull(query);
        if (permit.Question.Permission.Name != Permission || permit.Question.Resource != Resource.Of(permit.Company))
        {
            return AuditRefusal.WrongPermit;
        }

        try
        {
            return await FindAsync(permit.Company, query.Bounded(), before, Math.Clamp(count, 1, MostFound), ct);
        }
        catch (Exception exception) when (exception is StoreUnavailableException or InvalidDataException)
        {
            Log.ReadFailed(log, exception);
            return AuditRefusal.Unavailable;
        }
    }

    private async ValueTask<AuditFound> FindAsync(CompanyId company, AuditQuery query, long? before, int count, CancellationToken ct)
    {
        var size = await store.ReadAsync(session => LogTable.Find(session, company)?.Size ?? 0, ct);
        var to = Math.Clamp(before ?? size, 0, size);
        var top = to;
        var (found, facets) = (new List<AuditEntry>(), new FacetCount());
        DateTimeOffset? backTo = null;
        while (to > query.FromIndex && found.Count < count && top - to < MostLooked)
        {
            var from = Math.Max(query.FromIndex, (to - 1) / AtATime * AtATime);
            var (wanted, oldest) = await LookAsync(company, query, from, to, ct);
            (to, backTo) = (from, oldest ?? backTo);
            foreach (var entry in wanted)
            {
                facets.Add(entry);
                found.Add(entry);
            }
        }

        return new AuditFound
        {
            Entries = found.Count <= count ? found : found[..count],
            Next = found.Count > count ? found[count - 1].Index : to > query.FromIndex ? to : null,
            Looked = top - to,
            LookedBackTo = backTo,
            Size = size,
            Facets = facets.Facets(),
        };
    }

    /// <summary>What is wanted in a stretch of the log, newest first, and when its oldest entry happened.</summary>
    private async ValueTask<(IReadOnlyList<AuditEntry> Wanted, DateTimeOffset? Oldest)> LookAsync(CompanyId company, AuditQuery query, long from, long to, CancellationToken ct)
    {
        var stored = await store.ReadAsync(session => Stretch(session, company, from, to), ct);
        var (left, indices) = (new List<ReadOnlyMemory<byte>>(), new List<long>());
        DateTimeOffset? oldest = null;
        for (var at = stored.Count - 1; at >= 0; at--)
        {
            var header = LogEntry.TryRead(stored[at], out var read) ? read : null;
            oldest = header is null ? oldest : DateTimeOffset.FromUnixTimeMilliseconds(header.AtMs);
            if (QueryMatch.Openly(query, header))
            {
                left.Add(stored[at]);
                indices.Add(from + at);
            }
        }

        var opened = await opening.OpenAsync(company, indices, left, ct);
        return (query.LooksInside ? [.. opened.Where(entry => QueryMatch.Inside(query, entry))] : opened, oldest);
    }

    /// <summary>Entries as stored; bytes that are none stand for those that are missing, so that each keeps its place.</summary>
    private static List<ReadOnlyMemory<byte>> Stretch(ReadSession session, CompanyId company, long from, long to)
    {
        var entries = new List<ReadOnlyMemory<byte>>((int)(to - from));
        while (from + entries.Count < to)
        {
            var next = from + entries.Count;
            var end = Math.Min(to, ((next / TilePath.FullWidth) + 1) * TilePath.FullWidth);
            var read = LogTable.Entries(session, company, next, end);
            entries.AddRange(read);
            entries.AddRange(Enumerable.Repeat(ReadOnlyMemory<byte>.Empty, (int)(end - next) - read.Count));
        }

        return entries;
    }
}
