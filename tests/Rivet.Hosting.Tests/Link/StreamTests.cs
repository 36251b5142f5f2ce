using System.Security.Cryptography;
using Google.Protobuf;
using Rivet.Client.Native.Tls;
using Rivet.Hosting.Tests.Fakes;
using Rivet.Kernel;
using Rivet.Link;
using Rivet.Lws;
using Rivet.Lws.Frames;
using Rivet.Wire;

namespace Rivet.Hosting.Tests.Link;

/// <summary>Streams of data and their credit (docs/protocol/lws.md §7.2), against a real server.</summary>
public sealed class StreamTests
{
    private static readonly StreamEchoRequest Request = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(LwsConstants.MaxData + 1)]
    [InlineData(5_000_000)]
    public async Task Stream_Echo_GivesBackEveryByteInOrder(int size)
    {
        await using var server = await TestServer.StartAsync();
        using var keys = DeviceKeys.Create();
        await using var link = await server.JoinAsync(keys);
        var sent = RandomNumberGenerator.GetBytes(size);

        await using var stream = Open(link);
        var writing = WriteAllAsync(stream, sent);
        var received = await ReadAllAsync(stream);

        Assert.True(await writing);
        Assert.Equal(SHA256.HashData(sent), SHA256.HashData(received));
        Assert.Equal((ulong)size, (await stream.Answer).Value.Bytes);
    }

    [Fact]
    public async Task Stream_ManyAtOnceBesideRequests_NoneStarves()
    {
        await using var server = await TestServer.StartAsync();
        using var keys = DeviceKeys.Create();
        await using var link = await server.JoinAsync(keys);
        await using var idle = Open(link);
        Assert.True(await idle.WriteAsync(new byte[LwsConstants.StreamCredit], Ct)); // Nobody reads what comes back of it.

        await Task.WhenAll(Enumerable.Range(0, 8).Select(async number =>
        {
            var sent = RandomNumberGenerator.GetBytes(700_000 + number);
            await using var stream = Open(link);
            var writing = WriteAllAsync(stream, sent);
            Assert.Equal(sent, await ReadAllAsync(stream));
            Assert.True(await writing);
            Assert.True((await link.AskAsync(Method.Echo, new EchoRequest(), EchoResponse.Parser, Ct)).IsOk);
        }));
    }

    [Fact]
    public async Task Stream_MoreThanSixteen_IsRefusedAndOneEndingMakesRoom()
    {
        await using var server = await TestServer.StartAsync();
        using var keys = DeviceKeys.Create();
        await using var link = await server.JoinAsync(keys);
        var open = Enumerable.Range(0, LwsConstants.MaxStreams).Select(_ => Open(link)).ToList();

        Assert.Equal("link.too-many-streams", link.OpenStream(Method.StreamEcho, Request, StreamEchoResponse.Parser).Refusal.Reason);
        await open[3].DisposeAsync();
        Assert.Equal("link.stopped", (await open[3].Answer).Refusal.Reason);

        await using var another = Open(link);
        another.Complete();
        Assert.True((await another.Answer).IsOk);
    }

    [Fact]
    public async Task Stream_SeventeenthFromAClientThatDoesNotCount_IsAnsweredByARefusal()
    {
        await using var server = await TestServer.StartAsync();
        using var keys = DeviceKeys.Create();
        using var raw = await RawSession.OpenAsync(server, keys);
        for (uint number = 1; number <= LwsConstants.MaxStreams + 1; number++)
        {
            await raw.SendAsync(FrameWriter.ToArray(FrameType.Request, Method.StreamEcho, number, Request));
        }

        await raw.SendAsync(Data(LwsConstants.MaxStreams + 1, 10)); // It crosses with the refusal and harms nobody.

        var (type, stream, body) = await raw.ReadAsync();
        Assert.Equal((FrameType.Error, 17u, "link.too-many-streams"), (type, stream, Refusal.Parser.ParseFrom(body).Reason));
    }

    [Fact]
    public async Task Stream_MoreDataThanGranted_IsAProtocolError()
    {
        await using var server = await TestServer.StartAsync();
        using var keys = DeviceKeys.Create();
        using var raw = await RawSession.OpenAsync(server, keys);
        await raw.SendAsync(FrameWriter.ToArray(FrameType.Request, Method.StreamEcho, 1, Request));

        // It reads no answer's data and grants nothing, so the server can give back one window and takes no more than two.
        for (var sent = 0; sent <= 3 * LwsConstants.StreamCredit; sent += LwsConstants.MaxData)
        {
            await raw.SendAsync(Data(1, LwsConstants.MaxData));
        }

        Assert.Equal(CloseReason.ProtocolError, await raw.ReadCloseAsync());
        await server.ReportedAsync(SubjectKind.Device, "frame");
    }

    [Theory]
    [InlineData("00000009120000000000000900")]
    [InlineData("000000081300000000000009")]
    [InlineData("000000081500000000000009")]
    [InlineData("0000000a1400000000000009" + "0801")]
    [InlineData("0000000a1400000000000000" + "0800")]
    [InlineData("0000000d1400000000000000" + "0880808008")]
    [InlineData("0000000a1400000000000000" + "ffff")]
    public async Task Stream_OfNoRequestOrBadCredit_IsAProtocolError(string hex)
    {
        await using var server = await TestServer.StartAsync();
        using var keys = DeviceKeys.Create();
        using var raw = await RawSession.OpenAsync(server, keys);

        await raw.SendAsync(Convert.FromHexString(hex));

        Assert.Equal(CloseReason.ProtocolError, await raw.ReadCloseAsync());
    }

    [Fact]
    public async Task Stream_LinkEnds_BothSidesLearnIt()
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await TestServer.StartAsync(endpoints => endpoints.MapStream<WhoAmIRequest, WhoAmIResponse>(
            Method.WhoAmI, WhoAmIRequest.Parser, new Permission("link.echo"), (subject, _) => Resource.Of(subject.Company), async (_, _, stream, _) =>
            {
                Assert.Equal(0, await stream.ReadAsync(new byte[10], CancellationToken.None));
                Assert.False(await stream.WriteAsync(new byte[10], CancellationToken.None));
                ended.SetResult();
                return new WhoAmIResponse();
            }));
        using var keys = DeviceKeys.Create();
        var link = await server.JoinAsync(keys);
        var stream = link.OpenStream(Method.WhoAmI, new WhoAmIRequest(), WhoAmIResponse.Parser).Value;
        Assert.NotNull(await link.PingAsync(Ct));

        await link.DisposeAsync();

        Assert.Equal("link.lost", (await stream.Answer).Refusal.Reason);
        Assert.Equal(0, await stream.ReadAsync(new byte[10], Ct));
        await ended.Task.WaitAsync(Ct);
    }

    private static byte[] Data(uint stream, int size)
    {
        var frame = new System.Buffers.ArrayBufferWriter<byte>();
        FrameWriter.Write(frame, FrameType.Data, Method.None, stream, new byte[size]);
        return frame.WrittenSpan.ToArray();
    }

    private static LinkStream<StreamEchoResponse> Open(LwsLink link) => link.OpenStream(Method.StreamEcho, Request, StreamEchoResponse.Parser).Value;

    private static async Task<bool> WriteAllAsync(LinkStream<StreamEchoResponse> stream, byte[] bytes)
    {
        var whole = await stream.WriteAsync(bytes, Ct);
        stream.Complete();
        return whole;
    }

    private static async Task<byte[]> ReadAllAsync(LinkStream<StreamEchoResponse> stream)
    {
        using var received = new MemoryStream();
        var buffer = new byte[100_000];
        while (await stream.ReadAsync(buffer, Ct) is var count and > 0)
        {
            received.Write(buffer, 0, count);
        }

        return received.ToArray();
    }
}
