using System.Buffers;
using System.Net.Security;
using System.Net.Sockets;

namespace Rivet.Audit.Exporting;

/// <summary>
/// Brings a batch to a syslog server over TLS. Syslog has no acknowledgement; what stands for it is the orderly end of the connection: the server
/// reads up to our close_notify, then ends its own side (RFC 5425 §4.4). A server that goes away with unread bytes resets the connection instead, and
/// the batch is sent again. Some end their side and reset it then; so the last batch is also sent again when the next attempt fails.
/// </summary>
internal static class SyslogSender
{
    /// <summary>What a server may say that nobody asked.</summary>
    private const int MostHeard = 64 * 1024;

    public static async Task<ExportOutcome> SendAsync(ExportRoute route, ExportBatch batch, CancellationToken ct)
    {
        await using var network = await route.OpenAsync(ct);
        await using var stream = new SslStream(network, leaveInnerStreamOpen: true);
        await stream.AuthenticateAsClientAsync(route.Tls(), ct);
        await stream.WriteAsync(Frames(batch), ct);
        route.At = ExportStep.Confirm;
        await stream.ShutdownAsync().WaitAsync(ct);
        network.Socket.Shutdown(SocketShutdown.Send);
        return await EndsAsync(stream, ct) ? ExportOutcome.Sent : new ExportOutcome(ExportStep.Confirm);
    }

    private static ReadOnlyMemory<byte> Frames(ExportBatch batch)
    {
        var frames = new ArrayBufferWriter<byte>();
        foreach (var line in batch.Lines)
        {
            SyslogFrame.Write(frames, Environment.MachineName, batch.Log, line);
        }

        return frames.WrittenMemory;
    }

    private static async ValueTask<bool> EndsAsync(SslStream stream, CancellationToken ct)
    {
        var (buffer, heard) = (new byte[1024], 0);
        while (heard < MostHeard)
        {
            if (await stream.ReadAsync(buffer, ct) is not (> 0 and var read))
            {
                return true;
            }

            heard += read;
        }

        return false;
    }
}
