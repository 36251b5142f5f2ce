using System.Data.Common;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Transparency;

namespace Rivet.Audit.Sealing;

/// <summary>The logs as stored: a row a log, its bundles of entries, its tiles of hashes, and the checkpoints that are kept.</summary>
internal static class LogTable
{
    public static LogRow? Find(ReadSession session, CompanyId log)
        => session.QueryFirst(
            "SELECT company, size, edge, checkpoint, sealed_ms FROM audit_log WHERE company = $1",
            Read, log.ToBytes());

    /// <summary>How many entries a log has; 0 for none, and for a row that is none.</summary>
    public static long SizeOf(ReadSession session, CompanyId log)
        => session.QueryFirst("SELECT size FROM audit_log WHERE company = $1", row => row.GetValue(0) as long? ?? 0, log.ToBytes());

    public static List<LogRow> All(ReadSession session)
        => session.Query("SELECT company, size, edge, checkpoint, sealed_ms FROM audit_log", Read);

    public static byte[]? FindBundle(ReadSession session, CompanyId log, long number)
        => session.QueryFirst(
            "SELECT entries FROM audit_bundle WHERE company = $1 AND number = $2", Bytes, log.ToBytes(), number);

    public static byte[]? FindTile(ReadSession session, CompanyId log, int level, long number)
        => session.QueryFirst(
            "SELECT hashes FROM audit_tile WHERE company = $1 AND level = $2 AND number = $3",
            Bytes, log.ToBytes(), (long)level, number);

    public static void PutBundle(WriteTransaction transaction, CompanyId log, long number, byte[] entries)
        => transaction.Execute(
            """
            INSERT INTO audit_bundle (company, number, entries) VALUES ($1, $2, $3)
            ON CONFLICT (company, number) DO UPDATE SET entries = excluded.entries
            """,
            log.ToBytes(), number, entries);

    public static void PutTile(WriteTransaction transaction, CompanyId log, int level, long number, byte[] hashes)
        => transaction.Execute(
            """
            INSERT INTO audit_tile (company, level, number, hashes) VALUES ($1, $2, $3, $4)
            ON CONFLICT (company, level, number) DO UPDATE SET hashes = excluded.hashes
            """,
            log.ToBytes(), (long)level, number, hashes);

    /// <summary>Moves a log's end; false when it was elsewhere than expected, and then nothing may be stored.</summary>
    public static bool Move(WriteTransaction transaction, long expected, LogRow row, string origin)
        => transaction.Execute(
            """
            INSERT INTO audit_log (company, origin, size, edge, checkpoint, sealed_ms) VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (company) DO UPDATE
            SET size = excluded.size, edge = excluded.edge, checkpoint = excluded.checkpoint, sealed_ms = excluded.sealed_ms WHERE size = $7
            """,
            row.Log.ToBytes(), origin, row.Size, row.Edge, row.Checkpoint, row.SealedMs, expected) == 1
            && (expected > 0 || row.Size > 0);

    /// <summary>Keeps a checkpoint: one a witness cosigned, or the first after each hour.</summary>
    public static void Keep(WriteTransaction transaction, LogRow row, bool cosigned)
        => transaction.Execute(
            """
            INSERT INTO audit_checkpoint (company, size, at_ms, note, cosigned) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (company, size) DO UPDATE SET note = excluded.note, cosigned = excluded.cosigned WHERE excluded.cosigned >= cosigned
            """,
            row.Log.ToBytes(), row.Size, row.SealedMs, row.Checkpoint, cosigned ? 1 : 0);

    /// <summary>Puts what witnesses said below the newest checkpoint, while it is of this size.</summary>
    public static void PutCheckpoint(WriteTransaction transaction, CompanyId log, long size, string checkpoint)
        => transaction.Execute("UPDATE audit_log SET checkpoint = $1 WHERE company = $2 AND size = $3", checkpoint, log.ToBytes(), size);

    /// <summary>When the newest kept checkpoint was made, in Unix milliseconds; 0 without any.</summary>
    public static long LastKeptMs(ReadSession session, CompanyId log)
        => session.QueryFirst("SELECT coalesce(max(at_ms), 0) FROM audit_checkpoint WHERE company = $1", row => row.GetInt64(0), log.ToBytes());

    public static List<long> KeptSizes(ReadSession session, CompanyId log)
        => session.Query("SELECT size FROM audit_checkpoint WHERE company = $1 ORDER BY size", row => row.GetInt64(0), log.ToBytes());

