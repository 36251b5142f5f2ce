using Google.Protobuf;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Client.Slack;

/// <summary>Asks again, a little later each time, when the server is busy. All import requests are safe to repeat.</summary>
internal sealed class PatientTarget(IImportTarget target, TimeProvider time)
{
    /// <summary>The reason of a link that is gone: it does not come back, so asking again is useless.</summary>
    public const string LinkLost = "link.lost";

    private const int Tries = 6;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);

    public async ValueTask<Result<TResponse, Refusal>> AskAsync<TResponse>(
        Method method, IMessage request, MessageParser<TResponse> parser, CancellationToken ct)
        where TResponse : class, IMessage<TResponse>
    {
        var pause = FirstPause;
        for (var attempt = 1; ; attempt++)
        {
            var answer = await target.AskAsync(method, request, parser, ct);
            if (answer.TryGet(out _, out var why) || attempt == Tries || !IsBusy(why))
            {
                return answer;
            }

            await Task.Delay(pause, time, ct);
            pause *= 2;
        }
    }

    private static bool IsBusy(Refusal refusal)
        => refusal.Code is RefusalCode.Unavailable or RefusalCode.TooMany && refusal.Reason != LinkLost;
}
