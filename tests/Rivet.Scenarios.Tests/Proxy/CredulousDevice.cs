using System.Buffers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using Rivet.Client.Link;
using Rivet.Cryptography;
using Rivet.Cryptography.Sodium.Tls;
using Rivet.Lws;
using Rivet.Lws.Frames;
using Rivet.Lws.Handshake;
using Rivet.Wire;

namespace Rivet.Scenarios.Tests.Proxy;

/// <summary>
/// A device that believes every server: it signs in without verifying anything, so that what refuses it can only be the
/// other end.
/// </summary>
internal static class CredulousDevice
{
    /// <summary>Signs in over the target; gives the type of the server's last frame, and a close's reason.</summary>
    public static async Task<string> SignInAsync(LinkTarget target, DeviceKeys keys, CancellationToken ct)
    {
        using var socket = new TcpClient(target.Host, target.Port);
        await using var tls = new SslStream(socket.GetStream());
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = target.Host,
                EnabledSslProtocols = SslProtocols.Tls13,
                ApplicationProtocols = [new(Encoding.ASCII.GetBytes(LwsConstants.Alpn))],
                RemoteCertificateValidationCallback = (_, _, _, _) => true,
            },
            ct);
        var bindings = new ChannelBindings(TlsChannel.Export(tls, LwsConstants.ExporterLabel, LwsConstants.ExporterSize), TlsChannel.EndPoint(tls));
        var awaiting = AwaitingChallenge.Start(bindings, RandomNumberGenerator.GetBytes(LwsConstants.NonceSize));

        await SendAsync(tls, FrameType.Hello, awaiting.Hello, ct);
        var (_, challenge) = await ReadAsync(tls, ct);
        var server = (await awaiting.AcceptAsync(challenge, target.ServerKey, new Believer(), ct)).Value;
        var bundle = new KeyBundle
        {
            IdentityKey = ByteString.CopyFrom(keys.Identity.PublicKey.Span),
            StaticKey = ByteString.CopyFrom(keys.Static.PublicKey.Span),
            StaticSignature = ByteString.CopyFrom(keys.Identity.Sign(SignedMessages.StaticKey(keys.Static.PublicKey.Span))),
        };
        var proof = (await server.ProveAsync(bundle, null, keys.Identity, ct)).Value;
        await SendAsync(tls, FrameType.Proof, proof.Proof, ct);

        var (type, body) = await ReadAsync(tls, ct);
        return type is FrameType.Close ? $"Close {Close.Parser.ParseFrom(body).Reason}" : type.ToString();
    }

    private static async Task SendAsync(SslStream tls, FrameType type, ReadOnlyMemory<byte> body, CancellationToken ct)
    {
        var frame = new ArrayBufferWriter<byte>();
        FrameWriter.Write(frame, type, Method.None, 0, body.Span);
        await tls.WriteAsync(frame.WrittenMemory, ct);
    }

    private static async Task<(FrameType Type, byte[] Body)> ReadAsync(SslStream tls, CancellationToken ct)
    {
        var received = new byte[LwsConstants.MaxHandshakeFrame];
        var count = 0;
        while (true)
        {
            count += await tls.ReadAtLeastAsync(received.AsMemory(count), 1, throwOnEndOfStream: true, ct);
            var buffer = new ReadOnlySequence<byte>(received, 0, count);
            if (FrameReader.TryRead(ref buffer, LwsConstants.MaxHandshakeFrame, out var frame) == FrameStatus.Complete)
            {
                return (frame.Type, frame.Body.ToArray());
            }
        }
    }

    private sealed class Believer : ISignatureVerifier
    {
        public ValueTask<bool> VerifyAsync(
            ReadOnlyMemory<byte> publicKey, ReadOnlyMemory<byte> message, ReadOnlyMemory<byte> signature, CancellationToken ct) => new(true);
    }
}
