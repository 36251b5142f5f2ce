using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Rivet.Certificates.Tests.Fakes;

/// <summary>An authority of a test's own: a root, an intermediate, and whatever certificate is asked for.</summary>
internal sealed class TestAuthority : IDisposable
{
    private const string ServerPurpose = "1.3.6.1.5.5.7.3.1";
    private readonly DateTimeOffset now;
    private readonly ECDsa rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDsa middleKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public TestAuthority(DateTimeOffset now, string name = "test")
    {
        this.now = now;
        var root = new CertificateRequest($"CN={name} root", rootKey, HashAlgorithmName.SHA256);
        root.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        Root = root.CreateSelfSigned(now.AddYears(-1), now.AddYears(50));
        var middle = new CertificateRequest($"CN={name} intermediate", middleKey, HashAlgorithmName.SHA256);
        middle.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var signed = middle.Create(Root, now.AddDays(-300), now.AddYears(40), Serial());
        Middle = signed.CopyWithPrivateKey(middleKey);
    }

    public X509Certificate2 Root { get; }

    public X509Certificate2 Middle { get; }

    public string MiddlePem => Middle.ExportCertificatePem() + "\n";

    /// <summary>A certificate for a key, good in everything that is not said otherwise.</summary>
    public X509Certificate2 Issue(
        AsymmetricAlgorithm key, IEnumerable<string> names, DateTimeOffset? from = null, DateTimeOffset? to = null, string purpose = ServerPurpose, HashAlgorithmName? hash = null)
    {
        var subject = new X500DistinguishedName("CN=leaf");
        var request = key is ECDsa curve
            ? new CertificateRequest(subject, curve, hash ?? HashAlgorithmName.SHA256)
            : new CertificateRequest(subject, (RSA)key, hash ?? HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return Sign(request, names, from, to, purpose);
    }

    /// <summary>A certificate for a public key.</summary>
    public X509Certificate2 Issue(PublicKey key, IEnumerable<string> names, DateTimeOffset? from = null, DateTimeOffset? to = null)
        => Sign(new CertificateRequest(new X500DistinguishedName("CN=leaf"), key, HashAlgorithmName.SHA256), names, from, to, ServerPurpose);

    public void Dispose()
    {
        Root.Dispose();
        Middle.Dispose();
        rootKey.Dispose();
        middleKey.Dispose();
    }

    private X509Certificate2 Sign(CertificateRequest request, IEnumerable<string> names, DateTimeOffset? from, DateTimeOffset? to, string purpose)
    {
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
        {
            alternatives.AddDnsName(name);
        }

        request.CertificateExtensions.Add(alternatives.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(purpose)], false));
        return request.Create(Middle.SubjectName, X509SignatureGenerator.CreateForECDsa(middleKey), from ?? now.AddHours(-1), to ?? now.AddDays(90), Serial());
    }

    private static byte[] Serial() => [1, .. RandomNumberGenerator.GetBytes(8)];
}
