using System.ComponentModel.DataAnnotations;

namespace Rivet.Identity;

/// <summary>How Identity behaves.</summary>
public sealed class IdentityOptions
{
    /// <summary>The host name people reach the server by; part of invitations and page addresses.</summary>
    [Required]
    [StringLength(253, MinimumLength = 1)]
    public string PublicHost { get; set; } = "localhost";

    /// <summary>The port people reach the server by; 0 takes the one the server really listens on.</summary>
    [Range(0, 65535)]
    public int PublicPort { get; set; }

    /// <summary>How long an invitation is good when nothing else is asked.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "30.00:00:00")]
    public TimeSpan InvitationLifetime { get; set; } = TimeSpan.FromHours(168);

    /// <summary>How long a page session lasts.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "7.00:00:00")]
    public TimeSpan PageSessionLifetime { get; set; } = TimeSpan.FromHours(12);

    /// <summary>The window in which refused codes are counted.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan AttemptWindow { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Most refused codes from one address (of IPv6: one /64) in a window.</summary>
    [Range(1, 1_000_000)]
    public int AttemptsPerAddress { get; set; } = 20;

    /// <summary>Most refused codes from everywhere in a window.</summary>
    [Range(1, 1_000_000)]
    public int AttemptsOverall { get; set; } = 2_000;

    /// <summary>Where a browser without a session is sent; null answers 401.</summary>
    public string? SignInPath { get; set; }
}
