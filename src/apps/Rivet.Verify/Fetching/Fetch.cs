using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Rivet.Cryptography.Sodium;
using Rivet.Transparency;

namespace Rivet.Verify;

/// <summary>What a fetch did.</summary>
/// <param name="Origin">Which log.</param>
/// <param name="Size">Its entries now.</param>
/// <param name="SizeBefore">Those of the checkpoint that was there before.</param>
/// <param name="Files">Files that came.</param>
internal sealed record Fetched(string Origin, long Size, long SizeBefore, long Files);

/// <summary>
/// Brings a mirror up to date. Asks only for files that are not there; the checkpoint gets its place when all have come, so a mirror with one
/// has all that it needs, and an interrupted fetch goes on where it stopped. Nothing is judged here, and a checkpoint that was there once stays: as
/// history, against which the next is judged.
/// </summary>
internal sealed class Fetch(LogServer server, MirrorFolder folder, Progress progress)
{
    /// <summary>A tree of more entries than any company writes is a server that fills disks.</summary>
    private const long MostEntries = 1L << 36;
    private const int MostNotes = 1 << 22;
    private const int LongestHistory = 12 * MostNotes;
    private const int AtOnce = 8;
    private static readonly Ed25519Verifier Verifier = new();
    private const int MostStarts = 5;
    private long files;

    public async Task<Fetched> RunAsync(CancellationToken ct)
    {
        var (key, keys) = await FetchKeysAsync(ct);

        // Before the checkpoint: one that is kept meanwhile would be larger than it.
        await FetchHistoryAsync(ct);
        var before = ReadCheckpoint();
        for (var start = 1; ; start++)
        {
            var bytes = await GetAsync(MirrorFolder.Checkpoint, SignedNote.LongestNote, ct);
            var checkpoint = Parse(bytes) ?? throw new VerifyException(Words.Of("fetch.body", MirrorFolder.Checkpoint));
            RefuseOther(checkpoint, key, before?.Checkpoint);
            var missing = await FetchTilesAsync(checkpoint.Size, ct);

            // The log's key may be replaced at any moment: the checkpoint that stays is one within the same statements.
            var (keyNow, keysNow) = await FetchKeysAsync(ct);
            var isSame = keyNow.Equals(key) && keysNow.AsSpan().SequenceEqual(keys);
            (key, keys) = (keyNow, keysNow);
            if (missing is null && isSame)
            {
                WriteKeys(key, keys);
                Finish(bytes, checkpoint, before);
                await FetchStandingAsync(ct);
                return new Fetched(checkpoint.Origin, checkpoint.Size, before?.Checkpoint.Size ?? 0, files);
            }

            // The log grew, and a wider partial tile took the place of the one that this checkpoint names.
            if (start == MostStarts || missing?.Width == TilePath.FullWidth)
            {
                throw new VerifyException(Words.Of("fetch.missing", missing?.ToString() ?? MirrorFolder.Keys));
            }
        }
    }

    /// <summary>A log that grows has none, nor has a server that knows of none.</summary>
    private async Task FetchStandingAsync(CancellationToken ct)
    {
        if (await server.FindAsync(MirrorFolder.Standing, MirrorFolder.LongestStanding, ct) is { } standing)
        {
            Write(MirrorFolder.Standing, standing);
        }
        else if (folder.Has(MirrorFolder.Standing))
        {
            folder.Delete(MirrorFolder.Standing);
        }
    }

    private void RefuseOther(Checkpoint checkpoint, NoteKey key, Checkpoint? before)
    {
        // A key's name has no characters that a terminal would obey; an origin may have some.
        if (checkpoint.Size > MostEntries || checkpoint.Origin != key.Name)
        {
            throw new VerifyException(Words.Of("fetch.body", MirrorFolder.Checkpoint));
        }

        if (checkpoint.Origin.Split('/')[^1] != server.Log || (before is not null && before.Origin != checkpoint.Origin))
        {
            throw new VerifyException(Words.Of("fetch.other-log", folder.Path, before?.Origin ?? server.Log, checkpoint.Origin));
        }
    }

