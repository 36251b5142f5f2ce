namespace Rivet.Container;

/// <summary>An opened record.</summary>
/// <param name="Arrival">Grows with every record first written here, in commit order; kept when the record is replaced.</param>
/// <param name="Key">The lookup key: ids only, in clear in the file.</param>
/// <param name="Value">The content.</param>
public readonly record struct Record(long Arrival, byte[] Key, byte[] Value);
