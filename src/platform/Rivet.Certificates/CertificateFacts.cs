using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Rivet.Certificates.Checking;
using Rivet.Certificates.Folder;

namespace Rivet.Certificates;

/// <summary>What may be told of a certificate; all of it is public.</summary>
public sealed record CertificateFacts
{
    /// <summary>Where it comes from.</summary>
    public required CertificateSourceKind Source { get; init; }

    /// <summary>DNS names and addresses it is for.</summary>
    public required IReadOnlyList<string> Names { get; init; }

    /// <summary>Who signed it, in one harmless line.</summary>
    public required string Issuer { get; init; }

    /// <summary>Begin of its time.</summary>
    public required DateTimeOffset NotBefore { get; init; }

    /// <summary>End of its time.</summary>
    public required DateTimeOffset NotAfter { get; init; }

    /// <summary>SHA-256 of the certificate in lower-case hexadecimal.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>Days until it ends; negative when it has.</summary>
    public double DaysLeft(DateTimeOffset now) => (NotAfter - now).TotalDays;

    internal static CertificateFacts Of(X509Certificate2 certificate, CertificateSourceKind source) => new()
    {
        Source = source,
        Names = CertificateBundle.NamesOf(certificate),
        Issuer = PlainText.Of(certificate.Issuer),
        NotBefore = certificate.NotBefore.ToUniversalTime(),
        NotAfter = certificate.NotAfter.ToUniversalTime(),
        Fingerprint = Convert.ToHexStringLower(SHA256.HashData(certificate.RawData)),
    };
}
