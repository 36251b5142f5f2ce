using Microsoft.Extensions.DependencyInjection;
using Rivet.Kernel;
using Rivet.Testing;

namespace Rivet.Storage.Tests;

public sealed class OutboxTests
{
    private static readonly CompanyId Company = new(Guid.CreateVersion7());

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Pump_ConsumerThrowsSometimes_EachEffectHappensOnceInOrder()
    {
        using var folder = new TempFolder();
        var consumer = new Recorder("a", "facts") { Failures = 3 };
        await using var host = await StartAsync(folder, consumer);
        await PublishAsync(host, "facts", 2500);
        for (var round = 0; round < 10; round++)
        {
            await host.Pump.RunOnceAsync(Ct);
        }

        Assert.Equal(0, consumer.Failures);
        Assert.Equal(Enumerable.Range(0, 2500).Select(number => (long)number), await host.NumbersAsync("SELECT number FROM effect ORDER BY rowid"));
        Assert.Equal([0], await host.NumbersAsync("SELECT count(*) FROM outbox"));
    }

    [Fact]
    public async Task Pump_OneConsumerFails_OthersGoOnAndNothingIsTrimmed()
    {
        using var folder = new TempFolder();
        await using var host = await StartAsync(folder, new Recorder("a", "facts"), new Recorder("b", "facts") { Failures = int.MaxValue });
        await PublishAsync(host, "facts", 10);
        await host.Pump.RunOnceAsync(Ct);
        Assert.Equal([10], await host.NumbersAsync("SELECT count(*) FROM effect"));
        Assert.Equal([10], await host.NumbersAsync("SELECT count(*) FROM outbox"));
    }

    [Fact]
    public async Task Pump_OtherTopics_ArePassedOverAndTrimmed()
    {
        using var folder = new TempFolder();
        await using var host = await StartAsync(folder, new Recorder("a", "facts"));
        await PublishAsync(host, "noise", 5);
        await host.Pump.RunOnceAsync(Ct);
        Assert.Equal([0], await host.NumbersAsync("SELECT count(*) FROM effect"));
        Assert.Equal([0], await host.NumbersAsync("SELECT count(*) FROM outbox"));
    }

    [Fact]
    public async Task Pump_AfterTrimmingAndRestart_PositionsNeverComeBack()
    {
        using var folder = new TempFolder();
        await using (var host = await StartAsync(folder, new Recorder("a", "facts")))
        {
            await PublishAsync(host, "facts", 5);
            await host.Pump.RunOnceAsync(Ct);
        }

        await using var again = await StartAsync(folder, new Recorder("a", "facts"));
        await PublishAsync(again, "facts", 5);
        Assert.Equal([6, 7, 8, 9, 10], await again.NumbersAsync("SELECT position FROM outbox ORDER BY position"));
        await again.Pump.RunOnceAsync(Ct);
        Assert.Equal([10], await again.NumbersAsync("SELECT count(*) FROM effect"));
    }

