using System.Security.Cryptography;
using Google.Protobuf;
using Rivet.Client.Home;
using Rivet.Client.Links;
using Rivet.Client.Native.Tls;
using Rivet.Client.Sealing;
using Rivet.Container;
using Rivet.Cryptography.Sodium;
using Rivet.Kernel;
using Rivet.Link;
using Rivet.Link.Recording;

namespace Rivet.Client.Native;

/// <summary>The client of an installed device: its home is an encrypted container, its link goes over TLS.</summary>
public static class NativeClient
{
    /// <summary>
    /// Joins a company with an invitation: makes the keys and the container, proves them to the server that the
    /// invitation pins, and keeps who it became. Interrupted, it may be called again with the same invitation.
    /// </summary>
    public static async Task<Result<RivetClient, ClientRefusal>> JoinAsync(
        ClientHome home, InvitationLink invitation, JoinDetails details, TimeProvider time, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(invitation);
        return await JoinAsync(home, invitation, details, (keys, memory) => DialTo(LinkTarget.Of(invitation), keys, memory, time), time, ct);
    }

    /// <summary>Opens a home that has joined. Does not connect: see <see cref="RivetClient.Start"/>.</summary>
    public static Result<RivetClient, ClientRefusal> Open(ClientHome home, TimeProvider time)
        => Open(home, (server, keys, memory) => DialTo(TargetOf(server), keys, memory, time), time);

    /// <summary>
    /// Signs the device of a home in once more, over a link of its own that is written down; its other link ends as
    /// replaced. For debugging.
    /// </summary>
    public static async Task<Result<LwsLink, ClientRefusal>> ConnectRecordedAsync(ClientHome home, LinkRecorder recorder, TimeProvider time, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(home);
        if (!DeviceContainer.Open(home.Place, home.Passphrase).TryGet(out var container, out var why))
        {
            return ContainerReasons.Refusal(why);
        }

        using var store = new LocalStore(new ContainerRecords(container));
        if (store.Server() is not { } server || Keys(store) is not { } keys)
        {
            return new ClientRefusal(ClientRefusal.NotJoined);
        }

        using (keys)
        {
            var connected = await TlsLink.ConnectAsync(TargetOf(server), keys, null, store.Memory(), time, ct, recorder);
            return connected.TryGet(out var link, out var refusal) ? link : ClientRefusal.Of(refusal);
        }
    }

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
            return ContainerReasons.Refusal(why);
        }

        var store = new LocalStore(new ContainerRecords(container));
        if (store.Profile() is not null)
        {
            store.Dispose();
            return new ClientRefusal(ClientRefusal.AlreadyJoined);
        }

        // Keys of an interrupted attempt are used again: the server may know them already.
        var keys = Keys(store) ?? DeviceKeys.Create();
        Keep(store, keys, new ServerPin { Host = invitation.Host, Port = (uint)invitation.Port, Key = ByteString.CopyFrom(invitation.ServerKey.Span) });
        var dial = dialWith(keys, store.Memory());
        var client = new RivetClient(store, keys.Identity, keys, dial, Parts, time, new Random(RandomNumberGenerator.GetInt32(int.MaxValue)));
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
            return ContainerReasons.Refusal(why);
        }

        var store = new LocalStore(new ContainerRecords(container));
        try
        {
            if (store.Profile() is not null && store.Server() is { } server && Keys(store) is { } keys)
            {
                return new RivetClient(store, keys.Identity, keys, dialWith(server, keys, store.Memory()), Parts, time, new Random(RandomNumberGenerator.GetInt32(int.MaxValue)));
            }
        }
        catch (HomeException damaged)
        {
            store.Dispose();
            return new ClientRefusal(damaged.Reason);
        }

        store.Dispose();
        return new ClientRefusal(ClientRefusal.NotJoined);
    }

    private static SealingParts Parts => new() { Aeads = new LinkAeads(), Handler = PinnedHandler.For };

    internal static Dial DialTo(LinkTarget target, DeviceKeys keys, ServerMemory memory, TimeProvider time)
        => LwsDialled.By((join, ct) => TlsLink.ConnectAsync(target, keys, join, memory, time, ct));

    private static LinkTarget TargetOf(ServerPin server) => new(server.Host, (int)server.Port, server.Key.Memory);

    private static DeviceKeys? Keys(LocalStore store)
        => store.Secrets() is { } secrets
            ? new DeviceKeys(Ed25519Key.FromSeed(secrets.IdentitySeed.Span), X25519Key.FromPrivateKey(secrets.StaticKey.Span))
            : null;

    private static void Keep(LocalStore store, DeviceKeys keys, ServerPin server)
    {
        var (seed, exchange) = (keys.Identity.ExportSeed(), keys.Static.ExportPrivateKey());
        try
        {
            store.KeepDevice(
                new DeviceSecrets { IdentitySeed = UnsafeByteOperations.UnsafeWrap(seed), StaticKey = UnsafeByteOperations.UnsafeWrap(exchange) }, server);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(seed);
            CryptographicOperations.ZeroMemory(exchange);
        }
    }
}
