using Google.Protobuf;
using Rivet.Client;
using Rivet.Client.Home;
using Rivet.Container;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Simulation.Tests;

/// <summary>The delivery rules as they must hold when everything has come to rest.</summary>
internal sealed class Rules(World world)
{
    public void Check()
    {
        foreach (var conversation in world.Conversations)
        {
            CheckLog(conversation);
        }

        foreach (var device in world.Devices)
        {
            CheckProcess(device);
            CheckMessages(device);
            var listed = ((ListConversationsResponse)world.Server.Ask(device.Subject, Method.ListConversations, new ListConversationsRequest()).Value)
                .Conversations.ToDictionary(one => EntityId.Read<ConversationId>(one.ConversationId.Span));
            foreach (var conversation in world.Conversations)
            {
                CheckHome(device, conversation, listed.GetValueOrDefault(conversation));
            }
        }
    }

    private void CheckLog(ConversationId conversation)
    {
        var log = world.Server.Log(conversation);
        for (var at = 0; at < log.Count; at++)
        {
            Require(log[at].Sequence == (ulong)at + 1, $"the log has {log[at].Sequence} where {at + 1} comes next");
        }

        var messages = log.Where(entry => entry.ClientMessageId.Length > 0).Select(entry => (entry.AuthorDeviceId, entry.ClientMessageId)).ToList();
        Require(messages.Distinct().Count() == messages.Count, "a message is in the log twice");
    }

    private static void CheckProcess(Device device)
    {
        Require(device.Client is not null, $"{device} does not run");
        var client = device.Client!;
        Require(!client.Ended.IsFaulted, $"{device} failed: {client.Ended.Exception}");
        Require(client.Status.Phase is LinkPhase.Online, $"{device} is {client.Status}");
        var held = device.Look().All(RecordKind.Entry).Length;
        Require(device.Ledger.Handed is null || device.Ledger.Handed == held, $"{device}: {device.Ledger.Handed} of {held} entries were handed on");
    }

    /// <summary>Whatever was queued is in the log once and in the order it was queued in, or was refused and is not.</summary>
    private void CheckMessages(Device device)
    {
        foreach (var (id, message) in device.Ledger.Messages)
        {
            var conversation = EntityId.Read<ConversationId>(message.ConversationId.Span);
            var times = world.Server.Log(conversation).Count(entry => Is(entry, device, id));
            switch (message.State)
            {
                case OutgoingState.Delivered:
                    Require(times == 1, $"{device}: a message that counts as sent is in the log {times} times");
                    break;
                case OutgoingState.Refused:
                    // The repeat of a stored message is refused to whoever was removed meanwhile.
                    Require(times == 0 || message.Why.Reason == "access.not-a-member", $"{device}: a refused message is in the log: {message.Why}");
                    Require(message.Why.Reason is "access.not-a-member" or "messaging.unknown-target" or "messaging.not-own-post", $"{device}: refused with {message.Why}");
                    break;
                default:
                    Require(false, $"{device}: a message is still in the queue");
                    break;
            }
        }

        foreach (var conversation in world.Conversations)
        {
            var places = world.Server.Log(conversation)
                .Where(entry => entry.AuthorDeviceId.Equals(device.Welcome.DeviceId) && entry.ClientMessageId.Length > 0)
                .Select(entry => device.Ledger.PlaceOf(entry.ClientMessageId)).ToList();
            Require(places.SequenceEqual(places.Order()), $"{device}: messages are in the log in another order than they were queued in");
        }
    }

    private void CheckHome(Device device, ConversationId conversation, Conversation? listed)
    {
        var log = world.Server.Log(conversation);
        var entries = device.Look().Range(RecordKind.Entry, RecordKeys.Entry(conversation, 0), RecordKeys.Entry(conversation, ulong.MaxValue), int.MaxValue);
        var held = entries.Select(record => Entry.Parser.ParseFrom(record.Value)).ToList();
        Require(held.SequenceEqual(log.Take(held.Count)), $"{device} holds other entries than the log");
        Require(device.Client!.Cursor(conversation) == (ulong)held.Count, $"{device}: its cursor is not what it holds");
        var known = device.Client.Conversation(conversation);
        if (listed is null)
        {
            Require(held.Count < LastLeft(log, device), $"{device} holds entries {held.Count} of {log.Count} from after its person's removal");
            Require(known is null or { Removed: true }, $"{device} shows a conversation its person is not in");
            return;
        }

        Require(held.Count == log.Count, $"{device} holds {held.Count} of {log.Count} entries");
        Require(known is { Removed: false }, $"{device} does not show a conversation of its person");
        // What a device sent itself is acknowledged with what comes next from others.
        Require(listed.DeviceCursor <= (ulong)held.Count, $"{device} acknowledged {listed.DeviceCursor} entries and holds {held.Count}");
        Require(
            held.Skip((int)listed.DeviceCursor).All(entry => entry.ClientMessageId.Length > 0 && entry.AuthorDeviceId.Equals(device.Welcome.DeviceId)),
            $"{device} acknowledged {listed.DeviceCursor} of {held.Count} entries");
        if (LastLeft(log, device) == 1)
        {
            CheckReads(device, conversation, listed.ReadSequence);
        }
    }

    /// <summary>The server knows how far the person read on any device, and every device of the person does.</summary>
    private void CheckReads(Device device, ConversationId conversation, ulong read)
    {
        var marked = world.Devices.Where(other => other.Subject.Person == device.Subject.Person)
            .Max(other => other.Ledger.Marks.GetValueOrDefault(conversation));
        Require(read == marked, $"{device}: the server says read up to {read}, marked was {marked}");
        Require(device.Client!.ReadUpTo(conversation) == read, $"{device} shows read up to {device.Client.ReadUpTo(conversation)} instead of {read}");
    }

    /// <summary>The sequence at which the device's person last left; 1 for one who never was in, and so may hold nothing.</summary>
    private static int LastLeft(IReadOnlyList<Entry> log, Device device)
    {
        for (var at = log.Count - 1; at >= 0; at--)
        {
            if (Content.Parser.ParseFrom(log[at].Content).Membership is { Left: true } left && left.PersonId.Equals(device.Welcome.PersonId))
            {
                return at + 1;
            }
        }

        return 1;
    }

    private static bool Is(Entry entry, Device device, ByteString id) => entry.ClientMessageId.Equals(id) && entry.AuthorDeviceId.Equals(device.Welcome.DeviceId);

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new BrokenRuleException(otherwise);
        }
    }
}
