using Rivet.Transparency;

namespace Rivet.Verify;

/// <summary>What a verifier has to say of a receipt.</summary>
internal sealed class ReceiptJudgement
{
    /// <summary>What is shown; null when the file holds no receipt.</summary>
    public DestructionReceipt? Receipt { get; set; }

    /// <summary>The key that the verifier trusts; that of the receipt itself when there is none.</summary>
    public NoteKey? Key { get; set; }

    public KeySource KeySource { get; set; }

    public KeyChain? Chain { get; set; }

    /// <summary>The key of the log whose signature counts.</summary>
    public NoteKey? SignedBy { get; set; }

    /// <summary>Known witnesses that cosigned the checkpoint.</summary>
    public List<Seen> Seen { get; } = [];

    /// <summary>Names below the checkpoint of which the verifier has no key.</summary>
    public List<string> Strangers { get; } = [];

    public Findings Findings { get; } = new();

    /// <summary>Consistent, but by a key that nobody said to trust, is not enough.</summary>
    public Verdict Verdict => Findings.HasFault ? Verdict.NotIntact : Findings.Count > 0 || KeySource is KeySource.Server ? Verdict.CannotBeJudged : Verdict.Intact;
}
