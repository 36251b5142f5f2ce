using System.Collections.Concurrent;
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
    TicketBook tickets,
    IOptions<LinkOptions> options,
    LinkMeters meters,
    TimeProvider time,
    ILogger<LinkServer> logger)
{
    private readonly ConcurrentDictionary<LwsConnection, byte> connections = [];
    private volatile bool stopping;

    public LwsEndpoints Endpoints { get; } = endpoints;

    public IAccess Access { get; } = access;

    public IDeviceAuthority Devices { get; } = devices;

    public IServerIdentity Identity { get; } = identity;

    public Admission Admission { get; } = new(options.Value, time);

    public TicketBook Tickets { get; } = tickets;

    public LinkPrimitives Primitives { get; } = new()
    {
        Aeads = new LinkAeads(),
        Ephemeral = static _ => new(X25519Key.CreateEphemeral()),
        Kem = new MlKem768(),
        Verifier = new ProvenKeys(new Ed25519Verifier()),
    };

    public ILwsConnectionObserver[] Observers { get; } = [.. observers];

    public LinkOptions Options { get; } = options.Value;

    public LinkMeters Meters { get; } = meters;

    public TimeProvider Time { get; } = time;

    public ILogger Logger { get; } = logger;

    /// <summary>Runs one connection to its end.</summary>
    public async Task RunAsync(LinkTransport transport)
    {
        var admitted = stopping ? default : Admission.Enter(transport.Remote);
        if (!admitted.IsAdmitted)
        {
            Meters.Refused(stopping ? "stopping" : "too-many");
            return;
        }

        var connection = new LwsConnection(this, transport, admitted.PuzzleBits);
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

    /// <summary>Looks after every connection's time limits, and after what is kept for those that come.</summary>
    public void Sweep()
    {
        var now = Time.GetTimestamp();
        foreach (var (connection, _) in connections)
        {
            connection.Sweep(now);
        }

        Admission.Sweep();
        Tickets.Sweep();
    }

    /// <summary>Records what a hostile peer did, off the connection's path.</summary>
    public void Report(Subject device, string offence, LinkOrigin origin)
        => ThreadPool.UnsafeQueueUserWorkItem(
            static report => _ = report.Server.ReportAsync(report.Device, report.Offence, report.Origin),
            (Server: this, Device: device, Offence: offence, Origin: origin),
            preferLocal: false);

    /// <summary>Takes no further connection and says goodbye to those there are.</summary>
    public void Stop()
    {
        stopping = true;
        foreach (var (connection, _) in connections)
        {
            connection.Close(CloseReason.ShuttingDown);
        }
    }

    private async Task ReportAsync(Subject device, string offence, LinkOrigin origin)
    {
        try
        {
            await Devices.ReportAsync(device, offence, origin, CancellationToken.None);
        }
        catch (Exception fault)
        {
            Log.ReportFailed(Logger, fault, offence);
        }
    }
}
