using Rivet.Client.Home;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Client.Live;

/// <summary>
/// What is seen of others while the link is up: who is here, who is writing, how far they have read. Kept in memory only;
/// a link that ends takes presence and writing with it.
/// </summary>
internal sealed class LiveBoard : IDisposable
{
    /// <summary>How long somebody counts as writing after they showed it; as messaging.proto says.</summary>
    public static readonly TimeSpan TypingCounts = TimeSpan.FromSeconds(6);

    /// <summary>Most people watched at once; as messaging.proto says.</summary>
    public const int MostWatched = 200;

    private readonly Lock gate = new();
    private readonly ChangeBell changed;
    private readonly TimeProvider time;
    private readonly ITimer forgetting;
    private readonly Dictionary<(ConversationId Conversation, PersonId Person), DateTimeOffset> writing = [];
    private readonly HashSet<PersonId> present = [];
    private readonly Dictionary<ConversationId, Dictionary<PersonId, ulong>> reads = [];
    private List<(PersonId Person, bool Present)>? meanwhile;
    private Attention attention = new(null, []);
    private ConversationId? typing;

    /// <summary>A board that rings <paramref name="changed"/> with everything a person could see.</summary>
    public LiveBoard(ChangeBell changed, TimeProvider time)
    {
        (this.changed, this.time) = (changed, time);
        forgetting = time.CreateTimer(_ => Forget(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Rings when there is something to ask or to show the server.</summary>
    public ChangeBell Wanted { get; } = new();

    /// <summary>What is in front of the person.</summary>
    public Attention Attention
    {
        get
        {
            lock (gate)
            {
                return attention;
            }
        }
    }

    /// <summary>Something else is in front of the person.</summary>
    public void Attend(ConversationId? conversation, IEnumerable<PersonId> people)
    {
        var next = new Attention(conversation, [.. people.Distinct().Take(MostWatched)]);
        lock (gate)
        {
            if (attention.Conversation == next.Conversation && attention.People.SetEquals(next.People))
            {
                return;
            }

            attention = next;
        }

        Wanted.Ring();
    }

    /// <summary>This person is writing.</summary>
    public void ShowTyping(ConversationId conversation)
    {
        lock (gate)
        {
            typing = conversation;
        }

        Wanted.Ring();
    }

    /// <summary>Where this person was writing since the last call.</summary>
    public ConversationId? TakeTyping()
    {
        lock (gate)
        {
            var where = typing;
            typing = null;
            return where;
        }
    }

    public bool IsPresent(PersonId person)
    {
        lock (gate)
        {
            return present.Contains(person);
        }
    }

    public IReadOnlyList<PersonId> Writing(ConversationId conversation)
    {
        lock (gate)
        {
            return [.. writing.Keys.Where(key => key.Conversation == conversation).Select(key => key.Person)];
        }
    }

    public IReadOnlyDictionary<PersonId, ulong> ReadBy(ConversationId conversation)
    {
        lock (gate)
        {
            return reads.TryGetValue(conversation, out var positions) ? new Dictionary<PersonId, ulong>(positions) : [];
        }
    }

    public void IsWriting(ConversationId conversation, PersonId person)
    {
        lock (gate)
        {
            if (writing.Count == 0)
            {
                // Else it rings for an earlier one, and goes on for the rest.
                forgetting.Change(TypingCounts, Timeout.InfiniteTimeSpan);
            }

            writing[(conversation, person)] = time.GetUtcNow() + TypingCounts;
        }

        changed.Ring();
    }

    /// <summary>Whoever's message is there has stopped writing it.</summary>
    public void HasWritten(ConversationId conversation, PersonId person)
    {
        lock (gate)
        {
            if (!writing.Remove((conversation, person)))
            {
                return;
            }
        }

        changed.Ring();
    }

    public void CameOrWent(PersonId person, bool isPresent)
    {
        lock (gate)
        {
            meanwhile?.Add((person, isPresent));
            if (!(isPresent ? present.Add(person) : present.Remove(person)))
            {
                return;
            }
        }

        changed.Ring();
    }

    /// <summary>A watch goes out: what is pushed before its answer is read is newer than the answer.</summary>
    public void AskPresent()
    {
        lock (gate)
        {
            meanwhile = [];
        }
    }

    /// <summary>The answer to a watch: of the people watched, these are present.</summary>
    public void ArePresent(IEnumerable<PersonId> people)
    {
        lock (gate)
        {
            present.Clear();
            present.UnionWith(people);
            foreach (var (person, isPresent) in meanwhile ?? [])
            {
                _ = isPresent ? present.Add(person) : present.Remove(person);
            }

            meanwhile = null;
        }

        changed.Ring();
    }

    /// <summary>Somebody has read further; a position that is behind the known one changes nothing.</summary>
    public void HasRead(ReadMoved moved)
    {
        if (moved.Cursor is null || !EntityId.TryRead<ConversationId>(moved.Cursor.ConversationId.Span, out var conversation)
            || !EntityId.TryRead<PersonId>(moved.PersonId.Span, out var person))
        {
            return;
        }

        lock (gate)
        {
            if (!reads.TryGetValue(conversation, out var positions))
            {
                reads[conversation] = positions = [];
            }

            if (positions.GetValueOrDefault(person) >= moved.Cursor.Sequence)
            {
                return;
            }

            positions[person] = moved.Cursor.Sequence;
        }

        changed.Ring();
    }

    /// <summary>Without a link nobody knows who is here.</summary>
    public void LinkEnded()
    {
        lock (gate)
        {
            if (present.Count == 0 && writing.Count == 0)
            {
                return;
            }

            present.Clear();
            writing.Clear();
        }

        changed.Ring();
    }

    public void Dispose() => forgetting.Dispose();

    private void Forget()
    {
        lock (gate)
        {
            var now = time.GetUtcNow();
            foreach (var (key, until) in writing)
            {
                if (until <= now)
                {
                    writing.Remove(key);
                }
            }

            if (writing.Count > 0)
            {
                forgetting.Change(writing.Values.Min() - now, Timeout.InfiniteTimeSpan);
            }
        }

        changed.Ring();
    }
}

/// <summary>What is in front of the person: a conversation, and the people whose presence is shown.</summary>
internal sealed record Attention(ConversationId? Conversation, HashSet<PersonId> People);
