using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Rivet.Certificates.Checking;

/// <summary>The two kinds of keys that TLS certificates have here.</summary>
internal static class PrivateKey
{
    /// <summary>The private key of a certificate that has one.</summary>
    public static AsymmetricAlgorithm Of(X509Certificate2 certificate)
        => (AsymmetricAlgorithm?)certificate.GetECDsaPrivateKey() ?? certificate.GetRSAPrivateKey()
            ?? throw new CryptographicException("The certificate has no private key.");

    /// <summary>Whether this private key belongs to the certificate.</summary>
    public static bool Fits(X509Certificate2 certificate, AsymmetricAlgorithm key)
        => certificate.PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(key.ExportSubjectPublicKeyInfo());

    /// <summary>The certificate with its key, such that the TLS library can use it after <paramref name="key"/> is gone.</summary>
    public static X509Certificate2 Join(X509Certificate2 certificate, AsymmetricAlgorithm key)
    {
        using var joined = key is ECDsa curve ? certificate.CopyWithPrivateKey(curve) : certificate.CopyWithPrivateKey((RSA)key);
        var container = joined.Export(X509ContentType.Pkcs12);
        try
        {
            return X509CertificateLoader.LoadPkcs12(container, null);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(container);
        }
    }

    /// <summary>RSA from 2048 bits, or one of the three curves that clients know.</summary>
    public static bool IsStrong(X509Certificate2 certificate)
    {
        using var rsa = certificate.GetRSAPublicKey();
        using var curve = certificate.GetECDsaPublicKey();
        return rsa is not null ? rsa.KeySize is >= 2048 and <= 8192
            : curve is not null && curve.ExportParameters(false).Curve.Oid.Value is "1.2.840.10045.3.1.7" or "1.3.132.0.34" or "1.3.132.0.35";
    }
}
