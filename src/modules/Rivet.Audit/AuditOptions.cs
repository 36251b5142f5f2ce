using System.ComponentModel.DataAnnotations;

namespace Rivet.Audit;

/// <summary>How the logs are watched, from inside and from outside.</summary>
public sealed class AuditOptions
{
    /// <summary>Pause between two looks at what was added.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan LookEvery { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How often the whole chain is verified anew.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "7.00:00:00")]
    public TimeSpan VerifyAllEvery { get; set; } = TimeSpan.FromHours(6);

    /// <summary>Most events verified in one look.</summary>
    [Range(1, 100_000)]
    public int EventsPerLook { get; set; } = 10_000;

    /// <summary>Whether webhooks may go to private networks (RFC 1918, RFC 6598, RFC 4193). Syslog may in any case: that is where its receivers are.</summary>
    public bool WebhooksToPrivateNetworks { get; set; }

    /// <summary>Whether exports may go to this very machine; for tests, and for an agent that runs beside the server.</summary>
    public bool ExportsToLoopback { get; set; }

    /// <summary>Pause between two checkpoints that a witness cosigns while the log grows; each is kept for good.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:30:00")]
    public TimeSpan CosignEvery { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How often what is over by a company's retention is destroyed.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan KeepEvery { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How long a shorter retention waits before it holds; until then it can be taken back.</summary>
    [Range(typeof(TimeSpan), "1.00:00:00", "90.00:00:00")]
    public TimeSpan RetentionWaits { get; set; } = TimeSpan.FromDays(7);

    /// <summary>How far the server's clock may go, either way, between two looks before it is in doubt; nothing of a log is destroyed meanwhile.</summary>
    [Range(typeof(TimeSpan), "02:00:00", "20.00:00:00")]
    public TimeSpan ClockLeap { get; set; } = TimeSpan.FromDays(2);

    /// <summary>After how long a clock in doubt that goes on evenly is believed.</summary>
    [Range(typeof(TimeSpan), "1.00:00:00", "90.00:00:00")]
    public TimeSpan ClockSettles { get; set; } = TimeSpan.FromDays(7);

    /// <summary>How long a log's key signs checkpoints beside the one that replaced it, for those who have not heard yet; a revoked key never does.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "365.00:00:00")]
    public TimeSpan OldKeySigns { get; set; } = TimeSpan.FromDays(30);

    /// <summary>Most events that wait for a company's key; those behind them go to the platform's log.</summary>
    [Range(1, 1_000_000)]
    public int MostAside { get; set; } = 20_000;
}
