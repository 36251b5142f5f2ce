using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Identity;

/// <summary>Who is in a company.</summary>
public interface IPeopleList
{
    /// <summary>A page of people in the order of their identifiers.</summary>
    /// <param name="permit">For <see cref="IdentityPermissions.PeopleRead"/> on the company.</param>
    /// <param name="after">The last one seen; empty starts.</param>
    /// <param name="limit">1 to 500; 0 takes 500.</param>
    /// <param name="ct">Withdraws the question.</param>
    ValueTask<Result<PeoplePage, IdentityRefusal>> ListAsync(Permit permit, PersonId after, int limit, CancellationToken ct);
}

/// <summary>Some people, and whether there are more behind them.</summary>
public sealed record PeoplePage(IReadOnlyList<PersonEntry> People, bool More);

/// <summary>A person as colleagues see them.</summary>
public sealed record PersonEntry
{
    /// <summary>Which person.</summary>
    public required PersonId Id { get; init; }

    /// <summary>Their name.</summary>
    public required string Name { get; init; }

    /// <summary>Their short name for mentions, unique in the company.</summary>
    public required string Handle { get; init; }

    /// <summary>Their role.</summary>
    public required Role Role { get; init; }

    /// <summary>Active, imported without a device, or suspended.</summary>
    public required PersonState State { get; init; }
}
