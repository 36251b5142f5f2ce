using System.ComponentModel.DataAnnotations;

namespace Rivet.Storage;

/// <summary>Where and how the store lives.</summary>
public sealed class StorageOptions
{
    /// <summary>The data folder; made with mode 0700 when it is missing.</summary>
    [Required]
    public required string Folder { get; set; }

    /// <summary>Most works in one commit.</summary>
    [Range(1, 4096)]
    public int GroupSize { get; set; } = 256;

    /// <summary>Longest time a group under load waits for more works; nothing waits while works come one by one.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:01")]
    public TimeSpan MostGathering { get; set; } = TimeSpan.FromMilliseconds(2);

    /// <summary>Most works waiting; further writers wait until there is room.</summary>
    [Range(1, 1_000_000)]
    public int QueueLength { get; set; } = 8192;

    /// <summary>Largest size of the database file, 0 for no limit: a quota, and how tests fill a disk.</summary>
    [Range(0, long.MaxValue)]
    public long MaxBytes { get; set; }

    /// <summary>
    /// How much is logged until it is written back, beside the writer. Rarely is cheap: a group of messages touches the
    /// same pages again and again, and each is written back once.
    /// </summary>
    [Range(1 << 16, long.MaxValue)]
    public long CheckpointBytes { get; set; } = 32 << 20;

    /// <summary>
    /// Size of the write-ahead log from which the writer waits until it is written back and begun anew. Under
    /// load alone: one moment without commits while it is written back, and it begins anew by itself.
    /// </summary>
    [Range(1 << 16, long.MaxValue)]
    public long MostLogBytes { get; set; } = 256 << 20;

    /// <summary>Most security events that may wait for the log; with more, what must be recorded is refused.</summary>
    [Range(1, 10_000_000)]
    public int MostUnsealed { get; set; } = 100_000;

    /// <summary>For how long the log may fail until what must be recorded is refused.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan LongestFailing { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Is told how far an upgrade is, and at its end where the store from before is kept; without it the log says the latter.</summary>
    public Action<UpgradeProgress>? Upgrading { get; set; }

    /// <summary>Path of the database file.</summary>
    public string DatabasePath => Path.Combine(Folder, "rivet.db");
}
