using System.Net.WebSockets;
using Rivet.Kernel;
using Rivet.Lws;
using Rivet.Lws.Agreement;

namespace Rivet.Link.Dialling;

/// <summary>
/// LWS over a WebSocket (docs/protocol/lws.md §2.2), for browsers: TLS is the browser's own and shows nothing of itself, so the channel is
/// not bound.
/// </summary>
public sealed class WebWire : LinkWire
{
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(2);
    private readonly ClientWebSocket socket;

    private WebWire(ClientWebSocket socket)
    {
        this.socket = socket;
        Stream = WebSocketStream.Create(socket, WebSocketMessageType.Binary, CloseTimeout);
    }

    /// <inheritdoc/>
    public override Stream Stream { get; }

    /// <inheritdoc/>
    public override ChannelBindings? Bindings => null;

    /// <summary>Reaches a server by its page's address, for example <c>https://rivet.example.com:8443/</c>.</summary>
    public static ReachServer To(Uri server)
    {
        ArgumentNullException.ThrowIfNull(server);
        var address = new UriBuilder(server) { Scheme = server.Scheme == Uri.UriSchemeHttp ? "ws" : "wss", Path = LwsConstants.WebSocketPath, Query = "", Fragment = "" }.Uri;
        return ct => ReachAsync(address, ct);
    }

    /// <inheritdoc/>
    public override Task FinishAsync() => socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => socket.Dispose();

    private static async Task<Result<LinkWire, LinkRefusal>> ReachAsync(Uri address, CancellationToken ct)
    {
        var socket = new ClientWebSocket();
        try
        {
            socket.Options.AddSubProtocol(LwsConstants.WebSocketProtocol);
            await socket.ConnectAsync(address, ct);
            if (socket.SubProtocol == LwsConstants.WebSocketProtocol)
            {
                return new WebWire(socket);
            }
        }
        catch (WebSocketException)
        {
            // A browser does not say why: nobody there, another origin, or the profile is refused.
            socket.Dispose();
            return LinkRefusal.Unreachable;
        }
        catch (OperationCanceledException)
        {
            socket.Dispose();
            throw;
        }

        socket.Dispose();
        return LinkRefusal.ProtocolError;
    }
}
