using System.Buffers;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Authentication;
using Rivet.Cryptography.Sodium.Tls;
using Rivet.Lws;
using Rivet.Lws.Agreement;
using Rivet.Lws.Frames;
using Rivet.Wire;

namespace Rivet.Hosting.Tests.Fakes;

/// <summary>A client that sends what it likes in clear, for what a good client would never send.</summary>
internal sealed class RawLink : IDisposable
{
    private readonly IDisposable below;
    private readonly Stream stream;
    private byte[] received = [];

    private RawLink(IDisposable below, Stream stream)
    {
        this.below = below;
        this.stream = stream;
    }

    /// <summary>The TLS below, in the bound profile.</summary>
    public SslStream Tls => (SslStream)stream;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<RawLink> DialAsync(int port, Action<SslClientAuthenticationOptions>? change = null)
    {
        var tcp = new TcpClient();
        await tcp.ConnectAsync(IPAddress.Loopback, port, Ct);
        var tls = new SslStream(tcp.GetStream());
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            EnabledSslProtocols = SslProtocols.Tls13,
            ApplicationProtocols = [new SslApplicationProtocol("lws/1")],
            RemoteCertificateValidationCallback = static (_, _, _, _) => true,
        };
        change?.Invoke(options);
        try
        {
            await tls.AuthenticateAsClientAsync(options, Ct);
        }
        catch
        {
            await tls.DisposeAsync();
            tcp.Dispose();
            throw;
        }

        return new RawLink(tcp, tls);
    }

    /// <summary>Dials the web profile.</summary>
    public static async Task<RawLink> DialWebAsync(int port, Action<ClientWebSocket>? change = null)
    {
        var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("lws.1");
        socket.Options.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
        change?.Invoke(socket);
        await socket.ConnectAsync(new Uri($"wss://127.0.0.1:{port}/lws"), Ct);
        return new RawLink(socket, WebSocketStream.Create(socket, WebSocketMessageType.Binary));
    }

    /// <summary>What ties a link to this very channel; null in the web profile.</summary>
    public ChannelBindings? Bindings => stream is not SslStream ? null : new(TlsChannel.Export(Tls, LwsConstants.ExporterLabel, LwsConstants.ExporterSize), TlsChannel.EndPoint(Tls));

    public async Task SendAsync(FrameType type, ReadOnlyMemory<byte> body)
    {
        var frame = new ArrayBufferWriter<byte>();
        FrameWriter.Write(frame, type, Method.None, 0, body.Span);
        await SendAsync(frame.WrittenMemory);
    }

    public ValueTask SendAsync(ReadOnlyMemory<byte> bytes) => stream.WriteAsync(bytes, Ct);

    /// <summary>The next bytes of the stream, as they come; empty at its end.</summary>
    public async Task<byte[]> ReadSomeAsync()
    {
        var chunk = new byte[16 * 1024];
        try
        {
            return chunk[..await stream.ReadAsync(chunk, Ct)];
        }
        catch (Exception gone) when (gone is IOException or WebSocketException)
        {
            return [];
        }
    }

    /// <summary>The next frame; type none at the end of the stream.</summary>
    public async Task<(FrameType Type, uint Stream, byte[] Body)> ReadAsync()
    {
        while (true)
        {
            var buffer = new ReadOnlySequence<byte>(received);
            if (FrameReader.TryRead(ref buffer, LwsConstants.MaxFrame, out var frame) == FrameStatus.Complete)
            {
                var body = frame.Body.ToArray();
                received = buffer.ToArray();
                return (frame.Type, frame.Stream, body);
            }

            var chunk = await ReadSomeAsync();
            if (chunk.Length == 0)
            {
                return default;
            }

            received = [.. received, .. chunk];
        }
    }

    /// <summary>The reason of the close frame that must come, after anything else.</summary>
    public async Task<CloseReason> ReadCloseAsync()
    {
        while (true)
        {
            var (type, _, body) = await ReadAsync();
            if (type == FrameType.Close)
            {
                return Close.Parser.ParseFrom(body).Reason;
            }

            Assert.NotEqual(FrameType.None, type);
        }
    }

    public void Dispose()
    {
        stream.Dispose();
        below.Dispose();
    }
}
