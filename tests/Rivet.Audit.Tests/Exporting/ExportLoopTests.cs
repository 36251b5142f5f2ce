using System.Threading.Channels;

namespace Rivet.Audit.Tests.Exporting;

/// <summary>The exports' courier as the server runs it.</summary>
public sealed class ExportLoopTests
{
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LooksAgain = TimeSpan.FromSeconds(30);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_LogThatGrows_IsExportedLongBeforeTheNextLook()
    {
        var clock = new WaitedClock();
        var taken = Channel.CreateUnbounded<int>();
        await using var world = await ExportWorld.StartAsync(clock: clock);
        await using var receiver = await WebhookReceiver.StartAsync((context, number) =>
        {
            context.Response.StatusCode = 204;
            taken.Writer.TryWrite(number);
            return Task.CompletedTask;
        });
        await world.AddAsync(receiver.Form());
        var rests = Channel.CreateUnbounded<bool>();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var rounds = RunRoundsAsync(clock, rests.Writer, end.Token);
        await world.Host.ExportCourier.StartAsync(Ct);
        await taken.Reader.ReadAsync(Ct);
        await rests.Reader.ReadAsync(Ct);

        var before = clock.GetUtcNow();
        await world.RecordAsync(1);
        await taken.Reader.ReadAsync(Ct);

        Assert.InRange(clock.GetUtcNow() - before, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        await world.Host.ExportCourier.StopAsync(CancellationToken.None);
        await end.CancelAsync();
        await rounds;
    }

    /// <summary>Lets the short pauses between rounds pass, and says when the courier rests for long.</summary>
    private static async Task RunRoundsAsync(WaitedClock clock, ChannelWriter<bool> rests, CancellationToken end)
    {
        try
        {
            while (true)
            {
                var wait = await clock.Waits.ReadAsync(end);
                if (wait == Gathering)
                {
                    clock.Advance(Gathering);
                }
                else if (wait == LooksAgain)
                {
                    rests.TryWrite(true);
                }
            }
        }
        catch (OperationCanceledException)
        {
        }
    }
}
