using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Rivet.Certificates.Checking;

/// <summary>What a certificate must be before it is served for the first time.</summary>
internal static class CertificateCheck
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(5);

    // MD5, SHA-1 and their kind; what is not known yet is the platform's to judge.
    private static readonly string[] WeakSignatures =
        ["1.2.840.113549.1.1.4", "1.2.840.113549.1.1.5", "1.2.840.10045.4.1", "1.2.840.10040.4.3", "1.3.14.3.2.29", "1.2.840.113549.1.1.2"];

    /// <summary>Refuses a weak, foreign, expired or future certificate; null when it may be served for these names.</summary>
    public static CertificateRefusal? Judge(CertificateBundle bundle, IEnumerable<string> names, DateTimeOffset now)
    {
        var certificates = bundle.Chain.Prepend(bundle.Leaf);
        if (certificates.FirstOrDefault(one => !PrivateKey.IsStrong(one)) is { } weak)
        {
            return new CertificateRefusal(CertificateRefusal.KeyWeak, PlainText.Of(weak.Subject));
        }

        if (certificates.FirstOrDefault(one => WeakSignatures.Contains(one.SignatureAlgorithm.Value)) is { } old)
        {
            return new CertificateRefusal(CertificateRefusal.SignatureWeak, PlainText.Of(old.Subject));
        }

        if (names.FirstOrDefault(name => !bundle.Covers(name)) is { } missing)
        {
            return new CertificateRefusal(CertificateRefusal.NamesMissing, PlainText.Of($"{missing} ≠ {string.Join(", ", bundle.Names)}"));
        }

        return bundle.NotAfter <= now ? new CertificateRefusal(CertificateRefusal.Expired, $"{bundle.NotAfter:u}")
            : bundle.NotBefore > now + ClockTolerance ? new CertificateRefusal(CertificateRefusal.NotYetValid, $"{bundle.NotBefore:u}")
            : certificates.Any(one => one.NotAfter.ToUniversalTime() <= now.UtcDateTime) ? new CertificateRefusal(CertificateRefusal.Expired, PlainText.Of(bundle.Leaf.Issuer))
            : IsForServers(bundle.Leaf) ? null
            : new CertificateRefusal(CertificateRefusal.PurposeWrong, PlainText.Of(bundle.Leaf.Subject));
    }

    private static bool IsForServers(X509Certificate2 leaf)
    {
        var usage = leaf.Extensions.OfType<X509KeyUsageExtension>().FirstOrDefault();
        var purposes = leaf.Extensions.OfType<X509EnhancedKeyUsageExtension>().FirstOrDefault();
        return (usage is null || usage.KeyUsages.HasFlag(X509KeyUsageFlags.DigitalSignature))
            && (purposes is null || purposes.EnhancedKeyUsages.Cast<Oid>().Any(purpose => purpose.Value == ServerAuthentication));
    }
}
