using Google.Protobuf;
using Rivet.Client.Home;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Client;

/// <summary>A message the server has committed.</summary>
/// <param name="Conversation">Where.</param>
/// <param name="Sequence">Its place in the log.</param>
/// <param name="MessageId">Its client message id, 16 bytes.</param>
/// <param name="AppendedMs">The server's time, Unix milliseconds.</param>
public sealed record Sent(ConversationId Conversation, ulong Sequence, ReadOnlyMemory<byte> MessageId, long AppendedMs);

/// <content>The send queue.</content>
public sealed partial class RivetClient
{
    /// <summary>
    /// Puts a message, edit, recall or reaction into the send queue: durable when this returns, in a browser when
    /// <see cref="SavedAsync"/> says so. It goes out with the next link, never before it is durable, and leaves the queue
    /// only when the server has committed it. Gives its client message id.
    /// </summary>
    public ReadOnlyMemory<byte> Queue(ConversationId conversation, Content content) => Queue(conversation, content, awaited: false);

    /// <summary>Completes when everything queued, marked or received before outlives this program's end.</summary>
    public ValueTask SavedAsync(CancellationToken ct) => store.DurableAsync(ct);

    /// <summary>Queues and waits for the server's commit. Cancelled, the message stays in the queue and still goes out.</summary>
    public Task<Result<Sent, ClientRefusal>> SendAsync(ConversationId conversation, Content content, CancellationToken ct)
        => SendAsync(conversation, content, waits: null, ct);

    /// <inheritdoc cref="SendAsync(ConversationId, Content, CancellationToken)"/>
    /// <param name="conversation">Where.</param>
    /// <param name="content">What.</param>
    /// <param name="waits">Told when the message cannot go out now, once for each reason; it goes out by itself when it can.</param>
    /// <param name="ct">Ends the wait.</param>
    public async Task<Result<Sent, ClientRefusal>> SendAsync(ConversationId conversation, Content content, IProgress<PendingMessage>? waits, CancellationToken ct)
    {
        var messageId = Queue(conversation, content, awaited: true);
        var told = (Why: default(ClientRefusal), UntilMs: 0L);
        try
        {
            while (true)
            {
                var seen = Changes;
                if (store.Outgoing(messageId) is not { } message)
                {
                    throw new InvalidOperationException("An awaited message left the queue.");
                }

                if (message.State is not OutgoingState.Queued)
                {
                    store.RemoveOutgoing(messageId);
                    return message.State is OutgoingState.Delivered
                        ? new Sent(conversation, message.Sequence, messageId, message.AppendedMs)
                        : ClientRefusal.Of(message.Why);
                }

                if (Pending(messageId, message) is { WaitsFor: { } why } pending && (why != told.Why || message.HeldUntilMs > told.UntilMs))
                {
                    told = (why, message.HeldUntilMs);
                    waits?.Report(pending);
                }

                if (Status is { Phase: LinkPhase.Ended } ended)
                {
                    store.NoLongerAwaited(messageId);
                    return new ClientRefusal(ended.Reason);
                }

                await WaitAsync(seen, ct);
            }
        }
        catch (OperationCanceledException)
        {
            store.NoLongerAwaited(messageId);
            return new ClientRefusal(ClientRefusal.Queued);
        }
    }

    /// <summary>Messages on their way out, oldest first: waiting ones, and those the server refused.</summary>
    public IReadOnlyList<PendingMessage> Pending(ConversationId conversation)
        => [.. store.Outgoing()
            .Where(pair => pair.Message.State is not OutgoingState.Delivered && pair.Message.ConversationId.Span.SequenceEqual(conversation.ToBytes()))
            .Select(pair => Pending(pair.MessageId, pair.Message))];

    /// <summary>What was begun for a conversation and not sent; kept in the home only.</summary>
    public string Draft(ConversationId conversation) => store.Draft(conversation);

    /// <summary>Keeps what was begun for a conversation; nothing forgets it.</summary>
    public void KeepDraft(ConversationId conversation, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        store.KeepDraft(conversation, text);
    }

    /// <summary>Takes a message that was refused, or not sent yet, out of the queue.</summary>
    public void Discard(ReadOnlyMemory<byte> messageId) => store.RemoveOutgoing(messageId.ToArray());

    private PendingMessage Pending(byte[] messageId, OutgoingRecord message) => new()
    {
        MessageId = messageId,
        Content = Content.Parser.ParseFrom(message.Content),
        QueuedMs = message.QueuedMs,
        HeldFor = HeldFor(message),
        WaitsFor = message is { State: OutgoingState.Queued, WaitsFor: { } waits } ? ClientRefusal.Of(waits) : null,
        Refusal = message.State is OutgoingState.Refused ? ClientRefusal.Of(message.Why) : null,
    };

    private TimeSpan HeldFor(OutgoingRecord message)
    {
        var left = DateTimeOffset.FromUnixTimeMilliseconds(message.HeldUntilMs) - time.GetUtcNow();
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private byte[] Queue(ConversationId conversation, Content content, bool awaited)
    {
        ArgumentNullException.ThrowIfNull(content);
        var messageId = Guid.CreateVersion7(time.GetUtcNow()).ToByteArray(bigEndian: true);
        store.Queue(messageId, new OutgoingRecord
        {
            ConversationId = ByteString.CopyFrom(conversation.ToBytes()),
            Content = content.ToByteString(),
            QueuedMs = time.GetUtcNow().ToUnixTimeMilliseconds(),
            Awaited = awaited,
        });
        return messageId;
    }
}

/// <summary>A message on its way out.</summary>
public sealed record PendingMessage
{
    /// <summary>Its client message id, 16 bytes.</summary>
    public required ReadOnlyMemory<byte> MessageId { get; init; }

    /// <summary>What it says.</summary>
    public required Content Content { get; init; }

    /// <summary>When it was queued, Unix milliseconds of this machine's clock.</summary>
    public required long QueuedMs { get; init; }

    /// <summary>For how long a limit of the company still holds it back; zero when none does.</summary>
    public TimeSpan HeldFor { get; init; }

    /// <summary>Why it could not go out when it was last tried, and is tried again; null when nothing but its turn holds it.</summary>
    public ClientRefusal? WaitsFor { get; init; }

    /// <summary>Why the server refused it; null while it waits.</summary>
    public ClientRefusal? Refusal { get; init; }
}
