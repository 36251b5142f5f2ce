using Rivet.Client.Home;
using Rivet.Container;
using Rivet.Kernel;

namespace Rivet.Client.Native;

/// <summary>The records of the encrypted container.</summary>
internal sealed class ContainerRecords(DeviceContainer container) : IRecords
{
    public bool IsShared => true;

    public long ForeignVersion() => ContainerReasons.Unwrap(container.ForeignVersion());

    public byte[]? Find(RecordKind kind, byte[] key) => ContainerReasons.Unwrap(container.Find((byte)kind, key));

    public HomeRecord[] All(RecordKind kind) => Records(container.Range((byte)kind, [], newestFirst: false, int.MaxValue));

    public HomeRecord[] Range(RecordKind kind, byte[] from, byte[] to, int limit) => Records(container.Range((byte)kind, from, to, limit));

    public HomeRecord[] Arrived(RecordKind kind, long after, int limit) => Records(container.Arrived((byte)kind, after, limit));

    public T Write<T>(Func<IRecordWrite, T> work) => ContainerReasons.Unwrap(container.Write(write => work(new Transaction(write))));

    /// <summary>The container commits to the disk before a transaction returns.</summary>
    public ValueTask DurableAsync(CancellationToken ct) => ValueTask.CompletedTask;

    public IDisposable? TryTakeLink() => LinkLock.TryTake(container.Place);

    public void Dispose() => container.Dispose();

    private static HomeRecord[] Records(Result<Record[], ContainerRefusal> result)
        => [.. ContainerReasons.Unwrap(result).Select(record => new HomeRecord(record.Arrival, record.Key, record.Value))];

    private sealed class Transaction(ContainerWrite write) : IRecordWrite
    {
        public byte[]? Find(RecordKind kind, byte[] key) => write.Find((byte)kind, key);

        public bool Insert(RecordKind kind, byte[] key, byte[] value) => write.Insert((byte)kind, key, value);

        public void Put(RecordKind kind, byte[] key, byte[] value) => write.Put((byte)kind, key, value);

        public void Delete(RecordKind kind, byte[] key) => write.Delete((byte)kind, key);
    }
}
