namespace Rivet.Audit.Columns;

/// <summary>
/// The entries of one class and month within a segment, as columns: what dies together. Parts are plain bytes here, null where they were not
/// asked for or cannot be opened any more.
/// </summary>
/// <param name="Segment">The segment's number in its log.</param>
/// <param name="Class">The class of OCSF.</param>
/// <param name="Month">The month, as <see cref="Rivet.Vault.KeyPeriod"/> counts them.</param>
internal sealed record ColumnBlock(long Segment, int Class, int Month)
{
    /// <summary>Entries of a segment.</summary>
    public const int SegmentSize = 64 * Rivet.Transparency.TilePath.FullWidth;

    private readonly ReadOnlyMemory<byte>?[] parts = new ReadOnlyMemory<byte>?[ColumnParts.Count];

    /// <summary>A part's plain bytes.</summary>
    public ReadOnlyMemory<byte>? this[ColumnPart part]
    {
        get => parts[(int)part];
        set => parts[(int)part] = value;
    }

    /// <summary>When the month began, in Unix milliseconds.</summary>
    public long MonthMs => Month == 0 ? 0 : new DateTimeOffset(Month / 12, (Month % 12) + 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();
}
