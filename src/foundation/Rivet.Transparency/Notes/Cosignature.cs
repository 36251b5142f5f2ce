using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Rivet.Cryptography;

namespace Rivet.Transparency;

/// <summary>A witness's signature: that at this time this was the largest consistent tree it had seen of a log (C2SP tlog-cosignature, Ed25519).</summary>
public static class Cosignature
{
    private const int Size = sizeof(ulong) + KeySizes.Signature;

    /// <summary>Signs a checkpoint's text as a witness; null while the key's holder cannot answer.</summary>
    /// <param name="checkpoint">The note's text.</param>
    /// <param name="name">Of the witness.</param>
    /// <param name="at">When; whole seconds are kept.</param>
    /// <param name="signer">Holds the witness's key, which signs nothing else.</param>
    /// <param name="ct">Withdraws the request.</param>
    public static async ValueTask<NoteSignature?> SignAsync(string checkpoint, string name, DateTimeOffset at, ISigner signer, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(signer);
        var seconds = (ulong)at.ToUnixTimeSeconds();
        if (await signer.SignAsync(Message(checkpoint, seconds), ct) is not { } signature)
        {
            return null;
        }

        var timed = new byte[Size];
        BinaryPrimitives.WriteUInt64BigEndian(timed, seconds);
        signature.CopyTo(timed, sizeof(ulong));
        return new NoteSignature(name, NoteKey.Of(name, NoteKeyKind.Cosignature, signer.PublicKey).Id, timed);
    }

    /// <summary>When a cosignature says to have been made; null when it is none.</summary>
    public static DateTimeOffset? TimeOf(NoteSignature signature)
    {
        ArgumentNullException.ThrowIfNull(signature);
        return signature.Signature.Length == Size && BinaryPrimitives.ReadUInt64BigEndian(signature.Signature.Span) is <= 253_402_300_799 and var seconds
            ? DateTimeOffset.FromUnixTimeSeconds((long)seconds)
            : null;
    }

    internal static async ValueTask<bool> VerifyAsync(
        ReadOnlyMemory<byte> timed, string checkpoint, NoteKey key, ISignatureVerifier verifier, CancellationToken ct)
        => timed.Length == Size
            && await verifier.VerifyAsync(
                key.PublicKey, Message(checkpoint, BinaryPrimitives.ReadUInt64BigEndian(timed.Span)), timed[sizeof(ulong)..], ct);

    private static byte[] Message(string checkpoint, ulong seconds)
        => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"cosignature/v1\ntime {seconds}\n{checkpoint}"));
}
