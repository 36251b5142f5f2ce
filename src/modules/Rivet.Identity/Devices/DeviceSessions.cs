using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Rivet.Cluster;
using Rivet.Hosting.Link;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Wire;

namespace Rivet.Identity.Devices;

/// <summary>
/// The live connections of this process, one a device. What is here is closed at once; what another process holds is
/// found through the device's grain.
/// </summary>
internal sealed class DeviceSessions(
    IStore store, IGrainFactory references, GrainFinder<IDeviceSessionGrain> grains, ILinkTickets tickets, LastSeen lastSeen, ILogger<DeviceSessions> log)
    : ILwsConnectionObserver, IConnectionHolder
{
    private readonly ConcurrentDictionary<DeviceId, ILwsConnection> here = new();
    private readonly Lock gate = new();
    private IConnectionHolder? self;

    /// <summary>How many devices are connected.</summary>
    public int Count => here.Count;

    public bool IsOnline(DeviceId device) => here.ContainsKey(device);

    /// <summary>
    /// First the connection can be found, then the store is asked whether the device was signed out meanwhile. A
    /// sign-out commits first and looks for connections afterwards, so one of the two sees the other.
    /// </summary>
    public async ValueTask<bool> SignedInAsync(ILwsConnection connection, CancellationToken ct)
    {
        var device = connection.Subject.Device;
        ILwsConnection? older = null;
        here.AddOrUpdate(
            device,
            connection,
            (_, known) =>
            {
                older = known;
                return connection;
            });
        older?.Close(CloseReason.Replaced);

        await GrainOf(device).ConnectedAsync(Self);
        return await store.ReadAsync(session => DeviceTable.IsActive(session, device), ct);
    }

    public async ValueTask ClosedAsync(ILwsConnection connection)
    {
        var device = connection.Subject.Device;
        lastSeen.Note(device);
        if (here.TryRemove(KeyValuePair.Create(device, connection)))
        {
            try
            {
                await GrainOf(device).DisconnectedAsync(Self);

                // The device may have come back meanwhile: then what was just forgotten is told again.
                if (here.ContainsKey(device))
                {
                    await GrainOf(device).ConnectedAsync(Self);
                }
            }
            catch (Exception exception) when (exception is OrleansException or TimeoutException or ObjectDisposedException)
            {
                // The silo is stopping; its memory of the connection ends with it.
            }
        }
    }

    /// <summary>Closes the device's connection in this process and forgets its tickets; called at the commit of its sign-out.</summary>
    public void CloseHere(DeviceId device)
    {
        tickets.Drop(device);
        if (here.TryGetValue(device, out var connection))
        {
            connection.Close(CloseReason.SignedOut);
        }
    }

    /// <summary>Closes it in whichever other process holds it.</summary>
    public async Task CloseElsewhereAsync(DeviceId device)
    {
        try
        {
            await GrainOf(device).SignOutAsync();
        }
        catch (Exception exception) when (exception is OrleansException or TimeoutException)
        {
            // The sign-out stands: the device's key is refused, and this process has closed what it held.
            Log.CloseElsewhereFailed(log, exception);
        }
    }

    Task IConnectionHolder.CloseAsync(Guid device, int reason)
    {
        if (here.TryGetValue(new DeviceId(device), out var connection))
        {
            connection.Close((CloseReason)reason);
        }

        return Task.CompletedTask;
    }

    private IConnectionHolder Self
    {
        get
        {
            lock (gate)
            {
                return self ??= references.CreateObjectReference<IConnectionHolder>(this);
            }
        }
    }

    private IDeviceSessionGrain GrainOf(DeviceId device) => grains.Of(device.Value);
}
