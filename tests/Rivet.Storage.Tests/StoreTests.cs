using Rivet.Testing;

namespace Rivet.Storage.Tests;

public sealed class StoreTests : IAsyncLifetime
{
    private readonly TempFolder folder = new();
    private StoreHost host = null!;

    public async ValueTask InitializeAsync()
    {
        host = await StoreHost.StartAsync(folder, options => options.QueueLength = 64);
        await host.ExecuteAsync("CREATE TABLE item (number INTEGER PRIMARY KEY, body BLOB)");
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        folder.Dispose();
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Write_Many_AreCommittedInTheOrderAskedAndActionsFollow()
    {
        var seen = new List<int>();
        await Task.WhenAll(Enumerable.Range(0, 500).Select(number => host.Store.WriteAsync(
            transaction =>
            {
                transaction.AfterCommit(() => seen.Add(number));
                return transaction.Execute("INSERT INTO item (number) VALUES ($1)", number);
            },
            Ct)));
        Assert.Equal(Enumerable.Range(0, 500), seen);
        Assert.Equal(500, (await host.NumbersAsync("SELECT number FROM item")).Count);
    }

    [Fact]
    public async Task Write_OneOfAGroupFails_FailsAlone()
    {
        using var gate = new ManualResetEventSlim();
        var actions = new List<int>();
        var first = host.Store.WriteAsync(_ => { gate.Wait(Ct); return 0; }, Ct); // holds the writer while the group gathers
        var rest = Enumerable.Range(0, 9).Select(number => host.Store.WriteAsync(
            transaction =>
            {
                transaction.AfterCommit(() => actions.Add(number));
                transaction.Execute("INSERT INTO item (number) VALUES ($1)", number);
                return number == 4 ? throw new InvalidOperationException("mine alone") : number;
            },
            Ct)).ToArray();
        var constraint = host.Store.WriteAsync(transaction => transaction.Execute("INSERT INTO item (number) VALUES (1)"), Ct);
        gate.Set();
        await first;

        for (var number = 0; number < 9; number++)
        {
            if (number == 4)
            {
                await Assert.ThrowsAsync<InvalidOperationException>(() => rest[4]);
            }
            else
            {
                Assert.Equal(number, await rest[number]);
            }
        }

        await Assert.ThrowsAsync<StoreUnavailableException>(() => constraint);
        Assert.Equal([0, 1, 2, 3, 5, 6, 7, 8], await host.NumbersAsync("SELECT number FROM item ORDER BY number"));
        Assert.Equal([0, 1, 2, 3, 5, 6, 7, 8], actions);
    }

    [Fact]
    public async Task Write_CancelledBeforeItBegan_IsWithdrawn()
    {
        using var gate = new ManualResetEventSlim();
        using var cancel = new CancellationTokenSource();
        var first = host.Store.WriteAsync(_ => { gate.Wait(Ct); return 0; }, Ct);
        var withdrawn = host.Store.WriteAsync(transaction => transaction.Execute("INSERT INTO item (number) VALUES (1)"), cancel.Token);
        await cancel.CancelAsync();
        gate.Set();
        await first;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => withdrawn);
        Assert.Empty(await host.NumbersAsync("SELECT number FROM item"));
    }

    [Fact]
    public async Task Write_CancelledWhileItRuns_IsFinished()
    {
        using var cancel = new CancellationTokenSource();
        var changed = await host.Store.WriteAsync(
            transaction =>
            {
                cancel.Cancel();
                return transaction.Execute("INSERT INTO item (number) VALUES (1)");
            },
            cancel.Token);
        Assert.Equal(1, changed);
        Assert.Equal([1], await host.NumbersAsync("SELECT number FROM item"));
    }

