using Rivet.Client.Home;
using Rivet.Client.Links;
using Rivet.Client.Live;
using Rivet.Client.Sealing;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Client.Sync;

/// <summary>
/// Keeps a home connected. One process of the home holds the lock and the link; the others wait for the lock, see the
/// holder's state in the container, and take over when it goes.
/// </summary>
internal sealed class LinkHolder(LocalStore store, LiveBoard live, Dial dial, OutgoingSeal seal, TimeProvider time, Random chance)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan AfterReplaced = TimeSpan.FromSeconds(5);
    private readonly Backoff backoff = new(chance);
    private LinkStatus own = new(LinkPhase.Connecting, "");
    private volatile LinkSession? session;
    private volatile bool othersHold;

    /// <summary>This process's session, while it has one.</summary>
    public LinkSession? Session => session;

    /// <summary>How the link is, whoever holds it.</summary>
    public LinkStatus Status => othersHold ? store.LinkStatus() : own;

    /// <summary>Runs until stopped, or until the link has ended for good.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var abroad = store.Records.IsShared ? LookAbroadAsync(stop.Token) : Task.CompletedTask;
        try
        {
            using var held = await TakeLockAsync(ct);
            othersHold = false;
            await HoldAsync(ct);
        }
        finally
        {
            stop.Cancel();
            othersHold = false;
            await abroad.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }
    }

    private async Task HoldAsync(CancellationToken ct)
    {
        try
        {
            while (own.Phase is not LinkPhase.Ended)
            {
                Report(LinkPhase.Connecting, own.Reason);
                var (reason, final, pause) = await ConnectOnceAsync(ct);
                Report(final ? LinkPhase.Ended : LinkPhase.Offline, reason);
                if (!final)
                {
                    await Task.Delay(pause, time, ct);
                }
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            Report(LinkPhase.Offline, "");
            throw;
        }
        catch (HomeException damaged)
        {
            own = new LinkStatus(LinkPhase.Ended, damaged.Message);
            store.Bell.Ring();
            throw;
        }
    }

    private async Task<(string Reason, bool Final, TimeSpan Pause)> ConnectOnceAsync(CancellationToken ct)
    {
        var dialled = await dial(null, ct);
        if (!dialled.TryGet(out var link, out var refusal))
        {
            return (LinkReasons.Key(refusal), LinkReasons.IsFinal(refusal), backoff.Next());
        }

        await using (link)
        {
            if (!store.KeepProfile(link.Welcome, deviceName: null))
            {
                return ("link.protocol-error", false, backoff.Next());
            }

            Report(LinkPhase.CatchingUp, "");
            var mine = new LinkSession(link, store, live, seal, time);
            session = mine;
            try
            {
                var (reason, final) = await mine.RunAsync(CaughtUp, ct);
                var pause = backoff.Next();
                return (reason, final, reason == LinkReasons.Key(CloseReason.Replaced) ? AfterReplaced + pause : pause);
            }
            finally
            {
                session = null;
            }
        }
    }

    private void CaughtUp()
    {
        backoff.Reset();
        Report(LinkPhase.Online, "");
    }

    private void Report(LinkPhase phase, string reason)
    {
        var status = new LinkStatus(phase, reason);
        if (own != status || store.LinkStatus() != status)
        {
            own = status;
            store.KeepLinkStatus(status);
        }
    }

    private async Task<IDisposable> TakeLockAsync(CancellationToken ct)
    {
        while (true)
        {
            if (store.Records.TryTakeLink() is { } held)
            {
                return held;
            }

            othersHold = true;
            await Task.Delay(Look, time, ct);
        }
    }

    /// <summary>Other processes ring no bell here: their commits are seen by looking.</summary>
    private async Task LookAbroadAsync(CancellationToken ct)
    {
        while (true)
        {
            await Task.Delay(Look, time, ct);
            store.LookAbroad();
        }
    }
}