    [Fact]
    public async Task Start_TwoConsumersOfOneName_IsABug()
    {
        using var folder = new TempFolder();
        await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync(folder, new Recorder("a", "facts"), new Recorder("a", "other")));
    }

    [Fact]
    public async Task SecurityEvent_Recorded_ReadsBackAsItWas()
    {
        using var folder = new TempFolder();
        await using var host = await StartAsync(folder);
        var fact = new SecurityEvent
        {
            Id = new(Guid.CreateVersion7()),
            At = DateTimeOffset.UnixEpoch,
            Kind = new("identity.device.enrolled", OcsfType.EntityCreated, EventSeverity.High, "cause", "x") { Version = 3 },
            Concerned = new(Guid.CreateVersion7()),
            Actor = Subject.OfDevice(Company, new(Guid.CreateVersion7()), new(Guid.CreateVersion7())),
            Target = Resource.Of(Company),
            Outcome = EventOutcome.Failure,
            Details = new Dictionary<string, string> { ["cause"] = "测试" },
        };
        await host.Store.WriteAsync(transaction => { transaction.Record(fact); return 0; }, Ct);
        var row = await host.Store.ReadAsync(
            session => session.QueryFirst(
                "SELECT position, topic, company, payload FROM outbox",
                row => new OutboxRow(row.GetInt64(0), row.GetString(1), (byte[])row.GetValue(2), (byte[])row.GetValue(3))),
            Ct);
        var read = SecurityEvents.Read(row!);
        Assert.Equal(fact with { Details = read.Details }, read);
        Assert.Equal(fact.Details, read.Details);
        Assert.Equal((fact.Kind.Type, fact.Kind.Severity, 3), (read.Kind.Type, read.Kind.Severity, read.Kind.Version));

        var tooMuch = fact with { Details = new Dictionary<string, string> { ["x"] = new('x', 257) } };
        await Assert.ThrowsAsync<ArgumentException>(() => host.Store.WriteAsync(transaction => { transaction.Record(tooMuch); return 0; }, Ct));
    }

    [Fact]
    public async Task Record_LogFailsForLong_IsRefusedUntilItWorksAgain()
    {
        using var folder = new TempFolder();
        var consumer = new Recorder("log", SecurityEvents.Topic) { Failures = 2 }; // in its group, and alone
        await using var host = await StartAsync(folder, storage => storage.LongestFailing = TimeSpan.Zero, consumer);
        await RecordAsync(host);
        await host.Pump.RunOnceAsync(Ct);
        await Assert.ThrowsAsync<LogBehindException>(() => RecordAsync(host));
        await PublishAsync(host, "facts", 1); // what needs no record goes on
        await host.Pump.RunOnceAsync(Ct);
        await RecordAsync(host);
    }

    [Fact]
    public async Task Record_TooManyWait_IsRefusedAndNothingOfTheWorkIsStored()
    {
        using var folder = new TempFolder();
        await using var host = await StartAsync(folder, storage => storage.MostUnsealed = 3, new Recorder("log", SecurityEvents.Topic));
        for (var number = 0; number < 3; number++)
        {
            await RecordAsync(host);
        }

        await Assert.ThrowsAsync<LogBehindException>(() => host.Store.WriteAsync(
            transaction =>
            {
                transaction.Execute("INSERT INTO effect (number) VALUES (99)");
                transaction.Record(Fact());
                return 0;
            },
            Ct));
        await host.Pump.RunOnceAsync(Ct);
        Assert.DoesNotContain(99L, await host.NumbersAsync("SELECT number FROM effect"));
        await RecordAsync(host);
    }

    private static Task RecordAsync(StoreHost host) => host.Store.WriteAsync(transaction => { transaction.Record(Fact()); return 0; }, Ct);

    private static SecurityEvent Fact() => new()
    {
        Id = new(Guid.CreateVersion7()),
        At = DateTimeOffset.UnixEpoch,
        Kind = new("identity.device.enrolled", OcsfType.EntityCreated, EventSeverity.Low),
        Actor = Subject.OfSystem(Company),
        Target = Resource.Of(Company),
        Outcome = EventOutcome.Success,
    };

    private static Task<StoreHost> StartAsync(TempFolder folder, params Recorder[] consumers) => StartAsync(folder, _ => { }, consumers);

    private static async Task<StoreHost> StartAsync(TempFolder folder, Action<StorageOptions> configure, params Recorder[] consumers)
    {
        var host = await StoreHost.StartAsync(folder, configure, services =>
        {
            foreach (var consumer in consumers)
            {
                services.AddSingleton<IOutboxConsumer>(consumer);
            }
        });
        await host.ExecuteAsync("CREATE TABLE IF NOT EXISTS effect (number INTEGER NOT NULL)");
        return host;
    }

    private static Task PublishAsync(StoreHost host, string topic, int count)
        => host.Store.WriteAsync(
            transaction =>
            {
                for (var number = 0; number < count; number++)
                {
                    transaction.Publish(topic, Company, BitConverter.GetBytes(number));
                }

                return 0;
            },
            Ct);

    /// <summary>Writes each row's number to a table; fails halfway through as often as told.</summary>
    private sealed class Recorder(string name, string topic) : IOutboxConsumer
    {
        public int Failures { get; set; }

        public string Name => name;

        public string Topic => topic;

        public ValueTask<Action<WriteTransaction>> PrepareAsync(IReadOnlyList<OutboxRow> rows, CancellationToken ct) => new(transaction => Write(transaction, rows));

        private void Write(WriteTransaction transaction, IReadOnlyList<OutboxRow> rows)
        {
            for (var index = 0; index < rows.Count; index++)
            {
                if (index == rows.Count / 2 && Failures > 0)
                {
                    Failures--;
                    throw new InvalidOperationException("halfway");
                }

                transaction.Execute("INSERT INTO effect (number) VALUES ($1)", (long)BitConverter.ToInt32(rows[index].Payload));
            }
        }
    }
}
