using Rivet.Cryptography;

namespace Rivet.Vault;

/// <summary>How a company's key stands.</summary>
internal sealed record CompanyStanding
{
    /// <summary>Names the key; what it wraps says so, with the version as epoch.</summary>
    public required Guid KeyId { get; init; }

    /// <summary>The version that wraps.</summary>
    public required uint Version { get; init; }

    /// <summary>The lowest version that may still unwrap.</summary>
    public required uint Minimum { get; init; }

    public required CompanyState State { get; init; }

    /// <summary>When it is destroyed; null unless it waits for that.</summary>
    public long? DestroyMs { get; init; }

    /// <summary>What cancelling its destruction gives back; null unless it waits for that.</summary>
    public CompanyState? ReturnsTo { get; init; }

    /// <summary>Since when the customer's key service withholds it.</summary>
    public long? WithheldMs { get; init; }

    public required long ChangedMs { get; init; }

    public SealedHeader Current => new(KeyId, Version);

    /// <summary>Why nothing may be sealed or opened; null when it may.</summary>
    public VaultRefusal? Refusal => RefusalOf(State);

    public static VaultRefusal? RefusalOf(CompanyState state) => state switch
    {
        CompanyState.Active => null,
        CompanyState.Destroyed => VaultRefusal.Destroyed,
        _ => VaultRefusal.Withheld,
    };
}
