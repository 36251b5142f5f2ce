using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Rivet.Kernel;
using Rivet.Transparency;

namespace Rivet.Audit.Witnessing;

/// <summary>What somebody says of a witness, judged.</summary>
internal static class WitnessForm
{
    private const int LongestUrl = 255;
    private const int LongestName = 128;
    private const int LongestCertificate = 16 * 1024;

    public static Result<WitnessRow, AuditRefusal> Parse(CompanyId company, string key, string url, string? certificate, DateTimeOffset now)
    {
        // A name is shown in terminals and on pages: only what is seen as it is.
        if (!NoteKey.TryParse(key.Trim(), out var parsed) || parsed.Kind is not NoteKeyKind.Cosignature
            || parsed.Name.Length > LongestName || parsed.Name.Any(letter => letter is <= ' ' or > '~'))
        {
            return AuditRefusal.WitnessKeyInvalid;
        }

        if (!TryReadUrl(url.Trim(), out var address))
        {
            return AuditRefusal.WitnessUrlInvalid;
        }

        string? pinned = null;
        if (!string.IsNullOrWhiteSpace(certificate) && (address.Scheme != Uri.UriSchemeHttps || (pinned = Normal(certificate)) is null))
        {
            return AuditRefusal.WitnessCertificateInvalid;
        }

        return new WitnessRow(company, parsed, address, pinned, now.ToUnixTimeMilliseconds());
    }

    private static bool TryReadUrl(string text, [NotNullWhen(true)] out Uri? url)
        => Uri.TryCreate(text, UriKind.Absolute, out url) && text.Length <= LongestUrl
            && (url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && url.IsLoopback))
            && url.UserInfo.Length == 0 && url.Query.Length == 0 && url.Fragment.Length == 0 && url.Host.Length > 0;

    private static string? Normal(string pem)
    {
        try
        {
            if (pem.Length > LongestCertificate)
            {
                return null;
            }

            using var certificate = X509Certificate2.CreateFromPem(pem);
            return certificate.ExportCertificatePem();
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
