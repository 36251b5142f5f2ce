using System.Buffers;
using Rivet.Audit.Entries;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Transparency;

namespace Rivet.Audit.Sealing;

/// <summary>
/// Entries that are being appended to one log: reckoned beside the store's writer, then stored as a few rows. The tail of the log is read
/// first; <see cref="Store"/> refuses when somebody else appended meanwhile.
/// </summary>
internal sealed class LogGrowth
{
    private readonly CompanyId log;
    private readonly long before;
    private readonly Dictionary<long, ArrayBufferWriter<byte>> bundles = [];
    private readonly Dictionary<(int Level, long Number), ArrayBufferWriter<byte>> tiles = [];
    private readonly byte[] leaf = new byte[TreeHash.Size];

    private LogGrowth(CompanyId log, CompactTree tree) => (this.log, Tree, before) = (log, tree, tree.Count);

    /// <summary>The tree as it will be.</summary>
    public CompactTree Tree { get; }

    /// <summary>Reads what appending needs.</summary>
    /// <exception cref="LogUnavailableException">The stored tail is damaged.</exception>
    public static LogGrowth Begin(ReadSession session, CompanyId log)
    {
        var row = LogTable.Find(session, log);
        var tree = row is null ? new CompactTree() : CompactTree.Load(row.Edge);
        if (tree is null || tree.Count != (row?.Size ?? 0))
        {
            throw Damaged(log);
        }

        var growth = new LogGrowth(log, tree);
        growth.ReadTail(session);
        return growth;
    }

    public void Append(ReadOnlySpan<byte> entry)
    {
        EntryBundle.Write(Of(bundles, Tree.Count / TilePath.FullWidth), entry);
        TreeHash.Leaf(entry, leaf);
        Tree.Append(leaf, Completed);
    }

    /// <summary>Stores what was appended, and the checkpoint that seals it.</summary>
    public void Store(WriteTransaction transaction, NoteKey key, string checkpoint, DateTimeOffset now)
    {
        var row = new LogRow(log, Tree.Count, Tree.Save(), checkpoint, now.ToUnixTimeMilliseconds());
        if (!LogTable.Move(transaction, before, row, key.Name))
        {
            throw new InvalidOperationException("Somebody else appended to the log.");
        }

        foreach (var (number, bytes) in bundles)
        {
            LogTable.PutBundle(transaction, log, number, bytes.WrittenSpan.ToArray());
        }

        foreach (var ((level, number), bytes) in tiles)
        {
            LogTable.PutTile(transaction, log, level, number, bytes.WrittenSpan.ToArray());
        }

        if (row.SealedMs / MsPerHour != LogTable.LastKeptMs(transaction, log) / MsPerHour)
        {
            LogTable.Keep(transaction, row, cosigned: false);
        }
    }

    private const long MsPerHour = 3_600_000;

    private void ReadTail(ReadSession session)
    {
        if (before % TilePath.FullWidth is var partial and > 0)
        {
            var number = before / TilePath.FullWidth;
            var entries = LogTable.FindBundle(session, log, number);
            if (entries is null || EntryBundle.Read(entries)?.Count != partial)
            {
                throw Damaged(log);
            }

            Of(bundles, number).Write(entries);
        }

        for (var (level, nodes) = (0, before); nodes > 0; level++, nodes /= TilePath.FullWidth)
        {
            if (nodes % TilePath.FullWidth is var width and > 0)
            {
                var number = nodes / TilePath.FullWidth;
                var hashes = LogTable.FindTile(session, log, level, number);
                if (hashes?.Length != width * TreeHash.Size)
                {
                    throw Damaged(log);
                }

                Of(tiles, (level, number)).Write(hashes);
            }
        }
    }

    /// <summary>Only the lowest level of a tile is stored; what lies between is hashed from it.</summary>
    private void Completed(int level, long index, ReadOnlySpan<byte> hash)
    {
        if (level % TilePath.Height == 0)
        {
            Of(tiles, (level / TilePath.Height, index / TilePath.FullWidth)).Write(hash);
        }
    }

    private static ArrayBufferWriter<byte> Of<TKey>(Dictionary<TKey, ArrayBufferWriter<byte>> writers, TKey key)
        where TKey : notnull
    {
        if (!writers.TryGetValue(key, out var writer))
        {
            writers.Add(key, writer = new ArrayBufferWriter<byte>());
        }

        return writer;
    }

    private static LogUnavailableException Damaged(CompanyId log)
        => new($"The end of the log of {LogIdentity.NameOf(log)} is damaged: nothing can be appended. Restore the store from a backup.");
}
