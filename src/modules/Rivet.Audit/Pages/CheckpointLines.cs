using Rivet.Cryptography;
using Rivet.Transparency;

namespace Rivet.Audit.Pages;

/// <summary>What stands below a checkpoint, each line verified with the key that it claims, as far as the key is known here.</summary>
internal static class CheckpointLines
{
    /// <summary>Judges each line of a note.</summary>
    /// <param name="note">The checkpoint.</param>
    /// <param name="log">The log's key.</param>
    /// <param name="witnesses">Those of the company's witnesses.</param>
    /// <param name="verifier">Verifies.</param>
    /// <param name="ct">Stops.</param>
    public static async ValueTask<IReadOnlyList<CheckpointLine>> OfAsync(
        SignedNote note, NoteKey log, IReadOnlyCollection<NoteKey> witnesses, ISignatureVerifier verifier, CancellationToken ct)
    {
        var lines = new List<CheckpointLine>();
        foreach (var line in note.Signatures)
        {
            // A line by itself: another one by the same key must not speak for it.
            var alone = note with { Signatures = [line] };
            var key = witnesses.Append(log).FirstOrDefault(key => key.Name == line.Name && key.Id == line.KeyId);
            var kind = key is null ? CheckpointLineKind.Unknown
                : !await alone.IsSignedByAsync(key, verifier, ct) ? CheckpointLineKind.False
                : key.Kind is NoteKeyKind.Cosignature ? CheckpointLineKind.Witness
                : CheckpointLineKind.Log;
            lines.Add(new(line.Name, line.KeyId, kind, Cosignature.TimeOf(line)));
        }

        return lines;
    }
}

/// <summary>A line, judged.</summary>
/// <param name="Name">Whose it says to be.</param>
/// <param name="KeyId">By which key.</param>
/// <param name="Kind">What was found.</param>
/// <param name="At">When a witness says to have seen it; null for a line that is no cosignature.</param>
internal sealed record CheckpointLine(string Name, uint KeyId, CheckpointLineKind Kind, DateTimeOffset? At);

/// <summary>What a line was found to be.</summary>
internal enum CheckpointLineKind
{
    /// <summary>The log's own signature; it verifies.</summary>
    Log = 1,

    /// <summary>A witness's; it verifies with the witness's key.</summary>
    Witness = 2,

    /// <summary>By a key that is known, and it does not verify.</summary>
    False = 3,

    /// <summary>By a key that is not known here: it proves nothing to this page.</summary>
    Unknown = 4,
}
