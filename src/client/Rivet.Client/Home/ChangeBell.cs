namespace Rivet.Client.Home;

/// <summary>Counts changes; whoever saw an older count can wait for the next.</summary>
internal sealed class ChangeBell
{
    private readonly Lock gate = new();
    private TaskCompletionSource next = New();

    public long Count { get; private set; }

    public void Ring()
    {
        TaskCompletionSource rung;
        lock (gate)
        {
            Count++;
            rung = next;
            next = New();
        }

        rung.SetResult();
    }

    /// <summary>Waits until the count is past <paramref name="seen"/>; gives the count.</summary>
    public async Task<long> PastAsync(long seen, CancellationToken ct)
    {
        while (true)
        {
            Task waiting;
            lock (gate)
            {
                if (Count > seen)
                {
                    return Count;
                }

                waiting = next.Task;
            }

            await waiting.WaitAsync(ct);
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
