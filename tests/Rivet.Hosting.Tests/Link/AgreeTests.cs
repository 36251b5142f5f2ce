using System.Buffers;
using System.Buffers.Binary;
using Google.Protobuf;
using Rivet.Client.Link;
using Rivet.Cryptography;
using Rivet.Cryptography.Sodium.Tls;
using Rivet.Hosting.Tests.Fakes;
using Rivet.Lws;
using Rivet.Lws.Agreement;
using Rivet.Lws.Frames;
using Rivet.Lws.Handshake;
using Rivet.Lws.Records;
using Rivet.Wire;

namespace Rivet.Hosting.Tests.Link;

/// <summary>The handshake of version 2 and its records, against a real server, by good clients and by others.</summary>
public sealed class AgreeTests
{
    private static readonly byte[] Ready = FrameWriter.ToArray(FrameType.Ready, Method.None, 0, null);
    private static readonly byte[] Echo = FrameWriter.ToArray(FrameType.Request, Method.Echo, 1, new EchoRequest { Payload = ByteString.CopyFromUtf8("hi") });

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Connect_Again_KnowsTheServerAndBindsTheChannel()
    {
        await using var server = await TestServer.StartAsync();
        using var keys = DeviceKeys.Create();
        var memory = new ServerMemory();
        await using (var joined = (await LwsLink.ConnectAsync(server.Target, keys, TestServer.NewJoin(), memory, TimeProvider.System, Ct)).Value)
        {
            Assert.Equal((LinkPattern.FirstContact, LinkBinding.TlsExporter), (joined.Terms.Pattern, joined.Terms.Binding));
        }

        await using var link = (await LwsLink.ConnectAsync(server.Target, keys, null, memory, TimeProvider.System, Ct)).Value;

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
        await (await LwsLink.ConnectAsync(former.Target, keys, TestServer.NewJoin(), memory, TimeProvider.System, Ct)).Value.DisposeAsync();
        await (await server.JoinAsync(keys)).DisposeAsync();

        await using var link = (await LwsLink.ConnectAsync(server.Target, keys, null, memory, TimeProvider.System, Ct)).Value;

        Assert.Equal(LinkPattern.FirstContact, link.Terms.Pattern);
    }

    [Fact]
    public async Task Agree_RequestsBehindReady_AreAnsweredBehindTheWelcome()
    {
        await using var server = await TestServer.StartAsync();
        using var keys = DeviceKeys.Create();
        using var raw = await RawAgreement.ReachAsync(server, keys);

        await raw.SendAsync([.. Ready, .. Echo]);

        Assert.Equal([FrameType.Welcome, FrameType.Response], [(await raw.ReadAsync()).Type, (await raw.ReadAsync()).Type]);
    }

    [Fact]
    public async Task Agree_FirstRecordWithoutReady_IsAProtocolErrorAndNobodyIsAsked()
    {
        await using var server = await TestServer.StartAsync();
        using var keys = DeviceKeys.Create();
        using var raw = await RawAgreement.ReachAsync(server, keys);

        await raw.SendAsync(Echo);

        Assert.Equal(CloseReason.ProtocolError, (await raw.ReadAsync()).Reason);
        Assert.Equal(0, server.Identity.Asked);
    }

    [Fact]
    public async Task Agree_InitiateReplayedOnAnotherConnection_IsRefusedAndNobodyIsAsked()
    {
        await using var server = await TestServer.StartAsync();
        using var keys = DeviceKeys.Create();
        var memory = new ServerMemory();
        await (await LwsLink.ConnectAsync(server.Target, keys, TestServer.NewJoin(), memory, TimeProvider.System, Ct)).Value.DisposeAsync();
        var asked = server.Identity.Asked;
        using var recorded = await RawAgreement.InitiateAsync(server, keys, memory.ServerStatic);

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
        server.Identity.CanSign = false;

        var outcome = await LwsLink.ConnectAsync(server.Target, keys, TestServer.NewJoin(), null, TimeProvider.System, Ct);

        Assert.Equal(LinkRefusal.Unavailable, outcome.Refusal);
    }

    [Fact]
    public async Task Agree_UnboundChannelOverTls_IsRefused()
    {
        await using var server = await TestServer.StartAsync();
        using var keys = DeviceKeys.Create();
        using var link = await RawLink.DialAsync(server.Port);
        var terms = RawAgreement.Terms(server, keys, bindings: null);
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
        using var raw = await RawAgreement.ReachAsync(server, keys);
        await raw.SendAsync(Ready);
        Assert.Equal(FrameType.Welcome, (await raw.ReadAsync()).Type);
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

        var said = await raw.ReadAsync();
        if (said.Type == FrameType.Response)
        {
            said = await raw.ReadAsync(); // The first of the two was good.
        }

        Assert.Equal(expected, said.Reason);
        Assert.NotNull(await other.PingAsync(Ct));
    }

