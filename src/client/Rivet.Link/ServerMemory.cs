using Rivet.Lws;
using Rivet.Lws.Agreement;
using Rivet.Wire;

namespace Rivet.Link;

/// <summary>What a device keeps of a server beyond its own restart.</summary>
/// <param name="Static">The server's static key, which saves a round trip; empty before a first contact.</param>
/// <param name="HighestVersion">The highest version it ever offered, which nobody may take back; 0 before a first contact.</param>
public sealed record RememberedServer(ReadOnlyMemory<byte> Static, uint HighestVersion);

/// <summary>
/// What a device learnt of a server and needs the next time. Tickets live as long as this object; the rest is kept by whoever is told.
/// Safe for concurrent use.
/// </summary>
/// <param name="remembered">What was kept before; null for nothing.</param>
/// <param name="keep">Told when that changes; called under a lock, in order.</param>
public sealed class ServerMemory(RememberedServer? remembered = null, Action<RememberedServer>? keep = null)
{
    private const int MaxTickets = 2;

    private readonly Lock gate = new();
    private readonly Queue<(ClientTicket Ticket, long At, TimeSpan Lifetime)> tickets = [];
    private RememberedServer known = remembered ?? new(default, 0);

    /// <summary>The server's static key; empty before a first contact.</summary>
    public ReadOnlyMemory<byte> ServerStatic
    {
        get
        {
            lock (gate)
            {
                return known.Static;
            }
        }
    }

    /// <summary>The highest version seen; 0 before a first contact.</summary>
    public uint HighestVersion
    {
        get
        {
            lock (gate)
            {
                return known.HighestVersion;
            }
        }
    }

    /// <summary>Keeps what a handshake taught.</summary>
    internal void Learn(ReadOnlyMemory<byte> serverStatic, uint highestVersion)
    {
        lock (gate)
        {
            // A resumption may come without a static key; what was known of it stays.
            Keep(new(serverStatic.IsEmpty ? known.Static : serverStatic, Math.Max(known.HighestVersion, highestVersion)));
        }
    }

    /// <summary>Keeps a ticket the server gave; one that breaks its bounds is ignored.</summary>
    internal void Keep(Ticket ticket, TimeProvider time)
    {
        if (ticket.Id.Length != LwsConstants.TicketIdSize || ticket.Secret.Length != LwsConstants.TicketSecretSize
            || ticket.LifetimeSeconds > LwsConstants.TicketLifetime.TotalSeconds)
        {
            return;
        }

        lock (gate)
        {
            if (tickets.Count == MaxTickets)
            {
                tickets.Dequeue();
            }

            var kept = new ClientTicket(ticket.Id.Memory, ticket.Secret.Memory);
            tickets.Enqueue((kept, time.GetTimestamp(), TimeSpan.FromSeconds(ticket.LifetimeSeconds)));
        }
    }

    /// <summary>Takes a ticket that has not been used or grown too old; null for none.</summary>
    internal ClientTicket? TakeTicket(TimeProvider time)
    {
        lock (gate)
        {
            while (tickets.TryDequeue(out var next))
            {
                if (time.GetElapsedTime(next.At) < next.Lifetime)
                {
                    return next.Ticket;
                }
            }

            return null;
        }
    }

    /// <summary>The server stops, and its tickets with it.</summary>
    internal void DropTickets()
    {
        lock (gate)
        {
            tickets.Clear();
        }
    }

    /// <summary>The server refused who used its static key or a ticket: the next contact is a first one. The version stays.</summary>
    internal void Forget()
    {
        lock (gate)
        {
            tickets.Clear();
            Keep(known with { Static = default });
        }
    }

    private void Keep(RememberedServer changed)
    {
        if (!changed.Static.Span.SequenceEqual(known.Static.Span) || changed.HighestVersion != known.HighestVersion)
        {
            known = changed;
            keep?.Invoke(changed);
        }
    }
}
