using Microsoft.Extensions.Time.Testing;

namespace Rivet.Certificates.Tests.Fakes;

/// <summary>Time that passes only where somebody waits: a short wait is over at once, and the clock has moved by it.</summary>
internal sealed class ImpatientTime() : FakeTimeProvider(DateTimeOffset.UtcNow)
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(15);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        if (dueTime > TimeSpan.Zero && dueTime <= Longest)
        {
            ThreadPool.QueueUserWorkItem(_ => Advance(dueTime));
        }

        return timer;
    }
}
