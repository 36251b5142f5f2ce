using Rivet.Client.Home;
using Rivet.Client.Links;
using Rivet.Client.Live;
using Rivet.Client.Sealing;
using Rivet.Wire;

namespace Rivet.Client.Sync;

/// <summary>Everything that happens over one link, from sign-in to its end.</summary>
internal sealed class LinkSession(ILink link, LocalStore store, LiveBoard live, OutgoingSeal seal, TimeProvider time)
{
    private readonly SyncInbox inbox = new(live);

    public ILink Link => link;

    /// <summary>Something came to be that no push will tell this device of: asks what there is anew.</summary>
    public void ListAnew() => inbox.Ask(work => work.List = true);

    /// <summary>Asks for the people anew: no push tells of those who joined the company.</summary>
    public void PeopleAnew() => inbox.Ask(work => work.People = true);

    /// <summary>Works until the link ends or <paramref name="ct"/> stops it; gives why it ended: a stable key, and whether for good.</summary>
    public async Task<(string Reason, bool Final)> RunAsync(Action caughtUp, CancellationToken ct)
    {
        var profile = store.Profile() ?? throw new InvalidOperationException("A session needs a profile.");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        Task[] parts =
        [
            inbox.FillAsync(link.Pushes, stop.Token),
            new CatchUp(link, store, inbox, profile.Person).RunAsync(caughtUp, stop.Token),
            new Sender(link, store, inbox, profile, seal, time).RunAsync(stop.Token),
            new Errands(link, store, inbox, time).RunAsync(stop.Token),
            new ReadMarks(link, store, time).RunAsync(stop.Token),
            new LiveWork(link, live, time).RunAsync(stop.Token),
        ];
        await Task.WhenAny([link.Closed, .. parts[1..]]);
        stop.Cancel();
        var asked = await OutcomeAsync(parts);
        ct.ThrowIfCancellationRequested();
        if (link.Closed.IsCompleted || asked is null or "link.lost")
        {
            var reason = await link.Closed.WaitAsync(ct);
            return (LinkReasons.Key(reason), LinkReasons.IsFinal(reason));
        }

        return (asked, false);
    }

    /// <summary>Waits for all parts; a fault of the program or the container passes on, the end of the link is a reason.</summary>
    private static async Task<string?> OutcomeAsync(Task[] parts)
    {
        string? reason = null;
        Exception? fault = null;
        foreach (var part in parts)
        {
            try
            {
                await part;
            }
            catch (OperationCanceledException)
            {
                // Stopped because another part ended.
            }
            catch (LinkEndedException ended)
            {
                reason = ended.Reason;
            }
            catch (Exception other)
            {
                fault ??= other;
            }
        }

        return fault is null ? reason : throw fault;
    }
}
