using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Rivet.Cryptography;

namespace Rivet.Transparency;

/// <summary>What a log says of itself at a time: whose it is, how many entries it has, and the root over them (C2SP tlog-checkpoint).</summary>
public sealed record Checkpoint
{
    /// <summary>Names the log, for all logs there are.</summary>
    public required string Origin { get; init; }

    /// <summary>Its entries.</summary>
    public required long Size { get; init; }

    /// <summary>The root of the tree over them, 32 bytes.</summary>
    public required ReadOnlyMemory<byte> Root { get; init; }

    /// <summary>Reads a note's text; nothing but the exact form is taken, and no extension lines, which nobody could check.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out Checkpoint? checkpoint)
    {
        checkpoint = null;
        if (text?.Split('\n') is not [{ Length: > 0 } origin, var size, var root, ""]
            || !long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            || size != count.ToString(CultureInfo.InvariantCulture) || !Base64.TryRead(root, out var hash) || hash.Length != TreeHash.Size)
        {
            return false;
        }

        checkpoint = new Checkpoint { Origin = origin, Size = count, Root = hash };
        return true;
    }

    /// <summary>Signs it as its log, whose key has the origin for a name; null while the key's holder cannot answer.</summary>
    public async ValueTask<SignedNote?> SignAsync(ISigner signer, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(signer);
        var text = ToString();
        return await signer.SignAsync(Encoding.UTF8.GetBytes(text), ct) is { } signature
            ? new SignedNote
            {
                Text = text,
                Signatures = [new NoteSignature(Origin, NoteKey.Of(Origin, NoteKeyKind.Ed25519, signer.PublicKey).Id, signature)],
            }
            : null;
    }

    /// <summary>The text that is signed.</summary>
    public override string ToString()
        => string.Create(CultureInfo.InvariantCulture, $"{Origin}\n{Size}\n{Convert.ToBase64String(Root.Span)}\n");
}
