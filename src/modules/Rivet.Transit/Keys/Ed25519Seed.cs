using System.Formats.Asn1;
using System.Security.Cryptography;

namespace Rivet.Transit.Keys;

/// <summary>The seed in a PKCS #8 private key of Ed25519 (RFC 8410 §7): a PrivateKeyInfo whose octets hold one more OCTET STRING of 32 bytes.</summary>
internal static class Ed25519Seed
{
    private const string Algorithm = "1.3.101.112";
    private const int Size = 32;

    /// <summary>The seed; null for anything else. What was given is zeroed.</summary>
    public static byte[]? Read(byte[] pkcs8)
    {
        try
        {
            var info = new AsnReader(pkcs8, AsnEncodingRules.DER).ReadSequence();
            var version = info.ReadInteger();
            var algorithm = info.ReadSequence();
            var isOurs = algorithm.ReadObjectIdentifier() == Algorithm && !algorithm.HasData && (version.IsZero || version.IsOne);
            var seed = new AsnReader(info.ReadOctetString(), AsnEncodingRules.DER).ReadOctetString();
            return isOurs && seed.Length == Size ? seed : null;
        }
        catch (AsnContentException)
        {
            return null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(pkcs8);
        }
    }
}
