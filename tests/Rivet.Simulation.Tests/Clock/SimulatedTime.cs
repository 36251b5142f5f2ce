namespace Rivet.Simulation.Tests;

/// <summary>The loop's clock as one machine shows it: off by its own amount, and silent once its process is dead.</summary>
internal sealed class SimulatedTime(Loop loop, TimeSpan skew, Process? process) : TimeProvider
{
    private static readonly DateTimeOffset Beginning = new(2026, 1, 5, 8, 0, 0, TimeSpan.Zero);

    /// <summary>How far this clock is off; may jump.</summary>
    public TimeSpan Skew { get; set; } = skew;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => Beginning + loop.Now + Skew;

    public override long GetTimestamp() => loop.Now.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class Timer(SimulatedTime time, TimerCallback callback, object? state) : ITimer
    {
        private int setting;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            var mine = ++setting;
            if (dueTime != Timeout.InfiniteTimeSpan)
            {
                time.Loop.At(dueTime, () => Fire(mine, period));
            }

            return true;
        }

        public void Dispose() => setting++;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }

        private void Fire(int mine, TimeSpan period)
        {
            if (mine != setting || time.Process is { IsAlive: false })
            {
                return;
            }

            if (period > TimeSpan.Zero)
            {
                time.Loop.At(period, () => Fire(mine, period));
            }

            callback(state);
        }
    }

    private Loop Loop => loop;

    private Process? Process => process;
}
