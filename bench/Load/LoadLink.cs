using System.Buffers.Binary;
using System.Buffers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Rivet.Bench.Peers;
using Rivet.Link.Dialling;

namespace Rivet.Bench.Load;

/// <summary>
/// A connection of the load generator: as thin as a client can be, so that the server is what is measured. The same
/// code drives the product and its bare peers.
/// </summary>
internal sealed class LoadLink : IAsyncDisposable
{
    private readonly SslStream? bare;
    private readonly RecordLine? records;
    private readonly Lock gate = new();
    private ArrayBufferWriter<byte> pending = new(4096);
    private ArrayBufferWriter<byte> sending = new(4096);
    private bool isWriting;

    /// <summary>To a bare peer: frames as they are.</summary>
    public LoadLink(SslStream bare) => this.bare = bare;

    /// <summary>To the product: frames in records.</summary>
    public LoadLink(RecordLine records) => this.records = records;

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
        return new LoadLink(stream);
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
    public Task ReceiveAsync(FrameHandler onFrame) => bare is null ? ReceiveRecordsAsync(records!, onFrame) : ReceiveBareAsync(bare, onFrame);

    public ValueTask DisposeAsync()
    {
        records?.Dispose();
        return bare?.DisposeAsync() ?? default;
    }

    private static async Task ReceiveRecordsAsync(RecordLine records, FrameHandler onFrame)
    {
        do
        {
            var rest = records.Untaken;
            while (!IsPadding(rest) && BareFrames.TryRead(ref rest, out var frame))
            {
                onFrame(frame.FirstSpan);
            }
        }
        while (await records.ReadAsync(default) == RecordRead.Opened);
    }

    /// <summary>Behind a record's frames there are zeros, and no frame begins with a length of zero.</summary>
    private static bool IsPadding(in ReadOnlySequence<byte> rest)
        => rest.Length < BareFrames.HeaderSize || BinaryPrimitives.ReadInt32BigEndian(rest.FirstSpan) == 0;

    private static async Task ReceiveBareAsync(SslStream stream, FrameHandler onFrame)
    {
        var buffer = new byte[32 * 1024];
        var filled = 0;
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

            await (bare is null ? records!.WriteAsync(sending.WrittenMemory, default) : bare.WriteAsync(sending.WrittenMemory));
            sending.ResetWrittenCount();
        }
    }

    private static readonly CipherSuitesPolicy Suites = new(
        [TlsCipherSuite.TLS_AES_256_GCM_SHA384, TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256]);
}

/// <summary>Receives one whole frame, header first.</summary>
internal delegate void FrameHandler(ReadOnlySpan<byte> frame);
