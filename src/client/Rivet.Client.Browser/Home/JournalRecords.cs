using Google.Protobuf;
using Rivet.Client.Home;
using Rivet.Kernel;

namespace Rivet.Client.Browser.Home;

/// <summary>
/// The records of a browser's home: all of them in memory, every change behind it in a journal. What a transaction
/// wrote is in one segment or in none; transactions that wait for the disk together share one.
/// </summary>
internal sealed class JournalRecords : IRecords
{
    private const int MostSegments = 128;

    private readonly MemoryTables tables;
    private readonly IJournal journal;
    private readonly List<Change> waiting = [];
    private Task writing = Task.CompletedTask;
    private bool pumping;
    private long last;
    private int segments;
    private string fault = "";

    private JournalRecords(IJournal journal, MemoryTables tables, long last, int segments)
        => (this.journal, this.tables, this.last, this.segments) = (journal, tables, last, segments);

    /// <summary>Reads the journal. A hole in it, or a changed segment, is <c>home.damaged</c>: what was not sent yet may be lost, all else the server has.</summary>
    public static Result<JournalRecords, string> Open(IJournal journal)
    {
        var tables = new MemoryTables();
        long last = 0;
        var count = 0;
        foreach (var (number, bytes) in journal.Segments())
        {
            if (bytes is null || !TryRead(bytes, out var segment) || (count == 0 ? number != 1 && segment.Role is not SegmentRole.Begins : number != last + 1))
            {
                return "home.damaged";
            }

            foreach (var change in segment.Changes)
            {
                tables.Restore((RecordKind)change.Kind, change.Key.ToByteArray(), change.Removed ? null : new HomeRecord(change.Arrival, change.Key.ToByteArray(), change.Value.ToByteArray()));
            }

            last = number;
            count++;
        }

        return new JournalRecords(journal, tables, last, count);
    }

    /// <summary>One tab has a home: nobody else writes here.</summary>
    public bool IsShared => false;

    public long ForeignVersion() => 0;

    public byte[]? Find(RecordKind kind, byte[] key) => tables.Find(kind, key);

    public HomeRecord[] All(RecordKind kind) => [.. tables.Of(kind)];

    public HomeRecord[] Range(RecordKind kind, byte[] from, byte[] to, int limit) => tables.Range(kind, from, to, limit);

    public HomeRecord[] Arrived(RecordKind kind, long after, int limit)
        => [.. tables.Of(kind).Where(record => record.Arrival > after).OrderBy(record => record.Arrival).Take(limit)];

    public IDisposable? TryTakeLink() => new Held();

    public T Write<T>(Func<IRecordWrite, T> work)
    {
        ThrowIfFailed();
        var transaction = new Transaction(tables);
        T result;
        try
        {
            result = work(transaction);
        }
        catch
        {
            transaction.Undo();
            throw;
        }

        if (transaction.Changes.Count > 0)
        {
            waiting.AddRange(transaction.Changes);
            if (!pumping)
            {
                pumping = true;
                writing = PumpAsync();
            }
        }

        return result;
    }

    public async ValueTask DurableAsync(CancellationToken ct)
    {
        await writing.WaitAsync(ct);
        ThrowIfFailed();
    }

    public void Dispose() => journal.Dispose();

    /// <summary>Writes until nothing waits, or until the disk fails: which no later write may hide.</summary>
    private async Task PumpAsync()
    {
        // Whoever writes on in the same turn joins the segment.
        await Task.Yield();
        while (waiting.Count > 0 && fault.Length == 0)
        {
            var begins = segments >= MostSegments;
            var segment = new Segment { Role = begins ? SegmentRole.Begins : SegmentRole.Follows };
            segment.Changes.AddRange(begins ? Everything() : waiting);
            waiting.Clear();
            fault = await journal.AppendAsync(last + 1, begins ? last + 1 : 0, segment.ToByteArray());
            last++;
            segments = begins ? 1 : segments + 1;
        }

        pumping = false;
    }

    private IEnumerable<Change> Everything()
        => from kind in Enum.GetValues<RecordKind>()
           from record in tables.Of(kind)
           select Of(kind, record.Key, record);

    private static Change Of(RecordKind kind, byte[] key, HomeRecord? record) => new()
    {
        Kind = (uint)kind,
        Key = UnsafeByteOperations.UnsafeWrap(key),
        Removed = record is null,
        Value = record is { } there ? UnsafeByteOperations.UnsafeWrap(there.Value) : ByteString.Empty,
        Arrival = record?.Arrival ?? 0,
    };

    private static bool TryRead(byte[] bytes, out Segment segment)
    {
        try
        {
            segment = Segment.Parser.ParseFrom(bytes);
            return segment.Changes.All(change => Enum.IsDefined((RecordKind)change.Kind));
        }
        catch (InvalidProtocolBufferException)
        {
            segment = new Segment();
            return false;
        }
    }

    private void ThrowIfFailed()
    {
        if (fault.Length > 0)
        {
            throw new HomeException(fault);
        }
    }

    private sealed class Transaction(MemoryTables tables) : IRecordWrite
    {
        private readonly List<(RecordKind Kind, byte[] Key, HomeRecord? Before)> undo = [];

        public List<Change> Changes { get; } = [];

        public byte[]? Find(RecordKind kind, byte[] key) => tables.Find(kind, key);

        public bool Insert(RecordKind kind, byte[] key, byte[] value)
        {
            var fresh = tables.Find(kind, key) is null;
            if (fresh)
            {
                Put(kind, key, value);
            }

            return fresh;
        }

        public void Put(RecordKind kind, byte[] key, byte[] value)
        {
            undo.Add((kind, key, tables.Set(kind, key, value)));
            Changes.Add(Of(kind, key, tables.FindRecord(kind, key)));
        }

        public void Delete(RecordKind kind, byte[] key)
        {
            undo.Add((kind, key, tables.Set(kind, key, null)));
            Changes.Add(Of(kind, key, null));
        }

        public void Undo()
        {
            for (var at = undo.Count - 1; at >= 0; at--)
            {
                tables.Restore(undo[at].Kind, undo[at].Key, undo[at].Before);
            }
        }
    }

    private sealed class Held : IDisposable
    {
        public void Dispose()
        {
        }
    }
}
