using System.IO.Pipelines;
using System.Net;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;
using Rivet.Hosting.Link.Connections;
using Rivet.Lws.Agreement;

namespace Rivet.Hosting.Link.Web;

/// <summary>The web profile: binary messages of a WebSocket, whose boundaries mean nothing (docs/protocol/lws.md §2.2).</summary>
internal sealed class WebTransport(HttpContext context, WebSocket socket) : LinkTransport
{
    // A pipe and not the socket itself: whoever gives up waiting for a WebSocket's message thereby ends the WebSocket.
    private readonly Pipe received = new(new PipeOptions(pauseWriterThreshold: 64 * 1024, resumeWriterThreshold: 32 * 1024, useSynchronizationContext: false));

    public override PipeReader Input => received.Reader;

    public override IPAddress? Remote => context.Connection.RemoteIpAddress;

    public override CancellationToken Gone => context.RequestAborted;

    /// <summary>Moves what the peer sends until it closes, is lost, or sends text.</summary>
    public async Task PumpAsync()
    {
        Exception? lost = null;
        try
        {
            var flushed = new FlushResult();
            while (!flushed.IsCompleted)
            {
                // Waiting with an empty buffer: an idle connection holds none.
                var waited = await socket.ReceiveAsync(Memory<byte>.Empty, Gone);
                var message = waited.MessageType == WebSocketMessageType.Close ? waited : await socket.ReceiveAsync(received.Writer.GetMemory(), Gone);
                if (message.MessageType != WebSocketMessageType.Binary)
                {
                    break;
                }

                received.Writer.Advance(message.Count);
                flushed = await received.Writer.FlushAsync(Gone);
            }
        }
        catch (Exception gone) when (gone is WebSocketException or IOException or OperationCanceledException)
        {
            lost = new IOException("The WebSocket was lost.", gone);
        }

        await received.Writer.CompleteAsync(lost);
    }

    public override ChannelBindings? Bindings() => null;

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> bytes)
        => socket.SendAsync(bytes, WebSocketMessageType.Binary, endOfMessage: true, CancellationToken.None);

    public override async Task ShutdownAsync()
    {
        if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
        {
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        }
    }

    public override void Abort(string why)
    {
        socket.Abort();
        context.Abort();
    }
}
