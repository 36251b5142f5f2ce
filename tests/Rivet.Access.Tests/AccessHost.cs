using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Testing;

namespace Rivet.Access.Tests;

/// <summary>The module over a real store; disposing it closes the store as a server's end does.</summary>
internal sealed class AccessHost : IAsyncDisposable
{
    private readonly ServiceProvider provider;

    private AccessHost(ServiceProvider provider) => this.provider = provider;

    public IAccess Access => provider.GetRequiredService<IAccess>();

    public IRelations Relations => provider.GetRequiredService<IRelations>();

    public IStore Store => provider.GetRequiredService<IStore>();

    public StandingCache Cache => provider.GetRequiredService<StandingCache>();

    public static async Task<AccessHost> StartAsync(
        TempFolder folder, Action<AccessOptions>? configure = null, Action<IServiceCollection>? replace = null)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddStorage(options => options.Folder = folder["data"]);
        services.AddAccess(configure);
        replace?.Invoke(services);
        var provider = services.BuildServiceProvider();
        foreach (var hosted in provider.GetServices<IHostedService>())
        {
            await hosted.StartAsync(CancellationToken.None);
        }

        return new(provider);
    }

    public Task AddAsync(Resource resource, Relation relation, PersonId person)
        => Store.WriteAsync(transaction => { Relations.Add(transaction, resource, relation, person); return 0; }, TestContext.Current.CancellationToken);

    public Task RemoveAsync(Resource resource, Relation relation, PersonId person)
        => Store.WriteAsync(transaction => { Relations.Remove(transaction, resource, relation, person); return 0; }, TestContext.Current.CancellationToken);

    public async Task<string> ReasonAsync(Subject subject, string permission, Resource resource)
        => (await Access.AskAsync(new(subject, new(permission), resource), TestContext.Current.CancellationToken)).Reason;

    public async ValueTask DisposeAsync()
    {
        foreach (var hosted in provider.GetServices<IHostedService>().Reverse())
        {
            await hosted.StopAsync(CancellationToken.None);
        }

        await provider.DisposeAsync();
    }
}

/// <summary>Ids and subjects with short names.</summary>
internal static class Some
{
    public static CompanyId Company() => new(Guid.CreateVersion7());

    public static PersonId Person() => new(Guid.CreateVersion7());

    public static ConversationId Conversation() => new(Guid.CreateVersion7());

    public static DeviceId Device() => new(Guid.CreateVersion7());

    public static Subject OnDevice(CompanyId company, PersonId person) => Subject.OfDevice(company, person, Device());

    public static Subject OnPage(CompanyId company, PersonId person) => Subject.OfPage(company, person, new(Guid.CreateVersion7()));
}
