using Microsoft.Extensions.Time.Testing;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Testing;

namespace Rivet.Audit.Tests.Exporting;

/// <summary>A company with a log, on a machine whose exports may stay on it.</summary>
internal sealed class ExportWorld : IAsyncDisposable
{
    private readonly TempFolder folder = new();

    private ExportWorld(Action<AuditOptions>? configure) => Configure = options =>
    {
        options.ExportsToLoopback = true;
        configure?.Invoke(options);
    };

    public CompanyId Company { get; } = new(Guid.CreateVersion7());

    public AuditHost Host { get; private set; } = null!;

    public TempFolder Folder => folder;

    private Action<AuditOptions> Configure { get; }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<ExportWorld> StartAsync(Action<AuditOptions>? configure = null, FakeTimeProvider? clock = null)
    {
        var world = new ExportWorld(configure);
        world.Host = await AuditHost.StartAsync(world.folder, world.Configure, clock);
        return world;
    }

    /// <summary>Adds a destination for the log from its first entry on.</summary>
    public async Task AddAsync(AuditExportForm form, CompanyId company = default)
    {
        Assert.True((await Host.Exports.AddAsync(await PermitAsync(company), form with { FromBeginning = true }, Ct)).IsOk);
        await Host.PumpAsync();
    }

    /// <summary>Records so many in few transactions.</summary>
    public async Task RecordAsync(int count, string kind = "identity.device.enrolled", CompanyId company = default)
    {
        foreach (var some in Enumerable.Range(0, count).Chunk(500))
        {
            var events = some.Select(_ => Host.Event(company == default ? Company : company, kind)).ToArray();
            await Host.Store.WriteAsync(
                transaction =>
                {
                    Array.ForEach(events, transaction.Record);
                    return 0;
                },
                Ct);
            await Host.PumpAsync();
        }
    }

    public async Task<AuditExport> ListedAsync(string? name = null)
        => (await Host.Exports.ListAsync(await PermitAsync(), Ct)).Value.Single(export => name is null || export.Name == name);

    public Task<Permit> PermitAsync(CompanyId company = default, string permission = "audit.share") => Host.PermitAsync(company == default ? Company : company, permission);

    public Task<long> RunAsync() => Host.ExportCourier.RunOnceAsync(Ct);

    public async Task RestartAsync()
    {
        await Host.DisposeAsync();
        Host = await AuditHost.StartAsync(folder, Configure);
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        folder.Dispose();
    }
}
