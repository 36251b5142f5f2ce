using Google.Protobuf;
using Rivet.Client;
using Rivet.Client.Home;
using Rivet.Container;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Simulation.Tests;

/// <summary>
/// Watches every commit of a device and holds it against the server's log: nothing out of sequence, nothing twice,
/// nothing called sent before it is committed, no position that moves back.
/// </summary>
internal sealed class Ledger(World world, Device device)
{
    private readonly Dictionary<ByteString, OutgoingRecord> queued = [];
    private readonly Dictionary<ByteString, int> places = [];
    private readonly Dictionary<ConversationId, ulong> held = [];
    private readonly HashSet<(ConversationId, ulong)> handed = [];

    /// <summary>Every message that was durably queued here: as it stood when it left the queue, or as it stands in it.</summary>
    public IReadOnlyDictionary<ByteString, OutgoingRecord> Messages => queued;

    /// <summary>In which order a message was queued.</summary>
    public int PlaceOf(ByteString messageId) => places[messageId];

    public Dictionary<ConversationId, ulong> Marks { get; } = [];

    /// <summary>How many entries its reader was handed; null where none reads.</summary>
    public int? Handed { get; private set; }

    /// <summary>Called with every conversation as it is kept.</summary>
    public Action<Conversation> ConversationKept { get; set; } = _ => { };

    public void Committed(List<Change> changes)
    {
        foreach (var change in changes)
        {
            switch (change.Kind)
            {
                case RecordKind.Entry:
                    CheckEntry(change);
                    break;
                case RecordKind.Outgoing:
                    CheckOutgoing(change);
                    break;
                case RecordKind.Cursor:
                    Require(Cursor(change.Before) < Cursor(change.After), "a cursor moved back");
                    break;
                case RecordKind.ReadMark:
                    CheckMark(change);
                    break;
                case RecordKind.Conversation:
                    Require(Read(change.Before) <= Read(change.After), "a read position moved back");
                    ConversationKept(Conversation.Parser.ParseFrom(change.After));
                    break;
            }
        }
    }

    /// <summary>Reads like a program that hands every entry on once, over crashes too.</summary>
    public async Task ReadArrivalsAsync(RivetClient client, CancellationToken ct)
    {
        Handed = handed.Count;
        await foreach (var batch in client.ArrivalsAsync("reader", skipOld: false, ct))
        {
            foreach (var one in batch)
            {
                var key = (EntityId.Read<ConversationId>(one.Entry.ConversationId.Span), one.Entry.Sequence);
                Require(handed.Add(key) || one.MayBeAgain, $"entry {key.Sequence} was handed on twice");
                Handed = handed.Count;
                Require(one.Entry.Sequence == 1 || handed.Contains((key.Item1, one.Entry.Sequence - 1)), $"entry {key.Sequence} was handed on before the one before it");
            }
        }
    }

    private void CheckEntry(Change change)
    {
        Require(change.Before is null && change.After is not null, "an entry was changed or removed");
        var entry = Entry.Parser.ParseFrom(change.After);
        var conversation = EntityId.Read<ConversationId>(entry.ConversationId.Span);
        var expected = held.GetValueOrDefault(conversation) + 1;
        Require(entry.Sequence == expected, $"entry {entry.Sequence} is shown where {expected} comes next");
        held[conversation] = entry.Sequence;
        var log = world.Server.Log(conversation);
        Require(entry.Sequence <= (ulong)log.Count, $"entry {entry.Sequence} is shown and not in the log");
        Require(entry.Equals(log[(int)entry.Sequence - 1]), $"entry {entry.Sequence} is not what the log has: {entry}");
    }

    private void CheckOutgoing(Change change)
    {
        var id = ByteString.CopyFrom(change.Key);
        var before = change.Before is null ? null : OutgoingRecord.Parser.ParseFrom(change.Before);
        var after = change.After is null ? null : OutgoingRecord.Parser.ParseFrom(change.After);
        if (before is null)
        {
            Require(places.TryAdd(id, places.Count), "a client message id was used again");
        }

        if (after is null or { State: OutgoingState.Delivered } && before?.State is OutgoingState.Queued)
        {
            Require(world.IsStored(device, id, before.ConversationId), "a message counts as sent and is not in the log");
            before.State = OutgoingState.Delivered;
            queued[id] = before;
        }
        else if (after is not null)
        {
            queued[id] = after;
        }
    }

    private void CheckMark(Change change)
    {
        var before = change.Before is null ? 0 : ReadMarkRecord.Parser.ParseFrom(change.Before).Sequence;
        var after = change.After is null ? 0 : ReadMarkRecord.Parser.ParseFrom(change.After).Sequence;
        var conversation = EntityId.Read<ConversationId>(change.Key);
        Require(before <= after, "a read mark moved back");
        Require(after <= held.GetValueOrDefault(conversation), "a read mark is beyond what is here");
        Marks[conversation] = after;
    }

    private static ulong Cursor(byte[]? record) => record is null ? 0 : CursorRecord.Parser.ParseFrom(record).Sequence;

    private static ulong Read(byte[]? record) => record is null ? 0 : Conversation.Parser.ParseFrom(record).ReadSequence;

    private void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            world.Loop.Stop($"{device}: {otherwise}.");
        }
    }
}
