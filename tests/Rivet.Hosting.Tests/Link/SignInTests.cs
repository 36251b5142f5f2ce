using System.Net.Sockets;
using System.Net;
using Google.Protobuf;
using Microsoft.Extensions.Time.Testing;
using Rivet.Client.Native.Tls;
using Rivet.Cryptography.Sodium;
using Rivet.Hosting.Tests.Fakes;
using Rivet.Kernel;
using Rivet.Link;
using Rivet.Lws.Agreement;
using Rivet.Lws.Frames;
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

        await using var link = (await TlsLink.ConnectAsync(server.Target, keys, null, null, TimeProvider.System, Ct)).Value;
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
    public async Task Finish_ForAnotherChannel_IsRefusedByTheServer()
    {
        await using var server = await TestServer.StartAsync();
        using var keys = DeviceKeys.Create();
        using var link = await RawLink.DialAsync(server.Port);
        var terms = RawSession.Terms(server, keys, new ChannelBindings(new byte[32], new byte[32]));
        var begun = (await Initiation.StartAsync(terms, LinkCryptography.Primitives, Ct)).Value;
        await link.SendAsync(FrameType.Initiate, begun.Initiate);
        Assert.Equal(FrameType.Respond, (await link.ReadAsync()).Type);

        // The device cannot read what the server said for its own channel, and whoever sends on without that is refused.
        await link.SendAsync(FrameType.Finish, new byte[200]);

        Assert.Equal(CloseReason.Refused, await link.ReadCloseAsync());
        Assert.Equal(0, server.Identity.Asked);
        await server.ReportedAsync(SubjectKind.None, "unproven");
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
    public async Task Connect_ServerCannotUseItsKey_IsUnavailable()
    {
        await using var server = await TestServer.StartAsync();
        server.Identity.IsReachable = false;
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
    [InlineData("000000080100000000000000")]
    [InlineData("000000080c00000000000000")]
    [InlineData("0000000b0d00000000000000ffffff")]
    public async Task HalfOpen_AnythingButAnInitiate_IsAProtocolError(string hex)
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
        await link.SendAsync(FrameType.Initiate, new Initiate { Prefix = new Prefix { Version = 1 }.ToByteString() }.ToByteArray());
        Assert.Equal(CloseReason.Version, await link.ReadCloseAsync());
    }

    [Fact]
    public async Task HalfOpen_TooLong_IsClosed()
    {
        var time = new FakeTimeProvider();
        await using var server = await TestServer.StartAsync(time: time);
        using var keys = DeviceKeys.Create();
        using var link = await RawLink.DialAsync(server.Port);
        await InitiateAsync(server, link, keys); // It is counted by now.
        time.Advance(TimeSpan.FromSeconds(12));
        Assert.Equal(CloseReason.Idle, await link.ReadCloseAsync());
    }

    [Theory]
    [InlineData(1, 250)]
    [InlineData(1_000, 1)]
    public async Task HalfOpen_TooManyInAllOrFromOneAddress_AreClosedUnread(int inAll, int perAddress)
    {
        await using var server = await TestServer.StartAsync(
            configure: options => (options.MaxHalfOpen, options.MaxHalfOpenPerAddress) = (inAll, perAddress));
        using var keys = DeviceKeys.Create();
        using (var first = await RawLink.DialAsync(server.Port))
        {
            var begun = (await Initiation.StartAsync(RawSession.Terms(server, keys, first.Bindings), LinkCryptography.Primitives, Ct)).Value;
            await first.SendAsync(FrameType.Initiate, begun.Initiate);
            Assert.Contains((await first.ReadAsync()).Type, (FrameType[])[FrameType.Respond, FrameType.Puzzle]); // It is counted by now, and stays.
            using var second = await RawLink.DialAsync(server.Port);
            while ((await second.ReadAsync()).Type != FrameType.None)
            {
                Assert.Fail("It was answered.");
            }
        }

        // The place is free again.
        while (true)
        {
            var again = await TlsLink.ConnectAsync(server.Target, keys, TestServer.NewJoin(), null, TimeProvider.System, Ct);
            if (again.TryGet(out var link, out _))
            {
                await link.DisposeAsync();
                break;
            }

            Assert.Equal(LinkRefusal.Unavailable, again.Refusal);
        }
    }

    private static async Task<LinkRefusal> WhyAsync(LinkTarget target, DeviceKeys keys, Join? join)
        => (await TlsLink.ConnectAsync(target, keys, join, null, TimeProvider.System, Ct)).Refusal;

    /// <summary>Sends an honest initiate and takes the answer.</summary>
    private static async Task InitiateAsync(TestServer server, RawLink link, DeviceKeys keys)
    {
        var begun = (await Initiation.StartAsync(RawSession.Terms(server, keys, link.Bindings), LinkCryptography.Primitives, Ct)).Value;
        await link.SendAsync(FrameType.Initiate, begun.Initiate);
        Assert.Equal(FrameType.Respond, (await link.ReadAsync()).Type);
    }
}
