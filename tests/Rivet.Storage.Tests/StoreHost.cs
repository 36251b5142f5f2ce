using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using Rivet.Testing;

namespace Rivet.Storage.Tests;

/// <summary>A store in a test's folder; the pump is stepped by hand.</summary>
internal sealed class StoreHost : IAsyncDisposable
{
    private readonly ServiceProvider provider;

    private StoreHost(ServiceProvider provider) => this.provider = provider;

    public IStore Store => provider.GetRequiredService<IStore>();

    public OutboxPump Pump => provider.GetRequiredService<OutboxPump>();

    public static Task<StoreHost> StartAsync(
        TempFolder folder, Action<StorageOptions>? configure = null, Action<IServiceCollection>? more = null)
        => StartAsync(folder["data"], configure, more);

    public static async Task<StoreHost> StartAsync(
        string folder, Action<StorageOptions>? configure = null, Action<IServiceCollection>? more = null)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<TimeProvider>(new FakeTimeProvider());
        services.AddStorage(options =>
        {
            options.Folder = folder;
            configure?.Invoke(options);
        });
        more?.Invoke(services);
        var provider = services.BuildServiceProvider();
        try
        {
            await provider.GetServices<IHostedService>().OfType<SqliteStore>().Single().StartAsync(CancellationToken.None);
        }
        catch
        {
            await provider.DisposeAsync();
            throw;
        }

        return new(provider);
    }

    public Task<int> ExecuteAsync(string sql, params object?[] parameters)
        => Store.WriteAsync(transaction => transaction.Execute(sql, parameters), Ct);

    public async Task<List<long>> NumbersAsync(string sql) => await Store.ReadAsync(session => session.Query(sql, row => row.GetInt64(0)), Ct);

    public async ValueTask DisposeAsync() => await provider.DisposeAsync();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;
}
