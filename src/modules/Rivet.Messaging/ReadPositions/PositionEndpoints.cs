using Google.Protobuf;
using Rivet.Hosting.Link;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Wire;

namespace Rivet.Messaging;

/// <summary>Keeps how far devices have stored and people have read.</summary>
internal sealed class PositionEndpoints(IStore store, Switchboard switchboard)
{
    /// <summary>Moves the device's cursors, all or none; a position behind the one kept changes nothing.</summary>
    public async ValueTask<Result<AcknowledgeResponse, Refusal>> AcknowledgeAsync(Permit permit, AcknowledgeRequest request, CancellationToken ct)
    {
        if (request.Cursors.Count > Bounds.Cursors)
        {
            return MessagingRefusal.Malformed.ToWire("At most 1,000 cursors are acknowledged at once.");
        }

        var cursors = new List<(ConversationId Conversation, long Sequence)>(request.Cursors.Count);
        foreach (var cursor in request.Cursors)
        {
            if (!TryRead(cursor, out var read))
            {
                return MessagingRefusal.Malformed.ToWire("A cursor is malformed.");
            }

            cursors.Add(read);
        }

        var subject = permit.Subject;
        var refusal = await store.WriteAsync(transaction => Acknowledge(transaction, subject, cursors), ct);
        return refusal == MessagingRefusal.None ? new AcknowledgeResponse() : refusal.ToWire();
    }

    /// <summary>
    /// Moves the person's read position and shows it to their other devices and, in conversations of at most
    /// <see cref="Bounds.NamedMembers"/> members, to the others.
    /// </summary>
    public async ValueTask<Result<MarkReadResponse, Refusal>> MarkReadAsync(Permit permit, MarkReadRequest request, CancellationToken ct)
    {
        if (!TryRead(request.Cursor, out var cursor))
        {
            return MessagingRefusal.Malformed.ToWire("The cursor is malformed.");
        }

        var subject = permit.Subject;
        var refusal = await store.WriteAsync(transaction => MarkRead(transaction, subject, cursor.Conversation, cursor.Sequence), ct);
        return refusal == MessagingRefusal.None ? new MarkReadResponse() : refusal.ToWire();
    }

    /// <summary>How far each member has read, where positions are shown to all.</summary>
    public async ValueTask<Result<ListReadResponse, Refusal>> ListReadAsync(Permit permit, ListReadRequest request, CancellationToken ct)
    {
        var conversation = EntityId.Read<ConversationId>(request.ConversationId.Span);
        var positions = await store.ReadAsync(
            session => MemberTable.ShowsAll(session, conversation, permit.Subject.Person) ? PositionTable.OfMembers(session, conversation) : [], ct);
        var response = new ListReadResponse();
        response.Positions.AddRange(positions.Select(position => Moved(position.Person, conversation, position.Sequence)));
        return response;
    }

    private static MessagingRefusal Acknowledge(
        WriteTransaction transaction, Subject subject, List<(ConversationId Conversation, long Sequence)> cursors)
    {
        foreach (var (conversation, sequence) in cursors)
        {
            var refusal = Check(transaction, subject, conversation, sequence);
            if (refusal != MessagingRefusal.None)
            {
                return refusal;
            }
        }

        cursors.ForEach(cursor => PositionTable.MoveCursor(transaction, subject.Device, cursor.Conversation, cursor.Sequence));
        return MessagingRefusal.None;
    }

    private MessagingRefusal MarkRead(WriteTransaction transaction, Subject subject, ConversationId conversation, long sequence)
    {
        var refusal = Check(transaction, subject, conversation, sequence);
        if (refusal != MessagingRefusal.None || !PositionTable.MoveRead(transaction, subject.Person, conversation, sequence))
        {
            return refusal;
        }

        var showToAll = MemberTable.Count(transaction, conversation) <= Bounds.NamedMembers;
        transaction.AfterCommit(() => Show(subject, conversation, sequence, showToAll));
        return MessagingRefusal.None;
    }

    /// <summary>A position is a member's, and never ahead of the log: it would hide what comes.</summary>
    private static MessagingRefusal Check(ReadSession session, Subject subject, ConversationId conversation, long sequence)
    {
        if (!MemberTable.IsMember(session, conversation, subject.Person))
        {
            return MessagingRefusal.NotAMember;
        }

        return sequence > EntryTable.LastSequence(session, conversation) ? MessagingRefusal.CursorAhead : MessagingRefusal.None;
    }

    private void Show(Subject subject, ConversationId conversation, long sequence, bool toAll)
    {
        var frame = PushFrame.Encode(Method.ReadMoved, Moved(subject.Person, conversation, sequence));
        if (toAll)
        {
            switchboard.Push(conversation, frame, subject.Via);
        }
        else
        {
            switchboard.Push(subject.Person, frame, subject.Via);
        }
    }

    private static ReadMoved Moved(PersonId person, ConversationId conversation, long sequence) => new()
    {
        PersonId = ByteString.CopyFrom(person.ToBytes()),
        Cursor = new Cursor { ConversationId = ByteString.CopyFrom(conversation.ToBytes()), Sequence = (ulong)sequence },
    };

    private static bool TryRead(Cursor? cursor, out (ConversationId Conversation, long Sequence) read)
    {
        read = default;
        if (cursor is null || cursor.Sequence > long.MaxValue || !EntityId.TryRead<ConversationId>(cursor.ConversationId.Span, out var conversation))
        {
            return false;
        }

        read = (conversation, (long)cursor.Sequence);
        return true;
    }
}