    [Fact]
    public async Task Write_QueueFull_WaitsAndCanBeCancelled()
    {
        using var gate = new ManualResetEventSlim();
        using var started = new SemaphoreSlim(0);
        using var cancel = new CancellationTokenSource();
        var first = host.Store.WriteAsync(_ => { started.Release(); gate.Wait(Ct); return 0; }, Ct);
        await started.WaitAsync(Ct);
        var queued = Enumerable.Range(0, 64).Select(number => host.Store.WriteAsync(
            transaction => transaction.Execute("INSERT INTO item (number) VALUES ($1)", number), Ct)).ToArray();
        var waiting = host.Store.WriteAsync(transaction => transaction.Execute("INSERT INTO item (number) VALUES (64)"), Ct);
        var givenUp = host.Store.WriteAsync(transaction => transaction.Execute("INSERT INTO item (number) VALUES (65)"), cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => givenUp);
        Assert.False(waiting.IsCompleted);
        gate.Set();
        await Task.WhenAll([first, waiting, .. queued]);
        Assert.Equal(65, (await host.NumbersAsync("SELECT number FROM item")).Count);
    }

    [Fact]
    public async Task AfterCommit_ActionThrows_OthersRunAndTheWriteSucceeds()
    {
        var ran = false;
        Assert.Equal(7, await host.Store.WriteAsync(
            transaction =>
            {
                transaction.AfterCommit(() => throw new InvalidOperationException("mine"));
                transaction.AfterCommit(() => ran = true);
                return 7;
            },
            Ct));
        Assert.True(ran);
    }

    [Fact]
    public async Task Read_WhileOthersCommit_SeesOneState()
    {
        await host.ExecuteAsync("INSERT INTO item (number) VALUES (1)");
        var (before, after) = await host.Store.ReadAsync(
            session =>
            {
                var count = session.QueryFirst("SELECT count(*) FROM item", row => row.GetInt64(0));
                Task.Run(() => host.ExecuteAsync("INSERT INTO item (number) VALUES (2)"), Ct).Wait(Ct);
                return (count, session.QueryFirst("SELECT count(*) FROM item", row => row.GetInt64(0)));
            },
            Ct);
        Assert.Equal((1, 1), (before, after));
        Assert.Equal(2, (await host.NumbersAsync("SELECT number FROM item")).Count);
    }

    [Fact]
    public async Task Read_TriesToWrite_IsRefused()
        => await Assert.ThrowsAsync<StoreUnavailableException>(async () => await host.Store.ReadAsync(
            session => session.Query("DELETE FROM item RETURNING number", row => row.GetInt64(0)), Ct));

    [Fact]
    public async Task Parameters_EveryKind_ComeBackAsTheyWere()
    {
        object?[] values = [null, 1L, -5, true, 2.5, "文字 text", Array.Empty<byte>(), new byte[] { 0, 255 }, (byte)9, string.Empty];
        var back = await host.Store.ReadAsync(
            session => session.QueryFirst("SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10", row => Enumerable.Range(0, 10).Select(row.GetValue).ToArray(), values), Ct);
        Assert.Equal([DBNull.Value, 1L, -5L, 1L, 2.5, "文字 text", Array.Empty<byte>(), new byte[] { 0, 255 }, 9L, string.Empty], back!);
    }

