namespace Rivet.Client.Home;

/// <summary>
/// What a home needs of the place that keeps its records: an installed device's container, a browser's sealed journal, or in
/// a simulation a memory that survives the client's crash. What the place cannot do is thrown as <see cref="HomeException"/>.
/// </summary>
internal interface IRecords : IDisposable
{
    /// <summary>Whether other processes may write here too, so that one has to look.</summary>
    bool IsShared { get; }

    /// <summary>Grows whenever another process commits.</summary>
    long ForeignVersion();

    byte[]? Find(RecordKind kind, byte[] key);

    /// <summary>All records of a kind, ordered by key.</summary>
    HomeRecord[] All(RecordKind kind);

    /// <summary>Records of a kind from one key (inclusive) up to another (exclusive), ordered by key.</summary>
    HomeRecord[] Range(RecordKind kind, byte[] from, byte[] to, int limit);

    /// <summary>Records of a kind in the order in which they first arrived here.</summary>
    HomeRecord[] Arrived(RecordKind kind, long after, int limit);

    /// <summary>Runs a transaction: all of it happened when this returns, or none of it. It is durable when <see cref="DurableAsync"/> says so.</summary>
    T Write<T>(Func<IRecordWrite, T> work);

    /// <summary>Completes when everything written before is durable: nobody outside may be told of it earlier.</summary>
    ValueTask DurableAsync(CancellationToken ct);

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

/// <summary>An opened record.</summary>
/// <param name="Arrival">Grows with every record first written here, in commit order; kept when the record is replaced.</param>
/// <param name="Key">The lookup key: ids only.</param>
/// <param name="Value">The content.</param>
internal readonly record struct HomeRecord(long Arrival, byte[] Key, byte[] Value);
