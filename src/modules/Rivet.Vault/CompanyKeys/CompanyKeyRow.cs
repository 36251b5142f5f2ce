using Rivet.Cryptography;
using Rivet.Kernel;

namespace Rivet.Vault;

/// <summary>A version of a company's key as stored.</summary>
internal sealed record CompanyKeyRow
{
    public required CompanyId Company { get; init; }

    public required Guid KeyId { get; init; }

    public required uint Version { get; init; }

    public required Custody Custody { get; init; }

    /// <summary>Under the root: the secret, or what the customer's service made of it. For a key inside the module a byte that it sealed itself.</summary>
    public required byte[] Wrapped { get; init; }

    /// <summary>Where the customer's service is and what signs to it, under the root; null for other custodies.</summary>
    public byte[]? Place { get; init; }

    public bool IsLiving { get; init; } = true;

    public required long CreatedMs { get; init; }

    public long? DestroyedMs { get; init; }

    public SealedHeader Name => new(KeyId, Version);
}
