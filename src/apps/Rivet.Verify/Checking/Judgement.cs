using Rivet.Transparency;

namespace Rivet.Verify;

/// <summary>In a word.</summary>
internal enum Verdict
{
    Intact,
    NotIntact,
    CannotBeJudged,
}

/// <summary>Who said that the log's key is the log's.</summary>
internal enum KeySource
{
    /// <summary>Whoever verifies gave it.</summary>
    Given,

    /// <summary>It was the log's key at an earlier visit.</summary>
    Remembered,

    /// <summary>The mirror, so the server.</summary>
    Server,
}

/// <summary>A witness's signature that verified.</summary>
internal sealed record Seen(string Witness, DateTimeOffset At);

/// <summary>What a verifier has to say of a log.</summary>
internal sealed class Judgement
{
    /// <summary>The key that the verifier trusts.</summary>
    public NoteKey? Key { get; set; }

    public KeySource KeySource { get; set; }

    /// <summary>The log's keys, as far as their statements hold.</summary>
    public KeyChain? Chain { get; set; }

    /// <summary>All statements that there are about the log's keys.</summary>
    public IReadOnlyList<SignedNote> Statements { get; set; } = [];

    /// <summary>The newest checkpoint, once the log's signature below it verified.</summary>
    public SignedCheckpoint? Newest { get; set; }

    /// <summary>How many checkpoints of the history were compared with the entries, beside the newest.</summary>
    public int Compared { get; set; }

    /// <summary>The size that was verified at the last visit.</summary>
    public long? RememberedSize { get; set; }

    /// <summary>Entries looked at.</summary>
    public long Entries { get; set; }

    /// <summary>When the last entry happened, by the server's clock.</summary>
    public DateTimeOffset? Until { get; set; }

    public Findings Findings { get; } = new();

    /// <summary>What is strange and no fault.</summary>
    public List<string> Notices { get; } = [];

    public List<string> NotChecked { get; } = [];

    public Verdict Verdict => Findings.HasFault ? Verdict.NotIntact : Findings.Count > 0 ? Verdict.CannotBeJudged : Verdict.Intact;
}
