namespace Rivet.Client.Browser.Home;

/// <summary>Sealed segments on a disk: the browser's, or in tests a memory that breaks at will.</summary>
internal interface IJournal : IDisposable
{
    /// <summary>What is there, by number; no bytes where a segment was changed by another hand.</summary>
    IEnumerable<(long Number, byte[]? Bytes)> Segments();

    /// <summary>
    /// Stores a segment, and in the same transaction removes those numbered below <paramref name="from"/>. It is durable
    /// when this returns nothing; else a stable key says why it is not. One at a time.
    /// </summary>
    ValueTask<string> AppendAsync(long number, long from, byte[] segment);
}
