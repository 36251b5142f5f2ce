using System.Collections.Concurrent;
using System.Net.Security;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Rivet.Cryptography.Bouncy;
using Rivet.Cryptography.Sodium;
using Rivet.Kernel;
using Rivet.Lws.Agreement;
using Rivet.Wire;

namespace Rivet.Hosting.Link.Connections;

/// <summary>What all connections share, and the list of them.</summary>
internal sealed class LinkServer(
    LwsEndpoints endpoints,
    IAccess access,
    IDeviceAuthority devices,
    IServerIdentity identity,
    IEnumerable<ILwsConnectionObserver> observers,
    IOptions<LinkOptions> options,
    LinkMeters meters,
    TimeProvider time,
    ILogger<LinkServer> logger)
{
    private readonly ConcurrentDictionary<LwsConnection, byte> connections = [];
    private int halfOpen;
    private volatile bool stopping;

    public LwsEndpoints Endpoints { get; } = endpoints;

    public IAccess Access { get; } = access;

    public IDeviceAuthority Devices { get; } = devices;

    public ServerSigner Identity { get; } = new(identity);

    public Ed25519Verifier Verifier { get; } = new();

    public LinkPrimitives Primitives { get; } = new()
    {
        Aeads = new LinkAeads(),
        Ephemeral = static _ => new(X25519Key.Create()),
        Kem = new MlKem768(),
        Verifier = new Ed25519Verifier(),
    };

    public ILwsConnectionObserver[] Observers { get; } = [.. observers];

    public LinkOptions Options { get; } = options.Value;

    public LinkMeters Meters { get; } = meters;

    public TimeProvider Time { get; } = time;

    public ILogger Logger { get; } = logger;

    /// <summary>Runs one connection to its end.</summary>
    public async Task RunAsync(ConnectionContext transport, SslStream tls)
    {
        var over = Interlocked.Increment(ref halfOpen) > Options.MaxHalfOpen;
        if (stopping || over)
        {
            Meters.Refused(stopping ? "stopping" : "too-many");
            LeaveHalfOpen();
            return;
        }

        var connection = new LwsConnection(this, transport, tls);
        connections.TryAdd(connection, 0);
        try
        {
            await connection.RunAsync();
        }
        finally
        {
            connections.TryRemove(connection, out _);
        }
    }

    /// <summary>A connection signed in or ended before it did.</summary>
    public void LeaveHalfOpen() => Interlocked.Decrement(ref halfOpen);

    /// <summary>Looks after every connection's time limits.</summary>
    public void Sweep()
    {
        var now = Time.GetTimestamp();
        foreach (var (connection, _) in connections)
        {
            connection.Sweep(now);
        }
    }

    /// <summary>Takes no further connection and says goodbye to those there are.</summary>
    public void Stop()
    {
        stopping = true;
        foreach (var (connection, _) in connections)
        {
            connection.Close(CloseReason.ShuttingDown);
        }
    }
}
