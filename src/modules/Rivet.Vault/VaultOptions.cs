using System.ComponentModel.DataAnnotations;

namespace Rivet.Vault;

/// <summary>Where the root is and how keys are used.</summary>
public sealed class VaultOptions
{
    /// <summary>The file of the root key, outside the data folder; made with mode 0600 at the first start.</summary>
    [Required]
    public required string RootKeyFile { get; set; }

    /// <summary>
    /// The key module that holds the root instead of the file. Null takes what <see cref="RootModuleFile"/> beside the file says, and the file where there is none.
    /// A store's root stays where it was made: the vault does not start with the other kind.
    /// </summary>
    public RootModuleOptions? RootModule { get; set; }

    /// <summary>How the root key's file is opened, and a new one sealed.</summary>
    public RootSealOptions RootSeal { get; set; } = new();

    /// <summary>Most data keys in memory. A person of a company takes a handful: with fewer than there are people at work, each seal asks the store.</summary>
    [Range(2, 1_000_000)]
    public int CachedKeys { get; set; } = 16_384;

    /// <summary>How long a data key stays in memory before it is unwrapped anew.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "7.00:00:00")]
    public TimeSpan CachedFor { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How often a customer's key service is asked whether its key is still granted: a no takes effect within this time and the 250 ms of the question.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    public TimeSpan KeyServiceAskedEvery { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The whole of a question to a customer's key service must be over by then; more only for tries on busy machines.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:01:00")]
    public TimeSpan KeyServiceAnswersWithin { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>For how long a company's key is used while its key service does not answer.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan KeyServiceMayBeSilentFor { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a company's key waits, unusable, between the decision to destroy it and its destruction.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "90.00:00:00")]
    public TimeSpan DestructionWaits { get; set; } = TimeSpan.FromDays(7);

    /// <summary>
    /// For how long a backup made before a key's destruction can bring it back, as the backups are set up now; null, or giving null, when there are none.
    /// Only said to administrators.
    /// </summary>
    public Func<TimeSpan?>? BackupWindow { get; set; }

    /// <summary>Lets a customer's key service be on this very machine; for tries and tests.</summary>
    public bool AllowsLocalKeyServices { get; set; }

    /// <summary>Seals reserved in the store at once; a crash loses at most this many of a key's seals.</summary>
    [Range(1, 1 << 24)]
    public int SealsPerBlock { get; set; } = 1 << 20;

    /// <summary>Seals after which a key gets a new epoch. NIST SP 800-38D §8.3 bounds random nonces at 2^32.</summary>
    [Range(1L, MostSealsPerEpoch)]
    public long SealsPerEpoch { get; set; } = MostSealsPerEpoch;

    internal const long MostSealsPerEpoch = 1L << 31;

    /// <summary>Leaves core dumps on, for debugging; they would hold keys.</summary>
    public bool AllowCoreDumps { get; set; }
}
