using Rivet.Testing;

namespace Rivet.Storage.Tests;

/// <summary>A program that writes to the store beside its server.</summary>
public sealed class StoreBesideTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Write_BesideABusyServer_LosesNothingOnEitherSide()
    {
        using var folder = new TempFolder();
        await using var host = await StoreHost.StartAsync(folder);
        await host.ExecuteAsync("CREATE TABLE line (writer INTEGER, number INTEGER)");
        using var beside = StoreBeside.Open(folder["data"], []);

        var serving = Task.Run(
            async () =>
            {
                for (var number = 0; number < 500; number++)
                {
                    await host.ExecuteAsync("INSERT INTO line VALUES (1, $1)", number);
                }
            },
            Ct);
        for (var number = 0; number < 50; number++)
        {
            await beside.WriteAsync(transaction => transaction.Execute("INSERT INTO line VALUES (2, $1)", number), Ct);
            Assert.Equal(number + 1, await beside.ReadAsync(session => session.QueryFirst("SELECT count(*) FROM line WHERE writer = 2", row => row.GetInt32(0)), Ct));
        }

        await serving;
        Assert.Equal([500, 50], await host.NumbersAsync("SELECT count(*) FROM line GROUP BY writer ORDER BY writer"));
    }

    [Fact]
    public async Task Write_ThatThrows_LeavesNothing()
    {
        using var folder = new TempFolder();
        await using var host = await StoreHost.StartAsync(folder);
        await host.ExecuteAsync("CREATE TABLE line (number INTEGER)");
        using var beside = StoreBeside.Open(folder["data"], []);

        await Assert.ThrowsAsync<InvalidOperationException>(() => beside.WriteAsync<int>(
            transaction =>
            {
                transaction.Execute("INSERT INTO line VALUES (1)");
                throw new InvalidOperationException();
            },
            Ct));

        Assert.Equal([0], await host.NumbersAsync("SELECT count(*) FROM line"));
        await host.ExecuteAsync("INSERT INTO line VALUES (2)");
    }

    [Fact]
    public void Open_NoStore_MakesNone()
    {
        using var folder = new TempFolder();

        var refusal = Assert.Throws<StoreUnavailableException>(() => StoreBeside.Open(folder["data"], []));

        Assert.Contains("--data", refusal.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["data"]));
    }
}
