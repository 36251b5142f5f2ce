using Google.Protobuf;
using Rivet.Client.Home;
using Rivet.Client.Links;
using Rivet.Client.Live;
using Rivet.Client.Sealing;
using Rivet.Client.Sync;
using Rivet.Cryptography;
using Rivet.Kernel;
using Rivet.Link;
using Rivet.Wire;

namespace Rivet.Client;

/// <summary>
/// A device of a person: its home, its link, its messages. Reading gives what is in the home, at once and also without
/// a link; <see cref="Start"/> keeps the home in step with the server. Several processes may open the same home: one of
/// them holds the link for all. Safe for concurrent use.
/// </summary>
public sealed partial class RivetClient : IAsyncDisposable
{
    private readonly LocalStore store;
    private readonly ISigner identity;
    private readonly IDisposable keys;
    private readonly TimeProvider time;
    private readonly LiveBoard live;
    private readonly LinkHolder holder;
    private readonly KeyRing ring;
    private readonly SealingParts? parts;
    private readonly CancellationTokenSource stop = new();
    private Task running = Task.CompletedTask;

    /// <summary>
    /// A client over an opened store, which it owns; <paramref name="keys"/> are disposed with it, and its back-off is
    /// drawn from <paramref name="chance"/>; without <paramref name="parts"/> the company's own cipher cannot be had.
    /// </summary>
    internal RivetClient(LocalStore store, ISigner identity, IDisposable keys, Dial dial, SealingParts? parts, TimeProvider time, Random chance)
    {
        this.parts = parts;
        ring = new KeyRing(store, identity, parts, time, chance);
        this.store = store;
        this.identity = identity;
        this.keys = keys;
        this.time = time;
        live = new LiveBoard(store.Bell, time);
        holder = new LinkHolder(store, live, dial, new OutgoingSeal(store, ring, parts), time, chance);
    }

    /// <summary>Who this device and its person are.</summary>
    public Profile Profile => store.Profile()!;

    /// <summary>How the link is.</summary>
    public LinkStatus Status => holder.Status;

    /// <summary>Grows with every change of the home or the link; see <see cref="ChangedAsync"/>.</summary>
    public long Changes => store.Bell.Count;

    /// <summary>Keeps the home in step with the server from now on, reconnecting by itself.</summary>
    public void Start()
    {
        if (running.IsCompleted)
        {
            running = holder.RunAsync(stop.Token);
        }
    }

    /// <summary>Completes when the work that <see cref="Start"/> began ends; fails when the home failed under it.</summary>
    public Task Ended => running;

    /// <summary>Waits for a change past <paramref name="seen"/>, a former value of <see cref="Changes"/>; gives the new value.</summary>
    public Task<long> ChangedAsync(long seen, CancellationToken ct) => store.Bell.PastAsync(seen, ct);

    /// <summary>
    /// Waits until everything the server has is here; gives the status then: online, ended for good, offline after a
    /// failed attempt, or, when <paramref name="patience"/> is over, whatever it is.
    /// </summary>
    public async Task<LinkStatus> CaughtUpAsync(TimeSpan patience, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        try
        {
            while (true)
            {
                var seen = Changes;
                var status = Status;
                if (status is { Phase: LinkPhase.Online or LinkPhase.Ended } or { Phase: LinkPhase.Offline, Reason.Length: > 0 })
                {
                    return status;
                }

                await WaitAsync(seen, either.Token);
            }
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return Status;
        }
    }

    /// <summary>Says goodbye, closes the home and zeroes the keys.</summary>
    public async ValueTask DisposeAsync()
    {
        stop.Cancel();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);

        // Whoever opens the home next finds all that was written here; a home that failed has told its reason already.
        await store.DurableAsync(CancellationToken.None).AsTask()
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        await ring.DisposeAsync();
        live.Dispose();
        store.Dispose();
        keys.Dispose();
        stop.Dispose();
    }

    /// <summary>Waits for a change; a home that failed under the client is thrown rather than waited for.</summary>
    private async Task WaitAsync(long seen, CancellationToken ct)
    {
        var changed = store.Bell.PastAsync(seen, ct);
        if (await Task.WhenAny(changed, running) == running && running.IsFaulted)
        {
            await running;
        }

        await changed;
    }

    /// <summary>Joins the company and keeps who the device became; null when it did.</summary>
    internal async Task<ClientRefusal?> EnrolAsync(InvitationLink invitation, JoinDetails details, Dial dial, CancellationToken ct)
    {
        var join = new Join
        {
            Code = ByteString.CopyFrom(invitation.Code.Bytes),
            PersonName = details.PersonName,
            DeviceName = details.DeviceName,
            CompanyName = details.CompanyName,
        };
        await store.DurableAsync(ct);
        var joined = await dial(join, ct);
        if (joined is { IsOk: false, Refusal: LinkRefusal.Refused })
        {
            // The code is spent: perhaps by this very device, in an attempt that was cut off.
            var known = await dial(null, ct);
            joined = known.IsOk ? known : joined;
        }

        if (!joined.TryGet(out var link, out var why))
        {
            return ClientRefusal.Of(why);
        }

        await using (link)
        {
            return store.KeepProfile(link.Welcome, details.DeviceName) ? null : new ClientRefusal("link.protocol-error");
        }
    }
}
