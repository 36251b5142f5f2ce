using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Rivet.Transparency;

namespace Rivet.Witness;

/// <summary>What a log sends (C2SP tlog-witness, add-checkpoint): the size the witness knows, the way from there, and the new checkpoint.</summary>
internal sealed record AddCheckpoint
{
    /// <summary>The longest request, in bytes.</summary>
    public const int LongestRequest = SignedNote.LongestNote + (MostHashes * 46) + 32;

    private const int MostHashes = 63;

    public required long OldSize { get; init; }

    public required IReadOnlyList<byte[]> Proof { get; init; }

    public required SignedNote Note { get; init; }

    public required Checkpoint Checkpoint { get; init; }

    public static bool TryParse(ReadOnlyMemory<byte> body, [NotNullWhen(true)] out AddCheckpoint? request)
    {
        request = null;
        if (!TryReadLine(ref body, out var first) || first is not ['o', 'l', 'd', ' ', .. var size]
            || !long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var oldSize)
            || size != oldSize.ToString(CultureInfo.InvariantCulture))
        {
            return false;
        }

        var proof = new List<byte[]>();
        while (TryReadLine(ref body, out var line) && proof.Count <= MostHashes)
        {
            if (line.Length == 0)
            {
                request = proof.Count <= MostHashes && SignedNote.TryParse(body.Span, out var note) && Checkpoint.TryParse(note.Text, out var checkpoint)
                    ? new AddCheckpoint { OldSize = oldSize, Proof = proof, Note = note, Checkpoint = checkpoint }
                    : null;
                return request is not null;
            }

            var hash = new byte[TreeHash.Size + 1];
            if (line.Length != 44 || !Convert.TryFromBase64String(line, hash, out var written) || written != TreeHash.Size)
            {
                return false;
            }

            proof.Add(hash[..TreeHash.Size]);
        }

        return false;
    }

    private static bool TryReadLine(ref ReadOnlyMemory<byte> rest, out string line)
    {
        var end = rest.Span.IndexOf((byte)'\n');
        line = end is >= 0 and < 100 ? System.Text.Encoding.ASCII.GetString(rest.Span[..end]) : "";
        rest = end < 0 ? default : rest[(end + 1)..];
        return end is >= 0 and < 100;
    }
}
