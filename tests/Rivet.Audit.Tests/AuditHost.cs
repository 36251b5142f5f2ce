using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using Rivet.Access;
using Rivet.Hosting.Status;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Testing;

namespace Rivet.Audit.Tests;

/// <summary>The module over a real store; the pump and the watch are stepped by hand.</summary>
internal sealed class AuditHost : IAsyncDisposable
{
    private readonly ServiceProvider provider;

    private AuditHost(ServiceProvider provider, FakeTimeProvider time)
    {
        this.provider = provider;
        Time = time;
    }

    public FakeTimeProvider Time { get; }

    public IStore Store => provider.GetRequiredService<IStore>();

    public IAuditLog Log => provider.GetRequiredService<IAuditLog>();

    public AuditVerifier Verifier => provider.GetRequiredService<AuditVerifier>();

    public AuditConsumer Consumer => provider.GetServices<IOutboxConsumer>().OfType<AuditConsumer>().Single();

    public ChainWatch Watch => provider.GetRequiredService<ChainWatch>();

    public IStatusSource Status => provider.GetRequiredService<IStatusSource>();

    public static async Task<AuditHost> StartAsync(TempFolder folder, Action<AuditOptions>? configure = null)
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<TimeProvider>(time);
        services.AddStorage(options => options.Folder = folder["data"]);
        services.AddAccess();
        services.AddAudit(configure);
        var host = new AuditHost(services.BuildServiceProvider(), time);
        foreach (var hosted in host.Hosted())
        {
            await hosted.StartAsync(CancellationToken.None);
        }

        return host;
    }

    public SecurityEvent Event(CompanyId company, string kind = "identity.device.enrolled") => new()
    {
        Id = EntityId.New<EventId>(Time),
        At = Time.GetUtcNow(),
        Kind = kind,
        Actor = Subject.OfDevice(company, new(Guid.CreateVersion7()), new(Guid.CreateVersion7())),
        Target = Resource.Of(new DeviceId(Guid.CreateVersion7()), company),
        Outcome = EventOutcome.Success,
        Details = new Dictionary<string, string> { ["zweck"] = "prüfen", ["a"] = "测试" },
    };

    public async Task RecordAsync(params SecurityEvent[] events)
    {
        foreach (var fact in events)
        {
            await Store.WriteAsync(transaction => { transaction.Record(fact); return 0; }, Ct);
        }

        await PumpAsync();
    }

    /// <summary>Brings the outbox to the consumer as the store's pump does: rows and cursor in one transaction.</summary>
    public Task PumpAsync() => Store.WriteAsync(
        transaction =>
        {
            var cursor = transaction.QueryFirst("SELECT position FROM outbox_cursor WHERE consumer = 'audit'", row => row.GetInt64(0));
            var rows = transaction.Query(
                "SELECT position, topic, company, payload FROM outbox WHERE position > $1 AND topic = $2 ORDER BY position",
                row => new OutboxRow(row.GetInt64(0), row.GetString(1), (byte[])row.GetValue(2), (byte[])row.GetValue(3)),
                cursor, Consumer.Topic);
            Consumer.Handle(transaction, rows);
            return transaction.Execute(
                "INSERT INTO outbox_cursor (consumer, position) SELECT 'audit', coalesce(max(position), 0) FROM outbox WHERE true "
                + "ON CONFLICT (consumer) DO UPDATE SET position = excluded.position");
        },
        Ct);

    public async Task<Permit> PermitAsync(CompanyId company, string permission = "audit.read")
    {
        var person = new PersonId(Guid.CreateVersion7());
        var relations = provider.GetRequiredService<IRelations>();
        await Store.WriteAsync(
            transaction => { relations.Add(transaction, Resource.Of(company), Relation.Administrator, person); return 0; }, Ct);
        var question = new Question(Subject.OfPage(company, person, new(Guid.CreateVersion7())), new(permission), Resource.Of(company));
        return (await provider.GetRequiredService<IAccess>().AskAsync(question, Ct)).Permit!;
    }

    /// <summary>Edits the file as its owner can, past the server.</summary>
    public static void Edit(TempFolder folder, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(folder["data"], "rivet.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        Assert.True(command.ExecuteNonQuery() > 0, "the edit must reach a row");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var hosted in Hosted().Reverse())
        {
            await hosted.StopAsync(CancellationToken.None);
        }

        await provider.DisposeAsync();
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private IEnumerable<IHostedService> Hosted()
        => provider.GetServices<IHostedService>().Where(hosted => hosted is not BackgroundService);
}
