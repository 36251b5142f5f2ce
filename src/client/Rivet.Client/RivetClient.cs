using Google.Protobuf;
using Rivet.Client.Home;
using Rivet.Client.Links;
using Rivet.Client.Sync;
using Rivet.Client.Tls;
using Rivet.Container;
using Rivet.Cryptography.Sodium;
using Rivet.Kernel;
using Rivet.Link;
using Rivet.Link.Recording;
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
    private readonly DeviceKeys keys;
    private readonly TimeProvider time;
    private readonly LinkHolder holder;
    private readonly CancellationTokenSource stop = new();
    private Task running = Task.CompletedTask;

    /// <summary>A client over an opened store; <paramref name="chance"/> is what its back-off is drawn from.</summary>
    internal RivetClient(LocalStore store, DeviceKeys keys, Dial dial, TimeProvider time, Random chance)
    {
        this.store = store;
        this.keys = keys;
        this.time = time;
        holder = new LinkHolder(store, dial, time, chance);
    }

    /// <summary>Who this device and its person are.</summary>
    public Profile Profile => store.Profile()!;

    /// <summary>What protects the home's container.</summary>
    public Protection Protection => store.Records.Protection;

    /// <summary>How the link is.</summary>
    public LinkStatus Status => holder.Status;

    /// <summary>Grows with every change of the home or the link; see <see cref="ChangedAsync"/>.</summary>
    public long Changes => store.Bell.Count;

    /// <summary>
    /// Joins a company with an invitation: makes the keys and the container, proves them to the server that the
    /// invitation pins, and keeps who it became. Interrupted, it may be called again with the same invitation.
    /// </summary>
    public static async Task<Result<RivetClient, ClientRefusal>> JoinAsync(
        ClientHome home, InvitationLink invitation, JoinDetails details, TimeProvider time, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(invitation);
        return await JoinAsync(home, invitation, details, (keys, memory) => LwsDialled.To(LinkTarget.Of(invitation), keys, memory, time), time, ct);
    }

    /// <summary>Opens a home that has joined. Does not connect: see <see cref="Start"/>.</summary>
    public static Result<RivetClient, ClientRefusal> Open(ClientHome home, TimeProvider time)
        => Open(
            home,
            (server, keys, memory) => LwsDialled.To(new LinkTarget(server.Host, (int)server.Port, server.Key.Memory), keys, memory, time),
            time);

    internal static async Task<Result<RivetClient, ClientRefusal>> JoinAsync(
        ClientHome home, InvitationLink invitation, JoinDetails details, Func<DeviceKeys, ServerMemory, Dial> dialWith,
        TimeProvider time, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(home);
        ArgumentNullException.ThrowIfNull(details);
        var opened = DeviceContainer.Open(home.Place, home.Passphrase);
        if (opened is { IsOk: false, Refusal: ContainerRefusal.NotThere })
        {
            opened = DeviceContainer.Create(home.Place, home.Passphrase, PassphraseCost.Default);
        }

        if (!opened.TryGet(out var container, out var why))
        {
            return ClientRefusal.Of(why);
        }

        var store = new LocalStore(new ContainerRecords(container));
        if (store.Profile() is not null)
        {
            store.Dispose();
            return new ClientRefusal(ClientRefusal.AlreadyJoined);
        }

        // Keys of an interrupted attempt are used again: the server may know them already.
        var keys = store.Keys() ?? DeviceKeys.Create();
        var server = new ServerPin { Host = invitation.Host, Port = (uint)invitation.Port, Key = ByteString.CopyFrom(invitation.ServerKey.Span) };
        store.KeepDevice(keys, server);
        var dial = dialWith(keys, store.Memory());
        var client = new RivetClient(store, keys, dial, time, Random.Shared);
        if (await client.EnrolAsync(invitation, details, dial, ct) is { } refused)
        {
            await client.DisposeAsync();
            return refused;
        }

        return client;
    }

    internal static Result<RivetClient, ClientRefusal> Open(ClientHome home, Func<ServerPin, DeviceKeys, ServerMemory, Dial> dialWith, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(home);
        if (!DeviceContainer.Open(home.Place, home.Passphrase).TryGet(out var container, out var why))
        {
            return ClientRefusal.Of(why);
        }

        var store = new LocalStore(new ContainerRecords(container));
        try
        {
            if (store.Profile() is not null && store.Server() is { } server && store.Keys() is { } keys)
            {
                return new RivetClient(store, keys, dialWith(server, keys, store.Memory()), time, Random.Shared);
            }
        }
        catch (ContainerException damaged)
        {
            store.Dispose();
            return ClientRefusal.Of(damaged.Refusal);
        }

        store.Dispose();
        return new ClientRefusal(ClientRefusal.NotJoined);
    }

    /// <summary>Keeps the home in step with the server from now on, reconnecting by itself.</summary>
    public void Start()
    {
        if (running.IsCompleted)
        {
            running = holder.RunAsync(stop.Token);
        }
    }

    /// <summary>Completes when the work that <see cref="Start"/> began ends; fails when the container failed under it.</summary>
    public Task Ended => running;

    /// <summary>
    /// Signs this device in once more, over a link of its own that is written down; its other link ends as replaced. For debugging.
    /// </summary>
    public async Task<Result<LwsLink, LinkRefusal>> ConnectRecordedAsync(LinkRecorder recorder, CancellationToken ct)
    {
        var server = store.Server()!;
        return await TlsLink.ConnectAsync(
            new LinkTarget(server.Host, (int)server.Port, server.Key.Memory), keys, null, store.Memory(), time, ct, recorder);
    }

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

    /// <summary>Says goodbye, closes the container and zeroes the keys.</summary>
    public async ValueTask DisposeAsync()
    {
        stop.Cancel();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        store.Dispose();
        keys.Dispose();
        stop.Dispose();
    }

    /// <summary>Waits for a change; a container that failed under the client is thrown rather than waited for.</summary>
    private async Task WaitAsync(long seen, CancellationToken ct)
    {
        var changed = store.Bell.PastAsync(seen, ct);
        if (await Task.WhenAny(changed, running) == running && running.IsFaulted)
        {
            await running;
        }

        await changed;
    }

    private async Task<ClientRefusal?> EnrolAsync(InvitationLink invitation, JoinDetails details, Dial dial, CancellationToken ct)
    {
        var join = new Join
        {
            Code = ByteString.CopyFrom(invitation.Code.Bytes),
            PersonName = details.PersonName,
            DeviceName = details.DeviceName,
            CompanyName = details.CompanyName,
        };
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
