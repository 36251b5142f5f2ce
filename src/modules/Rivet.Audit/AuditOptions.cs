using System.ComponentModel.DataAnnotations;

namespace Rivet.Audit;

/// <summary>How the chain is watched.</summary>
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
}
