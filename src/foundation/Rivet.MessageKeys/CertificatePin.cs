using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Rivet.MessageKeys;

/// <summary>
/// What a key server's certificate is known by: SHA-256 over its SubjectPublicKeyInfo (RFC 5280 §4.1), so that a certificate renewed with the same key stays known.
/// </summary>
public static class CertificatePin
{
    /// <summary>Bytes of a pin.</summary>
    public const int Size = SHA256.HashSizeInBytes;

    /// <summary>The pin of a certificate. A page in a browser sees none.</summary>
    [UnsupportedOSPlatform("browser")]
    public static byte[] Of(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo());
    }
}
