using Rivet.Vault;

namespace Rivet.Audit.Retention;

/// <summary>A company's retention as people see it.</summary>
/// <param name="Classes">In the order of <see cref="RetentionClasses.All"/>.</param>
/// <param name="Clock">Whether the server's clock is believed.</param>
/// <param name="Now">The server's clock.</param>
/// <param name="WouldHoldAt">From when on a shorter time would hold if it were decided now.</param>
internal sealed record RetentionView(IReadOnlyList<ClassRetention> Classes, ClockState Clock, DateTimeOffset Now, DateTimeOffset WouldHoldAt);

/// <summary>The retention of a class.</summary>
internal sealed record ClassRetention
{
    public required int Class { get; init; }

    public required KeptMonths Kept { get; init; }

    /// <summary>Months in which something can be read.</summary>
    public required IReadOnlyList<ClassMonth> Months { get; init; }

    /// <summary>Events that were destroyed.</summary>
    public required long Destroyed { get; init; }

    /// <summary>Events that can be read.</summary>
    public long Events => Months.Sum(month => month.Entries);

    /// <summary>What is destroyed next: all that is of the same day; null when nothing is.</summary>
    public NextDestruction? NextAt(DateTimeOffset now)
    {
        var due = Months.Select(month => (month.Month, month.Entries, At: month.DueAt(Kept, now))).Where(month => month.At is not null).ToArray();
        if (due.Length == 0)
        {
            return null;
        }

        var at = due.Min(month => month.At!.Value);
        var first = due.Where(month => month.At == at).ToArray();
        return new(first[0].Month, first[^1].Month, first.Sum(month => month.Entries), at > now ? at : now);
    }

    /// <summary>How many events are destroyed as soon as this many months hold, by a time.</summary>
    public long CountOver(int months, DateTimeOffset by) => Months.Where(month => month.DueAt(months) <= by).Sum(month => month.Entries);
}

/// <summary>Months that are destroyed next.</summary>
internal sealed record NextDestruction(KeyPeriod From, KeyPeriod To, long Events, DateTimeOffset At);
