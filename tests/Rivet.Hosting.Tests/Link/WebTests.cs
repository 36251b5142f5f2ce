using System.Net.WebSockets;
using System.Text;
using Google.Protobuf;
using Rivet.Client.Native.Tls;
using Rivet.Hosting.Tests.Fakes;
using Rivet.Lws.Agreement;
using Rivet.Lws.Frames;
using Rivet.Wire;

namespace Rivet.Hosting.Tests.Link;

/// <summary>The web profile (docs/protocol/lws.md §2.2), against a real server.</summary>
public sealed class WebTests
{
    private static readonly byte[] Echo = FrameWriter.ToArray(FrameType.Request, Method.Echo, 1, new EchoRequest { Payload = ByteString.CopyFromUtf8("hi") });

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Open_OverWebSocket_WorksAndSaysThatItIsNotBound()
    {
        await using var server = await TestServer.StartAsync();
        using var keys = DeviceKeys.Create();
        using var raw = await RawSession.OpenAsync(server, keys, await RawLink.DialWebAsync(server.Port));

        await raw.SendAsync(Echo);

        Assert.Equal(LinkBinding.Unbound, raw.Welcome.Binding);
        Assert.Equal("hi", EchoResponse.Parser.ParseFrom((await raw.ReadAsync()).Body).Payload.ToStringUtf8());
    }

    [Fact]
    public async Task Open_BytesCutAnyhowIntoMessages_AreTheSameStream()
    {
        await using var server = await TestServer.StartAsync();
        using var keys = DeviceKeys.Create();
        using var raw = await RawSession.OpenAsync(server, keys, await RawLink.DialWebAsync(server.Port));
        byte[] two = [.. await raw.SealAsync(Echo), .. await raw.SealAsync(FrameWriter.ToArray(FrameType.Ping, Method.None, 7, null))];

        for (var at = 0; at < two.Length; at += 7)
        {
            await raw.Link.SendAsync(two.AsMemory(at, Math.Min(7, two.Length - at)));
        }

        Assert.Equal([FrameType.Response, FrameType.Pong], [(await raw.ReadAsync()).Type, (await raw.ReadAsync()).Type]);
    }

    [Fact]
    public async Task Agree_SaysThatItIsBound_IsRefused()
    {
        await using var server = await TestServer.StartAsync();
        using var keys = DeviceKeys.Create();
        using var link = await RawLink.DialWebAsync(server.Port);
        var terms = RawSession.Terms(server, keys, new ChannelBindings(new byte[32], new byte[32]));
        var begun = (await Initiation.StartAsync(terms, LinkCryptography.Primitives, Ct)).Value;

        await link.SendAsync(FrameType.Initiate, begun.Initiate);

        var answer = await link.ReadAsync();
        Assert.Equal((FrameType.Close, CloseReason.Refused), (answer.Type, Close.Parser.ParseFrom(answer.Body).Reason));
    }

    [Fact]
    public async Task Open_TextMessage_EndsTheLink()
    {
        await using var server = await TestServer.StartAsync();
        ClientWebSocket? socket = null;
        using var link = await RawLink.DialWebAsync(server.Port, made => socket = made);

        await socket!.SendAsync(Encoding.UTF8.GetBytes("hello"), WebSocketMessageType.Text, endOfMessage: true, Ct);

        Assert.Equal(FrameType.None, (await link.ReadAsync()).Type);
    }

    [Theory]
    [InlineData("https://evil.example", 403)]
    [InlineData("null", 403)]
    [InlineData("http://127.0.0.1", 403)]
    [InlineData(null, 101)]
    public async Task Dial_FromAPageOfAnotherOrigin_IsForbidden(string? origin, int expected)
    {
        await using var server = await TestServer.StartAsync();

        Assert.Equal(expected, await StatusAsync(server, options => options.SetRequestHeader("Origin", origin ?? $"https://127.0.0.1:{server.Port}")));
    }

    [Fact]
    public async Task Dial_PolicyTakesNoBrowsers_IsForbiddenAndDevicesStillComeIn()
    {
        await using var server = await TestServer.StartAsync(configure: options => options.TakesWeb = false);
        using var keys = DeviceKeys.Create();

        Assert.Equal(403, await StatusAsync(server, _ => { }));

        await using var bound = await server.JoinAsync(keys);
        Assert.Equal(LinkBinding.TlsExporter, bound.Welcome.Binding);
    }

    [Theory]
    [InlineData("lws.2")]
    [InlineData("chat")]
    public async Task Dial_OtherSubprotocol_IsABadRequest(string protocol)
    {
        await using var server = await TestServer.StartAsync();
        using var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol(protocol);
        socket.Options.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
        socket.Options.CollectHttpResponseDetails = true;

        await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(new Uri($"wss://127.0.0.1:{server.Port}/lws"), Ct));

        Assert.Equal(400, (int)socket.HttpStatusCode);
    }

    [Fact]
    public async Task Dial_OffersCompression_GetsNone()
    {
        await using var server = await TestServer.StartAsync();
        ClientWebSocket? socket = null;
        using var link = await RawLink.DialWebAsync(server.Port, made =>
        {
            socket = made;
            made.Options.DangerousDeflateOptions = new WebSocketDeflateOptions();
            made.Options.CollectHttpResponseDetails = true;
        });

        Assert.DoesNotContain(socket!.HttpResponseHeaders!.Keys, name => name.Equals("Sec-WebSocket-Extensions", StringComparison.OrdinalIgnoreCase));
    }

    private static async Task<int> StatusAsync(TestServer server, Action<ClientWebSocketOptions> change)
    {
        using var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("lws.1");
        socket.Options.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
        socket.Options.CollectHttpResponseDetails = true;
        change(socket.Options);
        try
        {
            await socket.ConnectAsync(new Uri($"wss://127.0.0.1:{server.Port}/lws"), Ct);
        }
        catch (WebSocketException)
        {
            // The status says why.
        }

        return (int)socket.HttpStatusCode;
    }
}
