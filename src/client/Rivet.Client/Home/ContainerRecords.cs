using Rivet.Container;

namespace Rivet.Client.Home;

/// <summary>The records of the encrypted container.</summary>
internal sealed class ContainerRecords(DeviceContainer container) : IRecords
{
    public Protection Protection => container.Protection;

    public bool IsShared => true;

    public long ForeignVersion() => ContainerException.Unwrap(container.ForeignVersion());

    public byte[]? Find(RecordKind kind, byte[] key) => ContainerException.Unwrap(container.Find(kind, key));

    public Record[] All(RecordKind kind) => ContainerException.Unwrap(container.Range(kind, [], newestFirst: false, int.MaxValue));

    public Record[] Range(RecordKind kind, byte[] from, byte[] to, int limit)
        => ContainerException.Unwrap(container.Range(kind, from, to, limit));

    public Record[] Arrived(RecordKind kind, long after, int limit) => ContainerException.Unwrap(container.Arrived(kind, after, limit));

    public T Write<T>(Func<IRecordWrite, T> work) => ContainerException.Unwrap(container.Write(write => work(new Transaction(write))));

    public IDisposable? TryTakeLink() => LinkLock.TryTake(container.Place);

    public void Dispose() => container.Dispose();

    private sealed class Transaction(ContainerWrite write) : IRecordWrite
    {
        public byte[]? Find(RecordKind kind, byte[] key) => write.Find(kind, key);

        public bool Insert(RecordKind kind, byte[] key, byte[] value) => write.Insert(kind, key, value);

        public void Put(RecordKind kind, byte[] key, byte[] value) => write.Put(kind, key, value);

        public void Delete(RecordKind kind, byte[] key) => write.Delete(kind, key);
    }
}
