using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Rivet.Kernel;

namespace Rivet.Certificates.Checking;

/// <summary>Reads what certificate authorities and other servers hand out: PEM, in one file or two, or PKCS#12.</summary>
internal static class BundleFile
{
    public const int MaxBytes = 256 * 1024;
    private const int MaxCertificates = 20;

    /// <summary>Certificates in any order with the one private key among them. Whatever the bytes are, this does not throw.</summary>
    public static Result<CertificateBundle, CertificateRefusal> Read(ReadOnlySpan<byte> file, ReadOnlySpan<byte> keyFile, string? password)
    {
        if (file.Length > MaxBytes || keyFile.Length > MaxBytes)
        {
            return new CertificateRefusal(CertificateRefusal.FileTooLarge, $"{MaxBytes / 1024} KiB");
        }

        var certificates = new X509Certificate2Collection();
        AsymmetricAlgorithm? key = null;
        try
        {
            var why = IsDer(file)
                ? ReadContainer(file, keyFile, password, certificates, ref key)
                : ReadText(Encoding.UTF8.GetString(file), password, certificates, ref key);
            why ??= keyFile.IsEmpty ? null : ReadText(Encoding.UTF8.GetString(keyFile), password, [], ref key);
            why ??= key is null ? new CertificateRefusal(CertificateRefusal.NoKey)
                : certificates.Count == 0 ? new CertificateRefusal(CertificateRefusal.NoCertificate)
                : certificates.Count > MaxCertificates ? new CertificateRefusal(CertificateRefusal.ChainTooLong)
                : null;
            return why is not null ? why : ChainOrder.Arrange(certificates, key!).TryGet(out var bundle, out why) ? Understood(bundle) : why;
        }
        catch (Exception wrong) when (wrong is CryptographicException or PlatformNotSupportedException)
        {
            return new CertificateRefusal(CertificateRefusal.NoCertificate);
        }
        finally
        {
            key?.Dispose();
        }
    }

    /// <summary>The platform parses late: what it cannot understand is found out here, not where the certificate is used.</summary>
    private static CertificateBundle Understood(CertificateBundle bundle)
    {
        _ = bundle.Names;
        foreach (var certificate in bundle.Chain.Prepend(bundle.Leaf))
        {
            _ = PrivateKey.IsStrong(certificate);
            _ = (certificate.NotBefore, certificate.NotAfter, certificate.Subject, certificate.Issuer, certificate.SignatureAlgorithm.Value);
            foreach (var extension in certificate.Extensions)
            {
                _ = extension switch
                {
                    X509KeyUsageExtension usage => (object)usage.KeyUsages,
                    X509EnhancedKeyUsageExtension purposes => purposes.EnhancedKeyUsages,
                    X509BasicConstraintsExtension constraints => constraints.CertificateAuthority,
                    _ => extension,
                };
            }
        }

        return bundle;
    }

    /// <summary>DER begins with a SEQUENCE, which no PEM text does.</summary>
    private static bool IsDer(ReadOnlySpan<byte> file) => file is [0x30, ..];

    private static CertificateRefusal? ReadContainer(
        ReadOnlySpan<byte> file, ReadOnlySpan<byte> keyFile, string? password, X509Certificate2Collection into, ref AsymmetricAlgorithm? key)
    {
        if (X509Certificate2.GetCertContentType(file) is X509ContentType.Cert && !keyFile.IsEmpty)
        {
            into.Add(X509CertificateLoader.LoadCertificate(file));
            return null;
        }

        X509Certificate2Collection found;
        try
        {
            found = X509CertificateLoader.LoadPkcs12Collection(file, password, X509KeyStorageFlags.Exportable);
        }
        catch (CryptographicException)
        {
            return new CertificateRefusal(CertificateRefusal.PasswordWrong);
        }

        foreach (var certificate in found)
        {
            if (certificate.HasPrivateKey)
            {
                if (key is not null)
                {
                    return new CertificateRefusal(CertificateRefusal.KeyNotUnique);
                }

                key = PrivateKey.Of(certificate);
            }

            into.Add(certificate.HasPrivateKey ? X509CertificateLoader.LoadCertificate(certificate.RawData) : certificate);
        }

        return null;
    }

    private static CertificateRefusal? ReadText(string text, string? password, X509Certificate2Collection into, ref AsymmetricAlgorithm? key)
    {
        var rest = text.AsSpan();
        while (PemEncoding.TryFind(rest, out var fields))
        {
            var label = rest[fields.Label];
            if (label is "CERTIFICATE")
            {
                into.Add(X509CertificateLoader.LoadCertificate(Convert.FromBase64String(rest[fields.Base64Data].ToString())));
            }
            else if (label.EndsWith("PRIVATE KEY", StringComparison.Ordinal))
            {
                if (key is not null)
                {
                    return new CertificateRefusal(CertificateRefusal.KeyNotUnique);
                }

                key = ReadKey(rest[fields.Location], label is "ENCRYPTED PRIVATE KEY", password);
                if (key is null)
                {
                    return new CertificateRefusal(label is "ENCRYPTED PRIVATE KEY" ? CertificateRefusal.PasswordWrong : CertificateRefusal.KeyWeak);
                }
            }

            rest = rest[fields.Location.End..];
        }

        return null;
    }

    private static AsymmetricAlgorithm? ReadKey(ReadOnlySpan<char> pem, bool sealedByPassword, string? password)
    {
        foreach (var make in (Func<AsymmetricAlgorithm>[])[ECDsa.Create, RSA.Create])
        {
            var key = make();
            try
            {
                if (sealedByPassword)
                {
                    key.ImportFromEncryptedPem(pem, password ?? "");
                }
                else
                {
                    key.ImportFromPem(pem);
                }

                return key;
            }
            catch (Exception wrong) when (wrong is ArgumentException or CryptographicException or PlatformNotSupportedException)
            {
                key.Dispose(); // of the other kind, of a curve nobody knows, or no key at all
            }
        }

        return null;
    }
}
