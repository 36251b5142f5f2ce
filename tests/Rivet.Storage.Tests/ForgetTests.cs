using System.Diagnostics;
using System.Security.Cryptography;
using Rivet.Testing;

namespace Rivet.Storage.Tests;

/// <summary>What was overwritten leaves the files; readers of old states, backups, hold nobody up.</summary>
public sealed class ForgetTests
{
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(20);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Overwritten_ToBeForgotten_LeavesAllFilesOfARunningStore()
    {
        using var folder = new TempFolder();
        await using var host = await StoreHost.StartAsync(folder);
        var secret = await KeepAsync(host);
        Assert.True(Holds(folder, secret));

        await OverwriteAsync(host);

        await UntilGoneAsync(folder, secret);
        Assert.Equal(60, (await host.NumbersAsync("SELECT length(payload) FROM outbox WHERE topic = 'secret'"))[0]);
    }

    [Fact]
    public async Task Overwritten_WhileABackupReads_LeavesTheFilesAfterItsEnd()
    {
        using var folder = new TempFolder();
        await using var host = await StoreHost.StartAsync(folder);
        var secret = await KeepAsync(host);
        using (StoreSnapshot.Open(folder["data"]))
        {
            await OverwriteAsync(host);
            await host.ExecuteAsync("INSERT INTO outbox (topic, company, payload) VALUES ('more', x'00', x'00')");
            Assert.True(Holds(folder, secret));
        }

        await UntilGoneAsync(folder, secret);
    }

    [Fact]
    public async Task Writes_WhileABackupReads_AreNotHeldUpByTheLog()
    {
        using var folder = new TempFolder();
        await using var host = await StoreHost.StartAsync(folder, options => (options.CheckpointBytes, options.MostLogBytes) = (1 << 20, 4 << 20));
        var slowest = TimeSpan.Zero;
        using (var snapshot = StoreSnapshot.Open(folder["data"]))
        {
            for (var number = 0; number < 400; number++)
            {
                var begun = Stopwatch.GetTimestamp();
                await host.ExecuteAsync("INSERT INTO outbox (topic, company, payload) VALUES ('bulk', x'00', randomblob(60000))");
                var took = Stopwatch.GetElapsedTime(begun);
                slowest = took > slowest ? took : slowest;
            }

            Assert.True(snapshot.LogBytes > 16 << 20, "The log grew while it was read.");
        }

        // Waiting for the reader, as it was before, would have taken five seconds each time.
        Assert.True(slowest < TimeSpan.FromSeconds(3), $"A write took {slowest}.");
        for (var number = 0; number < 200; number++)
        {
            await host.ExecuteAsync("INSERT INTO outbox (topic, company, payload) VALUES ('bulk', x'00', randomblob(60000))");
        }

        Assert.Equal(600, (await host.NumbersAsync("SELECT count(*) FROM outbox"))[0]);
    }

    [Fact]
    public async Task Snapshot_OfADamagedFile_IsUnavailable()
    {
        using var folder = new TempFolder();
        await using (await StoreHost.StartAsync(folder))
        {
        }

        await File.WriteAllTextAsync(Path.Combine(folder["data"], "rivet.db"), new string('x', 9_000), Ct);

        Assert.Throws<StoreUnavailableException>(() => StoreSnapshot.Open(folder["data"]));
        Assert.Throws<StoreUnavailableException>(() => StoreSnapshot.Open(folder["nowhere"]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("04")]
    [InlineData("0401")]
    [InlineData("04010000000000000001")]
    [InlineData("040100000000000000010300000009FF")]
    [InlineData("0401000000000000000103FFFFFFFF")]
    [InlineData("FF")]
    [InlineData("0409")]
    public void Rows_ThatAreNone_AreRefused(string hex)
    {
        using var folder = new TempFolder();
        using var builder = StoreBuilder.Create(
            folder["new.db"], new StoreSchema([new("outbox", "CREATE TABLE outbox (position INTEGER PRIMARY KEY, topic TEXT, company BLOB, payload BLOB)")], []));

        Assert.Equal(hex.Length == 0 ? 0 : null, builder.Insert("outbox", Convert.FromHexString(hex)));
    }

    private static async Task<byte[]> KeepAsync(StoreHost host)
    {
        var secret = RandomNumberGenerator.GetBytes(60);
        await host.ExecuteAsync("INSERT INTO outbox (topic, company, payload) VALUES ('secret', x'00', $1)", secret);
        return secret;
    }

    private static Task OverwriteAsync(StoreHost host) => host.Store.WriteAsync(
        transaction =>
        {
            transaction.ForgetOverwritten();
            return transaction.Execute("UPDATE outbox SET payload = zeroblob(60) WHERE topic = 'secret'");
        },
        Ct);

    private static async Task UntilGoneAsync(TempFolder folder, byte[] secret)
    {
        var begun = Stopwatch.GetTimestamp();
        while (Holds(folder, secret))
        {
            Assert.True(Stopwatch.GetElapsedTime(begun) < Most, "The secret is still in a file.");
            await Task.Delay(50, Ct);
        }
    }

    private static bool Holds(TempFolder folder, byte[] secret)
        => Directory.EnumerateFiles(folder["data"], "rivet.db*").Any(path =>
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var bytes = new byte[file.Length];
            file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return bytes.AsSpan().IndexOf(secret) >= 0;
        });
}
