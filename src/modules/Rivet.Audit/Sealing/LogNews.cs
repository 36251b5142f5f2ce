using System.Collections.Concurrent;
using Rivet.Kernel;

namespace Rivet.Audit.Sealing;

/// <summary>Tells those who look on that a log has grown.</summary>
internal sealed class LogNews
{
    private readonly ConcurrentDictionary<CompanyId, TaskCompletionSource<long>> waiting = new();

    public void Tell(CompanyId log, long size)
    {
        if (waiting.TryRemove(log, out var waiters))
        {
            waiters.TrySetResult(size);
        }
    }

    /// <summary>Ends when the log grows next. Whoever waits asks first, then reads, then waits.</summary>
    public Task<long> Next(CompanyId log) => waiting.GetOrAdd(log, _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
}
