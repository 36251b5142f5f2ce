using Google.Protobuf;
using Rivet.Client.Home;
using Rivet.Client.Links;
using Rivet.Wire;

namespace Rivet.Client.Sync;

/// <summary>Asks over this process's link what other processes of the home want asked, each errand at most once.</summary>
internal sealed class Errands(ILink link, LocalStore store, SyncInbox inbox, TimeProvider time)
{
    private static readonly TimeSpan Forgotten = TimeSpan.FromMinutes(10);

    public async Task RunAsync(CancellationToken ct)
    {
        CleanUp();
        while (true)
        {
            var seen = store.Bell.Count;
            await Task.WhenAll(store.Errands()
                .Where(pair => pair.Errand.State is ErrandState.Waiting)
                .Select(pair => RunOneAsync(pair.Id, ct)));
            await store.Bell.PastAsync(seen, ct);
        }
    }

    private async Task RunOneAsync(byte[] id, CancellationToken ct)
    {
        if (store.StartErrand(id) is not { } errand)
        {
            return;
        }

        // An empty message carries any body: fields it does not know survive reading and writing.
        var answer = await link.AskAsync((Method)errand.Method, AcknowledgeResponse.Parser.ParseFrom(errand.Body), AcknowledgeResponse.Parser, ct);
        if (answer.TryGet(out var response, out var refusal))
        {
            errand.State = ErrandState.Answered;
            errand.Answer = response.ToByteString();
            if ((Method)errand.Method is Method.CreateConversation)
            {
                // The device that founds a conversation is pushed nothing of it: its log has to be fetched.
                inbox.Ask(work => work.List = true);
            }
        }
        else
        {
            errand.State = ErrandState.Failed;
            errand.Why = refusal.Reason == "link.lost" ? Unknown() : ClientRefusal.Of(refusal).ToRecord();
        }

        errand.Body = ByteString.Empty;
        store.FinishErrand(id, errand);
        if (refusal?.Reason == "link.lost")
        {
            throw new LinkEndedException(refusal.Reason);
        }
    }

    /// <summary>Errands a holder died over have an unknown outcome; those nobody fetched are forgotten.</summary>
    private void CleanUp()
    {
        var now = time.GetUtcNow();
        foreach (var (id, errand) in store.Errands())
        {
            if (now - DateTimeOffset.FromUnixTimeMilliseconds(errand.AskedMs) > Forgotten)
            {
                store.RemoveErrand(id);
            }
            else if (errand.State is ErrandState.Started)
            {
                (errand.State, errand.Why, errand.Body) = (ErrandState.Failed, Unknown(), ByteString.Empty);
                store.FinishErrand(id, errand);
            }
        }
    }

    private static WhyNot Unknown() => new ClientRefusal(ClientRefusal.OutcomeUnknown) { Code = RefusalCode.Unavailable }.ToRecord();
}
