using System.Security.Cryptography;
using Rivet.Cryptography;

namespace Rivet.Lws.Noise;

/// <summary>
/// What a handshake ends in: a key for each direction and the handshake hash. Each key may be made once, since its
/// message numbers begin at zero.
/// </summary>
internal sealed class TransportKeys(AeadSuite suite, IAeadFactory aeads, byte[] sending, byte[] receiving, byte[] handshakeHash) : IDisposable
{
    private byte[]? sending = sending;
    private byte[]? receiving = receiving;

    /// <summary>The cipher of both keys.</summary>
    public AeadSuite Suite => suite;

    /// <summary>The same 32 bytes on both sides, and on no other connection (Noise revision 34 §11.2). Not secret.</summary>
    public ReadOnlyMemory<byte> HandshakeHash => handshakeHash;

    /// <summary>Makes this side's sending key, once; its user counts numbers from 0 and writes them as <see cref="CipherState.WriteNonce"/> does.</summary>
    public IAeadKey CreateSending() => CreateOnce(ref sending);

    /// <summary>Makes this side's receiving key, once.</summary>
    public IAeadKey CreateReceiving() => CreateOnce(ref receiving);

    /// <summary>Zeroes the keys that were not made; those that were are their user's.</summary>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(sending);
        CryptographicOperations.ZeroMemory(receiving);
        (sending, receiving) = (null, null);
    }

    /// <summary>Never the keys.</summary>
    public override string ToString() => "[redacted]";

    private IAeadKey CreateOnce(ref byte[]? key)
    {
        var taken = key ?? throw new InvalidOperationException("The key was made before, or the keys were disposed.");
        key = null;
        var made = aeads.Create(suite, taken);
        CryptographicOperations.ZeroMemory(taken);
        return made;
    }
}
