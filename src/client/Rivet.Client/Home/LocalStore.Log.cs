using System.Buffers.Binary;
using Google.Protobuf;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Client.Home;

/// <content>Conversations, their logs and cursors, and who has been handed what.</content>
internal sealed partial class LocalStore
{
    public IReadOnlyList<Conversation> Conversations() => All(RecordKind.Conversation, Wire.Conversation.Parser);

    public Conversation? Conversation(ConversationId id) => Find(RecordKind.Conversation, id.ToBytes(), Wire.Conversation.Parser);

    public void KeepConversation(Conversation conversation) => Write(write =>
    {
        var key = conversation.ConversationId.ToByteArray();
        var known = write.Find(RecordKind.Conversation, key) is { } value ? Wire.Conversation.Parser.ParseFrom(value) : null;
        if (known is not null)
        {
            // A read position never moves back, whatever order answers and pushes came in.
            conversation.ReadSequence = Math.Max(conversation.ReadSequence, known.ReadSequence);
            conversation.LastSequence = Math.Max(conversation.LastSequence, known.LastSequence);
            conversation.LastMs = Math.Max(conversation.LastMs, known.LastMs);
        }

        write.Put(RecordKind.Conversation, key, conversation.ToByteArray());
    });

    public ulong Cursor(ConversationId conversation)
        => Find(RecordKind.Cursor, conversation.ToBytes(), CursorRecord.Parser)?.Sequence ?? 0;

    /// <summary>The server's incarnation that the logs are of; empty for its first.</summary>
    public byte[] Incarnation() => records.Find(RecordKind.Incarnation, RecordKeys.One) ?? [];

    public void KeepIncarnation(byte[] incarnation) => Write(write => write.Put(RecordKind.Incarnation, RecordKeys.One, incarnation));

    /// <summary>
    /// Cuts a log to what a restored server still has: it gives the numbers beyond a second time. Read positions go back with it.
    /// </summary>
    public void Rewind(ConversationId conversation, ulong kept) => Write(write =>
    {
        var key = conversation.ToBytes();
        var cursor = write.Find(RecordKind.Cursor, key) is { } held ? CursorRecord.Parser.ParseFrom(held).Sequence : 0;
        for (var sequence = kept + 1; sequence <= cursor; sequence++)
        {
            write.Delete(RecordKind.Entry, RecordKeys.Entry(conversation, sequence));
        }

        if (cursor > kept)
        {
            write.Put(RecordKind.Cursor, key, new CursorRecord { Sequence = kept }.ToByteArray());
        }

        if (write.Find(RecordKind.ReadMark, key) is { } mark && ReadMarkRecord.Parser.ParseFrom(mark).Sequence > kept)
        {
            write.Put(RecordKind.ReadMark, key, new ReadMarkRecord { Sequence = kept }.ToByteArray());
        }

        if (write.Find(RecordKind.Conversation, key) is { } value)
        {
            var known = Wire.Conversation.Parser.ParseFrom(value);
            known.LastSequence = Math.Min(known.LastSequence, kept);
            known.ReadSequence = Math.Min(known.ReadSequence, kept);
            write.Put(RecordKind.Conversation, key, known.ToByteArray());
        }
    });

    /// <summary>Unix milliseconds: contents appended before were destroyed by the company's retention; 0 for none.</summary>
    public long KeptSinceMs() => records.Find(RecordKind.KeptSince, RecordKeys.One) is { } value ? BinaryPrimitives.ReadInt64BigEndian(value) : 0;

    /// <summary>
    /// Drops the contents of what was appended before a time, as the server did; numbers, authors and times stay. The time is noted once
    /// all logs are done: killed before, the next run does them again.
    /// </summary>
    public void Expire(long keptSinceMs)
    {
        foreach (var conversation in Conversations())
        {
            Expire(EntityId.Read<ConversationId>(conversation.ConversationId.Span), keptSinceMs);
        }

        var value = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(value, keptSinceMs);
        Write(write => write.Put(RecordKind.KeptSince, RecordKeys.One, value));
    }

    /// <summary>
    /// Stores the entries that follow the cursor without a gap and moves it; ones already held are passed over. Gives
    /// the cursor. Entries must be of one conversation.
    /// </summary>
    public ulong Append(ConversationId conversation, IEnumerable<Entry> entries)
        => Write(write => Append(write, conversation, entries));

    /// <summary>Entries with a sequence from <paramref name="from"/>, oldest first.</summary>
    public IReadOnlyList<Entry> Entries(ConversationId conversation, ulong from, int limit)
        => [.. records.Range(
            RecordKind.Entry, RecordKeys.Entry(conversation, from), RecordKeys.Entry(conversation, ulong.MaxValue), limit)
            .Select(record => Entry.Parser.ParseFrom(record.Value))];

