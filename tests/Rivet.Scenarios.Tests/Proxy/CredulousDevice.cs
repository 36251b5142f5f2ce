using System.Buffers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Rivet.Client.Native.Tls;
using Rivet.Cryptography.Sodium.Tls;
using Rivet.Lws;
using Rivet.Lws.Agreement;
using Rivet.Lws.Frames;
using Rivet.Wire;

namespace Rivet.Scenarios.Tests.Proxy;

/// <summary>
/// A device that asks nothing of the server: it shows itself in its first message, to the static key it was told, so that what
/// refuses it can only be the other end.
/// </summary>
internal static class CredulousDevice
{
    /// <summary>Shows itself over the target; gives the type of the server's answer, and a close's reason.</summary>
    public static async Task<string> ShowAsync(LinkTarget target, ReadOnlyMemory<byte> serverStatic, DeviceKeys keys, CancellationToken ct)
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
        var terms = new ClientTerms
        {
            ServerIdentity = target.ServerKey,
            ServerStatic = serverStatic,
            Static = keys.Static,
            Statement = new DeviceStatement
            {
                Keys = StaticKeys.Bundle(
                    keys.Identity.PublicKey.Span, keys.Static.PublicKey.Span, keys.Identity.Sign(StaticKeys.ToSign(keys.Static.PublicKey.Span))),
                SignIn = new SignIn(),
            },
            Bindings = new ChannelBindings(TlsChannel.Export(tls, LwsConstants.ExporterLabel, LwsConstants.ExporterSize), TlsChannel.EndPoint(tls)),
        };
        var initiation = (await Initiation.StartAsync(terms, LinkCryptography.Primitives, ct)).Value;
        await SendAsync(tls, FrameType.Initiate, initiation.Initiate, ct);

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
}
