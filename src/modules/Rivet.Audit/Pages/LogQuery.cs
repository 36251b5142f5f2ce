using System.Globalization;
using Rivet.Kernel;

namespace Rivet.Audit.Pages;

/// <summary>
/// A search as it is typed and stands in the address: words, and conditions such as <c>kind:identity.device.enrolled</c>,
/// <c>class:3002</c>, <c>severity:3</c> or <c>severity:2..3</c>, <c>outcome:failure</c>, <c>person:…</c>, <c>target:device/…</c>, <c>via:…</c>, <c>last:1d</c>,
/// <c>from:2026-03-01</c>, <c>to:2026-03-31</c>, or minutes such as <c>to:2026-03-31T18:00Z</c>. What is no condition is part of the words: nothing typed is an error.
/// </summary>
internal sealed record LogQuery
{
    /// <summary>Longest text of a query, in characters; what is behind is not read.</summary>
    public const int Longest = 2000;

    private const string Day = "yyyy-MM-dd";
    private const string Minute = "yyyy-MM-dd'T'HH:mm'Z'";

    /// <summary>The periods that are offered, in hours.</summary>
    public static readonly IReadOnlyList<(string Name, int Hours)> Periods = [("1h", 1), ("1d", 24), ("7d", 7 * 24)];

    public IReadOnlyList<string> Kinds { get; init; } = [];

    public IReadOnlyList<int> Classes { get; init; } = [];

    public EventSeverity? AtLeast { get; init; }

    public EventSeverity? AtMost { get; init; }

    public EventOutcome? Outcome { get; init; }

    public PersonId Person { get; init; }

    public string? TargetKind { get; init; }

    public Guid Target { get; init; }

    public Guid Via { get; init; }

    /// <summary>A name of <see cref="Periods"/>.</summary>
    public string? Last { get; init; }

    /// <summary>A full minute.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>A full minute, the first that is not meant any more. As a day, all of it is meant.</summary>
    public DateTimeOffset? To { get; init; }

    public string Words { get; init; } = string.Empty;

    /// <summary>Whether it has any condition.</summary>
    public bool IsEmpty => ToString().Length == 0;

    /// <summary>Whether an event of this moment could be meant: else there is nothing to follow.</summary>
    public bool ReachesNow(DateTimeOffset now) => To is not { } to || to > now;

    /// <summary>The last day that is meant, if the end is one of a day.</summary>
    public DateOnly? LastDay => To is { } to && (IsDay(to) || to == DateTimeOffset.MaxValue) && to > DateTimeOffset.MinValue ? DateOnly.FromDateTime(to.UtcDateTime.AddTicks(-1)) : null;

    /// <summary>Whether a moment is the beginning of a day.</summary>
    public static bool IsDay(DateTimeOffset moment) => moment.UtcDateTime.TimeOfDay == TimeSpan.Zero;

    /// <summary>The same without its period.</summary>
    public LogQuery AtAnyTime() => this with { Last = null, From = null, To = null };

