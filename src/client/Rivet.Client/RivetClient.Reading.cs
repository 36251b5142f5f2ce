using System.Runtime.CompilerServices;
using Rivet.Client.Home;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Client;

/// <summary>An entry as it is handed to a reader.</summary>
/// <param name="Entry">The entry; (conversation, sequence) identifies it for ever.</param>
/// <param name="Arrival">Its place in the order in which entries came to this home.</param>
/// <param name="MayBeAgain">A former run may have handed it on just before it was killed.</param>
public readonly record struct Arrived(Entry Entry, long Arrival, bool MayBeAgain);

/// <content>What the home holds. Works without a link.</content>
public sealed partial class RivetClient
{
    /// <summary>All conversations, the most recent first; left ones have <c>removed</c> set.</summary>
    public IReadOnlyList<Conversation> Conversations()
        => [.. store.Conversations().OrderByDescending(conversation => conversation.LastMs)];

    /// <summary>One conversation; null when this home does not know it.</summary>
    public Conversation? Conversation(ConversationId id) => store.Conversation(id);

    /// <summary>The people of the company this home knows.</summary>
    public IReadOnlyList<Person> People() => store.People();

    /// <summary>Asks for the people anew when this process holds the link; whoever is new is among <see cref="People"/> soon.</summary>
    public void RefreshPeople() => holder.Session?.PeopleAnew();

    /// <summary>Entries with a sequence from <paramref name="from"/>, oldest first.</summary>
    public IReadOnlyList<Entry> Entries(ConversationId conversation, ulong from, int limit) => store.Entries(conversation, from, limit);

    /// <summary>How far a conversation's log is held here without a gap.</summary>
    public ulong Cursor(ConversationId conversation) => store.Cursor(conversation);

    /// <summary>How far this person has read, here or on another device.</summary>
    public ulong ReadUpTo(ConversationId conversation)
        => Math.Max(store.Conversation(conversation)?.ReadSequence ?? 0, store.ReadMark(conversation));

    /// <summary>Moves the read position forward; told to the server with the next link.</summary>
    public void MarkRead(ConversationId conversation, ulong sequence)
    {
        if (ReadUpTo(conversation) < sequence)
        {
            store.MoveReadMark(conversation, sequence);
        }
    }

    /// <summary>How many posts of others are unread, counted up to <paramref name="most"/>.</summary>
    public int Unread(ConversationId conversation, int most)
    {
        var self = Profile.Person.ToBytes();
        return store.Entries(conversation, ReadUpTo(conversation) + 1, most)
            .Count(entry => !entry.AuthorPersonId.Span.SequenceEqual(self) && Timeline.IsPost(entry));
    }

    /// <summary>A timeline of what is here of a conversation; see <see cref="Refresh"/>.</summary>
    public Timeline TimelineOf(ConversationId conversation)
    {
        var timeline = new Timeline(conversation);
        Refresh(timeline);
        return timeline;
    }

    /// <summary>Adds to a timeline what has come since.</summary>
    public void Refresh(Timeline timeline)
    {
        ArgumentNullException.ThrowIfNull(timeline);
        var (incarnation, keptSince) = (store.Incarnation(), store.KeptSinceMs());
        if (keptSince != timeline.KeptSinceMs || !incarnation.AsSpan().SequenceEqual(timeline.Incarnation))
        {
            timeline.Begin(incarnation, keptSince);
        }

        IReadOnlyList<Entry> more;
        do
        {
            more = store.Entries(timeline.Conversation, timeline.Last + 1, 2_000);
            foreach (var entry in more)
            {
                timeline.Apply(entry);
            }
        }
        while (more.Count == 2_000);
    }

    /// <summary>
    /// Hands on every entry of this home once, in the order of arrival, to the reader of that name: also across runs.
    /// An entry counts as handed on when the next batch is asked for; entries of a batch in which a run was killed come
    /// again, marked <see cref="Arrived.MayBeAgain"/>.
    /// </summary>
    /// <param name="reader">The reader's name, kept in the home.</param>
    /// <param name="skipOld">Whether a new reader begins with what comes from now on.</param>
    /// <param name="ct">Ends the stream between batches.</param>
    public async IAsyncEnumerable<IReadOnlyList<Arrived>> ArrivalsAsync(
        string reader, bool skipOld, [EnumeratorCancellation] CancellationToken ct)
    {
        const int batch = 64;
        var position = store.Reader(reader);
        if (skipOld && position.Handed == 0)
        {
            position.Handed = position.Attempted = store.LastArrival();
        }

        while (true)
        {
            var seen = Changes;
            var entries = store.Arrived(position.Handed, batch);
            if (entries.Count > 0)
            {
                var former = position.Attempted;
                position.Attempted = Math.Max(former, entries[^1].Arrival);
                store.KeepReader(reader, position);
                yield return [.. entries.Select(pair => new Arrived(pair.Entry, pair.Arrival, pair.Arrival <= former))];
                position.Handed = entries[^1].Arrival;
                continue;
            }

            if (store.Reader(reader).Handed != position.Handed)
            {
                store.KeepReader(reader, position);
            }

            try
            {
                await WaitAsync(seen, ct);
            }
            catch (OperationCanceledException)
            {
                yield break;
            }
        }
    }
}
