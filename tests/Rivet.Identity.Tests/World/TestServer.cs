using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Rivet.Access;
using Rivet.Cluster;
using Rivet.Hosting.Link;
using Rivet.Identity.Invitations;
using Rivet.Kernel;
using Rivet.Mail;
using Rivet.Storage;
using Rivet.Testing;
using Rivet.Vault;
using Rivet.Wire;

namespace Rivet.Identity.Tests;

/// <summary>A server with the real store, policy, vault, grains and module; only the link is the test's own.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly TempFolder? owned;

    private TestServer(WebApplication app, FakeTimeProvider time, string folder, TempFolder? owned)
    {
        this.app = app;
        this.owned = owned;
        Time = time;
        Folder = folder;
        Endpoints.MapMail(app.Services);
        Endpoints.MapIdentity(app.Services);
    }

    public SwitchableVault Vault => Get<SwitchableVault>();

    public FakeTimeProvider Time { get; }

    /// <summary>Holds <c>data</c> and, beside it, <c>keys</c>.</summary>
    public string Folder { get; }

    public LwsEndpoints Endpoints { get; } = new();

    public IStore Store => Get<IStore>();

    public Uri Address => new(app.Urls.First());

    public static async Task<TestServer> StartAsync(string? folder = null, Action<IdentityOptions>? configure = null)
    {
        var owned = folder is null ? new TempFolder() : null;
        folder ??= owned!.Path;
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton<TimeProvider>(time);
        builder.Services.AddStorage(options => options.Folder = Path.Combine(folder, "data"));
        builder.Services.AddAccess();
        builder.Services.AddVault(options => options.RootKeyFile = Path.Combine(folder, "keys", "root.key"));
        SwitchableVault.Wrap(builder.Services);
        builder.Services.AddSingleton<FakeTickets>().AddSingleton<ILinkTickets>(services => services.GetRequiredService<FakeTickets>());
        builder.Services.AddMail();
        builder.Services.AddIdentity(configure);
        builder.AddCluster();
        var app = builder.Build();

        // As behind TLS: the cookies of these pages are for https only.
        app.Use((context, next) =>
        {
            context.Request.Scheme = "https";
            return next(context);
        });
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapIdentityEntrance();
        app.MapGet("/whoami", (HttpContext context) => PagePrincipal.TryGetSubject(context.User, out var page) ? page.Person.ToString() : "nobody")
            .RequireAuthorization();
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new TestServer(app, time, folder, owned);
    }

    public T Get<T>()
        where T : notnull
        => app.Services.GetRequiredService<T>();

    /// <summary>A company founded by a device with the administrator code.</summary>
    public async Task<TestDevice> FoundAsync(string company = "Nordwind", string person = "Ada")
    {
        var code = await Get<IAdministratorCode>().TakeAsync(CancellationToken.None);
        return await JoinAsync(code!, person, company);
    }

    /// <summary>A further company, as the platform would add one.</summary>
    public async Task<TestDevice> FoundAnotherAsync(string company = "Südwind", string person = "Eve")
    {
        var code = InvitationCode.Create();
        var founder = new InvitationRow
        {
            Id = Guid.NewGuid(), Kind = InvitationKind.Founder, Role = Role.Administrator, ExpiresMs = long.MaxValue,
        };
        await Store.WriteAsync(
            transaction =>
            {
                InvitationTable.Insert(transaction, code, founder, 0);
                return Done.Value;
            },
            CancellationToken.None);
        return await JoinAsync(code, person, company);
    }

    public async Task<TestDevice> JoinAsync(InvitationCode code, string person = "Someone", string company = "")
    {
        var keys = new TestKeys();
        var device = await TryJoinAsync(code, keys, person, company);
        Assert.NotNull(device);
        return new TestDevice(this, keys, device);
    }

    public async Task<SignedInDevice?> TryJoinAsync(
        InvitationCode code, TestKeys? keys = null, string person = "Someone", string company = "", string device = "Laptop", IPAddress? remote = null)
        => await Get<IDeviceAuthority>().JoinAsync(
            (keys ?? new TestKeys()).Bundle,
            new Join
            {
                Code = Google.Protobuf.ByteString.CopyFrom(code.Bytes), PersonName = person, CompanyName = company, DeviceName = device,
            },
            new LinkOrigin(remote ?? IPAddress.Loopback, LinkBinding.TlsExporter),
            CancellationToken.None);

    public async Task<SignedInDevice?> SignInAsync(TestKeys keys)
        => await Get<IDeviceAuthority>().SignInAsync(keys.Bundle, new LinkOrigin(IPAddress.Loopback, LinkBinding.TlsExporter), CancellationToken.None);

    /// <summary>The security events recorded so far, oldest first; nobody takes them out of the outbox here.</summary>
    public Task<List<SecurityEvent>> EventsAsync(EventKind kind) => EventsAsync(kind.Name);

    /// <summary>The same, by the kind's name.</summary>
    public async Task<List<SecurityEvent>> EventsAsync(string? kind = null)
    {
        var rows = await Store.ReadAsync(
            session => session.Query(
                "SELECT position, topic, company, payload FROM outbox WHERE topic = $1 ORDER BY position",
                row => new OutboxRow(row.GetInt64(0), row.GetString(1), row.Bytes(2), row.Bytes(3)),
                SecurityEvents.Topic),
            CancellationToken.None);
        return rows.Select(SecurityEvents.Read).Where(found => kind is null || found.Kind.Name == kind).ToList();
    }

    /// <summary>The page session that a device opened last.</summary>
    public async Task<PageSessionId> SessionOfAsync(TestDevice device)
        => await Store.ReadAsync(
            session => session.QueryFirst(
                "SELECT session_id FROM identity_page_session WHERE device = $1 ORDER BY session_id DESC",
                row => row.Id<PageSessionId>(0), device.Subject.Device.ToBytes()),
            CancellationToken.None);

    /// <summary>Whether the data folder holds these bytes anywhere.</summary>
    public bool IsStored(ReadOnlySpan<byte> bytes)
    {
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Folder, "data"), "rivet.db*"))
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var content = new MemoryStream();
            stream.CopyTo(content);
            if (content.GetBuffer().AsSpan(0, (int)content.Length).IndexOf(bytes) >= 0)
            {
                return true;
            }
        }

        return false;
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync(CancellationToken.None);
        await app.DisposeAsync();
        owned?.Dispose();
    }
}

/// <summary>Notes whose tickets were dropped.</summary>
internal sealed class FakeTickets : ILinkTickets
{
    public System.Collections.Concurrent.ConcurrentBag<DeviceId> Dropped { get; } = [];

    public void Drop(DeviceId device) => Dropped.Add(device);
}
