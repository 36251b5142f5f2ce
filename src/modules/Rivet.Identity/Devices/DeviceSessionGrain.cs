using Orleans.Concurrency;
using Rivet.Wire;

namespace Rivet.Identity.Devices;

/// <summary>A device's session, wherever in the cluster its connection is. Keyed by the device.</summary>
internal interface IDeviceSessionGrain : IGrainWithGuidKey
{
    /// <summary>The device connected at this process; an older connection at another one is closed as replaced.</summary>
    Task ConnectedAsync(IConnectionHolder holder);

    /// <summary>The connection at this process is gone.</summary>
    Task DisconnectedAsync(IConnectionHolder holder);

    /// <summary>Closes the connection, wherever it is.</summary>
    Task SignOutAsync();
}

/// <summary>A server process that holds devices' connections.</summary>
internal interface IConnectionHolder : IGrainObserver
{
    /// <summary>Closes the device's connection here, if there is one; the reason is a <see cref="CloseReason"/>.</summary>
    [OneWay]
    Task CloseAsync(Guid device, int reason);
}

/// <summary>
/// Remembers which process holds the device's connection, as long as there is one, and some minutes longer: devices that lose their
/// network come back soon. It keeps no state: what decides whether a device may connect is in the store.
/// </summary>
internal sealed class DeviceSessionGrain : Grain, IDeviceSessionGrain
{
    private IConnectionHolder? holder;

    public async Task ConnectedAsync(IConnectionHolder holder)
    {
        var older = this.holder;
        this.holder = holder;
        DelayDeactivation(Timeout.InfiniteTimeSpan);
        if (older is not null && !older.Equals(holder))
        {
            await older.CloseAsync(this.GetPrimaryKey(), (int)CloseReason.Replaced);
        }
    }

    public Task DisconnectedAsync(IConnectionHolder holder)
    {
        if (holder.Equals(this.holder))
        {
            this.holder = null;
            DelayDeactivation(TimeSpan.Zero);
        }

        return Task.CompletedTask;
    }

    public async Task SignOutAsync()
    {
        if (holder is not null)
        {
            await holder.CloseAsync(this.GetPrimaryKey(), (int)CloseReason.SignedOut);
        }
    }
}
