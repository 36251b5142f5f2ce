using System.Buffers;
using Rivet.Client.Native.Tls;
using Rivet.Cryptography;
using Rivet.Lws.Agreement;
using Rivet.Lws.Frames;
using Rivet.Lws.Records;
using Rivet.Wire;

namespace Rivet.Hosting.Tests.Fakes;

/// <summary>A client that keeps to the handshake and then seals what it likes.</summary>
internal sealed class RawSession(RawLink link, ReadOnlyMemory<byte> initiate) : IDisposable
{
    public static readonly byte[] Ready = FrameWriter.ToArray(FrameType.Ready, Method.None, 0, null);

    private ClientLink? agreed;
    private byte[] received = [];
    private ReadOnlySequence<byte> frames;

    public RawLink Link => link;

    public Welcome Welcome { get; private set; } = new();

    public ReadOnlyMemory<byte> Initiate => initiate;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>The terms of a device that joins.</summary>
    public static ClientTerms Terms(TestServer server, DeviceKeys keys, ChannelBindings? bindings, ReadOnlyMemory<byte> serverStatic = default) => new()
    {
        ServerIdentity = server.Identity.ServerKey,
        ServerStatic = serverStatic,
        Static = keys.Static,
        Statement = new DeviceStatement
        {
            Keys = StaticKeys.Bundle(
                keys.Identity.PublicKey.Span, keys.Static.PublicKey.Span, keys.Identity.Sign(StaticKeys.ToSign(keys.Static.PublicKey.Span))),
            Join = TestServer.NewJoin(),
        },
        Bindings = bindings,
    };

    /// <summary>Dials and makes the first message for that very connection, without sending it.</summary>
    public static async Task<RawSession> InitiateAsync(TestServer server, DeviceKeys keys, ReadOnlyMemory<byte> serverStatic)
    {
        var link = await RawLink.DialAsync(server.Port);
        var begun = (await Initiation.StartAsync(Terms(server, keys, link.Bindings, serverStatic), LinkCryptography.Primitives, Ct)).Value;
        return new RawSession(link, begun.Initiate);
    }

    /// <summary>Plays the handshake up to the keys.</summary>
    public static async Task<RawSession> ReachAsync(TestServer server, DeviceKeys keys, RawLink? over = null)
    {
        var link = over ?? await RawLink.DialAsync(server.Port);
        var begun = (await Initiation.StartAsync(Terms(server, keys, link.Bindings), LinkCryptography.Primitives, Ct)).Value;
        await link.SendAsync(FrameType.Initiate, begun.Initiate);
        var respond = await link.ReadAsync();
        Assert.Equal(FrameType.Respond, respond.Type);
        var raw = new RawSession(link, begun.Initiate) { agreed = (await begun.AcceptAsync(respond.Body, Ct)).Value };
        await link.SendAsync(FrameType.Finish, raw.agreed.Finish);
        return raw;
    }

    /// <summary>Signs in, takes the welcome and the ticket behind it.</summary>
    public static async Task<RawSession> OpenAsync(TestServer server, DeviceKeys keys, RawLink? over = null)
    {
        var raw = await ReachAsync(server, keys, over);
        await raw.SendAsync(Ready);
        var welcome = await raw.ReadAsync();
        Assert.Equal([FrameType.Welcome, FrameType.Push], [welcome.Type, (await raw.ReadAsync()).Type]);
        raw.Welcome = Welcome.Parser.ParseFrom(welcome.Body);
        return raw;
    }

    public async Task<byte[]> SealAsync(byte[] whole)
    {
        var buffer = new byte[RecordSealer.SizeOf(whole.Length)];
        whole.CopyTo(buffer, RecordLimits.HeaderSize);
        return (await agreed!.Records.Sealer.SealAsync(buffer, whole.Length)).ToArray();
    }

    public async Task SendAsync(byte[] whole) => await link.SendAsync(await SealAsync(whole));

    /// <summary>The next frame; type none at the end.</summary>
    public async Task<(FrameType Type, uint Stream, byte[] Body)> ReadAsync()
    {
        while (true)
        {
            if (RecordFrames.TryRead(ref frames, out var frame) == FrameStatus.Complete)
            {
                return (frame.Type, frame.Stream, frame.Body.ToArray());
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

            var chunk = await link.ReadSomeAsync();
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
        agreed?.Dispose();
        link.Dispose();
    }
}
