using System.Text.Json;

namespace Rivet.Verify;

/// <summary>What is wrong with a log, or keeps it from being judged.</summary>
internal enum FindingKind
{
    Changed,
    Removed,
    Inserted,
    Reordered,
    BackDated,
    PostDated,
    CutOff,
    Forked,
    NotSigned,
    NotCosigned,
    OtherKey,

    /// <summary>Signed by a revoked key, beyond what it may sign.</summary>
    RevokedKey,

    /// <summary>Statements about the log's keys that contradict one another.</summary>
    KeysForked,

    /// <summary>A statement that was there once is not shown any more.</summary>
    KeysRolledBack,

    /// <summary>The key that the verifier trusts leads to the log's key of now over one that was revoked: whoever took it can have written that.</summary>
    RevokedTrust,
    Duplicate,

    /// <summary>An entry that is not of the format; the file around it is.</summary>
    Malformed,
    Missing,

    /// <summary>A file that cannot be read or is not of its format.</summary>
    Unreadable,
}

/// <summary>Something found: where, and in the reader's language what.</summary>
/// <param name="Kind">What sort.</param>
/// <param name="Place">A file of the mirror, or <c>entry N</c>, counted from 0.</param>
/// <param name="Text">A sentence.</param>
internal sealed record Finding(FindingKind Kind, string Place, string Text)
{
    /// <summary>Whether it is a fault of the log; otherwise the log cannot be judged for it.</summary>
    public bool IsFault => Kind is not (FindingKind.Missing or FindingKind.Unreadable or FindingKind.RevokedTrust);

    /// <summary>The kind as it is written for programs: <c>cut-off</c>.</summary>
    public string KindName => JsonNamingPolicy.KebabCaseLower.ConvertName(Kind.ToString());
}