    public static string? FindKept(ReadSession session, CompanyId log, long size)
        => session.QueryFirst("SELECT note FROM audit_checkpoint WHERE company = $1 AND size = $2", row => row.GetString(0), log.ToBytes(), size);

    /// <summary>The newest checkpoint that a witness cosigned; null for none.</summary>
    public static (long Size, string Note)? LastCosigned(ReadSession session, CompanyId log)
        => session.QueryFirst(
            "SELECT size, note FROM audit_checkpoint WHERE company = $1 AND cosigned = 1 ORDER BY size DESC LIMIT 1",
            row => ((long, string)?)(row.GetInt64(0), row.GetString(1)), log.ToBytes());

    /// <summary>Entries as stored, from an index on and up to another; fewer where the store was damaged.</summary>
    public static List<ReadOnlyMemory<byte>> Entries(ReadSession session, CompanyId log, long from, long to)
    {
        var entries = new List<ReadOnlyMemory<byte>>();
        for (var number = from / TilePath.FullWidth; number * TilePath.FullWidth < to; number++)
        {
            var first = number * TilePath.FullWidth;
            if (FindBundle(session, log, number) is not { } bytes || EntryBundle.Read(bytes) is not { } bundle)
            {
                return entries;
            }

            var skip = (int)Math.Max(0, from - first);
            entries.AddRange(bundle.Skip(skip).Take((int)Math.Min(bundle.Count - skip, to - first - skip)));
            if (bundle.Count < TilePath.FullWidth)
            {
                break;
            }
        }

        return entries;
    }

    /// <summary>Entries as stored; bytes that are none stand for those that are missing, so that each keeps its place.</summary>
    public static List<ReadOnlyMemory<byte>> Stretch(ReadSession session, CompanyId company, long from, long to)
    {
        var entries = new List<ReadOnlyMemory<byte>>((int)(to - from));
        while (from + entries.Count < to)
        {
            var next = from + entries.Count;
            var end = Math.Min(to, ((next / TilePath.FullWidth) + 1) * TilePath.FullWidth);
            var read = Entries(session, company, next, end);
            entries.AddRange(read);
            entries.AddRange(Enumerable.Repeat(ReadOnlyMemory<byte>.Empty, (int)(end - next) - read.Count));
        }

        return entries;
    }

    /// <summary>Single entries as stored, in the order of their indices; a bundle is read once for neighbours.</summary>
    public static List<ReadOnlyMemory<byte>> Some(ReadSession session, CompanyId log, IReadOnlyList<long> indices)
    {
        var entries = new List<ReadOnlyMemory<byte>>(indices.Count);
        var (number, bundle) = (-1L, (IReadOnlyList<ReadOnlyMemory<byte>>)[]);
        foreach (var index in indices)
        {
            if (index / TilePath.FullWidth != number)
            {
                number = index / TilePath.FullWidth;
                bundle = FindBundle(session, log, number) is { } bytes && EntryBundle.Read(bytes) is { } read ? [.. read] : [];
            }

            var at = (int)(index % TilePath.FullWidth);
            entries.Add(at < bundle.Count ? bundle[at] : default);
        }

        return entries;
    }

    /// <summary>A column that was changed into another type counts as missing.</summary>
    private static byte[]? Bytes(DbDataReader row) => row.GetValue(0) as byte[];

    private static LogRow Read(DbDataReader row)
        => row.GetValue(0) is byte[] { Length: EntityId.Size } company && row.GetValue(1) is long size && row.GetValue(2) is byte[] edge && row.GetValue(3) is string checkpoint && row.GetValue(4) is long at
            ? new LogRow(new(new Guid(company, bigEndian: true)), size, edge, checkpoint, at)
            : throw new InvalidDataException("A row of audit_log was changed into something that is none.");
}

/// <summary>A log's end.</summary>
/// <param name="Log">Whose; empty for the platform.</param>
/// <param name="Size">How many entries.</param>
/// <param name="Edge">What appending needs of the tree: <see cref="CompactTree.Save"/>.</param>
/// <param name="Checkpoint">The signed checkpoint of exactly this size, with whatever witnesses said.</param>
/// <param name="SealedMs">When it was signed.</param>
internal sealed record LogRow(CompanyId Log, long Size, byte[] Edge, string Checkpoint, long SealedMs);
