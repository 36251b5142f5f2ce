using System.ComponentModel.DataAnnotations;

namespace Rivet.Transit;

/// <summary>The bounds of the cryptographic API.</summary>
public sealed class TransitOptions
{
    /// <summary>The bound of random 96-bit nonces under one key, halved (NIST SP 800-38D §8.3 allows 2^32).</summary>
    public const long MostSealsPerVersion = 1L << 31;

    /// <summary>Most bytes of a request's body.</summary>
    [Range(1024, 32 * 1024 * 1024)]
    public int LargestBody { get; set; } = 4 * 1024 * 1024;

    /// <summary>Most items of a batch.</summary>
    [Range(1, 10_000)]
    public int LargestBatch { get; set; } = 1000;

    /// <summary>After how many encryptions a version of a key is replaced by the next.</summary>
    [Range(2, MostSealsPerVersion)]
    public long SealsPerVersion { get; set; } = MostSealsPerVersion;

    /// <summary>Most living applications of a company.</summary>
    [Range(1, 10_000)]
    public int ApplicationsPerCompany { get; set; } = 200;

    /// <summary>Most keys of a company.</summary>
    [Range(1, 1_000_000)]
    public int KeysPerCompany { get; set; } = 10_000;

    /// <summary>Most versions of a key; trimming makes room.</summary>
    [Range(2, 100_000)]
    public int VersionsPerKey { get; set; } = 1000;

    /// <summary>Most refused tokens from one address in a minute; further calls from there are not looked at.</summary>
    [Range(1, 10_000)]
    public int FailuresPerAddress { get; set; } = 30;

    /// <summary>For how long a wrapping key waits for the one import it serves.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "7.00:00:00")]
    public TimeSpan WrappingKeyLasts { get; set; } = TimeSpan.FromHours(24);
}
