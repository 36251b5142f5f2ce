using Google.Protobuf;
using Rivet.Client.Home;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Client;

/// <content>Requests, over this process's link or through the process that holds it.</content>
public sealed partial class RivetClient
{
    /// <summary>
    /// Asks the server. Needs <see cref="Start"/>. Without a link it waits for one until <paramref name="patience"/> is
    /// over, which gives <see cref="ClientRefusal.Offline"/>: nothing was asked then.
    /// </summary>
    public async Task<Result<TResponse, ClientRefusal>> AskAsync<TResponse>(
        Method method, IMessage request, MessageParser<TResponse> parser, TimeSpan patience, CancellationToken ct)
        where TResponse : class, IMessage<TResponse>
    {
        ArgumentNullException.ThrowIfNull(parser);
        if (holder.Session is { } session)
        {
            var answer = await session.Link.AskAsync(method, request, parser, ct);
            return answer.TryGet(out var response, out var refusal) ? response
                : refusal.Reason == "link.lost" ? new ClientRefusal(ClientRefusal.OutcomeUnknown) { Code = RefusalCode.Unavailable }
                : ClientRefusal.Of(refusal);
        }

        using var limit = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        return (await SendOnErrandAsync(method, request, either.Token)).TryGet(out var body, out var why)
            ? parser.ParseFrom(body)
            : why;
    }

    private async Task<Result<ByteString, ClientRefusal>> SendOnErrandAsync(Method method, IMessage request, CancellationToken ct)
    {
        var id = Guid.CreateVersion7(time.GetUtcNow()).ToByteArray(bigEndian: true);
        store.PutErrand(id, new ErrandRecord
        {
            Method = (uint)method,
            Body = request.ToByteString(),
            AskedMs = time.GetUtcNow().ToUnixTimeMilliseconds(),
        });
        ErrandRecord? errand = null;
        try
        {
            while (true)
            {
                var seen = Changes;
                errand = store.Errand(id);
                if (errand is null or { State: ErrandState.Answered or ErrandState.Failed })
                {
                    break;
                }

                if (Status is { Phase: LinkPhase.Ended } ended)
                {
                    return new ClientRefusal(ended.Reason);
                }

                await WaitAsync(seen, ct);
            }
        }
        catch (OperationCanceledException)
        {
            return new ClientRefusal(errand is { State: ErrandState.Started } ? ClientRefusal.OutcomeUnknown : ClientRefusal.Offline)
            {
                Code = RefusalCode.Unavailable,
            };
        }
        finally
        {
            store.RemoveErrand(id);
        }

        return errand switch
        {
            null => new ClientRefusal(ClientRefusal.OutcomeUnknown) { Code = RefusalCode.Unavailable },
            { State: ErrandState.Answered } => errand.Answer,
            _ => ClientRefusal.Of(errand.Why),
        };
    }
}
