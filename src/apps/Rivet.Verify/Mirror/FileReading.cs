namespace Rivet.Verify;

/// <summary>What a file of a mirror gave: its bytes, or why there are none.</summary>
internal readonly record struct FileReading(byte[]? Bytes, FindingKind Problem)
{
    public static FileReading Missing { get; } = new(null, FindingKind.Missing);

    public static FileReading Unreadable { get; } = new(null, FindingKind.Unreadable);
}
