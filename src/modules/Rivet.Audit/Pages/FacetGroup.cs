using System.Globalization;
using Microsoft.Extensions.Localization;
using Rivet.Kernel;

namespace Rivet.Audit.Pages;

/// <summary>Values one can choose among, with how often each occurs.</summary>
internal sealed record FacetGroup(string Title, IReadOnlyList<FacetItem> Items)
{
    /// <summary>Which of the <see cref="Groupings"/> counts people.</summary>
    public const int People = 2;

    private const int MostShown = 8;

    private static readonly (AuditDimension By, string Title)[] Facets =
    [
        (AuditDimension.Severity, "FacetSeverity"), (AuditDimension.Outcome, "FacetOutcome"), (AuditDimension.Person, "FacetPerson"),
        (AuditDimension.Class, "FacetClass"), (AuditDimension.Kind, "FacetKind"),
    ];

    /// <summary>How to count for <see cref="Of"/>.</summary>
    public static IReadOnlyList<AuditGrouping> Groupings { get; } = [.. Facets.Select(facet => new AuditGrouping { By = facet.By })];

    /// <summary>Of counts in the order of <see cref="Groupings"/>; values that were shown before stay where they were, so that nothing moves under a finger while the log grows.</summary>
    public static IReadOnlyList<FacetGroup> Of(
        LogQuery query, IReadOnlyList<AuditGroup> counts, IReadOnlyList<FacetGroup> before, EntryWords words, Func<PersonId, string> nameOf, IStringLocalizer<LogText> texts)
    {
        var shown = before.SelectMany(group => group.Items).Select((item, at) => (item.Href, at)).DistinctBy(item => item.Href).ToDictionary(item => item.Href, item => item.at);
        return [.. Facets.Zip(counts, (facet, group) => new FacetGroup(
                texts[facet.Title],
                facet.By == AuditDimension.Severity ? AtLeast(query, group, words) : [.. Values(query, facet.By, group, words, nameOf).OrderBy(item => shown.GetValueOrDefault(item.Href, int.MaxValue))]))
            .Where(group => group.Items.Count > 0)];
    }

    /// <summary>The conditions of a query in words, each with the query without it.</summary>
    public static IEnumerable<(string Text, LogQuery Without)> Chips(LogQuery query, EntryWords words, Func<PersonId, string> nameOf, IStringLocalizer<LogText> texts)
    {
        foreach (var number in query.Classes)
        {
            yield return (words.Class(number), query with { Classes = Toggled(query.Classes, number) });
        }

        foreach (var kind in query.Kinds)
        {
            yield return (words.Kind(kind), query with { Kinds = Toggled(query.Kinds, kind) });
        }

        if (query.AtLeast is { } least)
        {
            yield return (query.AtMost is null ? texts["ChipSeverity", words.Severity(least)] : words.Severity(least, query.AtMost.Value), query with { AtLeast = null, AtMost = null });
        }

        else if (query.AtMost is { } most)
        {
            yield return (texts["ChipSeverityMost", words.Severity(most)], query with { AtMost = null });
        }

        if (query.Outcome is { } outcome)
        {
            yield return (words.Outcome(outcome), query with { Outcome = null });
        }

        if (query.Person != default)
        {
            yield return (nameOf(query.Person), query with { Person = default });
        }

        if (query.TargetKind is not null || query.Target != default)
        {
            var target = string.Join(' ', new[] { query.TargetKind is { } kind ? words.TargetKind(kind) : null, query.Target == default ? null : query.Target.ToString("N")[^8..] }.OfType<string>());
            yield return (texts["ChipTarget", target], query with { TargetKind = null, Target = default });
        }

        if (query.Via != default)
        {
            yield return (texts["ChipVia", query.Via.ToString("N")[^8..]], query with { Via = default });
        }

        if (query.Last is { } period)
        {
            yield return (texts[$"last.{period}"], query with { Last = null });
        }

        if (query.From is { } from)
        {
            yield return (texts["ChipFrom", LogQuery.IsDay(from) ? Day(DateOnly.FromDateTime(from.UtcDateTime)) : words.Minute(from)], query with { From = null });
        }

        if (query.To is { } to)
        {
            yield return (query.LastDay is { } last ? texts["ChipTo", Day(last)] : texts["ChipBefore", words.Minute(to)], query with { To = null });
        }

        if (query.Words.Length > 0)
        {
            yield return (texts["ChipWords", query.Words], query with { Words = string.Empty });
        }

        string Day(DateOnly day) => day.ToString(texts["DateFormat"], CultureInfo.CurrentCulture);
    }

    /// <summary>How many are as grave or graver: that is what one chooses.</summary>
    private static FacetItem[] AtLeast(LogQuery query, AuditGroup group, EntryWords words)
    {
        var known = group.Counts.Where(count => LogQuery.SeverityOf(count.Value) is not null).OrderByDescending(count => count.Value, StringComparer.Ordinal).ToArray();
        return [.. known.Select((count, at) => Item(LogQuery.SeverityOf(count.Value)!.Value, known.Take(at + 1).Sum(graver => graver.Count)))];

        FacetItem Item(EventSeverity severity, long count)
        {
            var isChosen = query.AtLeast == severity && query.AtMost is null;
            return new FacetItem(words.Severity(severity), count, isChosen, LogAddress.Of(query with { AtLeast = isChosen ? null : severity, AtMost = isChosen ? null : query.AtMost }));
        }
    }

    private static FacetItem[] Values(LogQuery query, AuditDimension by, AuditGroup group, EntryWords words, Func<PersonId, string> nameOf)
        => [.. group.Counts.OrderByDescending(count => count.Count)
            .Select(count => (Counted: count, Without: Without(query, by, count.Value), With: query.Narrowed(by, count.Value)))
            .Where(one => (one.Without ?? one.With) is not null).Take(MostShown)
            .Select(one => new FacetItem(words.Value(by, one.Counted.Value, nameOf), one.Counted.Count, one.Without is not null, LogAddress.Of((one.Without ?? one.With)!)))];

    /// <summary>The query without the value as a condition; null when it is none.</summary>
    private static LogQuery? Without(LogQuery query, AuditDimension by, string value) => by switch
    {
        AuditDimension.Outcome when query.Outcome is not null => query with { Outcome = null },
        AuditDimension.Person when query.Person != default && query.Person.ToString() == value => query with { Person = default },
        AuditDimension.Class when query.Classes.FirstOrDefault(number => number.ToString(CultureInfo.InvariantCulture) == value) is > 0 and var number => query with { Classes = Toggled(query.Classes, number) },
        AuditDimension.Kind when query.Kinds.Contains(value) => query with { Kinds = Toggled(query.Kinds, value) },
        _ => null,
    };

    private static T[] Toggled<T>(IReadOnlyList<T> values, T value)
        => values.Contains(value) ? [.. values.Where(one => !Equals(one, value))] : [.. values, value];
}

/// <summary>One of them.</summary>
/// <param name="Text">In the reader's language.</param>
/// <param name="Count">How many events.</param>
/// <param name="IsChosen">Whether it is a condition now.</param>
/// <param name="Href">The query with it, or without it when it is one now.</param>
internal sealed record FacetItem(string Text, long Count, bool IsChosen, string Href);
