using Rivet.Hosting.Outgoing;

namespace Rivet.Audit.Witnessing;

/// <summary>When a witness is asked next, and the line to it. What only this process needs to know.</summary>
internal sealed class WitnessTurn(WitnessRow witness, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan AtLeast = TimeSpan.FromSeconds(1);

    /// <summary>Also a log that does not grow is shown now and then: a witness that saw more of it says so.</summary>
    private static readonly TimeSpan ShownAgain = TimeSpan.FromMinutes(30);

    private DateTimeOffset? cosignedAt;
    private int failures;

    public WitnessRow Witness { get; } = witness;

    public WitnessHttp Http { get; } = new(witness.Url, witness.Certificate, time);

    /// <summary>Until when it is left alone.</summary>
    public DateTimeOffset NotBefore { get; private set; } = DateTimeOffset.MinValue;

    /// <summary>Whether it said last from which size to go on: then it must take that.</summary>
    public bool WentOn { get; private set; }

    /// <summary>Whether it is to be asked now.</summary>
    /// <param name="known">The size that it knows.</param>
    /// <param name="size">The log's.</param>
    /// <param name="isQuiet">Whether nothing waits for long to come into the log: what waits must not look back-dated behind a cosignature.</param>
    public bool IsDue(long known, long size, bool isQuiet)
        => size > 0 && time.GetUtcNow() >= NotBefore
            && (known != size || failures > 0 || WentOn || (isQuiet && (cosignedAt is not { } at || time.GetUtcNow() - at >= ShownAgain)));

    public void Note(WitnessVerdict verdict, TimeSpan pause, Backoff backoff)
    {
        var now = time.GetUtcNow();
        WentOn = verdict is WitnessVerdict.GoesOnFrom;
        if (verdict is WitnessVerdict.Cosigned)
        {
            (cosignedAt, failures, NotBefore) = (now, 0, now + pause);
        }
        else if (WentOn)
        {
            NotBefore = now + AtLeast;
        }
        else
        {
            NotBefore = now + backoff.After(++failures);
        }
    }

    public void Dispose() => Http.Dispose();
}
