using System.Globalization;
using System.Resources;
using Rivet.Audit.Aside;
using Rivet.Audit.Sealing;
using Rivet.Audit.Watching;
using Rivet.Audit.Witnessing;
using Rivet.Hosting.Status;
using Rivet.Storage;

namespace Rivet.Audit;

/// <summary>What the logs say about themselves; from memory, without touching the store.</summary>
internal sealed class AuditStatus(LogWatch watch, WitnessCourier courier, AsideKeeper aside, OutboxLag lag, TimeProvider time) : IStatusSource
{
    private const long MuchWaiting = 1000;
    private const int MostStandings = 20;
    internal static readonly ResourceManager Text = new("Rivet.Audit.Resources.AuditText", typeof(AuditStatus).Assembly);

    public int Order => 40;

    public ValueTask<StatusSection> ReadAsync(CultureInfo culture, CancellationToken ct)
    {
        string Say(string key) => Text.GetString(key, culture)!;
        string Number(long number) => number.ToString("N0", culture);
        var state = watch.State;
        var held = state switch
        {
            { Faults: [var fault, ..] } => new StatusLine(
                Say("Log"), string.Format(culture, Say("Broken"), fault.Log, Number(fault.Index), Say(fault.Kind.ToString())), StatusLevel.Failing, Say("BrokenAdvice")),
            { IsComplete: true } => new(Say("Log"), Say("Intact"), StatusLevel.Passing),
            _ => new(Say("Log"), Say("Checking"), StatusLevel.Plain),
        };
        var waiting = lag.Failing is { } since
            ? new StatusLine(Say("Waiting"), string.Format(culture, Say("Failing"), Number(lag.Behind), Number((long)since.TotalSeconds)), StatusLevel.Failing, Say("WaitingAdvice"))
            : new(Say("Waiting"), Number(lag.Behind), lag.Behind < MuchWaiting ? StatusLevel.Plain : StatusLevel.Failing, lag.Behind < MuchWaiting ? null : Say("WaitingAdvice"));
        return new(new StatusSection(
            Say("Title"),
            [
                held,
                new(Say("Verified"), Number(state.Verified), StatusLevel.Plain),
                waiting,
                .. aside.Standings.Take(MostStandings).Select(standing => LineOf(standing, culture)),
                .. new WitnessStatus(Text, culture, time.GetUtcNow()).Lines(courier.State),
            ]));
    }

    private static StatusLine LineOf(StandingRow standing, CultureInfo culture)
    {
        string Say(string key, params object[] values) => string.Format(culture, Text.GetString(key, culture)!, values);
        var since = DateTimeOffset.FromUnixTimeMilliseconds(standing.SinceMs).UtcDateTime.ToString("u", CultureInfo.InvariantCulture);
        return standing.HasEnded
            ? new(Say("Standing", LogIdentity.NameOf(standing.Company)), Say("StandingEnded", since, standing.Elsewhere, standing.First, standing.Last, standing.Aside), StatusLevel.Plain, Say("StandingEndedAdvice"))
            : new(Say("Standing", LogIdentity.NameOf(standing.Company)), Say("StandingWaits", since, standing.Aside, standing.Elsewhere), StatusLevel.Attention, Say("StandingWaitsAdvice"));
    }
}
