namespace Rivet.Client.Home;

/// <summary>Counts changes; whoever saw an older count can wait for the next.</summary>
/// <remarks>
/// Each waiter is woken in its own context and nowhere else: no thread of the pool stands between the ring and the
/// waiter, so that a client whose context is one queue runs in one order.
/// </remarks>
internal sealed class ChangeBell
{
    private readonly Lock gate = new();
    private List<TaskCompletionSource<long>> waiters = [];

    public long Count { get; private set; }

    public void Ring()
    {
        List<TaskCompletionSource<long>> rung;
        long count;
        lock (gate)
        {
            count = ++Count;
            if (waiters.Count == 0)
            {
                return;
            }

            rung = waiters;
            waiters = [];
        }

        foreach (var waiter in rung)
        {
            waiter.TrySetResult(count);
        }
    }

    /// <summary>Waits until the count is past <paramref name="seen"/>; gives the count.</summary>
    public async Task<long> PastAsync(long seen, CancellationToken ct)
    {
        var waiter = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (gate)
        {
            if (Count > seen)
            {
                return Count;
            }

            waiters.Add(waiter);
        }

        await using var cancelling = ct.UnsafeRegister(static (cancelled, ct) => ((TaskCompletionSource<long>)cancelled!).TrySetCanceled(ct), waiter);
        try
        {
            return await waiter.Task;
        }
        finally
        {
            if (waiter.Task.IsCanceled)
            {
                lock (gate)
                {
                    waiters.Remove(waiter);
                }
            }
        }
    }
}
