using System.Threading.Channels;
using Rivet.Kernel;
using Rivet.Testing;

namespace Rivet.Audit.Tests;

/// <summary>The courier as the server runs it; time goes on only once it waits.</summary>
public sealed class CourierLoopTests : IAsyncLifetime
{
    private readonly TempFolder folder = new();
    private readonly WaitedClock clock = new();
    private readonly Channel<string> asked = Channel.CreateUnbounded<string>();
    private WitnessedHost log = null!;
    private Liar witness = null!;

    public async ValueTask InitializeAsync()
    {
        log = await WitnessedHost.StartAsync(folder, new(Guid.CreateVersion7()), clock);
        witness = await Liar.StartAsync();
        witness.Answer = async (context, text) =>
        {
            await witness.SayAsync(context, 200, await witness.CosignAsync(text, clock.GetUtcNow()));
            asked.Writer.TryWrite(text);
        };
        await log.AddAsync(witness.Key.ToString(), witness.Url);
    }

    public async ValueTask DisposeAsync()
    {
        await log.Host.WitnessCourier.StopAsync(CancellationToken.None);
        await witness.DisposeAsync();
        await log.DisposeAsync();
        folder.Dispose();
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_LogThatGrows_WakesTheCourier()
    {
        await log.Host.WitnessCourier.StartAsync(Ct);
        await clock.PassAsync(10, Ct);
        Assert.Equal((await log.NewestAsync()).Note.Text, await asked.Reader.ReadAsync(Ct));
        await clock.PassAsync(1, Ct);
        await clock.PassAsync(1, Ct);

        // It looks again in 30 seconds, and the news comes after 10.
        await clock.WaitAsync(30, Ct);
        clock.Advance(TimeSpan.FromSeconds(10));
        await log.GrowAsync();
        Assert.Equal((await log.NewestAsync()).Note.Text, await asked.Reader.ReadAsync(Ct));
    }

    [Fact]
    public async Task Run_NewWitness_IsFoundWithinThirtySeconds()
    {
        await log.Host.Witnesses.RemoveAsync(await log.Host.PermitAsync(log.Company, "audit.share"), "liar.example", Ct);
        await log.Host.WitnessCourier.StartAsync(Ct);
        await clock.PassAsync(10, Ct);
        await clock.PassAsync(1, Ct);
        await clock.WaitAsync(30, Ct);
        await log.AddAsync(witness.Key.ToString(), witness.Url);
        clock.Advance(TimeSpan.FromSeconds(30));
        await asked.Reader.ReadAsync(Ct);
    }
}
