using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Rivet.Client.Native.Tls;

namespace Rivet.Scenarios.Tests;

/// <summary>Connections that came through TLS and say nothing.</summary>
internal sealed class Crowd : IDisposable
{
    private readonly List<SslStream> members = [];

    /// <summary>So many from each address of loopback, each through its TLS handshake.</summary>
    public static async Task<Crowd> GatherAsync(int port, string[] from, int each)
    {
        var crowd = new Crowd();
        var places = from.SelectMany(address => Enumerable.Repeat(IPAddress.Parse(address), each));
        await Parallel.ForEachAsync(places, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Company.Ct }, async (address, ct) =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(address, 0));
            await socket.ConnectAsync(IPAddress.Loopback, port, ct);
            var tls = new SslStream(new NetworkStream(socket, ownsSocket: true));
            lock (crowd.members)
            {
                crowd.members.Add(tls);
            }

            await tls.AuthenticateAsClientAsync(TlsWire.Options("localhost"), ct);
        });
        return crowd;
    }

    public void Dispose() => members.ForEach(member => member.Dispose());
}
