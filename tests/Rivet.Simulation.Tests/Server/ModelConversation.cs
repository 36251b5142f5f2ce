using Google.Protobuf;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Simulation.Tests;

/// <summary>A conversation of the model: its members and its log.</summary>
internal sealed class ModelConversation(ConversationId id, ConversationKind kind, string title)
{
    public ConversationId Id => id;

    public ByteString Bytes { get; } = ByteString.CopyFrom(id.ToBytes());

    public ConversationKind Kind => kind;

    public List<PersonId> Members { get; } = [];

    public List<Entry> Log { get; } = [];

    /// <summary>The post a sequence names; null when it names none.</summary>
    public Entry? Post(ulong sequence)
        => sequence - 1 < (ulong)Log.Count && Content.Parser.ParseFrom(Log[(int)sequence - 1].Content).Post is not null ? Log[(int)sequence - 1] : null;

    public Conversation View(ulong read, ulong cursor)
    {
        var view = new Conversation
        {
            ConversationId = Bytes,
            Kind = kind,
            Title = title,
            MemberCount = (uint)Members.Count,
            LastSequence = Log.Count == 0 ? 0 : Log[^1].Sequence,
            LastMs = Log.Count == 0 ? 0 : Log[^1].AppendedMs,
            ReadSequence = read,
            DeviceCursor = cursor,
        };
        view.Members.AddRange(Members.Select(member => ByteString.CopyFrom(member.ToBytes())));
        return view;
    }
}
