using System.Globalization;
using Microsoft.Extensions.Localization;
using Rivet.Kernel;

namespace Rivet.Audit.Pages;

/// <summary>Values one can choose among, with how often each occurs.</summary>
internal sealed record FacetGroup(string Title, IReadOnlyList<FacetItem> Items)
{
    private const int MostShown = 8;

    public static IReadOnlyList<FacetGroup> Of(LogQuery query, AuditFacets facets, EntryWords words, Func<PersonId, string> nameOf, IStringLocalizer<LogText> texts)
        => [.. new FacetGroup[]
        {
            new(texts["FacetSeverity"], ItemsOf(AtLeast(facets.Severities), words.Severity, value => query.AtLeast == value, value => query with { AtLeast = query.AtLeast == value ? null : value })),
            new(texts["FacetOutcome"], ItemsOf(facets.Outcomes, words.Outcome, value => query.Outcome == value, value => query with { Outcome = query.Outcome == value ? null : value })),
            new(texts["FacetPerson"], ItemsOf(facets.People, nameOf, value => query.Person == value, value => query with { Person = query.Person == value ? default : value })),
            new(texts["FacetClass"], ItemsOf(facets.Classes, words.Class, query.Classes.Contains, value => query with { Classes = Toggled(query.Classes, value) })),
            new(texts["FacetKind"], ItemsOf(facets.Kinds, words.Kind, query.Kinds.Contains, value => query with { Kinds = Toggled(query.Kinds, value) })),
        }.Where(group => group.Items.Count > 0)];

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
            yield return (texts["ChipSeverity", words.Severity(least)], query with { AtLeast = null });
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

        if (query.Last is { } last)
        {
            yield return (texts[$"last.{last}"], query with { Last = null });
        }

        if (query.From is { } from)
        {
            yield return (texts["ChipFrom", Day(from)], query with { From = null });
        }

        if (query.To is { } to)
        {
            yield return (texts["ChipTo", Day(to)], query with { To = null });
        }

        if (query.Words.Length > 0)
        {
            yield return (texts["ChipWords", query.Words], query with { Words = string.Empty });
        }

        string Day(DateOnly day) => day.ToString(texts["DateFormat"], CultureInfo.CurrentCulture);
    }

    /// <summary>How many are as grave or graver: that is what one chooses.</summary>
    private static IEnumerable<AuditFacet<EventSeverity>> AtLeast(IReadOnlyList<AuditFacet<EventSeverity>> facets)
        => facets.OrderByDescending(facet => facet.Value)
            .Select(facet => facet with { Count = facets.Where(other => other.Value >= facet.Value).Sum(other => other.Count) });

    private static FacetItem[] ItemsOf<T>(IEnumerable<AuditFacet<T>> facets, Func<T, string> text, Func<T, bool> isChosen, Func<T, LogQuery> toggled)
        => [.. facets.Take(MostShown).Select(facet => new FacetItem(text(facet.Value), facet.Count, isChosen(facet.Value), LogAddress.Of(toggled(facet.Value))))];

    private static T[] Toggled<T>(IReadOnlyList<T> values, T value)
        => values.Contains(value) ? [.. values.Where(one => !Equals(one, value))] : [.. values, value];
}

/// <summary>One of them.</summary>
/// <param name="Text">In the reader's language.</param>
/// <param name="Count">How many events.</param>
/// <param name="IsChosen">Whether it is a condition now.</param>
/// <param name="Href">The query with it, or without it when it is one now.</param>
internal sealed record FacetItem(string Text, long Count, bool IsChosen, string Href);
