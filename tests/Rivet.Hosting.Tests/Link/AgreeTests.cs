using System.Buffers.Binary;
using System.Buffers;
using Google.Protobuf;
using Rivet.Client.Native.Tls;
using Rivet.Cryptography;
using Rivet.Cryptography.Sodium.Tls;
using Rivet.Hosting.Tests.Fakes;
using Rivet.Kernel;
using Rivet.Link;
using Rivet.Lws;
using Rivet.Lws.Agreement;
using Rivet.Lws.Frames;
using Rivet.Lws.Records;
using Rivet.Wire;

namespace Rivet.Hosting.Tests.Link;

/// <summary>The handshake and its records, against a real server, by good clients and by others.</summary>
public sealed class AgreeTests
{
    private static readonly byte[] Echo = FrameWriter.ToArray(FrameType.Request, Method.Echo, 1, new EchoRequest { Payload = ByteString.CopyFromUtf8("hi") });

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Connect_Again_KnowsTheServerAndBindsTheChannel()
    {
        await using var server = await TestServer.StartAsync();
        using var keys = DeviceKeys.Create();
        var memory = new ServerMemory();
        await using (var joined = (await TlsLink.ConnectAsync(server.Target, keys, TestServer.NewJoin(), memory, TimeProvider.System, Ct)).Value)
        {
            Assert.Equal((LinkPattern.FirstContact, LinkBinding.TlsExporter), (joined.Terms.Pattern, joined.Terms.Binding));
        }

        memory.DropTickets();

        await using var link = (await TlsLink.ConnectAsync(server.Target, keys, null, memory, TimeProvider.System, Ct)).Value;

        Assert.Equal((2u, LinkPattern.KnownServer, LinkBinding.TlsExporter), (link.Terms.Version, link.Terms.Pattern, link.Terms.Binding));
        Assert.NotNull(await link.PingAsync(Ct));
    }

    [Fact]
    public async Task Connect_ServerHasAnotherStaticKeyThanRemembered_MakesFirstContact()
    {
        await using var former = await TestServer.StartAsync();
        await using var server = await TestServer.StartAsync();
        using var keys = DeviceKeys.Create();
        var memory = new ServerMemory();
        await (await TlsLink.ConnectAsync(former.Target, keys, TestServer.NewJoin(), memory, TimeProvider.System, Ct)).Value.DisposeAsync();
        await (await server.JoinAsync(keys)).DisposeAsync();

        await using var link = (await TlsLink.ConnectAsync(server.Target, keys, null, memory, TimeProvider.System, Ct)).Value;

        Assert.Equal(LinkPattern.FirstContact, link.Terms.Pattern);
    }

    [Fact]
    public async Task Agree_RequestsBehindReady_AreAnsweredBehindTheWelcome()
    {
        await using var server = await TestServer.StartAsync();
        using var keys = DeviceKeys.Create();
        using var raw = await RawSession.ReachAsync(server, keys);

        await raw.SendAsync([.. RawSession.Ready, .. Echo]);

        Assert.Equal(
            [FrameType.Welcome, FrameType.Push, FrameType.Response],
            [(await raw.ReadAsync()).Type, (await raw.ReadAsync()).Type, (await raw.ReadAsync()).Type]);
    }

    [Fact]
    public async Task Agree_FirstRecordWithoutReady_IsAProtocolErrorAndNobodyIsAsked()
    {
        await using var server = await TestServer.StartAsync();
        using var keys = DeviceKeys.Create();
        using var raw = await RawSession.ReachAsync(server, keys);

        await raw.SendAsync(Echo);

        Assert.Equal(CloseReason.ProtocolError, await raw.ReadCloseAsync());
        Assert.Equal(0, server.Identity.Asked);
    }

    [Fact]
    public async Task Agree_InitiateReplayedOnAnotherConnection_IsRefusedAndNobodyIsAsked()
    {
        await using var server = await TestServer.StartAsync();
        using var keys = DeviceKeys.Create();
        var memory = new ServerMemory();
        await (await TlsLink.ConnectAsync(server.Target, keys, TestServer.NewJoin(), memory, TimeProvider.System, Ct)).Value.DisposeAsync();
        var asked = server.Identity.Asked;
        using var recorded = await RawSession.InitiateAsync(server, keys, memory.ServerStatic);

        using var replay = await RawLink.DialAsync(server.Port);
        await replay.SendAsync(FrameType.Initiate, recorded.Initiate);

        Assert.Equal(CloseReason.Refused, await replay.ReadCloseAsync());
        Assert.Equal(asked, server.Identity.Asked);
    }

    [Fact]
    public async Task Agree_VaultUnavailable_IsTemporary()
    {
        await using var server = await TestServer.StartAsync();
        using var keys = DeviceKeys.Create();
        server.Identity.IsReachable = false;

        var outcome = await TlsLink.ConnectAsync(server.Target, keys, TestServer.NewJoin(), null, TimeProvider.System, Ct);

        Assert.Equal(LinkRefusal.Unavailable, outcome.Refusal);
    }

    [Fact]
    public async Task Agree_UnboundChannelOverTls_IsRefused()
    {
        await using var server = await TestServer.StartAsync();
        using var keys = DeviceKeys.Create();
        using var link = await RawLink.DialAsync(server.Port);
        var terms = RawSession.Terms(server, keys, bindings: null);
        var begun = (await Initiation.StartAsync(terms, LinkCryptography.Primitives, Ct)).Value;

        await link.SendAsync(FrameType.Initiate, begun.Initiate);

        Assert.Equal(CloseReason.Refused, await link.ReadCloseAsync());
    }

    [Theory]
    [InlineData("flipped", CloseReason.Refused)]
    [InlineData("replayed", CloseReason.Refused)]
    [InlineData("clear", CloseReason.ProtocolError)]
    [InlineData("oversized", CloseReason.ProtocolError)]
    [InlineData("cut", CloseReason.ProtocolError)]
    public async Task Serve_HostileRecord_EndsThisLinkAndNoOther(string attack, CloseReason expected)
    {
        await using var server = await TestServer.StartAsync();
        using var keys = DeviceKeys.Create();
        using var others = DeviceKeys.Create();
        await using var other = await server.JoinAsync(others);
        using var raw = await RawSession.OpenAsync(server, keys);
        var record = await raw.SealAsync(attack == "cut" ? [0, 0, 0, 200, .. Echo[4..]] : Echo);
        switch (attack)
        {
            case "flipped":
                record[^1] ^= 1;
                break;
            case "replayed":
                record = [.. record, .. record];
                break;
            case "clear":
                record = Echo;
                break;
            case "oversized":
                BinaryPrimitives.WriteInt32BigEndian(record, RecordLimits.MaxRecord);
                break;
        }

        await raw.Link.SendAsync(record);

        Assert.Equal(expected, await raw.ReadCloseAsync());
        await server.ReportedAsync(SubjectKind.Device, attack == "cut" ? "frame" : "record");
        Assert.NotNull(await other.PingAsync(Ct));
    }
}
