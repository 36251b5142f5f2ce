using System.Globalization;
using Rivet.Kernel;

namespace Rivet.Audit.Pages;

/// <summary>
/// A search as it is typed and stands in the address: words, and conditions such as <c>kind:identity.device.enrolled</c>,
/// <c>class:3002</c>, <c>severity:3</c>, <c>outcome:failure</c>, <c>person:…</c>, <c>target:device/…</c>, <c>via:…</c>, <c>last:1d</c>,
/// <c>from:2026-03-01</c>, <c>to:2026-03-31</c>. What is no condition is part of the words: nothing typed is an error.
/// </summary>
internal sealed record LogQuery
{
    /// <summary>Longest text of a query, in characters; what is behind is not read.</summary>
    public const int Longest = 2000;

    private const string Day = "yyyy-MM-dd";

    /// <summary>The periods that are offered, in hours.</summary>
    public static readonly IReadOnlyList<(string Name, int Hours)> Periods = [("1h", 1), ("1d", 24), ("7d", 7 * 24)];

    public IReadOnlyList<string> Kinds { get; init; } = [];

    public IReadOnlyList<int> Classes { get; init; } = [];

    public EventSeverity? AtLeast { get; init; }

    public EventOutcome? Outcome { get; init; }

    public PersonId Person { get; init; }

    public string? TargetKind { get; init; }

    public Guid Target { get; init; }

    public Guid Via { get; init; }

    /// <summary>A name of <see cref="Periods"/>.</summary>
    public string? Last { get; init; }

    public DateOnly? From { get; init; }

    /// <summary>The last day, all of it.</summary>
    public DateOnly? To { get; init; }

    public string Words { get; init; } = string.Empty;

    /// <summary>Whether it has any condition.</summary>
    public bool IsEmpty => ToString().Length == 0;

    /// <summary>Whether an event of this moment could be meant: else there is nothing to follow.</summary>
    public bool ReachesNow(DateTimeOffset now) => To is not { } to || to.ToDateTime(TimeOnly.MinValue) >= now.UtcDateTime.Date;

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
        Outcome = Outcome,
        Person = Person,
        TargetKind = TargetKind,
        Target = Target,
        Via = Via,
        From = Last is { } last ? now.AddHours(-Periods.First(period => period.Name == last).Hours) : From is { } from ? StartOf(from) : null,
        To = To is { } to ? to == DateOnly.MaxValue ? DateTimeOffset.MaxValue : StartOf(to.AddDays(1)) : null,
        Text = Words.Length == 0 ? null : Words,
    };

    /// <summary>The text; parsing it gives the same query.</summary>
    public override string ToString() => string.Join(' ', Parts());

    private IEnumerable<string> Parts()
    {
        var parts = Kinds.Select(kind => $"kind:{kind}").Concat(Classes.Select(number => string.Create(CultureInfo.InvariantCulture, $"class:{number}")));
        return parts.Concat(new[]
        {
            AtLeast is { } least ? $"severity:{(int)least}" : null,
            Outcome is { } outcome ? $"outcome:{(outcome == EventOutcome.Success ? "success" : "failure")}" : null,
            Person != default ? $"person:{Person}" : null,
            TargetKind is not null || Target != default ? $"target:{TargetKind}{(Target == default ? null : $"/{Target:N}")}" : null,
            Via != default ? $"via:{Via:N}" : null,
            Last is { } last ? $"last:{last}" : null,
            From is { } from ? $"from:{from.ToString(Day, CultureInfo.InvariantCulture)}" : null,
            To is { } to ? $"to:{to.ToString(Day, CultureInfo.InvariantCulture)}" : null,
            Words.Length > 0 ? Words : null,
        }.OfType<string>());
    }

    private LogQuery? With(string name, string value) => name switch
    {
        "kind" when value.Length <= 64 && Kinds.Count < AuditQuery.MostOfAList => this with { Kinds = [.. Kinds.Append(value).Distinct()] },
        "class" when Classes.Count < AuditQuery.MostOfAList && int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            => this with { Classes = [.. Classes.Append(number).Distinct()] },
        "severity" when value is [>= '1' and <= '6'] => this with { AtLeast = (EventSeverity)(value[0] - '0') },
        "outcome" when value is "success" or "failure" => this with { Outcome = value == "success" ? EventOutcome.Success : EventOutcome.Failure },
        "person" when EntityId.TryParse<PersonId>(value, out var person) => this with { Person = person },
        "target" when IsTarget(value, out var kind, out var id) => this with { TargetKind = kind, Target = id },
        "via" when Guid.TryParse(value, out var via) && via != Guid.Empty => this with { Via = via },
        "last" when Periods.Any(period => period.Name == value) => this with { Last = value, From = null, To = null },
        "from" when DateOnly.TryParseExact(value, Day, CultureInfo.InvariantCulture, DateTimeStyles.None, out var from) => this with { From = from, Last = null },
        "to" when DateOnly.TryParseExact(value, Day, CultureInfo.InvariantCulture, DateTimeStyles.None, out var to) => this with { To = to, Last = null },
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

    private static DateTimeOffset StartOf(DateOnly day) => new(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
}
