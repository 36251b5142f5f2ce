using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Rivet.Mail.Tests;

/// <summary>A server that says what it is told to, in clear, whatever the client says, and keeps what the client said.</summary>
internal sealed class ScriptedServer : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly StringBuilder heard = new();

    public ScriptedServer(params string[] answers)
    {
        listener.Start();
        _ = ServeAsync(answers);
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public string Heard
    {
        get
        {
            lock (heard)
            {
                return heard.ToString();
            }
        }
    }

    public void Dispose() => listener.Dispose();

    private async Task ServeAsync(string[] answers)
    {
        try
        {
            using var client = await listener.AcceptTcpClientAsync();
            var stream = client.GetStream();
            var buffer = new byte[4096];
            foreach (var answer in answers)
            {
                await stream.WriteAsync(Encoding.ASCII.GetBytes(answer));
                Keep(buffer.AsSpan(0, await stream.ReadAsync(buffer)));
            }

            while (await stream.ReadAsync(buffer) is > 0 and var length)
            {
                Keep(buffer.AsSpan(0, length));
            }
        }
        catch (Exception closed) when (closed is IOException or SocketException or ObjectDisposedException)
        {
            // The test is over, or the client has hung up.
        }
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        lock (heard)
        {
            heard.Append(Encoding.ASCII.GetString(bytes));
        }
    }
}
