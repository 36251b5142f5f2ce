using System.Globalization;
using System.Resources;
using Rivet.Audit.Sealing;
using Rivet.Audit.Witnessing;
using Rivet.Hosting.Status;
using Rivet.Kernel;

namespace Rivet.Audit;

/// <summary>The witnesses on the status page: the gravest that can be said of all logs, and of the clocks.</summary>
internal sealed class WitnessStatus(ResourceManager text, CultureInfo culture, DateTimeOffset now)
{
    /// <summary>How long a log may go without any cosignature.</summary>
    private static readonly TimeSpan Alone = TimeSpan.FromHours(1);

    public IEnumerable<StatusLine> Lines(IReadOnlyList<WitnessStanding> standings)
    {
        yield return Witness([.. standings.Select(standing => standing.Witness)]);
        if (standings.Select(standing => standing.Witness).Where(witness => witness.ClockOffMs != 0).MaxBy(witness => Math.Abs(witness.ClockOffMs)) is { } off)
        {
            yield return new StatusLine(
                Say("Clock"), Say(off.ClockOffMs > 0 ? "ClockBehind" : "ClockAhead", Span(TimeSpan.FromMilliseconds(Math.Abs(off.ClockOffMs))), off.Key.Name),
                StatusLevel.Failing, Say("ClockAdvice"));
        }
    }

    private StatusLine Witness(WitnessRow[] witnesses)
    {
        if (witnesses.Length == 0)
        {
            return new StatusLine(Say("Witness"), Say("NoWitness"), StatusLevel.NotProven, Say("NoWitnessAdvice"));
        }

        if (witnesses.Where(witness => witness.Failure is AuditWitnessFailure.Disagrees).MinBy(witness => witness.FailingSinceMs) is { } disagrees)
        {
            return Failing(disagrees, StatusLevel.Failing);
        }

        var last = witnesses.GroupBy(witness => witness.Company).Select(log => log.MaxBy(Last)!).MinBy(Last)!;
        if (now - At(Last(last)) > Alone)
        {
            var why = witnesses.FirstOrDefault(witness => witness.Company == last.Company && witness.Failure is not null);
            return new StatusLine(
                Say("Witness"), Say("NotCosigned", LogIdentity.NameOf(last.Company), Span(now - At(Last(last))), why is null ? Say("WitnessNotAsked") : Why(why)),
                StatusLevel.Failing, why is null ? Say("WitnessNotAskedAdvice") : Advice(why));
        }

        return witnesses.Where(witness => witness.Failure is not null).MinBy(witness => witness.FailingSinceMs) is { } failing ? Failing(failing, StatusLevel.Attention)
            : last.CosignedMs is null ? new StatusLine(Say("Witness"), Say("WitnessFirst", last.Key.Name), StatusLevel.Plain)
            : new StatusLine(Say("Witness"), Say("Cosigned", Span(now - At(Last(last))), last.Size.ToString("N0", culture)), StatusLevel.Passing);
    }

    private StatusLine Failing(WitnessRow witness, StatusLevel level) => new(
        Say("Witness"), Say("WitnessFailing", Why(witness), LogIdentity.NameOf(witness.Company), Span(now - At(witness.FailingSinceMs ?? 0))), level, Advice(witness));

    private string Why(WitnessRow witness) => Say($"Witness{witness.Failure}", witness.Key.Name);

    private string Advice(WitnessRow witness) => Say($"Witness{witness.Failure}Advice");

    private static long Last(WitnessRow witness) => witness.CosignedMs ?? witness.AddedMs;

    private static DateTimeOffset At(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms);

    private string Span(TimeSpan span)
    {
        var length = span > TimeSpan.Zero ? span : TimeSpan.Zero;
        return length.TotalMinutes < 2 ? Say("Seconds", (long)length.TotalSeconds)
            : length.TotalHours < 2 ? Say("Minutes", (long)length.TotalMinutes)
            : Say("Hours", (long)length.TotalHours);
    }

    private string Say(string key, params object[] values) => string.Format(culture, text.GetString(key, culture)!, values);
}
