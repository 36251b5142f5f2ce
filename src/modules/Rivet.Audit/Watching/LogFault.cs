namespace Rivet.Audit;

/// <summary>What the watch found in a log.</summary>
/// <param name="Log">The last part of its origin.</param>
/// <param name="Index">The entry at or behind which something was done.</param>
/// <param name="Kind">What.</param>
internal sealed record LogFault(string Log, long Index, LogFaultKind Kind);

/// <summary>The ways a stored log fails.</summary>
internal enum LogFaultKind
{
    /// <summary>Entries do not give the hashes of the tiles.</summary>
    Changed = 1,

    /// <summary>Entries are missing, or more than there should be.</summary>
    Cut = 2,

    /// <summary>The entries do not give the checkpoint's root.</summary>
    Forked = 3,

    /// <summary>The checkpoint is not signed by the log's key.</summary>
    NotSigned = 4,

    /// <summary>What is stored of the logs themselves is no such thing.</summary>
    Unreadable = 5,
}
