using System.Buffers;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using Google.Protobuf;
using Rivet.Client.Link;
using Rivet.Cryptography.Sodium;
using Rivet.Cryptography.Sodium.Tls;
using Rivet.Lws;
using Rivet.Lws.Frames;
using Rivet.Lws.Handshake;
using Rivet.Wire;

namespace Rivet.Hosting.Tests.Fakes;

/// <summary>A client that sends what it likes, for what a good client would never send.</summary>
internal sealed class RawLink : IDisposable
{
    private readonly TcpClient tcp;
    private byte[] received = [];

    private RawLink(TcpClient tcp, SslStream tls)
    {
        this.tcp = tcp;
        Tls = tls;
    }

    public SslStream Tls { get; }

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

    /// <summary>Dials and signs in honestly, joining with the code.</summary>
    public static async Task<RawLink> SignInAsync(TestServer server, DeviceKeys keys, ChannelBindings? lie = null)
    {
        var link = await DialAsync(server.Port);
        var honest = new ChannelBindings(
            TlsChannel.Export(link.Tls, LwsConstants.ExporterLabel, LwsConstants.ExporterSize), TlsChannel.EndPoint(link.Tls));
        var client = AwaitingChallenge.Start(honest, RandomNumberGenerator.GetBytes(32));
        await link.SendAsync(FrameType.Hello, client.Hello);
        var challenge = await link.ReadAsync();
        Assert.Equal(FrameType.Challenge, challenge.Type);
        var trusting = (await client.AcceptAsync(challenge.Body, server.Identity.ServerKey, new Ed25519Verifier(), Ct)).Value;
        if (lie is not null)
        {
            trusting = new ServerProven(lie.Choose([ChannelBindings.Exporter])!, client.Hello.ToArray(), challenge.Body);
        }

        var bundle = new KeyBundle
        {
            IdentityKey = ByteString.CopyFrom(keys.Identity.PublicKey.Span),
            StaticKey = ByteString.CopyFrom(keys.Static.PublicKey.Span),
            StaticSignature = ByteString.CopyFrom(keys.Identity.Sign(SignedMessages.StaticKey(keys.Static.PublicKey.Span))),
        };
        await link.SendAsync(FrameType.Proof, (await trusting.ProveAsync(bundle, TestServer.NewJoin(), keys.Identity, Ct)).Value.Proof);
        return link;
    }

    /// <summary>Signs in and takes the welcome.</summary>
    public static async Task<RawLink> OpenAsync(TestServer server, DeviceKeys keys)
    {
        var link = await SignInAsync(server, keys);
        Assert.Equal(FrameType.Welcome, (await link.ReadAsync()).Type);
        return link;
    }

    public async Task SendAsync(FrameType type, ReadOnlyMemory<byte> body)
    {
        var frame = new ArrayBufferWriter<byte>();
        FrameWriter.Write(frame, type, Method.None, 0, body.Span);
        await SendAsync(frame.WrittenMemory);
    }

    public ValueTask SendAsync(ReadOnlyMemory<byte> bytes) => Tls.WriteAsync(bytes, Ct);

    /// <summary>The next frame; type none at the end of the stream.</summary>
    public async Task<(FrameType Type, uint Stream, byte[] Body)> ReadAsync()
    {
        var chunk = new byte[16 * 1024];
        while (true)
        {
            var buffer = new ReadOnlySequence<byte>(received);
            if (FrameReader.TryRead(ref buffer, LwsConstants.MaxFrame, out var frame) == FrameStatus.Complete)
            {
                var body = frame.Body.ToArray();
                received = buffer.ToArray();
                return (frame.Type, frame.Stream, body);
            }

            int count;
            try
            {
                count = await Tls.ReadAsync(chunk, Ct);
            }
            catch (IOException)
            {
                count = 0;
            }

            if (count == 0)
            {
                return default;
            }

            received = [.. received, .. chunk.AsSpan(0, count)];
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
        Tls.Dispose();
        tcp.Dispose();
    }
}
