using Google.Protobuf;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Client.Home;

/// <content>The send queue and the errands: how processes of one home share one link.</content>
internal sealed partial class LocalStore
{
    public void Queue(byte[] messageId, OutgoingRecord message)
        => Write(write => write.Insert(RecordKind.Outgoing, messageId, message.ToByteArray()));

    public OutgoingRecord? Outgoing(byte[] messageId) => Find(RecordKind.Outgoing, messageId, OutgoingRecord.Parser);

    /// <summary>All messages in the queue, in the order in which they were queued.</summary>
    public IReadOnlyList<(byte[] MessageId, OutgoingRecord Message)> Outgoing()
        => [.. InOrder(RecordKind.Outgoing).Select(record => (record.Key, OutgoingRecord.Parser.ParseFrom(record.Value)))];

    /// <summary>The server has the message: the queue's record and the log's entry change in one transaction. Gives the cursor.</summary>
    public ulong Delivered(Entry entry) => Write(write =>
    {
        Settle(write, entry);
        return Append(write, EntityId.Read<ConversationId>(entry.ConversationId.Span), [entry]);
    });

    /// <summary>The message was not taken now, and stays in the queue.</summary>
    /// <param name="messageId">Which.</param>
    /// <param name="why">What it waits for.</param>
    /// <param name="untilMs">The server takes it no sooner than this; 0 when it did not say.</param>
    public void Held(byte[] messageId, ClientRefusal why, long untilMs)
    {
        // Tried again every second, it mostly waits for the same: that is not written again.
        if (Outgoing(messageId) is { WaitsFor: { } waits, HeldUntilMs: var until } && until == untilMs && waits.Equals(why.ToRecord()))
        {
            return;
        }

        Write(write =>
        {
            if (write.Find(RecordKind.Outgoing, messageId) is { } value)
            {
                var message = OutgoingRecord.Parser.ParseFrom(value);
                (message.WaitsFor, message.HeldUntilMs) = (why.ToRecord(), untilMs);
                write.Put(RecordKind.Outgoing, messageId, message.ToByteArray());
            }
        });
    }

    public void Refused(byte[] messageId, ClientRefusal why) => Write(write =>
    {
        if (write.Find(RecordKind.Outgoing, messageId) is { } value)
        {
            var message = OutgoingRecord.Parser.ParseFrom(value);
            message.State = OutgoingState.Refused;
            message.Why = why.ToRecord();
            write.Put(RecordKind.Outgoing, messageId, message.ToByteArray());
        }
    });

    /// <summary>Whoever waited for the outcome has gone; the message itself stays in the queue.</summary>
    public void NoLongerAwaited(byte[] messageId) => Write(write =>
    {
        if (write.Find(RecordKind.Outgoing, messageId) is not { } value)
        {
            return;
        }

        var message = OutgoingRecord.Parser.ParseFrom(value);
        if (message.State is OutgoingState.Delivered)
        {
            write.Delete(RecordKind.Outgoing, messageId);
        }
        else
        {
            message.Awaited = false;
            write.Put(RecordKind.Outgoing, messageId, message.ToByteArray());
        }
    });

    public void RemoveOutgoing(byte[] messageId) => Write(write => write.Delete(RecordKind.Outgoing, messageId));

    public string Draft(ConversationId conversation)
        => records.Find(RecordKind.Draft, conversation.ToBytes()) is { } value ? System.Text.Encoding.UTF8.GetString(value) : "";

    public void KeepDraft(ConversationId conversation, string text) => Write(write =>
    {
        if (text.Length == 0)
        {
            write.Delete(RecordKind.Draft, conversation.ToBytes());
        }
        else
        {
            write.Put(RecordKind.Draft, conversation.ToBytes(), System.Text.Encoding.UTF8.GetBytes(text));
        }
    });

    public void PutErrand(byte[] id, ErrandRecord errand) => Write(write => write.Put(RecordKind.Errand, id, errand.ToByteArray()));

    public ErrandRecord? Errand(byte[] id) => Find(RecordKind.Errand, id, ErrandRecord.Parser);

    public IReadOnlyList<(byte[] Id, ErrandRecord Errand)> Errands()
        => [.. InOrder(RecordKind.Errand).Select(record => (record.Key, ErrandRecord.Parser.ParseFrom(record.Value)))];

    /// <summary>Takes a waiting errand to be asked, once; null when its asker withdrew it or it was taken.</summary>
    public ErrandRecord? StartErrand(byte[] id) => Write(write =>
    {
        if (write.Find(RecordKind.Errand, id) is not { } value
            || ErrandRecord.Parser.ParseFrom(value) is not { State: ErrandState.Waiting } errand)
        {
            return null;
        }

        errand.State = ErrandState.Started;
        write.Put(RecordKind.Errand, id, errand.ToByteArray());
        return errand;
    });

    /// <summary>Keeps the outcome for the asker, unless it has gone.</summary>
    public void FinishErrand(byte[] id, ErrandRecord errand) => Write(write =>
    {
        if (write.Find(RecordKind.Errand, id) is not null)
        {
            write.Put(RecordKind.Errand, id, errand.ToByteArray());
        }
    });

    public void RemoveErrand(byte[] id) => Write(write => write.Delete(RecordKind.Errand, id));

    /// <summary>An entry of this very device ends its message's wait in the queue, whether by answer, push or fetch.</summary>
    private void Settle(IRecordWrite write, Entry entry)
    {
        device ??= Profile()?.Device.ToBytes();
        if (device is null || !entry.AuthorDeviceId.Span.SequenceEqual(device))
        {
            return;
        }

        var messageId = entry.ClientMessageId.ToByteArray();
        if (write.Find(RecordKind.Outgoing, messageId) is not { } value)
        {
            return;
        }

        var message = OutgoingRecord.Parser.ParseFrom(value);
        if (!message.Awaited)
        {
            write.Delete(RecordKind.Outgoing, messageId);
            return;
        }

        message.State = OutgoingState.Delivered;
        message.Sequence = entry.Sequence;
        message.AppendedMs = entry.AppendedMs;
        message.Content = ByteString.Empty;
        write.Put(RecordKind.Outgoing, messageId, message.ToByteArray());
    }

    private IEnumerable<HomeRecord> InOrder(RecordKind kind)
        => records.All(kind).OrderBy(record => record.Arrival);
}
