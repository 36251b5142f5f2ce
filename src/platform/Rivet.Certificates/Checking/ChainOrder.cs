using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Rivet.Kernel;

namespace Rivet.Certificates.Checking;

/// <summary>Puts certificates in the order in which TLS sends them (RFC 8446 §4.4.2), and proves that each signed the one before.</summary>
internal static class ChainOrder
{
    private const int MaxChain = 8;

    /// <summary>The leaf is the certificate of the key; what does not belong to its chain is an error, a root is left away.</summary>
    public static Result<CertificateBundle, CertificateRefusal> Arrange(X509Certificate2Collection certificates, AsymmetricAlgorithm key)
    {
        var left = certificates.DistinctBy(certificate => certificate.Thumbprint).ToList();
        if (left.Find(certificate => PrivateKey.Fits(certificate, key)) is not { } leaf)
        {
            return new CertificateRefusal(CertificateRefusal.KeyDoesNotFit, PlainText.Of(left[0].Subject));
        }

        var chain = new List<X509Certificate2>();
        left.Remove(leaf);
        for (var at = leaf; !IsSelfIssued(at) && left.Find(IssuerOf(at)) is { } issuer; at = issuer)
        {
            left.Remove(issuer);
            chain.Add(issuer);
        }

        if (left is [var stranger, ..])
        {
            return new CertificateRefusal(CertificateRefusal.ChainBroken, PlainText.Of(stranger.Subject));
        }

        return chain.Count > MaxChain ? new CertificateRefusal(CertificateRefusal.ChainTooLong)
            : Prove(leaf, chain) is { } broken ? broken
            : new CertificateBundle { Leaf = PrivateKey.Join(leaf, key), Chain = [.. chain.Where(certificate => !IsSelfIssued(certificate))] };
    }

    private static Predicate<X509Certificate2> IssuerOf(X509Certificate2 certificate)
        => candidate => candidate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);

    private static bool IsSelfIssued(X509Certificate2 certificate)
        => certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);

    /// <summary>
    /// Lets the platform verify signatures and constraints with the last certificate as the anchor. Whether anybody trusts
    /// that anchor is the client's to say: a company may well run an authority of its own.
    /// </summary>
    private static CertificateRefusal? Prove(X509Certificate2 leaf, IReadOnlyList<X509Certificate2> above)
    {
        if (above.Count == 0)
        {
            return null;
        }

        using var chain = new X509Chain
        {
            ChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
                DisableCertificateDownloads = true,
                VerificationFlags = X509VerificationFlags.AllowUnknownCertificateAuthority | X509VerificationFlags.IgnoreNotTimeValid,
            },
        };
        chain.ChainPolicy.ExtraStore.AddRange(above.ToArray());
        if (IsSelfIssued(above[^1]))
        {
            chain.ChainPolicy.CustomTrustStore.Add(above[^1]);
        }

        var holds = chain.Build(leaf)
            && chain.ChainElements.Select(element => element.Certificate.Thumbprint).SequenceEqual(above.Prepend(leaf).Select(one => one.Thumbprint));
        foreach (var element in chain.ChainElements)
        {
            element.Certificate.Dispose();
        }

        return holds ? null : new CertificateRefusal(CertificateRefusal.ChainBroken, PlainText.Of(leaf.Issuer));
    }
}
