using System.Net;
using System.Net.Security;
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
    /// <param name="certificate">
    /// The certificate with its chain for the name a client asks for (null or empty for none); asked for each connection, so it
    /// may be renewed, and must be cheap. Connections that stand keep theirs.
    /// </param>
    /// <param name="ahead">
    /// What stands ahead of TLS, or null. Where it sets an <see cref="SslServerAuthenticationOptions"/> as a feature of a
    /// connection, that one is answered with its certificate and its protocol, and ended behind the handshake.
    /// </param>
    public static void ListenRivet(
        this KestrelServerOptions kestrel,
        IPEndPoint endPoint,
        Func<string?, SslStreamCertificateContext> certificate,
        Func<ConnectionDelegate, ConnectionDelegate>? ahead = null)
    {
        ArgumentNullException.ThrowIfNull(kestrel);
        ArgumentNullException.ThrowIfNull(certificate);
        var services = kestrel.ApplicationServices;
        kestrel.Listen(endPoint, listen =>
        {
            listen.Protocols = HttpProtocols.Http1AndHttp2;
            if (ahead is not null)
            {
                listen.Use(ahead);
            }

            listen.UseHttps(new TlsHandshakeCallbackOptions
            {
                HandshakeTimeout = services.GetRequiredService<IOptions<LinkOptions>>().Value.HalfOpenLimit,
                OnConnection = context => new(Restrict(context, certificate)),
            });
            listen.Use(next => new PortMiddleware(next, services).OnConnectedAsync);
        });
    }

    private static SslServerAuthenticationOptions Restrict(TlsHandshakeCallbackContext context, Func<string?, SslStreamCertificateContext> certificate)
    {
        var tls = new SslServerAuthenticationOptions();
        if (context.Connection.Features.Get<SslServerAuthenticationOptions>() is { ServerCertificateContext: { } instead } answer)
        {
            TlsPolicy.Apply(tls, instead);
            tls.ApplicationProtocols = answer.ApplicationProtocols;
        }
        else
        {
            TlsPolicy.Apply(tls, certificate(context.ClientHelloInfo.ServerName));
            tls.ApplicationProtocols = [TlsPolicy.Lws, SslApplicationProtocol.Http2, SslApplicationProtocol.Http11];
        }

        return tls;
    }

    /// <summary>The first code behind the TLS handshake of every connection, HTTPS or LWS.</summary>
    private sealed class PortMiddleware(ConnectionDelegate next, IServiceProvider services)
    {
        private LinkServer? server;

        public Task OnConnectedAsync(ConnectionContext connection)
        {
            if (connection.Features.Get<ISslStreamFeature>()?.SslStream is not { } tls || connection.Features.Get<SslServerAuthenticationOptions>() is not null)
            {
                return Task.CompletedTask;
            }

            server ??= services.GetRequiredService<LinkServer>();
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
