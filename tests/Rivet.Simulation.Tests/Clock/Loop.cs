namespace Rivet.Simulation.Tests;

/// <summary>
/// One thread, one clock. Of what is ready, one step after the other runs in an order drawn by chance, as threads would
/// take it; the clock moves only when nothing is ready.
/// </summary>
internal sealed class Loop(Random chance)
{
    /// <summary>A schedule takes a few thousand steps; one that takes so many will never come to rest.</summary>
    private const int MostSteps = 400_000;

    private readonly PriorityQueue<Action, (long Due, long Order)> later = new();
    private readonly List<(Process Process, SendOrPostCallback Step, object? State)> ready = [];
    private long order;
    private int steps;
    private string? broken;

    /// <summary>Simulated time since the beginning.</summary>
    public TimeSpan Now { get; private set; }

    public void At(TimeSpan delay, Action action) => later.Enqueue(action, ((Now + delay).Ticks, order++));

    public void Post(Process process, SendOrPostCallback step, object? state) => ready.Add((process, step, state));

    /// <summary>A rule is broken: ends the run after this step, so that no client can swallow it.</summary>
    public void Stop(string rule) => broken ??= rule;

    /// <summary>Runs until nothing is left to happen, or up to a time.</summary>
    public void Run(TimeSpan? until = null)
    {
        while (true)
        {
            if (++steps > MostSteps)
            {
                Stop("It never comes to rest.");
            }

            if (broken is not null)
            {
                throw new BrokenRuleException(broken);
            }

            if (ready.Count > 0)
            {
                var at = ready.Count == 1 ? 0 : chance.Next(ready.Count);
                var (process, step, state) = ready[at];
                ready[at] = ready[^1];
                ready.RemoveAt(ready.Count - 1);
                process.Run(step, state);
            }
            else if (later.TryPeek(out var action, out var when) && !(until?.Ticks < when.Due))
            {
                later.Dequeue();
                Now = new TimeSpan(Math.Max(Now.Ticks, when.Due));
                action();
            }
            else
            {
                return;
            }
        }
    }
}
