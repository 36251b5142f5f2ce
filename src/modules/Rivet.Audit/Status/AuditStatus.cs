using System.Globalization;
using System.Resources;
using Rivet.Hosting.Status;

namespace Rivet.Audit;

/// <summary>What the log says about itself; from memory, without touching the store.</summary>
internal sealed class AuditStatus(ChainWatch watch) : IStatusSource
{
    private static readonly ResourceManager Text = new("Rivet.Audit.Resources.AuditText", typeof(AuditStatus).Assembly);

    public int Order => 40;

    public ValueTask<StatusSection> ReadAsync(CultureInfo culture, CancellationToken ct)
    {
        string Say(string key) => Text.GetString(key, culture)!;
        var state = watch.State;
        var count = state.Head.Sequence.ToString("N0", culture);
        var chain = state switch
        {
            { Break: { } broken } => new StatusLine(
                Say("Chain"),
                string.Format(culture, Say("Broken"), broken.Sequence.ToString("N0", culture), Say(broken.Kind.ToString())),
                StatusLevel.Failing,
                Say("BrokenAdvice")),
            { IsComplete: true } => new(Say("Chain"), Say("Intact"), StatusLevel.Passing),
            _ => new(Say("Chain"), Say("Checking"), StatusLevel.Plain),
        };
        return new(new StatusSection(
            Say("Title"),
            [
                chain,
                new(Say("Verified"), count, StatusLevel.Plain),
                new(Say("Witness"), Say("NoWitness"), StatusLevel.NotProven, Say("NoWitnessAdvice")),
            ]));
    }
}
