using System.Globalization;
using Rivet.Audit.Retention;
using Rivet.Hosting.Status;
using Rivet.Kernel;
using Rivet.Testing;

namespace Rivet.Audit.Tests.Retention;

/// <summary>A company's log over months; time, pump and keeper are stepped by hand.</summary>
public abstract class RetentionWorld : IAsyncLifetime
{
    protected const int Logons = 3002;
    protected const int Entities = 3004;

    private protected static readonly EventKind Logon = new("identity.device.signed-in", OcsfType.Logon, EventSeverity.Low, "zweck", "a");

    private protected TempFolder Folder { get; } = new();

    private protected CompanyId Company { get; } = new(Guid.CreateVersion7());

    private protected AuditHost Host { get; private set; } = null!;

    private protected RetentionDesk Desk => Host.Get<RetentionDesk>();

    private protected RetentionKeeper Keeper => Host.Get<RetentionKeeper>();

    protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => Host = await AuditHost.StartAsync(Folder);

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        Folder.Dispose();
    }

    private protected async Task RestartAsync()
    {
        var now = Host.Time.GetUtcNow();
        await Host.DisposeAsync();
        Host = await AuditHost.StartAsync(Folder);
        Host.Time.SetUtcNow(now);
    }

    private protected SecurityEvent LogonNow() => Host.Event(Company) with { Kind = Logon };

    /// <summary>Days go by as on a server that runs: the keeper looks every day.</summary>
    private protected async Task<int> PassAsync(int days)
    {
        var destroyed = 0;
        for (var day = 0; day < days; day++)
        {
            Host.Time.Advance(TimeSpan.FromDays(1));
            destroyed += await Keeper.RunOnceAsync(Ct);
            await Host.PumpAsync();
        }

        return destroyed;
    }

    /// <summary>Up to the first noon at or after that.</summary>
    private protected Task<int> PassToAsync(int year, int month, int day)
        => PassAsync((int)Math.Ceiling((new DateTimeOffset(year, month, day, 12, 0, 0, TimeSpan.Zero) - Host.Time.GetUtcNow()).TotalDays));

    private protected async Task<Result<RetentionView, AuditRefusal>> SetAsync(int ocsfClass, int months, bool mayDestroy = true, CompanyId company = default)
    {
        var permit = await Host.PermitAsync(company == default ? Company : company, "audit.retain");
        return await Desk.ChangeAsync(permit, new Dictionary<int, int> { [ocsfClass] = months }, mayDestroy, Ct);
    }

    private protected async Task<ClassRetention> OfAsync(int ocsfClass)
        => (await Desk.ReadAsync(await Host.PermitAsync(Company), Ct)).Value.Classes.Single(one => one.Class == ocsfClass);

    private protected async Task<AuditEntry[]> EntriesAsync(string kind)
    {
        await Host.PumpAsync();
        return [.. (await Host.Log.ReadAsync(await Host.PermitAsync(Company), 0, 1000, Ct)).Value.Where(entry => entry.Event.Kind.Name == kind)];
    }

    private protected async Task<StatusLine> StatusAsync(string culture = "en")
    {
        var source = Host.Get<IEnumerable<IStatusSource>>().OfType<RetentionStatus>().Single();
        return Assert.Single((await source.ReadAsync(CultureInfo.GetCultureInfo(culture), Ct)).Lines);
    }

    /// <summary>Entries, tiles and checkpoint agree, and every entry is proven.</summary>
    private protected async Task RequireIntactAsync()
    {
        while (await Host.Watch.RunOnceAsync(Ct))
        {
        }

        Assert.Equal((true, 0), (Host.Watch.State.IsComplete, Host.Watch.State.Faults.Count));
        var permit = await Host.PermitAsync(Company);
        for (var index = 0L; index < (await Host.StoredAsync(Company)).Row.Size; index++)
        {
            Assert.True((await Host.Log.ProveAsync(permit, index, Ct)).IsOk);
        }
    }
}
