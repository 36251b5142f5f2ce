using System.Buffers.Binary;
using System.Security.Cryptography;
using Rivet.Cryptography;

namespace Rivet.Lws.Records;

/// <summary>
/// The key of one direction, its counter and its successors. Both ends count alike, so nothing on the wire says when a key
/// is replaced. The counter never starts anew and the connection ends long before it could wrap.
/// </summary>
internal sealed class DirectionKey : IDisposable
{
    private static readonly byte[] Zeros = new byte[AeadSizes.Key];
    private readonly IAeadFactory factory;
    private readonly AeadSuite suite;
    private readonly byte[] nonce = new byte[AeadSizes.Nonce];
    private IAeadKey key;
    private ulong counter;
    private ulong sinceRekey;
    private long bytesSinceRekey;

    public DirectionKey(IAeadFactory factory, AeadSuite suite, IAeadKey first)
    {
        this.factory = factory;
        this.suite = suite;
        key = first;
    }

    public IAeadKey Key => key;

    /// <summary>The nonce of the record that is next; valid until the next call.</summary>
    public ReadOnlyMemory<byte> Nonce => nonce;

    /// <summary>Counts one record of so much plaintext, replacing the key first when it is due.</summary>
    public async ValueTask AdvanceAsync(int plaintext)
    {
        if (sinceRekey == RecordLimits.RecordsPerKey || bytesSinceRekey + plaintext > RecordLimits.BytesPerKey)
        {
            await RekeyAsync();
        }

        WriteNonce(counter);
        counter++;
        sinceRekey++;
        bytesSinceRekey += plaintext;
    }

    public void Dispose() => key.Dispose();

    /// <summary>Noise §11.3: the first 32 bytes that the old key makes of zeros, under the nonce that no record can have.</summary>
    private async ValueTask RekeyAsync()
    {
        WriteNonce(ulong.MaxValue);
        var successor = new byte[AeadSizes.Key + AeadSizes.Tag];
        try
        {
            await key.SealAsync(nonce, ReadOnlyMemory<byte>.Empty, Zeros, successor);
            key.Dispose();
            key = factory.Create(suite, successor.AsSpan(0, AeadSizes.Key));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(successor);
        }

        sinceRekey = 0;
        bytesSinceRekey = 0;
    }

    /// <summary>Noise §12.3 and §12.4: four zero bytes, then the counter, big-endian for AES-GCM and little-endian for ChaCha20.</summary>
    private void WriteNonce(ulong value)
    {
        if (suite == AeadSuite.Aes256Gcm)
        {
            BinaryPrimitives.WriteUInt64BigEndian(nonce.AsSpan(4), value);
        }
        else
        {
            BinaryPrimitives.WriteUInt64LittleEndian(nonce.AsSpan(4), value);
        }
    }
}
