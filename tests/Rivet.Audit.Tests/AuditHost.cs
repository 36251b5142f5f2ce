using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Rivet.Access;
using Rivet.Audit.Aside;
using Rivet.Audit.Boards;
using Rivet.Audit.Columns;
using Rivet.Audit.Exporting;
using Rivet.Audit.SavedQueries;
using Rivet.Audit.Sealing;
using Rivet.Audit.Watching;
using Rivet.Audit.Witnessing;
using Rivet.Hosting.Outgoing;
using Rivet.Hosting.Status;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Testing;
using Rivet.Transparency;
using Rivet.Vault;

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

    public T Get<T>()
        where T : notnull
        => provider.GetRequiredService<T>();

    public IStore Store => provider.GetRequiredService<IStore>();

    public IAuditLog Log => provider.GetRequiredService<IAuditLog>();

    public IAuditSearch Search => provider.GetRequiredService<IAuditSearch>();

    public IAuditAnalysis Analysis => provider.GetRequiredService<IAuditAnalysis>();

    public ColumnKeeper Columns => provider.GetRequiredService<ColumnKeeper>();

    public SavedQueryBook Queries => provider.GetRequiredService<SavedQueryBook>();

    public BoardBook Boards => provider.GetRequiredService<BoardBook>();

    public LogConsumer Consumer => provider.GetServices<IOutboxConsumer>().OfType<LogConsumer>().Single();

    public AsideKeeper Aside => provider.GetRequiredService<AsideKeeper>();

    public LogWatch Watch => provider.GetRequiredService<LogWatch>();

    public IAuditWitnesses Witnesses => provider.GetRequiredService<IAuditWitnesses>();

    public WitnessCourier WitnessCourier => provider.GetRequiredService<WitnessCourier>();

    public LogIdentity Identity => provider.GetRequiredService<LogIdentity>();

    public IVault Vault => provider.GetRequiredService<IVault>();

    public IStatusSource Status => provider.GetServices<IStatusSource>().OfType<AuditStatus>().Single();

    public IStatusSource ExportStatus => provider.GetServices<IStatusSource>().OfType<ExportStatus>().Single();

    public IAuditExports Exports => provider.GetRequiredService<IAuditExports>();

    public ExportCourier ExportCourier => provider.GetRequiredService<ExportCourier>();

    public static async Task<AuditHost> StartAsync(TempFolder folder, Action<AuditOptions>? configure = null, FakeTimeProvider? clock = null)
    {
        var time = clock ?? new FakeTimeProvider();
        time.SetUtcNow(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<TimeProvider>(time);
        services.AddStorage(options => options.Folder = folder["data"]);
        services.AddAccess();
        services.AddVault(options => (options.RootKeyFile, options.AllowCoreDumps) = (folder["root.key"], true));
        services.AddAudit(configure);
        services.AddSingleton<Chance>(new Never());
        var host = new AuditHost(services.BuildServiceProvider(), time);
        foreach (var hosted in host.Hosted())
        {
            await hosted.StartAsync(CancellationToken.None);
        }

        return host;
    }

    public static EventKind KindOf(string name) => new(name, OcsfType.EntityCreated, EventSeverity.Low, "zweck", "a");

    public SecurityEvent Event(CompanyId company, string kind = "identity.device.enrolled") => new()
    {
        Id = EntityId.New<EventId>(Time),
        At = Time.GetUtcNow(),
        Kind = KindOf(kind),
        Actor = Subject.OfDevice(company, new(Guid.CreateVersion7()), new(Guid.CreateVersion7())),
        Target = Resource.Of(new DeviceId(Guid.CreateVersion7()), company),
        Outcome = EventOutcome.Success,
        Details = new Dictionary<string, string> { ["zweck"] = "prüfen", ["a"] = "测试" },
    };

    /// <summary>A key that some witness could have.</summary>
    public static string WitnessKey { get; } = NoteKey.Of("one.example", NoteKeyKind.Cosignature, new byte[32]).ToString();

    /// <summary>From here on what must be recorded is refused: one event waits, and no more may.</summary>
    public Task FallBehindAsync(CompanyId company)
    {
        return Store.WriteAsync(
            transaction =>
            {
                transaction.Record(Event(company));
                Get<IOptions<StorageOptions>>().Value.MostUnsealed = 1;
                return 0;
            },
            Ct);
    }

    public async Task RecordAsync(params SecurityEvent[] events)
    {
        foreach (var fact in events)
        {
            await Store.WriteAsync(transaction => { transaction.Record(fact); return 0; }, Ct);
        }

        await PumpAsync();
    }

    /// <summary>Brings the outbox to the consumer as the store's pump does: rows and cursor in one transaction.</summary>
    public async Task PumpAsync()
    {
        var rows = await PendingAsync();
        if (rows.Count > 0)
        {
            await ApplyAsync(await Consumer.PrepareAsync(rows, Ct), rows[^1].Position);
        }
    }

    public async Task<IReadOnlyList<OutboxRow>> PendingAsync() => await Store.ReadAsync(
        session => session.Query(
            """
            SELECT position, topic, company, payload FROM outbox
            WHERE position > coalesce((SELECT position FROM outbox_cursor WHERE consumer = 'audit'), 0) AND topic = $1 ORDER BY position
            """,
            row => new OutboxRow(row.GetInt64(0), row.GetString(1), (byte[])row.GetValue(2), (byte[])row.GetValue(3)),
            Consumer.Topic),
        Ct);

    public Task ApplyAsync(Action<WriteTransaction> apply, long position) => Store.WriteAsync(
        transaction =>
        {
            apply(transaction);
            return transaction.Execute(
                "INSERT INTO outbox_cursor (consumer, position) VALUES ('audit', $1) ON CONFLICT (consumer) DO UPDATE SET position = excluded.position", position);
        },
        Ct);

    /// <summary>What the store holds of a log.</summary>
    public async Task<(LogRow Row, IReadOnlyList<ReadOnlyMemory<byte>> Entries)> StoredAsync(CompanyId company) => await Store.ReadAsync(
        session => (LogTable.Find(session, company)!, (IReadOnlyList<ReadOnlyMemory<byte>>)LogTable.Entries(session, company, 0, long.MaxValue / 2)), Ct);

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
    public static void Edit(TempFolder folder, string sql) => Assert.True(Run(folder, sql) > 0, "the edit must reach a row");

    /// <summary>Runs what the owner can, past the server.</summary>
    public static int Run(TempFolder folder, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(folder["data"], "rivet.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteNonQuery();
    }

    /// <summary>Edits bytes of one row as the owner can.</summary>
    public static void EditBlob(TempFolder folder, string table, string column, string where, Action<byte[]> change)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(folder["data"], "rivet.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT {column} FROM {table} WHERE {where}";
        var bytes = (byte[])command.ExecuteScalar()!;
        change(bytes);
        command.CommandText = $"UPDATE {table} SET {column} = $1 WHERE {where}";
        command.Parameters.AddWithValue("$1", bytes);
        Assert.Equal(1, command.ExecuteNonQuery());
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

    /// <summary>Shortens nothing by chance.</summary>
    private sealed class Never : Chance
    {
        public override double Next() => 0;
    }
}
