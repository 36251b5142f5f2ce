using Rivet.Container;

namespace Rivet.Client.Home;

/// <summary>
/// What a home needs of the place that keeps its records: the device's container, or in a simulation a memory that
/// survives the client's crash. What the place cannot do is thrown as <see cref="ContainerException"/>.
/// </summary>
internal interface IRecords : IDisposable
{
    Protection Protection { get; }

    /// <summary>Whether other processes may write here too, so that one has to look.</summary>
    bool IsShared { get; }

    /// <summary>Grows whenever another process commits.</summary>
    long ForeignVersion();

    byte[]? Find(RecordKind kind, byte[] key);

    /// <summary>All records of a kind, ordered by key.</summary>
    Record[] All(RecordKind kind);

    /// <summary>Records of a kind from one key (inclusive) up to another (exclusive), ordered by key.</summary>
    Record[] Range(RecordKind kind, byte[] from, byte[] to, int limit);

    /// <summary>Records of a kind in the order in which they first arrived here.</summary>
    Record[] Arrived(RecordKind kind, long after, int limit);

    /// <summary>Runs a transaction: all of it is durable when this returns, or none of it happened.</summary>
    T Write<T>(Func<IRecordWrite, T> work);

    /// <summary>Becomes the one process of this home that may have a link, until disposed; null while another is.</summary>
    IDisposable? TryTakeLink();
}

/// <summary>A transaction, valid only inside <see cref="IRecords.Write{T}"/>.</summary>
internal interface IRecordWrite
{
    byte[]? Find(RecordKind kind, byte[] key);

    /// <summary>Writes a record that must not exist; false when it does, which changes nothing.</summary>
    bool Insert(RecordKind kind, byte[] key, byte[] value);

    void Put(RecordKind kind, byte[] key, byte[] value);

    void Delete(RecordKind kind, byte[] key);
}
