using System.Net;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Rivet.Kernel;
using Rivet.Storage;

namespace Rivet.Identity.Devices;

/// <summary>
/// Records refused devices and codes, so many a minute: a stranger must not be able to fill the store with refusals.
/// What is beyond is counted and logged.
/// </summary>
internal sealed class RecordedRefusals(IStore store, IdentityEvents events, TimeProvider time, ILogger<RecordedRefusals> log)
{
    public const int PerMinute = 120;
    private readonly Lock gate = new();
    private DateTimeOffset began;
    private int count;

    /// <summary>Records a refusal of a device that is known, in its company's record.</summary>
    public ValueTask RecordAsync(DeviceRow device, string cause, IPAddress? remote, CancellationToken ct)
        => RecordAsync(IdentityEvents.DeviceRefused, device.Subject, device.Resource, cause, device.IdentityKey, remote, ct);

    /// <summary>Records a refusal of a stranger, in the platform's record.</summary>
    public ValueTask RecordStrangerAsync(EventKind kind, string cause, byte[]? identityKey, IPAddress? remote, CancellationToken ct)
        => RecordAsync(kind, Subject.OfSystem(default), new Resource("device", Guid.Empty, default), cause, identityKey, remote, ct);

    /// <summary>Records a peer that broke the link's protocol: in its company's record when it had signed in, else in the platform's.</summary>
    public ValueTask RecordOffenceAsync(Subject device, string offence, IPAddress? remote, CancellationToken ct)
        => device.Kind == SubjectKind.None
            ? RecordStrangerAsync(IdentityEvents.LinkAttacked, offence, null, remote, ct)
            : RecordAsync(
                IdentityEvents.LinkAttacked, device, Resource.Of(device.Device, device.Company), offence, null, remote, ct);

    private async ValueTask RecordAsync(
        EventKind kind, Subject actor, Resource target, string cause, byte[]? identityKey, IPAddress? remote, CancellationToken ct)
    {
        if (!TryTake())
        {
            return;
        }

        await store.WriteAsync(
            transaction =>
            {
                events.Failure(
                    transaction, kind, actor, target,
                    ("cause", cause),
                    ("key", identityKey is null ? "none" : Convert.ToHexStringLower(SHA256.HashData(identityKey).AsSpan(0, 8))),
                    ("remote", remote?.ToString() ?? "unknown"));
                return Done.Value;
            },
            ct);
    }

    private bool TryTake()
    {
        var now = time.GetUtcNow();
        lock (gate)
        {
            if (now - began >= TimeSpan.FromMinutes(1))
            {
                if (count > PerMinute)
                {
                    Log.RefusalsDropped(log, count - PerMinute);
                }

                began = now;
                count = 0;
            }

            return ++count <= PerMinute;
        }
    }
}
