using System.Formats.Asn1;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Rivet.Certificates.Checking;

namespace Rivet.Certificates.Challenges;

/// <summary>The self-signed certificate of TLS-ALPN-01 (RFC 8737 §3), which proves a name to an ACME server and to nobody else.</summary>
internal static class ChallengeCertificate
{
    public const string IdentifierOid = "1.3.6.1.5.5.7.1.31";

    public static SslStreamCertificateContext Create(string name, string authorization, DateTimeOffset now)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        writer.WriteOctetString(SHA256.HashData(Encoding.ASCII.GetBytes(authorization)));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=ACME challenge", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(names.Build(critical: false));
        request.CertificateExtensions.Add(new X509Extension(IdentifierOid, writer.Encode(), critical: true));
        using var made = request.CreateSelfSigned(now.AddHours(-1), now.AddDays(1));
        using var bare = X509CertificateLoader.LoadCertificate(made.RawData);
        return SslStreamCertificateContext.Create(PrivateKey.Join(bare, key), additionalCertificates: null, offline: true);
    }
}
