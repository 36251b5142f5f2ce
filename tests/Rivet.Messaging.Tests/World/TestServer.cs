using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rivet.Access;
using Rivet.Cluster;
using Rivet.Hosting.Link;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Testing;
using Rivet.Vault;

namespace Rivet.Messaging.Tests;

/// <summary>A server without sockets: the real store, policy, vault, grains and module; people of the test's own.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly IHost host;
    private readonly bool ownsState;

    private TestServer(IHost host, TestState state, bool ownsState)
    {
        this.host = host;
        this.ownsState = ownsState;
        State = state;
        Endpoints.MapMessaging(host.Services);
    }

    public TestState State { get; }

    public LwsEndpoints Endpoints { get; } = new();

    public IServiceProvider Services => host.Services;

    public IStore Store => Services.GetRequiredService<IStore>();

    public static async Task<TestServer> StartAsync(TestState? state = null, long maxBytes = 0, TimeProvider? time = null, bool sweeps = true)
    {
        var ownsState = state is null;
        state ??= new TestState();
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(time ?? TimeProvider.System);
        builder.Services.AddStorage(options =>
        {
            options.Folder = state.Folder.Path;
            options.MaxBytes = maxBytes;
        });
        builder.Services.AddAccess();
        builder.Services.AddVault(options => options.RootKeyFile = state.Keys["root.key"]);
        var vault = builder.Services.Last(service => service.ServiceType == typeof(IVault)).ImplementationType!;
        builder.Services.AddSingleton<IVault>(provider => new DetachableVault((IVault)ActivatorUtilities.CreateInstance(provider, vault), state));
        builder.Services.AddSingleton<IPeople>(state.People);
        builder.Services.AddMessaging();
        builder.Services.AddSingleton<IOutboxConsumer>(new EventNotes(state));
        if (!sweeps)
        {
            builder.Services.Remove(builder.Services.Last(service => service.ServiceType == typeof(IHostedService) && service.ImplementationFactory?.Method.ReturnType == typeof(RetentionSweep)));
        }

        builder.AddCluster();
        var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        return new TestServer(host, state, ownsState);
    }

    /// <summary>A new person of a company.</summary>
    public async Task<TestDevice> JoinAsync(CompanyId company, Relation role = Relation.Member)
    {
        var person = EntityId.New<PersonId>(TimeProvider.System);
        State.People.Add(company, person);
        await Store.WriteAsync(
            transaction =>
            {
                Services.GetRequiredService<IRelations>().Add(transaction, Resource.Of(company), role, person);
                return Done.Value;
            },
            CancellationToken.None);
        return new TestDevice(this, Subject.OfDevice(company, person, EntityId.New<DeviceId>(TimeProvider.System)));
    }

    /// <summary>Lets a company write as fast as can be set, and once as much.</summary>
    public async Task LiftLimitsAsync(CompanyId company)
    {
        var most = (CompanyPolicy.Default with { MessagesPerMinute = 6_000 }).LimitsToWire();
        var changed = await Services.GetRequiredService<PolicyBook>().ChangeAsync(Subject.OfSystem(company), new PolicyChange { Limits = most }, CancellationToken.None);
        Assert.True(changed.IsOk);
    }

    /// <summary>A new device of the same person, or the same device on another server.</summary>
    public TestDevice Device(TestDevice of, bool same = false)
        => new(this, same ? of.Subject : Subject.OfDevice(of.Subject.Company, of.Subject.Person, EntityId.New<DeviceId>(TimeProvider.System)));

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync(CancellationToken.None);
        host.Dispose();
        if (ownsState)
        {
            State.Dispose();
        }
    }
}

/// <summary>What outlives a server.</summary>
internal sealed class TestState : IDisposable
{
    public TempFolder Folder { get; } = new();

    public TempFolder Keys { get; } = new();

    public bool IsVaultDetached { get; set; }

    public TestPeople People { get; } = new();

    /// <summary>The security events so far, as they are stored.</summary>
    public Channel<string> Events { get; } = Channel.CreateUnbounded<string>();

    public CompanyId Company { get; } = EntityId.New<CompanyId>(TimeProvider.System);

    public void Dispose()
    {
        Folder.Dispose();
        Keys.Dispose();
    }
}
