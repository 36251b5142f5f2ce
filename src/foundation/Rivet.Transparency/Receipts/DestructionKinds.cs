namespace Rivet.Transparency;

/// <summary>The kinds of events that say that something was destroyed for good: their entries commit to what they say, and a receipt can be made of each.</summary>
public static class DestructionKinds
{
    private static readonly HashSet<string> Kinds =
    [
        "vault.key.destroyed",
        "vault.company-key.destroyed",
        "vault.company-key.version-destroyed",
        "audit.retention.destroyed",
        "messaging.month.destroyed",
    ];

    /// <summary>All of them.</summary>
    public static IReadOnlyCollection<string> All => Kinds;

    /// <summary>Whether it is one.</summary>
    public static bool Contains(string kind) => Kinds.Contains(kind);
}
