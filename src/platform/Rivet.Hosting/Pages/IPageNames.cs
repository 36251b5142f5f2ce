using Rivet.Kernel;

namespace Rivet.Hosting.Pages;

/// <summary>Names of people, for pages of modules that know only their identifiers. Scoped to the request or circuit; asks whether the visitor may see them.</summary>
public interface IPageNames
{
    /// <summary>The names of those who have one that the visitor may see now; others are missing.</summary>
    /// <remarks>Nothing is missing for long because it could not be read: it is asked again the next time.</remarks>
    ValueTask<IReadOnlyDictionary<PersonId, string>> ReadAsync(IReadOnlyCollection<PersonId> people, CancellationToken ct);
}