    /// <summary>The query for exactly those of its events that were counted under a value; null when no search says it.</summary>
    public LogQuery? Narrowed(AuditDimension by, string value) => by switch
    {
        AuditDimension.Kind when value is not (AuditCount.Others or "") => this with { Kinds = [value] },
        AuditDimension.Class when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) => this with { Classes = [number] },
        AuditDimension.Severity when SeverityOf(value) is { } severity => this with { AtLeast = severity, AtMost = severity },
        AuditDimension.Outcome when value is "success" or "failure" => With("outcome", value),
        AuditDimension.Person when EntityId.TryParse<PersonId>(value, out var person) && (Person == default || Person == person) => this with { Person = person },
        AuditDimension.TargetKind when value is not (AuditCount.Others or "") => this with { TargetKind = value },
        _ => null,
    };

    public static LogQuery Parse(string? text)
    {
        var (query, words) = (new LogQuery(), new List<string>());
        foreach (var part in (text ?? string.Empty)[..Math.Min(text?.Length ?? 0, Longest)].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            if (part.Split(':', 2) is [var name, { Length: > 0 } value] && query.With(name, value) is { } with)
            {
                query = with;
            }
            else
            {
                words.Add(part);
            }
        }

        return query with { Words = string.Join(' ', words) };
    }

    /// <summary>What to search for, at this moment.</summary>
    public AuditQuery At(DateTimeOffset now) => new()
    {
        Kinds = Kinds,
        Classes = Classes,
        AtLeast = AtLeast,
        AtMost = AtMost,
        Outcome = Outcome,
        Person = Person,
        TargetKind = TargetKind,
        Target = Target,
        Via = Via,
        From = Last is { } last ? now.AddHours(-Periods.First(period => period.Name == last).Hours) : From,
        To = To,
        Text = Words.Length == 0 ? null : Words,
    };

    /// <summary>The text; parsing it gives the same query.</summary>
    public override string ToString() => string.Join(' ', Parts());

    private IEnumerable<string> Parts()
    {
        var parts = Kinds.Select(kind => $"kind:{kind}").Concat(Classes.Select(number => string.Create(CultureInfo.InvariantCulture, $"class:{number}")));
        return parts.Concat(new[]
        {
            AtMost is { } most ? $"severity:{(AtLeast is { } from ? (int)from : null)}..{(int)most}" : AtLeast is { } least ? $"severity:{(int)least}" : null,
            Outcome is { } outcome ? $"outcome:{(outcome == EventOutcome.Success ? "success" : "failure")}" : null,
            Person != default ? $"person:{Person}" : null,
            TargetKind is not null || Target != default ? $"target:{TargetKind}{(Target == default ? null : $"/{Target:N}")}" : null,
            Via != default ? $"via:{Via:N}" : null,
            Last is { } name ? $"last:{name}" : null,
            From is { } begin ? $"from:{begin.UtcDateTime.ToString(IsDay(begin) ? Day : Minute, CultureInfo.InvariantCulture)}" : null,
            LastDay is { } last ? $"to:{last.ToString(Day, CultureInfo.InvariantCulture)}" : To is { } end ? $"to:{end.UtcDateTime.ToString(Minute, CultureInfo.InvariantCulture)}" : null,
            Words.Length > 0 ? Words : null,
        }.OfType<string>());
    }

    private LogQuery? With(string name, string value) => name switch
    {
        "kind" when value.Length <= 64 && Kinds.Count < AuditQuery.MostOfAList => this with { Kinds = [.. Kinds.Append(value).Distinct()] },
        "class" when Classes.Count < AuditQuery.MostOfAList && int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            => this with { Classes = [.. Classes.Append(number).Distinct()] },
        "severity" when SeverityOf(value) is { } least => this with { AtLeast = least, AtMost = null },
        "severity" when value.Split("..", 2) is [var from, var to] && SeverityOf(to) is { } most && (from.Length == 0 || SeverityOf(from) is not null) => this with { AtLeast = SeverityOf(from), AtMost = most },
        "outcome" when value is "success" or "failure" => this with { Outcome = value == "success" ? EventOutcome.Success : EventOutcome.Failure },
        "person" when EntityId.TryParse<PersonId>(value, out var person) => this with { Person = person },
        "target" when IsTarget(value, out var kind, out var id) => this with { TargetKind = kind, Target = id },
        "via" when Guid.TryParse(value, out var via) && via != Guid.Empty => this with { Via = via },
        "last" when Periods.Any(period => period.Name == value) => this with { Last = value, From = null, To = null },
        "from" when DayOf(value) is { } day => this with { From = StartOf(day), Last = null },
        "from" when MomentOf(value) is { } from => this with { From = from, Last = null },
        "to" when DayOf(value) is { } day => this with { To = EndOf(day), Last = null },
        "to" when MomentOf(value) is { } to => this with { To = to, Last = null },
        _ => null,
    };

    private static bool IsTarget(string value, out string? kind, out Guid id)
    {
        id = default;
        var parts = value.Split('/');
        kind = parts[0].Length == 0 ? null : parts[0];
        return parts switch
        {
            [{ Length: > 0 and <= 64 }] => true,
            [{ Length: <= 64 }, var text] => Guid.TryParse(text, out id) && id != Guid.Empty,
            _ => false,
        };
    }

    /// <summary>A severity by its number.</summary>
    public static EventSeverity? SeverityOf(string value) => value is [>= '1' and <= '6'] ? (EventSeverity)(value[0] - '0') : null;

    private static DateOnly? DayOf(string value)
        => DateOnly.TryParseExact(value, Day, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;

    private static DateTimeOffset? MomentOf(string value)
        => DateTimeOffset.TryParseExact(value, Minute, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment) ? moment : null;

    /// <summary>The first moment of a day.</summary>
    public static DateTimeOffset StartOf(DateOnly day) => new(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);

    /// <summary>The first moment behind a day.</summary>
    public static DateTimeOffset EndOf(DateOnly day) => day == DateOnly.MaxValue ? DateTimeOffset.MaxValue : StartOf(day.AddDays(1));
}
