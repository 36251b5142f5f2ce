using Rivet.Hosting.Outgoing;

namespace Rivet.Vault.External;

/// <summary>
/// Spares callers a service that fails: after some failures in a row it is left alone, then one call alone tries it. That one's success lets all
/// through again; its failure makes the wait longer.
/// </summary>
/// <param name="failures">How many failures in a row are too many.</param>
/// <param name="backoff">How long it is left alone.</param>
/// <param name="time">The clock.</param>
internal sealed class CircuitBreaker(int failures, Backoff backoff, TimeProvider time)
{
    private readonly Lock gate = new();
    private int inARow;
    private int openings;
    private long openedAt;
    private TimeSpan wait;
    private bool isTried;

    public bool IsOpen
    {
        get
        {
            lock (gate)
            {
                return openings > 0;
            }
        }
    }

    /// <summary>Whether a call may go out; who got true says how it ended.</summary>
    public bool TryEnter(out CircuitTurn turn)
    {
        lock (gate)
        {
            turn = openings == 0 ? CircuitTurn.Ordinary : CircuitTurn.Trial;
            if (openings == 0)
            {
                return true;
            }

            if (isTried || time.GetElapsedTime(openedAt) < wait)
            {
                return false;
            }

            return isTried = true;
        }
    }

    /// <summary>The service answered, whatever it said.</summary>
    public void Succeeded()
    {
        lock (gate)
        {
            (inARow, openings, isTried) = (0, 0, false);
        }
    }

    public void Failed(CircuitTurn turn)
    {
        lock (gate)
        {
            inARow++;

            // A call from before the opening tells nothing new.
            if (turn is CircuitTurn.Trial || (openings == 0 && inARow >= failures))
            {
                openings++;
                (openedAt, wait, isTried) = (time.GetTimestamp(), backoff.After(openings), false);
            }
        }
    }

    /// <summary>The caller went away; nothing was learnt.</summary>
    public void Abandoned(CircuitTurn turn)
    {
        lock (gate)
        {
            isTried = isTried && turn is not CircuitTurn.Trial;
        }
    }
}

/// <summary>As what a call goes out.</summary>
internal enum CircuitTurn
{
    /// <summary>One of many.</summary>
    Ordinary = 1,

    /// <summary>The one that tries whether the service is back.</summary>
    Trial = 2,
}