    /// <summary>
    /// The log's key and the statements about it. What was here once stays: another key is taken only when statements lead to it from the one that is here,
    /// and statements only behind those that are here.
    /// </summary>
    private async Task<(NoteKey Key, byte[] Statements)> FetchKeysAsync(CancellationToken ct)
    {
        // The key first: one that is newer than the statements would look like another's.
        var bytes = await GetAsync(MirrorFolder.Key, MirrorFolder.LongestKey, ct);
        var statements = await server.FindAsync(MirrorFolder.Keys, KeyStatementFile.Longest, ct) ?? [];
        if (KeyLine.Read(bytes, NoteKeyKind.Ed25519) is not { } key || !KeyStatementFile.TryRead(statements, out var notes))
        {
            throw new VerifyException(Words.Of("fetch.body", KeyLine.Read(bytes, NoteKeyKind.Ed25519) is null ? MirrorFolder.Key : MirrorFolder.Keys));
        }

        if (folder.Has(MirrorFolder.Keys) && !statements.AsSpan().StartsWith(folder.Read(MirrorFolder.Keys, KeyStatementFile.Longest).Bytes))
        {
            throw new VerifyException(Words.Of("fetch.keys-changed", folder.Path));
        }

        var here = folder.Read(MirrorFolder.Key, MirrorFolder.LongestKey);
        if (here.Bytes is null && here.Problem is FindingKind.Missing)
        {
            Write(MirrorFolder.Key, bytes);
        }
        else if (KeyLine.Read(here.Bytes, NoteKeyKind.Ed25519) is not { } before
            || (!key.Equals(before) && ((await KeyChain.ReadAsync(before, notes, Verifier, ct)).Chain is not { } chain || chain.Find(before) is null || chain.Find(key) is null)))
        {
            throw new VerifyException(Words.Of("fetch.key-changed", folder.Path));
        }

        return (key, statements);
    }

    private void WriteKeys(NoteKey key, byte[] statements)
    {
        if (statements.Length > 0 && !statements.AsSpan().SequenceEqual(folder.Read(MirrorFolder.Keys, KeyStatementFile.Longest).Bytes))
        {
            Write(MirrorFolder.Keys, statements);
        }

        if (!key.Equals(KeyLine.Read(folder.Read(MirrorFolder.Key, MirrorFolder.LongestKey).Bytes, NoteKeyKind.Ed25519)))
        {
            Write(MirrorFolder.Key, Encoding.UTF8.GetBytes(key + "\n"));
        }
    }

    /// <summary>New notes wait aside until the checkpoint above them is here.</summary>
    private async Task FetchHistoryAsync(CancellationToken ct)
    {
        var sizes = ParseSizes(await GetAsync(MirrorFolder.History, LongestHistory, ct));
        var missing = sizes.Except(folder.SizesIn(MirrorFolder.History).Sizes).Except(folder.SizesIn(MirrorFolder.Unfinished).Sizes).ToList();
        var done = 0L;
        await EachAsync(missing, ct, async (size, stop) =>
        {
            var name = MirrorFolder.NoteOf(size);

            // Of an hour only the last is kept: one that was listed a moment ago may be gone, and the next fetch has its successor.
            if (await server.FindAsync(name, SignedNote.LongestNote, stop) is { } note)
            {
                if (Parse(note)?.Size != size)
                {
                    throw new VerifyException(Words.Of("fetch.body", name));
                }

                Write(MirrorFolder.Unfinished + name[MirrorFolder.History.Length..], note);
            }

            progress.Say("progress.notes", Interlocked.Increment(ref done), missing.Count);
        });
    }

