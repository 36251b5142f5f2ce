using System.Globalization;
using System.Threading.Channels;
using Rivet.Transparency;

namespace Rivet.Verify;

/// <summary>
/// Goes once through all entries: bundles are read and hashed on all cores, their leaves appended in order. Holds a few bundles, the edge of
/// the tree and the identifiers.
/// </summary>
internal sealed class EntryScan(MirrorFolder folder, long size, Judgement judgement, TimeBounds bounds, Progress progress)
{
    private const int MostNotices = 20;
    private static readonly long ClockTolerance = (long)TimeSpan.FromMinutes(1).TotalMilliseconds;
    private readonly SeenIds ids = new();
    private readonly Action<int, long, ReadOnlySpan<byte>> compareUpper = new UpperTiles(folder, size, judgement.Findings).Take;
    private readonly List<TilePath> differing = [];
    private long lastMs = -1;
    private long backwards;

    /// <summary>The tree that the level-0 tiles give.</summary>
    public required GrowingTree Tiles { get; init; }

    /// <summary>The tree that the entries give, where that is another.</summary>
    public GrowingTree? Entries { get; private set; }

    /// <summary>Some of the bundles that differ from their tiles.</summary>
    public IReadOnlyList<TilePath> Differing => differing;

    /// <summary>Whether all files were there and could be read.</summary>
    public bool IsComplete { get; private set; }

    public async Task RunAsync(CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var readings = Channel.CreateBounded<Task<BundleReading>>(2 * Environment.ProcessorCount);
        var producer = Task.Run(() => ReadAllAsync(readings.Writer, stop.Token), ct);
        IsComplete = true;
        await foreach (var reading in readings.Reader.ReadAllAsync(ct))
        {
            if (!Take(await reading))
            {
                IsComplete = false;
                break;
            }
        }

        await stop.CancelAsync();
        await producer;
        judgement.Entries = Tiles.Count;
        judgement.Until = lastMs is >= 0 and <= 253_402_300_799_999 ? DateTimeOffset.FromUnixTimeMilliseconds(lastMs) : null;
        if (backwards > MostNotices)
        {
            judgement.Notices.Add(Words.Of("notice.backwards-more", backwards - MostNotices));
        }

        FindTwice();
    }

    private async Task ReadAllAsync(ChannelWriter<Task<BundleReading>> writer, CancellationToken ct)
    {
        try
        {
            foreach (var path in TilePath.Of(TilePath.Entries, size))
            {
                await writer.WaitToWriteAsync(ct);
                await writer.WriteAsync(Task.Run(() => BundleReading.Read(folder, path), ct), ct);
            }
        }
        catch (OperationCanceledException)
        {
            // Nobody reads on.
        }

        writer.Complete();
    }

    private bool Take(BundleReading reading)
    {
        if (reading.Problem is { } problem)
        {
            judgement.Findings.Add(problem.Kind, problem.File, problem.Word, problem.File);
            return false;
        }

        if (!reading.IsAsTile)
        {
            Entries ??= Tiles.Fork();
            if (differing.Count < Findings.MostKept)
            {
                differing.Add(reading.Path);
            }
        }

        for (var at = 0; at < reading.Tile.Length; at += TreeHash.Size)
        {
            Tiles.Append(reading.Tile.Span.Slice(at, TreeHash.Size), compareUpper);
        }

        for (var at = 0; Entries is not null && at < reading.Leaves.Length; at += TreeHash.Size)
        {
            Entries.Append(reading.Leaves.AsSpan(at, TreeHash.Size));
        }

        for (var at = 0; at < reading.Times.Length; at++)
        {
            Judge((reading.Path.Index << TilePath.Height) + at, reading.Times[at], reading.Ids[at]);
        }

        progress.Say("progress.verify", Tiles.Count, size);
        return true;
    }

    private void Judge(long index, long atMs, UInt128 id)
    {
        if (atMs < 0)
        {
            judgement.Findings.Add(FindingKind.Malformed, Findings.Entry(index), "entry.malformed", index);
            return;
        }

        ids.Add(id);
        if (bounds.Judge(index, atMs) is { } beyond)
        {
            judgement.Findings.Add(
                beyond.Kind, Findings.Entry(index), beyond.Kind is FindingKind.BackDated ? "entry.back-dated" : "entry.post-dated",
                index, Time(atMs), Time(beyond.Bound));
        }

        if (atMs < lastMs - ClockTolerance && backwards++ < MostNotices)
        {
            judgement.Notices.Add(Words.Of("notice.backwards", index, Time(lastMs), Time(atMs)));
        }

        lastMs = atMs;
    }

    /// <summary>Says which entries share an identifier: where these stood was not kept, so it is read again.</summary>
    private void FindTwice()
    {
        var twice = ids.TakeTwice(Findings.MostKept);
        if (twice.Count == 0)
        {
            return;
        }

        var first = new Dictionary<UInt128, long>();
        foreach (var path in TilePath.Of(TilePath.Entries, judgement.Entries))
        {
            var reading = BundleReading.Read(folder, path);
            for (var at = 0; at < reading.Ids.Length; at++)
            {
                var index = (path.Index << TilePath.Height) + at;
                if (reading.Times[at] >= 0 && twice.Contains(reading.Ids[at]) && !first.TryAdd(reading.Ids[at], index))
                {
                    judgement.Findings.Add(FindingKind.Duplicate, Findings.Entry(index), "entry.duplicate", index, first[reading.Ids[at]]);
                }
            }
        }
    }

    private static string Time(long ms)
        => ms <= 253_402_300_799_999 ? DateTimeOffset.FromUnixTimeMilliseconds(ms).ToString("u", CultureInfo.InvariantCulture) : $"{ms} ms";
}
