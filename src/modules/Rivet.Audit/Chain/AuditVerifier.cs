using Rivet.Storage;

namespace Rivet.Audit;

/// <summary>
/// Walks the chain. It finds changed, removed, inserted and reordered events, a cut tail, and a chain written anew
/// after a head that somebody remembers. It cannot find that an owner rewrote everything when nobody remembers a head.
/// </summary>
internal sealed class AuditVerifier(IStore store)
{
    private const int BatchSize = 1000;

    /// <summary>Verifies everything.</summary>
    public async ValueTask<ChainCheck> VerifyAllAsync(AuditHead? remembered, CancellationToken ct)
    {
        var check = new ChainCheck(AuditHead.Empty, null);
        bool more;
        do
        {
            (check, more) = await VerifyNextAsync(check.Head, BatchSize, ct);
        }
        while (more);

        return check.Break is null && remembered is not null && await HoldsAsync(remembered, check.Head, ct) is { } broken
            ? check with { Break = broken }
            : check;
    }

    /// <summary>
    /// Verifies up to <paramref name="count"/> events after a verified head, that the head itself is still there, and,
    /// at the end, that the chain reaches its recorded end. Reads one snapshot.
    /// </summary>
    public ValueTask<(ChainCheck Check, bool More)> VerifyNextAsync(AuditHead verified, int count, CancellationToken ct)
        => store.ReadAsync(
            session =>
            {
                if (verified.Sequence > 0 && Compare(session, verified) is { } lost)
                {
                    return (new ChainCheck(verified, lost), false);
                }

                var rows = session.Query(
                    $"SELECT {ChainRow.Columns} FROM audit_event WHERE sequence > $1 ORDER BY sequence LIMIT $2",
                    row => (Sequence: row.GetInt64(0), Row: ChainRow.TryRead(row, out var read) ? read : null),
                    verified.Sequence, count);
                var head = verified;
                foreach (var (sequence, row) in rows)
                {
                    if (BreakAt(head, sequence, row) is { } kind)
                    {
                        return (new ChainCheck(head, new(sequence, kind)), false);
                    }

                    head = new(sequence, Convert.ToHexStringLower(row!.Hash));
                }

                var more = rows.Count == count;
                var end = more ? null : EndOf(session, head);
                return (new ChainCheck(head, end), more);
            },
            ct);

    private async ValueTask<ChainBreak?> HoldsAsync(AuditHead remembered, AuditHead head, CancellationToken ct)
    {
        if (remembered.Sequence > head.Sequence)
        {
            return new(remembered.Sequence, ChainBreakKind.Cut);
        }

        return remembered.Sequence == 0 ? null : await store.ReadAsync(session => Compare(session, remembered), ct);
    }

    private static ChainBreakKind? BreakAt(AuditHead before, long sequence, ChainRow? row)
    {
        if (sequence != before.Sequence + 1)
        {
            return ChainBreakKind.Removed;
        }

        if (row is null || !row.ComputeHash().AsSpan().SequenceEqual(row.Hash))
        {
            return ChainBreakKind.Changed;
        }

        return Convert.ToHexStringLower(row.PreviousHash) == before.Hash ? null : ChainBreakKind.Relinked;
    }

    private static ChainBreak? Compare(ReadSession session, AuditHead remembered)
    {
        var found = session.QueryFirst(
            "SELECT lower(hex(hash)) FROM audit_event WHERE sequence = $1", row => row.GetString(0), remembered.Sequence);
        return found == remembered.Hash ? null : new(remembered.Sequence, found is null ? ChainBreakKind.Cut : ChainBreakKind.Rewritten);
    }

    /// <summary>Compares the last event with the end that the writer noted.</summary>
    private static ChainBreak? EndOf(ReadSession session, AuditHead head)
    {
        var (sequence, hash) = AuditConsumer.Head(session);
        if (sequence > head.Sequence)
        {
            return new(sequence, ChainBreakKind.Cut);
        }

        return sequence == head.Sequence && Convert.ToHexStringLower(hash) == head.Hash ? null : new(head.Sequence, ChainBreakKind.Relinked);
    }
}
