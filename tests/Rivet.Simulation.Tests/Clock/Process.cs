namespace Rivet.Simulation.Tests;

/// <summary>
/// A client's process: everything of it runs as steps of the loop, on its own clock. Killed, no step of it runs any
/// more, and what it did not write is gone.
/// </summary>
internal sealed class Process : SynchronizationContext
{
    private readonly Loop loop;
    private readonly Action killed;

    public Process(Loop loop, TimeSpan skew, Action killed)
    {
        this.loop = loop;
        this.killed = killed;
        Time = new SimulatedTime(loop, skew, this);
    }

    public bool IsAlive { get; private set; } = true;

    public SimulatedTime Time { get; }

    public void Kill()
    {
        if (IsAlive)
        {
            IsAlive = false;
            killed();
        }
    }

    /// <summary>Does something as this process, now.</summary>
    public void Run(Action work) => Run(static work => ((Action)work!)(), work);

    public void Run(SendOrPostCallback step, object? state)
    {
        if (!IsAlive)
        {
            return;
        }

        var former = Current;
        SetSynchronizationContext(this);
        try
        {
            step(state);
        }
        catch (KilledException)
        {
        }
        finally
        {
            SetSynchronizationContext(former);
        }
    }

    public override void Post(SendOrPostCallback d, object? state) => loop.Post(this, d, state);

    public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException("Nothing waits in a simulation.");

    public override SynchronizationContext CreateCopy() => this;
}

/// <summary>The process was killed in the middle of this very call.</summary>
internal sealed class KilledException : Exception;

/// <summary>A delivery rule does not hold.</summary>
internal sealed class BrokenRuleException(string rule) : Exception(rule);
