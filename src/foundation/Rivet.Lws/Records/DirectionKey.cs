using System.Security.Cryptography;
using Rivet.Cryptography;
using Rivet.Lws.Noise;

namespace Rivet.Lws.Records;

/// <summary>
/// The key of one direction, its counter and its successors. Both ends count alike, so nothing on the wire says when a key
/// is replaced. The counter never starts anew, and a connection ends long before it could wrap.
/// </summary>
/// <param name="factory">Makes the successors.</param>
/// <param name="suite">The cipher.</param>
/// <param name="first">The first key; becomes this object's.</param>
internal sealed class DirectionKey(IAeadFactory factory, AeadSuite suite, IAeadKey first) : IDisposable
{
    private readonly byte[] nonce = new byte[AeadSizes.Nonce];
    private ulong counter;
    private ulong sinceRekey;
    private long bytesSinceRekey;

    public IAeadKey Key { get; private set; } = first;

    /// <summary>The nonce of the record counted last; valid until the next is counted.</summary>
    public ReadOnlyMemory<byte> Nonce => nonce;

    /// <summary>Counts one record of so much plaintext, replacing the key first when it is due.</summary>
    public async ValueTask AdvanceAsync(int plaintext)
    {
        if (sinceRekey == RecordLimits.RecordsPerKey || bytesSinceRekey + plaintext > RecordLimits.BytesPerKey)
        {
            await RekeyAsync();
        }

        CipherState.WriteNonce(suite, counter++, nonce);
        sinceRekey++;
        bytesSinceRekey += plaintext;
    }

    public void Dispose() => Key.Dispose();

    private async ValueTask RekeyAsync()
    {
        var successor = await CipherState.RekeyAsync(Key);
        Key.Dispose();
        Key = factory.Create(suite, successor);
        CryptographicOperations.ZeroMemory(successor);
        (sinceRekey, bytesSinceRekey) = (0, 0);
    }
}
