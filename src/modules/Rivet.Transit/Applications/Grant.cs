using Rivet.Transit.Keys;

namespace Rivet.Transit.Applications;

/// <summary>Operations on the keys of a pattern. Stored as a line <c>PATTERN OPERATION,OPERATION</c>.</summary>
internal sealed record Grant(string Pattern, Operation Operations)
{
    public const int Most = 32;

    public TransitGrant ToContract() => new(Pattern, Applications.Operations.NamesOf(Operations));

    /// <summary>The grants; null when one is none, or there are too many.</summary>
    public static IReadOnlyList<Grant>? TryRead(IReadOnlyList<TransitGrant> given)
    {
        if (given.Count > Most)
        {
            return null;
        }

        var grants = new List<Grant>(given.Count);
        foreach (var grant in given)
        {
            var set = Operation.None;
            foreach (var name in grant.Operations)
            {
                if (!Applications.Operations.TryParse(name, out var operation))
                {
                    return null;
                }

                set |= operation;
            }

            if (set == Operation.None || !KeyName.IsPattern(grant.Pattern))
            {
                return null;
            }

            grants.Add(new(grant.Pattern, set));
        }

        return grants;
    }

    public static string Write(IReadOnlyList<Grant> grants)
        => string.Join('\n', grants.Select(grant => $"{grant.Pattern} {string.Join(',', Applications.Operations.NamesOf(grant.Operations))}"));

    /// <summary>Reads what <see cref="Write"/> wrote. An operation that a later version wrote is not granted by this one.</summary>
    public static IReadOnlyList<Grant> Read(string stored) =>
    [
        .. stored.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')).Select(parts => new Grant(
            parts[0],
            parts[1].Split(',').Aggregate(Operation.None, (set, name) => Applications.Operations.TryParse(name, out var operation) ? set | operation : set))),
    ];
}