    [Fact]
    public async Task Parameters_OutOfOrderAndRepeated_GoByTheirNumbers()
    {
        var back = await host.Store.ReadAsync(
            session => session.QueryFirst("SELECT $2, $1, $2, $3", row => (row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3)), "a", "b", "c"), Ct);
        Assert.Equal(("b", "a", "b", "c"), back);
    }

    [Fact]
    public async Task Parameters_WrongNumberOrKind_AreABug()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => host.ExecuteAsync("INSERT INTO item (number) VALUES ($1)"));
        await Assert.ThrowsAsync<ArgumentException>(() => host.ExecuteAsync("INSERT INTO item (number) VALUES ($1)", Guid.NewGuid()));
        await Assert.ThrowsAsync<ArgumentException>(() => host.ExecuteAsync("INSERT INTO item (number) VALUES (?)", 1));
        await Assert.ThrowsAsync<ArgumentException>(() => host.ExecuteAsync("DELETE FROM item; DELETE FROM item"));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await host.Store.ReadAsync(
            session => session.QueryFirst("SELECT NULL", row => row.GetInt64(0)), Ct));
    }

    [Fact]
    public async Task Restart_Closed_EverythingIsThereAndLaterCallsAreRefused()
    {
        await host.ExecuteAsync("INSERT INTO item (number) VALUES (1)");
        var closed = host.Store;
        await host.DisposeAsync();
        await Assert.ThrowsAsync<StoreUnavailableException>(() => closed.WriteAsync(_ => 0, Ct));
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await closed.ReadAsync(_ => 0, Ct));
        host = await StoreHost.StartAsync(folder);
        Assert.Equal([1], await host.NumbersAsync("SELECT number FROM item"));
    }

    [Fact]
    public async Task Start_SecondServerOnOneFolder_IsRefused()
    {
        var refusal = await Assert.ThrowsAsync<StoreUnavailableException>(() => StoreHost.StartAsync(folder));
        Assert.Contains("Another Rivet server", refusal.Message, StringComparison.Ordinal);
        await host.ExecuteAsync("INSERT INTO item (number) VALUES (1)");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2000)]
    public async Task Start_DamagedFile_SaysSoAndLeavesTheFolderFree(int from)
    {
        using var other = new TempFolder();
        await (await StoreHost.StartAsync(other)).DisposeAsync();
        var file = Path.Combine(other["data"], "rivet.db");
        var bytes = await File.ReadAllBytesAsync(file, Ct);
        bytes.AsSpan(from).Fill(0x5a);
        await File.WriteAllBytesAsync(file, bytes, Ct);
        for (var attempt = 0; attempt < 2; attempt++)
        {
            var refusal = await Assert.ThrowsAsync<StoreUnavailableException>(() => StoreHost.StartAsync(other));
            Assert.DoesNotContain("Another Rivet server", refusal.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Disk_Full_RefusesWithoutLosingAnythingAndGoesOnWhenThereIsRoom()
    {
        using var small = new TempFolder();
        await using var full = await StoreHost.StartAsync(small, options => options.MaxBytes = 256 * 1024);
        await full.ExecuteAsync("CREATE TABLE item (number INTEGER PRIMARY KEY, body BLOB)");
        await FillAsync(full);
        Assert.True(await full.ExecuteAsync("DELETE FROM item WHERE number > 2") > 0);
        Assert.Equal(1, await full.ExecuteAsync("INSERT INTO item (body) VALUES (zeroblob(1000))"));
    }

    /// <summary>Writes until it is refused; what was acknowledged must be exactly what is there.</summary>
    internal static async Task FillAsync(StoreHost full)
    {
        var acknowledged = 0;
        for (var refused = 0; refused < 3;)
        {
            var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
            {
                try
                {
                    return await full.ExecuteAsync("INSERT INTO item (body) VALUES (zeroblob(3000))");
                }
                catch (StoreUnavailableException)
                {
                    return 0;
                }
            }));
            acknowledged += results.Sum();
            refused += results.Contains(0) ? 1 : 0;
        }

        Assert.True(acknowledged > 10);
        Assert.Equal(acknowledged, (await full.NumbersAsync("SELECT number FROM item")).Count);
    }

    [Fact]
    public async Task Log_UnderSteadyWriting_StaysBounded()
    {
        using var busy = new TempFolder();
        await using var small = await StoreHost.StartAsync(busy, options => { options.CheckpointBytes = 1 << 16; options.MostLogBytes = 1 << 18; });
        await small.ExecuteAsync("CREATE TABLE item (number INTEGER PRIMARY KEY, body BLOB)");
        for (var round = 0; round < 400; round++)
        {
            await small.ExecuteAsync("INSERT INTO item (body) VALUES (randomblob(20000))");
        }

        Assert.InRange(new FileInfo(Path.Combine(busy["data"], "rivet.db-wal")).Length, 1, 4 << 20);
        Assert.Equal(400, (await small.NumbersAsync("SELECT number FROM item")).Count);
    }
}
