using System.Globalization;
using System.Text;
using Rivet.Cryptography;
using Rivet.Transparency;

namespace Rivet.Audit.Witnessing;

/// <summary>Judges what a witness answered; it may be anything.</summary>
internal sealed class WitnessJudge(ISignatureVerifier signatures, TimeProvider time)
{
    /// <summary>How far two clocks may be apart.</summary>
    private static readonly TimeSpan Apart = TimeSpan.FromMinutes(5);

    public async ValueTask<WitnessVerdict> JudgeAsync(WitnessRow witness, WitnessOffer offer, WitnessAnswer answer, CancellationToken ct) => answer.Status switch
    {
        200 => await CosignedAsync(witness, offer, answer.Body, ct),
        409 => Conflict(offer, Encoding.ASCII.GetString(answer.Body.Span)),
        404 => new WitnessVerdict.Failed(AuditWitnessFailure.NotWatched),
        403 => new WitnessVerdict.Failed(offer.HasOldKeys ? AuditWitnessFailure.KeyReplaced : AuditWitnessFailure.KeyRefused),

        // The way is right from our tree of that size, so the witness's tree of that size is another.
        422 when offer.OldSize > 0 => new WitnessVerdict.Disagrees(offer.OldSize),
        _ => new WitnessVerdict.Failed(AuditWitnessFailure.Refuses),
    };

    private async ValueTask<WitnessVerdict> CosignedAsync(WitnessRow witness, WitnessOffer offer, ReadOnlyMemory<byte> body, CancellationToken ct)
    {
        if (body.IsEmpty || !SignedNote.TryParse([.. Encoding.UTF8.GetBytes(offer.Note.ToString()), .. body.Span], out var note) || note.Text != offer.Note.Text)
        {
            return new WitnessVerdict.Failed(AuditWitnessFailure.NotUnderstood);
        }

        if (!await note.IsSignedByAsync(witness.Key, signatures, ct))
        {
            return new WitnessVerdict.Failed(AuditWitnessFailure.SignatureWrong);
        }

        var id = witness.Key.Id;
        var line = note.Signatures.Where(line => line.Name == witness.Key.Name && line.KeyId == id).MaxBy(Cosignature.TimeOf)!;
        if (Cosignature.TimeOf(line) is not { } at)
        {
            return new WitnessVerdict.Failed(AuditWitnessFailure.TimeWrong);
        }

        var ahead = at - time.GetUtcNow();
        var off = ahead.Duration() > Apart ? ahead : TimeSpan.Zero;
        return ahead > Apart || at.ToUnixTimeMilliseconds() < witness.CosignedMs
            ? new WitnessVerdict.Failed(AuditWitnessFailure.TimeWrong, off)
            : new WitnessVerdict.Cosigned(line, at, off);
    }

    private static WitnessVerdict Conflict(WitnessOffer offer, string body)
    {
        if (body is not [.. var digits, '\n'] || !long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var seen)
            || digits != seen.ToString(CultureInfo.InvariantCulture))
        {
            return new WitnessVerdict.Failed(AuditWitnessFailure.NotUnderstood);
        }

        var size = offer.Row.Size;
        return seen > size || (seen == size && seen == offer.OldSize) ? new WitnessVerdict.Disagrees(seen)
            : seen == offer.OldSize ? new WitnessVerdict.Failed(AuditWitnessFailure.NotUnderstood)
            : new WitnessVerdict.GoesOnFrom(seen);
    }
}
