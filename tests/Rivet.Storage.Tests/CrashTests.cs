using System.Diagnostics;
using System.Globalization;
using Rivet.Kernel;
using Rivet.Testing;

namespace Rivet.Storage.Tests;

/// <summary>A child process (this same program) appends until it is killed with SIGKILL; what it acknowledged must be there.</summary>
public sealed class CrashTests
{
    private const string FolderVariable = "RIVET_STORAGE_CRASH_FOLDER";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Kill_InTheMiddleOfAppends_NothingAcknowledgedIsMissing()
    {
        using var folder = new TempFolder();
        for (var round = 0; round < 3; round++)
        {
            using var child = StartChild(folder.Path);
            var drained = child.StandardOutput.ReadToEndAsync(Ct);
            var acknowledged = folder[$"acknowledged-{child.Id}"];
            while (!child.HasExited && (!File.Exists(acknowledged) || new FileInfo(acknowledged).Length < 20_000))
            {
                await Task.Yield();
            }

            Assert.False(child.HasExited, child.HasExited ? await drained : "");
            child.Kill();
            await child.WaitForExitAsync(Ct);
        }

        await using var host = await StoreHost.StartAsync(folder);
        var stored = (await host.Store.ReadAsync(session => session.Query("SELECT name FROM item", row => row.GetString(0)), Ct)).ToHashSet();
        var announced = await host.NumbersAsync("SELECT count(*) FROM outbox");
        foreach (var file in Directory.GetFiles(folder.Path, "acknowledged-*"))
        {
            // The last line may be half written by the killed process.
            var lines = (await File.ReadAllTextAsync(file, Ct)).Split('\n')[..^1];
            Assert.True(lines.Length > 500);
            Assert.All(lines, line => Assert.Contains(line, stored));
        }

        Assert.Equal(stored.Count, announced.Single());
        Assert.Equal("ok", await host.Store.ReadAsync(session => session.QueryFirst("PRAGMA integrity_check", row => row.GetString(0)), Ct));
    }

    /// <summary>The child's part; run only by name.</summary>
    [Fact(Explicit = true)]
    public async Task Child_AppendsUntilKilled()
    {
        var folder = Environment.GetEnvironmentVariable(FolderVariable)!;
        await using var host = await StoreHost.StartAsync(Path.Combine(folder, "data"));
        await host.ExecuteAsync("CREATE TABLE IF NOT EXISTS item (name TEXT PRIMARY KEY)");
        await using var acknowledged = new FileStream(
            Path.Combine(folder, $"acknowledged-{Environment.ProcessId}"), FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0);
        await Task.WhenAll(Enumerable.Range(0, 16).Select(async lane =>
        {
            for (var number = 0; ; number++)
            {
                var name = string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}-{lane}-{number}");
                await host.Store.WriteAsync(
                    transaction =>
                    {
                        transaction.Publish("crash", new CompanyId(Guid.CreateVersion7()), [1]);
                        return transaction.Execute("INSERT INTO item (name) VALUES ($1)", name);
                    },
                    Ct);
                lock (acknowledged)
                {
                    acknowledged.Write(System.Text.Encoding.ASCII.GetBytes(name + "\n"));
                }
            }
        }));
    }

    private static Process StartChild(string folder)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet")
        {
            start.ArgumentList.Add(typeof(CrashTests).Assembly.Location);
        }

        foreach (var argument in new[] { "-method", $"{typeof(CrashTests).FullName}.{nameof(Child_AppendsUntilKilled)}", "-explicit", "only" })
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment[FolderVariable] = folder;
        return Process.Start(start)!;
    }
}
