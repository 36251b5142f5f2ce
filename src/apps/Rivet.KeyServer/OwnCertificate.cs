using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Rivet.KeyServer;

/// <summary>The certificate that a key server makes itself: signed by nobody else, since whoever calls pins it.</summary>
internal static class OwnCertificate
{
    private const int Years = 5;

    public static void Make(KeyServerFolder folder, string host, TimeProvider time)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(new X500DistinguishedName("CN=Rivet key server"), key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(host, out var address))
        {
            names.AddIpAddress(address);
        }
        else if (Uri.CheckHostName(host) is UriHostNameType.Dns)
        {
            names.AddDnsName(host);
        }
        else
        {
            throw new KeyServerException(Words.Of("host.wrong", host));
        }

        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false));
        var now = time.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddYears(Years));
        KeyServerFolder.Write(folder.Certificate, certificate.ExportCertificatePem() + "\n");
        KeyServerFolder.Write(folder.CertificateKey, key.ExportPkcs8PrivateKeyPem() + "\n");
    }

    /// <summary>The certificate alone, without its key.</summary>
    /// <exception cref="KeyServerException">The file holds no certificate.</exception>
    public static X509Certificate2 ReadPublic(string file)
    {
        try
        {
            return X509Certificate2.CreateFromPem(File.ReadAllText(file));
        }
        catch (CryptographicException)
        {
            throw new KeyServerException(Words.Of("certificate.wrong", file));
        }
    }

    /// <exception cref="KeyServerException">The file holds no certificate with a key.</exception>
    public static X509Certificate2 Read(string file, string? key)
    {
        try
        {
            return X509Certificate2.CreateFromPemFile(file, key);
        }
        catch (CryptographicException)
        {
            throw new KeyServerException(Words.Of("certificate.wrong", file));
        }
    }
}