    /// <summary>Gives one that the server does not have.</summary>
    private async Task<TilePath?> FetchTilesAsync(long size, CancellationToken ct)
    {
        var missing = new ConcurrentQueue<TilePath>();
        var (all, done) = (Paths(size).LongCount(), 0L);
        await EachAsync(Paths(size).Where(path => !folder.Has(path.ToString())), ct, async (path, stop) =>
        {
            var name = path.ToString();
            if (!missing.IsEmpty)
            {
                return;
            }

            if (await server.FindAsync(name, LongestOf(path), stop) is not { } bytes)
            {
                missing.Enqueue(path);
                return;
            }

            // No judgement, but a page of some proxy must not become part of a log for good.
            if (path.Level == TilePath.Entries ? EntryBundle.Read(bytes) is null or { Count: 0 } : bytes.Length != path.Width * TreeHash.Size)
            {
                throw new VerifyException(Words.Of("fetch.body", name));
            }

            Write(name, bytes);
            progress.Say("progress.fetch", Interlocked.Increment(ref done), all);
        });
        return missing.TryPeek(out var first) ? first : null;
    }

    private void Finish(byte[] bytes, Checkpoint checkpoint, (byte[] Bytes, Checkpoint Checkpoint)? before)
    {
        if (before is { } old && old.Checkpoint.ToString() != checkpoint.ToString() && !folder.Has(MirrorFolder.NoteOf(old.Checkpoint.Size)))
        {
            folder.Write(MirrorFolder.NoteOf(old.Checkpoint.Size), old.Bytes);
        }

        // Ahead of the kept notes: one above the checkpoint that is here would look like a tail cut off, should this end in between.
        Write(MirrorFolder.Checkpoint, bytes);
        foreach (var size in folder.SizesIn(MirrorFolder.Unfinished).Sizes)
        {
            var note = MirrorFolder.NoteOf(size);
            folder.Move(MirrorFolder.Unfinished + note[MirrorFolder.History.Length..], note);
        }

        RemoveNarrower(checkpoint.Size, before?.Checkpoint.Size ?? 0);
    }

    /// <summary>What was partial at the size before is in wider files now.</summary>
    private void RemoveNarrower(long size, long before)
    {
        foreach (var path in Paths(size).Where(path => path.Index >= before >> ((Math.Max(path.Level, 0) + 1) * TilePath.Height)))
        {
            foreach (var narrow in folder.PartialsOf(path with { Width = TilePath.FullWidth }).Where(one => one.Width < path.Width).ToList())
            {
                folder.Delete(narrow.ToString());
            }
        }
    }

    private static IEnumerable<TilePath> Paths(long size)
        => TilePath.Of(TilePath.Entries, size)
            .Concat(Enumerable.Range(0, 64 / TilePath.Height).SelectMany(level => TilePath.Of(level, size)));

    private static int LongestOf(TilePath path) => path.Level == TilePath.Entries ? path.Width * (MirrorFolder.LongestBundle / TilePath.FullWidth) : MirrorFolder.LongestTile;

    private static IReadOnlyList<long> ParseSizes(byte[] list)
    {
        var sizes = new List<long>();
        using var lines = new StreamReader(new MemoryStream(list), Encoding.ASCII);
        while (lines.ReadLine() is { } line)
        {
            if (sizes.Count == MostNotes || !long.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out var size) || (sizes.Count > 0 && size <= sizes[^1]))
            {
                throw new VerifyException(Words.Of("fetch.body", MirrorFolder.History));
            }

            sizes.Add(size);
        }

        return sizes;
    }

    private (byte[] Bytes, Checkpoint Checkpoint)? ReadCheckpoint()
    {
        var bytes = folder.Read(MirrorFolder.Checkpoint, SignedNote.LongestNote).Bytes;
        return Parse(bytes) is { } checkpoint ? (bytes!, checkpoint) : null;
    }

    private static Checkpoint? Parse(byte[]? bytes)
        => SignedNote.TryParse(bytes, out var note) && Checkpoint.TryParse(note.Text, out var checkpoint) ? checkpoint : null;

    private async Task<byte[]> GetAsync(string name, int longest, CancellationToken ct)
        => await server.FindAsync(name, longest, ct) ?? throw new VerifyException(Words.Of("fetch.missing", name));

    private void Write(string name, byte[] bytes)
    {
        folder.Write(name, bytes);
        Interlocked.Increment(ref files);
    }

    private static Task EachAsync<T>(IEnumerable<T> all, CancellationToken ct, Func<T, CancellationToken, ValueTask> one)
        => Parallel.ForEachAsync(all, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = ct }, one);
}
