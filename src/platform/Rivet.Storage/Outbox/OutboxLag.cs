using System.Globalization;

namespace Rivet.Storage;

/// <summary>
/// How far the security log is behind what was announced to it. Counted up as events are announced and set right by the pump, so that it also
/// grows while the pump hangs; a work that was undone counts until then.
/// </summary>
public sealed class OutboxLag
{
    private const long Never = -1;
    private readonly StorageOptions options;
    private readonly TimeProvider time;
    private long behind;
    private long failingSince = Never;

    internal OutboxLag(StorageOptions options, TimeProvider time) => (this.options, this.time) = (options, time);

    /// <summary>Events announced and not yet in the log.</summary>
    public long Behind => Interlocked.Read(ref behind);

    /// <summary>For how long the log fails; null while it does not.</summary>
    public TimeSpan? Failing => Interlocked.Read(ref failingSince) is var since and not Never ? time.GetElapsedTime(since) : null;

    internal void Add() => Interlocked.Increment(ref behind);

    internal void Set(long exactly) => Interlocked.Exchange(ref behind, exactly);

    internal void Failed() => Interlocked.CompareExchange(ref failingSince, time.GetTimestamp(), Never);

    internal void Works() => Interlocked.Exchange(ref failingSince, Never);

    /// <summary>Refuses what could not be recorded in time.</summary>
    internal void RefuseIfBehind()
    {
        if (Behind >= options.MostUnsealed)
        {
            throw new LogBehindException(string.Create(
                CultureInfo.InvariantCulture,
                $"The security log is {Behind:N0} events behind; nothing that must be recorded is done until it has caught up. The status page says why."));
        }

        if (Failing >= options.LongestFailing)
        {
            throw new LogBehindException("The security log fails; nothing that must be recorded is done until it works again. The status page says why.");
        }
    }
}
