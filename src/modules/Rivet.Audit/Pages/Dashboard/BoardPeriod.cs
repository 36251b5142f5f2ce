using Rivet.Audit.Pages.Charts;

namespace Rivet.Audit.Pages.Dashboard;

/// <summary>A period a board can be read for: so many whole stretches, the last of them still going on.</summary>
/// <param name="Name">As in the address.</param>
/// <param name="Span">What a column is, where a tile wants nothing else.</param>
/// <param name="Count">How many.</param>
internal sealed record BoardPeriod(string Name, AuditSpan Span, int Count)
{
    public static IReadOnlyList<BoardPeriod> All { get; } =
        [new("24h", AuditSpan.Hour, 24), new("7d", AuditSpan.Day, 7), new("30d", AuditSpan.Day, 30), new("13w", AuditSpan.Week, 13), new("12m", AuditSpan.Month, 12)];

    /// <summary>A week, where no other is named.</summary>
    public static BoardPeriod Of(string? name) => All.FirstOrDefault(period => period.Name == name) ?? All[1];

    /// <summary>The period up to a moment, and as much of the one before: what is half over is compared with the same half.</summary>
    public BoardWindow Until(DateTimeOffset now, TimeZoneInfo zone)
    {
        var minute = DateTimeOffset.FromUnixTimeSeconds(now.ToUnixTimeSeconds() / 60 * 60);
        var from = Stretches.Shifted(Stretches.StartOf(now, Span, zone), Span, 1 - Count, zone);
        return new BoardWindow(from, now, Stretches.Shifted(from, Span, -Count, zone), Stretches.Shifted(minute, Span, -Count, zone), Span, zone);
    }
}

/// <summary>A period at a moment.</summary>
/// <param name="From">Where it begins.</param>
/// <param name="Now">Where it has come to.</param>
/// <param name="BeforeFrom">Where the one before begins.</param>
/// <param name="BeforeTo">Where that one had come to.</param>
/// <param name="Span">What a column is, where a tile wants nothing else.</param>
/// <param name="Zone">Where days begin.</param>
internal sealed record BoardWindow(DateTimeOffset From, DateTimeOffset Now, DateTimeOffset BeforeFrom, DateTimeOffset BeforeTo, AuditSpan Span, TimeZoneInfo Zone)
{
    /// <summary>What a tile wants, unless that gives a single column or too many.</summary>
    public AuditSpan SpanFor(AuditSpan? wanted)
        => wanted is { } span && Stretches.Between(From, Now, span, Zone).Count > 1 ? span : Span;
}
