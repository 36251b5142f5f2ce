using System.Security.Cryptography;
using Rivet.Testing;

namespace Rivet.Storage.Tests;

/// <summary>Which scripts run, what is recorded of them, and which stores are refused.</summary>
public sealed class MigrationTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Start_Scripts_AreAppliedOnceInOrder()
    {
        using var folder = new TempFolder();
        for (var start = 0; start < 2; start++)
        {
            await using var host = await StoreHost.StartAsync(folder, more: Scripts.With("good", "aardvark"));
            Assert.Equal([1, 2], await host.NumbersAsync("SELECT number FROM migrated ORDER BY rowid"));
        }

        // Modules in the order of their registration, not of their names.
        Assert.Equal(
            "storage/0001_outbox.sql storage/0002_incarnation.sql good/0001_first.sql good/0002_second.sql aardvark/0001_early.sql",
            Scripts.Ask(folder["data"], "SELECT group_concat(ScriptName, ' ') FROM (SELECT ScriptName FROM SchemaVersions ORDER BY SchemaVersionID)"));
    }

    [Fact]
    public async Task Start_Scripts_AreRecordedWithChecksumTimeAndVersion()
    {
        using var folder = new TempFolder();
        await (await StoreHost.StartAsync(folder, more: Scripts.With("good"))).DisposeAsync();

        var script = await File.ReadAllBytesAsync(Path.Combine(Fixtures.RepositoryRoot(), "tests", "Rivet.Storage.Tests", "Migrations", "good", "0002_second.sql"), Ct);
        Assert.Equal(
            $"{Convert.ToHexStringLower(SHA256.HashData(script))} {ProgramVersion.Current} 2000-01-01 00:00:00.0000000",
            Scripts.Ask(folder["data"], "SELECT Checksum || ' ' || Program || ' ' || Applied FROM SchemaVersions WHERE ScriptName = 'good/0002_second.sql'"));
    }

    /// <summary>The record of the first versions has two columns less.</summary>
    [Fact]
    public async Task Start_RecordOfTheFirstVersions_IsWidenedByTheNextUpgrade()
    {
        using var folder = new TempFolder();
        await (await StoreHost.StartAsync(folder)).DisposeAsync();
        Scripts.Ask(folder["data"], "ALTER TABLE SchemaVersions DROP COLUMN Checksum; ALTER TABLE SchemaVersions DROP COLUMN Program");
        await (await StoreHost.StartAsync(folder)).DisposeAsync();
        Assert.Equal(0L, Scripts.Ask(folder["data"], "SELECT count(*) FROM pragma_table_info('SchemaVersions') WHERE name = 'Checksum'"));

        await (await StoreHost.StartAsync(folder, more: Scripts.With("good"))).DisposeAsync();
        Assert.Equal(0L, Scripts.Ask(folder["data"], "SELECT count(*) FROM SchemaVersions WHERE Checksum IS NULL OR Program IS NULL"));
        Scripts.Ask(folder["data"], "UPDATE SchemaVersions SET Checksum = 'other' WHERE ScriptName = 'storage/0001_outbox.sql'");
        Assert.Equal(UpgradeFault.Changed, (await RefusalAsync(folder, "good")).Fault);
    }

    [Theory]
    [InlineData("bad", UpgradeFault.Failed, "bad/0002_fails.sql")]
    [InlineData("dangling", UpgradeFault.BrokenReference, "child")]
    public async Task Start_ScriptFails_NothingOfTheUpgradeIsStored(string owner, UpgradeFault fault, string named)
    {
        using var folder = new TempFolder();
        await (await StoreHost.StartAsync(folder)).DisposeAsync();
        var before = Hash(folder["data"]);

        var refusal = await RefusalAsync(folder, "good", owner);

        Assert.Equal(fault, refusal.Fault);
        Assert.Contains(named, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(before, Hash(folder["data"]));
        await (await StoreHost.StartAsync(folder)).DisposeAsync();
    }

    [Fact]
    public async Task Start_ScriptEndsItsTransaction_IsABug()
    {
        using var folder = new TempFolder();
        var bug = await Assert.ThrowsAsync<InvalidOperationException>(() => StoreHost.StartAsync(folder, more: Scripts.With("ends")));
        Assert.Contains("ends/0001_ends.sql", bug.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("INSERT INTO SchemaVersions VALUES (NULL, 'good/0099_future.sql', '2031-01-01', 'ab', '9.0.0'), (NULL, 'good/0100_far.sql', '2031-01-01', 'ab', '9.1.0')", UpgradeFault.NeedsNewer, "9.1.0", "good/0100_far.sql")]
    [InlineData("INSERT INTO SchemaVersions VALUES (NULL, 'good/0003_lost.sql', '2031-01-01', 'ab', '0.1.0')", UpgradeFault.Missing, "0.1.0", "good/0003_lost.sql")]
    [InlineData("UPDATE SchemaVersions SET Checksum = 'ab' WHERE ScriptName = 'good/0001_first.sql'", UpgradeFault.Changed, "0.1.0", "good/0001_first.sql")]
    [InlineData("DELETE FROM SchemaVersions WHERE ScriptName = 'good/0001_first.sql'", UpgradeFault.Skipped, "good/0001_first.sql", "good/0002_second.sql")]
    [InlineData("UPDATE SchemaVersions SET Program = '0.0.9'", UpgradeFault.TooOld, "0.0.9", "0.1.0")]
    [InlineData("DROP TABLE SchemaVersions", UpgradeFault.NoStore, "no store", "")]
    public async Task Start_StoreThatIsNotForThisProgram_IsRefusedByNameAndUntouched(string change, UpgradeFault fault, string named, string alsoNamed)
    {
        using var folder = new TempFolder();
        await (await StoreHost.StartAsync(folder, more: Scripts.With("good"))).DisposeAsync();
        Scripts.Ask(folder["data"], change);
        var before = Hash(folder["data"]);

        // Whether or not there is something to apply.
        foreach (var owners in (string[][])[["good"], ["good", "aardvark"]])
        {
            var refusal = await RefusalAsync(folder, owners);

            Assert.Equal(fault, refusal.Fault);
            Assert.Contains(named, refusal.Message, StringComparison.Ordinal);
            Assert.Contains(alsoNamed, refusal.Message, StringComparison.Ordinal);
            Assert.Equal(before, Hash(folder["data"]));
        }
    }

    [Theory]
    [InlineData("1.2.3", "1.2.3-rc.1", 0)]
    [InlineData("1.10.0", "1.9.9", 1)]
    [InlineData("0.1.0", "nonsense", 1)]
    public void Versions_AreComparedByNumber(string left, string right, int expected)
        => Assert.Equal(expected, ProgramVersion.Parse(left).Number.CompareTo(ProgramVersion.Parse(right).Number));

    private static Task<UpgradeException> RefusalAsync(TempFolder folder, params string[] owners)
        => Assert.ThrowsAsync<UpgradeException>(() => StoreHost.StartAsync(folder, more: Scripts.With(owners)));

    [Fact]
    public async Task Beside_StoreOfAnotherBuild_IsRefusedUntouched()
    {
        using var folder = new TempFolder();
        await (await StoreHost.StartAsync(folder)).DisposeAsync();
        var good = Scripts.Of("good");
        var older = Assert.Throws<StoreUnavailableException>(() => StoreBeside.Open(folder["data"], [good]));
        Assert.Contains("an older Rivet (by good/0001", older.Message, StringComparison.Ordinal);

        await (await StoreHost.StartAsync(folder, more: Scripts.With("good"))).DisposeAsync();
        StoreBeside.Open(folder["data"], [good]).Dispose();
        var newer = Assert.Throws<StoreUnavailableException>(() => StoreBeside.Open(folder["data"], [new MigrationSource("good", typeof(object).Assembly)]));
        Assert.Contains("a newer Rivet (by good/0001", newer.Message, StringComparison.Ordinal);
    }

    /// <summary>Names and bytes of everything in the folder but the lock.</summary>
    private static string Hash(string data) => string.Join('\n', Directory.EnumerateFiles(data, "*", SearchOption.AllDirectories)
        .Where(file => Path.GetFileName(file) != "rivet.lock").Order(StringComparer.Ordinal)
        .Select(file => $"{file} {Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)))}"));
}
