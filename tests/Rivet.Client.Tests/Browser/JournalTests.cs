using System.Runtime.Versioning;
using Rivet.Client.Browser.Home;
using Rivet.Client.Home;

namespace Rivet.Client.Tests.Browser;

/// <summary>A browser's journal over a disk that breaks: whatever became durable is found again, in whole transactions.</summary>
[SupportedOSPlatform("browser")]
public sealed class JournalTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public Task Open_AfterACrash_HoldsWholeTransactionsUpToTheLastDurableOne() => OneThreadAsync(async () =>
    {
        var disk = new Disk();
        var records = Open(disk);
        for (byte at = 0; at < 250; at++)
        {
            // Two records that only make sense together.
            records.Write(write =>
            {
                write.Put(RecordKind.Draft, [at], [at]);
                write.Put(RecordKind.ReadMark, [at], [at]);
                return 0;
            });
            if (at % 3 == 0)
            {
                await records.DurableAsync(Stop);
            }
        }

        await records.DurableAsync(Stop);
        for (var kept = disk.Count; kept >= 0; kept--)
        {
            var after = Open(disk.Cut(kept));
            Assert.Equal(
                after.All(RecordKind.Draft).Select(record => record.Key[0]),
                after.All(RecordKind.ReadMark).Select(record => record.Key[0]));
        }

        Assert.Equal(250, Open(disk).All(RecordKind.Draft).Length);
    });

    [Fact]
    public Task Open_AfterManySegments_ReadsFewAndHoldsAll() => OneThreadAsync(async () =>
    {
        var disk = new Disk();
        var records = Open(disk);
        for (var at = 0; at < 1_000; at++)
        {
            records.Write(write =>
            {
                write.Put(RecordKind.Draft, [(byte)(at / 256), (byte)at], [1]);
                return 0;
            });
            await records.DurableAsync(Stop);
        }

        Assert.InRange(disk.Count, 1, 128);
        Assert.Equal(1_000, Open(disk).All(RecordKind.Draft).Length);
    });

    [Theory]
    [InlineData("home.disk-full")]
    [InlineData("home.taken")]
    public Task Durable_DiskRefuses_SaysWhyAndTakesNothingFurther(string why) => OneThreadAsync(async () =>
    {
        var disk = new Disk();
        var records = Open(disk);
        Put(records, 1);
        await records.DurableAsync(Stop);
        disk.Refusal = why;
        Put(records, 2);
        var failed = await Assert.ThrowsAsync<HomeException>(async () => await records.DurableAsync(Stop));
        Assert.Equal(why, failed.Reason);
        disk.Refusal = "";
        Assert.Equal(why, Assert.Throws<HomeException>(() => Put(records, 3)).Reason);
        Assert.Equal([1], Open(disk).All(RecordKind.Draft).Select(record => record.Key[0]));
    });

    [Fact]
    public Task Durable_DiskFails_FailsEveryTimeRatherThanWaitingForEver() => OneThreadAsync(async () =>
    {
        var records = Open(new Disk { Throws = true });
        Put(records, 1);
        await Assert.ThrowsAsync<TimeoutException>(async () => await records.DurableAsync(Stop));
        Put(records, 2);
        await Assert.ThrowsAsync<TimeoutException>(async () => await records.DurableAsync(Stop));
    });

    [Fact]
    public Task Open_HoleChangedOrForeignSegment_IsDamaged() => OneThreadAsync(async () =>
    {
        var disk = new Disk();
        var records = Open(disk);
        for (byte at = 0; at < 4; at++)
        {
            Put(records, at);
            await records.DurableAsync(Stop);
        }

        Assert.Equal("home.damaged", RefusalOf(disk.With(2, null)));
        Assert.Equal("home.damaged", RefusalOf(disk.Without(2)));
        Assert.Equal("home.damaged", RefusalOf(disk.Without(1)));
        Assert.Equal("home.damaged", RefusalOf(disk.With(4, [255, 255, 255])));
    });

    /// <summary>As in a browser: what goes on beside the test takes turns with it.</summary>
    private static Task OneThreadAsync(Func<Task> test)
        => Task.Factory.StartNew(test, Stop, TaskCreationOptions.None, new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler).Unwrap();

    private static JournalRecords Open(Disk disk) => JournalRecords.Open(disk).TryGet(out var records, out var why) ? records : throw new InvalidOperationException(why);

    private static string RefusalOf(Disk disk) => JournalRecords.Open(disk).TryGet(out _, out var why) ? "" : why;

    private static void Put(JournalRecords records, byte key) => records.Write(write =>
    {
        write.Put(RecordKind.Draft, [key], [key]);
        return 0;
    });

    /// <summary>A disk in memory that takes its time, refuses or breaks.</summary>
    private sealed class Disk : IJournal
    {
        private readonly SortedDictionary<long, byte[]?> segments = [];

        public string Refusal { get; set; } = "";

        public bool Throws { get; set; }

        public int Count => segments.Count;

        public IEnumerable<(long Number, byte[]? Bytes)> Segments() => [.. segments.Select(pair => (pair.Key, pair.Value))];

        public async ValueTask<string> AppendAsync(long number, long from, byte[] segment)
        {
            await Task.Yield();
            if (Throws)
            {
                throw new TimeoutException("nobody expected this of a disk");
            }

            if (Refusal.Length == 0)
            {
                segments.Add(number, segment);
                foreach (var old in segments.Keys.Where(key => key < from).ToList())
                {
                    segments.Remove(old);
                }
            }

            return Refusal;
        }

        public Disk Cut(int kept) => Of(segments.Take(kept));

        public Disk With(long number, byte[]? bytes) => Of(segments.Select(pair => pair.Key == number ? KeyValuePair.Create(number, bytes) : pair));

        public Disk Without(long number) => Of(segments.Where(pair => pair.Key != number));

        public void Dispose()
        {
            // Nothing is held.
        }

        private static Disk Of(IEnumerable<KeyValuePair<long, byte[]?>> some)
        {
            var disk = new Disk();
            foreach (var (number, bytes) in some)
            {
                disk.segments.Add(number, bytes);
            }

            return disk;
        }
    }
}
