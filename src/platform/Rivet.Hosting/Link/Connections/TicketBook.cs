using System.Security.Cryptography;
using Google.Protobuf;
using Rivet.Kernel;
using Rivet.Lws;
using Rivet.Lws.Agreement;
using Rivet.Wire;

namespace Rivet.Hosting.Link.Connections;

/// <summary>
/// The unused tickets of this process (docs/protocol/lws.md §9): in memory only, at most two a device, each used once. Safe for
/// concurrent use.
/// </summary>
internal sealed class TicketBook(TimeProvider time) : ILinkTickets
{
    private const int PerDevice = 2;
    private const int MaxDevices = 100_000;

    private readonly Lock gate = new();
    private readonly Dictionary<Guid, Kept> tickets = [];
    private readonly Dictionary<DeviceId, Queue<Guid>> byDevice = [];

    /// <summary>Makes a ticket; null when there are too many.</summary>
    public Ticket? Give(DeviceId device, KeyBundle keys)
    {
        var id = RandomNumberGenerator.GetBytes(LwsConstants.TicketIdSize);
        var secret = RandomNumberGenerator.GetBytes(LwsConstants.TicketSecretSize);
        lock (gate)
        {
            if (!byDevice.TryGetValue(device, out var own))
            {
                if (byDevice.Count >= MaxDevices)
                {
                    return null;
                }

                byDevice[device] = own = new Queue<Guid>(PerDevice);
            }

            while (own.Count >= PerDevice)
            {
                Forget(own.Dequeue());
            }

            own.Enqueue(new Guid(id));
            tickets[new Guid(id)] = new Kept(device, new ServerTicket(keys, secret), time.GetUtcNow() + LwsConstants.TicketLifetime);
        }

        return new Ticket
        {
            Id = UnsafeByteOperations.UnsafeWrap(id),
            Secret = ByteString.CopyFrom(secret),
            LifetimeSeconds = (uint)LwsConstants.TicketLifetime.TotalSeconds,
        };
    }

    /// <summary>Finds an unused ticket, without using it up.</summary>
    public ServerTicket? Find(ReadOnlyMemory<byte> id)
    {
        lock (gate)
        {
            // A copy: the secret may be wiped while the handshake still reads it.
            return tickets.TryGetValue(new Guid(id.Span), out var kept) && kept.Until > time.GetUtcNow()
                ? kept.Ticket with { Secret = kept.Ticket.Secret.ToArray() }
                : null;
        }
    }

    /// <summary>Uses a ticket up; false when somebody did before.</summary>
    public bool TryUse(ReadOnlyMemory<byte> id)
    {
        lock (gate)
        {
            var key = new Guid(id.Span);
            if (!tickets.TryGetValue(key, out var kept))
            {
                return false;
            }

            Forget(key);
            if (byDevice.TryGetValue(kept.Device, out var own))
            {
                byDevice[kept.Device] = new Queue<Guid>(own.Where(other => other != key));
            }

            return true;
        }
    }

    /// <inheritdoc/>
    public void Drop(DeviceId device)
    {
        lock (gate)
        {
            if (byDevice.Remove(device, out var own))
            {
                foreach (var id in own)
                {
                    Forget(id);
                }
            }
        }
    }

    /// <summary>Forgets what is too old.</summary>
    public void Sweep()
    {
        lock (gate)
        {
            var now = time.GetUtcNow();
            foreach (var (device, own) in byDevice)
            {
                while (own.TryPeek(out var oldest) && tickets[oldest].Until <= now)
                {
                    Forget(own.Dequeue());
                }

                if (own.Count == 0)
                {
                    byDevice.Remove(device);
                }
            }
        }
    }

    private void Forget(Guid id)
    {
        if (tickets.Remove(id, out var kept))
        {
            CryptographicOperations.ZeroMemory(System.Runtime.InteropServices.MemoryMarshal.AsMemory(kept.Ticket.Secret).Span);
        }
    }

    private sealed record Kept(DeviceId Device, ServerTicket Ticket, DateTimeOffset Until);
}
