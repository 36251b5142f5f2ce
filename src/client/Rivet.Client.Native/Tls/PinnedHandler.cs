using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Rivet.MessageKeys;

namespace Rivet.Client.Native.Tls;

/// <summary>HTTPS to a server whose certificate's public key is known beforehand: TLS 1.3, no redirect, no proxy, no cookie. Names and authorities do not count.</summary>
internal static class PinnedHandler
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static HttpMessageHandler For(ReadOnlyMemory<byte> pin) => new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        ConnectTimeout = Patience,
        SslOptions = new SslClientAuthenticationOptions
        {
            EnabledSslProtocols = SslProtocols.Tls13,
            RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                certificate is X509Certificate2 shown && CryptographicOperations.FixedTimeEquals(CertificatePin.Of(shown), pin.Span),
        },
    };
}
