using Rivet.Client.Home;

namespace Rivet.Simulation.Tests;

/// <summary>A home's records in memory, where the encrypted container would be too slow for so many schedules.</summary>
internal sealed class MemoryRecords(MemoryTables disk) : IRecords, IRecordWrite
{
    private readonly List<(RecordKind Kind, byte[] Key, HomeRecord? Before)> undo = [];

    public bool IsShared => false;

    public long ForeignVersion() => 0;

    public byte[]? Find(RecordKind kind, byte[] key) => disk.Find(kind, key);

    public HomeRecord[] All(RecordKind kind) => [.. disk.Of(kind)];

    public HomeRecord[] Range(RecordKind kind, byte[] from, byte[] to, int limit) => disk.Range(kind, from, to, limit);

    public HomeRecord[] Arrived(RecordKind kind, long after, int limit)
        => [.. disk.Of(kind).Where(record => record.Arrival > after).OrderBy(record => record.Arrival).Take(limit)];

    public ValueTask DurableAsync(CancellationToken ct) => ValueTask.CompletedTask;

    public IDisposable? TryTakeLink() => this;

    public T Write<T>(Func<IRecordWrite, T> work)
    {
        undo.Clear();
        try
        {
            return work(this);
        }
        catch
        {
            for (var at = undo.Count - 1; at >= 0; at--)
            {
                disk.Restore(undo[at].Kind, undo[at].Key, undo[at].Before);
            }

            throw;
        }
    }

    public bool Insert(RecordKind kind, byte[] key, byte[] value)
    {
        var fresh = disk.Find(kind, key) is null;
        if (fresh)
        {
            Put(kind, key, value);
        }

        return fresh;
    }

    public void Put(RecordKind kind, byte[] key, byte[] value) => undo.Add((kind, key, disk.Set(kind, key, value)));

    public void Delete(RecordKind kind, byte[] key) => undo.Add((kind, key, disk.Set(kind, key, null)));

    public void Dispose()
    {
    }
}
