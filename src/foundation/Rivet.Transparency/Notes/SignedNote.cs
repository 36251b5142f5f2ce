using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Rivet.Cryptography;

namespace Rivet.Transparency;

/// <summary>A line below a note: who says to have signed it, and with what.</summary>
/// <param name="Name">The key's name.</param>
/// <param name="KeyId">Its <see cref="NoteKey.Id"/>.</param>
/// <param name="Signature">Without the id.</param>
public sealed record NoteSignature(string Name, uint KeyId, ReadOnlyMemory<byte> Signature)
{
    /// <summary>The line with its end.</summary>
    public override string ToString()
    {
        var bytes = new byte[sizeof(uint) + Signature.Length];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, KeyId);
        Signature.Span.CopyTo(bytes.AsSpan(sizeof(uint)));
        return $"— {Name} {Convert.ToBase64String(bytes)}\n";
    }

    /// <summary>Reads a line without its end.</summary>
    public static bool TryParse(string? line, [NotNullWhen(true)] out NoteSignature? signature)
    {
        signature = null;
        if (line?.Split(' ') is not ["—", var name, var encoded] || !NoteKey.IsName(name)
            || !Base64.TryRead(encoded, out var bytes) || bytes.Length <= sizeof(uint))
        {
            return false;
        }

        signature = new NoteSignature(name, BinaryPrimitives.ReadUInt32BigEndian(bytes), bytes.AsMemory(sizeof(uint)));
        return true;
    }
}

/// <summary>A text with signatures below it (C2SP signed-note). Parsing says nothing of who signed: ask <see cref="IsSignedByAsync"/>.</summary>
public sealed record SignedNote
{
    /// <summary>The longest note, in bytes.</summary>
    public const int LongestNote = 64 * 1024;

    private const int MostSignatures = 64;
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>What is signed, with its last line's end.</summary>
    public required string Text { get; init; }

    /// <summary>The lines below, in their order.</summary>
    public required IReadOnlyList<NoteSignature> Signatures { get; init; }

    /// <summary>Reads a note. Bytes that are none give false.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out SignedNote? note)
    {
        note = null;
        if (bytes.Length is 0 or > LongestNote || !TryDecode(bytes, out var whole) || whole.Any(character => character < ' ' && character != '\n'))
        {
            return false;
        }

        // The last empty line parts them: the text may have some of its own.
        var parting = whole.LastIndexOf("\n\n", StringComparison.Ordinal);
        if (parting < 0 || !whole.EndsWith('\n') || parting + 2 == whole.Length)
        {
            return false;
        }

        var signatures = new List<NoteSignature>();
        foreach (var line in whole[(parting + 2)..^1].Split('\n'))
        {
            if (signatures.Count == MostSignatures || !NoteSignature.TryParse(line, out var signature))
            {
                return false;
            }

            signatures.Add(signature);
        }

        note = new SignedNote { Text = whole[..(parting + 1)], Signatures = signatures };
        return true;
    }

    /// <summary>
    /// Whether this key signed the text. A line of this very key that does not verify spoils the note, also beside one that does: no honest
    /// signer makes it.
    /// </summary>
    public async ValueTask<bool> IsSignedByAsync(NoteKey key, ISignatureVerifier verifier, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(verifier);
        var id = key.Id;
        var signed = false;
        foreach (var line in Signatures.Where(line => line.KeyId == id && line.Name == key.Name))
        {
            var verified = key.Kind is NoteKeyKind.Cosignature
                ? await Cosignature.VerifyAsync(line.Signature, Text, key, verifier, ct)
                : line.Signature.Length == KeySizes.Signature
                    && await verifier.VerifyAsync(key.PublicKey, Encoding.UTF8.GetBytes(Text), line.Signature, ct);
            if (!verified)
            {
                return false;
            }

            signed = true;
        }

        return signed;
    }

    /// <summary>The note as it is handed on.</summary>
    public override string ToString() => $"{Text}\n{string.Concat(Signatures)}";

    private static bool TryDecode(ReadOnlySpan<byte> bytes, out string text)
    {
        try
        {
            text = Strict.GetString(bytes);
            return true;
        }
        catch (DecoderFallbackException)
        {
            text = "";
            return false;
        }
    }
}
