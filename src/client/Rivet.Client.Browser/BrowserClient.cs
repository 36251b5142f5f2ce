using System.Security.Cryptography;
using Google.Protobuf;
using Rivet.Client.Browser.Home;
using Rivet.Client.Browser.Sealing;
using Rivet.Client.Home;
using Rivet.Client.Links;
using Rivet.Client.Sealing;
using Rivet.Cryptography.Bouncy;
using Rivet.Cryptography.WebCrypto;
using Rivet.Kernel;
using Rivet.Link;
using Rivet.Link.Dialling;
using Rivet.Lws.Agreement;

namespace Rivet.Client.Browser;

/// <summary>
/// The client of a device that is a browser: its keys are WebCrypto's and cannot be exported, its home is a sealed
/// journal in IndexedDB, its link goes over a WebSocket to the server the page came from, and the company's message keys come by fetch into this tab's memory.
/// One tab has the home at a time.
/// </summary>
public sealed class BrowserClient
{
    private readonly Uri server;
    private readonly string name;
    private readonly TimeProvider time;

    /// <summary>A home of this browser.</summary>
    /// <param name="server">The address of the server's pages.</param>
    /// <param name="name">The home's name, for whoever keeps more than one.</param>
    /// <param name="time">The clock.</param>
    public BrowserClient(Uri server, string name, TimeProvider time) => (this.server, this.name, this.time) = (server, name, time);

    /// <summary>Another tab asks for the home: dispose the client, and it has it.</summary>
    public event Action? Wanted;

    /// <summary>Another tab has taken the home; what this one writes is refused from now on.</summary>
    public event Action? Lost;

    /// <summary>Loads the scripts; once, before anything else here.</summary>
    /// <param name="webCrypto">Address of <c>webcrypto.js</c>, absolute or from the runtime's own folder.</param>
    /// <param name="home">Address of <c>home.js</c>, likewise.</param>
    /// <param name="ct">Ends the attempt by an exception.</param>
    public static async Task LoadAsync(string webCrypto, string home, CancellationToken ct)
    {
        await WebCrypto.LoadAsync(webCrypto, ct);
        await HomeScript.LoadAsync(home, ct);
    }

    /// <summary>Opens the home of a browser that has joined; <see cref="ClientRefusal.NotJoined"/> where none has. Does not connect.</summary>
    /// <param name="take">Whether another tab that has it gives it up.</param>
    public async Task<Result<RivetClient, ClientRefusal>> OpenAsync(bool take)
    {
        if (!(await OpenStoreAsync(take)).TryGet(out var opened, out var why))
        {
            return why;
        }

        if (opened.Store.Profile() is not null && opened.Store.Server() is { } pin)
        {
            return Client(opened, await DialAsync(opened, pin));
        }

        opened.Dispose();
        return new ClientRefusal(ClientRefusal.NotJoined);
    }

    /// <summary>Joins a company with an invitation. Interrupted, it may be called again with the same invitation.</summary>
    public async Task<Result<RivetClient, ClientRefusal>> JoinAsync(InvitationLink invitation, JoinDetails details, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(invitation);
        ArgumentNullException.ThrowIfNull(details);
        if (!(await OpenStoreAsync(take: true)).TryGet(out var opened, out var why))
        {
            return why;
        }

        if (opened.Store.Profile() is not null)
        {
            opened.Dispose();
            return new ClientRefusal(ClientRefusal.AlreadyJoined);
        }

        var pin = new ServerPin { Host = invitation.Host, Port = (uint)invitation.Port, Key = ByteString.CopyFrom(invitation.ServerKey.Span) };
        opened.Store.KeepDevice(secrets: null, pin);
        var dial = await DialAsync(opened, pin);
        var client = Client(opened, dial);
        if (await client.EnrolAsync(invitation, details, dial, ct) is { } refused)
        {
            await client.DisposeAsync();
            return refused;
        }

        await client.SavedAsync(ct);
        return client;
    }

    /// <summary>Forgets home and keys: this browser is nobody's device any more. False when the browser could not.</summary>
    public async Task<bool> RemoveAsync()
    {
        await WebDevice.RemoveAsync(name);
        return await WebHome.RemoveAsync(name);
    }

    private async Task<Result<Opened, ClientRefusal>> OpenStoreAsync(bool take)
    {
        if (await WebDevice.OpenAsync(name) is not { } device)
        {
            return new ClientRefusal("home.no-keys");
        }

        if (!(await WebHome.ClaimAsync(name, take, () => Wanted?.Invoke(), () => Lost?.Invoke())).TryGet(out var home, out var why))
        {
            device.Dispose();
            return new ClientRefusal(why);
        }

        if (!JournalRecords.Open(home).TryGet(out var records, out why))
        {
            home.Dispose();
            device.Dispose();
            return new ClientRefusal(why);
        }

        return new Opened(device, new LocalStore(records));
    }

    private static SealingParts Parts => new() { Aeads = new WebAeads(), Handler = pin => new KeyServerFetch(pin) };

    private RivetClient Client(Opened opened, Dial dial)
        => new(opened.Store, opened.Device.Identity, opened.Device, dial, Parts, time, new Random(RandomNumberGenerator.GetInt32(int.MaxValue)));

    private async Task<Dial> DialAsync(Opened opened, ServerPin pin)
    {
        var primitives = new LinkPrimitives
        {
            Aeads = new WebAeads(),
            Ephemeral = WebAgreement.CreateEphemeralAsync,
            Kem = await WebCrypto.HasKemAsync() ? new WebKem() : new MlKem768(),
            Verifier = new WebVerifier(),
        };
        var memory = opened.Store.Memory();
        return LwsDialled.By((join, ct) => LwsLink.ConnectAsync(
            WebWire.To(server),
            new LinkTerms
            {
                ServerKey = pin.Key.Memory,
                Identity = opened.Device.Identity,
                Static = opened.Device.Static,
                Primitives = primitives,
                Join = join,
                Memory = memory,
                Time = time,
            },
            ct));
    }

    private sealed record Opened(WebDevice Device, LocalStore Store) : IDisposable
    {
        public void Dispose()
        {
            Store.Dispose();
            Device.Dispose();
        }
    }
}
