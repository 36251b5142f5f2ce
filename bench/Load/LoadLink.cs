using System.Buffers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Rivet.Bench.Peers;

namespace Rivet.Bench.Load;

/// <summary>
/// A connection of the load generator: as thin as a client can be, so that the server is what is measured. The same
/// code drives the product and its bare peers.
/// </summary>
internal sealed class LoadLink(SslStream stream, byte[] early) : IAsyncDisposable
{
    private readonly Lock gate = new();
    private ArrayBufferWriter<byte> pending = new(4096);
    private ArrayBufferWriter<byte> sending = new(4096);
    private bool isWriting;

    public static async Task<LoadLink> ConnectAsync(int port)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync("127.0.0.1", port);
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            EnabledSslProtocols = SslProtocols.Tls13,
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
            AllowTlsResume = false,
            CipherSuitesPolicy = Suites,
        });
        return new LoadLink(stream, []);
    }

    /// <summary>Queues a frame; frames queued while a write runs leave together.</summary>
    public void Send(byte type, ushort method, uint streamId, ReadOnlySpan<byte> body)
    {
        lock (gate)
        {
            var span = pending.GetSpan(BareFrames.HeaderSize + body.Length);
            BareFrames.WriteHeader(span, type, method, streamId, body.Length);
            body.CopyTo(span[BareFrames.HeaderSize..]);
            pending.Advance(BareFrames.HeaderSize + body.Length);
            if (isWriting)
            {
                return;
            }

            isWriting = true;
        }

        _ = WriteAsync();
    }

    /// <summary>Reads frames until the connection ends; the frame is valid only during the call.</summary>
    public async Task ReceiveAsync(FrameHandler onFrame)
    {
        var buffer = new byte[32 * 1024];
        early.CopyTo(buffer, 0);
        var filled = early.Length;
        while (true)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(filled));
            if (read == 0)
            {
                return;
            }

            filled += read;
            var rest = new ReadOnlySequence<byte>(buffer, 0, filled);
            while (BareFrames.TryRead(ref rest, out var frame))
            {
                onFrame(frame.FirstSpan);
            }

            rest.CopyTo(buffer);
            filled = (int)rest.Length;
            if (filled == buffer.Length)
            {
                Array.Resize(ref buffer, buffer.Length * 2);
            }
        }
    }

    public ValueTask DisposeAsync() => stream.DisposeAsync();

    private async Task WriteAsync()
    {
        while (true)
        {
            lock (gate)
            {
                if (pending.WrittenCount == 0)
                {
                    isWriting = false;
                    return;
                }

                (pending, sending) = (sending, pending);
            }

            await stream.WriteAsync(sending.WrittenMemory);
            sending.ResetWrittenCount();
        }
    }

    private static readonly CipherSuitesPolicy Suites = new(
        [TlsCipherSuite.TLS_AES_256_GCM_SHA384, TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256]);
}

/// <summary>Receives one whole frame, header first.</summary>
internal delegate void FrameHandler(ReadOnlySpan<byte> frame);
