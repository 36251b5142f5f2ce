using System.Net;
using System.Net.Sockets;
using Google.Protobuf;
using Microsoft.Extensions.Time.Testing;
using Rivet.Client.Link;
using Rivet.Cryptography.Sodium;
using Rivet.Hosting.Tests.Fakes;
using Rivet.Lws.Frames;
using Rivet.Lws.Handshake;
using Rivet.Wire;

namespace Rivet.Hosting.Tests.Link;

public sealed class SignInTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Connect_JoinThenSignIn_IsWelcomedAndEchoed()
    {
        await using var server = await TestServer.StartAsync();
        using var keys = DeviceKeys.Create();
        await using (var joined = await server.JoinAsync(keys))
        {
            Assert.Equal("Ada", joined.Welcome.PersonName);
            Assert.Equal("Kite & Co", joined.Welcome.CompanyName);
        }

        await using var link = (await LwsLink.ConnectAsync(server.Target, keys, null, null, TimeProvider.System, Ct)).Value;
        var answer = await link.AskAsync(Method.Echo, new EchoRequest { Payload = ByteString.CopyFromUtf8("hi") }, EchoResponse.Parser, Ct);
        Assert.Equal("hi", answer.Value.Payload.ToStringUtf8());
        Assert.NotNull(await link.PingAsync(Ct));
    }

    [Fact]
    public async Task Connect_UnknownSignedOutOrWrongCode_GetsTheSameRefusal()
    {
        await using var server = await TestServer.StartAsync();
        using var stranger = DeviceKeys.Create();
        using var leaver = DeviceKeys.Create();
        await (await server.JoinAsync(leaver)).DisposeAsync();
        server.Identity.SignOut(leaver.Identity.PublicKey);
        var badCode = new Join { Code = ByteString.CopyFrom(new byte[16]), PersonName = "Eve", DeviceName = "x" };

        Assert.Equal(LinkRefusal.Refused, await WhyAsync(server.Target, stranger, null));
        Assert.Equal(LinkRefusal.Refused, await WhyAsync(server.Target, leaver, null));
        Assert.Equal(LinkRefusal.Refused, await WhyAsync(server.Target, stranger, badCode));
    }

    [Fact]
    public async Task Connect_OtherServerKeyThanPinned_IsRefusedAndTheDeviceShowsNothing()
    {
        await using var server = await TestServer.StartAsync();
        using var keys = DeviceKeys.Create();
        using var other = Ed25519Key.Create();
        Assert.Equal(LinkRefusal.WrongServerKey, await WhyAsync(server.Target with { ServerKey = other.PublicKey }, keys, TestServer.NewJoin()));
        Assert.Equal(0, server.Identity.Asked);
    }

    [Fact]
    public async Task Connect_ManInTheMiddleWithACertificate_IsRefusedByTheClient()
    {
        await using var server = await TestServer.StartAsync();
        using var certificate = TestServer.MakeCertificate(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await using var middle = new ManInTheMiddle(server.Port, certificate);
        using var keys = DeviceKeys.Create();
        Assert.Equal(LinkRefusal.WrongServerKey, await WhyAsync(server.Target with { Port = middle.Port }, keys, TestServer.NewJoin()));
        Assert.Equal(0, server.Identity.Asked);
    }

    [Fact]
    public async Task Proof_ForAnotherChannel_IsRefusedByTheServer()
    {
        await using var server = await TestServer.StartAsync();
        using var keys = DeviceKeys.Create();
        using var link = await RawLink.SignInAsync(server, keys, lie: new ChannelBindings(new byte[32], new byte[32]));
        Assert.Equal(CloseReason.Refused, await link.ReadCloseAsync());
        Assert.Equal(0, server.Identity.Asked);
    }

    [Fact]
    public async Task Connect_ClocksWrongAndCertificateExpired_StillWorks()
    {
        using var expired = TestServer.MakeCertificate(DateTimeOffset.UtcNow.AddYears(-3), DateTimeOffset.UtcNow.AddYears(-2));
        await using var server = await TestServer.StartAsync(certificate: expired, time: new FakeTimeProvider(new(2031, 1, 1, 0, 0, 0, TimeSpan.Zero)));
        using var keys = DeviceKeys.Create();
        await using var link = await server.JoinAsync(keys, new FakeTimeProvider(new(2001, 1, 1, 0, 0, 0, TimeSpan.Zero)));
        Assert.NotNull(await link.PingAsync(Ct));
    }

    [Fact]
    public async Task Connect_ServerCannotSign_IsUnavailable()
    {
        await using var server = await TestServer.StartAsync();
        server.Identity.CanSign = false;
        using var keys = DeviceKeys.Create();
        Assert.Equal(LinkRefusal.Unavailable, await WhyAsync(server.Target, keys, null));
    }

    [Fact]
    public async Task Connect_NobodyThere_IsUnreachable()
    {
        using var keys = DeviceKeys.Create();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        Assert.Equal(LinkRefusal.Unreachable, await WhyAsync(new LinkTarget("127.0.0.1", port, new byte[32]), keys, null));
    }

    [Fact]
    public async Task Connect_ObserverSaysNo_IsRefusedAndToldOfTheEnd()
    {
        await using var server = await TestServer.StartAsync();
        server.Observer.OnSignedIn = static _ => false;
        using var keys = DeviceKeys.Create();
        Assert.Equal(LinkRefusal.Refused, await WhyAsync(server.Target, keys, TestServer.NewJoin()));
        await server.Observer.Closed.Reader.ReadAsync(Ct);
        Assert.Empty(server.Observer.Connected);
    }

    [Fact]
    public async Task Push_QueuedWhileSigningIn_FollowsTheWelcome()
    {
        await using var server = await TestServer.StartAsync();
        server.Observer.OnSignedIn = static connection => connection.TryPush(Hosting.Link.PushFrame.Encode(Method.ReadMoved, new ReadMoved()));
        using var keys = DeviceKeys.Create();
        await using var link = await server.JoinAsync(keys);
        Assert.Equal(Method.ReadMoved, (await link.Pushes.ReadAsync(Ct)).Method);
    }

    [Theory]
    [InlineData("00000007")]
    [InlineData("00001001")]
    [InlineData("ffffffff")]
    [InlineData("474554202f20485454502f312e310d0a")]
    [InlineData("000000080500000100000001")]
    [InlineData("000000080300000000000000")]
    [InlineData("0000000b0100000000000000ffffff")]
    public async Task HalfOpen_AnythingButAHello_IsAProtocolError(string hex)
    {
        await using var server = await TestServer.StartAsync();
        using var link = await RawLink.DialAsync(server.Port);
        await link.SendAsync(Convert.FromHexString(hex));
        Assert.Equal(CloseReason.ProtocolError, await link.ReadCloseAsync());
    }

    [Fact]
    public async Task HalfOpen_NoCommonVersion_IsToldSo()
    {
        await using var server = await TestServer.StartAsync();
        using var link = await RawLink.DialAsync(server.Port);
        await link.SendAsync(FrameType.Hello, new Hello { Versions = { 2 }, Nonce = ByteString.CopyFrom(new byte[32]) }.ToByteArray());
        Assert.Equal(CloseReason.Version, await link.ReadCloseAsync());
    }

    [Fact]
    public async Task HalfOpen_TooLong_IsClosed()
    {
        var time = new FakeTimeProvider();
        await using var server = await TestServer.StartAsync(time: time);
        using var link = await RawLink.DialAsync(server.Port);
        var client = AwaitingChallenge.Start(new ChannelBindings(new byte[32], null), new byte[32]);
        await link.SendAsync(FrameType.Hello, client.Hello);
        Assert.Equal(FrameType.Challenge, (await link.ReadAsync()).Type); // It is counted by now.
        time.Advance(TimeSpan.FromSeconds(12));
        Assert.Equal(CloseReason.Idle, await link.ReadCloseAsync());
    }

    [Fact]
    public async Task HalfOpen_TooMany_AreClosedUnread()
    {
        await using var server = await TestServer.StartAsync(configure: options => options.MaxHalfOpen = 1);
        using var first = await RawLink.DialAsync(server.Port);
        await first.SendAsync(FrameType.Hello, AwaitingChallenge.Start(new ChannelBindings(new byte[32], null), new byte[32]).Hello);
        Assert.Equal(FrameType.Challenge, (await first.ReadAsync()).Type);
        using var second = await RawLink.DialAsync(server.Port);
        Assert.Equal(FrameType.None, (await second.ReadAsync()).Type);
    }

    private static async Task<LinkRefusal> WhyAsync(LinkTarget target, DeviceKeys keys, Join? join)
        => (await LwsLink.ConnectAsync(target, keys, join, null, TimeProvider.System, Ct)).Refusal;
}
