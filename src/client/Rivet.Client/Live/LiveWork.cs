using Google.Protobuf;
using Rivet.Client.Links;
using Rivet.Client.Sync;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Client.Live;

/// <summary>
/// Asks and shows the server, over one link, what <see cref="LiveBoard"/> wants. None of it is owed to anybody: what the
/// server refuses is left out.
/// </summary>
internal sealed class LiveWork(ILink link, LiveBoard board, TimeProvider time)
{
    private static readonly TimeSpan TypingPause = TimeSpan.FromSeconds(3);
    private (ConversationId Conversation, DateTimeOffset Until) shown;

    public async Task RunAsync(CancellationToken ct)
    {
        Attention? asked = null;
        try
        {
            while (true)
            {
                var seen = board.Wanted.Count;
                var wanted = board.Attention;
                if (wanted.Conversation is { } open && open != asked?.Conversation)
                {
                    await ListReadAsync(open, ct);
                }

                if (asked is null ? wanted.People.Count > 0 : !asked.People.SetEquals(wanted.People))
                {
                    await WatchAsync(wanted, ct);
                }

                asked = wanted;
                if (board.TakeTyping() is { } typing)
                {
                    await ShowTypingAsync(typing, ct);
                }

                await board.Wanted.PastAsync(seen, ct);
            }
        }
        finally
        {
            board.LinkEnded();
        }
    }

    private async Task ListReadAsync(ConversationId conversation, CancellationToken ct)
    {
        var request = new ListReadRequest { ConversationId = ByteString.CopyFrom(conversation.ToBytes()) };
        foreach (var position in (await AskAsync(Method.ListRead, request, ListReadResponse.Parser, ct))?.Positions ?? [])
        {
            board.HasRead(position);
        }
    }

    private async Task WatchAsync(Attention wanted, CancellationToken ct)
    {
        var request = new WatchPresenceRequest();
        request.PersonIds.AddRange(wanted.People.Select(person => ByteString.CopyFrom(person.ToBytes())));
        board.AskPresent();
        if (await AskAsync(Method.WatchPresence, request, WatchPresenceResponse.Parser, ct) is { } answer)
        {
            board.ArePresent(answer.Present.Where(id => id.Length == EntityId.Size).Select(id => EntityId.Read<PersonId>(id.Span)));
        }
    }

    private async Task ShowTypingAsync(ConversationId conversation, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        if (shown.Conversation != conversation || shown.Until <= now)
        {
            shown = (conversation, now + TypingPause);
            await AskAsync(
                Method.ShowTyping, new ShowTypingRequest { ConversationId = ByteString.CopyFrom(conversation.ToBytes()) }, ShowTypingResponse.Parser, ct);
        }
    }

    private async Task<TResponse?> AskAsync<TResponse>(Method method, IMessage request, MessageParser<TResponse> parser, CancellationToken ct)
        where TResponse : class, IMessage<TResponse>
        => (await link.AskAsync(method, request, parser, ct)).TryGet(out var answer, out var refusal) ? answer
            : refusal.Reason == "link.lost" ? throw new LinkEndedException(refusal.Reason)
            : null;
}
