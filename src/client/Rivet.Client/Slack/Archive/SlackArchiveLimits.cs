namespace Rivet.Client.Slack;

/// <summary>How much an archive may ask of the machine that reads it. All sizes in bytes, uncompressed.</summary>
public sealed record SlackArchiveLimits
{
    /// <summary>Entries in the archive.</summary>
    public int Entries { get; init; } = 250_000;

    /// <summary>One JSON entry; it is held in memory while it is read.</summary>
    public int JsonEntryBytes { get; init; } = 128 << 20;

    /// <summary>One file that travels along; larger ones are named in the history but not imported.</summary>
    public int FileBytes { get; init; } = 64 << 20;

    /// <summary>Everything that is read from the archive.</summary>
    public long TotalBytes { get; init; } = 64L << 30;

    /// <summary>Uncompressed to compressed, for entries above <see cref="RatioFreeBytes"/>.</summary>
    public int Ratio { get; init; } = 200;

    /// <summary>Up to this size the ratio is not judged.</summary>
    public int RatioFreeBytes { get; init; } = 4 << 20;

    /// <summary>Nesting of JSON.</summary>
    public int JsonDepth { get; init; } = 64;
}
