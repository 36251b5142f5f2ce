using Rivet.Hosting.Link;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Messaging;

/// <summary>Tells the connections of a conversation what changed in it. Every call belongs after the commit.</summary>
internal sealed class Announcer(Switchboard switchboard)
{
    /// <summary>
    /// Pushes how the conversation stands and then its new entries; more than <see cref="Bounds.PushedEntries"/> are
    /// left to be fetched, since the new last sequence shows the gap.
    /// </summary>
    public void Changed(ConversationView view, string title, IReadOnlyList<(NewEntry Entry, long Sequence)> entries, long nowMs, Guid exceptDevice = default)
    {
        var frame = PushFrame.Encode(Method.ConversationChanged, ConversationReader.ToWire(view, title));
        switchboard.Push(view.Row.Id, frame, exceptDevice);
        if (entries.Count <= Bounds.PushedEntries)
        {
            Appended(entries, nowMs);
        }
    }

    public void Appended(IReadOnlyList<(NewEntry Entry, long Sequence)> entries, long nowMs)
    {
        foreach (var (entry, sequence) in entries)
        {
            switchboard.Deliver(entry, sequence, nowMs);
        }
    }

    /// <summary>The person's connections are told that it is over, and hear nothing further.</summary>
    public void Removed(ConversationRow row, PersonId person)
    {
        switchboard.Leave(row.Id, person);
        var over = new Conversation
        {
            ConversationId = Google.Protobuf.ByteString.CopyFrom(row.Id.ToBytes()),
            Kind = row.Kind,
            Removed = true,
        };
        switchboard.Push(person, PushFrame.Encode(Method.ConversationChanged, over));
    }

    public void Joined(ConversationId conversation, IEnumerable<PersonId> people)
    {
        foreach (var person in people)
        {
            switchboard.Join(conversation, person);
        }
    }
}
