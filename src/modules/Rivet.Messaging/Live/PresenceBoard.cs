using Google.Protobuf;
using Rivet.Hosting.Link;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Messaging;

/// <summary>
/// Who is connected to this process, told to whoever watches them, within their company. A person who connects again within
/// <see cref="Grace"/> was never away. Nothing of it is stored.
/// </summary>
internal sealed class PresenceBoard(TimeProvider time) : ILwsConnectionObserver
{
    /// <summary>How long a person counts as present after their last connection ended.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan TypingPause = TimeSpan.FromSeconds(2);
    private readonly Lock gate = new();
    private readonly Dictionary<Guid, List<Seat>> devices = [];
    private readonly Dictionary<(CompanyId Company, PersonId Person), Standing> present = [];
    private readonly Dictionary<(CompanyId Company, PersonId Person), List<Seat>> watchers = [];

    public ValueTask<bool> SignedInAsync(ILwsConnection connection, CancellationToken ct)
    {
        var who = (connection.Subject.Company, connection.Subject.Person);
        lock (gate)
        {
            Add(devices, connection.Subject.Via, new Seat(connection));
            if (!present.TryGetValue(who, out var standing))
            {
                present[who] = standing = new Standing();
                Tell(who, isPresent: true);
            }

            standing.Connections++;
            standing.Leaving?.Dispose();
            standing.Leaving = null;
        }

        return new(true);
    }

    public ValueTask ClosedAsync(ILwsConnection connection)
    {
        var who = (connection.Subject.Company, connection.Subject.Person);
        lock (gate)
        {
            if (SeatsOf(connection.Subject).FirstOrDefault(seat => seat.Connection == connection) is not { } seat)
            {
                return default;
            }

            Remove(devices, connection.Subject.Via, seat);
            Unwatch(seat);
            var standing = present[who];
            if (--standing.Connections == 0)
            {
                standing.Leaving = time.CreateTimer(_ => Leave(who, standing), null, Grace, Timeout.InfiniteTimeSpan);
            }
        }

        return default;
    }

    /// <summary>Whom the connections of a device hear of from now on; gives those of them who are present.</summary>
    public List<PersonId> Watch(Subject subject, IReadOnlyCollection<PersonId> people)
    {
        lock (gate)
        {
            foreach (var seat in SeatsOf(subject))
            {
                Unwatch(seat);
                foreach (var person in people)
                {
                    var who = (subject.Company, person);
                    if (seat.Watched.Add(who))
                    {
                        Add(watchers, who, seat);
                    }
                }
            }

            return [.. people.Where(person => present.ContainsKey((subject.Company, person)))];
        }
    }

    /// <summary>Whether a device may show that its person writes: not again in the same conversation within two seconds.</summary>
    public bool MayShowTyping(Subject subject, ConversationId conversation)
    {
        var now = time.GetUtcNow();
        var may = false;
        lock (gate)
        {
            foreach (var seat in SeatsOf(subject))
            {
                if (seat.TypedIn != conversation || now - seat.TypedAt >= TypingPause)
                {
                    (seat.TypedIn, seat.TypedAt, may) = (conversation, now, true);
                }
            }
        }

        return may;
    }

    private void Leave((CompanyId Company, PersonId Person) who, Standing standing)
    {
        lock (gate)
        {
            // A timer that was let go of may still ring.
            if (standing.Connections > 0 || standing.Leaving is null || present.GetValueOrDefault(who) != standing)
            {
                return;
            }

            standing.Leaving.Dispose();
            present.Remove(who);
            Tell(who, isPresent: false);
        }
    }

    private List<Seat> SeatsOf(Subject subject) => devices.GetValueOrDefault(subject.Via, []);

    private void Unwatch(Seat seat)
    {
        foreach (var who in seat.Watched)
        {
            Remove(watchers, who, seat);
        }

        seat.Watched.Clear();
    }

    /// <summary>Within the gate, so that coming and going are told in their order; queueing a push never waits.</summary>
    private void Tell((CompanyId Company, PersonId Person) who, bool isPresent)
    {
        if (watchers.TryGetValue(who, out var told))
        {
            var frame = PushFrame.Encode(Method.PresenceChanged, new Presence { PersonId = ByteString.CopyFrom(who.Person.ToBytes()), Present = isPresent });
            told.ForEach(seat => seat.Connection.TryPush(frame));
        }
    }

    private static void Add<TKey>(Dictionary<TKey, List<Seat>> index, TKey key, Seat seat)
        where TKey : notnull
    {
        if (!index.TryGetValue(key, out var list))
        {
            index[key] = list = [];
        }

        list.Add(seat);
    }

    private static void Remove<TKey>(Dictionary<TKey, List<Seat>> index, TKey key, Seat seat)
        where TKey : notnull
    {
        var list = index[key];
        list.Remove(seat);
        if (list.Count == 0)
        {
            index.Remove(key);
        }
    }

    private sealed class Standing
    {
        public int Connections { get; set; }

        /// <summary>Rings when the grace is over; null while they are connected.</summary>
        public ITimer? Leaving { get; set; }
    }

    private sealed class Seat(ILwsConnection connection)
    {
        public ILwsConnection Connection { get; } = connection;

        public HashSet<(CompanyId Company, PersonId Person)> Watched { get; } = [];

        public ConversationId TypedIn { get; set; }

        public DateTimeOffset TypedAt { get; set; }
    }
}
