using System.Collections.Concurrent;
using Rivet.Kernel;

namespace Rivet.Audit.Sealing;

/// <summary>Tells those who look on that a log has grown.</summary>
internal sealed class LogNews
{
    private readonly ConcurrentDictionary<CompanyId, TaskCompletionSource<long>> waiting = new();
    private TaskCompletionSource anywhere = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Tell(CompanyId log, long size)
    {
        if (waiting.TryRemove(log, out var waiters))
        {
            waiters.TrySetResult(size);
        }

        Interlocked.Exchange(ref anywhere, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
    }

    /// <summary>Ends when any log grows next; to be asked as <see cref="Next"/> is.</summary>
    public Task Anywhere => Volatile.Read(ref anywhere).Task;

    /// <summary>Ends when the log grows next. Whoever waits asks first, then reads, then waits.</summary>
    public Task<long> Next(CompanyId log) => waiting.GetOrAdd(log, _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
}
