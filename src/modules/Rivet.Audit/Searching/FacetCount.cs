using Rivet.Kernel;

namespace Rivet.Audit.Searching;

/// <summary>Counts what a search comes by.</summary>
internal sealed class FacetCount
{
    private const int MostOfAFacet = 50;
    private readonly Dictionary<int, long> classes = [];
    private readonly Dictionary<string, long> kinds = [];
    private readonly Dictionary<EventOutcome, long> outcomes = [];
    private readonly Dictionary<EventSeverity, long> severities = [];
    private readonly Dictionary<PersonId, long> people = [];

    public void Add(AuditEntry entry)
    {
        var what = entry.Event;
        Add(classes, (int)what.Kind.Type / 100);
        Add(kinds, what.Kind.Name);
        Add(outcomes, what.Outcome);
        Add(severities, what.Kind.Severity);
        if (what.Actor.Person != default)
        {
            Add(people, what.Actor.Person);
        }

        if (what.Concerned != default && what.Concerned != what.Actor.Person)
        {
            Add(people, what.Concerned);
        }
    }

    public AuditFacets Facets() => new(Sorted(classes), Sorted(kinds), Sorted(outcomes), Sorted(severities), Sorted(people));

    /// <summary>The counts over two stretches that do not overlap.</summary>
    public static AuditFacets Sum(AuditFacets one, AuditFacets other) => new(
        Sum(one.Classes, other.Classes), Sum(one.Kinds, other.Kinds), Sum(one.Outcomes, other.Outcomes), Sum(one.Severities, other.Severities), Sum(one.People, other.People));

    private static AuditFacet<T>[] Sum<T>(IReadOnlyList<AuditFacet<T>> one, IReadOnlyList<AuditFacet<T>> other)
        where T : notnull
        => Sorted(one.Concat(other).GroupBy(facet => facet.Value).ToDictionary(facet => facet.Key, facet => facet.Sum(count => count.Count)));

    private static void Add<T>(Dictionary<T, long> counts, T value)
        where T : notnull
        => counts[value] = counts.GetValueOrDefault(value) + 1;

    private static AuditFacet<T>[] Sorted<T>(Dictionary<T, long> counts)
        where T : notnull
        => [.. counts.OrderByDescending(count => count.Value).ThenBy(count => count.Key.ToString(), StringComparer.Ordinal).Take(MostOfAFacet).Select(count => new AuditFacet<T>(count.Key, count.Value))];
}
