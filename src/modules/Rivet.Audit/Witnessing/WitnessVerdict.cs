using Rivet.Transparency;

namespace Rivet.Audit.Witnessing;

/// <summary>What came of asking a witness.</summary>
/// <param name="ClockOff">How far its clock is ahead, when it said a time and that is much; else zero.</param>
internal abstract record WitnessVerdict(TimeSpan ClockOff)
{
    /// <summary>It cosigned.</summary>
    public sealed record Cosigned(NoteSignature Line, DateTimeOffset At, TimeSpan ClockOff) : WitnessVerdict(ClockOff);

    /// <summary>It knows the log up to another size, from which it must be asked.</summary>
    public sealed record GoesOnFrom(long Size) : WitnessVerdict(TimeSpan.Zero);

    /// <summary>It did not.</summary>
    public sealed record Failed(AuditWitnessFailure Why, TimeSpan ClockOff) : WitnessVerdict(ClockOff)
    {
        public Failed(AuditWitnessFailure why)
            : this(why, TimeSpan.Zero)
        {
        }
    }

    /// <summary>It has seen another history, of so many entries.</summary>
    public sealed record Disagrees(long Seen) : WitnessVerdict(TimeSpan.Zero);
}
