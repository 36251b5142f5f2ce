using Rivet.Hosting.Link;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Wire;

namespace Rivet.Messaging;

/// <summary>
/// Which connections of this process want to hear of which conversation. Changes of membership come in the order of the commits; a new
/// connection hears of them from before its conversations are read, and what it heard goes before what was read. So no change is
/// missed, and nobody waits for the store's one writer.
/// </summary>
internal sealed class Switchboard(IStore store) : ILwsConnectionObserver
{
    private readonly Lock gate = new();
    private readonly Dictionary<ILwsConnection, Seat> seats = [];
    private readonly Dictionary<PersonId, Seat[]> people = [];
    private readonly Dictionary<ConversationId, Seat[]> listeners = [];

    /// <summary>How many devices are connected to this process.</summary>
    public int Connected
    {
        get
        {
            lock (gate)
            {
                return seats.Count;
            }
        }
    }

    public async ValueTask<bool> SignedInAsync(ILwsConnection connection, CancellationToken ct)
    {
        var seat = new Seat(connection);
        lock (gate)
        {
            seats.Add(connection, seat);
            Add(people, connection.Subject.Person, seat);
        }

        try
        {
            Follow(seat, await store.ReadAsync(session => MemberTable.ConversationsOf(session, connection.Subject.Person), ct));
        }
        catch (StoreUnavailableException)
        {
            connection.Close(CloseReason.ShuttingDown);
        }

        return true;
    }

    public ValueTask ClosedAsync(ILwsConnection connection)
    {
        lock (gate)
        {
            if (seats.Remove(connection, out var seat))
            {
                Remove(people, connection.Subject.Person, seat);
                seat.Conversations.ForEach(conversation => Remove(listeners, conversation, seat));
                seat.Conversations.Clear();
            }
        }

        return default;
    }

    /// <summary>Pushes a stored entry to every connection of its conversation but the device that sent it. Call after the commit.</summary>
    public void Deliver(NewEntry entry, long sequence, long appendedMs)
    {
        PushFrame? frame = null;
        foreach (var seat in ListenersOf(entry.Conversation))
        {
            if (entry.IsAnsweredTo(seat.Connection.Subject.Via))
            {
                continue;
            }

            frame ??= PushFrame.Encode(Method.EntryAppended, entry.ToWire(sequence, appendedMs));
            seat.Connection.TryPush(frame);
        }
    }

    /// <summary>Pushes to every connection of a conversation but one device. Call after the commit.</summary>
    public void Push(ConversationId conversation, PushFrame frame, Guid exceptDevice = default)
        => Push(ListenersOf(conversation), frame, exceptDevice);

    /// <summary>Pushes to every connection of a person but one device.</summary>
    public void Push(PersonId person, PushFrame frame, Guid exceptDevice = default)
    {
        Seat[] all;
        lock (gate)
        {
            all = people.GetValueOrDefault(person, []);
        }

        Push(all, frame, exceptDevice);
    }

    /// <summary>A person became a member: their connections hear the conversation from now on. Call after the commit.</summary>
    public void Join(ConversationId conversation, PersonId person)
    {
        lock (gate)
        {
            foreach (var seat in people.GetValueOrDefault(person, []))
            {
                seat.Meanwhile?.Add(conversation);
                if (!seat.Conversations.Contains(conversation))
                {
                    Connect(conversation, seat);
                }
            }
        }
    }

    /// <summary>A person is no member any more: their connections hear nothing further. Call after the commit.</summary>
    public void Leave(ConversationId conversation, PersonId person)
    {
        lock (gate)
        {
            foreach (var seat in people.GetValueOrDefault(person, []))
            {
                seat.Meanwhile?.Add(conversation);
                seat.Conversations.Remove(conversation);
                Remove(listeners, conversation, seat);
            }
        }
    }

    /// <summary>What was read stands where no later commit spoke.</summary>
    private void Follow(Seat seat, List<ConversationId> read)
    {
        lock (gate)
        {
            if (seats.ContainsKey(seat.Connection))
            {
                foreach (var conversation in read.Where(conversation => !seat.Meanwhile!.Contains(conversation)))
                {
                    Connect(conversation, seat);
                }
            }

            seat.Meanwhile = null;
        }
    }

    private Seat[] ListenersOf(ConversationId conversation)
    {
        lock (gate)
        {
            return listeners.GetValueOrDefault(conversation, []);
        }
    }

    private void Connect(ConversationId conversation, Seat seat)
    {
        seat.Conversations.Add(conversation);
        Add(listeners, conversation, seat);
    }

    private static void Push(Seat[] to, PushFrame frame, Guid exceptDevice)
    {
        foreach (var seat in to)
        {
            if (seat.Connection.Subject.Via != exceptDevice)
            {
                seat.Connection.TryPush(frame);
            }
        }
    }

    // Arrays are replaced, never changed: whoever pushes goes on with the one it took.
    private static void Add<TKey>(Dictionary<TKey, Seat[]> index, TKey key, Seat seat)
        where TKey : notnull
        => index[key] = [.. index.GetValueOrDefault(key, []), seat];

    private static void Remove<TKey>(Dictionary<TKey, Seat[]> index, TKey key, Seat seat)
        where TKey : notnull
    {
        if (!index.TryGetValue(key, out var there))
        {
            return;
        }

        var rest = Array.FindAll(there, other => other != seat);
        if (rest.Length == 0)
        {
            index.Remove(key);
        }
        else
        {
            index[key] = rest;
        }
    }

    /// <summary>A connection and the conversations it hears.</summary>
    private sealed class Seat(ILwsConnection connection)
    {
        public ILwsConnection Connection { get; } = connection;

        public List<ConversationId> Conversations { get; } = [];

        /// <summary>Conversations that commits spoke of while the person's were being read; null afterwards.</summary>
        public HashSet<ConversationId>? Meanwhile { get; set; } = [];
    }
}
