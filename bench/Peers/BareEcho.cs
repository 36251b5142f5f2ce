using System.Buffers;
using Microsoft.AspNetCore.Connections;

namespace Rivet.Bench.Peers;

/// <summary>Answers every request frame with the same body. The peer of <c>first.rtt64</c> and <c>first.memory</c>.</summary>
internal static class BareEcho
{
    public static async Task OnConnectedAsync(ConnectionContext connection)
    {
        var (input, output) = (connection.Transport.Input, connection.Transport.Output);
        while (true)
        {
            var read = await input.ReadAsync();
            var buffer = read.Buffer;
            while (BareFrames.TryRead(ref buffer, out var frame))
            {
                var length = (int)frame.Length;
                var answer = output.GetSpan(length)[..length];
                frame.CopyTo(answer);
                answer[4] = BareFrames.Response;
                output.Advance(length);
            }

            input.AdvanceTo(buffer.Start, buffer.End);
            if (read.IsCompleted)
            {
                return;
            }

            await output.FlushAsync();
        }
    }
}
