using System.Diagnostics;
using System.Net.Security;
using System.Net.Sockets;
using Rivet.Client.Native.Tls;
using Rivet.Link;
using Rivet.Wire;

namespace Rivet.Bench.Lws;

/// <summary>How a link comes about: what of it is measured.</summary>
internal enum Beginning
{
    /// <summary>The TLS handshake with the product's server, and no more.</summary>
    TlsOnly,

    /// <summary>A whole sign-in by a device that knows the server.</summary>
    SignIn,

    /// <summary>A whole sign-in by ticket.</summary>
    Resume,
}

/// <summary>What beginning a link costs the server.</summary>
internal static class LinkCosts
{
    public const int AtOnce = 32;

    /// <summary>Server CPU in microseconds, over so many links, four at once.</summary>
    public static async Task<double> MeasureAsync(Beginning beginning, LinkTarget target, IReadOnlyList<DeviceKeys> devices, int count, Func<TimeSpan> serverCpu)
    {
        var memories = devices.Select(_ => new ServerMemory()).ToArray();
        if (beginning != Beginning.TlsOnly)
        {
            for (var device = 0; device < AtOnce; device++)
            {
                await ConnectAsync(device); // First contact: what is learnt here is used below.
            }
        }

        await RunAsync(count / 10);
        var cpu = serverCpu();
        await RunAsync(count);
        return (serverCpu() - cpu).TotalMicroseconds / count;

        Task RunAsync(int links) => Task.WhenAll(Enumerable.Range(0, AtOnce).Select(async device =>
        {
            for (var number = 0; number < links / AtOnce; number++)
            {
                await (beginning == Beginning.TlsOnly ? HandshakeAsync(target) : ConnectAsync(device));
            }
        }));

        async Task ConnectAsync(int device)
        {
            if (beginning == Beginning.SignIn)
            {
                memories[device].DropTickets();
            }

            await using var link = (await TlsLink.ConnectAsync(target, devices[device], null, memories[device], TimeProvider.System, default)).Value;
            if (beginning == Beginning.Resume && link.Terms.Pattern == LinkPattern.KnownServer)
            {
                throw new InvalidOperationException("The link was not resumed.");
            }

            if (beginning == Beginning.Resume)
            {
                await link.PingAsync(default); // The ticket came before the pong.
            }
        }
    }

    private static async Task HandshakeAsync(LinkTarget target)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(target.Host, target.Port);
        await using var tls = new SslStream(new NetworkStream(socket));
        await tls.AuthenticateAsClientAsync(TlsWire.Options(target.Host));
        await tls.ShutdownAsync();
        await tls.CopyToAsync(Stream.Null); // Until the server has closed too.
    }
}
