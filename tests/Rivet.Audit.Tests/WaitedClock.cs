using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace Rivet.Audit.Tests;

/// <summary>Says when somebody waits, and for how long.</summary>
internal sealed class WaitedClock : FakeTimeProvider
{
    private readonly Channel<TimeSpan> waits = Channel.CreateUnbounded<TimeSpan>();

    /// <summary>For how long somebody waits, as they begin to.</summary>
    public ChannelReader<TimeSpan> Waits => waits.Reader;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        waits.Writer.TryWrite(dueTime);
        return timer;
    }

    /// <summary>Waits until somebody waits for so long.</summary>
    public async Task WaitAsync(int seconds, CancellationToken ct)
    {
        while (await waits.Reader.ReadAsync(ct) != TimeSpan.FromSeconds(seconds))
        {
        }
    }

    public async Task PassAsync(int seconds, CancellationToken ct)
    {
        await WaitAsync(seconds, ct);
        Advance(TimeSpan.FromSeconds(seconds));
    }
}
