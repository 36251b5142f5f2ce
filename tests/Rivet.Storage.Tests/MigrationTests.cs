using System.Reflection;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Rivet.Testing;

namespace Rivet.Storage.Tests;

/// <summary>The scripts are this assembly's own resources, under Migrations.</summary>
public sealed class MigrationTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Start_Scripts_AreAppliedOnceInOrder()
    {
        using var folder = new TempFolder();
        for (var start = 0; start < 2; start++)
        {
            await using var host = await StoreHost.StartAsync(folder, more: With("good"));
            Assert.Equal([1, 2], await host.NumbersAsync("SELECT number FROM migrated ORDER BY rowid"));
        }
    }

    [Fact]
    public async Task Start_ScriptFails_IsRolledBackAndNamed()
    {
        using var folder = new TempFolder();
        var refusal = await Assert.ThrowsAsync<StoreUnavailableException>(() => StoreHost.StartAsync(folder, more: With("bad")));
        Assert.Contains("bad/0002_fails.sql", refusal.Message, StringComparison.Ordinal);
        using var connection = new SqliteConnection($"Data Source={Path.Combine(folder["data"], "rivet.db")};Pooling=False");
        await connection.OpenAsync(Ct);
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT group_concat(name) FROM sqlite_master WHERE name IN ('whole', 'half')";
        Assert.Equal("whole", await command.ExecuteScalarAsync(Ct));
    }

    [Fact]
    public async Task Start_StoreOfANewerBuild_IsRefusedUntouched()
    {
        using var folder = new TempFolder();
        await (await StoreHost.StartAsync(folder, more: With("good"))).DisposeAsync();
        var refusal = await Assert.ThrowsAsync<StoreUnavailableException>(() => StoreHost.StartAsync(folder));
        Assert.Contains("newer Rivet", refusal.Message, StringComparison.Ordinal);
        await using var host = await StoreHost.StartAsync(folder, more: With("good"));
        Assert.Equal([1, 2], await host.NumbersAsync("SELECT number FROM migrated ORDER BY rowid"));
    }

    [Fact]
    public async Task Beside_StoreOfAnotherBuild_IsRefusedUntouched()
    {
        using var folder = new TempFolder();
        await (await StoreHost.StartAsync(folder)).DisposeAsync();
        var good = new MigrationSource("good", new FolderAssembly("good"));
        var older = Assert.Throws<StoreUnavailableException>(() => StoreBeside.Open(folder["data"], [good]));
        Assert.Contains("an older Rivet (by good/0001", older.Message, StringComparison.Ordinal);

        await (await StoreHost.StartAsync(folder, more: With("good"))).DisposeAsync();
        StoreBeside.Open(folder["data"], [good]).Dispose();
        var newer = Assert.Throws<StoreUnavailableException>(() => StoreBeside.Open(folder["data"], [new MigrationSource("good", new FolderAssembly("none"))]));
        Assert.Contains("a newer Rivet (by good/0001", newer.Message, StringComparison.Ordinal);
    }

    /// <summary>An assembly made on the spot cannot carry resources; scripts are chosen by the folder in their name.</summary>
    private static Action<IServiceCollection> With(string owner)
        => services => services.AddSingleton(new MigrationSource(owner, new FolderAssembly(owner)));

    private sealed class FolderAssembly(string folder) : Assembly
    {
        private static readonly Assembly Own = typeof(MigrationTests).Assembly;

        public override string[] GetManifestResourceNames()
            => [.. Own.GetManifestResourceNames().Where(name => name.Contains($".Migrations.{folder}.", StringComparison.Ordinal))];

        public override Stream? GetManifestResourceStream(string name) => Own.GetManifestResourceStream(name);
    }
}
