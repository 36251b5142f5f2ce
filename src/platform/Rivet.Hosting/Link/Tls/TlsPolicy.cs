using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Rivet.Cryptography.Sodium.Tls;
using Rivet.Lws;

namespace Rivet.Hosting.Link.Tls;

/// <summary>What TLS on the one port must be (docs/decisions/0006): restricted for each connection, never for the process.</summary>
internal static class TlsPolicy
{
    /// <summary><c>lws/1</c>, as ALPN has it.</summary>
    public static readonly SslApplicationProtocol Lws = new(Encoding.ASCII.GetBytes(LwsConstants.Alpn));

    private static CipherSuitesPolicy Suites { get; } = OperatingSystem.IsLinux()
        ? new([TlsCipherSuite.TLS_AES_256_GCM_SHA384, TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256])
        : throw new PlatformNotSupportedException("Rivet's server runs on Linux.");

    /// <summary>TLS 1.3, two suites, no resumption, no client certificate.</summary>
    public static void Apply(SslServerAuthenticationOptions options, SslStreamCertificateContext certificate)
    {
        options.EnabledSslProtocols = SslProtocols.Tls13;
        options.CipherSuitesPolicy = Suites;
        options.AllowTlsResume = false;
        options.AllowRenegotiation = false;
        options.ClientCertificateRequired = false;
        options.CertificateRevocationCheckMode = X509RevocationMode.NoCheck;
        options.ServerCertificateSelectionCallback = null;
        options.ServerCertificateContext = certificate;
    }

    /// <summary>Whether the connection's group is allowed; one that cannot be read is not.</summary>
    public static bool Judge(SslStream tls, out int? group)
    {
        group = TlsChannel.Group(tls);
        return group is { } known && TlsChannel.IsAllowed(known);
    }
}
