using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Rivet.Hosting.Link.Connections;
using Rivet.Hosting.Link.Tls;

namespace Rivet.Hosting.Link;

/// <summary>The one port: HTTPS and LWS, told apart by ALPN.</summary>
public static class LinkListening
{
    /// <summary>
    /// Listens with TLS 1.3, two suites and X25519 only; <c>lws/1</c> goes to the link, everything else to HTTP. Each connection is
    /// judged by itself: the process's outgoing connections stay as they are. Needs <see cref="HostingModule.AddHosting"/>.
    /// </summary>
    /// <param name="kestrel">The server's options.</param>
    /// <param name="endPoint">Where; port 0 picks a free one.</param>
    /// <param name="certificate">The certificate with its private key; asked for each connection, so it may be renewed, and must be cheap.</param>
    public static void ListenRivet(this KestrelServerOptions kestrel, IPEndPoint endPoint, Func<X509Certificate2> certificate)
    {
        ArgumentNullException.ThrowIfNull(kestrel);
        var services = kestrel.ApplicationServices;
        var source = new CertificateSource(certificate);
        kestrel.Listen(endPoint, listen =>
        {
            listen.Protocols = HttpProtocols.Http1AndHttp2;
            listen.UseHttps(Restrict(source, services.GetRequiredService<IOptions<LinkOptions>>().Value));
            listen.Use(next => new PortMiddleware(next, services).OnConnectedAsync);
        });
    }

    private static HttpsConnectionAdapterOptions Restrict(CertificateSource source, LinkOptions options) => new()
    {
        SslProtocols = SslProtocols.Tls13,
        HandshakeTimeout = options.HalfOpenLimit,
        ServerCertificateSelector = (_, _) => source.Current.TargetCertificate,
        OnAuthenticate = (_, tls) =>
        {
            TlsPolicy.Apply(tls, source.Current);
            (tls.ApplicationProtocols ??= []).Insert(0, TlsPolicy.Lws);
        },
    };

    /// <summary>The first code behind the TLS handshake of every connection, HTTPS or LWS.</summary>
    private sealed class PortMiddleware(ConnectionDelegate next, IServiceProvider services)
    {
        private LinkServer? server;

        public Task OnConnectedAsync(ConnectionContext connection)
        {
            server ??= services.GetRequiredService<LinkServer>();
            if (connection.Features.Get<ISslStreamFeature>()?.SslStream is not { } tls)
            {
                return Task.CompletedTask;
            }

            if (!TlsPolicy.Judge(tls, out var group))
            {
                server.Meters.Refused("group");
                Log.GroupRefused(server.Logger, connection.RemoteEndPoint?.ToString() ?? "somewhere", group);
                return Task.CompletedTask;
            }

            return connection.Features.Get<ITlsApplicationProtocolFeature>()?.ApplicationProtocol is { } chosen
                && chosen.Span.SequenceEqual(TlsPolicy.Lws.Protocol.Span)
                ? server.RunAsync(new TlsTransport(connection, tls))
                : next(connection);
        }
    }
}
