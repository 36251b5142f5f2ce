namespace Rivet.Cryptography.WebCrypto;

/// <summary>Verifies ECDSA signatures (FIPS 186-5) with P-256 and SHA-256 by WebCrypto.</summary>
public static class WebEcdsa
{
    /// <summary>Whether a signature is that of a key over a message; false for a key that is none of P-256.</summary>
    /// <param name="publicKey">The SubjectPublicKeyInfo (RFC 5480).</param>
    /// <param name="message">What was signed.</param>
    /// <param name="signature">64 bytes, the two numbers one behind the other.</param>
    public static async ValueTask<bool> VerifyAsync(ReadOnlyMemory<byte> publicKey, ReadOnlyMemory<byte> message, ReadOnlyMemory<byte> signature)
    {
        var call = new BrowserCall<bool>();
        WebCrypto.VerifyP256(publicKey.ToArray(), message.ToArray(), signature.ToArray(), call.Done);
        return await call.EndAsync();
    }
}
