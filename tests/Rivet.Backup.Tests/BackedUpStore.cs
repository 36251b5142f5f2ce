using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using Rivet.Storage;
using Rivet.Testing;

namespace Rivet.Backup.Tests;

/// <summary>A real store with tables of the test's own, running, and its backup.</summary>
internal sealed class BackedUpStore : IAsyncDisposable
{
    public static readonly byte[] Root = Encoding.UTF8.GetBytes("the root of all keys, 32 bytes !");
    private readonly TempFolder folder = new();
    private readonly ServiceProvider provider;

    private BackedUpStore()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddStorage(options => options.Folder = folder["data"]);
        services.AddMigrations("tests", typeof(BackedUpStore).Assembly);
        provider = services.BuildServiceProvider();
    }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 3, 1, 8, 0, 0, TimeSpan.Zero));

    public BackupPlan Plan => new() { DataFolder = folder["data"], KeysFolder = folder["keys"], KeyTables = ["wrapped_key"] };

    public string Backup => folder["backup"];

    public string Epochs => folder["epochs"];

    public string RecoveryKey => folder["recovery.key"];

    public string Restored => folder["restored"];

    public string RestoredKeys => folder["restored-keys"];

    public string this[string name] => folder[name];

    public static async Task<BackedUpStore> StartAsync(int windowDays = 30)
    {
        var store = new BackedUpStore();
        await store.provider.GetServices<IHostedService>().First().StartAsync(CancellationToken.None);
        Directory.CreateDirectory(store["keys"]);
        await File.WriteAllBytesAsync(Path.Combine(store["keys"], "root.key"), Root);
        await File.WriteAllTextAsync(Path.Combine(store["data"], "store.name"), new string('a', 32));
        BackupSetup.Create(store.Plan, store.Backup, store.Epochs, store.RecoveryKey, windowDays);
        return store;
    }

    public Task<int> ExecuteAsync(string sql, params object?[] parameters)
        => provider.GetRequiredService<IStore>().WriteAsync(transaction => transaction.Execute(sql, parameters), CancellationToken.None);

    /// <summary>Rows that say a lot, so that they take segments.</summary>
    public Task<int> AddNotesAsync(int from, int count, int bodySize)
        => provider.GetRequiredService<IStore>().WriteAsync(
            transaction =>
            {
                for (var number = from; number < from + count; number++)
                {
                    var body = new byte[bodySize];
                    new Random(number).NextBytes(body);
                    transaction.Execute("INSERT INTO note (arrival, name, weight, body) VALUES ($1, $2, $3, $4)", (long)number, $"note {number} 便条", number / 3.0, body);
                }

                return count;
            },
            CancellationToken.None);

    public BackupResult Run(bool storeAll = false, BackupPlan? plan = null)
        => new BackupRun(plan ?? Plan, Time).Execute(storeAll, _ => { }, TestContext.Current.CancellationToken);

    public BackupPlace Place(int? run = null) => new() { Folder = Backup, Epochs = Epochs, RecoveryKeyFile = RecoveryKey, Run = run };

    public RestoreResult Restore(int? run = null, BackupPlace? place = null)
        => BackupRestore.Execute(place ?? Place(run), Restored, _ => RestoredKeys, Time, _ => { }, TestContext.Current.CancellationToken);

    /// <summary>What a restore says that must not succeed; nothing of it may be left.</summary>
    public BackupException Refused(int? run = null, BackupPlace? place = null)
    {
        var refused = Assert.Throws<BackupException>(() => Restore(run, place));
        Assert.False(File.Exists(StoreFile.PathIn(Restored)));
        Assert.False(Directory.Exists(RestoredKeys) && Directory.EnumerateFiles(RestoredKeys).Any());
        return refused;
    }

    /// <summary>All rows of a table as text.</summary>
    public static List<string> Rows(string folder, string table)
    {
        using var snapshot = StoreSnapshot.Open(folder);
        var rows = new List<string>();
        snapshot.ReadRows(snapshot.Schema.Tables.Single(one => one.Name == table), row => rows.Add(Convert.ToHexString(row)), CancellationToken.None);
        return rows;
    }

    public List<string> Rows(string table) => Rows(folder["data"], table);

    public async ValueTask DisposeAsync()
    {
        await provider.DisposeAsync();
        folder.Dispose();
    }
}
