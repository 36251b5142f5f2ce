using Microsoft.Data.Sqlite;
using Rivet.Server.Doctor.Checks;
using Rivet.Testing;

namespace Rivet.Scenarios.Tests.Doctor;

/// <summary>Damaged, newer, older and unclosed stores, made from a real one.</summary>
public sealed class StoreCheckTests(StoppedServer stopped) : IClassFixture<StoppedServer>
{
    [Fact]
    public async Task StoreSound_OverwrittenPages_Fails()
    {
        using var folder = Ward.Copy(stopped);
        Assert.Equal("Passing Sound", await Ward.LookAsync(new StoreSound(), Ward.Patient(folder)));

        using (var file = File.OpenWrite(folder["data/rivet.db"]))
        {
            var noise = new byte[4096];
            Array.Fill(noise, (byte)0xA5);
            file.Position = 4 * noise.Length;
            file.Write(noise);
            file.Write(noise);
        }

        Assert.Equal("Failing Damaged", await Ward.LookAsync(new StoreSound(), Ward.Patient(folder)));
    }

    [Fact]
    public async Task StoreVersion_NewerOrOlderStore_IsFound()
    {
        using var folder = Ward.Copy(stopped);
        Assert.Equal("Passing Same", await Ward.LookAsync(new StoreVersion(), Ward.Patient(folder)));

        Execute(folder, "INSERT INTO SchemaVersions(ScriptName, Applied) VALUES ('identity/9999_future.sql', '2030-01-01')");
        Assert.Equal("Failing Newer", await Ward.LookAsync(new StoreVersion(), Ward.Patient(folder)));

        Execute(folder, "DELETE FROM SchemaVersions WHERE ScriptName LIKE '%9999%' OR ScriptName LIKE 'storage/0002%'");
        Assert.Equal("Attention Pending", await Ward.LookAsync(new StoreVersion(), Ward.Patient(folder)));
    }

    [Fact]
    public async Task StoreLog_Grown_IsFound()
    {
        using var folder = Ward.Copy(stopped);
        Assert.Equal("Passing Usual", await Ward.LookAsync(new StoreLog(), Ward.Patient(folder)));

        using var log = File.Create(folder["data/rivet.db-wal"]);
        log.SetLength(600L << 20);
        Assert.Equal("Attention Large", await Ward.LookAsync(new StoreLog(), Ward.Patient(folder)));
        log.SetLength(5L << 30);
        Assert.Equal("Failing Huge", await Ward.LookAsync(new StoreLog(), Ward.Patient(folder)));
    }

    [Fact]
    public async Task StoreSound_LargeStoreBesideItsServer_IsNotProven()
    {
        using var folder = Ward.Copy(stopped);
        using (var file = File.OpenWrite(folder["data/rivet.db"]))
        {
            file.SetLength(StoreSound.MostBesideServer + 1);
        }

        Assert.Equal("NotProven TooLarge", await Ward.LookAsync(new StoreSound(), Ward.Patient(folder, running: new Rivet.Server.Doctor.RunningServer(Environment.ProcessId, []))));
    }

    /// <summary>Reading what a killed server left would make files: it is not read.</summary>
    [Fact]
    public async Task StoreSound_KilledServer_IsNotProvenAndNothingChanges()
    {
        using var folder = new TempFolder();
        using (var server = ServerProcess.Start(folder))
        {
            Assert.StartsWith("Passing", await Ward.LookAsync(new StoreSound(), Ward.Patient(folder, server)), StringComparison.Ordinal);
            server.Kill();
        }

        var before = DoctorCommandTests.Inventory(folder.Path);
        Assert.Equal("NotProven Unseen", await Ward.LookAsync(new StoreSound(), Ward.Patient(folder)));
        Assert.Equal("NotProven Unseen", await Ward.LookAsync(new StoreVersion(), Ward.Patient(folder)));
        Assert.Equal(before, DoctorCommandTests.Inventory(folder.Path));
    }

    private static void Execute(TempFolder folder, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={folder["data/rivet.db"]};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        Assert.True(command.ExecuteNonQuery() > 0);
    }
}
