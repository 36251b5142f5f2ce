using Google.Protobuf;
using Rivet.Client.Home;
using Rivet.Client.Links;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Client.Sync;

/// <summary>Tells the server how far this person has read; a mark set without a link is told with the next one.</summary>
internal sealed class ReadMarks(ILink link, LocalStore store, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    public async Task RunAsync(CancellationToken ct)
    {
        while (true)
        {
            var seen = store.Bell.Count;
            var later = false;
            foreach (var (conversation, sequence) in store.UntoldReadMarks())
            {
                var request = new MarkReadRequest
                {
                    Cursor = new Cursor { ConversationId = ByteString.CopyFrom(conversation.ToBytes()), Sequence = sequence },
                };
                var answer = await link.AskAsync(Method.MarkRead, request, MarkReadResponse.Parser, ct);
                if (!answer.TryGet(out _, out var refusal))
                {
                    if (refusal.Reason == "link.lost")
                    {
                        throw new LinkEndedException(refusal.Reason);
                    }

                    if (refusal.Code is RefusalCode.Unavailable or RefusalCode.TooMany)
                    {
                        later = true;
                        continue;
                    }
                }

                // Refused for good (no longer a member) or taken: either way there is nothing left to tell.
                store.ReadMarkTold(conversation, sequence);
            }

            if (later)
            {
                await Task.Delay(Pause, time, ct);
                continue;
            }

            await store.Bell.PastAsync(seen, ct);
        }
    }
}
