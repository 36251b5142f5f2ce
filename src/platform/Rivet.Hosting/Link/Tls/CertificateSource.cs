using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Rivet.Hosting.Link.Tls;

/// <summary>Keeps what TLS makes of the newest certificate, since making it costs more than a handshake.</summary>
internal sealed class CertificateSource(Func<X509Certificate2> certificate)
{
    private Prepared? prepared;

    public SslStreamCertificateContext Current
    {
        get
        {
            var newest = certificate();
            if (prepared is not { } known || !ReferenceEquals(known.Certificate, newest))
            {
                prepared = known = new Prepared(newest, SslStreamCertificateContext.Create(newest, additionalCertificates: null, offline: true));
            }

            return known.Context;
        }
    }

    private sealed record Prepared(X509Certificate2 Certificate, SslStreamCertificateContext Context);
}
