namespace Rivet.Audit.Pages;

/// <summary>
/// Counts again as the log grows: not while it is being counted, and never so often that counting takes more than a twentieth of the time.
/// </summary>
internal sealed class Recounting(TimeProvider time, Func<Task> count)
{
    private const int Share = 20;
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(3);
    private Task running = Task.CompletedTask;
    private TimeSpan pause = Shortest;
    private bool isWanted;

    /// <summary>Counts now.</summary>
    public async Task NowAsync()
    {
        var begun = time.GetTimestamp();
        await count();
        pause = TimeSpan.FromTicks(Math.Max(Shortest.Ticks, time.GetElapsedTime(begun).Ticks * Share));
    }

    /// <summary>Counts before long; asked for meanwhile, once more behind it. Ends when there is nothing to count any more.</summary>
    public Task SoonAsync(CancellationToken ct)
    {
        isWanted = true;
        return running.IsCompleted ? running = RunAsync(ct) : running;
    }

    private async Task RunAsync(CancellationToken ct)
    {
        while (isWanted)
        {
            await Task.Delay(pause, time, ct);
            isWanted = false;
            await NowAsync();
        }
    }
}
