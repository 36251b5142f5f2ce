using System.Buffers.Binary;
using Rivet.Cryptography;
using Rivet.Kernel;

namespace Rivet.Client.Sealing;

/// <summary>
/// A file's chunks under a random key of its own, which travels in the sealed message that attaches it. The STREAM construction (Hoang, Reyhanitabar, Rogaway,
/// Vizár 2015): the nonce is the chunk's number and whether it is the last, so that chunks cannot be exchanged, left out or added. The key seals one file once.
/// </summary>
internal sealed class FileCipher(IAeadFactory aeads, ReadOnlySpan<byte> key, CompanyId company, ConversationId conversation, FileId file) : IDisposable
{
    public const int KeySize = AeadSizes.Key;
    private const string Label = "rivet company sealed file v1";
    private readonly IAeadKey aead = aeads.Create(AeadSuite.Aes256Gcm, key);
    private readonly byte[] bound = [.. System.Text.Encoding.ASCII.GetBytes(Label), 0, .. company.ToBytes(), .. conversation.ToBytes(), .. file.ToBytes()];

    /// <summary>Gives <see cref="AeadSizes.Tag"/> bytes more.</summary>
    public async ValueTask<byte[]> SealAsync(uint index, bool isLast, ReadOnlyMemory<byte> chunk)
    {
        var output = new byte[chunk.Length + AeadSizes.Tag];
        await aead.SealAsync(Nonce(index, isLast), bound, chunk, output);
        return output;
    }

    /// <summary>Null when anything of it was changed.</summary>
    public async ValueTask<byte[]?> OpenAsync(uint index, bool isLast, ReadOnlyMemory<byte> chunk)
    {
        if (chunk.Length < AeadSizes.Tag)
        {
            return null;
        }

        var output = new byte[chunk.Length - AeadSizes.Tag];
        return await aead.OpenAsync(Nonce(index, isLast), bound, chunk, output) ? output : null;
    }

    public void Dispose() => aead.Dispose();

    private static byte[] Nonce(uint index, bool isLast)
    {
        var nonce = new byte[AeadSizes.Nonce];
        BinaryPrimitives.WriteUInt32BigEndian(nonce.AsSpan(7), index);
        nonce[11] = isLast ? (byte)1 : (byte)0;
        return nonce;
    }
}