    /// <summary>Entries of all conversations in the order in which they came to this home.</summary>
    public IReadOnlyList<(long Arrival, Entry Entry)> Arrived(long after, int limit)
        => [.. records.Arrived(RecordKind.Entry, after, limit)
            .Select(record => (record.Arrival, Entry.Parser.ParseFrom(record.Value)))];

    /// <summary>The arrival of the newest entry; 0 when there is none.</summary>
    public long LastArrival()
    {
        long last = 0;
        while (Arrived(last, 1_000) is { Count: > 0 } more)
        {
            last = more[^1].Arrival;
        }

        return last;
    }

    public ReaderRecord Reader(string name) => Find(RecordKind.Reader, ReaderKey(name), ReaderRecord.Parser) ?? new ReaderRecord();

    public void KeepReader(string name, ReaderRecord reader)
        => Write(write => write.Put(RecordKind.Reader, ReaderKey(name), reader.ToByteArray()));

    public ulong ReadMark(ConversationId conversation)
        => Find(RecordKind.ReadMark, conversation.ToBytes(), ReadMarkRecord.Parser)?.Sequence ?? 0;

    /// <summary>Moves the read position forward; the holder of the link tells the server.</summary>
    public void MoveReadMark(ConversationId conversation, ulong sequence)
    {
        if (ReadMark(conversation) < sequence)
        {
            Write(write => write.Put(RecordKind.ReadMark, conversation.ToBytes(), new ReadMarkRecord { Sequence = sequence }.ToByteArray()));
        }
    }

    public IReadOnlyList<(ConversationId Conversation, ulong Sequence)> UntoldReadMarks()
        => [.. records.All(RecordKind.ReadMark)
            .Select(record => (EntityId.Read<ConversationId>(record.Key), ReadMarkRecord.Parser.ParseFrom(record.Value)))
            .Where(pair => !pair.Item2.Told)
            .Select(pair => (pair.Item1, pair.Item2.Sequence))];

    public void ReadMarkTold(ConversationId conversation, ulong sequence) => Write(write =>
    {
        if (write.Find(RecordKind.ReadMark, conversation.ToBytes()) is { } value && ReadMarkRecord.Parser.ParseFrom(value).Sequence == sequence)
        {
            write.Put(RecordKind.ReadMark, conversation.ToBytes(), new ReadMarkRecord { Sequence = sequence, Told = true }.ToByteArray());
        }
    });

    /// <summary>Lists show the most recent conversation first: the server tells its time only when it is asked.</summary>
    private static void Touch(IRecordWrite write, byte[] key, ulong last, long lastMs)
    {
        if (write.Find(RecordKind.Conversation, key) is { } value)
        {
            var conversation = Wire.Conversation.Parser.ParseFrom(value);
            conversation.LastSequence = Math.Max(conversation.LastSequence, last);
            conversation.LastMs = Math.Max(conversation.LastMs, lastMs);
            write.Put(RecordKind.Conversation, key, conversation.ToByteArray());
        }
    }

    private void Expire(ConversationId conversation, long keptSinceMs)
    {
        const int batch = 500;
        IReadOnlyList<Entry> entries;
        var from = 1UL;
        do
        {
            entries = Entries(conversation, from, batch);
            var old = entries.TakeWhile(entry => entry.AppendedMs < keptSinceMs).ToList();
            if (old.Exists(entry => !entry.Content.IsEmpty))
            {
                Write(write =>
                {
                    foreach (var entry in old.Where(entry => !entry.Content.IsEmpty))
                    {
                        entry.Content = ByteString.Empty;
                        write.Put(RecordKind.Entry, RecordKeys.Entry(conversation, entry.Sequence), entry.ToByteArray());
                    }
                });
            }

            if (old.Count < entries.Count)
            {
                return;
            }

            from += (ulong)entries.Count;
        }
        while (entries.Count == batch);
    }

    private static byte[] ReaderKey(string name) => System.Text.Encoding.UTF8.GetBytes(name);

    private ulong Append(IRecordWrite write, ConversationId conversation, IEnumerable<Entry> entries)
    {
        var key = conversation.ToBytes();
        var cursor = write.Find(RecordKind.Cursor, key) is { } value ? CursorRecord.Parser.ParseFrom(value).Sequence : 0;
        var before = cursor;
        long newest = 0;
        foreach (var entry in entries.OrderBy(entry => entry.Sequence))
        {
            if (entry.Sequence == cursor + 1)
            {
                write.Insert(RecordKind.Entry, RecordKeys.Entry(conversation, entry.Sequence), entry.ToByteArray());
                cursor++;
                newest = entry.AppendedMs;
                Settle(write, entry);
            }
        }

        if (cursor != before)
        {
            write.Put(RecordKind.Cursor, key, new CursorRecord { Sequence = cursor }.ToByteArray());
            Touch(write, key, cursor, newest);
        }

        return cursor;
    }
}