    /// <summary>A client that keeps to the handshake and then sends records of its own making.</summary>
    private sealed class RawAgreement(RawLink link, ReadOnlyMemory<byte> initiate) : IDisposable
    {
        private ClientLink? agreed;
        private byte[] received = [];
        private ReadOnlySequence<byte> frames;

        public RawLink Link => link;

        public ReadOnlyMemory<byte> Initiate => initiate;

        public static ClientTerms Terms(TestServer server, DeviceKeys keys, ChannelBindings? bindings, ReadOnlyMemory<byte> serverStatic = default) => new()
        {
            ServerIdentity = server.Identity.ServerKey,
            ServerStatic = serverStatic,
            Static = keys.Static,
            Statement = new DeviceStatement
            {
                Keys = new KeyBundle
                {
                    IdentityKey = ByteString.CopyFrom(keys.Identity.PublicKey.Span),
                    StaticKey = ByteString.CopyFrom(keys.Static.PublicKey.Span),
                    StaticSignature = ByteString.CopyFrom(keys.Identity.Sign(SignedMessages.StaticKey(keys.Static.PublicKey.Span))),
                },
                Join = TestServer.NewJoin(),
            },
            Bindings = bindings,
        };

        /// <summary>Dials and makes the first message for that very connection, without sending it.</summary>
        public static async Task<RawAgreement> InitiateAsync(TestServer server, DeviceKeys keys, ReadOnlyMemory<byte> serverStatic)
        {
            var link = await RawLink.DialAsync(server.Port);
            var begun = (await Initiation.StartAsync(Terms(server, keys, Bindings(link), serverStatic), LinkCryptography.Primitives, Ct)).Value;
            return new RawAgreement(link, begun.Initiate);
        }

        /// <summary>Plays the handshake up to the keys.</summary>
        public static async Task<RawAgreement> ReachAsync(TestServer server, DeviceKeys keys)
        {
            var link = await RawLink.DialAsync(server.Port);
            var begun = (await Initiation.StartAsync(Terms(server, keys, Bindings(link)), LinkCryptography.Primitives, Ct)).Value;
            await link.SendAsync(FrameType.Initiate, begun.Initiate);
            var respond = await link.ReadAsync();
            Assert.Equal(FrameType.Respond, respond.Type);
            var raw = new RawAgreement(link, begun.Initiate) { agreed = (await begun.AcceptAsync(respond.Body, Ct)).Value };
            await link.SendAsync(FrameType.Finish, raw.agreed.Finish);
            return raw;
        }

        public async Task<byte[]> SealAsync(byte[] whole)
        {
            var buffer = new byte[RecordSealer.SizeOf(whole.Length)];
            whole.CopyTo(buffer, RecordLimits.HeaderSize);
            return (await agreed!.Records.Sealer.SealAsync(buffer, whole.Length)).ToArray();
        }

        public async Task SendAsync(byte[] whole) => await link.SendAsync(await SealAsync(whole));

        public async Task<(FrameType Type, CloseReason Reason)> ReadAsync()
        {
            while (true)
            {
                if (RecordFrames.TryRead(ref frames, out var frame) == FrameStatus.Complete)
                {
                    return (frame.Type, frame.Type == FrameType.Close ? Close.Parser.ParseFrom(frame.Body).Reason : CloseReason.CloseNone);
                }

                var buffer = new ReadOnlySequence<byte>(received);
                if (RecordOpener.Find(buffer, out var size) == RecordStatus.Complete)
                {
                    var plaintext = new byte[size + AeadSizes.Tag];
                    Assert.True(await agreed!.Records.Opener.OpenAsync(buffer, size, plaintext));
                    frames = new ReadOnlySequence<byte>(plaintext, 0, size);
                    received = received[(size + RecordLimits.Overhead)..];
                    continue;
                }

                var chunk = new byte[16 * 1024];
                var count = await link.Tls.ReadAsync(chunk, Ct);
                Assert.NotEqual(0, count);
                received = [.. received, .. chunk.AsSpan(0, count)];
            }
        }

        public void Dispose()
        {
            agreed?.Dispose();
            link.Dispose();
        }

        private static ChannelBindings Bindings(RawLink link) => new(
            TlsChannel.Export(link.Tls, LwsConstants.ExporterLabel, LwsConstants.ExporterSize), TlsChannel.EndPoint(link.Tls));
    }
}
