namespace Rivet.Kernel;

/// <summary>
/// A security fact in the past tense. Written to the outbox in the transaction of the fact and kept by Audit.
/// It holds identifiers and measures, never content, names or secrets.
/// </summary>
public sealed record SecurityEvent
{
    /// <summary>Identity of the event, by which receivers of exports know it again.</summary>
    public required EventId Id { get; init; }

    /// <summary>When it happened, by the server's clock.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>What happened.</summary>
    public required EventKind Kind { get; init; }

    /// <summary>Who did it; its company says whose log the event belongs to.</summary>
    public required Subject Actor { get; init; }

    /// <summary>What it was done to.</summary>
    public required Resource Target { get; init; }

    /// <summary>Whom it concerns beside the actor; empty for nobody. A target that is a person is concerned without being named here.</summary>
    public PersonId Concerned { get; init; }

    /// <summary>How it ended.</summary>
    public required EventOutcome Outcome { get; init; }

    /// <summary>Further facts by name: those that the kind declares, at most 16, each value at most 256 characters.</summary>
    public IReadOnlyDictionary<string, string> Details { get; init; } = new Dictionary<string, string>();
}

/// <summary>How a recorded act ended.</summary>
public enum EventOutcome : byte
{
    /// <summary>It was done.</summary>
    Success = 1,

    /// <summary>It was refused or failed.</summary>
    Failure = 2,
}
