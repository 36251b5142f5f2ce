using Microsoft.Extensions.Logging;
using Rivet.Audit.Entries;
using Rivet.Audit.Sealing;
using Rivet.Kernel;
using Rivet.Storage;

namespace Rivet.Audit.Columns;

/// <summary>Gives a segment's blocks: as stored, or made of the entries themselves where nothing is stored yet.</summary>
internal sealed class SegmentReader(IStore store, ColumnVault vault, EntryOpening opening, ILogger<SegmentReader> log)
{
    private const int AtATime = 1024;

    /// <summary>The stored blocks of a segment that are wanted, each with its head and the parts that are asked for.</summary>
    /// <param name="company">Whose log.</param>
    /// <param name="segment">The segment.</param>
    /// <param name="partsFor">The parts of a block by its head; null when the block is not wanted.</param>
    /// <param name="ct">Cancels the reading.</param>
    /// <exception cref="LogUnavailableException">The vault cannot open now.</exception>
    /// <exception cref="InvalidDataException">A column was changed.</exception>
    public async ValueTask<IReadOnlyList<ColumnBlock>> ReadAsync(
        CompanyId company, long segment, Func<ColumnBlock, ColumnHead, IEnumerable<ColumnPart>?> partsFor, CancellationToken ct)
    {
        var heads = await store.ReadAsync(session => ColumnTable.Read(session, company, segment, ColumnPart.Head), ct);
        var plain = await vault.OpenAsync(company, heads, ct);
        var blocks = new Dictionary<(int Class, int Month), (ColumnBlock Block, HashSet<ColumnPart> Parts)>();
        for (var at = 0; at < heads.Count; at++)
        {
            var block = new ColumnBlock(segment, heads[at].Class, heads[at].Month) { [ColumnPart.Head] = plain[at] };
            if (partsFor(block, ColumnHead.Read(plain[at] ?? throw new InvalidDataException("The key of the log's columns was destroyed."))) is { } parts)
            {
                blocks.Add((block.Class, block.Month), (block, [.. parts]));
            }
        }

        await FillAsync(company, segment, blocks, ct);
        return [.. blocks.Values.Select(one => one.Block)];
    }

    /// <summary>The blocks of entries themselves, from a segment's beginning up to an index.</summary>
    /// <param name="company">Whose log.</param>
    /// <param name="segment">The segment.</param>
    /// <param name="to">The first index that is not wanted.</param>
    /// <param name="isOpened">Whether what the entries seal is wanted too.</param>
    /// <param name="numberOf">The number that stands for a person.</param>
    /// <param name="ct">Cancels the reading.</param>
    /// <exception cref="LogUnavailableException">The vault cannot open now, and what cannot be read now must not count as destroyed.</exception>
    public async ValueTask<IReadOnlyList<ColumnBlock>> MakeAsync(CompanyId company, long segment, long to, bool isOpened, Func<PersonId, uint> numberOf, CancellationToken ct)
    {
        var first = segment * ColumnBlock.SegmentSize;
        var entries = new List<AuditEntry>((int)(to - first));
        for (var from = first; from < to; from += AtATime)
        {
            var (here, end) = (from, Math.Min(to, from + AtATime));
            var stored = await store.ReadAsync(session => LogTable.Stretch(session, company, here, end), ct);
            entries.AddRange(isOpened ? await opening.OpenAsync(company, from, stored, ct) : EntryOpening.ReadOpenly(company, from, stored));
        }

        return entries.Any(entry => entry.Content == AuditContentState.Unavailable || entry.People == AuditContentState.Unavailable)
            ? throw new LogUnavailableException("The vault does not open the entries of the security log.")
            : BlockWriter.Write(company, segment, entries, numberOf);
    }

    /// <summary>Forgets a segment that cannot be read; it is made anew of the entries.</summary>
    public async ValueTask ForgetAsync(CompanyId company, long segment, Exception why, CancellationToken ct)
    {
        Log.ColumnsDamaged(log, LogIdentity.NameOf(company), segment, why);
        try
        {
            await store.WriteAsync(
                transaction =>
                {
                    ColumnTable.Remove(transaction, company, segment);
                    return Done.Value;
                },
                ct);
        }
        catch (StoreUnavailableException exception)
        {
            // Whoever reads it next finds the same, and tries again.
            Log.ColumnsWait(log, exception);
        }
    }

    private async ValueTask FillAsync(CompanyId company, long segment, Dictionary<(int Class, int Month), (ColumnBlock Block, HashSet<ColumnPart> Parts)> blocks, CancellationToken ct)
    {
        var wanted = blocks.Values.SelectMany(one => one.Parts).Where(part => part != ColumnPart.Head).Distinct().ToArray();
        if (wanted.Length == 0)
        {
            return;
        }

        var stored = await store.ReadAsync(
            session => wanted.SelectMany(part => ColumnTable.Read(session, company, segment, part))
                .Where(column => blocks.TryGetValue((column.Class, column.Month), out var one) && one.Parts.Contains(column.Part)).ToArray(),
            ct);
        var plain = await vault.OpenAsync(company, stored, ct);
        for (var at = 0; at < stored.Length; at++)
        {
            if (plain[at] is { } bytes)
            {
                blocks[(stored[at].Class, stored[at].Month)].Block[stored[at].Part] = bytes;
            }
        }
    }
}
