using System.Globalization;
using Rivet.Audit.Retention;
using Rivet.Audit.Sealing;
using Rivet.Hosting.Status;

namespace Rivet.Audit;

/// <summary>Retention of the logs on the status page: whether what is over is destroyed, and if not, why; from memory.</summary>
internal sealed class RetentionStatus(RetentionKeeper keeper) : IStatusSource
{
    private const int MostLines = 20;

    public int Order => 42;

    public ValueTask<StatusSection> ReadAsync(CultureInfo culture, CancellationToken ct)
    {
        string Say(string key, params object[] values) => string.Format(culture, AuditStatus.Text.GetString(key, culture)!, values);
        var lines = keeper.Holds.Take(MostLines).Select(hold => new StatusLine(
            Say("RetentionOf", LogIdentity.NameOf(hold.Company)),
            Say($"Retention{hold.Why}", hold.Since.UtcDateTime.ToString("u", CultureInfo.InvariantCulture), (long)Math.Abs(hold.Clock.Leap.TotalHours)),
            StatusLevel.Attention,
            Say($"Retention{hold.Why}Advice"))).ToArray();
        return new(new StatusSection(Say("RetentionTitle"), lines.Length > 0 ? lines : [new(Say("Retention"), Say("RetentionWell"), StatusLevel.Passing)]));
    }
}
