using System.Buffers.Binary;
using System.Security.Cryptography;
using Rivet.Cryptography;

namespace Rivet.Lws.Noise;

/// <summary>One key and the number of its next message (Noise revision 34 §5.1). One call at a time.</summary>
/// <param name="suite">The cipher; it decides how numbers are written.</param>
/// <param name="key">The key, taken over: it is disposed with this object.</param>
internal sealed class CipherState(AeadSuite suite, IAeadKey key) : IDisposable
{
    private readonly byte[] nonce = new byte[AeadSizes.Nonce];
    private ulong next;

    /// <summary>
    /// Writes the nonce of a message number: 32 zero bits, then 64 bits, big-endian for AES-GCM and little-endian for
    /// ChaCha20-Poly1305 (§12.3, §12.4). The last number, 2^64-1, belongs to <see cref="RekeyAsync"/>.
    /// </summary>
    public static void WriteNonce(AeadSuite suite, ulong number, Span<byte> nonce)
    {
        nonce[..4].Clear();
        if (suite == AeadSuite.Aes256Gcm)
        {
            BinaryPrimitives.WriteUInt64BigEndian(nonce[4..], number);
        }
        else
        {
            BinaryPrimitives.WriteUInt64LittleEndian(nonce[4..], number);
        }
    }

    /// <summary>
    /// REKEY(k): the key that follows, 32 bytes that the caller zeroes; the first half of what 32 zero bytes become under
    /// number 2^64-1 without associated data (§4.2). The old key is left to the caller.
    /// </summary>
    public static async ValueTask<byte[]> RekeyAsync(IAeadKey key)
    {
        var last = new byte[AeadSizes.Nonce];
        last.AsSpan(4).Fill(byte.MaxValue); // 2^64-1 reads the same in both byte orders.
        var output = new byte[AeadSizes.Key + AeadSizes.Tag];
        await key.SealAsync(last, default, new byte[AeadSizes.Key], output);
        var following = output[..AeadSizes.Key];
        CryptographicOperations.ZeroMemory(output);
        return following;
    }

    /// <summary>Seals the next message: <see cref="AeadSizes.Tag"/> bytes more than the plaintext.</summary>
    public async ValueTask SealAsync(ReadOnlyMemory<byte> associatedData, ReadOnlyMemory<byte> plaintext, Memory<byte> ciphertext)
    {
        PrepareNonce();
        await key.SealAsync(nonce, associatedData, plaintext, ciphertext);
        next++;
    }

    /// <summary>Opens the next message; false when it is another, changed, or too short. A refused one does not count.</summary>
    public async ValueTask<bool> OpenAsync(ReadOnlyMemory<byte> associatedData, ReadOnlyMemory<byte> ciphertext, Memory<byte> plaintext)
    {
        if (ciphertext.Length < AeadSizes.Tag)
        {
            return false;
        }

        PrepareNonce();
        if (!await key.OpenAsync(nonce, associatedData, ciphertext, plaintext))
        {
            return false;
        }

        next++;
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => key.Dispose();

    /// <summary>Never the key.</summary>
    public override string ToString() => "[redacted]";

    private void PrepareNonce()
    {
        if (next == ulong.MaxValue)
        {
            throw new InvalidOperationException("A key has no message number left.");
        }

        WriteNonce(suite, next, nonce);
    }
}
