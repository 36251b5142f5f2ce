using System.Text;
using Rivet.Certificates.Checking;
using Rivet.Kernel;

namespace Rivet.Certificates.Acme;

/// <summary>Believes nothing of an issued chain: it must be for our key, for exactly our names, valid now, and a chain.</summary>
internal static class IssuedChain
{
    private static readonly TimeSpan ShortestLife = TimeSpan.FromHours(1);

    public static Result<CertificateBundle, CertificateRefusal> Check(ReadOnlySpan<byte> chain, string key, IReadOnlyList<string> names, DateTimeOffset now)
    {
        if (!BundleFile.Read(chain, Encoding.ASCII.GetBytes(key), null).TryGet(out var bundle, out var why))
        {
            return why;
        }

        // RFC 8555 §7.4: the certificate has the identifiers of the order, no fewer and no more.
        return bundle.Names.FirstOrDefault(name => !names.Contains(name)) is { } foreign ? new CertificateRefusal(CertificateRefusal.NamesForeign, PlainText.Of(foreign))
            : CertificateCheck.Judge(bundle, names, now) is { } wrong ? wrong
            : bundle.NotAfter - now < ShortestLife ? new CertificateRefusal(CertificateRefusal.Expired, $"{bundle.NotAfter:u}")
            : bundle;
    }
}
