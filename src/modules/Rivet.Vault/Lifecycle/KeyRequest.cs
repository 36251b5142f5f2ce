using Rivet.Kernel;

namespace Rivet.Vault;

/// <summary>What one administrator asked for, and another decides.</summary>
internal sealed record KeyRequest
{
    /// <summary>How long a request waits to be decided.</summary>
    public static readonly TimeSpan Lasts = TimeSpan.FromDays(7);

    public required Guid Id { get; init; }

    public required CompanyId Company { get; init; }

    public required KeyAction Action { get; init; }

    /// <summary>Which version it is about; of a new version, its number; else 0.</summary>
    public required uint Version { get; init; }

    /// <summary>Reason and what was prepared, under the root.</summary>
    public required byte[] Payload { get; init; }

    public required KeyRequestState State { get; init; }

    public required PersonId AskedBy { get; init; }

    public required DateTimeOffset AskedAt { get; init; }

    public PersonId DecidedBy { get; init; }

    public DateTimeOffset? DecidedAt { get; init; }

    public bool IsOpenAt(DateTimeOffset now) => State == KeyRequestState.Open && now - AskedAt < Lasts;
}

/// <summary>How far a request is; stored.</summary>
internal enum KeyRequestState
{
    Open = 1,
    Approved = 2,
    Declined = 3,
}
