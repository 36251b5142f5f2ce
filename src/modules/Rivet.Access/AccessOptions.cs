using System.ComponentModel.DataAnnotations;

namespace Rivet.Access;

/// <summary>How the policy uses memory.</summary>
public sealed class AccessOptions
{
    /// <summary>About how many standings (what one person is to one resource) are kept in memory.</summary>
    [Range(2, 10_000_000)]
    public int CachedStandings { get; set; } = 65_536;
}
