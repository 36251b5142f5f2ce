using Rivet.Kernel;

namespace Rivet.Transit.Applications;

/// <summary>An application as stored.</summary>
internal sealed record Application
{
    public required Guid Id { get; init; }

    public required CompanyId Company { get; init; }

    public required string Name { get; init; }

    /// <summary>SHA-256 of the token.</summary>
    public required byte[] TokenHash { get; init; }

    /// <summary>Empty: it may make keys, and everything with its own.</summary>
    public required IReadOnlyList<Grant> Grants { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public required long LastUsedMs { get; init; }

    public required bool IsRemoved { get; init; }

    public bool IsGoodAt(DateTimeOffset now) => !IsRemoved && now < ExpiresAt;
}
