using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Rivet.Certificates.Checking;

/// <summary>A certificate with its private key and the chain to send with it, checked to belong together.</summary>
internal sealed class CertificateBundle
{
    /// <summary>The certificate, with its private key.</summary>
    public required X509Certificate2 Leaf { get; init; }

    /// <summary>What stands between it and a root, in the order of the chain; no root.</summary>
    public required IReadOnlyList<X509Certificate2> Chain { get; init; }

    public DateTimeOffset NotBefore => new(Leaf.NotBefore.ToUniversalTime());

    public DateTimeOffset NotAfter => new(Leaf.NotAfter.ToUniversalTime());

    /// <summary>The names it is for; a certificate's subject is no name (RFC 9525 §1.3).</summary>
    public IReadOnlyList<string> Names => NamesOf(Leaf);

    public static IReadOnlyList<string> NamesOf(X509Certificate2 certificate)
        => certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault() is { } names
            ? [.. names.EnumerateDnsNames().Select(name => name.ToLowerInvariant()), .. names.EnumerateIPAddresses().Select(address => address.ToString())]
            : [];

    /// <summary>Whether a client that asked for this name or address accepts the certificate for it.</summary>
    public bool Covers(string name) => Leaf.MatchesHostname(name, allowWildcards: true, allowCommonName: false);

    /// <summary>Chain and key in one text, so that one rename puts both in place.</summary>
    public string ToPem()
    {
        using var key = PrivateKey.Of(Leaf);
        var text = new StringBuilder();
        foreach (var certificate in Chain.Prepend(Leaf))
        {
            text.Append(certificate.ExportCertificatePem()).Append('\n');
        }

        return text.Append(key.ExportPkcs8PrivateKeyPem()).Append('\n').ToString();
    }

    public override string ToString() => $"{Leaf.Subject} [redacted]";
}
