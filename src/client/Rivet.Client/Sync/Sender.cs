using Google.Protobuf;
using Rivet.Client.Home;
using Rivet.Client.Links;
using Rivet.Client.Sealing;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Client.Sync;

/// <summary>
/// Empties the send queue: in order within a conversation, conversations beside each other. A message leaves the queue
/// only with the server's acknowledgement, which follows its commit; sent again after a break it is recognised by its id.
/// </summary>
internal sealed class Sender(ILink link, LocalStore store, SyncInbox inbox, Profile profile, OutgoingSeal seal, TimeProvider time)
{
    private const int MostFaults = 3;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);
    private readonly Dictionary<string, int> faults = [];

    public async Task RunAsync(CancellationToken ct)
    {
        while (true)
        {
            var seen = store.Bell.Count;
            var queued = store.Outgoing().Where(pair => pair.Message.State is OutgoingState.Queued).ToList();
            if (queued.Count > 0)
            {
                await store.DurableAsync(ct);
                var pauses = await Task.WhenAll(queued
                    .GroupBy(pair => pair.Message.ConversationId)
                    .Select(conversation => SendInOrderAsync([.. conversation], ct)));
                if (pauses.Max() is var pause && pause > TimeSpan.Zero)
                {
                    await Task.Delay(pause, time, ct);
                }

                continue;
            }

            await store.Bell.PastAsync(seen, ct);
        }
    }

    /// <summary>How long the rest of the conversation's queue must wait; zero when all of it went.</summary>
    private async Task<TimeSpan> SendInOrderAsync(IReadOnlyList<(byte[] MessageId, OutgoingRecord Message)> messages, CancellationToken ct)
    {
        foreach (var (messageId, message) in messages)
        {
            if (await SendAsync(messageId, message, ct) is var pause && pause > TimeSpan.Zero)
            {
                return pause;
            }
        }

        return TimeSpan.Zero;
    }

    private async Task<TimeSpan> SendAsync(byte[] messageId, OutgoingRecord message, CancellationToken ct)
    {
        var outgoing = await seal.SealAsync(messageId, message, profile, ct);
        if (!outgoing.TryGet(out var content, out var why))
        {
            return outgoing.IsForNow ? Wait(messageId, why) : Refuse(messageId, why);
        }

        var request = new SendRequest { ConversationId = message.ConversationId, ClientMessageId = ByteString.CopyFrom(messageId), Content = content };
        var answer = await link.AskAsync(Method.Send, request, SendResponse.Parser, ct);
        if (answer.TryGet(out var stored, out var refusal))
        {
            Delivered(messageId, message, content, stored);
            return TimeSpan.Zero;
        }

        switch (refusal.Code)
        {
            case RefusalCode.Unavailable when refusal.Reason == "link.lost":
                throw new LinkEndedException(refusal.Reason);
            case RefusalCode.TooMany:
                return Hold(messageId, refusal);
            case RefusalCode.Unavailable:
                return Wait(messageId, ClientRefusal.Of(refusal));
            case RefusalCode.Internal when CountFault(messageId) < MostFaults:
                return Pause;
            default:
                return Refuse(messageId, ClientRefusal.Of(refusal));
        }
    }

    /// <summary>Something that passes, such as a withheld key: the message keeps its place and says what it waits for.</summary>
    private TimeSpan Wait(byte[] messageId, ClientRefusal why)
    {
        store.Held(messageId, why, untilMs: 0);
        return Pause;
    }

    private TimeSpan Refuse(byte[] messageId, ClientRefusal why)
    {
        store.Refused(messageId, why);
        return TimeSpan.Zero;
    }

    /// <summary>A limit of the company: the message keeps its place and goes out when the server says it may.</summary>
    private TimeSpan Hold(byte[] messageId, Refusal refusal)
    {
        var wait = refusal.RetryAfterMs == 0 ? Pause : TimeSpan.FromMilliseconds(refusal.RetryAfterMs);
        wait = wait < ShortestPause ? ShortestPause : wait > LongestPause ? LongestPause : wait;
        store.Held(messageId, ClientRefusal.Of(refusal), (time.GetUtcNow() + wait).ToUnixTimeMilliseconds());
        return wait;
    }

    private void Delivered(byte[] messageId, OutgoingRecord message, ByteString content, SendResponse stored)
    {
        // The entry as every other device receives it: the server's push of it, if any, finds it already here.
        var entry = new Entry
        {
            ConversationId = message.ConversationId,
            Sequence = stored.Sequence,
            AuthorPersonId = ByteString.CopyFrom(profile.Person.ToBytes()),
            AuthorDeviceId = ByteString.CopyFrom(profile.Device.ToBytes()),
            AppendedMs = stored.AppendedMs,
            OwnTimeMs = stored.AppendedMs,
            ClientMessageId = ByteString.CopyFrom(messageId),
            Content = content,
        };
        var conversation = EntityId.Read<ConversationId>(message.ConversationId.Span);
        seal.Delivered(message);
        if (store.Delivered(entry) < stored.Sequence)
        {
            inbox.Ask(work => work.Gaps.Add(conversation));
        }
    }

    private int CountFault(byte[] messageId)
    {
        lock (faults)
        {
            var key = Convert.ToHexString(messageId);
            return faults[key] = faults.GetValueOrDefault(key) + 1;
        }
    }
}
