using System.Text.Json.Nodes;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Transit.Keys;

namespace Rivet.Transit.Api;

/// <summary>What a call gives, before it counts: it leaves the server only after <see cref="Ledger"/> has recorded it.</summary>
internal sealed class Answer
{
    /// <summary>The data of the answer; null for an answer without a body (204).</summary>
    public JsonObject? Data { get; init; }

    /// <summary>The whole body where it is no usual answer.</summary>
    public JsonObject? Whole { get; init; }

    public int Status { get; init; } = 200;

    public string? Warning { get; init; }

    /// <summary>Whether every item of a batch was refused.</summary>
    public bool IsFailure { get; init; }

    /// <summary>What kind of event it is.</summary>
    public EventKind Kind { get; init; } = TransitEvents.Used;

    /// <summary>Details of the event beside operation, key and application.</summary>
    public Dictionary<string, string> Details { get; init; } = [];

    /// <summary>The key that the call makes, if any: the target of its event.</summary>
    public TransitKey? Made { get; init; }

    /// <summary>What was done with each version.</summary>
    public IReadOnlyDictionary<int, Usage> Used { get; init; } = new Dictionary<int, Usage>();

    /// <summary>What the call changes, in the transaction of its event; a refusal undoes nothing, so it looks before it writes. <see cref="ApiRefusal.Contended"/> has the call tried again.</summary>
    public Func<WriteTransaction, ApiRefusal?>? Change { get; init; }

    /// <summary>Whether a call that met another may not be tried again.</summary>
    public bool IsOnce { get; init; }
}
